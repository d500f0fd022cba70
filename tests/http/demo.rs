//! The demonstration, on any day.

use diesel::connection::SimpleConnection;
use jiff::SignedDuration;
use packhorse_db::{Conn, Order, Page};
use packhorse_domain::{Timestamp, request::RequestStateName};
use packhorse_services::{
    Context, Expected, bookings, demo, libraries,
    matches::{self, Telling},
    offers::{self, Proposal},
    pool::Pool,
    requests::{self, RequestFilter},
    trainers,
};
use packhorse_tests::{Backend, START, TestDatabase, both};
use serde_json::json;

const ALL: Telling = Telling { limit: 100, explain: true, relax: 0, trainer: None, deliveries: false };

/// What the README's story relies on: the first open request is Hiawatha's, Lorna Beckwith is the best match for it, and
/// others could be asked, too.
fn the_story_goes_well(ctx: &mut Context<'_>) {
    let open = RequestFilter { state: Some(RequestStateName::Open), ..RequestFilter::default() };
    let page = Page { limit: 100, after: None, order: Order::Ascending };
    let open = requests::list(ctx, &open, &page).unwrap();
    assert_eq!(open.len(), 11);
    for request in &open {
        let ranking = matches::list(ctx, &Pool::default(), request.id, ALL).unwrap().ranking;
        assert!(!ranking.matches.is_empty() && !ranking.ruled_out.is_empty(), "{}: {request:?}", ctx.now);
    }
    let host = libraries::get(ctx, open[0].library).unwrap();
    assert_eq!(host.details.name, "Hiawatha Public Library");
    let ranking = matches::list(ctx, &Pool::default(), open[0].id, ALL).unwrap().ranking;
    let best = &ranking.matches[0];
    assert_eq!(trainers::get(ctx, best.trainer).unwrap().details.name, "Lorna Beckwith", "{}", ctx.now);
    assert!(best.preference_rank == 0 && ranking.matches.len() == 2, "{}: {ranking:?}", ctx.now);
    let proposal =
        Proposal { starts_at: best.time.start, honorarium: None, quote: None, message: String::new(), part: None };
    let offer = offers::make(ctx, open[0].id, best.trainer, &proposal).unwrap();
    let booking = offers::accept(ctx, offer.id, &Expected::OneOf(vec![offer.record.version])).unwrap();
    bookings::confirm(ctx, booking.id, &Expected::Any).unwrap();
}

fn on(conn: &mut Conn, now: Timestamp) {
    conn.batch_execute("BEGIN").unwrap();
    assert_eq!(demo::set_up(conn, "no hash", now).unwrap().len(), 10);
    the_story_goes_well(&mut Context::of_program(conn, now + SignedDuration::from_secs(60)));
    conn.batch_execute("ROLLBACK").unwrap();
}

#[test]
fn the_story_goes_well_on_any_day() {
    let database = TestDatabase::new(Backend::Sqlite);
    let mut conn = database.url.connect().unwrap();
    let first: Timestamp = "2026-01-01T00:05:00Z".parse().unwrap();
    // Every weekday, every part of the year and hour of the day, and leap days.
    for step in 0..60 {
        on(&mut conn, first + SignedDuration::from_hours(step * (24 * 12 + 7)));
    }
    for hard in ["2026-11-26T20:00:00Z", "2026-12-31T23:59:59Z", "2027-03-14T08:00:00Z", "2028-02-29T12:00:00Z"] {
        on(&mut conn, hard.parse().unwrap());
    }
}

both! {
    fn a_second_start_changes_nothing(world) {
        let hash = demo::password_hash().unwrap();
        let start: Timestamp = START.parse().unwrap();
        let of = hash.clone();
        let people = world.write(move |conn| demo::set_up(conn, &of, start));
        let again = world.write(move |conn| demo::set_up(conn, &hash, start + SignedDuration::from_hours(24 * 90)));
        let told = |people: &[demo::Person]| people.iter().map(|each| each.email.clone() + &each.role).collect::<Vec<_>>();
        assert_eq!(told(&people), told(&again));
        assert!(people[0].role.ends_with("coordinates the Northeast Kansas Library Network"));
        for person in &people {
            let me = world.client().sign_in(&person.email, demo::PASSWORD).get("/v1/me").expect(200).json();
            assert!(person.role.starts_with(me["name"].as_str().unwrap()) && me["roles"][0]["role"].is_string(), "{me}");
        }
        let operator = world.client().sign_in("operator@packhorse.example", demo::PASSWORD);
        for (list, length) in [("networks", 2), ("libraries", 33), ("venues", 33), ("workshops", 15), ("trainers", 12), ("requests", 14), ("offers", 2), ("bookings", 1), ("tour-plans", 1)] {
            let items = operator.get(&format!("/v1/{list}?limit=100")).expect(200).json()["items"].as_array().unwrap().len();
            assert_eq!(items, length, "{list}");
        }
        // What everybody is shown is alive.
        let nobody = world.client();
        for (list, length) in [("workshops", 15), ("sessions", 4), ("trainers", 1), ("showcases", 1), ("needs", 4)] {
            let items = nobody.get(&format!("/v1/public/{list}?limit=100")).expect(200).json()["items"].as_array().unwrap().len();
            assert_eq!(items, length, "{list}");
        }
        for (path, told) in [
            ("/archive", "From head counts to outcomes, in an hour"),
            ("/feeds/recordings.rss", "outcomes.mp3"),
            ("/needs", "Six laptops to lend"),
            ("/map", "Difficult Moments at the Desk"),
            ("/feeds/sessions.ics", "Your First Year on the Board"),
        ] {
            assert!(nobody.get(path).expect(200).text.contains(told), "{path}");
        }
        let policies = nobody.get("/v1/public/workshops?q=%22policies+that+hold+up%22").expect(200).json()["items"][0].clone();
        assert_eq!((&policies["license"], policies["materials"].as_array().unwrap().len()), (&json!("CC-BY-4.0"), 2));
        let venue = &operator.get("/v1/venues?limit=1").json()["items"][0];
        assert_eq!((&venue["city"], &venue["approximate"]), (&json!("Hiawatha"), &json!(true)));
    }

    fn a_road_show_is_planned_at_once(world) {
        let hash = demo::password_hash().unwrap();
        world.write(move |conn| demo::set_up(conn, &hash, START.parse().unwrap()));
        world.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(world.plan(), 1);
        let ruth = world.client().sign_in("ruth@nekansas.example", demo::PASSWORD);
        let plan = ruth.get("/v1/tour-plans").expect(200).json()["items"][0].clone();
        let tours = plan["outcome"]["tours"].as_array().unwrap();
        assert_eq!((&plan["state"], tours.len()), (&json!("done"), 1), "{plan:#}");
        assert!(tours[0]["stops"].as_array().unwrap().len() >= 3 && tours[0]["effort"]["nights"] != 0, "{plan:#}");
        // It is offered and accepted as the README shows.
        let path = format!("/v1/tour-plans/{}/tours", plan["id"].as_str().unwrap());
        let tour = ruth.act(&path, "*", Some(&json!({}))).expect(201).json()["items"][0].clone();
        let tomasz = world.client().sign_in("tomasz@wilk.example", demo::PASSWORD);
        let accepted = tomasz.step(&format!("/v1/tours/{}", tour["id"].as_str().unwrap()), "accept", None).expect(200).json();
        assert_eq!(accepted["state"], "accepted");
    }

    fn a_database_in_use_stays_as_it_is(world) {
        world.network("ours");
        let people = world.write(|conn| demo::set_up(conn, "no hash", START.parse().unwrap()));
        assert!(people.is_empty());
    }
}
