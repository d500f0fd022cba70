//! Any sequence of steps through requests, offers and bookings goes as a small model says, and what must hold does after each.

mod model;

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::SignedDuration;
use packhorse_domain::{Timestamp, policy::Policy};
use packhorse_tests::{Backend, Client, Market, Reply, START, Teacher, World, scale};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use serde_json::{Value, json};

use model::{Kind, Model, SLOTS, Step};

/// A server, what it has been asked for, and the model it is held against.
struct Run {
    world: World,
    market: Market,
    requests: Vec<String>,
    offers: Vec<String>,
    bookings: Vec<String>,
}

/// An instant so many minutes after the beginning.
fn instant(minutes: i64) -> String {
    (START.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)).to_string()
}

impl Run {
    fn new(backend: Backend) -> Self {
        let world = World::new(backend);
        let policy = Policy { minimum_notice_days: 0, ..Policy::default() };
        let market = Market::with(&world, "nekls", &policy);
        Self { world, market, requests: Vec::new(), offers: Vec::new(), bookings: Vec::new() }
    }

    fn trainer(&self, number: usize) -> &Teacher {
        [&self.market.dana, &self.market.lee][number]
    }

    fn draft(&self, kind: Kind) -> Reply {
        let changes = match kind {
            Kind::InRoom => json!({}),
            Kind::OnSite => json!({ "room": null }),
            Kind::Virtual => json!({ "format": "virtual", "venue": null, "room": null }),
        };
        self.market.staff.post("/v1/requests", &self.market.need(&changes))
    }

    /// Does a step as whoever it is up to. Time passes without an answer.
    fn call(&self, model: &Model, step: Step) -> Option<Reply> {
        let Market { coordinator, staff, .. } = &self.market;
        let reason = Some(json!({ "reason": "so it goes" }));
        let at = |slot: usize| Some(json!({ "starts_at": instant(SLOTS[slot]) }));
        let answering = |number: usize| &self.trainer(model.offers[number].trainer).client;
        let teaching = |number: usize| answering(model.bookings[number].offer);
        let (by, path, action, body) = match step {
            Step::Draft(kind) => return Some(self.draft(kind)),
            Step::Offer { request, trainer, slot } => {
                let starts_at = instant(SLOTS[slot]);
                return Some(self.market.offer(&self.requests[request], self.trainer(trainer).id, &starts_at));
            }
            Step::AcceptStale(number) => {
                return Some(answering(number).act(&format!("{}/accept", self.offers[number]), "\"v999\"", None));
            }
            Step::Wait { minutes, swept } => {
                self.world.clock.advance(SignedDuration::from_mins(minutes));
                if swept {
                    self.world.sweep();
                }
                return None;
            }
            Step::Submit(number) => (staff, &self.requests[number], "submit", None),
            Step::AskMore(number) => {
                (coordinator, &self.requests[number], "ask", Some(json!({ "question": "Where?" })))
            }
            Step::DeclineRequest(number) => (coordinator, &self.requests[number], "decline", reason),
            Step::WithdrawRequest(number) => (staff, &self.requests[number], "withdraw", reason),
            Step::Accept(number) => (answering(number), &self.offers[number], "accept", None),
            Step::Decline(number) => (answering(number), &self.offers[number], "decline", reason),
            Step::Counter(number) => (answering(number), &self.offers[number], "counter", at(0)),
            Step::Revise { offer, slot } => (coordinator, &self.offers[offer], "revise", at(slot)),
            Step::WithdrawOffer(number) => (coordinator, &self.offers[number], "withdraw", reason),
            Step::Confirm(number) => (staff, &self.bookings[number], "confirm", None),
            Step::Reschedule { booking, slot } => (coordinator, &self.bookings[booking], "reschedule", at(slot)),
            Step::Cancel { booking, by_trainer } => {
                let by = if by_trainer { teaching(booking) } else { staff };
                (by, &self.bookings[booking], "cancel", reason)
            }
            Step::Deliver(number) => (coordinator, &self.bookings[number], "deliver", Some(json!({ "attendance": 7 }))),
            Step::Close(number) => (coordinator, &self.bookings[number], "close", None),
        };
        Some(by.step(path, action, body.as_ref()))
    }

    /// Notes the addresses of what was made.
    fn note(&mut self, step: Step, reply: &Reply) {
        match step {
            Step::Draft(_) => self.requests.push(reply.location()),
            Step::Offer { .. } => self.offers.push(reply.location()),
            Step::Accept(_) => self.bookings.push(format!("/v1/bookings/{}", reply.id())),
            _ => {}
        }
    }
}

/// The state and the start of each, in order, as everybody reads them.
fn seen(by: &Client, list: &str, paths: &[String]) -> Vec<(Value, Value)> {
    let all = by.get(&format!("/v1/{list}?limit=100")).expect(200).json()["items"].clone();
    let find = |path: &String| {
        let id = path.rsplit('/').next().unwrap();
        let item = all.as_array().unwrap().iter().find(|item| item["id"] == id).unwrap();
        (item["state"].clone(), item["terms"]["time"]["start"].clone())
    };
    assert_eq!(all.as_array().unwrap().len(), paths.len());
    paths.iter().map(find).collect()
}

/// The server with one of the databases.
struct On<const POSTGRES: bool>;

impl<const POSTGRES: bool> StateMachineTest for On<POSTGRES> {
    type SystemUnderTest = Run;
    type Reference = Model;

    fn init_test(_: &Model) -> Run {
        Run::new(if POSTGRES { Backend::postgres().unwrap() } else { Backend::Sqlite })
    }

    fn apply(mut run: Run, model: &Model, step: Step) -> Run {
        let before = (model.status >= 400).then(|| run.world.database().digest());
        let Some(reply) = run.call(model, step) else { return run };
        assert_eq!(reply.status, model.status, "{step:?}: {}", reply.text);
        match before {
            Some(before) => assert!(run.world.database().digest() == before, "{step:?} was refused and left something"),
            None => run.note(step, &reply),
        }
        run
    }

    fn check_invariants(run: &Run, model: &Model) {
        run.world.database().assert_sound();
        let start = |slot: usize| json!(instant(SLOTS[slot]));
        let requests: Vec<_> = model.requests.iter().map(|request| (json!(request.state), Value::Null)).collect();
        assert_eq!(seen(&run.market.staff, "requests", &run.requests), requests);
        let offers: Vec<_> = model.offers.iter().map(|offer| (json!(offer.state), start(offer.slot))).collect();
        assert_eq!(seen(&run.market.coordinator, "offers", &run.offers), offers);
        let bookings: Vec<_> =
            model.bookings.iter().map(|booking| (json!(booking.state), start(booking.slot))).collect();
        assert_eq!(seen(&run.market.coordinator, "bookings", &run.bookings), bookings);
    }
}

/// Tries sequences of a fixed seed, and of a new one in the long form; `PROPTEST_RNG_SEED` chooses another.
fn goes_as_the_model_says<const POSTGRES: bool>() {
    let mut config =
        Config { cases: scale(6, 100), source_file: Some(file!()), max_shrink_time: 60_000, ..Config::default() };
    if config.rng_seed == RngSeed::Random {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        config.rng_seed = RngSeed::Fixed(scale(20_270_105, now));
    }
    println!("{} sequences, {:?}", config.cases, config.rng_seed);
    let sequences = Model::sequential_strategy(1..scale(40, 80));
    let result = TestRunner::new(config.clone()).run(&sequences, |(model, steps, seen)| {
        On::<POSTGRES>::test_sequential(config.clone(), model, steps, seen);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn any_sequence_goes_as_the_model_says_sqlite() {
    goes_as_the_model_says::<false>();
}

#[test]
fn any_sequence_goes_as_the_model_says_postgres() {
    if Backend::postgres().is_some() {
        goes_as_the_model_says::<true>();
    }
}
