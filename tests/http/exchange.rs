//! Catalogs that come in from elsewhere: in files, and by harvests between two servers.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use jiff::SignedDuration;
use packhorse::{
    config::{Config, HttpConfig, OutboundConfig},
    outbound::Neighbor,
};
use packhorse_tests::{Backend, Client, Region, Reply, TestDatabase, World, both};
use serde_json::{Value, json};

const CSV: &str = "text/csv";
const TABLE: &str = "id,title,objectives,level,duration_minutes,formats,languages,topics,license,authors\n\
    7,Policies,Write a policy,introductory,120,in_person,en,,CC-BY-4.0,Ana\n\
    8,Budgets,Read a budget,advanced,90,virtual,en,,,\n";

fn import(region: &Region, query: &str, kind: &str, file: impl AsRef<[u8]>) -> Reply {
    let path = format!("/v1/workshops/import?network={}{query}", region.network);
    region.coordinator.send("POST", &path, &[("content-type", kind)], Some(file.as_ref()))
}

/// How many were created, updated, and as they were.
#[track_caller]
fn counts(reply: Reply) -> [u64; 3] {
    let json = reply.expect(200).json();
    ["created", "updated", "unchanged"].map(|name| json[name].as_u64().unwrap())
}

/// The workshops of a network, by title.
fn workshops(region: &Region) -> Vec<Value> {
    let path = format!("/v1/workshops?network={}&limit=100", region.network);
    let mut all = region.coordinator.get(&path).expect(200).json()["items"].as_array().unwrap().clone();
    all.sort_by_key(|one| one["title"].as_str().unwrap().to_owned());
    all
}

/// What is told of each: title, state, edition.
fn told(region: &Region) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    workshops(region)
        .iter()
        .map(|one| (text(&one["title"]), text(&one["state"]), one["edition"].as_u64().unwrap()))
        .collect()
}

fn published(region: &Region, changes: &Value) -> String {
    let mut details = json!({
        "title": "Hard conversations", "level": "introductory", "duration_minutes": 60, "formats": ["virtual"],
        "languages": ["en"], "objectives": ["Say no kindly"], "license": "CC-BY-SA-4.0", "authors": ["Dana Whitfield"]
    });
    packhorse_tests::merge(&mut details, changes);
    let body = json!({ "network": region.network, "details": details });
    let path = region.coordinator.post("/v1/workshops", &body).expect(201).location();
    region.coordinator.step(&path, "publish", None).expect(200);
    path
}

fn revise(region: &Region, path: &str, changes: &Value) {
    let etag = region.coordinator.get(path).expect(200).etag();
    region.coordinator.patch(path, &etag, changes).expect(200);
}

both! {
    fn a_file_comes_in_and_may_come_again(world) {
        let region = Region::new(world, "nekls");
        assert_eq!(counts(import(&region, "&dry_run=true", CSV, TABLE)), [2, 0, 0]);
        assert_eq!(told(&region), []);
        assert_eq!(counts(import(&region, "", CSV, TABLE)), [2, 0, 0]);
        let draft = |title: &str| (title.to_owned(), "draft".to_owned(), 0);
        assert_eq!(told(&region), [draft("Budgets"), draft("Policies")]);
        let budgets = &workshops(&region)[0];
        assert_eq!((&budgets["origin"]["identifier"], &budgets["origin"]["catalog"]), (&json!("8"), &Value::Null));
        assert_eq!(budgets["adapted_from"], json!([]));
        let before = world.database().digest();
        assert_eq!(counts(import(&region, "", CSV, TABLE)), [0, 0, 2]);
        assert_eq!(world.database().digest(), before, "what is as it was is not written");
        // What the file does not say stays; what it says is followed.
        assert_eq!(counts(import(&region, "&publish=true", CSV, "id,title\n7,Policies for Results\n")), [0, 1, 0]);
        assert_eq!(told(&region)[1], ("Policies for Results".to_owned(), "published".to_owned(), 1));
        let policies = &workshops(&region)[1];
        assert_eq!((&policies["level"], &policies["license"]), (&json!("introductory"), &json!("CC-BY-4.0")));
        world.client().get(&format!("/workshops/{}", policies["id"].as_str().unwrap())).expect(200);
        assert_eq!(counts(import(&region, "", CSV, "id,title\n7,Policies\n")), [0, 1, 0]);
        assert_eq!(told(&region)[1], ("Policies".to_owned(), "published".to_owned(), 2));
        let editions = format!("/v1/workshops/{}/editions", policies["id"].as_str().unwrap());
        assert_eq!(region.coordinator.get(&editions).expect(200).json()["items"].as_array().unwrap().len(), 2);
        // What the network retired stays so.
        region.coordinator.step(&format!("/v1/workshops/{}", policies["id"].as_str().unwrap()), "retire", None).expect(200);
        assert_eq!(counts(import(&region, "&publish=true", CSV, "id,title\n7,Other\n")), [0, 0, 1]);
        assert_eq!(told(&region)[1].1, "retired");
    }

    fn a_bad_line_keeps_the_good_ones_out_unless_asked_otherwise(world) {
        let region = Region::new(world, "nekls");
        let file = format!("{TABLE}9,,,guru,5,,,,,\n10,Weeding,,,,,,,,\n7,Policies,Write,introductory,60,virtual,en,,,\n");
        let faults = [
            ("/lines/4/title", "missing"),
            ("/lines/4/level", "unknown_level"),
            ("/lines/4/duration_minutes", "out_of_range"),
            ("/lines/5/level", "missing"),
            ("/lines/5/duration_minutes", "missing"),
            ("/lines/5/formats", "missing"),
            ("/lines/5/languages", "missing"),
            ("/lines/6/id", "repeated"),
        ]
        .map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
        assert_eq!(import(&region, "", CSV, &file).expect(422).faults(), faults);
        assert_eq!(told(&region), []);
        let kept = import(&region, "&mode=partial", CSV, &file).expect(200).json();
        assert_eq!((&kept["kept"], &kept["created"], kept["faults"].as_array().unwrap().len()), (&json!(true), &json!(2), 8));
        // What a file does not say is taken from the query.
        let gaps = "&level=advanced&duration_minutes=45&format=hybrid&language=es";
        assert_eq!(counts(import(&region, gaps, CSV, "title\nWeeding\n")), [1, 0, 0]);
        let weeding = &workshops(&region)[2];
        assert_eq!((&weeding["level"], &weeding["formats"], &weeding["languages"]), (&json!("advanced"), &json!(["hybrid"]), &json!(["es"])));
        // What is published says what one learns.
        let empty = import(&region, &format!("{gaps}&publish=true"), CSV, "title\nOther\n").expect(422);
        assert_eq!(empty.faults(), [("/lines/2/objectives".to_owned(), "required".to_owned())]);
        for (query, kind, file, status) in [
            ("", "text/plain", "title", 415),
            ("&mode=some", CSV, TABLE, 400),
            ("&duration_minutes=5", CSV, TABLE, 400),
            ("&language=English", CSV, TABLE, 400),
            ("", "application/json", "{", 422),
            ("", "application/json", "[{\"title\":\"\\u0000\"}]", 422),
            ("", CSV, "title\n\u{0}\n", 422),
            ("", CSV, "name\n", 422),
            ("", "text/html", "<p>Nothing</p>", 422),
        ] {
            let refused = import(&region, query, kind, file);
            assert_eq!(refused.status, status, "{kind} {file}: {}", refused.text);
        }
    }

    fn every_form_comes_in(world) {
        let (from, to) = (Region::new(world, "swkls"), Region::new(world, "nekls"));
        let topic = json!({ "network": to.network, "details": { "name": "Kindness", "scheme": "ours" } });
        let topic = to.coordinator.post("/v1/topics", &topic).expect(201).id();
        let one = json!({ "id": "1", "title": "One", "level": "advanced", "duration_minutes": 60, "formats": ["virtual"], "languages": ["en"], "topics": ["kindness", "Unheard"] });
        let seen = import(&to, "", "application/json", json!({ "items": [one] }).to_string()).expect(200).json();
        assert_eq!((&seen["created"], &seen["warnings"][0]["pointer"]), (&json!(1), &json!("/items/0/topics")));
        assert_eq!(workshops(&to)[0]["topics"], json!([topic]));
        assert_eq!(counts(import(&to, "", "application/x-ndjson; charset=utf-8", format!("{one}\n"))), [0, 0, 1]);
        let lines = import(&to, "", "application/x-ndjson", format!("{one}\n\nnot json\n{{}}\n")).expect(422);
        let expected = [("/lines/3", "bad_json"), ("/lines/4/title", "missing")];
        assert_eq!(lines.faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
        // A page of somebody else: their work, under their license, with their names.
        let path = published(&from, &json!({ "funder": "IMLS, LSTA" }));
        let page = world.client().get(&path.replace("/v1", "")).expect(200).text;
        assert_eq!(counts(import(&to, "&catalog=Southwest&format=virtual", "text/html", &page)), [1, 0, 0]);
        let taken = &workshops(&to)[0];
        let chain = &taken["adapted_from"][0];
        assert_eq!((&taken["title"], &taken["authors"], &taken["funder"]), (&json!("Hard conversations"), &json!(["Dana Whitfield"]), &json!("IMLS, LSTA")));
        assert_eq!((&chain["network"], &chain["license"], &chain["workshop"]), (&json!("Southwest"), &json!("CC-BY-SA-4.0"), &Value::Null));
        assert!(chain["address"].as_str().unwrap().ends_with(&path.replace("/v1", "")), "{chain}");
        to.coordinator.step(&format!("/v1/workshops/{}", taken["id"].as_str().unwrap()), "publish", None).expect(200);
        let shown = world.client().get(&format!("/workshops/{}", taken["id"].as_str().unwrap())).expect(200).text;
        assert!(shown.contains("Dana Whitfield") && shown.contains(chain["address"].as_str().unwrap()), "{shown}");
        // Without a license that permits it nothing is taken over.
        for (license, code) in [(Value::Null, "unlicensed"), (json!("CC-BY-ND-4.0"), "not_adaptable")] {
            revise(&from, &path, &json!({ "license": license }));
            let page = world.client().get(&path.replace("/v1", "")).expect(200).text;
            let refused = import(&to, "&catalog=Other&format=virtual", "text/html", &page).expect(422);
            assert_eq!(refused.faults()[0].1, code);
            assert!(refused.faults()[0].0.ends_with("/license"));
        }
    }

    fn what_was_written_out_comes_back_as_itself(world) {
        let (region, other) = (Region::new(world, "nekls"), Region::new(world, "swkls"));
        let path = published(&region, &json!({ "title": "=SUM(1)" }));
        let table = world.client().get("/feeds/workshops.csv").expect(200).text;
        assert_eq!(counts(import(&region, "", CSV, &table)), [0, 0, 1]);
        let corrected = table.replace("Say no kindly", "Say yes gladly");
        assert_eq!(counts(import(&region, "", CSV, &corrected)), [0, 1, 0]);
        let now = region.coordinator.get(&path).expect(200).json();
        assert_eq!((&now["title"], &now["objectives"], &now["edition"]), (&json!("=SUM(1)"), &json!(["Say yes gladly"]), &json!(2)));
        assert_eq!((&now["origin"], &now["adapted_from"]), (&Value::Null, &json!([])));
        // In another network the id means nothing.
        assert_eq!(counts(import(&other, "", CSV, &corrected)), [1, 0, 0]);
        assert_eq!(region.coordinator.get(&path).expect(200).json()["version"], now["version"]);
    }
}

/// A door to a server that is not there yet, at an address that others may know before.
struct Door {
    address: SocketAddr,
    leads_to: Arc<Mutex<Option<SocketAddr>>>,
}

impl Door {
    /// One that is left open to the end of the tests.
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, leads_to) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(None)));
        let target = leads_to.clone();
        thread::spawn(move || {
            for inside in listener.incoming().map_while(Result::ok) {
                let Some(server) = *target.lock().unwrap() else { continue };
                let outside = TcpStream::connect(server).unwrap();
                for (mut from, mut to) in
                    [(inside.try_clone().unwrap(), outside.try_clone().unwrap()), (outside, inside)]
                {
                    thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(std::net::Shutdown::Both);
                    });
                }
            }
        });
        Self { address, leads_to }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A server behind it that may call another.
    fn world(&self, backend: Backend, other: &Self) -> World {
        let neighbor = Neighbor { host: other.address.ip().to_string(), port: other.address.port() };
        let config = World::config();
        let http = HttpConfig { public_url: self.url(), ..config.http.clone() };
        let outbound = OutboundConfig { allow: vec![neighbor] };
        let world = World::with(TestDatabase::new(backend), &Config { http, outbound, ..config });
        self.lead_to(&world);
        world
    }

    fn lead_to(&self, world: &World) {
        *self.leads_to.lock().unwrap() = world.base.trim_start_matches("http://").parse().ok();
    }

    fn close(&self) {
        *self.leads_to.lock().unwrap() = None;
    }
}

/// Harvests what is behind a door. The address of the harvest.
#[track_caller]
fn harvest(region: &Region, door: &Door, changes: &Value) -> String {
    let mut details = json!({ "name": "Neighbors", "url": format!("{}/oai", door.url()), "publish": true });
    packhorse_tests::merge(&mut details, changes);
    let path = format!("/v1/networks/{}/harvests", region.network);
    region.coordinator.post(&path, &details).expect(201).location()
}

fn status(client: &Client, path: &str) -> Value {
    client.get(path).expect(200).json()["status"].clone()
}

/// Runs a test with two servers, each behind a door, on both databases.
macro_rules! with_two {
    ($($name:ident)*) => {$(
        mod $name {
            use super::*;

            fn on(backend: Backend) {
                let doors = [Door::new(), Door::new()];
                let worlds = [doors[0].world(backend, &doors[1]), doors[1].world(backend, &doors[0])];
                super::$name([&doors[0], &doors[1]], [&worlds[0], &worlds[1]]);
                for world in &worlds {
                    world.database().assert_sound();
                }
            }

            #[test]
            fn sqlite() {
                on(Backend::Sqlite);
            }

            #[test]
            fn postgres() {
                if let Some(backend) = Backend::postgres() {
                    on(backend);
                }
            }
        }
    )*};
}

with_two! { two_servers_exchange_catalogs_and_withdrawals what_cannot_be_harvested_is_told a_long_catalog_is_harvested_page_by_page }

fn two_servers_exchange_catalogs_and_withdrawals([here_door, there_door]: [&Door; 2], [here, there]: [&World; 2]) {
    let (kansas, utah) = (Region::new(here, "kansas"), Region::new(there, "utah"));
    let conversations = published(&kansas, &json!({}));
    published(&kansas, &json!({ "title": "Secret", "visibility": "partners" }));
    published(&kansas, &json!({ "title": "Unlicensed", "license": null }));
    published(&utah, &json!({ "title": "Weeding", "license": "CC-BY-4.0" }));
    let (from_utah, from_kansas) = (harvest(&kansas, there_door, &json!({})), harvest(&utah, here_door, &json!({})));
    assert_eq!((here.harvest(), there.harvest()), (1, 1));
    let row = |title: &str, state: &str, edition| (title.to_owned(), state.to_owned(), edition);
    assert_eq!(told(&utah), [row("Hard conversations", "published", 1), row("Weeding", "published", 1)]);
    let read = status(&utah.coordinator, &from_kansas);
    assert_eq!(
        (&read["counts"]["created"], &read["counts"]["left_out"], &read["error"]),
        (&json!(1), &json!(1), &Value::Null)
    );
    assert!(read["notes"][0].as_str().unwrap().contains("under which license"), "{read}");
    assert_eq!(told(&kansas)[3], row("Weeding", "published", 1));
    // It keeps where it is and whose work it is, for everybody to see.
    let copy = workshops(&utah)[0].clone();
    let id = conversations.rsplit('/').next().unwrap();
    let address = format!("{}/workshops/{id}", here_door.url());
    assert_eq!((&copy["origin"]["address"], &copy["origin"]["catalog"]), (&json!(address), &json!("Neighbors")));
    assert!(copy["origin"]["identifier"].as_str().unwrap().ends_with(id) && copy["origin"]["changed_at"].is_string());
    let chain = &copy["adapted_from"][0];
    assert_eq!(
        (&chain["authors"], &chain["address"], &chain["license"]),
        (&json!(["Dana Whitfield"]), &json!(address), &json!("CC-BY-SA-4.0"))
    );
    let page = there.client().get(&format!("/workshops/{}", copy["id"].as_str().unwrap())).expect(200).text;
    assert!(page.contains(&address) && page.contains("Dana Whitfield"), "{page}");
    // It follows, and is nobody's here to change.
    let own = format!("/v1/workshops/{}", copy["id"].as_str().unwrap());
    let etag = utah.coordinator.get(&own).etag();
    let refused = utah.coordinator.patch(&own, &etag, &json!({ "title": "Mine" })).expect(409);
    assert_eq!(refused.faults()[0].1, "follows_another_catalog");
    let made = utah.coordinator.post(&format!("{own}/adapt"), &json!({ "network": utah.network })).expect(201).json();
    assert_eq!(made["adapted_from"].as_array().unwrap().len(), 2);
    // What was harvested goes to nobody else as if it were one's own, so nothing comes back.
    let records = there.client().get("/oai?verb=ListRecords&metadataPrefix=oai_dc").expect(200).text;
    assert!(records.contains("Weeding") && !records.contains("Hard conversations"), "{records}");
    let once = format!(
        "/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:{}:{}",
        there_door.address,
        copy["id"].as_str().unwrap()
    );
    assert!(!there.client().get(&once).expect(200).text.contains("<GetRecord"));

    // A day later: one changed, and one was withdrawn.
    for world in [here, there] {
        assert_eq!(world.harvest(), 0);
        world.clock.advance(SignedDuration::from_hours(1));
    }
    revise(&kansas, &conversations, &json!({ "title": "Harder conversations" }));
    let weeding = format!("/v1/workshops/{}", workshops(&utah)[2]["id"].as_str().unwrap());
    utah.coordinator.step(&weeding, "retire", None).expect(200);
    for world in [here, there] {
        world.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(world.harvest(), 1);
    }
    assert_eq!(told(&utah)[1], row("Harder conversations", "published", 2));
    let read = status(&utah.coordinator, &from_kansas);
    assert_eq!(
        (&read["counts"]["updated"], &read["counts"]["unchanged"]),
        (&json!(1), &json!(0)),
        "only what changed is read"
    );
    assert_eq!(told(&kansas)[3].1, "retired");
    assert_eq!(status(&kansas.coordinator, &from_utah)["counts"]["withdrawn"], 1);
    let gone = workshops(&kansas)[3].clone();
    assert_eq!(gone["origin"]["withdrawn"], true);
    here.client().get(&format!("/workshops/{}", gone["id"].as_str().unwrap())).expect(410);

    // Made for partners only it is withdrawn for the others, and comes back when everybody may find it.
    for (visibility, state) in [("partners", "retired"), ("public", "published")] {
        for world in [here, there] {
            world.clock.advance(SignedDuration::from_hours(25));
        }
        revise(&kansas, &conversations, &json!({ "visibility": visibility }));
        there.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(there.harvest(), 1);
        assert_eq!(told(&utah)[1].1, state);
    }
    assert_eq!(told(&utah)[1], row("Harder conversations", "published", 3));
    // What the network itself retired stays so.
    utah.coordinator.step(&own, "retire", None).expect(200);
    revise(&kansas, &conversations, &json!({ "title": "Hardest conversations" }));
    there.clock.advance(SignedDuration::from_hours(25));
    assert_eq!((there.harvest(), told(&utah)[1].1.as_str()), (1, "retired"));
    // When the harvest ends, what came by it stays.
    let etag = utah.coordinator.get(&from_kansas).etag();
    utah.coordinator.delete(&from_kansas, &etag).expect(204);
    utah.coordinator.get(&from_kansas).expect(404);
    assert_eq!(told(&utah).len(), 3);
}

fn what_cannot_be_harvested_is_told([here_door, there_door]: [&Door; 2], [here, there]: [&World; 2]) {
    let (kansas, utah) = (Region::new(here, "kansas"), Region::new(there, "utah"));
    published(&kansas, &json!({}));
    let path =
        harvest(&utah, here_door, &json!({ "format": "oai_dc", "publish": false, "gaps": { "level": "advanced" } }));
    let fetched = |expected: &str| {
        let refreshed = utah.coordinator.step(&path, "refresh", None).expect(200).json();
        let error = refreshed["status"]["error"]["detail"].as_str().unwrap_or_default().to_owned();
        assert_eq!(error, expected, "{refreshed}");
        there.clock.advance(SignedDuration::from_mins(1));
        refreshed["status"].clone()
    };
    // Dublin Core says neither how long it takes nor how deep it goes.
    let left = fetched("");
    assert_eq!((&left["counts"]["left_out"], &left["notes"].as_array().unwrap().len()), (&json!(1), &1));
    assert!(left["notes"][0].as_str().unwrap().contains("duration_minutes"), "{left}");
    let change = |changes: &Value| {
        let etag = utah.coordinator.get(&path).etag();
        utah.coordinator.patch(&path, &etag, changes)
    };
    change(&json!({ "gaps": { "duration_minutes": 45 } })).expect(200);
    assert_eq!(fetched("")["counts"]["created"], 1);
    let copy = workshops(&utah)[0].clone();
    assert_eq!(
        (&copy["state"], &copy["duration_minutes"], &copy["formats"]),
        (&json!("draft"), &json!(45), &json!(["virtual"]))
    );
    // To be published it must say what one learns, and Dublin Core does not.
    change(&json!({ "publish": true })).expect(200);
    assert_eq!(fetched("")["counts"]["left_out"], 1);
    change(&json!({ "format": "lrmi" })).expect(200);
    assert_eq!((fetched("")["counts"]["updated"].clone(), told(&utah)[0].1.as_str()), (json!(1), "published"));
    // Failures keep what is there.
    change(&json!({ "set": "net_01k9z3k8m4e0r9q2v7x5y6w8ta" })).expect(200);
    fetched("");
    change(&json!({ "set": null, "url": format!("{}/catalog", here_door.url()) })).expect(200);
    assert!(fetched_error(&utah, &path).starts_with("the "));
    there.clock.advance(SignedDuration::from_mins(1));
    here_door.close();
    change(&json!({ "url": format!("{}/oai", here_door.url()) })).expect(200);
    fetched("the server cannot be reached");
    assert_eq!(told(&utah)[0].1, "published");
    utah.coordinator.step(&path, "refresh", None).expect(200);
    assert_eq!(utah.coordinator.step(&path, "refresh", None).expect(409).faults()[0].1, "just_read");
    // Addresses that may not be called, and what is malformed.
    let harvests = format!("/v1/networks/{}/harvests", utah.network);
    for (changes, pointer) in [
        (json!({ "url": "http://192.0.2.1/oai" }), "/url"),
        (json!({ "url": "https://192.0.2.1/oai" }), "/url"),
        (json!({ "url": format!("{}/oai?verb=Identify", there_door.url()) }), "/url"),
        (json!({ "url": "ftp://example.org" }), "/url"),
        (json!({ "set": "a b" }), "/set"),
        (json!({ "refresh_minutes": 5 }), "/refresh_minutes"),
        (json!({ "gaps": { "duration_minutes": 5 } }), "/gaps/duration_minutes"),
    ] {
        let mut details = json!({ "name": "N", "url": format!("{}/oai", here_door.url()) });
        packhorse_tests::merge(&mut details, &changes);
        let refused = utah.coordinator.post(&harvests, &details);
        assert!(matches!(refused.status, 400 | 422), "{}", refused.text);
        assert_eq!(refused.faults()[0].0, pointer, "{}", refused.text);
    }
}

fn fetched_error(region: &Region, path: &str) -> String {
    let refreshed = region.coordinator.step(path, "refresh", None).expect(200).json();
    refreshed["status"]["error"]["detail"].as_str().unwrap_or_default().to_owned()
}

fn a_long_catalog_is_harvested_page_by_page([here_door, _]: [&Door; 2], [here, there]: [&World; 2]) {
    let (kansas, utah) = (Region::new(here, "kansas"), Region::new(there, "utah"));
    let line = |n: u32| format!("{n},Number {n},Count,introductory,60,virtual,en,CC0-1.0\n");
    let table: String = (0..450).map(line).collect();
    let table = format!("id,title,objectives,level,duration_minutes,formats,languages,license\n{table}");
    assert_eq!(counts(import(&kansas, "&publish=true", CSV, table)), [450, 0, 0]);
    let path = harvest(&utah, here_door, &json!({ "set": kansas.network }));
    let first = utah.coordinator.step(&path, "refresh", None).expect(200).json();
    assert_eq!((&first["status"]["reading"], &first["status"]["counts"]["created"]), (&json!(true), &json!(200)));
    // A page that cannot be had is asked for again.
    here_door.close();
    assert_eq!(there.harvest(), 1);
    assert_eq!(status(&utah.coordinator, &path)["counts"]["created"], 200);
    here_door.lead_to(here);
    there.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(there.harvest(), 2);
    let whole = status(&utah.coordinator, &path);
    assert_eq!(
        (&whole["reading"], &whole["counts"]["created"], &whole["error"]),
        (&json!(false), &json!(450), &Value::Null)
    );
    let shown = there.client().get("/catalog").expect(200).text;
    assert!(shown.contains("450"), "{shown}");
}
