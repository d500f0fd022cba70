//! What is to be written of some systems, and how much of it there is.

use packhorse_db::{DbError, events, libraries, venues};
use packhorse_domain::{
    Id, Record, Timestamp,
    event::Event,
    id::{Kind, LibraryId, NetworkId, VenueId},
    library::{Library, Venue},
};
use serde::Serialize;

use super::{
    Counts,
    file::{OutletFile, System},
    merge,
};
use crate::{Change, Context, Error};

/// Ids for all that might be new, in the order of the file: made for the same instant, they would have no order of their
/// own, and rows are written faster in that of their ids.
pub(super) struct NewIds {
    libraries: std::vec::IntoIter<LibraryId>,
    venues: std::vec::IntoIter<VenueId>,
    now: Timestamp,
}

impl NewIds {
    pub fn of_file(file: &OutletFile, now: Timestamp) -> Self {
        let outlets = file.systems.iter().map(|system| system.outlets.len()).sum();
        Self { libraries: sorted(file.systems.len(), now), venues: sorted(outlets, now), now }
    }

    fn library(&mut self) -> LibraryId {
        self.libraries.next().unwrap_or_else(|| LibraryId::new(self.now))
    }

    fn venue(&mut self) -> VenueId {
        self.venues.next().unwrap_or_else(|| VenueId::new(self.now))
    }
}

fn sorted<K: Kind>(count: usize, now: Timestamp) -> std::vec::IntoIter<Id<K>> {
    let mut ids: Vec<_> = std::iter::repeat_with(|| Id::new(now)).take(count).collect();
    ids.sort_unstable();
    ids.into_iter()
}

/// What is to be written of some systems.
pub(super) struct Batch {
    network: Option<NetworkId>,
    pub libraries: Pile<Library>,
    pub venues: Pile<Venue>,
    events: Vec<Event>,
}

/// What is to be written of one kind, and how much there is of it.
pub(super) struct Pile<E> {
    put: Vec<E>,
    pub counts: Counts,
}

impl Batch {
    /// Nothing as yet, for a network or the directory.
    pub fn into(network: Option<NetworkId>) -> Self {
        Self { network, libraries: Pile::default(), venues: Pile::default(), events: Vec::new() }
    }

    /// Compares a system with what is known of it.
    ///
    /// # Errors
    /// When something of it cannot be kept, which is a defect.
    pub fn add(
        &mut self,
        ctx: &Context<'_>,
        ids: &mut NewIds,
        system: &System,
        library: Option<&Library>,
        venues: &[Venue],
    ) -> Result<(), Error> {
        let before = library;
        let details = merge::library(system, before.map(|library| &library.details))?;
        let network = self.network.or(before.and_then(|library| library.network));
        let id = before.map_or_else(|| ids.library(), |library| library.id);
        let same = before.is_some_and(|before| before.network == network && before.details == details);
        let after = Library { id, network, details, record: record(before.map(|before| before.record), ctx.now) };
        if let Some(event) = self.libraries.add(ctx, Change::new(action(before), id, network), same, before, after)? {
            self.events.push(event);
        }
        for outlet in &system.outlets {
            let before = venues.iter().find(|venue| venue.details.fscs_seq.as_deref() == Some(&outlet.seq));
            let details = merge::venue(outlet, before.map(|venue| &venue.details))?;
            let venue = before.map_or_else(|| ids.venue(), |venue| venue.id);
            let same = before.is_some_and(|before| before.details == details);
            let record = record(before.map(|before| before.record), ctx.now);
            let after = Venue { id: venue, library: id, details, record };
            let change = Change::new(action(before), venue, network);
            if let Some(event) = self.venues.add(ctx, change, same, before, after)? {
                self.events.push(event);
            }
        }
        Ok(())
    }

    /// Writes what is new or changed, with an event for each.
    ///
    /// # Errors
    /// [`DbError::Contention`] when somebody else writes the same things at this moment; those of the database.
    pub fn write(self, ctx: &mut Context<'_>) -> Result<(), Error> {
        libraries::put_all(ctx.conn, &self.libraries.put).map_err(raced)?;
        venues::put_all(ctx.conn, &self.venues.put).map_err(raced)?;
        Ok(events::append_all(ctx.conn, self.events)?)
    }
}

fn action<E>(before: Option<&E>) -> &'static str {
    if before.is_some() { "update" } else { "create" }
}

fn record(before: Option<Record>, now: Timestamp) -> Record {
    before.map_or_else(|| Record::new(now), |before| before.changed(now))
}

/// What was not there when we looked was made by somebody else since; when the whole transaction runs again, it is there.
fn raced(error: DbError) -> DbError {
    match error {
        DbError::Conflict(constraint) if ["libraries_fscs_key", "venues_fscs_seq"].contains(&constraint.as_str()) => {
            DbError::Contention(format!("made by somebody else: {constraint}"))
        }
        other => other,
    }
}

impl<E> Default for Pile<E> {
    fn default() -> Self {
        Self { put: Vec::new(), counts: Counts::default() }
    }
}

impl<E: Serialize> Pile<E> {
    /// Counts a thing; when it is not as it was, puts it to those to be written and gives its event.
    fn add<K: Kind>(
        &mut self,
        ctx: &Context<'_>,
        change: Change<K>,
        same: bool,
        before: Option<&E>,
        after: E,
    ) -> Result<Option<Event>, Error> {
        if same {
            self.counts.unchanged += 1;
            return Ok(None);
        }
        let event = ctx.event(change, before, Some(&after))?;
        self.put.push(after);
        match before {
            Some(_) => self.counts.updated += 1,
            None => self.counts.created += 1,
        }
        Ok(Some(event))
    }
}
