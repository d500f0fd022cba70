//! Signing in, staying signed in, and ending it: here, elsewhere, everywhere.

use std::{sync::Barrier, thread};

use jiff::SignedDuration;
use packhorse_tests::{Client, PASSWORD, Region, Reply, World, both};
use serde_json::{Value, json};

/// Signs in with the password. The refresh token, and the client.
fn enter(world: &World, program: &str) -> (String, Client) {
    let body = json!({ "email": "ce@nekls.example", "password": PASSWORD });
    let reply = world.client().post_with("/v1/sign-in", &body, &[("user-agent", program)]).expect(200).json();
    (text(&reply["refresh_token"]), world.client().with_token(reply["access_token"].as_str().unwrap()))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn bring(world: &World, token: &str) -> Reply {
    world.client().post("/v1/token", &json!({ "refresh_token": token }))
}

/// Brings a refresh token. The next one.
#[track_caller]
fn next(world: &World, token: &str) -> String {
    text(&bring(world, token).expect(200).json()["refresh_token"])
}

both! {
    fn sign_ins_that_ended_long_ago_are_forgotten(world) {
        Region::new(world, "nekls");
        let (token, client) = enter(world, "Firefox");
        let sign_ins = || world.database().count("SELECT COUNT(*) AS count FROM sessions");
        let before = sign_ins();
        client.send("POST", "/v1/sign-out", &[], None).expect(204);
        world.clock.advance(SignedDuration::from_hours(29 * 24));
        world.sweep();
        assert_eq!(sign_ins(), before);
        world.clock.advance(SignedDuration::from_hours(2 * 24));
        world.sweep();
        assert_eq!(sign_ins(), before - 1);
        bring(world, &token).expect(401);
    }

    fn a_lost_answer_costs_nobody_their_sign_in(world) {
        Region::new(world, "nekls");
        let (first, client) = enter(world, "Firefox");
        let lost = next(world, &first);
        let second = next(world, &first);
        // What was lost is void, and says nothing about the rest.
        bring(world, &lost).expect(401);
        client.get("/v1/me").expect(200);
        let third = next(world, &second);
        // Its successor was used: the first was copied.
        bring(world, &first).expect(401);
        client.get("/v1/me").expect(401);
        bring(world, &third).expect(401);
    }

    fn a_void_token_that_comes_late_was_copied(world) {
        Region::new(world, "nekls");
        let (first, client) = enter(world, "Firefox");
        let void = next(world, &first);
        let second = next(world, &first);
        world.clock.advance(SignedDuration::from_mins(2));
        bring(world, &void).expect(401);
        client.get("/v1/me").expect(401);
        bring(world, &second).expect(401);
    }

    fn of_many_who_bring_one_token_at_once_one_goes_on(world) {
        Region::new(world, "nekls");
        let (first, client) = enter(world, "Firefox");
        let barrier = Barrier::new(12);
        let replies: Vec<Reply> = thread::scope(|scope| {
            let bringing = (0..12).map(|_| scope.spawn(|| {
                barrier.wait();
                bring(world, &first)
            }));
            bringing.collect::<Vec<_>>().into_iter().map(|each| each.join().unwrap()).collect()
        });
        let given: Vec<_> = replies.into_iter().map(|reply| text(&reply.expect(200).json()["refresh_token"])).collect();
        let good: Vec<_> = given.iter().filter_map(|token| {
            let reply = bring(world, token);
            (reply.status == 200).then(|| text(&reply.json()["refresh_token"]))
        }).collect();
        assert_eq!(good.len(), 1);
        next(world, &good[0]);
        client.get("/v1/me").expect(200);
    }

    fn a_thing_is_shown_as_long_as_the_sign_in_stands(world) {
        let region = Region::new(world, "nekls");
        let (_, client) = enter(world, "Firefox");
        let path = format!("/v1/networks/{}", region.network);
        let etag = client.get(&path).expect(200).etag();
        client.send("POST", "/v1/sign-out", &[], None).expect(204);
        client.get(&path).expect(401);
        client.send("GET", &path, &[("if-none-match", &etag)], None).expect(401);
        client.get("/v1/networks/net_01k9z3k8m4e0r9q2v7x5y6w8ta").expect(401);
        // One that runs out while its access token is still good.
        let (_, client) = enter(world, "Firefox");
        client.get(&path).expect(200);
        world.database().count("UPDATE sessions SET expires_at = created_at RETURNING CAST(1 AS BIGINT) AS count");
        client.get(&path).expect(401);
    }

    fn sign_ins_are_listed_and_ended(world) {
        let region = Region::new(world, "nekls");
        let (_, here) = enter(world, "Firefox on the desk");
        world.clock.advance(SignedDuration::from_hours(1));
        let (token, there) = enter(world, &"x".repeat(500));
        world.clock.advance(SignedDuration::from_hours(1));
        next(world, &token);
        let listed = here.get("/v1/me/sign-ins").expect(200).json();
        let items = listed["items"].as_array().unwrap();
        assert_eq!(items.len(), 3, "{listed}");
        let current: Vec<_> = items.iter().map(|item| item["current"].as_bool().unwrap()).collect();
        assert_eq!(current, [false, true, false]);
        assert_eq!(items[2]["user_agent"].as_str().unwrap().len(), 200);
        assert_ne!(items[2]["created_at"], items[2]["last_used_at"]);
        let first = here.get("/v1/me/sign-ins?limit=1&sort=-created_at").expect(200).json();
        assert_eq!((&first["items"][0]["id"], first["next"].is_string()), (&items[2]["id"], true));
        // One of them, at once; twice is once too often.
        let path = format!("/v1/me/sign-ins/{}", items[2]["id"].as_str().unwrap());
        here.send("DELETE", &path, &[], None).expect(204);
        there.get("/v1/me").expect(401);
        bring(world, &token).expect(401);
        here.send("DELETE", &path, &[], None).expect(404);
        // Nobody else's.
        let own = format!("/v1/me/sign-ins/{}", items[1]["id"].as_str().unwrap());
        let other = Region::new(world, "elsewhere").coordinator;
        other.send("DELETE", &own, &[], None).expect(404);
        // All others.
        here.send("POST", "/v1/sign-out-others", &[], None).expect(204);
        here.get("/v1/me").expect(200);
        other.get("/v1/me").expect(200);
        region.coordinator.get("/v1/me").expect(401);
        assert_eq!(here.get("/v1/me/sign-ins").json()["items"].as_array().unwrap().len(), 1);
    }
}
