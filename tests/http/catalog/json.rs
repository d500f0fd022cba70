//! The public catalog as JSON, and calendars and feeds of what a search finds.

use packhorse_tests::{Client, Market, Region, both};
use serde_json::{Value, json};

use super::{TEN, id, published, session};

/// Every item of a list, walked with a page of this size; each page names the next.
fn walk(client: &Client, path: &str, limit: u8) -> Vec<Value> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let (mut items, mut next) = (Vec::new(), Some(format!("{path}{joint}limit={limit}")));
    while let Some(address) = next {
        let answer = client.get(&address).expect(200);
        let mut page = answer.json();
        let link = answer.header("link").map(|link| link[1..link.find('>').unwrap()].to_owned());
        assert_eq!(link.is_some(), page["next"].is_string(), "{address}");
        assert!(page["items"].as_array().unwrap().len() <= usize::from(limit));
        items.append(page["items"].as_array_mut().unwrap());
        next = link;
    }
    items
}

fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["id"].as_str().unwrap()).collect()
}

both! {
    fn everybody_reads_workshops_and_sessions(world) {
        let region = Region::new(world, "nekls");
        let workshop = published(&region, "Saying no", &json!({}));
        let dated = session(&region, &workshop, TEN, "2027-03-03T17:30:00Z");
        let nobody = world.client();
        let document = format!("/v1/public/workshops/{}", id(&workshop));
        let answer = nobody.get(&document).expect(200);
        let told = answer.json();
        assert_eq!((&told["title"], &told["abstract"]), (&json!("Saying no"), &json!("How to say no, and stay friends.")));
        assert_eq!((&told["duration_minutes"], &told["license"], &told["evaluation"]), (&json!(90), &json!("CC-BY-4.0"), &json!(null)));
        assert_eq!(told["ce_hours"], json!([{ "scheme": "Wisconsin", "category": "A", "hundredths": 150 }]));
        assert_eq!(told["fees"]["other"], json!({ "amount_minor": 2_500, "currency": "USD" }));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=1"));
        assert_eq!(nobody.send("GET", &document, &[("if-none-match", answer.etag().as_str())], None).status, 304);
        let found = nobody.get("/v1/public/workshops?q=kindly&level=introductory").expect(200).json();
        assert_eq!((&found["items"], &found["total"], &found["next"]), (&json!([told]), &json!(1), &json!(null)));
        assert_eq!(found["facets"]["format"], json!([{ "value": "virtual", "name": "virtual", "count": 1 }]));
        assert_eq!(found["facets"]["network"][0]["value"], json!(region.network));
        assert_eq!(nobody.get("/v1/public/workshops?q=kindyl").expect(200).json()["corrected"], json!("kindly"));
        assert_eq!(nobody.get("/v1/public/workshops?level=advanced").expect(200).json()["items"], json!([]));
        let told = nobody.get(&format!("/v1/public/sessions/{}", id(&dated))).expect(200).json();
        assert_eq!((&told["status"], &told["workshop"], &told["zone"]), (&json!("scheduled"), &json!(id(&workshop)), &json!("America/Chicago")));
        assert_eq!(told["place"]["format"], json!("virtual"));
        assert_eq!((&told["place"]["venue"], &told["place"]["online"]["address"]), (&json!(null), &json!("https://meet.example.org/no")));
        for (query, finds) in [("", true), ("?from=2027-03-04T00:00:00Z", false), ("?until=2027-03-03T16:00:00Z", false)] {
            let items = nobody.get(&format!("/v1/public/sessions{query}")).expect(200).json()["items"].clone();
            assert_eq!(items, if finds { json!([told]) } else { json!([]) }, "{query}");
        }
        for workshop in [id(&workshop), "wks_00000000000000000000000000"] {
            let items = nobody.get(&format!("/v1/public/sessions?workshop={workshop}")).expect(200).json()["items"].clone();
            assert_eq!(items.as_array().unwrap().len(), usize::from(told["workshop"] == workshop));
        }
        let etag = region.coordinator.get(&dated).etag();
        let later = json!({ "starts_at": "2027-03-04T16:00:00Z", "ends_at": "2027-03-04T17:30:00Z" });
        region.coordinator.patch(&dated, &etag, &later).expect(200);
        let moved = nobody.get(&format!("/v1/public/sessions/{}", id(&dated))).expect(200).json();
        assert_eq!((&moved["status"], &moved["previous_start"]), (&json!("rescheduled"), &json!(TEN)));
        region.coordinator.step(&workshop, "retire", None).expect(200);
        nobody.get(&document).expect(410);
        nobody.get(&format!("/v1/public/sessions/{}", id(&dated))).expect(404);
        for wrong in ["limit=0", "limit=101", "after=x", "color=red", "sort=best"] {
            assert_eq!(nobody.get(&format!("/v1/public/workshops?{wrong}")).status, 400, "{wrong}");
        }
        for list in ["sessions", "trainers", "showcases", "needs"] {
            assert_eq!(nobody.get(&format!("/v1/public/{list}?after=x&limit=0")).json()["errors"].as_array().unwrap().len(), 2, "{list}");
        }
    }

    fn public_lists_are_walked_whole(world) {
        let region = Region::new(world, "nekls");
        let workshops: Vec<String> = (0..7).map(|number| published(&region, &format!("Number {number}"), &json!({}))).collect();
        let sessions: Vec<String> = workshops.iter().map(|workshop| session(&region, workshop, TEN, "2027-03-03T17:30:00Z")).collect();
        let nobody = world.client();
        for sort in ["relevance", "changed", "title", "next_date"] {
            let items = walk(&nobody, &format!("/v1/public/workshops?q=kindly&sort={sort}"), 3);
            let mut found = ids(&items);
            if sort == "title" {
                assert_eq!(found, workshops.iter().map(|path| id(path)).collect::<Vec<_>>());
            }
            found.sort_unstable();
            assert_eq!(found, workshops.iter().map(|path| id(path)).collect::<Vec<_>>(), "{sort}");
        }
        let items = walk(&nobody, &format!("/v1/public/sessions?network={}", region.network), 2);
        assert_eq!(ids(&items), sessions.iter().map(|path| id(path)).collect::<Vec<_>>());
    }

    fn a_catalog_read_as_json_comes_in_elsewhere(world) {
        let (region, other) = (Region::new(world, "nekls"), Region::new(world, "swkls"));
        published(&region, "Saying no", &json!({}));
        let whole = world.client().get("/v1/public/workshops").expect(200).text;
        let into = format!("/v1/workshops/import?network={}&publish=true", other.network);
        let kind = [("content-type", "application/json")];
        let report = other.coordinator.send("POST", &into, &kind, Some(whole.as_bytes())).expect(200).json();
        assert_eq!(report["created"], 1, "{report}");
        let copy = world.client().get(&format!("/v1/public/workshops?network={}", other.network)).expect(200).json();
        assert_eq!((&copy["total"], &copy["items"][0]["objectives"]), (&json!(1), &json!(["Say no kindly"])));
    }

    fn the_board_and_showcases_are_read_by_programs(world) {
        let market = Market::new(world);
        let nobody = world.client();
        let post = |title: &str, visibility: &str| {
            let body = json!({
                "network": market.network,
                "details": { "kind": "need", "title": title, "library": market.place.library, "visibility": visibility }
            });
            market.staff.post("/v1/postings", &body).expect(201).location()
        };
        let hidden = [post("Canary of partners", "partners"), post("Canary of the network", "network")];
        let open: Vec<String> = (0..3).map(|number| post(&format!("Who can teach {number}?"), "public")).collect();
        let items = walk(&nobody, "/v1/public/needs", 2);
        assert_eq!(ids(&items), open.iter().rev().map(|path| id(path)).collect::<Vec<_>>());
        assert!(!json!(items).to_string().contains("Canary"), "{items:?}");
        assert!(items.iter().all(|item| item.get("author").is_none() && item["by"] != json!("")), "{items:?}");
        for path in hidden {
            nobody.get(&format!("/v1/public/needs/{}", id(&path))).expect(404);
        }
        let one = format!("/v1/public/needs/{}", id(&open[0]));
        assert_eq!(nobody.get(&one).expect(200).json(), items[2]);
        market.staff.step(&open[0], "close", Some(&json!({ "reason": "filled" }))).expect(200);
        nobody.get(&one).expect(404);
        assert_eq!(walk(&nobody, &format!("/v1/public/needs?network={}", market.network), 1).len(), 2);
        let details = json!({
            "title": "Training Showcase", "summary": "", "starts_at": "2027-06-25T14:00:00Z", "ends_at": "2027-06-25T16:00:00Z",
            "time_zone": "America/Chicago", "place": "Exhibition Hall", "address": "Wichita, KS",
            "tables": [{ "number": 7, "host": "Lorna Hayes", "title": "Policies", "tip": "Let the board lose first." }]
        });
        let path = market.coordinator.post("/v1/showcases", &json!({ "network": market.network, "details": details })).expect(201).location();
        let document = format!("/v1/public/showcases/{}", id(&path));
        nobody.get(&document).expect(404);
        assert_eq!(nobody.get("/v1/public/showcases").expect(200).json()["items"], json!([]));
        market.coordinator.step(&path, "publish", None).expect(200);
        let told = nobody.get(&document).expect(200).json();
        assert_eq!((&told["tables"][0]["tip"], &told["venue"]["name"]), (&json!("Let the board lose first."), &json!("Exhibition Hall")));
        assert_eq!(walk(&nobody, &format!("/v1/public/showcases?network={}", market.network), 1), [told]);
    }

    fn what_a_search_finds_can_be_followed(world) {
        let region = Region::new(world, "nekls");
        let topic = |name: &str| region.coordinator.post("/v1/topics", &json!({ "network": region.network, "details": { "name": name, "scheme": "Ours" } })).expect(201).id();
        let (boards, puppets) = (topic("Boards"), topic("Puppets"));
        let first = published(&region, "Saying no", &json!({ "topics": [boards] }));
        let second = published(&region, "Strings attached", &json!({ "topics": [puppets], "languages": ["es"] }));
        let (soon, late) = (session(&region, &first, TEN, "2027-03-03T17:30:00Z"), session(&region, &second, "2027-05-03T16:00:00Z", "2027-05-03T17:30:00Z"));
        let nobody = world.client();
        for (query, expected) in [
            (String::new(), (true, true)),
            (format!("?topic={boards}"), (true, false)),
            (format!("?topic={boards}&topic={puppets}"), (true, true)),
            ("?language=es".to_owned(), (false, true)),
            ("?q=strings".to_owned(), (false, true)),
            ("?format=in_person".to_owned(), (false, false)),
            ("?until=2027-03-31".to_owned(), (true, false)),
            ("?from=2027-04-01&format=virtual".to_owned(), (false, true)),
            ("?zip=66044".to_owned(), (false, false)),
            (format!("?topic={boards}&workshop={}", id(&second)), (false, false)),
        ] {
            for of in [String::new(), format!("/networks/{}", region.network)] {
                let calendar = nobody.get(&format!("{of}/feeds/sessions.ics{query}")).expect(200).text;
                assert!(calendar.starts_with("BEGIN:VCALENDAR") && calendar.ends_with("END:VCALENDAR\r\n"));
                assert_eq!((calendar.contains(id(&soon)), calendar.contains(id(&late))), expected, "{query}");
            }
        }
        // What is over stays in the calendar for a while, as it does without a search.
        world.clock.set("2027-03-10T15:00:00Z");
        assert!(nobody.get(&format!("/feeds/sessions.ics?topic={boards}")).expect(200).text.contains(id(&soon)));
        let feed = nobody.get(&format!("/feeds/workshops.atom?topic={boards}")).expect(200).text;
        assert!(feed.contains("Saying no") && !feed.contains("Strings attached"), "{feed}");
        assert!(feed.contains(&format!("/feeds/workshops.atom?topic={boards}\"")), "it names itself: {feed}");
        // The pages lead there, for people and for programs.
        let page = nobody.get(&format!("/catalog?topic={boards}")).expect(200).text;
        for feed in ["sessions.ics", "workshops.atom"] {
            let address = format!("/feeds/{feed}?topic={boards}\"");
            assert_eq!(page.matches(&address).count(), 2, "{feed}: {page}");
        }
        assert!(!nobody.get("/catalog").expect(200).text.contains("Follow this search"));
        let page = nobody.get(&format!("/workshops/{}", id(&first))).expect(200).text;
        assert_eq!(page.matches(&format!("/feeds/sessions.ics?workshop={}", id(&first))).count(), 2, "{page}");
        for wrong in ["topic=x", "zip=1", "from=tomorrow", "sort=title"] {
            assert!(matches!(nobody.get(&format!("/feeds/sessions.ics?{wrong}")).status, 400 | 422), "{wrong}");
        }
        assert_eq!(nobody.get("/feeds/workshops.atom?after=title.0.0.61.wks_00000000000000000000000000").status, 400);
    }

    fn a_feed_of_a_search_is_walked_whole(world) {
        let region = Region::new(world, "nekls");
        for number in 0..60 {
            published(&region, &format!("Number {number:02}"), &json!({ "audience": if number % 6 == 0 { "Trustees" } else { "Puppeteers" } }));
        }
        let nobody = world.client();
        let (mut next, mut seen) = (Some("/feeds/workshops.atom?q=puppeteers".to_owned()), String::new());
        while let Some(path) = next {
            let page = nobody.get(&path).expect(200).text;
            next = page.split("rel=\"next\" href=\"").nth(1).map(|rest| {
                let address = rest.split('"').next().unwrap().replace("&amp;", "&");
                address[address.find("/feeds").unwrap()..].to_owned()
            });
            assert!(next.as_ref().is_none_or(|next| next.contains("q=puppeteers")));
            seen += &page;
        }
        for number in 0..60 {
            assert_eq!(seen.matches(&format!("<title>Number {number:02}</title>")).count(), usize::from(number % 6 != 0), "{number}");
        }
    }
}
