//! The trainers in memory, out of which matches are listed. They follow the feed of changes: what was committed before a list
//! is asked for is in it. A pool that lags behind can mislead a list, never a booking, which is decided anew where it is
//! written.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Mutex, PoisonError, RwLock, RwLockReadGuard},
};

use jiff::SignedDuration;
use packhorse_db::{
    availability, busy_times, commitments,
    events::{self, Position},
    trainers, trips,
};
use packhorse_domain::{
    Id, Timestamp,
    commitment::Holder,
    event::Event,
    id::{self, EventId, Kind, TrainerId},
};
use packhorse_matching::{Entry, Index};

use crate::{
    Context, Error,
    matches::{BEFORE, earlier},
};

/// Trainers that are read at once.
const BATCH: usize = 1000;
/// How long one horizon of the index serves.
const HORIZON: SignedDuration = SignedDuration::from_hours(24);

/// Kinds of things whose change changes what is known of a trainer.
const KINDS: &[&str] = &[
    id::Trainer::NAME,
    id::Availability::NAME,
    id::Trip::NAME,
    id::Calendar::NAME,
    id::Offer::NAME,
    id::Booking::NAME,
];

/// Every trainer with their calendar.
#[derive(Default)]
pub struct Pool {
    /// Whoever brings the index up to date holds this; lists go on meanwhile.
    follower: Mutex<Option<Follower>>,
    index: RwLock<Option<Index>>,
}

/// How far the index has followed.
struct Follower {
    /// Everything up to here is in.
    position: Position,
    /// Changes behind it that are in as well, though others may still come before them.
    ahead: HashSet<EventId>,
    /// When its horizon was laid.
    laid: Timestamp,
    /// Holds that are still to run out.
    holds: BTreeSet<(Timestamp, TrainerId)>,
}

impl Pool {
    /// The index as the database has it now. The first call reads every trainer.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn current(&self, ctx: &mut Context<'_>) -> Result<Current<'_>, Error> {
        self.follow(ctx, &mut |_, _| ())?;
        Ok(Current(self.index.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Brings the index up to date; `progress` hears how many trainers of how many were read, when all are.
    ///
    /// # Errors
    /// Those of the database.
    pub fn follow(&self, ctx: &mut Context<'_>, progress: &mut dyn FnMut(usize, usize)) -> Result<(), Error> {
        let mut follower = self.follower.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = follower.as_mut() else {
            *follower = Some(self.build(ctx, progress)?);
            return Ok(());
        };
        if ctx.now >= known.laid + HORIZON || ctx.now < known.laid {
            if let Some(index) = self.index.write().unwrap_or_else(PoisonError::into_inner).as_mut() {
                index.advance(ctx.now);
            }
            known.laid = ctx.now;
        }
        let head = events::head(ctx.conn)?;
        let changes = events::since(ctx.conn, known.position, KINDS)?;
        let fresh = changes.iter().filter(|change| !known.ahead.contains(&change.id));
        let mut touched: BTreeSet<_> = fresh.filter_map(trainer_of).collect();
        while known.holds.first().is_some_and(|(end, _)| *end <= ctx.now) {
            touched.extend(known.holds.pop_first().map(|(_, trainer)| trainer));
        }
        let touched: Vec<_> = touched.into_iter().collect();
        for batch in touched.chunks(BATCH) {
            let mut entries = load(ctx, batch, earlier(ctx.now, BEFORE))?;
            known.note_holds(&entries);
            let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
            let Some(index) = index.as_mut() else { continue };
            for trainer in batch {
                match entries.remove(trainer) {
                    Some(entry) => index.upsert(entry),
                    None => drop(index.remove(*trainer)),
                }
            }
        }
        known.position = head;
        known.ahead = changes.into_iter().map(|change| change.id).collect();
        Ok(())
    }

    /// Reads every trainer.
    fn build(&self, ctx: &mut Context<'_>, progress: &mut dyn FnMut(usize, usize)) -> Result<Follower, Error> {
        // What changes while they are read is read again.
        let position = events::head(ctx.conn)?;
        let mut follower = Follower { position, ahead: HashSet::new(), laid: ctx.now, holds: BTreeSet::new() };
        let mut index = Index::new(ctx.now);
        let total = trainers::count(ctx.conn)?;
        let mut last = None;
        loop {
            let ids = trainers::ids_after(ctx.conn, last, BATCH)?;
            let Some(end) = ids.last() else { break };
            last = Some(*end);
            let entries = load(ctx, &ids, earlier(ctx.now, BEFORE))?;
            follower.note_holds(&entries);
            for entry in entries.into_values() {
                index.upsert(entry);
            }
            progress(index.len(), total);
        }
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = Some(index);
        Ok(follower)
    }
}

impl Follower {
    fn note_holds(&mut self, entries: &HashMap<TrainerId, Entry>) {
        for (trainer, entry) in entries {
            self.holds.extend(entry.commitments.iter().filter_map(|each| Some((each.expires_at?, *trainer))));
        }
    }
}

/// The index, while somebody reads in it.
pub(crate) struct Current<'p>(RwLockReadGuard<'p, Option<Index>>);

impl Current<'_> {
    /// The index; nothing when it was never built.
    pub(crate) fn index(&self) -> Option<&Index> {
        self.0.as_ref()
    }
}

/// Whose calendar a change is about.
fn trainer_of(event: &Event) -> Option<TrainerId> {
    if event.subject_kind == id::Trainer::NAME {
        return event.subject.parse().ok();
    }
    let told = event.after.as_ref().or(event.before.as_ref())?;
    told.get("trainer")?.as_str()?.parse::<Id<id::Trainer>>().ok()
}

/// Some trainers with their calendars from an instant on, in one query for each kind of thing.
pub(crate) fn load(
    ctx: &mut Context<'_>,
    ids: &[TrainerId],
    from: Timestamp,
) -> Result<HashMap<TrainerId, Entry>, Error> {
    let entry = |trainer| Entry {
        trainer,
        availability: Vec::new(),
        busy: Vec::new(),
        commitments: Vec::new(),
        trips: Vec::new(),
    };
    let found = trainers::with_ids(ctx.conn, ids)?;
    let mut entries: HashMap<_, _> = found.into_iter().map(|trainer| (trainer.id, entry(trainer))).collect();
    for statement in availability::of_trainers(ctx.conn, ids)? {
        if let Some(entry) = entries.get_mut(&statement.trainer) {
            entry.availability.push(statement.details);
        }
    }
    for trip in trips::of_trainers(ctx.conn, ids)? {
        if let Some(entry) = entries.get_mut(&trip.trainer) {
            entry.trips.push(trip);
        }
    }
    for (trainer, busy) in busy_times::of_trainers(ctx.conn, ids, from)? {
        if let Some(entry) = entries.get_mut(&trainer) {
            entry.busy.push(busy);
        }
    }
    for commitment in commitments::of_trainers(ctx.conn, ids, from, ctx.now)? {
        if let Holder::Trainer(trainer) = commitment.holder
            && let Some(entry) = entries.get_mut(&trainer)
        {
            entry.commitments.push(commitment);
        }
    }
    Ok(entries)
}
