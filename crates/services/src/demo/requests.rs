//! The requests of the demonstration. The first is the one of the README's story, the last four make a road show.

use jiff::civil::{Time, Weekday};
use packhorse_domain::{
    Format::{self, Hybrid, InPerson, Virtual},
    Level::{self, Intermediate, Introductory},
};

use super::{
    catalog::{AT_THE_DESK, BASICS, CARE, CORE_SKILLS, NEW_TRUSTEES, PEOPLE, POLICIES, SENSORY, SIGNS, STEAM, SUMMER},
    trainers::{JOLENE, LORNA},
};

/// A request.
pub(super) struct RequestRow {
    pub town: &'static str,
    pub what: What,
    pub level: Level,
    pub outcomes: &'static str,
    pub audience: &'static str,
    pub expected: u32,
    pub minutes: u32,
    /// First choice first.
    pub wishes: &'static [Wish],
    pub format: Format,
    /// The library's room of this name.
    pub room: Option<&'static str>,
    /// Cents, and whether that is a ceiling.
    pub budget: Option<(i64, bool)>,
    /// Towns, each with the seats it pledges.
    pub co_hosts: &'static [(&'static str, u32)],
    pub notes: &'static str,
    pub stage: Stage,
}

/// What it asks for.
pub(super) enum What {
    Workshop(&'static str),
    Topic(&'static str),
}

/// How far it has come.
pub(super) enum Stage {
    /// A coordinator is to open it.
    Submitted,
    /// So many seats are asked for, of which it fills some; towns joined it, each with seats and cents.
    Gathering { seats: u32, own: u32, joined: &'static [(&'static str, u32, i64)] },
    /// Trainers may be asked.
    Open,
    /// This one was, at their best time, and has not answered.
    Offered(&'static str),
    /// This one has accepted, and the host confirmed.
    Booked(&'static str),
}

/// Some days in a row, with hours.
pub(super) struct Wish {
    /// Week of the first day, 0 for the next one.
    pub week: i8,
    pub first: Weekday,
    pub days: i8,
    pub earliest: Time,
    pub latest: Time,
}

const fn wish(week: i8, first: Weekday, days: i8, earliest: (i8, i8), latest: (i8, i8)) -> Wish {
    let (earliest, latest) = (Time::constant(earliest.0, earliest.1, 0, 0), Time::constant(latest.0, latest.1, 0, 0));
    Wish { week, first, days, earliest, latest }
}

const MON: Weekday = Weekday::Monday;
const TUE: Weekday = Weekday::Tuesday;
const WED: Weekday = Weekday::Wednesday;
const THU: Weekday = Weekday::Thursday;
const FRI: Weekday = Weekday::Friday;

/// The days on which a road show could come by.
const ROAD_SHOW: &[Wish] = &[wish(8, TUE, 3, (10, 0), (16, 30)), wish(10, TUE, 3, (10, 0), (16, 30))];

/// A stop of a road show, two hours long.
const fn stop(
    town: &'static str,
    what: What,
    outcomes: &'static str,
    audience: &'static str,
    expected: u32,
) -> RequestRow {
    RequestRow {
        town,
        what,
        level: Introductory,
        outcomes,
        audience,
        expected,
        minutes: 120,
        wishes: ROAD_SHOW,
        format: InPerson,
        room: None,
        budget: None,
        co_hosts: &[],
        notes: "",
        stage: Stage::Open,
    }
}

/// All of them.
pub(super) const REQUESTS: &[RequestRow] = &[
    RequestRow {
        town: "Hiawatha",
        what: What::Workshop(POLICIES),
        level: Intermediate,
        outcomes: "The board adopts a collection policy and a conduct policy this year.",
        audience: "Seven trustees, the director, and two neighbors",
        expected: 12,
        minutes: 120,
        wishes: &[
            wish(5, WED, 1, (10, 0), (16, 0)),
            wish(6, TUE, 1, (10, 0), (16, 0)),
            wish(7, TUE, 8, (9, 30), (16, 30)),
        ],
        format: InPerson,
        room: Some("Community Room"),
        budget: None,
        co_hosts: &[("Horton", 3)],
        notes: "Coffee is on us.",
        stage: Stage::Open,
    },
    RequestRow {
        town: "Baldwin City",
        what: What::Workshop(AT_THE_DESK),
        level: Introductory,
        outcomes: "Nobody on the evening shift feels alone with an angry patron.",
        audience: "All staff, full and part time",
        expected: 11,
        minutes: 120,
        wishes: &[wish(4, TUE, 1, (17, 15), (20, 0)), wish(5, WED, 3, (9, 0), (12, 0))],
        format: InPerson,
        room: Some("Meeting Room"),
        budget: Some((30_000, false)),
        co_hosts: &[],
        notes: "We can close early that evening.",
        stage: Stage::Open,
    },
    RequestRow {
        town: "Sabetha",
        what: What::Workshop(BASICS),
        level: Introductory,
        outcomes: "Two volunteers can run the Thursday computer class.",
        audience: "Staff and volunteers of four small libraries",
        expected: 8,
        minutes: 180,
        wishes: &[wish(6, MON, 3, (9, 30), (16, 0)), wish(8, MON, 3, (9, 30), (16, 0))],
        format: InPerson,
        room: Some("Computer Lab"),
        budget: Some((25_000, true)),
        co_hosts: &[("Hiawatha", 2), ("Seneca", 2)],
        notes: "The Friends pay, and cannot pay more.",
        stage: Stage::Open,
    },
    RequestRow {
        town: "Marysville",
        what: What::Workshop(SENSORY),
        level: Introductory,
        outcomes: "A storytime that three families asked for.",
        audience: "Children's staff of Marshall County",
        expected: 9,
        minutes: 90,
        wishes: &[wish(6, TUE, 1, (11, 0), (15, 0)), wish(7, MON, 4, (11, 0), (16, 0))],
        format: Virtual,
        room: None,
        budget: None,
        co_hosts: &[("Wamego", 3)],
        notes: "Each library watches together and tries things out in between.",
        stage: Stage::Open,
    },
    RequestRow {
        town: "Paola",
        what: What::Topic(PEOPLE),
        level: Intermediate,
        outcomes: "Staff of two generations agree on how to disagree.",
        audience: "All staff; some from home",
        expected: 16,
        minutes: 120,
        wishes: &[wish(7, FRI, 1, (9, 0), (13, 0)), wish(8, MON, 5, (9, 0), (13, 0))],
        format: Hybrid,
        room: Some("Meeting Room"),
        budget: Some((45_000, false)),
        co_hosts: &[("Osawatomie", 4), ("Louisburg", 3)],
        notes: "",
        stage: Stage::Open,
    },
    RequestRow {
        town: "Seneca",
        what: What::Workshop(SUMMER),
        level: Introductory,
        outcomes: "A joint summer program of three towns.",
        audience: "Children's staff and one trustee",
        expected: 10,
        minutes: 120,
        wishes: &[
            wish(5, THU, 2, (10, 0), (15, 0)),
            wish(6, TUE, 3, (10, 0), (15, 0)),
            wish(10, TUE, 4, (10, 0), (15, 0)),
        ],
        format: InPerson,
        room: Some("Story Room"),
        budget: None,
        co_hosts: &[("Sabetha", 3), ("Marysville", 3)],
        notes: "",
        stage: Stage::Offered(JOLENE),
    },
    RequestRow {
        town: "Ottawa",
        what: What::Workshop(NEW_TRUSTEES),
        level: Introductory,
        outcomes: "Three new trustees know what they were elected to.",
        audience: "Trustees of the county",
        expected: 14,
        minutes: 120,
        wishes: &[wish(3, TUE, 3, (13, 0), (16, 30))],
        format: InPerson,
        room: Some("Meeting Room"),
        budget: None,
        co_hosts: &[],
        notes: "",
        stage: Stage::Booked(LORNA),
    },
    RequestRow {
        town: "Bonner Springs",
        what: What::Workshop(SIGNS),
        level: Introductory,
        outcomes: "Visitors find the children's room without asking.",
        audience: "All staff",
        expected: 10,
        minutes: 90,
        wishes: &[wish(9, MON, 5, (9, 0), (12, 0)), wish(10, WED, 1, (9, 0), (12, 0))],
        format: InPerson,
        room: Some("Community Room"),
        budget: None,
        co_hosts: &[("Basehor", 2)],
        notes: "",
        stage: Stage::Submitted,
    },
    RequestRow {
        town: "Eureka",
        what: What::Workshop(STEAM),
        level: Introductory,
        outcomes: "The teen council runs its own Saturday.",
        audience: "Teen staff of the county",
        expected: 9,
        minutes: 120,
        wishes: &[wish(5, THU, 2, (10, 0), (15, 0)), wish(7, WED, 3, (10, 0), (15, 0))],
        format: InPerson,
        room: Some("Program Room"),
        budget: Some((60_000, false)),
        co_hosts: &[],
        notes: "",
        stage: Stage::Open,
    },
    RequestRow {
        town: "Horton",
        what: What::Workshop(SUMMER),
        level: Introductory,
        outcomes: "Three small libraries plan the summer together.",
        audience: "Staff and volunteers of Brown and Nemaha counties",
        expected: 6,
        minutes: 120,
        wishes: &[wish(6, TUE, 3, (10, 0), (15, 0)), wish(10, TUE, 4, (10, 0), (15, 0))],
        format: InPerson,
        room: None,
        budget: None,
        co_hosts: &[],
        notes: "There is place for everybody who can drive here.",
        stage: Stage::Gathering { seats: 18, own: 6, joined: &[("Hiawatha", 4, 5_000), ("Holton", 5, 0)] },
    },
    stop(
        "Valley Falls",
        What::Workshop(CARE),
        "The public computers start again after every update.",
        "The director and a volunteer",
        5,
    ),
    stop(
        "Burlingame",
        What::Topic(CORE_SKILLS),
        "Everybody at the desk can help with a form.",
        "All staff and two volunteers",
        6,
    ),
    stop(
        "Osawatomie",
        What::Workshop(CARE),
        "A backup that was restored once.",
        "Whoever is asked when the computers stop",
        7,
    ),
    stop(
        "Louisburg",
        What::Topic(CORE_SKILLS),
        "Staff show patrons their e-mail instead of writing it for them.",
        "All staff",
        9,
    ),
];
