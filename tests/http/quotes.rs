//! Quotes: one number with what makes it up, kept as it was quoted, and honored by offers.

use packhorse_domain::{id::TrainerId, policy::Policy, user::Role};
use packhorse_tests::{DAY, Market, Reply, both};
use serde_json::{Value, json};

/// A need on one day, with the changes.
fn need(market: &Market, changes: &Value) -> Value {
    let mut need = market
        .need(&json!({ "preferences": [{ "from": DAY, "until": DAY, "earliest": "09:00:00", "latest": "17:00:00" }] }));
    packhorse_tests::merge(&mut need["details"], changes);
    need
}

/// A quote of one trainer.
fn quote(market: &Market, trainer: TrainerId, changes: &Value) -> Reply {
    let mut question = need(market, changes);
    question["trainer"] = json!(trainer);
    market.staff.post("/v1/quotes", &question)
}

/// Doubles Dana's fees.
fn raise(market: &Market) {
    let path = format!("/v1/trainers/{}", market.dana.id);
    let dear = json!({ "fees": [{
        "from": "2026-01-01",
        "per_workshop": { "amount_minor": 40_000, "currency": "USD" },
        "per_hour": { "amount_minor": 10_000, "currency": "USD" }
    }] });
    market.coordinator.patch(&path, &market.coordinator.get(&path).etag(), &dear).expect(200);
}

/// An offer at the price of a quote; `changes` are merged into its body.
fn honor(market: &Market, request: &str, quote: &Value, changes: &Value) -> Reply {
    let mut body = json!({ "trainer": quote["trainer"], "starts_at": quote["time"]["start"], "quote": quote["id"] });
    packhorse_tests::merge(&mut body, changes);
    market.coordinator.post(&format!("{request}/offers"), &body)
}

both! {
    fn a_quote_is_the_price_of_the_best_match(world) {
        let market = Market::new(world);
        let question = need(&market, &json!({ "budget": { "amount_minor": 30_000, "currency": "USD" } }));
        let best = market.staff.post("/v1/matches", &question).expect(200).json()["items"][0].clone();
        let made = market.staff.post("/v1/quotes", &question).expect(201);
        let quoted = made.json();
        for member in ["trainer", "time", "travel", "price"] {
            assert_eq!(quoted[member], best[member], "{member}");
        }
        assert_eq!(quoted["library_pays"], best["price"]["library_pays"]);
        assert_eq!((&quoted["network"], &quoted["library"]), (&question["network"], &question["library"]));
        assert_eq!((&quoted["details"]["budget"], &quoted["details"]["workshop"]), (&question["details"]["budget"], &question["details"]["workshop"]));
        assert_eq!(quoted["good_until"].as_str().unwrap()[..16], *"2027-02-04T15:00");
        assert_eq!((&quoted["expired"], &quoted["affordable"]), (&json!(false), &json!(true)));
        let shown = market.coordinator.get(&made.location()).expect(200);
        assert_eq!((shown.json(), shown.etag()), (quoted, made.etag()));
        // Dana is paid 200 dollars and 50 an hour, and lives there.
        let dana = quote(&market, market.dana.id, &json!({ "budget": { "amount_minor": 29_999, "currency": "USD" } })).expect(201).json();
        assert_eq!(dana["library_pays"], json!({ "amount_minor": 30_000, "currency": "USD" }));
        assert_eq!((&dana["trainer"], &dana["affordable"]), (&json!(market.dana.id), &json!(false)));
        let unsaid = quote(&market, market.dana.id, &json!({ "budget": { "amount_minor": 90_000, "currency": "EUR" } })).expect(201).json();
        assert_eq!(unsaid["affordable"], Value::Null);
    }

    fn a_quote_stays_as_quoted(world) {
        let market = Market::new(world);
        let made = quote(&market, market.dana.id, &json!({})).expect(201);
        raise(&market);
        let shown = market.staff.get(&made.location()).expect(200);
        assert_eq!((shown.json(), shown.etag()), (made.json(), made.etag()));
        let anew = quote(&market, market.dana.id, &json!({})).expect(201).json();
        assert_eq!(anew["library_pays"]["amount_minor"], 60_000);
        // The last day of thirty, and the instant after: readable as before, and no cached answer hides that it is over.
        world.clock.set("2027-02-04T14:59:00Z");
        assert_eq!(market.staff.get(&made.location()).expect(200).json()["expired"], false);
        world.clock.set("2027-02-04T15:01:00Z");
        let known = [("if-none-match", made.etag())];
        let known: Vec<_> = known.iter().map(|(name, tag)| (*name, tag.as_str())).collect();
        let late = market.staff.send("GET", &made.location(), &known, None).expect(200).json();
        assert_eq!((&late["expired"], &late["library_pays"]), (&json!(true), &made.json()["library_pays"]));
        // Close to the workshop a quote is good until it starts.
        world.clock.set("2027-02-10T15:00:00Z");
        let short = quote(&market, market.dana.id, &json!({})).expect(201).json();
        assert_eq!(short["good_until"], short["time"]["start"]);
    }

    fn an_offer_with_the_quote_has_its_price(world) {
        let market = Market::new(world);
        let [quoted, other] = [json!({}), json!({ "backfill": true })].map(|changes| quote(&market, market.dana.id, &changes).expect(201).json());
        raise(&market);
        let request = market.ask(&json!({}));
        for (changes, fault) in [
            (json!({ "honorarium": { "amount_minor": 1, "currency": "USD" } }), ("/honorarium", "contradiction")),
            (json!({ "trainer": market.lee.id }), ("/quote", "differs")),
            (json!({ "starts_at": "2027-03-04T16:00:00Z" }), ("/quote", "differs")),
            (json!({ "quote": other["id"] }), ("/quote", "differs")),
            (json!({ "quote": "quo_01k9z3k8m4e0r9q2v7x5y6w8ta" }), ("/quote", "not_found")),
        ] {
            let refused = honor(&market, &request, &quoted, &changes).expect(422);
            assert_eq!(refused.faults(), [(fault.0.to_owned(), fault.1.to_owned())], "{changes}");
        }
        let dear = honor(&market, &request, &quoted, &json!({ "quote": null })).expect(201);
        assert_eq!(dear.json()["terms"]["price"]["library_pays"]["amount_minor"], 60_000);
        assert_eq!(dear.json()["terms"]["quote"], Value::Null);
        // The same offer anew, at the price quoted; a booking keeps it.
        let revision = json!({ "starts_at": quoted["time"]["start"], "quote": quoted["id"] });
        let offer = market.coordinator.step(&dear.location(), "revise", Some(&revision)).expect(200).json();
        assert_eq!((&offer["terms"]["price"], &offer["terms"]["quote"]), (&quoted["price"], &quoted["id"]));
        market.coordinator.step(&dear.location(), "withdraw", Some(&json!({}))).expect(200);
        let made = honor(&market, &request, &quoted, &json!({})).expect(201);
        assert_eq!(made.json()["terms"]["price"], quoted["price"]);
        let booking = market.dana.client.step(&made.location(), "accept", None).expect(200).json();
        assert_eq!(booking["terms"]["price"], quoted["price"]);
    }

    fn a_ceiling_is_held_against_what_was_quoted(world) {
        let market = Market::new(world);
        let ceiling = |amount_minor: i64| json!({ "budget": { "amount_minor": amount_minor, "currency": "USD" }, "budget_is_ceiling": true });
        let quoted = quote(&market, market.dana.id, &ceiling(30_000)).expect(201).json();
        raise(&market);
        // At the new rates she is too dear; at the quoted one she is not, up to the acceptance.
        let request = market.ask(&ceiling(30_000));
        let refused = honor(&market, &request, &quoted, &json!({ "quote": null })).expect(422);
        assert_eq!(refused.faults(), [("/starts_at".to_owned(), "budget".to_owned())]);
        let offer = honor(&market, &request, &quoted, &json!({})).expect(201);
        market.dana.client.step(&offer.location(), "accept", None).expect(200);
        let poor = market.ask(&ceiling(29_999));
        let refused = honor(&market, &poor, &quoted, &json!({})).expect(422);
        assert_eq!(refused.faults(), [("/quote".to_owned(), "budget".to_owned())]);
    }

    fn an_expired_quote_is_not_honored(world) {
        let market = Market::with(world, "nekls", &Policy { quote_days: 1, ..Policy::default() });
        let quoted = quote(&market, market.dana.id, &json!({})).expect(201).json();
        let request = market.ask(&json!({}));
        world.clock.set("2027-01-06T15:01:00Z");
        let refused = honor(&market, &request, &quoted, &json!({})).expect(409);
        assert_eq!(refused.faults(), [(String::new(), "quote_expired".to_owned())]);
        honor(&market, &request, &quoted, &json!({ "quote": null })).expect(201);
    }

    fn nobody_is_told_with_the_rules(world) {
        let market = Market::new(world);
        let spanish = need(&market, &json!({ "language": "es" }));
        let refused = market.staff.post("/v1/quotes", &spanish).expect(422);
        assert_eq!(refused.faults(), [("/details".to_owned(), "nobody".to_owned())]);
        assert!(refused.json()["errors"][0]["detail"].as_str().unwrap().contains("language of 2"), "{}", refused.text);
        let one = quote(&market, market.dana.id, &json!({ "language": "es" })).expect(422);
        assert_eq!(one.faults(), [("/details".to_owned(), "nobody".to_owned())]);
        let elsewhere = Market::with(world, "elsewhere", &Policy::default());
        let foreign = quote(&market, elsewhere.dana.id, &json!({})).expect(422);
        assert_eq!(foreign.faults(), [("/trainer".to_owned(), "not_found".to_owned())]);
        let wrong = need(&market, &json!({ "expected_attendance": 0 }));
        market.staff.post("/v1/quotes", &wrong).expect(422);
        assert_eq!(market.staff.get("/v1/quotes").json()["items"], json!([]));
    }

    fn a_quote_is_for_its_library_and_its_network(world) {
        let market = Market::new(world);
        let made = quote(&market, market.dana.id, &json!({})).expect(201);
        let again = quote(&market, market.lee.id, &json!({})).expect(201);
        let network = market.network;
        let library = world.plant(move |planter| planter.library(network, "Eudora Public Library", "America/Chicago"));
        let neighbor = world.person("desk@eudora.example", Role::Staff { library });
        let elsewhere = Market::with(world, "elsewhere", &Policy::default());
        for (client, sees) in [(&market.staff, 2), (&market.coordinator, 2), (&neighbor, 0), (&elsewhere.staff, 0), (&elsewhere.coordinator, 0), (&market.dana.client, 0)] {
            let listed = client.get("/v1/quotes").expect(200).json();
            assert_eq!(listed["items"].as_array().unwrap().len(), sees);
            assert_eq!(client.get(&made.location()).status, if sees > 0 { 200 } else { 404 });
        }
        let page = market.staff.get(&format!("/v1/quotes?library={}&network={network}&limit=1", market.place.library)).expect(200).json();
        assert_eq!(page["items"], json!([made.json()]));
        let rest = market.staff.get(&format!("/v1/quotes?limit=1&after={}", page["next"].as_str().unwrap())).expect(200).json();
        assert_eq!((&rest["items"], &rest["next"]), (&json!([again.json()]), &Value::Null));
        assert_eq!(market.coordinator.get(&format!("/v1/quotes?library={library}")).json()["items"], json!([]));
        market.dana.client.post("/v1/quotes", &need(&market, &json!({}))).expect(403);
    }

    fn a_quote_sent_again_is_the_first_one_even_when_nobody_can_come_any_more(world) {
        let market = Market::new(world);
        let question = need(&market, &json!({}));
        let send = || market.staff.post_with("/v1/quotes", &question, &[("idempotency-key", "afford")]);
        let first = send().expect(201);
        for trainer in [&market.dana, &market.lee] {
            let off =
                json!({ "time_zone": "America/Chicago", "pattern": { "kind": "blackout", "from": DAY, "until": DAY } });
            trainer.client.post(&format!("/v1/trainers/{}/availability", trainer.id), &off).expect(201);
        }
        market.staff.post("/v1/quotes", &question).expect(422);
        assert_eq!(send().expect(201).text, first.text);
    }
}
