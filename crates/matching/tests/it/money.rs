//! What it costs, who pays it, and what a trainer earns.

use jiff::civil::date;
use packhorse_domain::{
    Coordinates, Id, Minutes,
    id::RequestId,
    policy::{BackfillRate, Subsidy},
    price::{CostKind, Price},
    trainer::{Customers, Fee},
};
use packhorse_matching::{Rule, joining, opportunities};

use crate::world::{HAYS, TOPEKA, World, trip, usd, window};

const MORNING: &str = "2027-03-03T10:00";
const WICHITA: Coordinates = Coordinates { lat: 37.6872, lon: -97.3301 };
const HUTCHINSON: Coordinates = Coordinates { lat: 38.0608, lon: -97.9298 };

fn amount(price: &Price, kind: CostKind) -> i64 {
    price.items.iter().filter(|item| item.kind == kind).map(|item| item.amount.amount_minor).sum()
}

fn granted() -> World {
    let mut world = World::new();
    world.backfill = true;
    let rate = |year, per_hour_minor| BackfillRate {
        from: date(year, 1, 1),
        per_day_minor: 1_000,
        per_hour_minor,
        source: "Board of the system".into(),
    };
    world.policy.backfill = vec![rate(2026, 1_500), rate(2027, 1_800), rate(2028, 9_000)];
    world.policy.subsidies = vec![Subsidy {
        name: "CE grant".into(),
        from: date(2027, 1, 1),
        until: Some(date(2027, 3, 4)),
        percent: 50,
        cap_minor: Some(4_000),
        pays_for: vec![CostKind::Mileage, CostKind::Backfill],
        source: "LSTA 2027".into(),
    }];
    world
}

#[test]
fn a_library_pays_the_total_less_what_others_pay() {
    let world = granted();
    let price = world.place(MORNING).unwrap().price;
    // Two hours at 18.00 and 10.00 for the day.
    assert_eq!(amount(&price, CostKind::Backfill), 4_600);
    let backfill = price.items.iter().find(|item| item.kind == CostKind::Backfill).unwrap();
    assert_eq!((backfill.rate_from, backfill.rate_source.as_str()), (date(2027, 1, 1), "Board of the system"));
    assert_eq!(backfill.detail, "10.00 USD for the day, 120 minutes at 18.00 USD an hour");
    // Half of 43.94 and of 46.00 would be 44.97.
    assert_eq!(price.total, usd(20_000 + 4_394 + 4_600));
    assert_eq!((price.subsidies.len(), price.subsidies[0].amount), (1, usd(4_000)));
    assert_eq!(price.library_pays, usd(price.total.amount_minor - 4_000));
    let grant = &price.subsidies[0];
    assert_eq!(
        (grant.name.as_str(), grant.rate_from, grant.rate_source.as_str()),
        ("CE grant", date(2027, 1, 1), "LSTA 2027")
    );
    // A day after it ends.
    let later = world.place("2027-03-05T10:00").unwrap().price;
    assert_eq!((later.subsidies.len(), later.library_pays), (0, later.total));
    let json = serde_json::to_value(&price).unwrap();
    assert_eq!(serde_json::from_value::<Price>(json).unwrap(), price);

    let mut without = granted();
    without.backfill = false;
    assert_eq!(amount(&without.place(MORNING).unwrap().price, CostKind::Backfill), 0);
}

#[test]
fn a_ceiling_is_compared_with_what_the_library_pays() {
    let mut world = granted();
    let pays = world.place(MORNING).unwrap().price.library_pays.amount_minor;
    world.details.budget_is_ceiling = true;
    world.details.budget = Some(usd(pays));
    world.place(MORNING).unwrap();
    // Without the grant of the days before it is too dear.
    assert_eq!(world.place("2027-03-05T10:00").unwrap_err().rules, [Rule::Budget]);
    world.details.budget = Some(usd(pays - 1));
    assert_eq!(world.place(MORNING).unwrap_err().rules, [Rule::Budget]);
}

#[test]
fn members_and_partners_pay_their_own_rates() {
    let mut world = World::new();
    let fee =
        |customers, amount| Fee { from: date(2026, 1, 1), customers, per_workshop: usd(amount), per_hour: usd(0) };
    world.trainer.fees = vec![fee(Customers::Anyone, 30_000), fee(Customers::Members, 10_000)];
    for (customer, amount, source) in [
        (Customers::Anyone, 30_000, "rate card of the trainer"),
        (Customers::Members, 10_000, "rate card of the trainer, for members"),
        (Customers::Partners, 30_000, "rate card of the trainer"),
    ] {
        world.customer = customer;
        let price = world.place(MORNING).unwrap().price;
        assert_eq!((amount_of(&price), price.items[0].rate_source.as_str()), (amount, source));
    }
    world.trainer.fees.push(fee(Customers::Partners, 20_000));
    assert_eq!(amount_of(&world.place(MORNING).unwrap().price), 20_000);
}

fn amount_of(price: &Price) -> i64 {
    amount(price, CostKind::Honorarium)
}

#[test]
fn work_is_ordered_by_net_pay_for_an_hour_away() {
    let request = |n: usize| -> RequestId { format!("req_01h455vb4pex5vsknk084sn0{n:02}").parse().unwrap() };
    // Near for two hours, near for one hour, far away, and one they do not teach.
    let mut worlds = [World::new(), World::new(), World::new(), World::new()];
    worlds[1].details.duration_minutes = 60;
    worlds[2].place = Some(HAYS);
    worlds[2].trainer.travels_overnight = true;
    worlds[3].details.topic = Some(Id::nil());
    let needs: Vec<_> = worlds.iter().enumerate().map(|(n, world)| (request(n), world.need())).collect();
    let trainer = &worlds[2];
    let found = opportunities(&needs, |_| trainer.candidate(), trainer.now);
    let order: Vec<_> = found.iter().map(|each| each.request).collect();
    assert_eq!(order, [request(1), request(0), request(2)]);
    // 35 minutes there, two hours, 35 minutes back for 200.00.
    let near = &found[1];
    assert_eq!((near.net_pay, near.minutes_away), (usd(20_000), Minutes(190)));
    assert_eq!(near.net_pay_per_hour, usd(6_315));
    assert_eq!(near.price.total, usd(24_394), "what is paid for the drive is no pay");
    assert!((near.fit - 1.0).abs() < 1e-12);
    // Who is not paid takes what fits best.
    let mut staff = World::new();
    staff.trainer.fees.clear();
    staff.trainer.topics[0].level = packhorse_domain::Level::Advanced;
    let mut deeper = World::new();
    deeper.details.level = packhorse_domain::Level::Advanced;
    let needs = [(request(0), staff.need()), (request(1), deeper.need())];
    let found = opportunities(&needs, |_| staff.candidate(), staff.now);
    assert_eq!((found[0].request, found[0].net_pay_per_hour), (request(1), usd(0)));
}

#[test]
fn joining_a_trip_costs_what_it_adds() {
    let mut world = World::new();
    world.trainer.travels_overnight = true;
    world.trips = vec![trip(1, date(2027, 3, 3), date(2027, 3, 5), WICHITA, 100.0)];
    world.place = Some(HUTCHINSON);
    world.details.preferences = vec![window("2027-03-01", "2027-03-31", 9, 17)];
    let id = world.trips[0].id;
    let found = joining(&world.need(), &world.candidate(), id, world.now).unwrap();
    assert_eq!(found.joined.trip, Some(id));
    let alone = found.alone.unwrap();
    assert!(found.joined.price.total.amount_minor < alone.total.amount_minor);
    let placed = world.place_at(found.joined.time).unwrap();
    assert_eq!(placed.price, found.joined.price);
    world.place = Some(TOPEKA);
    assert_eq!(joining(&world.need(), &world.candidate(), id, world.now).unwrap_err().rules, [Rule::TravelRadius]);
    let other = trip(2, date(2027, 3, 3), date(2027, 3, 5), WICHITA, 100.0).id;
    assert_eq!(joining(&world.need(), &world.candidate(), other, world.now).unwrap_err().rules, [Rule::StartGrid]);
}
