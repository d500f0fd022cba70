//! Builds the demonstration from its tables, through the services, so that every change has its event.

mod published;

use std::{collections::BTreeMap, fmt::Display};

use jiff::{SignedDuration, ToSpan, civil::Weekday};
use packhorse_db::{Conn, DbError};
use packhorse_domain::{
    Coordinates, Currency, DatePreference, Format, Money, Timestamp, Valid, Zone,
    availability::{AvailabilityDetails, Pattern},
    id::{LibraryId, NetworkId, OfferId, RequestId, RoomId, TopicId, TrainerId, UserId, VenueId, WorkshopId},
    library::{LibraryDetails, RoomDetails, VenueDetails, VenueKind},
    network::{NetworkDetails, PartnershipDetails},
    pledge::PledgeDetails,
    policy::Policy,
    request::{CoHost, PoolDetails, RequestDetails, RequestStateName, SeatsAndMoney},
    topic::TopicDetails,
    tour_plan::{TourLimits, TourPlanDetails, TourWeights},
    trainer::{Customers, Fee, HomeBase, TopicSkill, TrainerDetails, Visibility},
    user::{Role, UserDetails},
    workshop::WorkshopDetails,
};
use packhorse_outlets::zip_centroid;

use super::{
    catalog::{LICENSE, TOPICS, WORKSHOPS, WorkshopRow},
    days::Days,
    networks::{CALIFORNIA, KANSAS, LibraryRow, NetworkRow},
    people::{PEOPLE, Part, PersonRow},
    requests::{REQUESTS, RequestRow, Stage, What, Wish},
    trainers::{TOMASZ, TRAINERS, TrainerRow},
};
use crate::{
    Context, Error, Expected, availability, bookings, libraries, matches, matches::Telling, networks, offers,
    offers::Proposal, partnerships, pledges, pool::Pool, requests, rooms, topics, tour_plans, trainers, users, venues,
    workshops,
};

/// Ids of things by the names that the tables know them by.
type Named<T> = BTreeMap<&'static str, T>;

/// A library with its building.
struct Host {
    network: NetworkId,
    library: LibraryId,
    venue: VenueId,
    rooms: Named<RoomId>,
}

/// The demonstration as far as it stands.
struct Build<'c> {
    ctx: Context<'c>,
    days: Days,
    networks: Named<NetworkId>,
    hosts: Named<Host>,
    topics: Named<TopicId>,
    workshops: Named<WorkshopId>,
    trainers: Named<TrainerId>,
    people: Named<UserId>,
}

/// Builds all of it.
///
/// # Errors
/// Those of the database.
pub(super) fn everything(conn: &mut Conn, hash: &str, now: Timestamp) -> Result<(), Error> {
    let today = now.to_zoned(zone(KANSAS.time_zone)?.rules()).date();
    let mut build = Build {
        ctx: Context::of_program(conn, now),
        days: Days::from(today).map_err(broken)?,
        networks: Named::new(),
        hosts: Named::new(),
        topics: Named::new(),
        workshops: Named::new(),
        trainers: Named::new(),
        people: Named::new(),
    };
    for row in [&KANSAS, &CALIFORNIA] {
        build.network(row)?;
    }
    build.partnership()?;
    for (name, scheme) in TOPICS {
        build.topic(name, scheme)?;
    }
    WORKSHOPS.iter().try_for_each(|row| build.workshop(row))?;
    TRAINERS.iter().try_for_each(|row| build.trainer(row))?;
    PEOPLE.iter().try_for_each(|row| build.person(row, hash))?;
    REQUESTS.iter().try_for_each(|row| build.request(row))?;
    build.published()?;
    build.tour_plan()
}

/// A table that contradicts itself.
fn broken(what: impl Display) -> Error {
    DbError::Corrupt(format!("the demonstration: {what}")).into()
}

fn known<T: Copy>(things: &Named<T>, name: &str) -> Result<T, Error> {
    things.get(name).copied().ok_or_else(|| broken(name))
}

fn zone(name: &str) -> Result<Zone, Error> {
    Zone::new(name).map_err(broken)
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn dollars(amount_minor: i64) -> Money {
    Money { amount_minor, currency: Currency::USD }
}

impl<'c> Build<'c> {
    /// The context for the next thing, a microsecond after the one before, so that lists keep the order of the tables.
    fn next(&mut self) -> &mut Context<'c> {
        self.ctx.now += SignedDuration::from_micros(1);
        &mut self.ctx
    }

    fn network(&mut self, row: &NetworkRow) -> Result<(), Error> {
        let policy = Policy {
            triage: row.triage,
            hold_minutes: row.hold_hours * 60,
            minimum_notice_days: row.notice_days,
            library_days_per_year: row.library_days_per_year,
            ..Policy::default()
        };
        let details = NetworkDetails {
            name: row.name.to_owned(),
            kind: row.kind,
            time_zone: zone(row.time_zone)?,
            currency: Currency::USD,
            policy,
        };
        let network = networks::create(self.next(), Valid::new(details).map_err(broken)?)?.id;
        self.networks.insert(row.name, network);
        row.libraries.iter().try_for_each(|library| self.library(network, row, library))
    }

    fn library(&mut self, network: NetworkId, of: &NetworkRow, row: &LibraryRow) -> Result<(), Error> {
        let name = format!("{} Public Library", row.town);
        let details = LibraryDetails {
            name: name.clone(),
            fscs_key: None,
            state_code: Some(of.state.to_owned()),
            county_fips: None,
            population_served: None,
            population_fiscal_year: None,
            time_zone: zone(of.time_zone)?,
        };
        let library = libraries::create(self.next(), network, Valid::new(details).map_err(broken)?)?.id;
        // The ZIP code places it, approximately.
        let details = VenueDetails {
            name,
            kind: VenueKind::Central,
            fscs_seq: None,
            address: String::new(),
            city: row.town.to_owned(),
            state_code: Some(of.state.to_owned()),
            postal_code: row.zip.to_owned(),
            phone: String::new(),
            coordinates: None,
            approximate: false,
            locale: None,
            time_zone: zone(of.time_zone)?,
            open: true,
        };
        let venue = venues::create(self.next(), library, Valid::new(details).map_err(broken)?)?.id;
        let mut named = Named::new();
        for room in row.rooms {
            let details = RoomDetails {
                name: room.name.to_owned(),
                capacity: room.capacity,
                computers: room.computers,
                projector: room.projector,
                wheelchair_accessible: true,
                parking: room.parking.to_owned(),
                photos: Vec::new(),
                notes: String::new(),
            };
            let made = rooms::create(self.next(), venue, Valid::new(details).map_err(broken)?)?;
            named.insert(room.name, made.id);
        }
        self.hosts.insert(row.town, Host { network, library, venue, rooms: named });
        Ok(())
    }

    fn partnership(&mut self) -> Result<(), Error> {
        let details = PartnershipDetails {
            lender: known(&self.networks, CALIFORNIA.name)?,
            borrower: known(&self.networks, KANSAS.name)?,
            from: self.days.first_of_year(0).map_err(broken)?,
            until: None,
            terms: "Trainers are lent at their usual fee; the borrower pays travel.".to_owned(),
        };
        partnerships::create(self.next(), Valid::new(details).map_err(broken)?).map(drop)
    }

    fn topic(&mut self, name: &'static str, scheme: &str) -> Result<(), Error> {
        let details =
            TopicDetails { name: name.to_owned(), scheme: scheme.to_owned(), code: None, description: String::new() };
        let topic = topics::create(self.next(), None, Valid::new(details).map_err(broken)?)?;
        self.topics.insert(name, topic.id);
        Ok(())
    }

    fn workshop(&mut self, row: &WorkshopRow) -> Result<(), Error> {
        let network = known(&self.networks, row.network)?;
        let details = WorkshopDetails {
            title: row.title.to_owned(),
            summary: row.summary.to_owned(),
            objectives: owned(row.objectives),
            level: row.level,
            audience: row.audience.to_owned(),
            duration_minutes: row.minutes,
            formats: row.formats.to_vec(),
            languages: owned(row.languages),
            topics: row.topics.iter().map(|name| known(&self.topics, name)).collect::<Result<_, _>>()?,
            competencies: Vec::new(),
            continuing_education: Vec::new(),
            fees: Vec::new(),
            authors: vec![row.network.to_owned()],
            funder: None,
            visibility: Visibility::Public,
            minimum_attendance: Some(row.attendance.0),
            maximum_attendance: Some(row.attendance.1),
            needs_computers: row.computers,
            needs_projector: row.projector,
            license: Some(LICENSE.to_owned()),
        };
        let draft = workshops::create(self.next(), network, Valid::new(details).map_err(broken)?)?;
        let published = workshops::publish(self.next(), draft.id, &Expected::Any)?;
        self.workshops.insert(row.title, published.id);
        Ok(())
    }

    fn trainer(&mut self, row: &TrainerRow) -> Result<(), Error> {
        let network = known(&self.networks, row.network)?;
        let (place, zip) = row.home;
        let (lat, lon) = zip_centroid(zip).ok_or_else(|| broken(zip))?;
        let skill = |(name, level): &(&str, _)| Ok(TopicSkill { topic: known(&self.topics, name)?, level: *level });
        let fee = |(year, workshop, hour): &(i16, i64, i64)| {
            let from = self.days.first_of_year(*year).map_err(broken)?;
            Ok(Fee { from, customers: Customers::Anyone, per_workshop: dollars(*workshop), per_hour: dollars(*hour) })
        };
        let details = TrainerDetails {
            name: row.name.to_owned(),
            biography: row.biography.to_owned(),
            home_base: HomeBase { place: place.to_owned(), coordinates: Coordinates { lat, lon } },
            time_zone: zone(row.time_zone)?,
            travel_radius_km: row.radius_km,
            travels_overnight: row.overnight,
            languages: owned(row.languages),
            formats: row.formats.to_vec(),
            topics: row.topics.iter().map(skill).collect::<Result<_, Error>>()?,
            workshops: row.workshops.iter().map(|title| known(&self.workshops, title)).collect::<Result<_, _>>()?,
            fees: row.fees.iter().map(fee).collect::<Result<_, Error>>()?,
            hours_per_day: None,
            visibility: row.visibility,
            active: row.active,
            nearby_welcome: false,
        };
        let trainer = trainers::create(self.next(), network, Valid::new(details).map_err(broken)?)?.id;
        self.trainers.insert(row.name, trainer);
        for (pattern, note) in self.calendar(row)? {
            let details =
                AvailabilityDetails { time_zone: zone(row.time_zone)?, pattern, priority: 0, note: note.to_owned() };
            availability::create(self.next(), trainer, Valid::new(details).map_err(broken)?)?;
        }
        Ok(())
    }

    /// When they can teach, and when not.
    fn calendar(&self, row: &TrainerRow) -> Result<Vec<(Pattern, &'static str)>, Error> {
        let from = self.days.first_of_year(0).map_err(broken)?;
        let mut calendar = Vec::new();
        for free in row.free {
            let weekdays = free.days.iter().map(|day| (*day).into()).collect();
            let except = self.days.holidays();
            let pattern = Pattern::Weekly { weekdays, start: free.start, end: free.end, from, until: None, except };
            calendar.push((pattern, "Not on holidays"));
        }
        for off in row.off {
            let from = self.days.in_week(off.week, jiff::civil::Weekday::Monday).map_err(broken)?;
            let until = from.checked_add(4.days()).map_err(broken)?;
            calendar.push((Pattern::Blackout { from, until }, off.why));
        }
        Ok(calendar)
    }

    fn person(&mut self, row: &PersonRow, hash: &str) -> Result<(), Error> {
        let role = match row.part {
            Part::Coordinates(network) => Role::Coordinator { network: known(&self.networks, network)? },
            Part::Directs(town) => Role::Staff { library: self.host(town)?.library },
            Part::Teaches => Role::Trainer { trainer: known(&self.trainers, row.name)? },
            Part::Operates => Role::Operator,
        };
        let details = UserDetails { email: row.email.to_owned(), name: row.name.to_owned() };
        let user = users::create(self.next(), Valid::new(details).map_err(broken)?, hash, role)?;
        self.people.insert(row.name, user.id);
        Ok(())
    }

    fn host(&self, town: &str) -> Result<&Host, Error> {
        self.hosts.get(town).ok_or_else(|| broken(town))
    }

    fn request(&mut self, row: &RequestRow) -> Result<(), Error> {
        let &Host { network, library, venue, ref rooms } = self.host(row.town)?;
        let (workshop, topic) = match row.what {
            What::Workshop(title) => (Some(known(&self.workshops, title)?), None),
            What::Topic(name) => (None, Some(known(&self.topics, name)?)),
        };
        let co_host = |(town, seats): &(&str, u32)| Ok(CoHost { library: self.host(town)?.library, seats: *seats });
        let details = RequestDetails {
            workshop,
            topic,
            level: row.level,
            outcomes: row.outcomes.to_owned(),
            audience: row.audience.to_owned(),
            expected_attendance: row.expected,
            duration_minutes: row.minutes,
            preferences: row.wishes.iter().map(|wish| self.preference(wish)).collect::<Result<_, _>>()?,
            format: row.format,
            language: "en".to_owned(),
            venue: (row.format != Format::Virtual).then_some(venue),
            room: row.room.map(|name| known(rooms, name)).transpose()?,
            budget: row.budget.map(|(amount, _)| dollars(amount)),
            budget_is_ceiling: row.budget.is_some_and(|(_, ceiling)| ceiling),
            backfill: false,
            co_hosts: row.co_hosts.iter().map(co_host).collect::<Result<_, Error>>()?,
            notes: row.notes.to_owned(),
        };
        let details = Valid::new(details).map_err(broken)?;
        let request = requests::create(self.next(), network, library, details)?.id;
        if let Stage::Gathering { seats, own, joined } = row.stage {
            return self.gather(request, seats, own, joined);
        }
        let submitted = requests::submit(self.next(), request, &Expected::Any)?;
        if let Stage::Submitted = row.stage {
            return Ok(());
        }
        if submitted.state.name() == RequestStateName::Submitted {
            requests::open(self.next(), request, &Expected::Any)?;
        }
        match row.stage {
            Stage::Submitted | Stage::Gathering { .. } | Stage::Open => Ok(()),
            Stage::Offered(name) => self.offer(request, name).map(drop),
            Stage::Booked(name) => {
                let offer = self.offer(request, name)?;
                let booking = offers::accept(self.next(), offer, &Expected::Any)?;
                bookings::confirm(self.next(), booking.id, &Expected::Any).map(drop)
            }
        }
    }

    /// Has a request wait for neighbors until the end of the third week, and towns join it.
    fn gather(&mut self, id: RequestId, seats: u32, own: u32, joined: &[(&str, u32, i64)]) -> Result<(), Error> {
        let until = self.days.day(2, Weekday::Friday).map_err(broken)?;
        let own = SeatsAndMoney { seats: own, money: None };
        let pool = PoolDetails { seats: Some(seats), funding: None, until, own };
        requests::gather(self.next(), id, &Expected::Any, Valid::new(pool).map_err(broken)?)?;
        for (town, seats, cents) in joined {
            let library = self.host(town)?.library;
            let money = (*cents > 0).then(|| dollars(*cents));
            let details = PledgeDetails { seats: *seats, money, note: String::new() };
            pledges::create(self.next(), id, library, None, Valid::new(details).map_err(broken)?)?;
        }
        Ok(())
    }

    fn preference(&self, wish: &Wish) -> Result<DatePreference, Error> {
        let from = self.days.day(wish.week, wish.first).map_err(broken)?;
        let until = from.checked_add((wish.days - 1).days()).map_err(broken)?;
        Ok(DatePreference { from, until, earliest: wish.earliest, latest: wish.latest })
    }

    /// Offers a request to a trainer at their best time.
    fn offer(&mut self, request: RequestId, name: &str) -> Result<OfferId, Error> {
        let trainer = known(&self.trainers, name)?;
        // What is not committed yet is in no feed: the pool is read anew.
        let telling = Telling { limit: 100, explain: false, relax: 0, trainer: None, deliveries: false };
        let ranking = matches::list(self.next(), &Pool::default(), request, telling)?.ranking;
        let found = ranking.matches.iter().find(|found| found.trainer == trainer).ok_or_else(|| broken(name))?;
        let message = "They asked for you by name.".to_owned();
        let proposal = Proposal { starts_at: found.time.start, honorarium: None, quote: None, message, part: None };
        Ok(offers::make(self.next(), request, trainer, &proposal)?.id)
    }

    /// Asks for a road show of who sleeps away, in the weeks in which most of the open requests are.
    fn tour_plan(&mut self) -> Result<(), Error> {
        let details = TourPlanDetails {
            name: "Computer road show".to_owned(),
            from: self.days.in_week(7, Weekday::Monday).map_err(broken)?,
            until: self.days.in_week(13, Weekday::Friday).map_err(broken)?,
            requests: Vec::new(),
            trainers: vec![known(&self.trainers, TOMASZ)?],
            limits: TourLimits::default(),
            weights: TourWeights::default(),
            budget_ms: 1000,
            seed: 0,
            pins: Vec::new(),
            excluded: Vec::new(),
            follows: None,
            freeze_before: None,
        };
        let network = known(&self.networks, KANSAS.name)?;
        let wish = tour_plans::Wish { details, problem: None, faults: Vec::new() };
        tour_plans::create(self.next(), network, &wish).map(drop)
    }
}
