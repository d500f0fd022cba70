//! What the demonstration shows to everybody: sessions, materials, a showcase, and the needs board.

use jiff::civil::Weekday::{self, Friday, Thursday, Tuesday, Wednesday};
use packhorse_domain::{
    Format::{self, InPerson, Virtual},
    material::MaterialKind::{self, Chat, Handout, Recording, Slides},
    posting::PostingKind::{self, Need, Offer},
};

use super::{
    catalog::{AT_THE_DESK, BASICS, NEW_TRUSTEES, OUTCOMES, POLICIES, PRIVACY, SIGNS},
    networks::{CALIFORNIA, KANSAS},
    trainers::TOMASZ,
};

/// A session that delivers no booking.
pub(super) struct SessionRow {
    /// The network whose calendar it is in.
    pub network: &'static str,
    pub workshop: &'static str,
    /// The town whose library hosts it.
    pub town: Option<&'static str>,
    /// Weeks from the next one; one that has passed was held.
    pub week: i8,
    pub weekday: Weekday,
    /// The hour at which it begins.
    pub hour: i8,
    pub minutes: i64,
    pub format: Format,
    pub capacity: u32,
    pub note: &'static str,
}

/// Where everybody meets online, without registering.
pub(super) const AUDITORIUM: &str = "https://meet.nekansas.example/auditorium";
/// Where people register who come to a room.
pub(super) const REGISTER: &str = "https://nekansas.example/register";

/// All of them, those that were recorded in front.
pub(super) const SESSIONS: &[SessionRow] = &[
    SessionRow {
        network: CALIFORNIA.name,
        workshop: OUTCOMES,
        town: None,
        week: -3,
        weekday: Wednesday,
        hour: 10,
        minutes: 60,
        format: Virtual,
        capacity: 300,
        note: "Bring last year's figures; we turn one of them into an outcome.",
    },
    SessionRow {
        network: KANSAS.name,
        workshop: SIGNS,
        town: Some("Hiawatha"),
        week: -2,
        weekday: Thursday,
        hour: 9,
        minutes: 90,
        format: InPerson,
        capacity: 15,
        note: "We walk the building before it opens.",
    },
    SessionRow {
        network: KANSAS.name,
        workshop: NEW_TRUSTEES,
        town: None,
        week: 1,
        weekday: Tuesday,
        hour: 18,
        minutes: 120,
        format: Virtual,
        capacity: 100,
        note: "In the evening, after the meetings. Nobody needs an account.",
    },
    SessionRow {
        network: KANSAS.name,
        workshop: AT_THE_DESK,
        town: Some("Baldwin City"),
        week: 3,
        weekday: Friday,
        hour: 9,
        minutes: 120,
        format: InPerson,
        capacity: 25,
        note: "Coffee from half past eight.",
    },
    SessionRow {
        network: KANSAS.name,
        workshop: BASICS,
        town: Some("Hiawatha"),
        week: 5,
        weekday: Wednesday,
        hour: 13,
        minutes: 180,
        format: InPerson,
        capacity: 12,
        note: "Staff of any library may come; bring your own laptop if you can.",
    },
    SessionRow {
        network: CALIFORNIA.name,
        workshop: PRIVACY,
        town: None,
        week: 6,
        weekday: Thursday,
        hour: 11,
        minutes: 90,
        format: Virtual,
        capacity: 500,
        note: "With live captions in English.",
    },
];

/// A material of a workshop.
pub(super) struct MaterialRow {
    pub workshop: &'static str,
    pub kind: MaterialKind,
    pub title: &'static str,
    pub summary: &'static str,
    pub address: &'static str,
    pub media_type: &'static str,
    pub bytes: u64,
    /// How long it takes to hear.
    pub minutes: Option<u32>,
    /// Whether it is of the workshop's session that was held.
    pub of_session: bool,
    pub license: Option<&'static str>,
    pub funder: Option<&'static str>,
}

/// What a table of the showcase gives away.
pub(super) const TEN: &str = "Ten questions for every policy";
const WALK: &str = "A walk through your own building";

/// All of them.
pub(super) const MATERIALS: &[MaterialRow] = &[
    MaterialRow {
        workshop: POLICIES,
        kind: Handout,
        title: TEN,
        summary: "One page, to be filled in by the board and the director together.",
        address: "https://files.nekansas.example/ten-questions.pdf",
        media_type: "application/pdf",
        bytes: 84_000,
        minutes: None,
        of_session: false,
        license: None,
        funder: None,
    },
    MaterialRow {
        workshop: POLICIES,
        kind: Slides,
        title: "Policies that hold up: slides with notes",
        summary: "",
        address: "https://files.nekansas.example/policies.odp",
        media_type: "application/vnd.oasis.opendocument.presentation",
        bytes: 2_400_000,
        minutes: None,
        of_session: false,
        license: Some("CC-BY-SA-4.0"),
        funder: None,
    },
    MaterialRow {
        workshop: SIGNS,
        kind: Handout,
        title: WALK,
        summary: "A sheet for half an hour with a pencil, as somebody who has never been there.",
        address: "https://files.nekansas.example/walk.pdf",
        media_type: "application/pdf",
        bytes: 61_000,
        minutes: None,
        of_session: false,
        license: Some("CC0-1.0"),
        funder: None,
    },
    MaterialRow {
        workshop: OUTCOMES,
        kind: Recording,
        title: "From head counts to outcomes, in an hour",
        summary: "With questions from forty libraries at the end.",
        address: "https://files.goldenstate.example/outcomes.mp3",
        media_type: "audio/mpeg",
        bytes: 27_900_000,
        minutes: Some(58),
        of_session: true,
        license: None,
        funder: Some("Institute of Museum and Library Services, LSTA"),
    },
    MaterialRow {
        workshop: OUTCOMES,
        kind: Chat,
        title: "What was asked, and what was answered",
        summary: "",
        address: "https://files.goldenstate.example/outcomes-chat.txt",
        media_type: "text/plain",
        bytes: 9_300,
        minutes: None,
        of_session: true,
        license: None,
        funder: None,
    },
];

/// A table of the showcase.
pub(super) struct TableRow {
    pub host: &'static str,
    pub title: &'static str,
    pub tip: &'static str,
    pub workshop: &'static str,
    /// Titles of materials.
    pub handouts: &'static [&'static str],
}

/// Its tables, in the order of their numbers.
pub(super) const TABLES: &[TableRow] = &[
    TableRow {
        host: "Hiawatha",
        title: "A policy on one page",
        tip: "Let the board ask the questions, and the director write the answers.",
        workshop: POLICIES,
        handouts: &[TEN],
    },
    TableRow {
        host: "Baldwin City",
        title: "Fewer signs",
        tip: "Take one down for every one you put up.",
        workshop: SIGNS,
        handouts: &[WALK],
    },
    TableRow {
        host: "Sabetha",
        title: "Three phrases that lower the temperature",
        tip: "Practice them aloud, with a colleague, before you need them.",
        workshop: AT_THE_DESK,
        handouts: &[],
    },
];

/// Who posts something.
pub(super) enum By {
    /// The director, for the library of this town.
    Library { town: &'static str, person: &'static str },
    /// A trainer.
    Trainer(&'static str),
}

/// A posting of the needs board.
pub(super) struct PostingRow {
    pub kind: PostingKind,
    pub title: &'static str,
    pub text: &'static str,
    pub by: By,
}

const CAROL: By = By::Library { town: "Hiawatha", person: "Carol Brandt" };
const SAM: By = By::Library { town: "Baldwin City", person: "Sam Whitaker" };

/// All of them.
pub(super) const POSTINGS: &[PostingRow] = &[
    PostingRow {
        kind: Need,
        title: "Who has a handout on e-mail for beginners?",
        text: "Large print, one page. Ours is from the days of dial-up.",
        by: SAM,
    },
    PostingRow {
        kind: Need,
        title: "Somebody to talk with our board about sunset reviews",
        text: "An hour in spring, in person or online. Neighbors are welcome to join.",
        by: CAROL,
    },
    PostingRow {
        kind: Offer,
        title: "Six laptops to lend for classes",
        text: "With mice and a case. You fetch them; we ask for nothing.",
        by: CAROL,
    },
    PostingRow {
        kind: Offer,
        title: "A spare day on my way through the northeast",
        text: "I can add a library between Falls City and Topeka to any trip of mine.",
        by: By::Trainer(TOMASZ),
    },
];
