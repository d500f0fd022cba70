//! A small world to change and ask: one need, one trainer, northeast Kansas.

use jiff::{
    SignedDuration,
    civil::{Date, date},
};
use packhorse_domain::{
    Coordinates, Currency, DatePreference, Format, Id, Interval, Level, Money, Record, Timestamp, Zone,
    availability::{AvailabilityDetails, Pattern, Weekday},
    commitment::{Cause, Commitment, Holder, RoadTable, Roads},
    id::{TopicId, TrainerId},
    library::RoomDetails,
    policy::Policy,
    request::RequestDetails,
    trainer::{Customers, Fee, HomeBase, TopicSkill, TrainerDetails, Visibility},
    trip::{Town, Trip, TripDetails},
    workshop::WorkshopDetails,
};
use packhorse_matching::{Calendar, Candidate, Match, Need, Placement, RuledOut, best, place};

/// Home.
pub const LAWRENCE: Coordinates = Coordinates { lat: 38.9717, lon: -95.2353 };
/// 39 km away: 35 minutes.
pub const TOPEKA: Coordinates = Coordinates { lat: 39.0473, lon: -95.6752 };
/// 355 km away: more than five hours.
pub const HAYS: Coordinates = Coordinates { lat: 38.8792, lon: -99.3268 };

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A local time of Kansas.
pub fn local(text: &str) -> Timestamp {
    let time: jiff::civil::DateTime = text.parse().unwrap();
    Zone::new("America/Chicago").unwrap().rules().to_timestamp(time).unwrap()
}

/// So long from a local time of Kansas on.
pub fn work(start: &str, minutes: i64) -> Interval {
    let start = local(start);
    Interval::new(start, start + SignedDuration::from_mins(minutes)).unwrap()
}

pub fn usd(amount_minor: i64) -> Money {
    Money { amount_minor, currency: Currency::USD }
}

pub fn topic() -> TopicId {
    "top_01h455vb4pex5vsknk084sn02q".parse().unwrap()
}

pub fn trainer_id(n: u8) -> TrainerId {
    format!("trn_01h455vb4pex5vsknk084sn0{n:02}").parse().unwrap()
}

pub fn statement(pattern: Pattern) -> AvailabilityDetails {
    AvailabilityDetails { time_zone: Zone::new("America/Chicago").unwrap(), pattern, priority: 0, note: String::new() }
}

/// Free every day of the week.
pub fn weekly(start: i8, end: i8) -> AvailabilityDetails {
    use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    statement(Pattern::Weekly {
        weekdays: vec![Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday],
        start: jiff::civil::time(start, 0, 0, 0),
        end: jiff::civil::time(end, 0, 0, 0),
        from: date(2026, 1, 1),
        until: None,
        except: vec![],
    })
}

pub fn window(from: &str, until: &str, earliest: i8, latest: i8) -> DatePreference {
    DatePreference {
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        earliest: jiff::civil::time(earliest, 0, 0, 0),
        latest: jiff::civil::time(latest, 0, 0, 0),
    }
}

/// A trip without tack-on days, by the clock of Kansas.
pub fn trip(n: u8, from: Date, until: Date, coordinates: Coordinates, radius_km: f64) -> Trip {
    let details = TripDetails {
        name: String::new(),
        place: Town { name: "Elsewhere".into(), coordinates },
        from,
        until,
        time_zone: Zone::new("America/Chicago").unwrap(),
        tack_on_days_before: 0,
        tack_on_days_after: 0,
        radius_km,
        coming_from: None,
        going_to: None,
        note: String::new(),
    };
    let id = format!("trp_01h455vb4pex5vsknk084sn0{n:02}").parse().unwrap();
    Trip { id, trainer: trainer_id(1), details, record: Record::new(at("2027-01-01T00:00:00Z")) }
}

pub struct World {
    pub details: RequestDetails,
    pub zone: Zone,
    pub workshop: Option<WorkshopDetails>,
    pub place: Option<Coordinates>,
    pub room: Option<RoomDetails>,
    pub room_taken: Vec<Interval>,
    pub library_shut: Vec<Interval>,
    pub policy: Policy,
    pub library_days: Vec<jiff::civil::Date>,
    pub notice_given: Option<Timestamp>,
    pub backfill: bool,
    pub rural: bool,
    pub usual_load: Option<f64>,
    pub table: Option<RoadTable>,
    pub joined: Timestamp,
    pub customer: Customers,
    pub trainer: TrainerDetails,
    pub availability: Vec<AvailabilityDetails>,
    pub busy: Vec<Interval>,
    pub commitments: Vec<Commitment>,
    pub trips: Vec<Trip>,
    pub deciding: Option<packhorse_domain::id::OfferId>,
    pub now: Timestamp,
    /// How many commitments there have been.
    serial: usize,
}

impl World {
    /// A trainer in Lawrence, free from 8 to 18 on each day, and a library in Topeka that wants two hours on 3 to 5 March,
    /// between 9 and 17.
    pub fn new() -> Self {
        Self {
            details: RequestDetails {
                workshop: None,
                topic: Some(topic()),
                level: Level::Intermediate,
                outcomes: String::new(),
                audience: String::new(),
                expected_attendance: 20,
                duration_minutes: 120,
                preferences: vec![window("2027-03-03", "2027-03-05", 9, 17)],
                format: Format::InPerson,
                language: "en".into(),
                venue: Some(Id::nil()),
                room: None,
                budget: None,
                budget_is_ceiling: false,
                backfill: false,
                co_hosts: vec![],
                notes: String::new(),
            },
            zone: Zone::new("America/Chicago").unwrap(),
            workshop: None,
            place: Some(TOPEKA),
            room: None,
            room_taken: vec![],
            library_shut: vec![],
            policy: Policy::default(),
            library_days: vec![],
            notice_given: None,
            backfill: false,
            rural: false,
            usual_load: Some(4.0),
            table: None,
            joined: at("2026-01-01T00:00:00Z"),
            customer: Customers::Anyone,
            trainer: TrainerDetails {
                name: "Dana Whitfield".into(),
                biography: String::new(),
                home_base: HomeBase { place: "Lawrence, Kansas".into(), coordinates: LAWRENCE },
                time_zone: Zone::new("America/Chicago").unwrap(),
                travel_radius_km: 500.0,
                travels_overnight: false,
                languages: vec!["en".into()],
                formats: vec![Format::InPerson, Format::Virtual],
                topics: vec![TopicSkill { topic: topic(), level: Level::Intermediate }],
                workshops: vec![],
                fees: vec![Fee {
                    from: date(2026, 1, 1),
                    customers: Customers::Anyone,
                    per_workshop: usd(10_000),
                    per_hour: usd(5_000),
                }],
                hours_per_day: None,
                visibility: Visibility::Network,
                active: true,
                nearby_welcome: false,
            },
            availability: vec![weekly(8, 18)],
            busy: vec![],
            commitments: vec![],
            trips: vec![],
            deciding: None,
            now: at("2027-01-15T12:00:00Z"),
            serial: 0,
        }
    }

    pub fn need(&self) -> Need<'_> {
        Need {
            details: &self.details,
            time_zone: &self.zone,
            workshop: self.workshop.as_ref(),
            place: self.place,
            room: self.room.as_ref(),
            room_taken: &self.room_taken,
            library_shut: &self.library_shut,
            policy: &self.policy,
            currency: Currency::USD,
            library_days: &self.library_days,
            backfill: self.backfill,
            rural: self.rural,
            usual_load: self.usual_load,
            roads: self.table.as_ref(),
            notice_given: self.notice_given,
        }
    }

    pub fn candidate(&self) -> Candidate<'_> {
        Candidate {
            id: trainer_id(1),
            trainer: &self.trainer,
            joined: self.joined,
            customer: self.customer,
            calendar: Calendar::Said { statements: &self.availability, busy: &self.busy },
            commitments: &self.commitments,
            trips: &self.trips,
            deciding: self.deciding,
        }
    }

    /// Places what is needed at a local time of Kansas.
    pub fn place(&self, start: &str) -> Result<Placement, RuledOut> {
        self.place_at(work(start, i64::from(self.details.duration_minutes)))
    }

    pub fn place_at(&self, time: Interval) -> Result<Placement, RuledOut> {
        place(&self.need(), &self.candidate(), time, self.now)
    }

    pub fn best(&self) -> Result<Match, RuledOut> {
        best(&self.need(), &self.candidate(), self.now)
    }

    pub fn roads(&self) -> Roads<'_> {
        Roads { home: self.trainer.home_base.coordinates, model: self.policy.travel, table: self.table.as_ref() }
    }

    /// Does with a placement what a store would: first the neighbors in their order, then the new commitment, and nothing may
    /// overlap on the way.
    pub fn store(&mut self, placement: &Placement) {
        let place = self.place;
        self.apply(&placement.neighbors);
        self.commit(placement.time, place).taken = placement.taken;
        self.commitments.sort_by_key(|commitment| commitment.work.start);
        self.assert_disjoint();
    }

    /// Strikes a commitment out and lets its neighbors take what they take without it.
    pub fn strike(&mut self, index: usize) {
        self.commitments.remove(index);
        let previous = index.checked_sub(1).and_then(|index| self.commitments.get(index));
        let next = self.commitments.get(index);
        let neighbors = packhorse_matching::rejoin(
            &self.trainer,
            &self.trips,
            &self.policy,
            self.table.as_ref(),
            &self.zone,
            previous,
            next,
        );
        self.apply(&neighbors);
    }

    fn apply(&mut self, neighbors: &[packhorse_matching::Neighbor]) {
        for neighbor in neighbors {
            let old = self.commitments.iter_mut().find(|old| old.id == neighbor.commitment).unwrap();
            assert_eq!(old.taken, neighbor.was);
            old.taken = neighbor.taken;
            self.assert_disjoint();
        }
    }

    fn assert_disjoint(&self) {
        for pair in self.commitments.windows(2) {
            assert!(pair[0].taken.end <= pair[1].taken.start, "{:?} {:?}", pair[0].taken, pair[1].taken);
        }
        assert!(self.commitments.iter().all(|each| each.taken.contains(&each.work)));
    }

    /// Commits the trainer to a work, with the way from home and back, and nothing said of nights.
    pub fn commit(&mut self, work: Interval, place: Option<Coordinates>) -> &mut Commitment {
        let roads = self.roads();
        let leg = place.map_or(SignedDuration::ZERO, |place| roads.between(roads.home, place).1.span());
        let n = self.serial;
        self.serial += 1;
        self.commitments.push(Commitment {
            id: format!("cmt_01h455vb4pex5vsknk084sn0{n:02}").parse().unwrap(),
            holder: Holder::Trainer(trainer_id(1)),
            cause: Cause { offer: format!("ofr_01h455vb4pex5vsknk084sn0{n:02}").parse().unwrap(), booking: None },
            work,
            taken: Interval { start: work.start - leg, end: work.end + leg },
            place,
            expires_at: None,
        });
        self.commitments.last_mut().unwrap()
    }
}
