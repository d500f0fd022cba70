//! The networks of the demonstration and their libraries: facts of towns, invented rooms.

use packhorse_domain::network::NetworkKind;

/// A network.
pub(super) struct NetworkRow {
    pub name: &'static str,
    pub kind: NetworkKind,
    pub time_zone: &'static str,
    pub state: &'static str,
    /// Whether a coordinator opens each request.
    pub triage: bool,
    pub hold_hours: u32,
    pub notice_days: u16,
    pub library_days_per_year: Option<u16>,
    pub libraries: &'static [LibraryRow],
}

/// A library with its one building.
pub(super) struct LibraryRow {
    pub town: &'static str,
    pub zip: &'static str,
    pub rooms: &'static [RoomRow],
}

/// A room.
pub(super) struct RoomRow {
    pub name: &'static str,
    pub capacity: u32,
    pub computers: u32,
    pub projector: bool,
    pub parking: &'static str,
}

const fn library(town: &'static str, zip: &'static str, rooms: &'static [RoomRow]) -> LibraryRow {
    LibraryRow { town, zip, rooms }
}

const fn room(name: &'static str, capacity: u32, computers: u32, parking: &'static str) -> RoomRow {
    RoomRow { name, capacity, computers, projector: true, parking }
}

/// The network that asks in the README's story.
pub(super) const KANSAS: NetworkRow = NetworkRow {
    name: "Northeast Kansas Library Network",
    kind: NetworkKind::Regional,
    time_zone: "America/Chicago",
    state: "KS",
    triage: true,
    hold_hours: 72,
    notice_days: 14,
    library_days_per_year: None,
    libraries: &[
        library("Hiawatha", "66434", &[room("Community Room", 24, 0, "Behind the building; level entrance.")]),
        library(
            "Lawrence",
            "66044",
            &[
                room("Auditorium", 120, 0, "Garage beside the library; unload at the west door."),
                room("Computer Lab", 14, 12, "Garage beside the library."),
            ],
        ),
        library("Topeka", "66604", &[room("Learning Center", 40, 16, "South lot, free.")]),
        library("Manhattan", "66502", &[room("Auditorium", 90, 0, "Street parking, two hours.")]),
        library("Atchison", "66002", &[room("Meeting Room", 30, 0, "Lot on the east side.")]),
        library("Leavenworth", "66048", &[room("Meeting Room", 35, 0, "Lot in front.")]),
        library("Ottawa", "66067", &[room("Meeting Room", 40, 0, "Lot on the north side.")]),
        library("Sabetha", "66534", &[room("Computer Lab", 12, 10, "Angle parking in front.")]),
        library("Seneca", "66538", &[room("Story Room", 22, 0, "Angle parking in front.")]),
        library("Baldwin City", "66006", &[room("Meeting Room", 30, 0, "Street parking.")]),
        library("Paola", "66071", &[room("Meeting Room", 28, 0, "Lot behind the building.")]),
        library("Bonner Springs", "66012", &[room("Community Room", 50, 0, "Lot in front.")]),
        library("Marysville", "66508", &[]),
        library("Holton", "66436", &[]),
        library("Oskaloosa", "66066", &[]),
        library("Tonganoxie", "66086", &[]),
        library("Horton", "66439", &[]),
        library("Wamego", "66547", &[]),
        library("Basehor", "66007", &[]),
        library("Louisburg", "66053", &[]),
        library("Osawatomie", "66064", &[]),
        library("Valley Falls", "66088", &[]),
        library("Troy", "66087", &[]),
        library("Burlingame", "66413", &[]),
        library("Osage City", "66523", &[]),
    ],
};

/// The network that lends.
pub(super) const CALIFORNIA: NetworkRow = NetworkRow {
    name: "Golden State Library Training",
    kind: NetworkKind::Statewide,
    time_zone: "America/Los_Angeles",
    state: "CA",
    triage: false,
    hold_hours: 120,
    notice_days: 21,
    library_days_per_year: Some(4),
    libraries: &[
        library("Sacramento", "95814", &[room("West Room", 60, 0, "Garage across the street.")]),
        library("Eureka", "95501", &[room("Program Room", 35, 0, "Lot in front, free.")]),
        library("Fresno", "93721", &[room("Training Lab", 18, 16, "Street meters.")]),
        library("Redding", "96001", &[room("Community Room", 80, 0, "Lot on the park side.")]),
        library("Oakland", "94612", &[]),
        library("Bakersfield", "93301", &[]),
        library("San Luis Obispo", "93401", &[]),
        library("Riverside", "92501", &[]),
    ],
};
