//! What the demonstration shows to everybody.

use jiff::SignedDuration;
use packhorse_domain::{
    Format, Timestamp, Valid,
    consent::ConsentPurpose,
    id::{MaterialId, SessionId},
    material::MaterialDetails,
    posting::PostingDetails,
    session::{Entry, SessionDetails},
    showcase::{ShowcaseDetails, ShowcaseTable},
    trainer::Visibility,
};

use super::{
    super::{
        networks::KANSAS,
        published::{
            AUDITORIUM, By, MATERIALS, MaterialRow, POSTINGS, PostingRow, REGISTER, SESSIONS, SessionRow, TABLES,
            TableRow,
        },
        trainers::TOMASZ,
    },
    Build, Named, broken, known, zone,
};
use crate::{
    Error, Expected, consents, materials, postings, showcases,
    workshop_sessions::{self as sessions, Of},
};

impl Build<'_> {
    /// Publishes sessions, materials, a showcase and postings; a trainer allows a public profile.
    pub(super) fn published(&mut self) -> Result<(), Error> {
        let mut held = Named::new();
        for row in SESSIONS {
            let session = self.session(row)?;
            if row.week < 0 {
                held.insert(row.workshop, session);
            }
        }
        let mut kept = Named::new();
        for row in MATERIALS {
            let material = self.material(row, &held)?;
            kept.insert(row.title, material);
        }
        self.showcase(&kept)?;
        let trainer = known(&self.people, TOMASZ)?;
        consents::answer(self.next(), trainer, ConsentPurpose::PublicProfile, true)?;
        POSTINGS.iter().try_for_each(|row| self.posting(row))
    }

    /// An hour of a weekday on the clock of the first network.
    fn at(&self, week: i8, weekday: jiff::civil::Weekday, hour: i8) -> Result<Timestamp, Error> {
        let day = self.days.in_week(week, weekday).map_err(broken)?;
        let begins = day.at(hour, 0, 0, 0).to_zoned(zone(KANSAS.time_zone)?.rules()).map_err(broken)?;
        Ok(begins.timestamp())
    }

    fn session(&mut self, row: &SessionRow) -> Result<SessionId, Error> {
        let network = known(&self.networks, row.network)?;
        let workshop = known(&self.workshops, row.workshop)?;
        let host = row.town.map(|town| self.host(town)).transpose()?;
        let (library, venue) = (host.map(|host| host.library), host.map(|host| host.venue));
        let is_online = row.format == Format::Virtual;
        let starts_at = self.at(row.week, row.weekday, row.hour)?;
        let details = SessionDetails {
            title: row.workshop.to_owned(),
            note: row.note.to_owned(),
            starts_at,
            ends_at: starts_at + SignedDuration::from_mins(row.minutes),
            time_zone: zone(KANSAS.time_zone)?,
            format: row.format,
            venue,
            entry: Entry {
                capacity: Some(row.capacity),
                registration_address: (!is_online).then(|| REGISTER.to_owned()),
                meeting_address: is_online.then(|| AUDITORIUM.to_owned()),
                is_open: is_online,
                has_captions: is_online,
                ..Entry::default()
            },
        };
        let details = Valid::new(details).map_err(broken)?;
        let of = Of { workshop: Some(workshop), library };
        let session = sessions::create(self.next(), network, of, details)?.id;
        sessions::publish(self.next(), session, &Expected::Any)?;
        if row.week < 0 {
            sessions::hold(self.next(), session, &Expected::Any)?;
        }
        Ok(session)
    }

    fn material(&mut self, row: &MaterialRow, held: &Named<SessionId>) -> Result<MaterialId, Error> {
        let workshop = known(&self.workshops, row.workshop)?;
        let session = row.of_session.then(|| known(held, row.workshop)).transpose()?;
        let details = MaterialDetails {
            kind: row.kind,
            title: row.title.to_owned(),
            summary: row.summary.to_owned(),
            address: row.address.to_owned(),
            media_type: row.media_type.to_owned(),
            bytes: Some(row.bytes),
            duration_minutes: row.minutes,
            language: Some("en".to_owned()),
            license: row.license.map(str::to_owned),
            authors: row.funder.map(|_| "Golden State Library Training".to_owned()).into_iter().collect(),
            funder: row.funder.map(str::to_owned),
            has_captions: row.minutes.is_some(),
            session,
            is_public: true,
        };
        Ok(materials::create(self.next(), workshop, Valid::new(details).map_err(broken)?)?.id)
    }

    fn showcase(&mut self, kept: &Named<MaterialId>) -> Result<(), Error> {
        let table = |(number, row): (u32, &TableRow)| {
            Ok(ShowcaseTable {
                number,
                host: format!("{} Public Library", row.host),
                title: row.title.to_owned(),
                tip: row.tip.to_owned(),
                workshop: Some(known(&self.workshops, row.workshop)?),
                handouts: row.handouts.iter().map(|title| known(kept, title)).collect::<Result<_, Error>>()?,
            })
        };
        let starts_at = self.at(8, jiff::civil::Weekday::Friday, 10)?;
        let details = ShowcaseDetails {
            title: "Northeast Kansas Training Showcase".to_owned(),
            summary: "Ten minutes a table, one tip to take home from each.".to_owned(),
            starts_at,
            ends_at: starts_at + SignedDuration::from_hours(2),
            time_zone: zone(KANSAS.time_zone)?,
            place: "Fisher Community Center".to_owned(),
            address: "Hiawatha, KS 66434".to_owned(),
            contact_address: Some("https://nekansas.example/ask".to_owned()),
            tables: (1..).zip(TABLES).map(table).collect::<Result<_, Error>>()?,
        };
        let network = known(&self.networks, KANSAS.name)?;
        let showcase = showcases::create(self.next(), network, Valid::new(details).map_err(broken)?)?.id;
        showcases::publish(self.next(), showcase, &Expected::Any).map(drop)
    }

    fn posting(&mut self, row: &PostingRow) -> Result<(), Error> {
        let (library, trainer, author) = match row.by {
            By::Library { town, person } => (Some(self.host(town)?.library), None, person),
            By::Trainer(name) => (None, Some(known(&self.trainers, name)?), name),
        };
        let details = PostingDetails {
            kind: row.kind,
            title: row.title.to_owned(),
            text: row.text.to_owned(),
            topic: None,
            library,
            trainer,
            answer_address: Some("https://nekansas.example/ask".to_owned()),
            expires_on: None,
            visibility: Visibility::Public,
        };
        let (network, author) = (known(&self.networks, KANSAS.name)?, known(&self.people, author)?);
        postings::post(self.next(), author, network, Valid::new(details).map_err(broken)?).map(drop)
    }
}
