//! Imports of libraries.

use std::sync::LazyLock;

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use packhorse::config::Config;
use packhorse_db::DbError;
use packhorse_domain::{Clock, user::Role};
use packhorse_services::{
    Context,
    import::{Counts, Format, ImportOptions, ImportReport, OutletFile, import},
};
use packhorse_tests::{Backend, Client, Region, Reply, TestDatabase, World, both};
use serde_json::{Value, json};

const HEADER: &str = "fscskey,seq,name,system_name,outlet_type,address,city,state,zip,county,county_fips,lat,lon,population_served,\
                      population_fy,phone,locale,status\n";

/// A system of three outlets, and another one.
const LINES: &str = "\
KS0065,002,LAWRENCE PUBLIC LIBRARY,LAWRENCE PUBLIC LIBRARY SYSTEM,CE,707 VERMONT ST,LAWRENCE,KS,66044,DOUGLAS,20045,38.9717,-95.2353,95256,2022,7858433833,13,open
KS0065,003,EAST BRANCH,LAWRENCE PUBLIC LIBRARY SYSTEM,BR,,LAWRENCE,KS,66044,DOUGLAS,20045,,,95256,2022,,13,open
KS0065,004,BOOKMOBILE,LAWRENCE PUBLIC LIBRARY SYSTEM,BS,707 VERMONT ST,LAWRENCE,KS,66044,DOUGLAS,20045,38.9717,-95.2353,95256,2022,,13,closed
KS0001,002,GOODLAND PUBLIC LIBRARY,GOODLAND PUBLIC LIBRARY,CE,812 BROADWAY,GOODLAND,KS,67735,SHERMAN,20181,39.35102,-101.71,4489,2022,,33,open
";

/// The official data, as far as wanted.
fn published(state: &str) -> String {
    static FILE: LazyLock<String> = LazyLock::new(|| {
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/libraries.csv")).unwrap()
    });
    let (header, lines) = FILE.split_once('\n').unwrap();
    let lines = lines.lines().filter(|line| line.starts_with(state));
    std::iter::once(header).chain(lines).collect::<Vec<_>>().join("\n")
}

fn send(client: &Client, query: &str, body: impl AsRef<[u8]>) -> Reply {
    client.send("POST", &format!("/v1/libraries/import{query}"), &[("content-type", "text/csv")], Some(body.as_ref()))
}

/// Sends lines under the header of the cleaned form.
fn send_lines(client: &Client, query: &str, lines: &str) -> Reply {
    send(client, query, format!("{HEADER}{lines}"))
}

fn into(region: &Region) -> String {
    format!("?network={}", region.network)
}

/// Created, updated and unchanged, of libraries and of venues.
fn counts(reply: &Reply) -> [[u64; 2]; 3] {
    let json = reply.json();
    ["created", "updated", "unchanged"].map(|what| ["libraries", "venues"].map(|of| json[what][of].as_u64().unwrap()))
}

fn items(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).expect(200).json()["items"].as_array().unwrap().clone()
}

fn library(client: &Client, key: &str) -> Value {
    items(client, &format!("/v1/libraries?fscs_key={key}")).remove(0)
}

fn venues(client: &Client, key: &str) -> Vec<Value> {
    let id = library(client, key)["id"].as_str().unwrap().to_owned();
    items(client, &format!("/v1/venues?library={id}&limit=100"))
}

/// Line, column and code of the faults of a report.
fn notes(reply: &Reply, kind: &str) -> Vec<(u64, String, String)> {
    let text = |note: &Value, member: &str| note[member].as_str().unwrap().to_owned();
    let json = reply.json();
    let notes = json[kind].as_array().unwrap().iter();
    notes.map(|note| (note["line"].as_u64().unwrap(), text(note, "column"), text(note, "code"))).collect()
}

fn event_count(world: &World) -> i64 {
    #[derive(QueryableByName)]
    struct Events {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    world.read(|conn| {
        let query = sql_query("SELECT COUNT(*) AS count FROM events");
        Ok(query.get_result::<Events>(conn).map_err(DbError::from)?.count)
    })
}

/// Imports as the program does, without the time limit of a request: unoptimized, on busy cores, it may take long.
fn import_country(world: &World) -> ImportReport {
    static COUNTRY: LazyLock<OutletFile> = LazyLock::new(|| OutletFile::read(Format::Csv, published("").as_bytes()));
    let now = world.clock.now();
    world.write(move |conn| import(&mut Context::of_program(conn, now), &COUNTRY, &ImportOptions::default()))
}

both! {
    fn the_whole_country_comes_in_and_may_come_again(world) {
        let operator = world.person("op@packhorse.example", Role::Operator);
        let report = import_country(world);
        assert_eq!((report.kept, report.lines, report.faults.count, report.warnings.count), (true, 17_496, 0, 143));
        let created = |created| Counts { created, ..Counts::default() };
        assert_eq!((report.libraries, report.venues), (created(9260), created(17_496)));
        let before = event_count(world);

        let unchanged = |unchanged| Counts { unchanged, ..Counts::default() };
        let again = import_country(world);
        assert_eq!((again.libraries, again.venues), (unchanged(9260), unchanged(17_496)));
        assert_eq!(event_count(world), before, "what is as it was leaves no event");

        let anchorage = library(&operator, "AK0002");
        assert_eq!(anchorage["name"], "Anchorage Public Library");
        assert_eq!((&anchorage["population_served"], &anchorage["population_fiscal_year"]), (&json!(291_247), &json!(2022)));
        assert_eq!((&anchorage["network"], &anchorage["version"]), (&Value::Null, &json!(1)));
        let outlets = venues(&operator, "AK0002");
        assert_eq!(outlets[0]["name"], "Chugiak-Eagle River Library");
        assert!(outlets.iter().all(|venue| venue.get("population_served").is_none() && venue["time_zone"] == "America/Anchorage"));
        assert_eq!(library(&operator, "TX0030")["time_zone"], "America/Denver", "El Paso");
    }

    fn a_coordinator_imports_and_finds_libraries_and_venues(world) {
        let region = Region::new(world, "nekls");
        let key = [("content-type", "text/csv; charset=utf-8"), ("idempotency-key", "kansas-2022")];
        let path = format!("/v1/libraries/import{}", into(&region));
        let kansas = published("KS");
        let lines = kansas.lines().count() as u64 - 1;
        let first = region.coordinator.send("POST", &path, &key, Some(kansas.as_bytes())).expect(200);
        let [created, ..] = counts(&first);
        assert_eq!((created[1], first.json()["lines"].as_u64().unwrap()), (lines, lines));
        assert_eq!(first.json()["kept"], true);
        assert!(created[0] > 300 && created[0] < lines);

        // The same key gives the same answer; without it, all is as it was.
        let replayed = region.coordinator.send("POST", &path, &key, Some(kansas.as_bytes())).expect(200);
        assert_eq!((replayed.header("idempotency-replayed"), &replayed.text), (Some("true"), &first.text));
        region.coordinator.send("POST", &path, &key, Some(b"fscskey")).expect(422);
        assert_eq!(counts(&send(&region.coordinator, &into(&region), kansas).expect(200)), [[0, 0], [0, 0], created]);

        let page = items(&region.coordinator, &format!("/v1/libraries?limit=100&network={}", region.network));
        assert_eq!(page.len(), 100);
        let keys: Vec<_> = page.iter().map(|library| library["fscs_key"].as_str().unwrap().to_owned()).collect();
        assert!(keys.is_sorted(), "in the order of their keys");
        let goodland = venues(&region.coordinator, "KS0155");
        assert_eq!((&goodland[0]["fscs_seq"], &goodland[0]["kind"]), (&json!("002"), &json!("central")));
        assert_eq!((&goodland[0]["time_zone"], &goodland[0]["approximate"]), (&json!("America/Denver"), &json!(false)));
        // Each leaves its event, which the feed shows when every transaction of the server that is older has ended.
        let first = || region.coordinator.get("/v1/changes?limit=100").expect(200).json();
        let full = |page: &serde_json::Value| page["items"].as_array().unwrap().len() == 100;
        let changes = (0..300).map(|_| first()).find(|page| full(page) || {
            std::thread::sleep(std::time::Duration::from_millis(100));
            false
        });
        let changes = changes.expect("a full page");
        let of = |kind: &str| changes["items"].as_array().unwrap().iter().filter(|change| change["subject_kind"] == kind && change["action"] == "create").count();
        assert!(of("library") > 10 && of("library") + of("venue") > 90);
    }

    fn what_the_file_says_is_followed_and_what_it_leaves_out_stays(world) {
        let region = Region::new(world, "nekls");
        let by = &region.coordinator;
        assert_eq!(counts(&send_lines(by, &into(&region), LINES).expect(200)), [[2, 4], [0, 0], [0, 0]]);
        let [central, east, bookmobile] = venues(by, "KS0065").try_into().unwrap();
        assert_eq!((&central["name"], &central["address"]), (&json!("Lawrence Public Library"), &json!("707 Vermont St")));
        assert_eq!((&east["approximate"], &east["coordinates"]["lat"].is_number()), (&json!(true), &true));
        assert_eq!((&bookmobile["open"], &bookmobile["kind"]), (&json!(false), &json!("bookmobile")));

        // Somebody adds by hand what the file does not have, and corrects a zone.
        let patch = |venue: &Value, body: &Value| {
            by.patch(&format!("/v1/venues/{}", venue["id"].as_str().unwrap()), "\"v1\"", body).expect(200).json()
        };
        let east = patch(&east, &json!({ "phone": "785-555-0100", "coordinates": { "lat": 38.95, "lon": -95.2 }, "approximate": false }));
        let central = patch(&central, &json!({ "time_zone": "America/Denver" }));
        assert_eq!(counts(&send_lines(by, &into(&region), LINES).expect(200)), [[0, 0], [0, 0], [2, 4]]);

        // The bookmobile is in use again, the system has a new name, and Goodland has a branch.
        let news = LINES.replace(",closed", ",open").replace("LIBRARY SYSTEM", "LIBRARIES")
            + "KS0001,003,DEPOT BRANCH,GOODLAND PUBLIC LIBRARY,BR,,GOODLAND,KS,67735,SHERMAN,20181,,,4489,2022,,33,open\n";
        assert_eq!(counts(&send_lines(by, &into(&region), &news).expect(200)), [[0, 1], [1, 1], [1, 3]]);
        let [central_now, east_now, bookmobile] = venues(by, "KS0065").try_into().unwrap();
        assert_eq!((&central_now, &east_now), (&central, &east));
        assert_eq!((&bookmobile["open"], &bookmobile["version"]), (&json!(true), &json!(2)));
        assert_eq!(library(by, "KS0065")["name"], "Lawrence Public Libraries");

        // A file without the columns leaves them alone; the published form knows no name of a system.
        let few = "fscskey,seq,name,outlet_type,city,state,zip\nKS0065,004,BOOKMOBILE,BS,LAWRENCE,KS,66044\n";
        assert_eq!(counts(&send(by, &into(&region), few).expect(200)), [[0, 0], [0, 0], [1, 1]]);
    }

    fn the_published_form_comes_in_windows_1252(world) {
        let region = Region::new(world, "infopeople");
        let text = "STABR,FSCSKEY,FSCS_SEQ,C_FSCS,LIBID,LIBNAME,ADDRESS,CITY,ZIP,CNTY,PHONE,C_OUT_TY,STATSTRU,LONGITUD,LATITUDE,INCITSST,INCITSCO,LOCALE\r\n\
            CA,CA0000,003,Y,CA0000-003,LA CA\u{d1}ADA \u{93}FLINTRIDGE\u{94} LIBRARY,\"4545 N. OAKWOOD AVE., SUITE 2\",LA CA\u{d1}ADA FLINTRIDGE,91011,LOS ANGELES,8187903330,BR,00,-118.2000,34.2050,6,37,21\r\n\
            CA,CA0000,002,Y,CA0000-002,COUNTY HEADQUARTERS,M,DOWNEY,90242,LOS ANGELES,M,CE,00,-3,-3,6,37,M\r\n";
        let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let reply = send(&region.coordinator, &into(&region), bytes).expect(200);
        assert_eq!(counts(&reply), [[1, 2], [0, 0], [0, 0]]);
        let county = library(&region.coordinator, "CA0000");
        assert_eq!((&county["name"], &county["county_fips"], &county["population_served"]), (&json!("County Headquarters"), &json!("06037"), &Value::Null));
        let [branch, headquarters] = venues(&region.coordinator, "CA0000").try_into().unwrap();
        assert_eq!((&branch["name"], &branch["city"]), (&json!("La Cañada “Flintridge” Library"), &json!("La Cañada Flintridge")));
        assert_eq!((&headquarters["approximate"], &headquarters["address"], &headquarters["phone"]), (&json!(true), &json!(""), &json!("")));
    }

    fn bad_lines_are_all_named_and_nothing_is_half_written(world) {
        let region = Region::new(world, "nekls");
        let by = &region.coordinator;
        let before = event_count(world);
        let bad = LINES.to_owned()
            + "KS1,002,A,,CE,,LAWRENCE,KS,6604x,,,,,,,,,\n\
               KS0065,002,AGAIN,,BR,,LAWRENCE,KS,66044,,,91,-95,,,,,\n\
               KS0002,002\n";
        let reply = send_lines(by, &into(&region), &bad).expect(422);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        let expected = [("/lines/6/fscskey", "bad_key"), ("/lines/6/zip", "bad_zip"), ("/lines/7/seq", "duplicate"), ("/lines/7/lat", "out_of_range"), ("/lines/8/line", "field_count")];
        assert_eq!(reply.faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
        assert_eq!(reply.json()["errors"][1]["detail"], "\"6604x\": is not in the form of a ZIP code");
        assert_eq!(items(by, "/v1/libraries"), Vec::<Value>::new());

        // A dry run tells the same, and what the good lines would do; of those, too, nothing is kept.
        let dry = send_lines(by, &format!("{}&dry_run=true", into(&region)), &bad).expect(200);
        assert_eq!((counts(&dry), &dry.json()["kept"], &dry.json()["fault_count"]), ([[2, 4], [0, 0], [0, 0]], &json!(false), &json!(5)));
        assert_eq!(notes(&dry, "faults")[4], (8, "line".to_owned(), "field_count".to_owned()));
        assert_eq!(items(by, "/v1/libraries"), Vec::<Value>::new());
        assert_eq!(event_count(world), before);

        let partial = send_lines(by, &format!("{}&mode=partial", into(&region)), &bad).expect(200);
        assert_eq!((counts(&partial), &partial.json()["kept"]), ([[2, 4], [0, 0], [0, 0]], &json!(true)));
        assert_eq!(notes(&partial, "faults"), notes(&dry, "faults"));
        assert_eq!(items(by, "/v1/venues").len(), 4);
    }

    fn files_that_are_no_outlet_files_are_refused_whole(world) {
        let region = Region::new(world, "nekls");
        for (body, expected) in [
            ("", vec![("/lines/1/line", "empty")]),
            ("zip,lat,lon\n66044,38,-95\n", vec![("/lines/1/line", "unknown_layout")]),
            ("fscskey,seq,name,name,outlet_type,city,state,colour\n", vec![("/lines/1/zip", "missing_column"), ("/lines/1/line", "unknown_column"), ("/lines/1/name", "repeated_column")]),
        ] {
            for mode in ["", "&mode=partial"] {
                let reply = send(&region.coordinator, &format!("{}{mode}", into(&region)), body).expect(422);
                let expected: Vec<_> = expected.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect();
                assert_eq!(reply.faults(), expected, "{body}");
            }
        }
    }

    fn a_library_of_another_network_is_refused_and_not_shown(world) {
        let (here, there) = (Region::new(world, "nekls"), Region::new(world, "swkls"));
        send_lines(&there.coordinator, &into(&there), &LINES[..LINES.find("KS0001").unwrap()]).expect(200);
        let theirs = library(&there.coordinator, "KS0065");

        let refused = send_lines(&here.coordinator, &into(&here), LINES).expect(422);
        let places: Vec<_> = (2..5).map(|line| (format!("/lines/{line}/fscskey"), "other_network".to_owned())).collect();
        assert_eq!(refused.faults(), places);
        assert!(!refused.text.contains(&there.network.to_string()) && !refused.text.contains(theirs["id"].as_str().unwrap()));
        assert_eq!(items(&here.coordinator, "/v1/libraries"), Vec::<Value>::new());

        let renamed = LINES.replace("LIBRARY SYSTEM", "LIBRARY OF OURS");
        let partial = send_lines(&here.coordinator, &format!("{}&mode=partial", into(&here)), &renamed).expect(200);
        assert_eq!((counts(&partial), partial.json()["fault_count"].as_u64()), ([[1, 1], [0, 0], [0, 0]], Some(3)));
        assert_eq!(items(&here.coordinator, "/v1/libraries").len(), 1);
        assert_eq!(library(&there.coordinator, "KS0065"), theirs);
        // Neither network is one that the other may import into, nor a thing it can see.
        send_lines(&here.coordinator, &into(&there), LINES).expect(404);
    }

    fn libraries_of_the_directory_join_and_stay(world) {
        let region = Region::new(world, "nekls");
        let operator = world.person("op@packhorse.example", Role::Operator);
        send_lines(&operator, "", LINES).expect(200);
        assert_eq!(library(&region.coordinator, "KS0065")["network"], Value::Null);
        let joined = send_lines(&region.coordinator, &into(&region), LINES).expect(200);
        assert_eq!(counts(&joined), [[0, 0], [2, 0], [0, 4]]);
        assert_eq!(library(&region.coordinator, "KS0065")["network"], region.network.to_string());
        // An import into the directory leaves them in their network.
        assert_eq!(counts(&send_lines(&operator, "", LINES).expect(200)), [[0, 0], [0, 0], [2, 4]]);
        let changed = send_lines(&operator, "", &LINES.replace("95256", "96000")).expect(200);
        assert_eq!(counts(&changed), [[0, 0], [1, 0], [1, 4]]);
        assert_eq!(library(&region.coordinator, "KS0065")["network"], region.network.to_string());
    }

    fn only_coordinators_of_the_network_and_operators_import(world) {
        let (region, other) = (Region::new(world, "nekls"), Region::new(world, "swkls"));
        let operator = world.person("op@packhorse.example", Role::Operator);
        send_lines(&region.coordinator, "", LINES).expect(403);
        send_lines(&operator, &into(&region), LINES).expect(200);
        let library = library(&region.coordinator, "KS0001")["id"].as_str().unwrap().parse().unwrap();
        let staff = world.person("staff@goodland.example", Role::Staff { library });
        send_lines(&staff, &into(&region), LINES).expect(403);
        send_lines(&staff, "", LINES).expect(403);
        send_lines(&other.coordinator, &into(&region), LINES).expect(404);
        send_lines(&operator, "?network=net_01k9z3k8m4e0r9q2v7x5y6w8ta", LINES).expect(404);
        send_lines(&world.client(), "", LINES).expect(401);
        let query = send_lines(&operator, "?mode=some&dry_run=perhaps&network=x&colour=red", LINES).expect(400);
        let mut names: Vec<_> = query.faults().into_iter().map(|(name, _)| name).collect();
        names.sort();
        assert_eq!(names, ["colour", "dry_run", "mode", "network"]);
        operator.send("POST", "/v1/libraries/import", &[("content-type", "application/json")], Some(b"{}")).expect(415);
        operator.send("POST", "/v1/libraries/import", &[], Some(b"")).expect(415);
    }

    fn json_lines_say_the_same(world) {
        let region = Region::new(world, "nekls");
        send_lines(&region.coordinator, &into(&region), LINES).expect(200);
        let names: Vec<_> = HEADER.trim().split(',').collect();
        let object = |line: &str| Value::Object(names.iter().map(|name| (*name).to_owned()).zip(line.split(',').map(|text| if text.is_empty() { Value::Null } else { json!(text) })).collect());
        let body = LINES.lines().map(|line| object(line).to_string() + "\n").collect::<String>();
        let path = format!("/v1/libraries/import{}", into(&region));
        let send = |body: &str| region.coordinator.send("POST", &path, &[("content-type", "application/x-ndjson")], Some(body.as_bytes()));
        assert_eq!(counts(&send(&body).expect(200)), [[0, 0], [0, 0], [2, 4]]);
        let faults = send(&body.replace("\"66044\"", "true")).expect(422).faults();
        assert_eq!(faults, (1..4).map(|line| (format!("/lines/{line}/zip"), "bad_value".to_owned())).collect::<Vec<_>>());
    }

    fn two_at_one_time_make_each_library_once(world) {
        let region = Region::new(world, "nekls");
        let replies: Vec<_> = std::thread::scope(|scope| {
            let sending: Vec<_> = (0..6).map(|_| scope.spawn(|| send_lines(&region.coordinator, &into(&region), LINES))).collect();
            sending.into_iter().map(|each| each.join().unwrap().expect(200)).collect()
        });
        let mut all: Vec<_> = replies.iter().map(counts).collect();
        all.sort_unstable();
        assert_eq!(all[5], [[2, 4], [0, 0], [0, 0]]);
        assert!(all[..5].iter().all(|counts| *counts == [[0, 0], [0, 0], [2, 4]]), "{all:?}");
        assert_eq!(items(&region.coordinator, "/v1/venues").len(), 4);
    }
}

#[test]
fn an_import_may_be_longer_than_other_bodies_but_not_endless() {
    let mut config = Config::default();
    config.limits.import_bytes = 400 * 1024;
    let world = World::with(TestDatabase::new(Backend::Sqlite), &config);
    let operator = world.person("op@packhorse.example", Role::Operator);
    let lines = LINES.to_owned() + &"\n".repeat(300 * 1024);
    send_lines(&operator, "", &lines).expect(200);
    send_lines(&operator, "", &lines.repeat(2)).expect(413);
}
