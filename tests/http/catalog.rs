//! The public catalog: what everybody finds, in every form, and what nobody does.

mod json;

use packhorse_tests::{Client, Market, Region, Reply, both};
use serde_json::{Value, json};

const TEN: &str = "2027-03-03T16:00:00Z";

fn title(title: &str, changes: &Value) -> Value {
    let mut details = json!({
        "title": title, "abstract": "How to say no, and stay friends.", "level": "introductory", "duration_minutes": 90,
        "formats": ["virtual"], "languages": ["en"], "objectives": ["Say no kindly"], "license": "CC-BY-4.0",
        "authors": ["Dana Whitfield"],
        "continuing_education": [{ "scheme": "Wisconsin", "category": "A", "minutes": 90 }],
        "fees": [{ "customers": "anyone", "per_person": { "amount_minor": 2_500, "currency": "USD" } }]
    });
    packhorse_tests::merge(&mut details, changes);
    details
}

/// A workshop of a network; its address below `/v1`.
fn draft(region: &Region, name: &str, changes: &Value) -> String {
    let body = json!({ "network": region.network, "details": title(name, changes) });
    region.coordinator.post("/v1/workshops", &body).expect(201).location()
}

fn published(region: &Region, name: &str, changes: &Value) -> String {
    let path = draft(region, name, changes);
    region.coordinator.step(&path, "publish", None).expect(200);
    path
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// A published session of a workshop.
fn session(region: &Region, workshop: &str, starts_at: &str, ends_at: &str) -> String {
    let body = json!({
        "network": region.network, "workshop": id(workshop),
        "details": {
            "title": "Saying no, online", "note": "Bring a no of your own.", "starts_at": starts_at, "ends_at": ends_at, "time_zone": "America/Chicago",
            "format": "virtual", "entry": { "is_open": true, "meeting_address": "https://meet.example.org/no" }
        }
    });
    let path = region.coordinator.post("/v1/sessions", &body).expect(201).location();
    region.coordinator.step(&path, "publish", None).expect(200);
    path
}

/// Every address of the catalog that lists, of everything and of one network.
fn lists(region: &Region) -> Vec<String> {
    let paths = [
        "/catalog",
        "/calendar/2027-03",
        "/map",
        "/feeds/workshops.atom",
        "/feeds/sessions.atom",
        "/feeds/sessions.ics",
        "/feeds/workshops.csv",
    ];
    let below = paths.iter().map(|path| format!("/networks/{}{path}", region.network));
    let whole = paths.iter().map(|path| (*path).to_owned());
    let harvest =
        ["/sitemap.xml", "/oai?verb=ListRecords&metadataPrefix=oai_dc", "/oai?verb=ListRecords&metadataPrefix=lrmi"];
    let json = ["workshops", "sessions"].map(|list| format!("/v1/public/{list}"));
    let of_network = json.clone().map(|path| format!("{path}?network={}", region.network));
    whole.chain(below).chain(harvest.map(str::to_owned)).chain(json).chain(of_network).collect()
}

fn oai(client: &Client, query: &str) -> Reply {
    client.get(&format!("/oai?{query}")).expect(200)
}

both! {
    fn what_is_published_is_there_in_every_form(world) {
        let region = Region::new(world, "nekls");
        let workshop = published(&region, "Saying no", &json!({}));
        let dated = session(&region, &workshop, TEN, "2027-03-03T17:30:00Z");
        let nobody = world.client();
        let page = nobody.get(&format!("/workshops/{}", id(&workshop))).expect(200);
        for told in ["<h1", "Saying no", "Say no kindly", "Dana Whitfield", "application/ld+json", "Wisconsin", "$25"] {
            assert!(page.text.contains(told), "{told}");
        }
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("style-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        let page = nobody.get(&format!("/sessions/{}?zone=America/Los_Angeles", id(&dated))).expect(200);
        assert!(page.text.contains("Bring a no of your own."), "{}", page.text);
        assert!(page.text.contains("10:00") && page.text.contains("https://meet.example.org/no"), "{}", page.text);
        for path in lists(&region) {
            let found = nobody.get(&path).expect(200);
            let told = if path.contains("map") { "Saying no, online" } else { "aying no" };
            let told = if path.contains("sitemap") { id(&workshop) } else { told };
            assert!(path.contains("map") || path.contains("archive") || found.text.contains(told), "{path}: {}", found.text);
        }
        let other = Region::new(world, "swkls");
        nobody.get(&format!("/networks/{}/catalog", other.network)).expect(404);
        nobody.get("/calendar/2027-13").expect(404);
        nobody.get("/catalog?color=red").expect(400);
        nobody.get("/sessions/ssn_x?zone=Mars/Base").expect(422);
        let embedded = nobody.get("/catalog?embed=true").expect(200);
        assert!(embedded.header("content-security-policy").unwrap().contains("frame-ancestors *"));
        assert_eq!(embedded.header("x-frame-options"), None);
        assert!(!embedded.text.contains("<footer"));
    }

    fn what_was_not_published_is_nowhere(world) {
        const CANARY: &str = "Canary";
        let region = Region::new(world, "nekls");
        let market = Market::with(world, "swkls", &packhorse_domain::policy::Policy::default());
        published(&region, "Plain", &json!({}));
        let hidden = [
            draft(&region, "Canary draft", &json!({})),
            published(&region, "Canary partners", &json!({ "visibility": "partners" })),
            published(&region, "Canary network", &json!({ "visibility": "network" })),
        ];
        // A session of what is hidden, one not published, and a trainer who is not public.
        for workshop in &hidden[1..] {
            session(&region, workshop, TEN, "2027-03-03T17:30:00Z");
        }
        let profile = format!("/v1/trainers/{}", market.dana.id);
        let etag = market.coordinator.get(&profile).etag();
        market.coordinator.patch(&profile, &etag, &json!({ "name": "Canary trainer" })).expect(200);
        let booking = market.book(&market.dana, TEN, &json!({ "room": null }));
        let own = market.staff.step(&booking, "session", Some(&json!({ "meeting_address": null }))).expect(201).location();
        let etag = market.staff.get(&own).etag();
        market.staff.patch(&own, &etag, &json!({ "title": "Canary session" })).expect(200);
        let nobody = world.client();
        for path in lists(&region).into_iter().chain(lists(&Region { network: market.network, coordinator: market.coordinator.clone() })) {
            let found = nobody.get(&path).expect(200);
            assert!(!found.text.contains(CANARY), "{path}: {}", found.text);
        }
        for path in &hidden {
            nobody.get(&format!("/workshops/{}", id(path))).expect(404);
            nobody.get(&format!("/v1/public/workshops/{}", id(path))).expect(404);
            let record = format!("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:127.0.0.1:{}", id(path));
            assert!(oai(&nobody, &record).text.contains("idDoesNotExist"), "{}", oai(&nobody, &record).text);
        }
        nobody.get(&format!("/sessions/{}", id(&own))).expect(404);
        nobody.get(&format!("/v1/public/sessions/{}", id(&own))).expect(404);
        nobody.get(&format!("/trainers/{}", market.dana.id)).expect(404);
        nobody.get(&format!("/v1/public/trainers/{}", market.dana.id)).expect(404);
        assert_eq!(nobody.get("/v1/public/trainers").expect(200).json()["items"], json!([]));
        // Once it is published its trainer is still not named.
        market.staff.step(&own, "publish", None).expect(200);
        let page = nobody.get(&format!("/sessions/{}", id(&own))).expect(200);
        assert!(page.text.contains("Canary session") && !page.text.contains("Canary trainer"));
    }

    fn a_trainer_is_shown_while_they_allow_it(world) {
        let market = Market::new(world);
        let profile = format!("/v1/trainers/{}", market.dana.id);
        let etag = market.coordinator.get(&profile).etag();
        market.coordinator.patch(&profile, &etag, &json!({ "visibility": "public" })).expect(200);
        let (page, taught) = (format!("/trainers/{}", market.dana.id), format!("/workshops/{}", market.catalog.workshop));
        let nobody = world.client();
        nobody.get(&page).expect(404);
        let document = format!("/v1/public{page}");
        nobody.get(&document).expect(404);
        assert!(!nobody.get(&taught).expect(200).text.contains(&page));
        let allow = |given: bool| {
            let answer = json!({ "given": given, "wording": 1 }).to_string();
            let kind = [("content-type", "application/json")];
            market.dana.client.send("PUT", "/v1/me/consents/public_profile", &kind, Some(answer.as_bytes())).expect(200);
        };
        allow(true);
        let shown = nobody.get(&page).expect(200).text;
        assert!(shown.contains("Dana Whitfield") && shown.contains("Policies for Results"), "{shown}");
        assert!(nobody.get(&taught).expect(200).text.contains(&page));
        let told = nobody.get(&document).expect(200).json();
        assert_eq!((&told["name"], &told["workshops"][0]["title"]), (&json!("Dana Whitfield"), &json!("Policies for Results")));
        for hidden in ["email", "fees", "coordinates", "home_base"] {
            assert!(told.get(hidden).is_none(), "{told}");
        }
        assert_eq!(nobody.get("/v1/public/trainers").expect(200).json()["items"], json!([told]));
        assert_eq!(nobody.get(&format!("/v1/public/trainers?network={}", market.network)).expect(200).json()["items"], json!([told]));
        assert_eq!(nobody.get("/v1/public/trainers?network=net_00000000000000000000000000").expect(200).json()["items"], json!([]));
        allow(false);
        nobody.get(&page).expect(404);
        nobody.get(&document).expect(404);
    }

    fn materials_are_found_and_recordings_heard(world) {
        let region = Region::new(world, "nekls");
        let workshop = published(&region, "Saying no", &json!({}));
        let dated = session(&region, &workshop, TEN, "2027-03-03T17:30:00Z");
        let add = |changes: &Value| {
            let mut body = json!({
                "kind": "handout", "title": "Ten ways to say no", "address": "https://files.example.org/ten.pdf",
                "media_type": "application/pdf", "session": id(&dated)
            });
            packhorse_tests::merge(&mut body, changes);
            region.coordinator.post(&format!("{workshop}/materials"), &body)
        };
        let handout = add(&json!({})).expect(201).location();
        add(&json!({ "title": "Secret notes", "is_public": false })).expect(201);
        add(&json!({
            "kind": "recording", "title": "How it went", "address": "https://files.example.org/no.mp3", "media_type": "audio/mpeg",
            "bytes": 31_000_000, "duration_minutes": 88, "has_captions": true
        })).expect(201);
        for (field, value) in [
            ("address", json!("javascript:alert(1)")),
            ("media_type", json!("PDF")),
            ("license", json!("free")),
            ("funder", json!("IMLS")),
        ] {
            let refused = add(&json!({ field: value }));
            assert!(matches!(refused.status, 400 | 422), "{field}: {}", refused.text);
        }
        // Who has a handout?
        let found = region.coordinator.get("/v1/materials?kind=handout&q=SAY").expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        let nobody = world.client();
        let page = nobody.get(&format!("/workshops/{}", id(&workshop))).expect(200).text;
        assert!(page.contains("https://files.example.org/ten.pdf") && !page.contains("Secret notes"), "{page}");
        let podcast = nobody.get("/feeds/recordings.rss").expect(200).text;
        assert!(podcast.contains("<enclosure") && podcast.contains("length=\"31000000\""), "{podcast}");
        let archive = nobody.get("/archive").expect(200).text;
        assert!(archive.contains("How it went") && archive.contains("Ten ways to say no") && archive.contains("Saying no, online"));
        assert!(!archive.contains("Secret notes") && !podcast.contains("Secret notes"));
        let etag = region.coordinator.get(&handout).etag();
        region.coordinator.delete(&handout, &etag).expect(204);
        assert!(!nobody.get(&format!("/workshops/{}", id(&workshop))).expect(200).text.contains("ten.pdf"));
    }

    fn the_catalog_is_searched_and_narrowed_down(world) {
        let region = Region::new(world, "nekls");
        published(&region, "Policies that hold", &json!({ "level": "advanced", "formats": ["in_person"] }));
        let puppets = published(&region, "Puppets for story time", &json!({ "languages": ["es"] }));
        let nobody = world.client();
        let finds = |query: &str| {
            let page = nobody.get(&format!("/catalog?{query}")).expect(200).text;
            (page.contains("Policies that hold"), page.contains("Puppets for story time"))
        };
        for (query, expected) in [
            ("q=policy", (true, false)),
            ("q=polcies", (true, false)),
            ("q=pup", (false, true)),
            ("q=%22story+time%22", (false, true)),
            ("q=kindly", (true, true)),
            ("q=kindly+-puppets", (true, false)),
            ("level=advanced", (true, false)),
            ("level=advanced&level=introductory", (true, true)),
            ("format=virtual&q=&from=&until=&zip=", (false, true)),
            ("language=es", (false, true)),
            ("ce=Wisconsin%20%C2%B7%20A", (true, true)),
            ("ce=Iowa", (false, false)),
            ("from=2027-03-01&until=2027-03-31", (false, false)),
        ] {
            assert_eq!(finds(query), expected, "{query}");
        }
        // A date, a change and a withdrawal are found at once.
        session(&region, &puppets, TEN, "2027-03-03T17:30:00Z");
        assert_eq!(finds("from=2027-03-01&until=2027-03-31"), (false, true));
        let etag = region.coordinator.get(&puppets).etag();
        region.coordinator.patch(&puppets, &etag, &json!({ "audience": "Puppeteers and policymakers" })).expect(200);
        assert_eq!(finds("q=policymakers"), (false, true));
        region.coordinator.step(&puppets, "retire", None).expect(200);
        assert_eq!(finds("q=puppets"), (false, false));
        nobody.get("/catalog?zip=00000").expect(422);
        for wrong in ["level=deep", "within=0", "within=20001", "from=tomorrow", "sort=best", "after=x", "topic=x"] {
            assert_eq!(nobody.get(&format!("/catalog?{wrong}")).status, 400, "{wrong}");
        }
    }

    fn what_is_withdrawn_is_told_as_gone(world) {
        let region = Region::new(world, "nekls");
        let (kept, gone) = (published(&region, "Kept", &json!({})), published(&region, "Gone", &json!({})));
        world.clock.advance(jiff::SignedDuration::from_mins(5));
        region.coordinator.step(&gone, "retire", None).expect(200);
        let nobody = world.client();
        nobody.get(&format!("/workshops/{}", id(&gone))).expect(410);
        assert!(!nobody.get("/catalog").expect(200).text.contains("Gone"));
        let records = oai(&nobody, "verb=ListRecords&metadataPrefix=oai_dc").text;
        assert!(records.contains("status=\"deleted\"") && records.contains(id(&gone)) && records.contains(id(&kept)));
        assert!(!records.contains("Gone"));
        let since = oai(&nobody, "verb=ListIdentifiers&metadataPrefix=oai_dc&from=2099-01-01").text;
        assert!(since.contains("noRecordsMatch"), "{since}");
    }

    fn an_answer_that_did_not_change_is_not_sent_again(world) {
        let region = Region::new(world, "nekls");
        let workshop = published(&region, "Saying no", &json!({}));
        let nobody = world.client();
        for path in [format!("/workshops/{}", id(&workshop)), "/feeds/workshops.csv".to_owned()] {
            let first = nobody.get(&path).expect(200);
            assert_eq!(first.header("cache-control"), Some("public, max-age=1"));
            assert!(first.header("last-modified").is_some());
            let (tag, etag) = (first.etag(), region.coordinator.get(&workshop).etag());
            let again = || nobody.send("GET", &path, &[("if-none-match", tag.as_str())], None);
            assert_eq!(again().status, 304, "{path}");
            let since = |date: &str| nobody.send("GET", &path, &[("if-modified-since", date)], None).status;
            assert_eq!([since(first.header("last-modified").unwrap()), since("Tue, 05 Jan 2021 15:00:00 GMT")], [304, 200]);
            assert_eq!(since("yesterday"), 200);
            region.coordinator.patch(&workshop, &etag, &json!({ "audience": path })).expect(200);
            assert_ne!(again().expect(200).text, first.text, "{path}");
        }
    }

    fn long_lists_are_walked_whole(world) {
        let region = Region::new(world, "nekls");
        let names: Vec<String> = (0..60).map(|number| format!("Number {number:02}")).collect();
        for name in &names {
            published(&region, name, &json!({}));
        }
        let nobody = world.client();
        let table = nobody.get("/feeds/workshops.csv").expect(200).text;
        let (mut next, mut seen) = (Some("/feeds/workshops.atom".to_owned()), String::new());
        while let Some(path) = next {
            let page = nobody.get(&path).expect(200).text;
            next = page.split("rel=\"next\" href=\"").nth(1).map(|rest| {
                let address = rest.split('"').next().unwrap();
                address[address.find("/feeds").unwrap()..].to_owned()
            });
            seen += &page;
        }
        for name in &names {
            assert!(table.contains(name.as_str()), "{name}");
            assert_eq!(seen.matches(&format!("<title>{name}</title>")).count(), 1, "{name}");
        }
        let first = nobody.get("/catalog").expect(200).text;
        assert!(first.contains("60") && first.contains("after="));
    }
}
