//! What is there to be asked for.

use jiff::{
    SignedDuration,
    civil::{date, time},
};
use packhorse_db::{availability, libraries, requests, topics, trainers, venues};
use packhorse_domain::{
    Clock, Coordinates, Currency, Format, Level, Money, Record, Timestamp, Zone,
    availability::{Availability, AvailabilityDetails, Pattern, Weekday},
    id::{AvailabilityId, LibraryId, NetworkId, RequestId, TopicId, TrainerId, VenueId},
    library::{Library, LibraryDetails, Venue, VenueDetails, VenueKind},
    request::{DatePreference, RequestDetails, RequestState, TrainingRequest},
    topic::{Topic, TopicDetails},
    trainer::{Customers, Fee, HomeBase, TopicSkill, Trainer, TrainerDetails, Visibility},
};
use packhorse_tests::World;

/// The zone of it all.
pub fn chicago() -> Zone {
    Zone::new("America/Chicago").unwrap()
}

fn library(network: NetworkId, number: usize, now: Timestamp) -> Library {
    let details = LibraryDetails {
        name: format!("Library {number}"),
        fscs_key: Some(format!("KS{number:04}")),
        state_code: Some("KS".to_owned()),
        county_fips: Some("20045".to_owned()),
        population_served: Some(95_256),
        population_fiscal_year: Some(2022),
        time_zone: chicago(),
    };
    Library { id: LibraryId::new(now), network: Some(network), details, record: Record::new(now) }
}

/// Adds libraries to a network; gives their ids.
pub fn libraries(world: &World, network: NetworkId, count: usize) -> Vec<String> {
    let clock = world.clock.clone();
    world.write(move |conn| {
        (0..count)
            .map(|number| {
                let library = library(network, number, clock.now());
                libraries::insert(conn, &library)?;
                Ok(library.id.to_string())
            })
            .collect()
    })
}

/// Adds a topic, trainers all over Kansas who teach it, and an open request for it with three windows over six weeks.
pub fn matching(world: &World, network: NetworkId, count: usize) -> (RequestId, TopicId) {
    let clock = world.clock.clone();
    world.write(move |conn| {
        let now = clock.now();
        let details = TopicDetails {
            name: "Policies".to_owned(),
            scheme: "Load".to_owned(),
            code: None,
            description: String::new(),
        };
        let topic = Topic { id: TopicId::new(now), network: None, details, record: Record::new(now) };
        topics::insert(conn, &topic)?;
        for number in 0..count {
            let trainer = trainer(network, topic.id, number, clock.now());
            trainers::insert(conn, &trainer)?;
            for statement in statements(trainer.id, number, clock.now()) {
                availability::insert(conn, &statement)?;
            }
        }
        let host = library(network, 5000, clock.now());
        libraries::insert(conn, &host)?;
        let venue = venue(host.id, clock.now());
        venues::insert(conn, &venue)?;
        let request = request(network, host.id, venue.id, topic.id, clock.now());
        requests::insert(conn, &request)?;
        Ok((request.id, topic.id))
    })
}

/// A trainer somewhere in Kansas.
#[expect(clippy::cast_precision_loss, reason = "a few hundred trainers")]
pub fn trainer(network: NetworkId, topic: TopicId, number: usize, now: Timestamp) -> Trainer {
    let coordinates = Coordinates { lat: 37.2 + (number % 13) as f64 * 0.2, lon: -101.0 + (number % 29) as f64 * 0.2 };
    let money = |amount_minor| Money { amount_minor, currency: Currency::USD };
    let details = TrainerDetails {
        name: format!("Trainer {number}"),
        biography: String::new(),
        home_base: HomeBase { place: "Kansas".to_owned(), coordinates },
        time_zone: chicago(),
        travel_radius_km: 600.0,
        travels_overnight: number.is_multiple_of(2),
        languages: vec!["en".to_owned()],
        formats: vec![Format::InPerson, Format::Virtual],
        topics: vec![TopicSkill { topic, level: Level::Advanced }],
        workshops: Vec::new(),
        fees: vec![Fee {
            from: date(2026, 1, 1),
            customers: Customers::Anyone,
            per_workshop: money(20_000),
            per_hour: money(5_000),
        }],
        hours_per_day: None,
        visibility: Visibility::Network,
        active: true,
        nearby_welcome: false,
    };
    Trainer { id: TrainerId::new(now), network, details, record: Record::new(now) }
}

/// What they say of their time.
pub fn statements(trainer: TrainerId, number: usize, now: Timestamp) -> Vec<Availability> {
    let weekly = Pattern::Weekly {
        weekdays: vec![Weekday::Monday, Weekday::Tuesday, Weekday::Thursday],
        start: time(8, 0, 0, 0),
        end: time(17, 0, 0, 0),
        from: date(2026, 1, 1),
        until: None,
        except: vec![date(2027, 2, 15)],
    };
    let day = date(2027, 2, 1).saturating_add(jiff::Span::new().days(i64::try_from(number % 20).unwrap()));
    let off = Pattern::Blackout { from: day, until: day.saturating_add(jiff::Span::new().days(3)) };
    let statement = |pattern| Availability {
        id: AvailabilityId::new(now),
        trainer,
        details: AvailabilityDetails { time_zone: chicago(), pattern, priority: 0, note: String::new() },
        record: Record::new(now),
    };
    vec![statement(weekly), statement(off)]
}

fn venue(library: LibraryId, now: Timestamp) -> Venue {
    let details = VenueDetails {
        name: "Central".to_owned(),
        kind: VenueKind::Central,
        fscs_seq: None,
        address: String::new(),
        city: "Lawrence".to_owned(),
        state_code: Some("KS".to_owned()),
        postal_code: "66044".to_owned(),
        phone: String::new(),
        coordinates: Coordinates::new(38.97, -95.24),
        approximate: false,
        locale: None,
        time_zone: chicago(),
        open: true,
    };
    Venue { id: VenueId::new(now), library, details, record: Record::new(now) }
}

fn request(network: NetworkId, library: LibraryId, venue: VenueId, topic: TopicId, now: Timestamp) -> TrainingRequest {
    let window = |from, until| DatePreference { from, until, earliest: time(9, 0, 0, 0), latest: time(17, 0, 0, 0) };
    let details = RequestDetails {
        workshop: None,
        topic: Some(topic),
        level: Level::Intermediate,
        outcomes: String::new(),
        audience: String::new(),
        expected_attendance: 20,
        duration_minutes: 120,
        preferences: vec![
            window(date(2027, 2, 1), date(2027, 2, 12)),
            window(date(2027, 2, 15), date(2027, 2, 26)),
            window(date(2027, 3, 1), date(2027, 3, 12)),
        ],
        format: Format::InPerson,
        language: "en".to_owned(),
        venue: Some(venue),
        room: None,
        budget: None,
        budget_is_ceiling: false,
        backfill: false,
        co_hosts: Vec::new(),
        notes: String::new(),
    };
    let opened_at = now - SignedDuration::from_hours(1);
    TrainingRequest {
        id: RequestId::new(now),
        network,
        library,
        time_zone: chicago(),
        details,
        pool: None,
        state: RequestState::Open { opened_at },
        record: Record::new(now),
    }
}
