//! Informal networks: anybody joins, nobody is in charge, trust comes from deliveries.

use packhorse_tests::{Backend, Client, LAWRENCE, MailServer, Market, PASSWORD, Region, Reply, World, both, with_mail};
use serde_json::{Value, json};

const ZONE: &str = "America/Chicago";

/// Somebody who has no role in the network.
fn person(world: &World, name: &str) -> Client {
    Region::new(world, name).coordinator
}

/// A network without a coordinator, whose policy asks for triage. Its address and id.
fn circle(world: &World) -> (String, String) {
    let body = json!({ "name": "Library Society", "kind": "informal", "time_zone": ZONE, "currency": "USD", "policy": { "triage": true } });
    let network = Market::operator(world).post("/v1/networks", &body).expect(201).id();
    (format!("/v1/networks/{network}"), network)
}

fn join(client: &Client, network: &str) {
    client.post(&format!("{network}/join"), &json!({})).expect(204);
}

fn roles(client: &Client) -> Vec<Value> {
    let me = client.get("/v1/me").expect(200).json();
    me["roles"].as_array().unwrap().iter().map(|role| role["role"].clone()).collect()
}

fn library(client: &Client, network: &str) -> String {
    let body = json!({ "network": network, "details": { "name": "Circle Library", "time_zone": ZONE } });
    client.post("/v1/libraries", &body).expect(201).id()
}

/// Somebody lists themselves as a trainer who is free every day.
fn trainer(client: &Client, network: &str, topic: &str) -> String {
    let home = json!({ "place": "Lawrence", "coordinates": { "lat": LAWRENCE.0, "lon": LAWRENCE.1 } });
    let details = json!({ "name": "Ben", "home_base": home, "time_zone": ZONE, "travel_radius_km": 100, "languages": ["en"],
        "formats": ["in_person", "virtual"], "topics": [{ "topic": topic, "level": "advanced" }], "visibility": "network" });
    let trainer = client.post("/v1/trainers", &json!({ "network": network, "details": details })).expect(201).id();
    let daily = json!({ "kind": "weekly", "start": "06:00:00", "end": "22:00:00", "from": "2026-01-01",
        "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] });
    let daily = json!({ "time_zone": ZONE, "pattern": daily });
    client.post(&format!("/v1/trainers/{trainer}/availability"), &daily).expect(201);
    trainer
}

/// The library asks for something on a day. The address of the request, which is open at once.
fn ask(client: &Client, network: &str, library: &str, topic: &str, day: &str) -> String {
    let details = json!({ "topic": topic, "level": "introductory", "expected_attendance": 9, "duration_minutes": 60, "format": "virtual",
        "language": "en", "preferences": [{ "from": day, "until": day, "earliest": "09:00:00", "latest": "17:00:00" }] });
    let body = json!({ "network": network, "library": library, "details": details });
    let request = client.post("/v1/requests", &body).expect(201).location();
    assert_eq!(client.step(&request, "submit", None).expect(200).json()["state"], "open");
    request
}

fn offer(client: &Client, request: &str, trainer: &str, starts_at: &str) -> String {
    let body = json!({ "trainer": trainer, "starts_at": starts_at });
    client.post(&format!("{request}/offers"), &body).expect(201).location()
}

fn accept(client: &Client, offer: &str) -> String {
    format!("/v1/bookings/{}", client.step(offer, "accept", None).expect(200).id())
}

both! {
    fn a_circle_without_anybody_in_charge_shares_its_trainers(world) {
        let (network, id) = circle(world);
        let topic = world.plant(|planter| planter.topic(None, "Policy writing")).to_string();
        let [ann, ben, carl, dora] = ["ann", "ben", "carl", "dora"].map(|name| person(world, name));
        // Everybody finds it; who takes no part does nothing there.
        ann.get(&network).expect(200);
        ann.get(&format!("{network}/members")).expect(403);
        let desk = json!({ "network": id, "details": { "name": "Circle Library", "time_zone": ZONE } });
        ann.post("/v1/libraries", &desk).expect(403);
        for client in [&ann, &ben, &carl] {
            join(client, &network);
        }
        let again = ann.post(&format!("{network}/join"), &json!({})).expect(409);
        assert_eq!(again.faults()[0].1, "role_held");
        let members = ann.get(&format!("{network}/members?limit=2")).expect(200).json();
        let names: Vec<_> = members["items"].as_array().unwrap().iter().map(|member| member["name"].clone()).collect();
        assert_eq!((names, members["next"].is_string()), (vec![json!("ce@ann.example"), json!("ce@ben.example")], true));

        let (desk, other) = (library(&ann, &id), library(&carl, &id));
        let ben_teaches = trainer(&ben, &id, &topic);
        assert_eq!((roles(&ann), roles(&ben)), (vec![json!("coordinator"), json!("member"), json!("staff")], vec![json!("coordinator"), json!("member"), json!("trainer")]));
        let request = ask(&ann, &id, &desk, &topic, "2027-03-03");
        let matches = ann.get(&format!("{request}/matches")).expect(200).json();
        assert_eq!(matches["items"][0]["trainer"], json!(ben_teaches));
        // Another library has no say in it, nor does a trainer for themself.
        for client in [&carl, &dora, &ben] {
            client.post(&format!("{request}/offers"), &json!({ "trainer": ben_teaches, "starts_at": "2027-03-03T16:00:00Z" })).expect(404);
        }
        ben.post(&format!("{request}/interests"), &json!({ "trainer": ben_teaches, "details": { "note": "gladly" } })).expect(201);
        assert!(ann.get("/v1/interests").expect(200).text.contains("gladly"));
        assert!(!carl.get("/v1/interests").expect(200).text.contains("gladly"));

        let asked = offer(&ann, &request, &ben_teaches, "2027-03-03T16:00:00Z");
        carl.get(&asked).expect(404);
        ann.step(&asked, "revise", Some(&json!({ "starts_at": "2027-03-03T17:00:00Z" }))).expect(200);
        let booking = accept(&ben, &asked);
        ann.step(&booking, "confirm", None).expect(200);
        ann.step(&booking, "reschedule", Some(&json!({ "starts_at": "2027-03-03T18:00:00Z" }))).expect(200);
        assert_eq!(ben.post(&format!("{network}/leave"), &json!({})).expect(409).faults()[0].1, "bookings_stand");
        // One that does not take place counts, too; one that is taken back does not.
        let second = ask(&ann, &id, &desk, &topic, "2027-03-10");
        let booked = accept(&ben, &offer(&ann, &second, &ben_teaches, "2027-03-10T16:00:00Z"));
        ben.step(&booked, "cancel", Some(&json!({ "reason": "ill" }))).expect(200);
        let back = offer(&ann, &second, &ben_teaches, "2027-03-10T18:00:00Z");
        ann.step(&back, "withdraw", Some(&json!({ "reason": "too late" }))).expect(200);

        world.clock.set("2027-03-03T20:00:00Z");
        ann.step(&booking, "deliver", Some(&json!({ "attendance": 7 }))).expect(200);
        ann.step(&booking, "close", None).expect(200);
        let figures = |canceled| json!({ "delivered": 1, "people": 7, "partners": 1, "first": "2027-03-03", "last": "2027-03-03", "canceled": canceled });
        for (path, canceled) in [(format!("/v1/trainers/{ben_teaches}"), 1), (format!("/v1/libraries/{desk}"), 0)] {
            assert_eq!(carl.get(&format!("{path}/deliveries")).expect(200).json(), figures(canceled));
            dora.get(&format!("{path}/deliveries")).expect(404);
        }
        let nothing = carl.get(&format!("/v1/libraries/{other}/deliveries")).expect(200).json();
        assert_eq!((&nothing["delivered"], &nothing["first"]), (&json!(0), &Value::Null));
    }

    fn whoever_leaves_is_asked_no_more(world) {
        let (network, id) = circle(world);
        let topic = world.plant(|planter| planter.topic(None, "Policy writing")).to_string();
        let [ann, ben] = ["ann", "ben"].map(|name| person(world, name));
        assert_eq!(ben.post(&format!("{network}/leave"), &json!({})).expect(409).faults()[0].1, "no_member");
        join(&ann, &network);
        join(&ben, &network);
        let (desk, ben_teaches) = (library(&ann, &id), trainer(&ben, &id, &topic));
        let request = ask(&ann, &id, &desk, &topic, "2027-03-03");
        let asked = offer(&ann, &request, &ben_teaches, "2027-03-03T16:00:00Z");
        ben.post(&format!("{network}/leave"), &json!({})).expect(204);
        assert_eq!(ann.get(&asked).expect(200).json()["state"], "declined");
        assert_eq!(ann.get(&format!("/v1/trainers/{ben_teaches}")).expect(200).json()["active"], false);
        assert_eq!(ann.get(&format!("{request}/matches")).expect(200).json()["items"], json!([]));
        assert_eq!(roles(&ben), [json!("coordinator")]);
        ben.get(&format!("{network}/members")).expect(403);
    }

    fn without_mail_nobody_signs_up(world) {
        let (network, _) = circle(world);
        assert_eq!(sign_up(world, &network, "ann@circle.example").expect(409).faults()[0].1, "no_mail");
    }

    fn other_networks_are_not_joined(world) {
        let (market, other) = (Market::new(world), Region::new(world, "other"));
        let network = format!("/v1/networks/{}", market.network);
        for step in ["join", "leave"] {
            assert_eq!(market.staff.post(&format!("{network}/{step}"), &json!({})).expect(409).faults()[0].1, "not_informal");
            other.coordinator.post(&format!("{network}/{step}"), &json!({})).expect(404);
        }
        let role = json!({ "role": "member", "network": market.network });
        let invitation = json!({ "email": "guest@example.org", "role": role });
        assert_eq!(market.coordinator.post("/v1/invitations", &invitation).expect(422).faults()[0], ("/role/network".to_owned(), "not_informal".to_owned()));
    }
}

fn sign_up(world: &World, network: &str, email: &str) -> Reply {
    world.client().post(&format!("{network}/sign-ups"), &json!({ "email": email }))
}

/// From nobody to a workshop that was taught, with no coordinator anywhere.
fn whoever_has_no_account_signs_up(world: &World, mail: &MailServer) {
    let (network, id) = circle(world);
    let topic = world.plant(|planter| planter.topic(None, "Policy writing")).to_string();
    let enter = |email: &str| {
        sign_up(world, &network, email).expect(202);
        world.send_mails(&mail.config);
        let account = json!({ "token": mail.token(email), "name": email, "password": PASSWORD });
        world.client().post("/v1/accounts", &account).expect(201);
        world.client().sign_in(email, PASSWORD)
    };
    let (ann, ben) = (enter("ann@circle.example"), enter("ben@circle.example"));
    assert_eq!(roles(&ann), [json!("member")]);
    let (desk, ben_teaches) = (library(&ann, &id), trainer(&ben, &id, &topic));
    let request = ask(&ann, &id, &desk, &topic, "2027-03-03");
    let booking = accept(&ben, &offer(&ann, &request, &ben_teaches, "2027-03-03T16:00:00Z"));
    ann.step(&booking, "confirm", None).expect(200);
    world.clock.set("2027-03-03T20:00:00Z");
    ann.step(&booking, "deliver", Some(&json!({ "attendance": 4 }))).expect(200);
    let deliveries = ann.get(&format!("/v1/trainers/{ben_teaches}/deliveries")).expect(200).json();
    assert_eq!((&deliveries["delivered"], &deliveries["people"]), (&json!(1), &json!(4)));
    let matches = format!("{}/matches", ask(&ann, &id, &desk, &topic, "2027-06-02"));
    let best = ann.get(&format!("{matches}?deliveries=true")).expect(200).json()["items"][0].clone();
    assert_eq!((&best["trainer"], &best["deliveries"]), (&json!(ben_teaches), &deliveries));
    assert_eq!(ann.get(&matches).expect(200).json()["items"][0].get("deliveries"), None);
    // Who has an account takes part with it; the answer before was the same.
    let carl = person(world, "carl");
    assert_eq!(
        sign_up(world, &network, "ce@carl.example").expect(202).text,
        sign_up(world, &network, "x@x.example").text
    );
    world.send_mails(&mail.config);
    let mails = mail.take();
    let mine = mails.iter().find(|text| text.contains("To: ce@carl.example")).unwrap();
    let token = mine.lines().find(|line| line.len() == 43 && !line.contains(' ')).unwrap();
    carl.post("/v1/me/invitations", &json!({ "token": token })).expect(200);
    carl.get(&format!("{network}/members")).expect(200);
    let regional = format!("/v1/networks/{}", Region::new(world, "regional").network);
    sign_up(world, &regional, "ann@circle.example").expect(404);
}

#[test]
fn whoever_has_no_account_signs_up_sqlite() {
    with_mail(Some(Backend::Sqlite), whoever_has_no_account_signs_up);
}

#[test]
fn whoever_has_no_account_signs_up_postgres() {
    with_mail(Backend::postgres(), whoever_has_no_account_signs_up);
}
