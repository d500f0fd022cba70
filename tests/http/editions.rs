//! Editions of workshops, and what is made of them.

use packhorse_tests::{Market, Region, World, both};
use serde_json::{Value, json};

fn draft(title: &str) -> Value {
    json!({
        "title": title, "level": "introductory", "duration_minutes": 60, "formats": ["virtual"], "languages": ["en"],
        "objectives": ["Say no kindly"]
    })
}

/// A workshop in the catalog of a network, with what is merged into its details.
fn published(region: &Region, changes: &Value) -> String {
    let mut details = draft("Hard conversations");
    packhorse_tests::merge(&mut details, changes);
    let body = json!({ "network": region.network, "details": details });
    let path = region.coordinator.post("/v1/workshops", &body).expect(201).location();
    region.coordinator.step(&path, "publish", None).expect(200);
    path
}

/// One lends to the other, so that its catalog is seen there.
fn partners(world: &World) -> (Region, Region) {
    let (from, to) = (Region::new(world, "swkls"), Region::new(world, "nekls"));
    let lends = json!({ "lender": from.network, "borrower": to.network, "from": "2026-01-01" });
    Market::operator(world).post("/v1/partnerships", &lends).expect(201);
    (from, to)
}

both! {
    fn each_change_of_a_published_workshop_makes_an_edition(world) {
        let region = Region::new(world, "nekls");
        let coordinator = &region.coordinator;
        let path = published(&region, &json!({}));
        let first = coordinator.get(&path).expect(200);
        assert_eq!(first.json()["edition"], 1);
        world.clock.advance(jiff::SignedDuration::from_hours(1));
        let second = coordinator.patch(&path, &first.etag(), &json!({ "title": "Harder conversations" })).expect(200);
        assert_eq!(second.json()["edition"], 2);
        let editions = coordinator.get(&format!("{path}/editions")).expect(200).json();
        let titles: Vec<_> = editions["items"].as_array().unwrap().iter().map(|one| &one["details"]["title"]).collect();
        assert_eq!(titles, ["Harder conversations", "Hard conversations"]);
        let kept = coordinator.get(&format!("{path}/editions/1")).expect(200).json();
        assert_eq!((&kept["edition"], &kept["details"]["title"]), (&json!(1), &json!("Hard conversations")));
        for absent in ["0", "3", "x", "99999999999"] {
            coordinator.get(&format!("{path}/editions/{absent}")).expect(404);
        }
        // Drafts have none, and retiring makes none.
        let body = json!({ "network": region.network, "details": draft("Another") });
        let drafted = coordinator.post("/v1/workshops", &body).expect(201);
        assert_eq!(drafted.json()["edition"], 0);
        let none = coordinator.get(&format!("{}/editions", drafted.location())).expect(200).json();
        assert_eq!(none["items"], json!([]));
        assert_eq!(coordinator.step(&path, "retire", None).expect(200).json()["edition"], 2);
    }

    fn a_booking_keeps_the_edition_it_was_booked_with(world) {
        let market = Market::new(world);
        let booking = market.book(&market.dana, "2027-03-03T16:00:00Z", &json!({ "room": null }));
        let workshop = format!("/v1/workshops/{}", market.catalog.workshop);
        let taught = json!({ "id": market.catalog.workshop, "edition": 1 });
        assert_eq!(market.staff.get(&booking).expect(200).json()["workshop"], taught);
        let etag = market.coordinator.get(&workshop).etag();
        market.coordinator.patch(&workshop, &etag, &json!({ "title": "Other" })).expect(200);
        assert_eq!(market.staff.get(&booking).expect(200).json()["workshop"], taught);
    }

    fn what_is_made_of_a_workshop_names_everybody_whose_work_is_in_it(world) {
        let (from, to) = partners(world);
        let original = published(
            &from,
            &json!({ "license": "CC-BY-SA-4.0", "authors": ["Dana Whitfield"], "funder": "IMLS, LSTA" }),
        );
        let (adapt, body) = (format!("{original}/adapt"), json!({ "network": to.network }));
        let made = to.coordinator.post(&adapt, &body).expect(201);
        let draft = made.json();
        assert_eq!((&draft["state"], &draft["edition"], &draft["license"]), (&json!("draft"), &json!(0), &json!("CC-BY-SA-4.0")));
        let first = json!({
            "workshop": original.rsplit('/').next(), "edition": 1, "title": "Hard conversations", "authors": ["Dana Whitfield"],
            "funder": "IMLS, LSTA", "network": "swkls", "license": "CC-BY-SA-4.0"
        });
        assert_eq!(draft["adapted_from"], json!([first]));
        // The chain goes on.
        to.coordinator.step(&made.location(), "publish", None).expect(200);
        let again = to.coordinator.post(&format!("{}/adapt", made.location()), &body).expect(201).json();
        let chain = again["adapted_from"].as_array().unwrap();
        assert_eq!((chain.len(), &chain[0], &chain[1]["network"]), (2, &first, &json!("nekls")));
        // Whoever wrote the original is told, and sees what was published.
        let told = from.coordinator.get("/v1/events?action=adapt").expect(200).json();
        assert_eq!(told["items"][0]["after"], json!([first]));
        let listed = to.coordinator.get(&format!("{original}/adaptations")).expect(200).json();
        assert_eq!(listed["items"][0]["id"], draft["id"]);
        let given = from.coordinator.get(&format!("/v1/networks/{}/give-and-take", from.network)).expect(200).json();
        assert_eq!((&given["adapted_by_others"], &given["adapted_from_others"]), (&json!(1), &json!(0)));
        let taken = to.coordinator.get(&format!("/v1/networks/{}/give-and-take", to.network)).expect(200).json();
        assert_eq!((&taken["adapted_by_others"], &taken["adapted_from_others"]), (&json!(0), &json!(1)));
    }

    fn what_is_public_is_adapted_without_a_partnership(world) {
        let (from, to) = (Region::new(world, "swkls"), Region::new(world, "nekls"));
        let body = json!({ "network": to.network });
        let open = published(&from, &json!({ "license": "CC-BY-4.0" }));
        let made = to.coordinator.post(&format!("{open}/adapt"), &body).expect(201).json();
        assert_eq!(made["adapted_from"][0]["network"], "swkls");
        for visibility in ["partners", "network"] {
            let hidden = published(&from, &json!({ "license": "CC-BY-4.0", "visibility": visibility }));
            to.coordinator.post(&format!("{hidden}/adapt"), &body).expect(404);
        }
        from.coordinator.step(&open, "retire", None).expect(200);
        to.coordinator.post(&format!("{open}/adapt"), &body).expect(404);
    }

    fn a_license_that_does_not_permit_it_refuses_with_the_reason(world) {
        let (from, to) = partners(world);
        let cases = [
            (json!({}), json!({}), "unlicensed"),
            (json!({ "license": "CC-BY-ND-4.0" }), json!({}), "not_adaptable"),
            (json!({ "license": "CC-BY-SA-4.0" }), json!({ "license": "CC-BY-4.0" }), "incompatible"),
        ];
        for (original, wanted, code) in cases {
            let path = published(&from, &original);
            let mut body = json!({ "network": to.network });
            packhorse_tests::merge(&mut body, &wanted);
            let refused = to.coordinator.post(&format!("{path}/adapt"), &body).expect(422);
            assert_eq!(refused.faults(), [("/license".to_owned(), code.to_owned())]);
        }
        let path = published(&from, &json!({ "license": "CC-BY-4.0" }));
        from.coordinator.step(&path, "retire", None).expect(200);
        from.coordinator.post(&format!("{path}/adapt"), &json!({ "network": from.network })).expect(409);
        let own = json!({ "network": from.network, "license": "no license" });
        from.coordinator.post(&format!("{path}/adapt"), &own).expect(422);
    }

    fn what_the_catalog_may_not_say_is_refused(world) {
        let region = Region::new(world, "nekls");
        let usd = |amount: i64| json!({ "amount_minor": amount, "currency": "USD" });
        for (changes, pointer) in [
            (json!({ "license": "all mine" }), "/details/license"),
            (json!({ "funder": "IMLS" }), "/details"),
            (json!({ "fees": [{ "customers": "anyone", "per_person": usd(-1) }] }), "/details"),
            (json!({ "fees": [{ "customers": "anyone", "per_person": usd(1) }, { "customers": "anyone", "per_person": usd(2) }] }), "/details"),
            (json!({ "competencies": ["top_01k9z3k8m4e0r9q2v7x5y6w8ta"] }), "/details/competencies/0"),
            (json!({ "continuing_education": [{ "scheme": "", "minutes": 0 }] }), "/details/continuing_education/0/minutes"),
        ] {
            let mut details = draft("Hard conversations");
            packhorse_tests::merge(&mut details, &changes);
            let body = json!({ "network": region.network, "details": details });
            let refused = region.coordinator.post("/v1/workshops", &body);
            assert!(matches!(refused.status, 400 | 422), "{changes}: {}", refused.text);
            let pointers: Vec<_> = refused.faults().into_iter().map(|(pointer, _)| pointer).collect();
            assert!(pointers.iter().any(|at| at == pointer), "{changes}: {pointers:?}");
        }
    }
}
