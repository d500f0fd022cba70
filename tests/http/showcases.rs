//! Showcases: what everybody sees of them, and how a table comes to a library.

use packhorse_tests::{Market, Region, both};
use serde_json::{Value, json};

fn showcase(market: &Market, changes: &Value) -> Value {
    let mut details = json!({
        "title": "Training Showcase", "summary": "Forty tables, one hour.", "starts_at": "2027-06-25T14:00:00Z",
        "ends_at": "2027-06-25T16:00:00Z", "time_zone": "America/Chicago", "place": "Exhibition Hall",
        "address": "225 W Douglas Ave\nWichita, KS", "contact_address": "https://nekls.example.org/ask",
        "tables": [
            { "number": 7, "host": "Lorna Hayes", "title": "Policies on one page", "tip": "Let the board lose first.", "workshop": market.catalog.workshop },
            { "number": 2, "host": "Dana Whitfield", "title": "Games <b>for</b> boards" }
        ]
    });
    packhorse_tests::merge(&mut details, changes);
    json!({ "network": market.network, "details": details })
}

/// A handout of the workshop, with what is merged into it.
fn handout(market: &Market, changes: &Value) -> String {
    let mut details = json!({ "kind": "handout", "title": "Ten questions", "address": "https://files.example.org/ten.pdf", "media_type": "application/pdf" });
    packhorse_tests::merge(&mut details, changes);
    market.coordinator.post(&format!("/v1/workshops/{}/materials", market.catalog.workshop), &details).expect(201).id()
}

both! {
    fn everybody_sees_one_that_is_published(world) {
        let market = Market::new(world);
        let (shown, hidden) = (handout(&market, &json!({})), handout(&market, &json!({ "title": "Canary", "is_public": false })));
        let path = market.coordinator.post("/v1/showcases", &showcase(&market, &json!({}))).expect(201).location();
        let page = path.replace("/v1", "");
        world.client().get(&page).expect(404);
        let elsewhere = Region::new(world, "swkls");
        elsewhere.coordinator.get(&path).expect(404);
        market.staff.get(&path).expect(404);
        let mut tables = market.coordinator.get(&path).expect(200).json()["tables"].clone();
        tables[0]["handouts"] = json!([shown, hidden]);
        market.coordinator.patch(&path, &market.coordinator.get(&path).etag(), &json!({ "tables": tables })).expect(200);
        market.coordinator.step(&path, "publish", None).expect(200);
        market.coordinator.step(&path, "publish", None).expect(409);
        assert_eq!(elsewhere.coordinator.get(&path).expect(200).json()["tables"][0]["number"], 7);
        elsewhere.coordinator.patch(&path, &elsewhere.coordinator.get(&path).etag(), &json!({ "title": "Mine" })).expect(403);
        let text = world.client().get(&page).expect(200).text;
        for seen in ["Training Showcase", "Wichita, KS", "Table 7", "Let the board lose first.", "https://files.example.org/ten.pdf", "https://nekls.example.org/ask", "&lt;b&gt;for"] {
            assert!(text.contains(seen), "{seen}: {text}");
        }
        assert!(text.find("Table 2") < text.find("Table 7") && !text.contains("Canary") && !text.contains("<b>for"), "{text}");
        assert!(world.client().get("/sitemap.xml").expect(200).text.contains(&page));
        world.client().get(&format!("/networks/{}{page}", market.network)).expect(200);
        world.client().get(&format!("/networks/{}{page}", elsewhere.network)).expect(404);
        // A handout is taken along while its workshop is public.
        market.coordinator.step(&format!("/v1/workshops/{}", market.catalog.workshop), "retire", None).expect(200);
        assert!(!world.client().get(&page).expect(200).text.contains("ten.pdf"));
        market.coordinator.delete(&path, &market.coordinator.get(&path).etag()).expect(204);
        world.client().get(&page).expect(404);
        assert!(!world.client().get("/sitemap.xml").expect(200).text.contains(&page));
    }

    fn what_cannot_be_is_refused(world) {
        let market = Market::new(world);
        let table = |number: u32| json!({ "number": number, "host": "A", "title": "B" });
        let with = |name: &str, value: Value| { let mut table = table(1); table[name] = value; json!({ "tables": [table] }) };
        for (changes, pointer) in [
            (json!({ "ends_at": "2027-06-25T14:00:00Z" }), "/details"),
            (json!({ "ends_at": "2027-07-25T14:00:00Z" }), "/details"),
            (json!({ "tables": [table(1), table(1)] }), "/details"),
            (json!({ "tables": [table(0)] }), "/details/tables/0/number"),
            (json!({ "contact_address": "ftp://example.org" }), "/details/contact_address"),
            (with("workshop", json!("wks_01k9z3k8m4e0r9q2v7x5y6w8ta")), "/details/tables/0/workshop"),
            (with("handouts", json!(["mat_01k9z3k8m4e0r9q2v7x5y6w8ta"])), "/details/tables/0/handouts/0"),
        ] {
            let refused = market.coordinator.post("/v1/showcases", &showcase(&market, &changes)).expect(422);
            assert_eq!(refused.faults()[0].0, pointer, "{}", refused.text);
        }
        market.staff.post("/v1/showcases", &showcase(&market, &json!({}))).expect(403);
        assert_eq!(market.coordinator.get("/v1/showcases").expect(200).json()["items"], json!([]));
    }

    fn a_table_is_brought_to_a_library(world) {
        let market = Market::new(world);
        let path = market.coordinator.post("/v1/showcases", &showcase(&market, &json!({}))).expect(201).location();
        market.coordinator.step(&path, "publish", None).expect(200);
        let need = market.need(&json!({}))["details"].clone();
        let mut wish = json!({ "library": market.place.library, "expected_attendance": 12, "preferences": need["preferences"], "venue": market.place.venue, "notes": "Please!" });
        let bring = |number: &str, wish: &Value| market.staff.post(&format!("{path}/tables/{number}/request"), wish);
        let draft = bring("7", &wish).expect(201);
        let made = market.staff.get(&draft.location()).expect(200).json();
        let workshop = market.staff.get(&format!("/v1/workshops/{}", market.catalog.workshop)).json();
        assert_eq!((&made["state"], &made["workshop"], &made["library"]), (&json!("draft"), &workshop["id"], &json!(market.place.library)));
        assert_eq!((&made["level"], &made["duration_minutes"], &made["format"]), (&workshop["level"], &workshop["duration_minutes"], &workshop["formats"][0]));
        assert_eq!(made["notes"], "Seen at Training Showcase, table 7: Policies on one page (Lorna Hayes).\n\nPlease!");
        market.staff.step(&draft.location(), "submit", None).expect(200);
        // A table that shows no workshop leaves more to be said.
        let open = bring("2", &wish).expect(422).faults();
        let places: Vec<_> = open.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["/topic", "/level", "/duration_minutes", "/format", "/language"]);
        packhorse_tests::merge(&mut wish, &json!({ "topic": market.catalog.topic, "level": "advanced", "duration_minutes": 60, "format": "virtual", "language": "en", "venue": null }));
        assert_eq!(bring("2", &wish).expect(201).json()["topic"], json!(market.catalog.topic));
        for absent in ["3", "0", "x", "99999999999"] {
            bring(absent, &wish).expect(404);
        }
        market.dana.client.post(&format!("{path}/tables/7/request"), &wish).expect(403);
        wish["library"] = json!("lib_01k9z3k8m4e0r9q2v7x5y6w8ta");
        assert_eq!(bring("7", &wish).expect(422).faults()[0].0, "/library");
    }
}
