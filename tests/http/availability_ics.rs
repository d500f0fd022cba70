//! When trainers can teach, as iCalendar: out, in, and out again.

use packhorse_tests::{Client, DAY, Market, Reply, both};
use serde_json::{Value, json};

/// The weeks that are looked at, summer time among them.
const RANGE: &str = "from=2027-02-15T00:00:00Z&to=2027-05-15T00:00:00Z";

/// Somebody's calendar as others wrote it.
fn sample(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/ics/icalendar-7.3.0/");
    std::fs::read_to_string(format!("{folder}{name}.ics")).unwrap()
}

/// An address of Dana's.
fn of_dana(market: &Market, rest: &str) -> String {
    format!("/v1/trainers/{}/{rest}", market.dana.id)
}

fn send(client: &Client, market: &Market, query: &str, kind: &str, text: &str) -> Reply {
    let path = of_dana(market, &format!("availability/import?{query}"));
    client.send("POST", &path, &[("content-type", kind)], Some(text.as_bytes()))
}

fn import(market: &Market, query: &str, text: &str) -> Reply {
    send(&market.dana.client, market, query, "text/calendar; charset=utf-8", text)
}

fn statements(market: &Market) -> Vec<Value> {
    let listed = market.dana.client.get(&of_dana(market, "availability?limit=100")).expect(200).json();
    listed["items"].as_array().unwrap().clone()
}

fn free(market: &Market, range: &str) -> Value {
    market.dana.client.get(&of_dana(market, &format!("free-busy?{range}"))).expect(200).json()["free"].clone()
}

fn written(market: &Market) -> String {
    let reply = market.dana.client.get(&of_dana(market, &format!("availability.ics?{RANGE}"))).expect(200);
    assert_eq!(reply.header("content-type"), Some("text/calendar; charset=utf-8"));
    reply.text
}

fn say(market: &Market, pattern: &Value, priority: u8) {
    let body =
        json!({ "time_zone": "America/Chicago", "pattern": pattern, "priority": priority, "note": "Why, and; how" });
    market.dana.client.post(&of_dana(market, "availability"), &body).expect(201);
}

both! {
    fn what_goes_out_comes_in_the_same(world) {
        let market = Market::new(world);
        market.book(&market.dana, "2027-03-03T16:00:00Z", &json!({}));
        say(&market, &json!({ "kind": "blackout", "from": "2027-03-08", "until": "2027-03-12" }), 0);
        say(&market, &json!({ "kind": "period", "start": "2027-03-16T02:00:00", "end": "2027-03-16T05:00:00" }), 0);
        say(&market, &json!({
            "kind": "recurring", "start": "2027-03-03T22:00:00", "end": "2027-03-03T23:00:00", "rrule": "FREQ=WEEKLY;BYDAY=WE,SA",
            "exdate": ["2027-03-17T22:00:00"], "overrides": [{ "instance": "2027-03-20T22:00:00", "start": "2027-03-21T04:00:00", "end": "2027-03-21T05:00:00" }]
        }), 0);
        let (said, before, text) = (statements(&market), free(&market, RANGE), written(&market));
        assert_eq!(said.len(), 4);
        assert!(text.contains("BEGIN:VAVAILABILITY\r\n") && text.contains("RRULE:FREQ=WEEKLY;BYDAY=WE,SA\r\n"), "{text}");
        let report = import(&market, "replace=true", &text).expect(200).json();
        assert_eq!((&report["kept"], &report["taken_back"]), (&json!(true), &json!(4)));
        assert_eq!(report["items"], json!(statements(&market)), "in the order of the list");
        assert!(statements(&market).iter().all(|each| !said.contains(each)));
        assert!(statements(&market).iter().any(|each| each["note"] == "Why, and; how"));
        assert_eq!(free(&market, RANGE), before);
        // What the format cannot say is told for the time that is asked for.
        say(&market, &json!({ "kind": "recurring", "start": "2027-04-01T10:00:00", "end": "2027-04-01T11:00:00", "rrule": "FREQ=DAILY", "free": false }), 0);
        let (before, text) = (free(&market, RANGE), written(&market));
        assert!(!text.contains("RRULE"), "{text}");
        import(&market, "replace=true", &text).expect(200);
        assert_eq!(free(&market, RANGE), before);
    }

    fn the_examples_of_the_standard_come_in(world) {
        let market = Market::new(world);
        let week = "from=2011-10-02T04:00:00Z&to=2011-10-09T04:00:00Z";
        let days = |last: usize| -> Vec<_> {
            let day = |day: usize| json!({ "start": format!("2011-10-{day:02}T13:00:00Z"), "end": format!("2011-10-{day:02}T21:00:00Z") });
            (3..=last).map(day).collect()
        };
        import(&market, "replace=true", &sample("availabilities__rfc_7953_1")).expect(200);
        assert_eq!(free(&market, week), json!(days(7)), "Monday to Friday from nine to five in Montreal");
        let report = import(&market, "replace=true", &sample("availabilities__rfc_7953_2")).expect(200).json();
        assert_eq!((report["items"].as_array().unwrap().len(), &report["taken_back"]), (2, &json!(1)));
        assert_eq!(free(&market, week), json!(days(6)), "its Fridays are told to begin on a Thursday");
        // What is added without `replace` stands beside it.
        import(&market, "", &sample("availabilities__rfc_7953_1")).expect(200);
        assert_eq!((statements(&market).len(), free(&market, week)), (3, json!(days(7))));
    }

    fn matches_follow_what_came_in(world) {
        let market = Market::new(world);
        let one_day = json!({ "preferences": [{ "from": DAY, "until": DAY, "earliest": "09:00:00", "latest": "17:00:00" }] });
        let can_come = || {
            let shown = market.staff.post("/v1/matches", &market.need(&one_day)).expect(200).json();
            shown["items"].as_array().unwrap().iter().any(|each| each["trainer"] == json!(market.dana.id))
        };
        let text = |day: &str| format!("BEGIN:VAVAILABILITY\nBEGIN:AVAILABLE\nDTSTART:{day}T080000\nDURATION:PT10H\nEND:AVAILABLE\nEND:VAVAILABILITY\n");
        assert!(can_come());
        let report = import(&market, "replace=true", &text("20270304")).expect(200).json();
        assert_eq!(report["items"][0]["time_zone"], "America/Chicago", "a time without a zone is in the trainer's");
        assert_eq!(report["notes"][0]["line"], 3, "{report}");
        assert!(!can_come());
        import(&market, "", &text("20270303")).expect(200);
        assert!(can_come());
    }

    fn a_text_is_taken_whole_or_not_at_all(world) {
        let market = Market::new(world);
        let before = statements(&market);
        let dry = import(&market, "replace=true&dry_run=true", &sample("availabilities__rfc_7953_2")).expect(200).json();
        assert_eq!((&dry["kept"], &dry["taken_back"], dry["items"].as_array().unwrap().len()), (&json!(false), &json!(1), 2));
        let good = "BEGIN:AVAILABLE\nDTSTART:20270301T140000Z\nDURATION:PT2H\nEND:AVAILABLE\n";
        let bad = "BEGIN:AVAILABLE\nDTSTART:20270301T140000Z\nDTEND:20270301T120000Z\nEND:AVAILABLE\n";
        let endless = "BEGIN:AVAILABLE\nDTSTART:20270301T140000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY\nEND:AVAILABLE\n";
        let whole = |parts: [&str; 2]| parts.map(|part| format!("BEGIN:VAVAILABILITY\n{good}{part}END:VAVAILABILITY\n")).concat();
        for (text, faults) in [
            (whole([bad, endless]), vec![("/lines/6", "end_before_start"), ("/lines/19", "too_often")]),
            ("<!doctype html><title>Sign in</title>".to_owned(), vec![("/lines/1", "not_a_calendar")]),
            ("BEGIN:VCALENDAR\nEND:VCALENDAR\n".to_owned(), vec![("/lines/1", "nothing")]),
            (String::new(), vec![("/lines/1", "not_a_calendar")]),
        ] {
            let refused = import(&market, "replace=true", &text).expect(422);
            let faults: Vec<_> = faults.into_iter().map(|(place, code)| (place.to_owned(), code.to_owned())).collect();
            assert_eq!(refused.faults(), faults, "{text}");
        }
        send(&market.dana.client, &market, "", "text/html", "<html>").expect(415);
        import(&market, "replace=perhaps", &sample("availabilities__rfc_7953_1")).expect(400);
        // Who may not is told so before what is wrong with the text.
        send(&market.lee.client, &market, "", "text/html", "<html>").expect(403);
        assert_eq!(statements(&market), before);
    }

    fn busy_time_goes_out_as_other_programs_read_it(world) {
        let market = Market::new(world);
        let day = "from=2027-03-03T06:00:00Z&to=2027-03-04T06:00:00Z";
        market.book(&market.dana, "2027-03-03T16:00:00Z", &json!({ "room": null }));
        let request = market.ask(&json!({ "room": null }));
        market.offer(&request, market.dana.id, "2027-03-03T20:00:00Z").expect(201);
        // Anybody who sees the trainer, and nobody is told by what.
        let reply = market.lee.client.get(&of_dana(&market, &format!("free-busy.ics?{day}"))).expect(200);
        assert_eq!(reply.header("content-type"), Some("text/calendar; charset=utf-8"));
        let lines: Vec<_> = reply.text.lines().filter_map(|line| line.strip_prefix("FREEBUSY;FBTYPE=")).collect();
        assert_eq!(lines, [
            "BUSY-UNAVAILABLE:20270303T060000Z/20270303T120000Z",
            "BUSY:20270303T160000Z/20270303T180000Z",
            "BUSY-TENTATIVE:20270303T200000Z/20270303T220000Z",
            "BUSY-UNAVAILABLE:20270304T040000Z/20270304T060000Z",
        ]);
        market.dana.client.get(&of_dana(&market, "free-busy.ics?from=2027-03-03T06:00:00Z&to=2030-03-04T06:00:00Z")).expect(422);
    }
}
