//! Sessions: dated deliveries of workshops.

use packhorse_db::{Found, Page, bookings, libraries, venues, workshop_sessions as sessions, workshops};
use packhorse_domain::{
    Action, InvalidTransition, Record, Resource, Timestamp, Valid,
    booking::{Booking, BookingState, Side},
    id::{BookingId, LibraryId, NetworkId, SessionId, WorkshopId},
    session::{CancellationReason, Entry, Session, SessionDetails, SessionState},
};

use crate::{Change, Context, Error, Expected, Fault, networks};

pub use packhorse_db::workshop_sessions::SessionFilter;

fn resource(session: &Session) -> Resource {
    Resource { library: session.library, ..Resource::of(session.network) }
}

/// The session with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: SessionId) -> Result<Session, Error> {
    let scope = ctx.scope();
    Ok(sessions::find(ctx.conn, scope, id)?)
}

/// One page of sessions.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: &SessionFilter, page: &Page) -> Result<Vec<Session>, Error> {
    let scope = ctx.scope();
    Ok(sessions::list(ctx.conn, scope, filter, page)?)
}

/// What a session that delivers no booking is of, and who hosts it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Of {
    /// The workshop, where it is one of the catalog.
    pub workshop: Option<WorkshopId>,
    /// The host.
    pub library: Option<LibraryId>,
}

/// Schedules a session that delivers no booking.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`], [`Error::Invalid`] naming what is not there.
pub fn create(
    ctx: &mut Context<'_>,
    network: NetworkId,
    Of { workshop, library }: Of,
    details: Valid<SessionDetails>,
) -> Result<Session, Error> {
    networks::get(ctx, network)?;
    ctx.authorize(Action::ManageSessions, &Resource { library, ..Resource::of(network) })?;
    let mut faults =
        ctx.absent_faults(workshops::existing, workshop.map(|id| ("/workshop".to_owned(), id)).into_iter())?;
    if let Some(id) = library {
        let scope = ctx.scope();
        let host = libraries::find(ctx.conn, scope, id).found()?;
        if host.is_none_or(|host| host.network != Some(network)) {
            faults.push(Fault::absent("/library", "library of this network"));
        }
    }
    faults.extend(venue_faults(ctx, "/details", &details)?);
    Error::unless_none(faults)?;
    let session = Session {
        id: SessionId::new(ctx.now),
        network,
        workshop,
        booking: None,
        library,
        trainer: None,
        details: details.into_inner(),
        previous_time: None,
        published_at: None,
        moved_online_at: None,
        sequence: 0,
        state: SessionState::Scheduled,
        record: Record::new(ctx.now),
    };
    ctx.keep(Change::new("create", session.id, network), sessions::insert, None, session)
}

/// Schedules the session of a booking, at its time and place.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::State`] when the booking is not ahead, [`Error::Conflict`] `session_exists`.
pub fn open(ctx: &mut Context<'_>, id: BookingId, entry: Valid<Entry>) -> Result<Session, Error> {
    let scope = ctx.scope();
    let booking = bookings::find(ctx.conn, scope, id)?;
    let on = Resource { library: Some(booking.library), ..Resource::of(booking.network) };
    ctx.authorize(Action::ManageSessions, &on)?;
    booking.movable()?;
    let session = Session::of(&booking, entry.into_inner(), SessionId::new(ctx.now), ctx.now);
    ctx.keep(Change::new("create", session.id, session.network), sessions::insert, None, session)
}

/// Says something else of a session. The time and place of one that delivers a booking are the booking's.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`, [`Error::State`] once it was held or
/// canceled, [`Error::Invalid`] naming what is not there, or what follows the booking.
pub fn update(
    ctx: &mut Context<'_>,
    id: SessionId,
    expected: &Expected,
    change: impl FnOnce(&SessionDetails) -> Result<Valid<SessionDetails>, Error>,
) -> Result<Session, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let details = change(&before.details)?;
    if before.booking.is_some() {
        Error::unless_none(booked_faults(&before.details, &details))?;
    } else if details.venue != before.details.venue {
        Error::unless_none(venue_faults(ctx, "", &details)?)?;
    }
    let after = before.clone().revise(details.into_inner(), ctx.now)?;
    keep(ctx, "update", &before, after)
}

fn booked_faults(before: &SessionDetails, after: &SessionDetails) -> Vec<Fault> {
    let follows = |at: &'static str, same: bool| {
        (!same).then(|| Fault::new(at, "follows_booking", "is that of the booking: move the booking"))
    };
    [
        follows("/starts_at", before.starts_at == after.starts_at),
        follows("/ends_at", before.ends_at == after.ends_at),
        follows("/time_zone", before.time_zone == after.time_zone),
        follows("/venue", before.venue == after.venue),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn venue_faults(ctx: &mut Context<'_>, at: &str, details: &SessionDetails) -> Result<Vec<Fault>, Error> {
    ctx.absent_faults(venues::existing, details.venue.map(|id| (format!("{at}/venue"), id)).into_iter())
}

/// Shows a session in the catalog.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] unless it is scheduled.
pub fn publish(ctx: &mut Context<'_>, id: SessionId, expected: &Expected) -> Result<Session, Error> {
    change(ctx, "publish", id, expected, Session::publish)
}

/// Moves a session from a room to the net.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] once it was held or canceled, or when
/// it is online already.
pub fn move_online(
    ctx: &mut Context<'_>,
    id: SessionId,
    expected: &Expected,
    address: String,
) -> Result<Session, Error> {
    change(ctx, "move_online", id, expected, |session, now| session.move_online(address, now))
}

/// Takes a session back.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] once it was held or canceled.
pub fn cancel(
    ctx: &mut Context<'_>,
    id: SessionId,
    expected: &Expected,
    reason: CancellationReason,
) -> Result<Session, Error> {
    change(ctx, "cancel", id, expected, |session, now| session.cancel(reason, now))
}

/// Says that a session was held.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] unless its end has passed.
pub fn hold(ctx: &mut Context<'_>, id: SessionId, expected: &Expected) -> Result<Session, Error> {
    change(ctx, "hold", id, expected, Session::hold)
}

/// The session of a booking goes where that went.
///
/// # Errors
/// Those of the database.
pub(crate) fn follow(ctx: &mut Context<'_>, booking: &Booking) -> Result<(), Error> {
    let Some(before) = sessions::of_booking(ctx.conn, booking.id).found()?.filter(Session::is_ahead) else {
        return Ok(());
    };
    let session = before.clone();
    let (action, after) = match &booking.state {
        BookingState::Canceled { canceled_by: Side::Host, .. } => {
            ("cancel", session.cancel(CancellationReason::Host, ctx.now)?)
        }
        BookingState::Canceled { canceled_by: Side::Trainer, .. } => {
            ("cancel", session.cancel(CancellationReason::Trainer, ctx.now)?)
        }
        BookingState::Delivered { .. } => ("hold", session.hold(ctx.now)?),
        BookingState::Tentative { .. } | BookingState::Confirmed { .. } if before.time() != booking.terms.time => {
            ("update", session.follow(booking, ctx.now)?)
        }
        BookingState::Tentative { .. } | BookingState::Confirmed { .. } | BookingState::Closed { .. } => return Ok(()),
    };
    keep(ctx, action, &before, after).map(drop)
}

fn change(
    ctx: &mut Context<'_>,
    action: &'static str,
    id: SessionId,
    expected: &Expected,
    change: impl FnOnce(Session, Timestamp) -> Result<Session, InvalidTransition>,
) -> Result<Session, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let after = change(before.clone(), ctx.now)?;
    keep(ctx, action, &before, after)
}

fn keep(ctx: &mut Context<'_>, action: &'static str, before: &Session, after: Session) -> Result<Session, Error> {
    ctx.keep(Change::new(action, after.id, after.network), sessions::update, Some(before), after)
}

fn find_to_change(ctx: &mut Context<'_>, id: SessionId, expected: &Expected) -> Result<Session, Error> {
    let session = get(ctx, id)?;
    ctx.authorize_change(Action::ManageSessions, &resource(&session), expected, &session.record)?;
    Ok(session)
}
