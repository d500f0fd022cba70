//! A small catalog: with given texts everywhere, or as one would find it.

use packhorse_domain::{
    Coordinates, Currency, Format, Id, Interval, Level, Minutes, Money, Timestamp, Version, Zone, id::SessionId,
    id::WorkshopId, network::NetworkKind,
};
use packhorse_publishing::model::{
    Adaptation, CeHours, Competency, Contact, Course, Credit, CreditRole, Evaluation, Fees, Handout, Material,
    MaterialKind, Need, NeedKind, OnlineRoom, Person, Place, Publisher, RoomNeeds, Session, SessionStatus, Showcase,
    Site, Table, Title, Topic, Trainer, Venue, WebAddress,
};

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn web(text: &str) -> WebAddress {
    WebAddress::new(text).unwrap()
}

pub fn usd(amount_minor: i64) -> Money {
    Money { amount_minor, currency: Currency::USD }
}

pub fn chicago() -> Zone {
    Zone::new("America/Chicago").unwrap()
}

pub fn site(name: &str) -> Site {
    Site {
        base: web("https://packhorse.example"),
        name: name.to_owned(),
        contact: "catalog@packhorse.example".to_owned(),
        generated_at: at("2027-02-01T12:00:00Z"),
    }
}

pub fn publisher(name: &str) -> Publisher {
    Publisher { id: Id::nil(), name: name.to_owned(), kind: NetworkKind::Regional, zone: chicago() }
}

/// A workshop with one text in every place that takes one.
pub fn course(text: &str) -> Course {
    let text = || text.to_owned();
    Course {
        id: Id::nil(),
        network: Id::nil(),
        title: text(),
        summary: text(),
        objectives: vec![text(), text()],
        level: Level::Introductory,
        audience: text(),
        duration: Minutes(120),
        formats: vec![Format::InPerson, Format::Virtual],
        languages: vec![text()],
        topics: vec![Topic { id: Id::nil(), name: text() }],
        competencies: vec![Competency { scheme: text(), code: text(), name: text() }],
        ce_hours: vec![CeHours { scheme: text(), category: text(), hundredths: 150 }],
        fees: Some(Fees { member: usd(4500), partner: Some(usd(5000)), other: Some(usd(7500)) }),
        minimum_attendance: Some(6),
        maximum_attendance: Some(24),
        room: RoomNeeds { computers: 12, projector: true },
        license: Some(text()),
        credits: vec![
            Credit { role: CreditRole::Author, name: text() },
            Credit { role: CreditRole::Funder, name: text() },
        ],
        adapted_from: vec![Adaptation {
            title: text(),
            by: text(),
            license: Some(text()),
            address: Some(web("https://elsewhere.example/it")),
        }],
        adaptations: 2,
        materials: vec![material(&text())],
        trainers: vec![Person { id: Some(Id::nil()), name: text() }],
        taught_at: vec![text()],
        evaluation: Evaluation::of([0, 0, 2, 8, 21]),
        version: Version(3),
        published_at: at("2027-01-04T15:00:00Z"),
        updated_at: at("2027-01-20T09:30:00Z"),
    }
}

pub fn material(text: &str) -> Material {
    Material {
        kind: MaterialKind::Handout,
        title: text.to_owned(),
        address: web("https://files.example/handout.pdf"),
        media_type: text.to_owned(),
        bytes: Some(1_250_000),
        language: Some(text.to_owned()),
        license: Some(text.to_owned()),
        captions: true,
    }
}

pub fn venue(text: &str) -> Venue {
    Venue {
        name: text.to_owned(),
        address: vec![text.to_owned(), text.to_owned()],
        coordinates: Coordinates::new(39.8525, -95.5358),
    }
}

/// A session with one text in every place that takes one.
pub fn session(text: &str) -> Session {
    let room = OnlineRoom { name: text.to_owned(), open: true, address: Some(web("https://rooms.example/auditorium")) };
    Session {
        id: Id::nil(),
        network: Id::nil(),
        workshop: Id::nil(),
        title: text.to_owned(),
        language: text.to_owned(),
        time: Interval::new(at("2027-03-03T16:00:00Z"), at("2027-03-03T18:00:00Z")).unwrap(),
        zone: chicago(),
        place: Place::Both(venue(text), room),
        host: text.to_owned(),
        trainers: vec![Person { id: Some(Id::nil()), name: text.to_owned() }],
        capacity: Some(24),
        price: Some(usd(4500)),
        registration: Some(web("https://packhorse.example/register")),
        note: text.to_owned(),
        status: SessionStatus::Rescheduled { previous_start: at("2027-02-03T16:00:00Z") },
        sequence: 2,
        updated_at: at("2027-01-21T09:30:00Z"),
    }
}

pub fn trainer(text: &str) -> Trainer {
    let text = || text.to_owned();
    Trainer {
        id: Id::nil(),
        network: Id::nil(),
        name: text(),
        profile: text(),
        home: text(),
        languages: vec![text()],
        topics: vec![Topic { id: Id::nil(), name: text() }],
        workshops: vec![Title { id: Id::nil(), title: text() }],
        updated_at: at("2027-01-21T09:30:00Z"),
    }
}

pub fn showcase(text: &str) -> Showcase {
    let table = |number| Table {
        number,
        host: text.to_owned(),
        title: text.to_owned(),
        tip: text.to_owned(),
        handouts: vec![Handout { title: text.to_owned(), address: web("https://files.example/handout.pdf") }],
        bring: Some(web("https://packhorse.example/ask")),
    };
    Showcase {
        id: Id::nil(),
        network: Id::nil(),
        title: text.to_owned(),
        summary: text.to_owned(),
        time: Interval::new(at("2027-06-26T13:00:00Z"), at("2027-06-26T15:00:00Z")).unwrap(),
        zone: chicago(),
        venue: venue(text),
        updated_at: at("2027-01-04T15:00:00Z"),
        tables: vec![table(1), table(2)],
    }
}

pub fn need(text: &str) -> Need {
    Need {
        id: Id::nil(),
        network: Id::nil(),
        kind: NeedKind::Offer,
        title: text.to_owned(),
        text: text.to_owned(),
        by: text.to_owned(),
        place: text.to_owned(),
        contact: Some(Contact { address: web("https://packhorse.example/answer"), replies: 1 }),
        posted_at: at("2027-01-21T09:30:00Z"),
    }
}

/// A workshop as one finds it in a catalog.
pub fn policies() -> Course {
    Course {
        id: "wks_01k9z3k8m4e0r9q2v7x5y6w8ta".parse::<WorkshopId>().unwrap(),
        title: "Policies for Results".to_owned(),
        summary: "A board that knows its policies spends its meetings on readers.\nBring your own policies: we work on them at the tables, and every library leaves with one that is finished.".to_owned(),
        objectives: vec![
            "Tell a policy from a procedure".to_owned(),
            "Write a meeting room policy that survives its first complaint".to_owned(),
            "Plan a year of reviews that a board of volunteers can keep".to_owned(),
        ],
        audience: "Trustees and directors".to_owned(),
        languages: vec!["en".to_owned()],
        topics: vec![
            Topic { id: Id::nil(), name: "Policies".to_owned() },
            Topic { id: Id::nil(), name: "Boards and trustees".to_owned() },
        ],
        competencies: vec![Competency {
            scheme: "WebJunction Competency Index".to_owned(),
            code: "LM-1".to_owned(),
            name: "Policies and procedures".to_owned(),
        }],
        ce_hours: vec![CeHours { scheme: "Indiana LEU".to_owned(), category: "general".to_owned(), hundredths: 200 }],
        license: Some("CC-BY-4.0".to_owned()),
        credits: vec![
            Credit { role: CreditRole::Author, name: "Lorna Pruitt".to_owned() },
            Credit { role: CreditRole::Funder, name: "State Library of Kansas, LSTA".to_owned() },
        ],
        adapted_from: vec![Adaptation {
            title: "Creating Policies".to_owned(),
            by: "Infopeople".to_owned(),
            license: Some("CC-BY-3.0".to_owned()),
            address: Some(web("https://infopeople.example/policies")),
        }],
        materials: vec![Material {
            media_type: "application/pdf".to_owned(),
            language: Some("en".to_owned()),
            license: None,
            ..material("Workbook")
        }],
        trainers: vec![Person { id: Some(Id::nil()), name: "Lorna Pruitt".to_owned() }],
        taught_at: vec!["Hiawatha".to_owned(), "Seneca".to_owned()],
        ..course("")
    }
}

/// A session of it.
pub fn hiawatha() -> Session {
    Session {
        id: "ssn_01k9z3k8m4e0r9q2v7x5y6w8ta".parse::<SessionId>().unwrap(),
        workshop: policies().id,
        title: policies().title,
        language: "en".to_owned(),
        place: Place::Venue(Venue {
            name: "Morrill Public Library".to_owned(),
            address: vec!["431 Oregon Street".to_owned(), "Hiawatha, KS 66434".to_owned()],
            coordinates: Coordinates::new(39.8525, -95.5358),
        }),
        host: "Morrill Public Library".to_owned(),
        trainers: policies().trainers,
        status: SessionStatus::Scheduled,
        ..session("")
    }
}
