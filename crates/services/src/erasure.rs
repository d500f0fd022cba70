//! Erasure: what is known of a person goes, what counts stays.
//!
//! Bookings, offers and quotes stay with their figures and name the trainer by id; of a trainer who is nobody else, profile and
//! calendar go. Events about the person lose what they told, and the event of the erasure names them, so that the chain of seals
//! still holds ([`crate::seals`]).

use std::collections::BTreeSet;

use packhorse_db::{
    availability, busy_times, imported, interests, invitations, lock_seals, persons, redaction, trainers, trips, users,
    write_alone,
};
use packhorse_domain::{
    Action, Id, Scope,
    id::{Kind, NetworkId, TrainerId, UserId},
    invitation::InvitationState,
    privacy::Erasure,
    user::{Role, User},
};

use crate::{
    Change, Context, Error, Expected,
    exports::{Traces, resource},
    memberships::bookings_behind,
    offers::decline_all,
    passwords, sessions,
    users::{get, not_erased},
};

/// Erases a person.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] unless the caller operates the installation, those of [`Expected::check`],
/// [`Error::Conflict`] `bookings_stand`, `last_operator` and `erased`.
pub fn erase(ctx: &mut Context<'_>, id: UserId, expected: &Expected) -> Result<User, Error> {
    let user = get(ctx, id)?;
    ctx.authorize(Action::ErasePerson, &resource(id))?;
    expected.check(user.record.version)?;
    not_erased(&user)?;
    carry_out(ctx, user)
}

/// Erases the caller. Their password was checked before.
///
/// # Errors
/// [`Error::Unauthenticated`], [`Error::Conflict`] `bookings_stand` and `last_operator`.
pub fn erase_caller(ctx: &mut Context<'_>) -> Result<(), Error> {
    let user = sessions::me(ctx)?;
    carry_out(ctx, user).map(drop)
}

fn carry_out(ctx: &mut Context<'_>, user: User) -> Result<User, Error> {
    // What others write about them just now is erased, too.
    write_alone(ctx.conn)?;
    // None while events are being sealed.
    lock_seals(ctx.conn)?;
    let traces = Traces::of(ctx, user)?;
    refuse_last_operator(ctx, &traces.user)?;
    decline_all(ctx, &traces.sole, "the trainer is not here any more")?;
    bookings_behind(ctx, &traces.sole)?;
    let tells = |event: &&packhorse_domain::event::Event| event.before.is_some() || event.after.is_some();
    let redacted: Vec<_> = traces.events.iter().filter(tells).map(|event| event.id).collect();
    redaction::redact(ctx.conn, &redacted)?;
    for address in &traces.addresses {
        persons::forget_address(ctx.conn, address)?;
        persons::empty_answers(ctx.conn, address)?;
    }
    erase_invitations(ctx, &traces)?;
    for trainer in &traces.sole {
        erase_trainer(ctx, *trainer)?;
    }
    persons::forget_places(ctx.conn, &traces.sole)?;
    persons::forget(ctx.conn, traces.user.id)?;
    persons::empty_answers(ctx.conn, &traces.user.id.to_string())?;
    let networks: BTreeSet<_> = traces.user.roles.iter().filter_map(|grant| grant.network).collect();
    let after = traces.user.erased(ctx.now);
    users::update(ctx.conn, &after)?;
    users::set_password(ctx.conn, after.id, passwords::NONE)?;
    for network in networks {
        ctx.record(Change::new("revoke", after.id, network), None, Some(&after))?;
    }
    ctx.record(Change::new(Erasure::ACTION, after.id, None), None, Some(&Erasure { redacted }))?;
    Ok(after)
}

/// Somebody must be there to run the installation.
fn refuse_last_operator(ctx: &mut Context<'_>, user: &User) -> Result<(), Error> {
    let operates = user.roles.iter().any(|grant| grant.role == Role::Operator);
    if operates && users::count_operators(ctx.conn)? <= 1 {
        return Err(Error::Conflict { code: "last_operator", detail: "nobody else is an operator".to_owned() });
    }
    Ok(())
}

/// Those to them forget to whom they were. Those by them can be accepted no more, so they are taken back.
fn erase_invitations(ctx: &mut Context<'_>, traces: &Traces) -> Result<(), Error> {
    for id in &traces.invitations {
        let after = invitations::find(ctx.conn, Scope::Everything, *id)?.erased(ctx.now);
        ctx.keep(Change::new(Erasure::ACTION, *id, after.network), invitations::update, None, after)?;
    }
    for before in invitations::by(ctx.conn, traces.user.id)? {
        if before.state == InvitationState::Pending {
            // Its mail tells who invites.
            persons::forget_mail(ctx.conn, &before.details.email, before.record.created_at)?;
            let after = before.clone().revoke(ctx.now)?;
            ctx.keep(Change::new("revoke", before.id, before.network), invitations::update, Some(&before), after)?;
        }
    }
    Ok(())
}

/// Profile and calendar go; what they taught stays.
fn erase_trainer(ctx: &mut Context<'_>, id: TrainerId) -> Result<(), Error> {
    let trainer = trainers::find(ctx.conn, Scope::Everything, id)?;
    for part in availability::of_trainers(ctx.conn, &[id])? {
        availability::delete(ctx.conn, &part)?;
        gone(ctx, part.id, trainer.network)?;
    }
    for trip in trips::of_trainers(ctx.conn, &[id])? {
        trips::delete(ctx.conn, &trip)?;
        gone(ctx, trip.id, trainer.network)?;
    }
    for calendar in imported::of_trainers(ctx.conn, &[id])? {
        busy_times::forget(ctx.conn, calendar.id)?;
        imported::delete(ctx.conn, &calendar)?;
        gone(ctx, calendar.id, trainer.network)?;
    }
    for interest in interests::of_trainers(ctx.conn, &[id])? {
        interests::delete(ctx.conn, &interest)?;
        gone(ctx, interest.id, interest.network)?;
    }
    persons::empty_answers(ctx.conn, &id.to_string())?;
    let after = trainer.erased(ctx.now);
    ctx.keep(Change::new(Erasure::ACTION, id, after.network), trainers::update, None, after).map(drop)
}

/// Tells that something is not there any more, and nothing of what it was.
fn gone<K: Kind>(ctx: &mut Context<'_>, id: Id<K>, network: NetworkId) -> Result<(), Error> {
    ctx.record::<K, ()>(Change::new("delete", id, network), None, None)
}
