//! Taking and giving back the time of trainers and rooms.
//!
//! Invariant: whoever comes here has locked the trainer and the room. The database refuses overlaps all the same.

use packhorse_db::{Lock, commitments, networks, trainers, trips};
use packhorse_domain::{
    Interval, Scope, Timestamp,
    commitment::{Cause, Commitment, Holder},
    id::{BookingId, CommitmentId, OfferId, RoomId},
    trainer::Trainer,
};
use packhorse_matching::{Neighbor, Placement, rejoin};

use crate::{
    Context, Error,
    matches::{BEFORE, Brief, earlier},
    offers,
    requests::lock_all,
};

/// Locks a trainer and a room, and clears away holds of theirs that have run out. Of the room they may be other trainers':
/// those are locked with this one, since trainers come before rooms.
pub(crate) fn lock(ctx: &mut Context<'_>, trainer: &Trainer, room: Option<RoomId>) -> Result<(), Error> {
    let overdue = commitments::overdue(ctx.conn, trainer.id, room, ctx.now)?;
    lock_all(ctx, Lock::Trainers, overdue.iter().map(|(_, holder)| *holder).chain([trainer.id]))?;
    lock_all(ctx, Lock::Rooms, room)?;
    for (offer, _) in overdue {
        offers::lapse(ctx, offer)?;
    }
    Ok(())
}

/// Takes the time of a trainer, and of a room, for an offer or the booking it became.
pub(crate) fn take(
    ctx: &mut Context<'_>,
    brief: &Brief,
    trainer: &Trainer,
    placement: &Placement,
    cause: Cause,
    expires_at: Option<Timestamp>,
) -> Result<(), Error> {
    let home = trainer.details.home_base.coordinates;
    let place = Some(brief.place().filter(|_| brief.on_site()).unwrap_or(home));
    let commitment = |ctx: &Context<'_>, holder, taken| Commitment {
        id: CommitmentId::new(ctx.now),
        holder,
        cause,
        work: placement.time,
        taken,
        place,
        expires_at,
    };
    change(ctx, trainer, &placement.neighbors)?;
    let theirs = commitment(ctx, Holder::Trainer(trainer.id), placement.taken);
    commitments::insert(ctx.conn, &theirs)?;
    if let Some(room) = brief.details.room.filter(|_| brief.on_site()) {
        let rooms = commitment(ctx, Holder::Room(room), placement.time);
        commitments::insert(ctx.conn, &rooms)?;
    }
    Ok(())
}

/// Turns the hold of an offer into the commitment of its booking.
pub(crate) fn settle(ctx: &mut Context<'_>, offer: OfferId, booking: BookingId) -> Result<(), Error> {
    for held in commitments::of_offer(ctx.conn, offer)? {
        let cause = Cause { offer, booking: Some(booking) };
        commitments::update(ctx.conn, &Commitment { cause, expires_at: None, ..held })?;
    }
    Ok(())
}

/// Gives back what an offer, or its booking, has taken. The ways of the trainer's commitments before and after it become
/// what they are without it.
pub(crate) fn release(
    ctx: &mut Context<'_>,
    offer: OfferId,
    network: packhorse_domain::id::NetworkId,
) -> Result<(), Error> {
    for given in commitments::of_offer(ctx.conn, offer)? {
        commitments::release(ctx.conn, given.id)?;
        if let Holder::Trainer(trainer) = given.holder {
            let trainer = trainers::find(ctx.conn, Scope::Everything, trainer)?;
            let asking = networks::find(ctx.conn, Scope::Everything, network)?.details;
            let others = around(ctx, &trainer, given.work)?;
            let previous =
                others.iter().filter(|each| each.work.end <= given.work.start).max_by_key(|each| each.work.end);
            let next =
                others.iter().filter(|each| given.work.end <= each.work.start).min_by_key(|each| each.work.start);
            let trips = trips::of_trainers(ctx.conn, &[trainer.id])?;
            let roads = ctx.roads.clone();
            let (policy, zone) = (&asking.policy, &asking.time_zone);
            let neighbors = rejoin(&trainer.details, &trips, policy, roads.as_deref(), zone, previous, next);
            change(ctx, &trainer, &neighbors)?;
        }
    }
    Ok(())
}

/// A trainer's commitments that may be neighbors of some work. Holds that ran out count until they are cleared away, since
/// they still take the time in the database.
fn around(ctx: &mut Context<'_>, trainer: &Trainer, work: Interval) -> Result<Vec<Commitment>, Error> {
    let before = earlier(work.start, BEFORE);
    Ok(commitments::of_trainers(ctx.conn, &[trainer.id], before, Timestamp::MIN)?)
}

/// Gives neighbors the time they take from now on, those that shrink first, so that none meet on the way.
fn change(ctx: &mut Context<'_>, trainer: &Trainer, neighbors: &[Neighbor]) -> Result<(), Error> {
    let Some(first) = neighbors.iter().map(|neighbor| neighbor.taken.start).min() else { return Ok(()) };
    let before = earlier(first, BEFORE);
    let present = commitments::of_trainers(ctx.conn, &[trainer.id], before, Timestamp::MIN)?;
    let mut changes: Vec<_> = neighbors
        .iter()
        .filter_map(|neighbor| Some((present.iter().find(|each| each.id == neighbor.commitment)?, neighbor.taken)))
        .collect();
    let grows = |now: &Interval, then: &Interval| !now.contains(then);
    changes.sort_by_key(|(commitment, taken)| grows(&commitment.taken, taken));
    for (commitment, taken) in changes {
        commitments::update(ctx.conn, &Commitment { taken, ..commitment.clone() })?;
    }
    Ok(())
}
