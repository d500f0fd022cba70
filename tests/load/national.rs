//! A national pool: every outlet of the United States, and thousands of trainers with full calendars.

use std::time::Instant;

use diesel::{RunQueryDsl, connection::SimpleConnection, sql_query};
use jiff::{SignedDuration, civil::date};
use packhorse_db::{Conn, availability, commitments, trainers, trips};
use packhorse_domain::{
    Clock, Coordinates, Interval, Level, Timestamp,
    availability::{Pattern, Weekday},
    commitment::{Cause, Commitment, Holder},
    id::{CommitmentId, NetworkId, OfferId, RequestId, TopicId, TrainerId, TripId},
    trainer::{HomeBase, TopicSkill},
    trip::{Town, Trip, TripDetails},
};
use packhorse_services::{
    Context,
    import::{self, ImportOptions, OutletFile},
    pool::Pool,
};
use packhorse_tests::World;

use crate::pool;

const OUTLETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/libraries.csv");

/// Imports every outlet; where they are, and how long it took.
pub fn outlets(world: &World) -> Vec<Coordinates> {
    let (began, now) = (Instant::now(), world.clock.now());
    let options = ImportOptions { network: None, dry_run: false, partial: false };
    let lines = world.write(move |conn| {
        let file = OutletFile::read(import::Format::Csv, std::fs::File::open(OUTLETS).unwrap());
        Ok(import::import(&mut Context::of_program(conn, now), &file, &options)?.lines)
    });
    println!("{lines} outlets imported in {:.1} s", began.elapsed().as_secs_f64());
    let place = |row: csv::StringRecord, [lat, lon]: [usize; 2]| {
        Coordinates::new(row[lat].parse().ok()?, row[lon].parse().ok()?)
    };
    let mut reader = csv::Reader::from_path(OUTLETS).unwrap();
    let header = reader.headers().unwrap().clone();
    let columns = ["lat", "lon"].map(|name| header.iter().position(|column| column == name).unwrap());
    reader.into_records().filter_map(|row| place(row.unwrap(), columns)).collect()
}

/// Adds trainers who teach the topic of a request, spread over the outlets, each with a weekly pattern, days off, 20 to 60
/// commitments over a year and for one in four a trip.
pub fn trainers_of(
    world: &World,
    network: NetworkId,
    request: RequestId,
    topic: TopicId,
    homes: &[Coordinates],
    count: usize,
) {
    let clock = world.clock.clone();
    let homes = homes.to_vec();
    world.write(move |conn| {
        for number in 0..count {
            let now = clock.now();
            let home = homes[number * 7919 % homes.len()];
            let mut trainer = pool::trainer(network, topic, number, now);
            trainer.details.home_base = HomeBase { place: "Somewhere".to_owned(), coordinates: home };
            // 150 to 400 km, as in the benchmark of the engine.
            trainer.details.travel_radius_km = 150.0 + f64::from(u8::try_from(number * 97 % 251).unwrap());
            trainer.details.topics = vec![TopicSkill { topic, level: Level::Advanced }];
            trainers::insert(conn, &trainer)?;
            for mut statement in pool::statements(trainer.id, number, now) {
                if let Pattern::Weekly { weekdays, .. } = &mut statement.details.pattern {
                    weekdays.push(Weekday::Wednesday);
                }
                availability::insert(conn, &statement)?;
            }
            let offer = OfferId::new(now);
            keep_offer(conn, offer, request, network, trainer.id);
            commit(conn, offer, trainer.id, home, number, now)?;
            if number.is_multiple_of(4) {
                trips::insert(conn, &trip(trainer.id, homes[number * 104_729 % homes.len()], number, now))?;
            }
        }
        Ok(())
    });
}

/// An offer that was declined, for the commitments to come from.
fn keep_offer(conn: &mut Conn, offer: OfferId, request: RequestId, network: NetworkId, trainer: TrainerId) {
    let insert = format!(
        "INSERT INTO offers (id, request_id, network_id, trainer_id, trainer_network_id, state, state_data, terms, version, \
         created_at, updated_at) VALUES ('{offer}', '{request}', '{network}', '{trainer}', '{network}', 'declined', '{{}}', '{{}}', 1, 0, 0)"
    );
    match conn {
        Conn::Sqlite(conn) => sql_query(insert).execute(conn).map(drop).unwrap(),
        Conn::Pg(conn) => conn.batch_execute(&insert).unwrap(),
    }
}

fn commit(
    conn: &mut Conn,
    offer: OfferId,
    trainer: TrainerId,
    home: Coordinates,
    number: usize,
    now: Timestamp,
) -> Result<(), packhorse_services::Error> {
    let many = 20 + number % 41;
    for each in 0..many {
        let hours = i64::try_from(24 * (each * 365 / many) + 15 + (number + each) % 6).unwrap();
        let start = "2027-01-04T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours);
        let work = Interval { start, end: start + SignedDuration::from_hours(2) };
        let hour = SignedDuration::from_hours(1);
        let commitment = Commitment {
            id: CommitmentId::new(now),
            holder: Holder::Trainer(trainer),
            cause: Cause { offer, booking: None },
            work,
            taken: Interval { start: work.start - hour, end: work.end + hour },
            place: Coordinates::new((home.lat + 0.3).min(89.0), home.lon),
            expires_at: None,
        };
        commitments::insert(conn, &commitment)?;
    }
    Ok(())
}

fn trip(trainer: TrainerId, place: Coordinates, number: usize, now: Timestamp) -> Trip {
    let day = i64::try_from(number % 60).unwrap();
    let from = date(2027, 2, 1).saturating_add(jiff::Span::new().days(day));
    let details = TripDetails {
        name: "Conference".to_owned(),
        place: Town { name: "Elsewhere".to_owned(), coordinates: place },
        from,
        until: from.saturating_add(jiff::Span::new().days(3)),
        time_zone: pool::chicago(),
        tack_on_days_before: 1,
        tack_on_days_after: 1,
        radius_km: 200.0,
        coming_from: None,
        going_to: None,
        note: String::new(),
    };
    Trip { id: TripId::new(now), trainer, details, record: packhorse_domain::Record::new(now) }
}

/// Reads everybody into an index of its own, and tells how long that takes.
pub fn rebuild(world: &World) {
    let (began, now) = (Instant::now(), world.clock.now());
    world.read(move |conn| Pool::default().follow(&mut Context::of_program(conn, now), &mut |_, _| ()));
    println!("index rebuilt from the database in {:.2} s", began.elapsed().as_secs_f64());
}
