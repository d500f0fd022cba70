//! What is kept about a person: allowed, given out, erased.

use std::{sync::mpsc, thread, time::Duration};

use jiff::SignedDuration;
use packhorse_db::accounts;
use packhorse_domain::{Clock, Valid, id::UserId, user::Role};
use packhorse_services::{Context, Error, sessions, trips};
use packhorse_tests::{Backend, Client, MailServer, Market, PASSWORD, Reply, Teacher, World, both, merge, with_mail};
use serde_json::{Value, json};

use super::events::{audit, events, run, seal, told};

const ADDRESS: &str = "Mary.Canary@mary.example";
const WANTED: &str = "Mary.Wanted@mary.example";
const AGENT: &str = "MaryAgent/7.0";
/// What is known of Mary, wherever that is kept. All of it is hers to have, and none of it stays.
const CANARIES: &[&str] = &[
    ADDRESS,
    WANTED,
    "Maryname Canary",
    "MaryBiography",
    "MaryHome",
    "38.97171",
    "marycalendar.example/secret",
    "MaryDentist",
    "MaryTrip",
    "MaryInterest",
    "MaryIdentity",
    AGENT,
];
/// What is known of others.
const OTHERS: &[&str] = &["nekls.example", "Dana Whitfield", "friend@other.example", "root@packhorse.example"];

struct Mary {
    id: String,
    path: String,
    teacher: Teacher,
    refresh: String,
    /// A workshop she is booked for.
    booking: String,
    /// One that she is asked for.
    offer: String,
}

fn keyed(client: &Client, path: &str, body: &Value, key: &str) -> Reply {
    client.post_with(path, body, &[("idempotency-key", key)])
}

fn enter(world: &World) -> Reply {
    let body = json!({ "email": ADDRESS, "password": PASSWORD });
    world.client().post_with("/v1/sign-in", &body, &[("user-agent", AGENT)])
}

/// Somebody who left a trace wherever one can.
fn mary(world: &World, market: &Market, operator: &Client) -> Mary {
    let dana = format!("/v1/trainers/{}", market.dana.id);
    let mut profile = market.coordinator.get(&dana).expect(200).json();
    for ours in ["id", "network", "version", "created_at", "updated_at"] {
        profile.as_object_mut().unwrap().remove(ours);
    }
    let home = json!({ "place": "MaryHome", "coordinates": { "lat": 38.97171, "lon": -95.23531 } });
    merge(&mut profile, &json!({ "name": "Maryname Canary", "biography": "MaryBiography", "home_base": home }));
    let body = json!({ "network": market.network, "details": profile });
    let trainer = keyed(&market.coordinator, "/v1/trainers", &body, "trainer").expect(201).id();
    let role = json!({ "role": "trainer", "trainer": trainer });
    let body = json!({ "email": ADDRESS, "name": "Maryname Canary", "password": PASSWORD, "role": role });
    let id = keyed(operator, "/v1/users", &body, "person").expect(201).id();
    let (path, user) = (format!("/v1/users/{id}"), id.parse().unwrap());
    let role = json!({ "role": "coordinator", "network": world.network("elsewhere") });
    operator.act(&format!("{path}/roles"), "*", Some(&role)).expect(200);
    let now = world.clock.now();
    world.write(move |conn| Ok(accounts::insert_identity(conn, "https://id.example", "MaryIdentity", user, now)?));

    let opened = enter(world).expect(200).json();
    let client = world.client().with_token(opened["access_token"].as_str().unwrap());
    let own = format!("/v1/trainers/{trainer}");
    let daily = json!({ "kind": "weekly", "start": "06:00:00", "end": "22:00:00", "from": "2026-01-01",
        "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] });
    let daily = json!({ "time_zone": "America/Chicago", "pattern": daily });
    let taken_back = client.post(&format!("{own}/availability"), &daily).expect(201).location();
    client.delete(&taken_back, "*").expect(204);
    client.post(&format!("{own}/availability"), &daily).expect(201);
    let trip = json!({ "place": { "name": "MaryTrip", "coordinates": { "lat": 39.0, "lon": -95.7 } }, "from": "2027-05-03",
        "until": "2027-05-05", "time_zone": "America/Chicago", "radius_km": 50 });
    client.post(&format!("{own}/trips"), &trip).expect(201);
    // One that is gone already has left its trace in the log.
    let gone = client.post(&format!("{own}/trips"), &trip).expect(201).location();
    client.delete(&gone, "*").expect(204);
    let calendar = json!({ "name": "Work", "url": "https://marycalendar.example/secret", "keep_titles": true });
    let calendar = client.post(&format!("{own}/calendars"), &calendar).expect(201).id();
    let ics = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20270101T000000Z\r\n\
               DTSTART:20270110T150000Z\r\nDTEND:20270110T160000Z\r\nSUMMARY:MaryDentist\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let headers = [("content-type", "text/calendar"), ("if-match", "*")];
    client.send("POST", &format!("/v1/calendars/{calendar}/import"), &headers, Some(ics.as_bytes())).expect(200);
    answer(&client, "public_profile", true).expect(200);

    let teacher = Teacher { id: trainer.parse().unwrap(), client };
    let booking = market.book(&teacher, "2027-03-03T16:00:00Z", &json!({ "room": null }));
    market.staff.step(&booking, "confirm", None).expect(200);
    let online = market.ask(&online());
    let interest = json!({ "trainer": trainer, "details": { "note": "MaryInterest" } });
    teacher.client.post(&format!("{online}/interests"), &interest).expect(201);
    let offer = market.offer(&online, teacher.id, "2027-04-07T16:00:00Z").expect(201).location();

    let invite = |by: &Client, email: &str| {
        let role = by.get("/v1/me").json()["roles"].as_array().unwrap().last().unwrap()["network"].clone();
        let role = json!({ "role": "coordinator", "network": role });
        by.post("/v1/invitations", &json!({ "email": email, "role": role })).expect(201);
    };
    invite(&market.coordinator, &ADDRESS.to_uppercase());
    invite(&teacher.client, "friend@other.example");
    world.client().post("/v1/password-reset-requests", &json!({ "email": ADDRESS })).expect(202);
    let wants = json!({ "email": WANTED, "password": PASSWORD });
    teacher.client.post("/v1/me/email", &wants).expect(204);
    let refresh = opened["refresh_token"].as_str().unwrap().to_owned();
    Mary { id, path, teacher, refresh, booking, offer }
}

fn answer(client: &Client, purpose: &str, given: bool) -> Reply {
    let body = json!({ "given": given, "wording": 1 });
    client.send(
        "PUT",
        &format!("/v1/me/consents/{purpose}"),
        &[("content-type", "application/json")],
        Some(body.to_string().as_bytes()),
    )
}

/// Which of some words stand anywhere in the database, by table.
fn kept(world: &World, canaries: &[&str]) -> Vec<(String, String)> {
    let tables: Vec<_> = world.database().dump().into_iter().map(|(name, text)| (name, text.to_lowercase())).collect();
    let hits = |canary: &str| {
        let canary = canary.to_lowercase();
        tables
            .iter()
            .filter(|(_, text)| text.contains(&canary))
            .map(|(name, _)| (canary.clone(), name.clone()))
            .collect()
    };
    canaries.iter().flat_map(|canary| -> Vec<(String, String)> { hits(canary) }).collect()
}

fn erase(client: &Client, password: &str) -> Reply {
    keyed(client, "/v1/me/erase", &json!({ "password": password }), "erase")
}

fn nothing_of_them_stays(world: &World, _: &MailServer) {
    let (market, operator) = (Market::new(world), Market::operator(world));
    let mary = mary(world, &market, &operator);
    let (client, own) = (&mary.teacher.client, format!("/v1/trainers/{}", mary.teacher.id));
    let found = kept(world, CANARIES);
    for word in CANARIES {
        assert!(found.iter().any(|(kept, _)| *kept == word.to_lowercase()), "{word} was left nowhere");
    }
    // All of it is hers to have, and nothing of others.
    let export = client.get("/v1/me/export").expect(200);
    assert!(export.header("content-disposition").unwrap().starts_with("attachment"));
    for word in CANARIES {
        assert!(export.text.to_lowercase().contains(&word.to_lowercase()), "{word} is not in the export");
    }
    for word in OTHERS.iter().copied().chain(["argon2", &*mary.refresh]) {
        assert!(!export.text.contains(word), "{word} is in the export");
    }
    assert_eq!(operator.get(&format!("{}/export", mary.path)).expect(200).json()["user"], export.json()["user"]);
    market.coordinator.get(&format!("{}/export", mary.path)).expect(403);
    market.dana.client.get(&format!("{}/export", mary.path)).expect(404);

    assert_eq!(erase(client, "not it at all").expect(422).faults()[0].1, "wrong_password");
    let refused = erase(client, PASSWORD).expect(409);
    assert_eq!(refused.faults()[0].1, "bookings_stand");
    assert!(refused.text.contains("1 bookings"), "{}", refused.text);
    assert_eq!(market.coordinator.get(&mary.offer).json()["state"], "pending", "a refusal changes nothing");
    world.clock.set("2027-03-03T20:00:00Z");
    let offers = format!("{}/offers", market.coordinator.get(&mary.offer).json()["request"].as_str().unwrap());
    let again = json!({ "trainer": mary.teacher.id, "starts_at": "2027-04-07T16:00:00Z" });
    world.sweep();
    let offer = market.coordinator.post(&format!("/v1/requests/{offers}"), &again).expect(201).location();
    market.staff.step(&mary.booking, "deliver", Some(&json!({ "attendance": 9 }))).expect(200);
    let figures = market.coordinator.get(&mary.booking).expect(200).text;
    let listed = || market.coordinator.get("/v1/trainers").expect(200).text;
    let matches = || market.coordinator.post("/v1/matches", &market.need(&online())).expect(200).text;
    let dana = || market.coordinator.get(&format!("/v1/trainers/{}", market.dana.id)).expect(200).text;
    let others = dana();
    assert!(matches().contains(&mary.teacher.id.to_string()) && listed().contains("Maryname"));

    // Some of what tells of her is sealed, some is not yet.
    seal(world);
    answer(client, "public_profile", false).expect(200);
    erase(client, PASSWORD).expect(204);
    assert_eq!(kept(world, CANARIES), []);
    assert_eq!(dana(), others);
    assert_eq!(market.coordinator.get(&mary.booking).expect(200).text, figures);
    assert!(!matches().contains(&mary.teacher.id.to_string()));
    assert_eq!(market.coordinator.get(&offer).json()["state"], "declined");
    let trainer = market.coordinator.get(&own).expect(200).json();
    assert_eq!((&trainer["name"], &trainer["active"]), (&json!("Erased trainer"), &json!(false)));
    assert_eq!(trainer["home_base"]["coordinates"], json!({ "lat": 39.0, "lon": -95.0 }));

    // Nobody comes back.
    client.get("/v1/me").expect(401);
    erase(client, PASSWORD).expect(401);
    enter(world).expect(401);
    world.client().post("/v1/token", &json!({ "refresh_token": mary.refresh })).expect(401);
    let person = operator.get(&mary.path).expect(200).json();
    assert_eq!((&person["name"], &person["roles"]), (&json!("Erased person"), &json!([])));
    for step in ["erase", "password-reset"] {
        assert_eq!(operator.act(&format!("{}/{step}", mary.path), "*", None).expect(409).faults()[0].1, "erased");
    }
    let role = json!({ "role": "coordinator", "network": market.network });
    operator.act(&format!("{}/roles", mary.path), "*", Some(&role)).expect(409);

    // The log still tells that something happened, and the chain holds.
    let about = events(&operator, &format!("subject={}", mary.id));
    assert!(about.iter().any(|event| event["action"] == "create" && event["after"].is_null()));
    let feed = events(&market.coordinator, &format!("subject={}", mary.teacher.id));
    let last = feed.last().unwrap();
    assert_eq!((&last["action"], &last["after"]["name"]), (&json!("erase"), &json!("Erased trainer")));
    the_chain_holds_and_tampering_is_told(world);
}

/// What is asked for online, in April.
fn online() -> Value {
    let april = json!([{ "from": "2027-04-07", "until": "2027-04-07", "earliest": "09:00:00", "latest": "17:00:00" }]);
    json!({ "room": null, "venue": null, "format": "virtual", "preferences": april })
}

fn the_chain_holds_and_tampering_is_told(world: &World) {
    seal(world);
    assert_eq!(told(&audit(world, None)), Vec::<String>::new());
    assert!(world.database().count("SELECT COUNT(*) AS count FROM seals WHERE salt = ''") > 10);
    // Somebody else empties an event, and then its seal, too.
    let first = "(SELECT event_id FROM seals WHERE place = 1)";
    run(world, &format!("UPDATE events SET before = NULL, after = NULL WHERE id = {first}"));
    let wrong = told(&audit(world, None));
    assert!(wrong.len() == 1 && wrong[0].ends_with("sealed at 1, was changed or moved"), "{wrong:?}");
    run(world, "UPDATE seals SET salt = '' WHERE place = 1");
    let wrong = told(&audit(world, None));
    assert!(wrong.len() == 1 && wrong[0].ends_with("sealed at 1, was emptied, and no erasure names it"), "{wrong:?}");
    // Nor does it help to add it to those that an erasure names.
    let named = "UPDATE events SET after = REPLACE(CAST(after AS TEXT), 'evt_', 'evt_0')";
    let named = match world.database().url.connect().unwrap() {
        packhorse_db::Conn::Pg(_) => named.replace("REPLACE(", "(REPLACE(").replace("'evt_0')", "'evt_0'))::jsonb"),
        packhorse_db::Conn::Sqlite(_) => named.to_owned(),
    };
    run(world, &format!("{named} WHERE action = 'erase' AND subject_kind = 'user'"));
    assert!(told(&audit(world, None)).iter().any(|line| line.ends_with("was changed or moved")));
}

#[test]
fn nothing_of_them_stays_sqlite() {
    with_mail(Some(Backend::Sqlite), nothing_of_them_stays);
}

#[test]
fn nothing_of_them_stays_postgres() {
    with_mail(Backend::postgres(), nothing_of_them_stays);
}

both! {
    fn consents_are_given_and_taken_back(world) {
        let market = Market::new(world);
        let client = &market.dana.client;
        let listed = || client.get("/v1/me/consents").expect(200).json()["items"].clone();
        let first = listed();
        assert_eq!((&first[0]["purpose"], &first[1]["purpose"]), (&json!("public_profile"), &json!("weekly_digest")));
        assert!(first.as_array().unwrap().iter().all(|each| each["given"] == false && each["since"].is_null()));
        let given = answer(client, "weekly_digest", true).expect(200).json();
        assert_eq!(given["given"], true);
        world.clock.advance(SignedDuration::from_hours(1));
        // Once more changes nothing.
        assert_eq!(answer(client, "weekly_digest", true).expect(200).json(), given);
        assert_eq!((&listed()[0]["given"], &listed()[1]), (&json!(false), &given));
        assert_eq!(answer(client, "weekly_digest", false).expect(200).json()["given"], false);
        let old = client.send("PUT", "/v1/me/consents/weekly_digest", &[("content-type", "application/json")], Some(br#"{"given": true, "wording": 2}"#));
        assert_eq!(old.expect(409).faults()[0].1, "old_wording");
        answer(client, "all_of_it", true).expect(404);
        let told: Vec<_> = events(client, "subject_kind=consent").iter().map(|event| event["action"].clone()).collect();
        assert_eq!(told, ["give", "withdraw"]);
    }

    fn a_write_under_way_is_erased_with_the_rest(world) {
        let (market, operator) = (Market::new(world), Market::operator(world));
        let dana = format!("/v1/users/{}", market.dana.client.get("/v1/me").id());
        let (began, under_way) = mpsc::channel();
        let (trainer, now) = (market.dana.id, world.clock.now());
        let trip = json!({ "place": { "name": "LateTrip", "coordinates": { "lat": 39.0, "lon": -95.7 } }, "from": "2027-05-03",
            "until": "2027-05-05", "time_zone": "America/Chicago", "radius_km": 50 });
        thread::scope(|scope| {
            scope.spawn(|| {
                world.write(move |conn| {
                    let details = packhorse_tests::details(trip.clone());
                    trips::create(&mut Context::of_program(conn, now), trainer, Valid::new(details).unwrap())?;
                    began.send(()).unwrap();
                    // Longer than an erasure takes that does not wait.
                    thread::sleep(Duration::from_millis(1500));
                    Ok(())
                });
            });
            under_way.recv().unwrap();
            operator.act(&format!("{dana}/erase"), "*", None).expect(200);
        });
        assert_eq!(kept(world, &["LateTrip"]), []);
    }

    fn who_was_erased_or_has_another_password_meanwhile_does_not_come_in(world) {
        let (market, operator) = (Market::new(world), Market::operator(world));
        let me = market.staff.get("/v1/me").json();
        let (user, email): (UserId, _) = (me["id"].as_str().unwrap().parse().unwrap(), me["email"].as_str().unwrap().to_owned());
        let (_, hash) = world.read(move |conn| sessions::credentials(conn, &email)).unwrap();
        let confirmed = || {
            let hash = hash.clone();
            world.try_write(move |conn| sessions::confirmed(conn, user, &hash))
        };
        confirmed().unwrap();
        operator.act(&format!("/v1/users/{user}/erase"), "*", None).expect(200);
        assert!(matches!(confirmed(), Err(Error::BadCredentials)));
    }

    fn an_operator_erases_whoever_asks_but_not_the_last_of_them(world) {
        let (market, operator) = (Market::new(world), Market::operator(world));
        let path = |client: &Client| format!("/v1/users/{}", client.get("/v1/me").expect(200).id());
        let (staff, own) = (path(&market.staff), path(&operator));
        operator.send("POST", &format!("{staff}/erase"), &[], None).expect(428);
        operator.act(&format!("{staff}/erase"), "\"v9\"", None).expect(412);
        let tag = operator.get(&staff).etag();
        let after = operator.act(&format!("{staff}/erase"), &tag, None).expect(200);
        assert_eq!((after.json()["name"].as_str(), after.etag()), (Some("Erased person"), "\"v2\"".to_owned()));
        market.staff.get("/v1/me").expect(401);
        assert_eq!(operator.act(&format!("{own}/erase"), "*", None).expect(409).faults()[0].1, "last_operator");
        let next = world.person("next@packhorse.example", Role::Operator);
        operator.act(&format!("{own}/erase"), "*", None).expect(200);
        operator.get("/v1/me").expect(401);
        next.get(&own).expect(200);
    }

    fn a_trainer_who_is_somebody_else_too_stays(world) {
        let (market, operator) = (Market::new(world), Market::operator(world));
        let trainer = format!("/v1/trainers/{}", market.dana.id);
        let partner = world.person("partner@nekls.example", Role::Trainer { trainer: market.dana.id });
        let before = partner.get(&trainer).expect(200).text;
        let dana = format!("/v1/users/{}", market.dana.client.get("/v1/me").id());
        operator.act(&format!("{dana}/erase"), "*", None).expect(200);
        assert_eq!(partner.get(&trainer).expect(200).text, before);
        assert_eq!(partner.get(&format!("{trainer}/availability")).expect(200).json()["items"].as_array().unwrap().len(), 1);
    }
}
