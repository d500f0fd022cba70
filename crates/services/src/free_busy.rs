//! When trainers are free and when they are busy. Nobody is told by what.

use packhorse_calendar::{
    free,
    intervals::{normalize, subtract},
};
use packhorse_db::trainers;
use packhorse_domain::{
    Interval,
    commitment::{Busy, FreeBusy},
    id::TrainerId,
};

use crate::{Context, Error, pool};

/// The time of some trainers, in their order.
///
/// # Errors
/// [`Error::Invalid`] at `/trainers/N` for each that is not there for the actor.
pub fn of_trainers(ctx: &mut Context<'_>, ids: &[TrainerId], range: Interval) -> Result<Vec<FreeBusy>, Error> {
    let named = ids.iter().enumerate().map(|(place, id)| (format!("/trainers/{place}"), *id));
    let absent = ctx.absent_faults(trainers::existing, named)?;
    Error::unless_none(absent)?;
    look(ctx, ids, range)
}

/// The time of one trainer.
///
/// # Errors
/// [`Error::NotFound`].
pub fn of_trainer(ctx: &mut Context<'_>, id: TrainerId, range: Interval) -> Result<FreeBusy, Error> {
    crate::trainers::get(ctx, id)?;
    look(ctx, &[id], range)?.pop().ok_or(Error::NotFound)
}

fn look(ctx: &mut Context<'_>, ids: &[TrainerId], range: Interval) -> Result<Vec<FreeBusy>, Error> {
    let mut entries = pool::load(ctx, ids, range.start)?;
    let told = ids.iter().filter_map(|id| {
        let entry = entries.remove(id)?;
        let imported = normalize(entry.busy).into_iter().map(|time| Busy { time, tentative: false });
        let committed =
            entry.commitments.iter().map(|each| Busy { time: each.taken, tentative: each.expires_at.is_some() });
        let clip = |busy: Busy| busy.time.intersection(&range).map(|time| Busy { time, ..busy });
        let mut busy: Vec<_> = imported.chain(committed).filter_map(clip).collect();
        busy.sort_unstable_by_key(|busy| busy.time);
        let taken = normalize(busy.iter().map(|busy| busy.time).collect());
        Some(FreeBusy { trainer: *id, free: subtract(&free(&entry.availability, range), &taken), busy })
    });
    Ok(told.collect())
}
