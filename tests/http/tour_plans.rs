//! Tour plans: road shows that are reckoned in the background.

use packhorse_domain::id::LibraryId;
use packhorse_tests::{GOODLAND, Market, World, both, merge};
use serde_json::{Value, json};

const ZONE: &str = "America/Chicago";
const HIAWATHA: (f64, f64) = (39.8528, -95.5358);
const HAYS: (f64, f64) = (38.8792, -99.3268);
const COLBY: (f64, f64) = (39.3958, -101.0523);

/// Towns west along one road, each with an open request for the same week, and a trainer in Lawrence who sleeps away.
pub struct Circuit {
    pub market: Market,
    pub requests: Vec<String>,
    pub libraries: Vec<LibraryId>,
}

impl Circuit {
    pub fn new(world: &World) -> Self {
        let market = Market::new(world);
        let path = format!("/v1/trainers/{}", market.dana.id);
        let far = json!({ "travels_overnight": true, "travel_radius_km": 700 });
        market.coordinator.patch(&path, "*", &far).expect(200);
        let network = market.network;
        let places = world.plant(move |planter| {
            [("Hays", HAYS), ("Colby", COLBY), ("Goodland", GOODLAND)].map(|(name, at)| {
                let library = planter.library(network, name, ZONE);
                (library, planter.venue(library, at, ZONE))
            })
        });
        let requests = places.iter().map(|(library, venue)| {
            let details = json!({ "venue": venue, "room": null, "preferences": week() });
            open(&market, *library, &details)
        });
        Self { requests: requests.collect(), libraries: places.map(|(library, _)| library).to_vec(), market }
    }

    /// Asks for a plan of that week with the trainer in Lawrence, and has it reckoned.
    pub fn planned(&self, world: &World, changes: &Value) -> Value {
        let id = self.asked(changes);
        assert_eq!(world.plan(), 1);
        self.market.coordinator.get(&id).expect(200).json()
    }

    pub fn asked(&self, changes: &Value) -> String {
        let mut details = json!({
            "from": "2027-03-01", "until": "2027-03-07", "trainers": [self.market.dana.id], "budget_ms": 50
        });
        merge(&mut details, changes);
        let body = json!({ "network": self.market.network, "details": details });
        self.market.coordinator.post("/v1/tour-plans", &body).expect(201).location()
    }
}

fn week() -> Value {
    json!([{ "from": "2027-03-01", "until": "2027-03-05", "earliest": "09:00:00", "latest": "17:00:00" }])
}

/// An open request of a library.
fn open(market: &Market, library: LibraryId, changes: &Value) -> String {
    let mut request = market.need(changes);
    request["library"] = json!(library);
    let made = market.coordinator.post("/v1/requests", &request).expect(201);
    market.coordinator.step(&made.location(), "submit", None).expect(200);
    made.id()
}

fn served(plan: &Value) -> usize {
    let tours = plan["outcome"]["tours"].as_array().unwrap();
    tours.iter().map(|tour| tour["stops"].as_array().unwrap().len()).sum()
}

both! {
    fn one_trip_serves_what_three_would(world) {
        let circuit = Circuit::new(world);
        let plan = circuit.planned(world, &json!({}));
        assert_eq!((&plan["state"], served(&plan)), (&json!("done"), 3), "{plan:#}");
        let outcome = &plan["outcome"];
        assert_eq!(outcome["tours"].as_array().unwrap().len(), 1, "{outcome:#}");
        let cost = |what: &str| outcome[what]["cost"]["total"]["amount_minor"].as_i64().unwrap();
        assert!(cost("effort") * 2 < cost("alone"), "{outcome:#}");
        let km = outcome["effort"]["road_km"].as_f64().unwrap();
        assert!((1_200.0..1_500.0).contains(&km), "there and back: {km}");
        assert!(plan["progress"]["bound_minor"].as_i64().unwrap_or(0) <= plan["progress"]["objective_minor"].as_i64().unwrap());
    }
}
