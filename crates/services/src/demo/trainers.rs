//! The trainers of the demonstration. They are invented; where they live is not.

use jiff::civil::{Time, Weekday};
use packhorse_domain::{
    Format::{self, Hybrid, InPerson, Virtual},
    Level::{self, Advanced, Intermediate, Introductory},
    trainer::Visibility,
};

use super::{
    catalog::{
        ACCESS, AT_THE_DESK, BASICS, CARE, CORE_SKILLS, CUENTOS, MANAGEMENT, NEW_TRUSTEES, ONE_PERSON, ORGANIZATION,
        OUTCOMES, PEOPLE, PLANNING, POLICIES, PRIVACY, READERS, SENSORY, SIGNS, SPREADSHEETS, STEAM, SUMMER, SYSTEMS,
        TRUSTEES,
    },
    networks::{CALIFORNIA, KANSAS},
};

/// A trainer with their calendar.
pub(super) struct TrainerRow {
    /// Name of their home network.
    pub network: &'static str,
    pub name: &'static str,
    pub biography: &'static str,
    /// Town and ZIP code of the home base.
    pub home: (&'static str, &'static str),
    pub time_zone: &'static str,
    pub radius_km: f64,
    pub overnight: bool,
    pub languages: &'static [&'static str],
    pub formats: &'static [Format],
    pub topics: &'static [(&'static str, Level)],
    pub workshops: &'static [&'static str],
    /// From the first of January of a year (0 for this one): cents for each workshop, cents for each hour. Staff
    /// trainers have none.
    pub fees: &'static [(i16, i64, i64)],
    pub visibility: Visibility,
    pub active: bool,
    pub free: &'static [Free],
    pub off: &'static [Off],
}

/// Hours of some days of every week, holidays excepted.
pub(super) struct Free {
    pub days: &'static [Weekday],
    pub start: Time,
    pub end: Time,
}

/// Working days of a week on which they are away, whatever else is said; week 0 is the next one.
pub(super) struct Off {
    pub week: i8,
    pub why: &'static str,
}

const fn free(days: &'static [Weekday], start: (i8, i8), end: (i8, i8)) -> Free {
    Free { days, start: Time::constant(start.0, start.1, 0, 0), end: Time::constant(end.0, end.1, 0, 0) }
}

const fn off(week: i8, why: &'static str) -> Off {
    Off { week, why }
}

const CENTRAL: &str = "America/Chicago";
const PACIFIC: &str = "America/Los_Angeles";
const MON: Weekday = Weekday::Monday;
const TUE: Weekday = Weekday::Tuesday;
const WED: Weekday = Weekday::Wednesday;
const THU: Weekday = Weekday::Thursday;
const FRI: Weekday = Weekday::Friday;
const SAT: Weekday = Weekday::Saturday;

pub(super) const LORNA: &str = "Lorna Beckwith";
pub(super) const PRIYA: &str = "Priya Raman";
pub(super) const JOLENE: &str = "Jolene Strand";
pub(super) const TOMASZ: &str = "Tomasz Wilk";
pub(super) const MARISOL: &str = "Marisol Vega";

/// All of them.
pub(super) const TRAINERS: &[TrainerRow] = &[
    TrainerRow {
        network: KANSAS.name,
        name: LORNA,
        biography: "Consultant of the network. Ran a one-room library for eleven years; boards are her subject.",
        home: ("Oskaloosa, Kansas", "66066"),
        time_zone: CENTRAL,
        radius_km: 200.0,
        overnight: false,
        languages: &["en"],
        formats: &[InPerson, Virtual, Hybrid],
        topics: &[(TRUSTEES, Advanced), (ORGANIZATION, Advanced), (MANAGEMENT, Intermediate)],
        workshops: &[POLICIES, NEW_TRUSTEES, ONE_PERSON, SUMMER],
        fees: &[],
        visibility: Visibility::Partners,
        active: true,
        free: &[free(&[MON, TUE, WED, THU], (8, 30), (17, 0))],
        off: &[off(9, "State library conference")],
    },
    TrainerRow {
        network: KANSAS.name,
        name: "Curtis Amaya",
        biography: "Technology consultant of the network. Fixes what he teaches, and teaches what he fixed.",
        home: ("Topeka, Kansas", "66604"),
        time_zone: CENTRAL,
        radius_km: 200.0,
        overnight: false,
        languages: &["en", "es"],
        formats: &[InPerson, Virtual, Hybrid],
        topics: &[(CORE_SKILLS, Advanced), (SYSTEMS, Advanced)],
        workshops: &[BASICS, CARE, SPREADSHEETS],
        fees: &[],
        visibility: Visibility::Network,
        active: true,
        free: &[free(&[MON, TUE, WED], (9, 0), (17, 0)), free(&[THU], (13, 0), (20, 30))],
        off: &[off(7, "Family")],
    },
    TrainerRow {
        network: KANSAS.name,
        name: JOLENE,
        biography: "Children's librarian for twenty years, now on her own. Brings the puppets.",
        home: ("Manhattan, Kansas", "66502"),
        time_zone: CENTRAL,
        radius_km: 160.0,
        overnight: false,
        languages: &["en"],
        formats: &[InPerson],
        topics: &[(ACCESS, Intermediate), (MANAGEMENT, Introductory)],
        workshops: &[SUMMER, READERS, SENSORY],
        fees: &[(-1, 16_000, 0), (1, 17_500, 0)],
        visibility: Visibility::Network,
        active: true,
        free: &[free(&[TUE, THU, FRI], (9, 0), (18, 0)), free(&[SAT], (10, 0), (15, 0))],
        off: &[off(8, "Visiting grandchildren")],
    },
    TrainerRow {
        network: KANSAS.name,
        name: "Wendell Oakes",
        biography: "Retired director. Sat through four hundred board meetings and remembers what helped.",
        home: ("Atchison, Kansas", "66002"),
        time_zone: CENTRAL,
        radius_km: 80.0,
        overnight: false,
        languages: &["en"],
        formats: &[InPerson],
        topics: &[(TRUSTEES, Intermediate), (PEOPLE, Introductory)],
        workshops: &[POLICIES, NEW_TRUSTEES, AT_THE_DESK],
        fees: &[(-1, 12_000, 4_000)],
        visibility: Visibility::Network,
        active: true,
        free: &[free(&[MON, THU, FRI], (9, 30), (16, 30))],
        off: &[],
    },
    TrainerRow {
        network: KANSAS.name,
        name: PRIYA,
        biography: "Trainer and mediator. Half her work is with hospitals, who have the same arguments at the desk.",
        home: ("Overland Park, Kansas", "66210"),
        time_zone: CENTRAL,
        radius_km: 150.0,
        overnight: false,
        languages: &["en", "hi"],
        formats: &[InPerson, Virtual, Hybrid],
        topics: &[(PEOPLE, Advanced), (ACCESS, Intermediate), (PLANNING, Intermediate)],
        workshops: &[AT_THE_DESK, SIGNS, OUTCOMES],
        fees: &[(-1, 0, 9_000), (0, 0, 9_500), (1, 0, 10_000)],
        visibility: Visibility::Network,
        active: true,
        free: &[free(&[MON, WED, FRI], (9, 0), (17, 0)), free(&[TUE], (17, 0), (20, 30))],
        off: &[off(9, "Away")],
    },
    TrainerRow {
        network: KANSAS.name,
        name: TOMASZ,
        biography: "Taught computers in eleven counties of two states. Arrives the evening before.",
        home: ("Lincoln, Nebraska", "68508"),
        time_zone: CENTRAL,
        radius_km: 350.0,
        overnight: true,
        languages: &["en", "pl"],
        formats: &[InPerson, Virtual],
        topics: &[(CORE_SKILLS, Advanced), (SYSTEMS, Intermediate)],
        workshops: &[BASICS, CARE],
        fees: &[(-1, 30_000, 0), (1, 32_500, 0)],
        visibility: Visibility::Public,
        active: true,
        free: &[free(&[TUE, WED, THU], (8, 0), (18, 0))],
        off: &[],
    },
    TrainerRow {
        network: KANSAS.name,
        name: "Harriet Lund",
        biography: "Storyteller. On leave at present.",
        home: ("Emporia, Kansas", "66801"),
        time_zone: CENTRAL,
        radius_km: 180.0,
        overnight: false,
        languages: &["en"],
        formats: &[InPerson],
        topics: &[(ACCESS, Advanced)],
        workshops: &[SUMMER, READERS],
        fees: &[(-1, 15_000, 0)],
        visibility: Visibility::Network,
        active: false,
        free: &[free(&[MON, WED], (9, 0), (16, 0))],
        off: &[],
    },
    TrainerRow {
        network: CALIFORNIA.name,
        name: MARISOL,
        biography: "Bilingual storyteller who trained half the children's rooms of the Central Valley.",
        home: ("Sacramento, California", "95814"),
        time_zone: PACIFIC,
        radius_km: 300.0,
        overnight: true,
        languages: &["en", "es"],
        formats: &[InPerson, Virtual],
        topics: &[(ACCESS, Advanced)],
        workshops: &[SENSORY, CUENTOS],
        fees: &[(-1, 0, 11_500), (1, 0, 12_500)],
        visibility: Visibility::Partners,
        active: true,
        free: &[free(&[MON, TUE, WED, THU], (8, 30), (15, 30))],
        off: &[],
    },
    TrainerRow {
        network: CALIFORNIA.name,
        name: "Ken Nakagawa",
        biography: "Was a systems librarian until the subpoenas came; teaches privacy since.",
        home: ("Oakland, California", "94612"),
        time_zone: PACIFIC,
        radius_km: 400.0,
        overnight: true,
        languages: &["en"],
        formats: &[InPerson, Virtual, Hybrid],
        topics: &[(SYSTEMS, Advanced), (ORGANIZATION, Intermediate)],
        workshops: &[PRIVACY, CARE],
        fees: &[(-1, 35_000, 0)],
        visibility: Visibility::Partners,
        active: true,
        free: &[free(&[TUE, WED, THU, FRI], (8, 0), (16, 0))],
        off: &[off(5, "Jury duty")],
    },
    TrainerRow {
        network: CALIFORNIA.name,
        name: "Denise Arceneaux",
        biography: "Evaluates programs for a living and spreadsheets for pleasure.",
        home: ("Fresno, California", "93721"),
        time_zone: PACIFIC,
        radius_km: 350.0,
        overnight: true,
        languages: &["en"],
        formats: &[InPerson, Virtual],
        topics: &[(PLANNING, Advanced), (CORE_SKILLS, Intermediate)],
        workshops: &[OUTCOMES, SPREADSHEETS],
        fees: &[(-1, 10_000, 10_000)],
        visibility: Visibility::Partners,
        active: true,
        free: &[free(&[MON, TUE, THU], (9, 0), (17, 0))],
        off: &[],
    },
    TrainerRow {
        network: CALIFORNIA.name,
        name: "Paul Okafor",
        biography: "Teen librarian with a van full of cardboard.",
        home: ("Redding, California", "96001"),
        time_zone: PACIFIC,
        radius_km: 250.0,
        overnight: false,
        languages: &["en"],
        formats: &[InPerson],
        topics: &[(ACCESS, Intermediate), (CORE_SKILLS, Introductory)],
        workshops: &[STEAM],
        fees: &[(-1, 20_000, 0)],
        visibility: Visibility::Network,
        active: true,
        free: &[free(&[WED, THU, FRI, SAT], (9, 30), (17, 30))],
        off: &[],
    },
    TrainerRow {
        network: CALIFORNIA.name,
        name: "Ines Carvalho",
        biography: "Staff trainer of the network; teaches from her desk, mornings.",
        home: ("San Luis Obispo, California", "93401"),
        time_zone: PACIFIC,
        radius_km: 0.0,
        overnight: false,
        languages: &["en", "pt"],
        formats: &[Virtual],
        topics: &[(MANAGEMENT, Intermediate), (ACCESS, Introductory)],
        workshops: &[ONE_PERSON, STEAM, READERS],
        fees: &[],
        visibility: Visibility::Public,
        active: true,
        free: &[free(&[MON, TUE, WED, THU, FRI], (7, 30), (11, 30))],
        off: &[off(10, "Vacation")],
    },
];
