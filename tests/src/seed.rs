//! A small region to begin with: networks, people of every role, and all that a booking needs.

use std::sync::LazyLock;

use packhorse_db::{Conn, availability, editions, libraries, partnerships, rooms, topics, trainers, venues, workshops};
use packhorse_domain::{
    Currency, Record, Timestamp, Valid, Zone,
    availability::Availability,
    id::{
        AvailabilityId, LibraryId, NetworkId, PartnershipId, RoomId, TopicId, TrainerId, UserId, VenueId, WorkshopId,
    },
    library::{Library, Room, Venue},
    network::{NetworkDetails, NetworkKind, Partnership},
    policy::Policy,
    topic::Topic,
    trainer::Trainer,
    user::{Role, UserDetails},
    workshop::{Workshop, WorkshopState},
};
use packhorse_services::{Change, Context, networks, passwords, sessions, users};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{Client, Reply, World};

/// Everybody's password.
pub const PASSWORD: &str = "a quiet mule on a road";

/// Hashed once: hashing is slow on purpose.
static HASH: LazyLock<String> = LazyLock::new(|| passwords::hash(PASSWORD).unwrap());

/// Where trainers live and workshops take place.
pub const LAWRENCE: (f64, f64) = (38.9717, -95.2353);
/// 39 km west of Lawrence: 35 minutes on the road.
pub const TOPEKA: (f64, f64) = (39.0473, -95.6752);
/// 500 km west of Lawrence.
pub const GOODLAND: (f64, f64) = (39.3508, -101.7102);

/// The input of an API, as the type behind it.
pub fn details<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Puts things straight into a database, at an instant.
pub struct Planter<'c> {
    /// Where to.
    pub conn: &'c mut Conn,
    /// When.
    pub now: Timestamp,
}

impl Planter<'_> {
    fn record(&mut self) -> Record {
        // Each thing is made a microsecond later, so that ids keep their order.
        self.now += jiff::SignedDuration::from_micros(1);
        Record::new(self.now)
    }

    /// A network with this policy.
    pub fn network(&mut self, name: &str, policy: Policy) -> NetworkId {
        self.record();
        let details = NetworkDetails {
            name: name.to_owned(),
            kind: NetworkKind::Regional,
            time_zone: Zone::new("America/Chicago").unwrap(),
            currency: Currency::USD,
            policy,
        };
        networks::create(&mut Context::of_program(self.conn, self.now), Valid::new(details).unwrap()).unwrap().id
    }

    /// `lender` lends to `borrower`.
    pub fn partnership(&mut self, lender: NetworkId, borrower: NetworkId, from: &str, until: Option<&str>) {
        let record = self.record();
        let terms = json!({ "lender": lender, "borrower": borrower, "from": from, "until": until });
        let partnership = Partnership { id: PartnershipId::new(self.now), details: details(terms), record };
        partnerships::insert(self.conn, &partnership).unwrap();
    }

    /// A library; the zone is that of its buildings, too.
    pub fn library(&mut self, network: NetworkId, name: &str, zone: &str) -> LibraryId {
        let record = self.record();
        let named = details(json!({ "name": name, "time_zone": zone }));
        let library = Library { id: LibraryId::new(self.now), network: Some(network), details: named, record };
        libraries::insert(self.conn, &library).unwrap();
        library.id
    }

    /// A building of a library.
    pub fn venue(&mut self, library: LibraryId, at: (f64, f64), zone: &str) -> VenueId {
        let record = self.record();
        let place = details(json!({
            "name": "Main Library", "kind": "central", "address": "707 Vermont St", "city": "Lawrence", "state_code": "KS",
            "coordinates": { "lat": at.0, "lon": at.1 }, "time_zone": zone
        }));
        let venue = Venue { id: VenueId::new(self.now), library, details: place, record };
        venues::insert(self.conn, &venue).unwrap();
        venue.id
    }

    /// A room for 40 people.
    pub fn room(&mut self, venue: VenueId) -> RoomId {
        let record = self.record();
        let card = details(json!({ "name": "Auditorium", "capacity": 40, "projector": true, "computers": 12 }));
        let room = Room { id: RoomId::new(self.now), venue, details: card, record };
        rooms::insert(self.conn, &room).unwrap();
        room.id
    }

    /// A topic of a network, or a shared one.
    pub fn topic(&mut self, network: Option<NetworkId>, name: &str) -> TopicId {
        let record = self.record();
        let named = details(json!({ "name": name, "scheme": "WebJunction Competency Index" }));
        let topic = Topic { id: TopicId::new(self.now), network, details: named, record };
        topics::insert(self.conn, &topic).unwrap();
        topic.id
    }

    /// A published workshop of two hours.
    pub fn workshop(&mut self, network: NetworkId, topic: TopicId) -> WorkshopId {
        let record = self.record();
        let title = details(json!({
            "title": "Policies for Results", "objectives": ["Write a policy that holds"], "level": "intermediate",
            "duration_minutes": 120, "formats": ["in_person", "virtual", "hybrid"], "languages": ["en"], "topics": [topic]
        }));
        let state = WorkshopState::Published { published_at: self.now };
        let id = WorkshopId::new(self.now);
        let workshop = Workshop {
            id,
            network,
            details: title,
            edition: 1,
            public_since: Some(self.now),
            origin: None,
            adapted_from: Vec::new(),
            state,
            record,
        };
        workshops::insert(self.conn, &workshop).unwrap();
        editions::insert_all(self.conn, &[workshop.published(self.now).unwrap()]).unwrap();
        workshop.id
    }

    /// A trainer who teaches all that is in `catalog`; `changes` are merged into what is usual.
    pub fn trainer(&mut self, network: NetworkId, catalog: &Catalog, changes: &Value) -> TrainerId {
        let record = self.record();
        let mut profile = json!({
            "name": "Dana Whitfield",
            "home_base": { "place": "Lawrence, Kansas", "coordinates": { "lat": LAWRENCE.0, "lon": LAWRENCE.1 } },
            "time_zone": "America/Chicago", "travel_radius_km": 150, "languages": ["en"],
            "formats": ["in_person", "virtual", "hybrid"],
            "topics": [{ "topic": catalog.topic, "level": "advanced" }], "workshops": [catalog.workshop],
            "fees": [{
                "from": "2026-01-01",
                "per_workshop": { "amount_minor": 20_000, "currency": "USD" },
                "per_hour": { "amount_minor": 5_000, "currency": "USD" }
            }],
            "visibility": "network"
        });
        merge(&mut profile, changes);
        let trainer = Trainer { id: TrainerId::new(self.now), network, details: details(profile), record };
        let change = Change::new("create", trainer.id, network);
        let kept = Context::of_program(self.conn, self.now).keep(change, trainers::insert, None, trainer).unwrap();
        trainers::set_workshops(self.conn, &kept).unwrap();
        kept.id
    }

    /// A statement about a trainer's time.
    pub fn availability(&mut self, trainer: TrainerId, zone: &str, pattern: &Value) {
        let record = self.record();
        let said = details(json!({ "time_zone": zone, "pattern": pattern }));
        let statement = Availability { id: AvailabilityId::new(self.now), trainer, details: said, record };
        let change = Change::new("create", statement.id, None);
        Context::of_program(self.conn, self.now).keep(change, availability::insert, None, statement).unwrap();
    }

    /// Free on every day of the week, 06:00 to 22:00.
    pub fn free(&mut self, trainer: TrainerId, zone: &str) {
        let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        self.availability(
            trainer,
            zone,
            &json!({ "kind": "weekly", "weekdays": weekdays, "start": "06:00:00", "end": "22:00:00", "from": "2026-01-01" }),
        );
    }

    /// Somebody with a role, whose password is [`PASSWORD`].
    pub fn person(&mut self, email: &str, role: Role) -> UserId {
        let details = Valid::new(UserDetails { email: email.to_owned(), name: email.to_owned() }).unwrap();
        self.record();
        users::create(&mut Context::of_program(self.conn, self.now), details, &HASH, role).unwrap().id
    }
}

/// Merges as PATCH does (RFC 7396), one level after the other.
pub fn merge(target: &mut Value, changes: &Value) {
    let Value::Object(members) = changes else {
        *target = changes.clone();
        return;
    };
    for (name, change) in members {
        if change.is_object() && target[name].is_object() {
            merge(&mut target[name], change);
        } else {
            target[name] = change.clone();
        }
    }
}

/// What is taught.
#[derive(Debug, Clone, Copy)]
pub struct Catalog {
    /// A topic.
    pub topic: TopicId,
    /// A published workshop about it.
    pub workshop: WorkshopId,
}

/// Where it is taught.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The library.
    pub library: LibraryId,
    /// Its building.
    pub venue: VenueId,
    /// A room in it.
    pub room: RoomId,
}

impl World {
    /// Puts things straight into the database.
    pub fn plant<T: Send + 'static>(&self, mut work: impl FnMut(&mut Planter<'_>) -> T + Send + 'static) -> T {
        let now = packhorse_domain::Clock::now(&*self.clock);
        self.clock.advance(jiff::SignedDuration::from_millis(1));
        self.write(move |conn| Ok(work(&mut Planter { conn, now })))
    }

    /// Adds somebody with a role, and signs them in.
    pub fn person(&self, email: &str, role: Role) -> Client {
        let address = email.to_owned();
        let user = self.plant(move |planter| planter.person(&address, role));
        self.signed_in(user)
    }

    /// Signs somebody in without asking for the password, which takes long on purpose.
    pub fn signed_in(&self, user: UserId) -> Client {
        let now = packhorse_domain::Clock::now(&*self.clock);
        let ends_at = now + self.app.sign_in_lifetime;
        let opened = self.write(move |conn| sessions::sign_in(conn, user, None, now, ends_at));
        self.client().with_token(&self.app.tokens.issue(opened.user, opened.session, now).unwrap())
    }

    /// Adds a network that opens requests without triage.
    pub fn network(&self, name: &str) -> NetworkId {
        let name = name.to_owned();
        self.plant(move |planter| planter.network(&name, Policy::default()))
    }
}

/// One network with its coordinator.
pub struct Region {
    /// The network.
    pub network: NetworkId,
    /// Its coordinator.
    pub coordinator: Client,
}

impl Region {
    /// Makes one.
    pub fn new(world: &World, name: &str) -> Self {
        let network = world.network(name);
        let coordinator = world.person(&format!("ce@{name}.example"), Role::Coordinator { network });
        Self { network, coordinator }
    }
}

/// A trainer who signs in.
pub struct Teacher {
    /// Who.
    pub id: TrainerId,
    /// Their sign-in.
    pub client: Client,
}

/// A region with all that a booking needs: a library with staff, a catalog, and trainers who are free every day.
pub struct Market {
    /// The network.
    pub network: NetworkId,
    /// Its coordinator.
    pub coordinator: Client,
    /// A library in Lawrence.
    pub place: Place,
    /// Somebody who works there.
    pub staff: Client,
    /// What is taught.
    pub catalog: Catalog,
    /// A trainer who lives in Lawrence, and is paid.
    pub dana: Teacher,
    /// A trainer who lives in Topeka, and costs nothing but the way.
    pub lee: Teacher,
}

/// The day that requests ask for first: a Wednesday.
pub const DAY: &str = "2027-03-03";

impl Market {
    /// Makes one, with the usual policy.
    pub fn new(world: &World) -> Self {
        Self::with(world, "nekls", &Policy::default())
    }

    /// Makes one, with a policy of the test's choice.
    pub fn with(world: &World, name: &str, policy: &Policy) -> Self {
        const ZONE: &str = "America/Chicago";
        let (named, policy) = (name.to_owned(), policy.clone());
        let (network, place, catalog, trainers) = world.plant(move |planter| {
            let network = planter.network(&named, policy.clone());
            let library = planter.library(network, "Lawrence Public Library", ZONE);
            let venue = planter.venue(library, LAWRENCE, ZONE);
            let place = Place { library, venue, room: planter.room(venue) };
            let topic = planter.topic(Some(network), "Policy writing");
            let catalog = Catalog { topic, workshop: planter.workshop(network, topic) };
            let dana = planter.trainer(network, &catalog, &json!({}));
            let topeka = json!({ "place": "Topeka, Kansas", "coordinates": { "lat": TOPEKA.0, "lon": TOPEKA.1 } });
            let lee = json!({ "name": "Lee Brandt", "home_base": topeka, "fees": [] });
            let lee = planter.trainer(network, &catalog, &lee);
            planter.free(dana, ZONE);
            planter.free(lee, ZONE);
            (network, place, catalog, [dana, lee])
        });
        let [dana, lee] = trainers.map(|id| world.teacher(&format!("{id}@{name}.example"), id));
        Self {
            network,
            coordinator: world.person(&format!("ce@{name}.example"), Role::Coordinator { network }),
            place,
            staff: world.person(&format!("desk@{name}.example"), Role::Staff { library: place.library }),
            catalog,
            dana,
            lee,
        }
    }

    /// The body of a request for the workshop, on [`DAY`] or else the day after; `changes` are merged into its details.
    pub fn need(&self, changes: &Value) -> Value {
        let mut need = json!({
            "workshop": self.catalog.workshop, "topic": null, "level": "intermediate", "expected_attendance": 20,
            "duration_minutes": 120, "format": "in_person", "language": "en",
            "venue": self.place.venue, "room": self.place.room, "budget": null,
            "preferences": [
                { "from": DAY, "until": DAY, "earliest": "09:00:00", "latest": "17:00:00" },
                { "from": "2027-03-04", "until": "2027-03-05", "earliest": "09:00:00", "latest": "17:00:00" }
            ]
        });
        merge(&mut need, changes);
        json!({ "network": self.network, "library": self.place.library, "details": need })
    }

    /// The library writes a request.
    #[track_caller]
    pub fn draft(&self, changes: &Value) -> Reply {
        self.staff.post("/v1/requests", &self.need(changes)).expect(201)
    }

    /// The library writes a request and submits it. Its address.
    #[track_caller]
    pub fn ask(&self, changes: &Value) -> String {
        let path = self.draft(changes).location();
        self.staff.step(&path, "submit", None).expect(200);
        path
    }

    /// The coordinator offers a request to a trainer.
    pub fn offer(&self, request: &str, trainer: TrainerId, starts_at: &str) -> Reply {
        self.coordinator.post(&format!("{request}/offers"), &json!({ "trainer": trainer, "starts_at": starts_at }))
    }

    /// The coordinator offers a new request to a trainer, who accepts. The booking's address.
    #[track_caller]
    pub fn book(&self, teacher: &Teacher, starts_at: &str, changes: &Value) -> String {
        let request = self.ask(changes);
        let offer = self.offer(&request, teacher.id, starts_at).expect(201).location();
        let booking = teacher.client.step(&offer, "accept", None).expect(200).id();
        format!("/v1/bookings/{booking}")
    }

    /// Somebody who operates the installation.
    pub fn operator(world: &World) -> Client {
        world.person("root@packhorse.example", Role::Operator)
    }
}

impl World {
    /// A sign-in for a trainer.
    pub fn teacher(&self, email: &str, id: TrainerId) -> Teacher {
        Teacher { id, client: self.person(email, Role::Trainer { trainer: id }) }
    }
}
