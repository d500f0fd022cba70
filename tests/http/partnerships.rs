//! What partners see of each other, which way, and for how long.

use packhorse_tests::{Client, Market, Place, Region, Teacher, World, both};
use serde_json::json;

const TEN: &str = "2027-03-03T16:00:00Z";
const ZONE: &str = "America/Chicago";

/// A market that borrows from a region, from 10 to 31 January.
struct Partners {
    market: Market,
    lender: Region,
    /// Of the lender, shown to partners.
    kim: Teacher,
    /// Of the borrower, shown to partners.
    pat: Teacher,
    /// What the lender teaches.
    workshop: String,
    library: String,
    partnership: String,
}

impl Partners {
    fn new(world: &World) -> Self {
        let (market, lender) = (Market::new(world), Region::new(world, "swkls"));
        let (catalog, from, to) = (market.catalog, lender.network, market.network);
        let (kim, pat, workshop, library) = world.plant(move |planter| {
            let shown = json!({ "visibility": "partners" });
            let [kim, pat] = [from, to].map(|network| {
                let trainer = planter.trainer(network, &catalog, &shown);
                planter.free(trainer, ZONE);
                trainer
            });
            (kim, pat, planter.workshop(from, catalog.topic), planter.library(from, "Dodge City Public Library", ZONE))
        });
        let lends = json!({ "lender": from, "borrower": to, "from": "2027-01-10", "until": "2027-01-31" });
        let partnership = Market::operator(world).post("/v1/partnerships", &lends).expect(201).location();
        Self {
            kim: world.teacher("kim@swkls.example", kim),
            pat: world.teacher("pat@nekls.example", pat),
            workshop: format!("/v1/workshops/{workshop}"),
            library: format!("/v1/libraries/{library}"),
            partnership,
            market,
            lender,
        }
    }

    /// Kim has an offer for a new request.
    fn offer(&self) -> String {
        let request = self.market.ask(&json!({ "room": null }));
        self.market.offer(&request, self.kim.id, TEN).expect(201).location()
    }
}

fn sees(client: &Client, path: &str) -> bool {
    match client.get(path).status {
        200 => true,
        404 => false,
        other => panic!("{other} for {path}"),
    }
}

fn codes(reply: &packhorse_tests::Reply) -> Vec<String> {
    reply.faults().into_iter().map(|(_, code)| code).collect()
}

both! {
    fn it_counts_from_its_first_day_to_its_last_in_utc_and_one_way(world) {
        let partners = Partners::new(world);
        let Partners { market, lender, kim, pat, .. } = &partners;
        let request = market.ask(&json!({ "room": null }));
        let [kims, pats] = [kim.id, pat.id].map(|id| format!("/v1/trainers/{id}"));
        let Place { library, .. } = market.place;
        let own_workshop = format!("/v1/workshops/{}", market.catalog.workshop);
        for (instant, stands) in [
            ("2027-01-09T23:59:59Z", false),
            ("2027-01-10T00:00:00Z", true),
            ("2027-01-31T23:59:59Z", true),
            ("2027-02-01T00:00:00Z", false),
        ] {
            world.clock.set(instant);
            // The borrower and its library see trainers and workshops that are lent.
            for client in [&market.coordinator, &market.staff] {
                assert_eq!(sees(client, &kims), stands, "{instant}");
                assert_eq!(sees(client, &partners.workshop), stands, "{instant}");
                assert_eq!(sees(client, &format!("/v1/networks/{}", lender.network)), stands, "{instant}");
            }
            let matches = market.staff.get(&format!("{request}/matches?limit=100")).expect(200).text;
            assert_eq!(matches.contains(&kim.id.to_string()), stands, "{instant}");
            let offer = market.offer(&request, kim.id, TEN);
            assert_eq!(offer.status, if stands { 201 } else { 422 }, "{instant}: {}", offer.text);
            if stands {
                market.coordinator.step(&offer.location(), "withdraw", Some(&json!({}))).expect(200);
            }
            // The lender sees who asks, and neither trainers nor workshops of theirs: nothing is lent back.
            assert_eq!(sees(&lender.coordinator, &format!("/v1/networks/{}", market.network)), stands, "{instant}");
            assert_eq!(sees(&lender.coordinator, &format!("/v1/libraries/{library}")), stands, "{instant}");
            assert!(!sees(&lender.coordinator, &pats) && !sees(&lender.coordinator, &own_workshop), "{instant}");
            // The terms are there for both sides on every day.
            assert!([&market.coordinator, &lender.coordinator].iter().all(|client| sees(client, &partners.partnership)));
        }
    }

    fn the_lender_cannot_ask_trainers_of_the_borrower(world) {
        let partners = Partners::new(world);
        let Partners { market, lender, pat, .. } = &partners;
        world.clock.set("2027-01-15T15:00:00Z");
        let workshop = partners.workshop.rsplit('/').next().unwrap();
        let mut need = market.need(&json!({ "workshop": workshop, "venue": null, "room": null, "format": "virtual" }));
        need["network"] = json!(lender.network);
        need["library"] = json!(partners.library.rsplit('/').next().unwrap());
        let request = lender.coordinator.post("/v1/requests", &need).expect(201).location();
        lender.coordinator.step(&request, "submit", None).expect(200);
        let body = json!({ "trainer": pat.id, "starts_at": TEN });
        let refused = lender.coordinator.post(&format!("{request}/offers"), &body).expect(422);
        assert_eq!(refused.faults(), [("/trainer".to_owned(), "not_found".to_owned())]);
    }

    fn an_offer_that_is_out_when_it_ends_cannot_be_accepted(world) {
        let partners = Partners::new(world);
        world.clock.set("2027-01-31T15:00:00Z");
        let offer = partners.offer();
        world.clock.set("2027-02-01T00:00:00Z");
        assert_eq!(codes(&partners.kim.client.step(&offer, "accept", None).expect(409)), ["not_lent"]);
        assert_eq!(partners.kim.client.get(&offer).json()["state"], "pending");
        // It is lent again: the same offer is good.
        let etag = partners.lender.coordinator.get(&partners.partnership).etag();
        partners.lender.coordinator.patch(&partners.partnership, &etag, &json!({ "until": "2027-06-30" })).expect(200);
        partners.kim.client.step(&offer, "accept", None).expect(200);
    }

    fn one_that_is_ended_early_counts_no_more_and_offers_may_be_declined(world) {
        let partners = Partners::new(world);
        world.clock.set("2027-01-20T15:00:00Z");
        let offer = partners.offer();
        let etag = partners.lender.coordinator.get(&partners.partnership).etag();
        partners.lender.coordinator.patch(&partners.partnership, &etag, &json!({ "until": "2027-01-19" })).expect(200);
        partners.kim.client.step(&offer, "accept", None).expect(409);
        partners.kim.client.step(&offer, "decline", Some(&json!({}))).expect(200);
    }

    fn what_was_booked_stands_when_it_ends(world) {
        let partners = Partners::new(world);
        world.clock.set("2027-01-31T15:00:00Z");
        let offer = partners.offer();
        let booking = partners.kim.client.step(&offer, "accept", None).expect(200).id();
        let booking = format!("/v1/bookings/{booking}");
        world.clock.set("2027-02-01T15:00:00Z");
        let Partners { market, lender, kim, .. } = &partners;
        for client in [&market.coordinator, &market.staff, &lender.coordinator, &kim.client] {
            assert_eq!(client.get(&booking).expect(200).json()["state"], "tentative");
        }
        let confirmed = market.staff.step(&booking, "confirm", None).expect(200).json();
        assert_eq!(confirmed["trainer"], json!(kim.id));
        world.clock.set("2027-03-03T20:00:00Z");
        market.staff.step(&booking, "deliver", Some(&json!({ "attendance": 12 }))).expect(200);
        assert_eq!(market.coordinator.step(&booking, "close", None).expect(200).json()["state"], "closed");
        // Who lends has been told all along, and the trainer's own network still reads it.
        assert_eq!(lender.coordinator.get(&booking).expect(200).json()["state"], "closed");
    }
}
