//! The topics and the workshops of the demonstration.

use packhorse_domain::{
    Format::{self, Hybrid, InPerson, Virtual},
    Level::{self, Intermediate, Introductory},
};

use super::networks::{CALIFORNIA, KANSAS};

/// The license of all materials.
pub(super) const LICENSE: &str = "CC-BY-4.0";

const COMPETENCIES: &str = "WebJunction Competency Index, top level";
const WEBINAR_TOPICS: &str = "WebJunction webinar topics";

/// The vocabulary that everybody shares: name and scheme.
pub(super) const TOPICS: &[(&str, &str)] = &[
    (MANAGEMENT, COMPETENCIES),
    (PEOPLE, COMPETENCIES),
    (CORE_SKILLS, COMPETENCIES),
    (SYSTEMS, COMPETENCIES),
    (ACCESS, WEBINAR_TOPICS),
    (PLANNING, WEBINAR_TOPICS),
    (TRUSTEES, WEBINAR_TOPICS),
    (ORGANIZATION, WEBINAR_TOPICS),
];

pub(super) const MANAGEMENT: &str = "Library Management";
pub(super) const PEOPLE: &str = "Personal/Interpersonal";
pub(super) const CORE_SKILLS: &str = "Technology: Core Skills";
pub(super) const SYSTEMS: &str = "Technology: Systems & IT";
pub(super) const ACCESS: &str = "Access & Equity";
pub(super) const PLANNING: &str = "Assessment, Evaluation & Planning";
pub(super) const TRUSTEES: &str = "Friends, Trustees & Volunteers";
pub(super) const ORGANIZATION: &str = "Organizational Management";

/// A workshop.
pub(super) struct WorkshopRow {
    /// Name of the network whose catalog it is in.
    pub network: &'static str,
    pub title: &'static str,
    pub summary: &'static str,
    pub objectives: &'static [&'static str],
    pub level: Level,
    pub audience: &'static str,
    pub minutes: u32,
    pub formats: &'static [Format],
    pub languages: &'static [&'static str],
    pub topics: &'static [&'static str],
    /// Fewest and most people.
    pub attendance: (u32, u32),
    pub computers: u32,
    pub projector: bool,
}

pub(super) const POLICIES: &str = "Policies That Hold Up";
pub(super) const NEW_TRUSTEES: &str = "Your First Year on the Board";
pub(super) const AT_THE_DESK: &str = "Difficult Moments at the Desk";
pub(super) const ONE_PERSON: &str = "Time Management for the One-Person Library";
pub(super) const SUMMER: &str = "A Summer Program on a Small Budget";
pub(super) const READERS: &str = "Readers' Advisory in Ten Minutes";
pub(super) const CARE: &str = "Patches, Backups and Passwords";
pub(super) const BASICS: &str = "Teaching Computer Basics to Adults";
pub(super) const SIGNS: &str = "Signs That Work";
pub(super) const SENSORY: &str = "Storytimes for Every Sense";
pub(super) const CUENTOS: &str = "Cuentos y cantos: Bilingual Storytime";
pub(super) const STEAM: &str = "STEAM for Teens with What You Have";
pub(super) const PRIVACY: &str = "Keeping Their Secrets: Privacy for Staff and Boards";
pub(super) const OUTCOMES: &str = "From Head Counts to Outcomes";
pub(super) const SPREADSHEETS: &str = "Clean Data for Library Statistics";

/// The catalogs.
pub(super) const WORKSHOPS: &[WorkshopRow] = &[
    WorkshopRow {
        network: KANSAS.name,
        title: POLICIES,
        summary: "Write, review and defend the policies a small library needs, with a board that stands behind them.",
        objectives: &[
            "Name the policies that state law and the board's bylaws call for",
            "Rewrite one policy of your own so that staff can apply it at the desk",
            "Set up a review calendar for the board",
        ],
        level: Intermediate,
        audience: "Directors and trustees",
        minutes: 120,
        formats: &[InPerson, Hybrid],
        languages: &["en"],
        topics: &[TRUSTEES, ORGANIZATION],
        attendance: (5, 30),
        computers: 0,
        projector: true,
    },
    WorkshopRow {
        network: KANSAS.name,
        title: NEW_TRUSTEES,
        summary: "What a trustee does and does not do: budget, director, policies, open meetings.",
        objectives: &["Tell the board's work from the director's", "Read the library's monthly financial report"],
        level: Introductory,
        audience: "Trustees",
        minutes: 120,
        formats: &[InPerson, Virtual, Hybrid],
        languages: &["en"],
        topics: &[TRUSTEES],
        attendance: (4, 40),
        computers: 0,
        projector: true,
    },
    WorkshopRow {
        network: KANSAS.name,
        title: AT_THE_DESK,
        summary: "Practice for the conversations that go wrong: anger, loneliness, rules nobody likes.",
        objectives: &[
            "Use three phrases that lower the temperature",
            "Decide when to call a colleague, and when the police",
            "Debrief afterwards without blame",
        ],
        level: Introductory,
        audience: "Everybody who works with the public",
        minutes: 120,
        formats: &[InPerson],
        languages: &["en"],
        topics: &[PEOPLE],
        attendance: (6, 25),
        computers: 0,
        projector: false,
    },
    WorkshopRow {
        network: KANSAS.name,
        title: ONE_PERSON,
        summary: "For those who are director, cataloger, storyteller and janitor: what to do, drop and hand on.",
        objectives: &["Map a week of your own work", "Choose one thing to stop doing"],
        level: Introductory,
        audience: "Solo librarians",
        minutes: 90,
        formats: &[InPerson, Virtual],
        languages: &["en"],
        topics: &[MANAGEMENT, PEOPLE],
        attendance: (3, 40),
        computers: 0,
        projector: false,
    },
    WorkshopRow {
        network: KANSAS.name,
        title: SUMMER,
        summary: "Eight weeks of programs for children and teens from what a town already has.",
        objectives: &[
            "Plan eight programs for under 300 dollars in all",
            "Ask three partners in town for time instead of money",
        ],
        level: Introductory,
        audience: "Children's and teen staff",
        minutes: 120,
        formats: &[InPerson],
        languages: &["en"],
        topics: &[ACCESS, MANAGEMENT],
        attendance: (6, 30),
        computers: 0,
        projector: false,
    },
    WorkshopRow {
        network: KANSAS.name,
        title: READERS,
        summary: "A good next book for somebody in a hurry: listening for appeal, and tools that are free.",
        objectives: &["Hear what a reader liked and say it back", "Find three next books in ten minutes"],
        level: Introductory,
        audience: "Circulation and reference staff",
        minutes: 90,
        formats: &[InPerson, Virtual],
        languages: &["en"],
        topics: &[PEOPLE],
        attendance: (5, 35),
        computers: 0,
        projector: true,
    },
    WorkshopRow {
        network: KANSAS.name,
        title: CARE,
        summary: "Keep public and staff computers healthy when there is no IT department.",
        objectives: &["Set up updates and a backup that was restored once", "Move the staff to a password manager"],
        level: Intermediate,
        audience: "Whoever is asked when the computers stop",
        minutes: 120,
        formats: &[InPerson, Virtual, Hybrid],
        languages: &["en"],
        topics: &[SYSTEMS],
        attendance: (4, 20),
        computers: 0,
        projector: true,
    },
    WorkshopRow {
        network: KANSAS.name,
        title: BASICS,
        summary: "Lessons for adults who were left out: mouse, files, e-mail, forms, without shaming anybody.",
        objectives: &["Teach a one-hour lesson from a plan", "Tell apart what to show and what to let learners find"],
        level: Introductory,
        audience: "Staff and volunteers who teach",
        minutes: 180,
        formats: &[InPerson],
        languages: &["en"],
        topics: &[CORE_SKILLS],
        attendance: (4, 12),
        computers: 6,
        projector: true,
    },
    WorkshopRow {
        network: KANSAS.name,
        title: SIGNS,
        summary: "Fewer signs that say more: walk the building as a stranger, then rewrite, move and remove.",
        objectives: &["Audit your own building in half an hour", "Rewrite five signs in plain words"],
        level: Introductory,
        audience: "All staff",
        minutes: 90,
        formats: &[InPerson],
        languages: &["en"],
        topics: &[ACCESS, ORGANIZATION],
        attendance: (4, 15),
        computers: 0,
        projector: true,
    },
    WorkshopRow {
        network: CALIFORNIA.name,
        title: SENSORY,
        summary: "Storytimes in which children who see, hear or move otherwise take part as a matter of course.",
        objectives: &[
            "Adapt a storytime plan for three kinds of need",
            "Prepare a room that is calm, and a way out of it",
        ],
        level: Introductory,
        audience: "Children's staff",
        minutes: 90,
        formats: &[InPerson, Virtual],
        languages: &["en", "es"],
        topics: &[ACCESS],
        attendance: (5, 60),
        computers: 0,
        projector: true,
    },
    WorkshopRow {
        network: CALIFORNIA.name,
        title: CUENTOS,
        summary: "Songs, rhymes and books in Spanish and English, also for staff who speak little of one of them.",
        objectives: &["Lead a bilingual storytime with a partner", "Choose books in which both languages count"],
        level: Introductory,
        audience: "Children's staff",
        minutes: 120,
        formats: &[InPerson, Virtual],
        languages: &["en", "es"],
        topics: &[ACCESS],
        attendance: (5, 40),
        computers: 0,
        projector: false,
    },
    WorkshopRow {
        network: CALIFORNIA.name,
        title: STEAM,
        summary: "Programs that teens run themselves, with cardboard, borrowed kits and one laptop.",
        objectives: &["Run one of four tested programs", "Hand the planning to a teen group"],
        level: Introductory,
        audience: "Teen staff",
        minutes: 120,
        formats: &[InPerson, Virtual],
        languages: &["en"],
        topics: &[ACCESS, CORE_SKILLS],
        attendance: (6, 30),
        computers: 0,
        projector: true,
    },
    WorkshopRow {
        network: CALIFORNIA.name,
        title: PRIVACY,
        summary: "What the library knows about people, who asks for it, and what to answer.",
        objectives: &[
            "List the records your library keeps, and for how long",
            "Answer a request for records by the law",
        ],
        level: Intermediate,
        audience: "Staff and trustees",
        minutes: 90,
        formats: &[InPerson, Virtual, Hybrid],
        languages: &["en"],
        topics: &[SYSTEMS, ORGANIZATION],
        attendance: (5, 80),
        computers: 0,
        projector: true,
    },
    WorkshopRow {
        network: CALIFORNIA.name,
        title: OUTCOMES,
        summary: "Measure what a program changed, with a survey of four questions and an hour of work.",
        objectives: &["Write an outcome for a program of yours", "Report it to a funder on one page"],
        level: Intermediate,
        audience: "Whoever reports to a board or a funder",
        minutes: 120,
        formats: &[InPerson, Virtual, Hybrid],
        languages: &["en"],
        topics: &[PLANNING],
        attendance: (5, 40),
        computers: 0,
        projector: true,
    },
    WorkshopRow {
        network: CALIFORNIA.name,
        title: SPREADSHEETS,
        summary: "From twelve monthly files to one table that can be trusted, with tools that cost nothing.",
        objectives: &["Clean a messy column without typing", "Build the table behind the annual report"],
        level: Intermediate,
        audience: "Staff who count",
        minutes: 180,
        formats: &[InPerson, Virtual],
        languages: &["en"],
        topics: &[CORE_SKILLS, PLANNING],
        attendance: (4, 16),
        computers: 8,
        projector: true,
    },
];
