//! Invitations: the role comes with acceptance.

use jiff::SignedDuration;
use packhorse_domain::user::Role;
use packhorse_tests::{Backend, MailServer, Market, PASSWORD, Region, Reply, World, both, with_mail};
use serde_json::{Value, json};

fn invite(region: &Region, email: &str) -> Value {
    let body = json!({ "email": email, "role": { "role": "coordinator", "network": region.network } });
    region.coordinator.post("/v1/invitations", &body).expect(201).json()
}

fn join(world: &World, token: &Value) -> Reply {
    world.client().post("/v1/accounts", &json!({ "token": token, "name": "Lee Brandt", "password": PASSWORD }))
}

both! {
    fn the_invited_make_their_account_once(world) {
        let region = Region::new(world, "nekls");
        let invitation = invite(&region, "lee@nekls.example");
        assert_eq!(invitation["state"], "pending");
        let path = format!("/v1/invitations/{}", invitation["id"].as_str().unwrap());
        assert!(region.coordinator.get(&path).expect(200).json().get("token").is_none());
        join(world, &json!("of nobody")).expect(401);
        let user = join(world, &invitation["token"]).expect(201).json();
        assert_eq!((&user["email"], user["roles"].as_array().unwrap().len()), (&json!("lee@nekls.example"), 1));
        let lee = world.client().sign_in("lee@nekls.example", PASSWORD);
        lee.get(&path).expect(200);
        let listed = region.coordinator.get("/v1/invitations").expect(200).json();
        assert_eq!((&listed["items"][0]["state"], &listed["items"][0]["by"]), (&json!("accepted"), &user["id"]));
        assert_eq!(join(world, &invitation["token"]).expect(409).faults()[0].1, "accepted");
        // Nobody elsewhere hears of it.
        let other = Region::new(world, "elsewhere").coordinator;
        assert_eq!(other.get("/v1/invitations").expect(200).json()["items"], json!([]));
    }

    fn whoever_has_an_account_accepts_in_it(world) {
        let region = Region::new(world, "nekls");
        let other = Region::new(world, "elsewhere").coordinator;
        let invitation = invite(&region, "CE@elsewhere.example");
        let token = json!({ "token": invitation["token"] });
        assert_eq!(join(world, &invitation["token"]).expect(409).faults()[0].1, "email_taken");
        // The token alone makes nobody else a coordinator.
        let third = Region::new(world, "third").coordinator;
        third.post("/v1/me/invitations", &token).expect(422);
        other.get(&format!("/v1/networks/{}", region.network)).expect(404);
        other.post("/v1/me/invitations", &token).expect(200);
        other.get(&format!("/v1/networks/{}", region.network)).expect(200);
        other.post("/v1/me/invitations", &token).expect(409);
    }

    fn an_invitation_is_worth_what_its_inviter_may(world) {
        let region = Region::new(world, "nekls");
        let invitation = invite(&region, "lee@nekls.example");
        let me = region.coordinator.get("/v1/me").json();
        let operator = Market::operator(world);
        let user = format!("/v1/users/{}", me["id"].as_str().unwrap());
        let tag = operator.get(&user).etag();
        operator.delete(&format!("{user}/roles/{}", me["roles"][0]["id"].as_str().unwrap()), &tag).expect(200);
        assert_eq!(join(world, &invitation["token"]).expect(409).faults()[0].1, "inviter_may_not");
        world.client().post("/v1/sign-in", &json!({ "email": "lee@nekls.example", "password": PASSWORD })).expect(401);
        let operators = json!({ "email": "boss@nekls.example", "role": { "role": "operator" } });
        let other = world.person("other@nekls.example", Role::Coordinator { network: region.network });
        other.post("/v1/invitations", &operators).expect(403);
    }

    fn an_invitation_ends(world) {
        let region = Region::new(world, "nekls");
        let late = invite(&region, "lee@nekls.example");
        let back = invite(&region, "dana@nekls.example");
        let path = format!("/v1/invitations/{}", back["id"].as_str().unwrap());
        region.coordinator.step(&path, "revoke", None).expect(200);
        assert_eq!(join(world, &back["token"]).expect(409).faults()[0].1, "revoked");
        region.coordinator.step(&path, "revoke", None).expect(409);
        world.clock.advance(SignedDuration::from_hours(7 * 24));
        assert_eq!(join(world, &late["token"]).expect(409).faults()[0].1, "expired");
    }
}

fn it_is_mailed(world: &World, mail: &MailServer) {
    let region = Region::new(world, "nekls");
    assert!(invite(&region, "lee@nekls.example")["token"].is_null());
    world.send_mails(&mail.config);
    join(world, &json!(mail.token("lee@nekls.example"))).expect(201);
}

#[test]
fn it_is_mailed_sqlite() {
    with_mail(Some(Backend::Sqlite), it_is_mailed);
}

#[test]
fn it_is_mailed_postgres() {
    with_mail(Backend::postgres(), it_is_mailed);
}
