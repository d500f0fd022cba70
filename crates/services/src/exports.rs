//! All that is kept about a person, in one document.

use std::collections::BTreeSet;

use packhorse_db::{
    availability, bookings, busy_times, consents, imported, interests, invitations, offers, persons, posting_replies,
    postings, redaction, sessions, trainers, trips,
};
use packhorse_domain::{
    Action, Interval, Resource, Scope, Timestamp,
    event::Event,
    id::{InvitationId, TrainerId, UserId},
    privacy::{CalendarExport, MadeInvitation, PersonExport, TrainerExport},
    user::{Role, User},
};

use crate::{Context, Error, users};

/// All that is kept about the caller.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn of_caller(ctx: &mut Context<'_>) -> Result<PersonExport, Error> {
    let (user, _) = ctx.person()?;
    of_person(ctx, user)
}

/// All that is kept about a person.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] unless it is the caller, or they operate the installation.
pub fn of_person(ctx: &mut Context<'_>, id: UserId) -> Result<PersonExport, Error> {
    let user = users::get(ctx, id)?;
    ctx.authorize(Action::ExportPerson, &resource(id))?;
    let found = Traces::of(ctx, user)?;
    let Traces { user, addresses, trainers: own, invitations, events, .. } = found;
    let mut mails = Vec::new();
    for address in &addresses {
        mails.extend(persons::mails_to(ctx.conn, address)?);
    }
    let mut invited = Vec::new();
    for invitation in invitations {
        invited.push(invitations::find(ctx.conn, Scope::Everything, invitation)?);
    }
    let mut profiles = Vec::new();
    for trainer in own {
        profiles.push(of_trainer(ctx, trainer)?);
    }
    let about: BTreeSet<_> = events.iter().map(|event| event.id).collect();
    let acted = redaction::by(ctx.conn, id)?.into_iter().filter(|event| !about.contains(&event.id));
    // How other things were is not about them.
    let acted = acted.map(|event| Event { before: None, after: None, ..event });
    let mut told: Vec<_> = events.into_iter().chain(acted).collect();
    told.sort_by_key(|event| event.id);
    Ok(PersonExport {
        consents: consents::of_user(ctx.conn, id)?,
        sign_ins: sessions::of_user(ctx.conn, id)?,
        identities: persons::identities(ctx.conn, id)?,
        invitations: invited,
        invitations_made: invitations::by(ctx.conn, id)?.into_iter().map(MadeInvitation::from).collect(),
        mails,
        trainers: profiles,
        postings: postings::by(ctx.conn, id)?,
        replies: posting_replies::by(ctx.conn, id)?,
        events: told,
        user,
    })
}

/// The person themself.
pub(crate) fn resource(id: UserId) -> Resource {
    Resource { user: Some(id), ..Resource::default() }
}

fn of_trainer(ctx: &mut Context<'_>, id: TrainerId) -> Result<TrainerExport, Error> {
    let all_of_time = Interval { start: Timestamp::MIN, end: Timestamp::MAX };
    let mut calendars = Vec::new();
    for calendar in imported::of_trainers(ctx.conn, &[id])? {
        let busy = busy_times::of_calendar(ctx.conn, calendar.id, all_of_time, usize::MAX)?;
        calendars.push(CalendarExport { calendar, busy });
    }
    Ok(TrainerExport {
        profile: trainers::find(ctx.conn, Scope::Everything, id)?,
        availability: availability::of_trainers(ctx.conn, &[id])?,
        trips: trips::of_trainers(ctx.conn, &[id])?,
        calendars,
        interests: interests::of_trainers(ctx.conn, &[id])?,
        offers: offers::of_trainers(ctx.conn, &[id], false)?,
        bookings: bookings::of_trainers(ctx.conn, &[id])?,
    })
}

/// Where a person left something.
pub(crate) struct Traces {
    /// Who.
    pub user: User,
    /// The addresses they have, had, and want to have.
    pub addresses: BTreeSet<String>,
    /// The trainers they are.
    pub trainers: Vec<TrainerId>,
    /// Those of them that nobody else is.
    pub sole: Vec<TrainerId>,
    /// Invitations to their addresses.
    pub invitations: Vec<InvitationId>,
    /// Events about them, and about trainers that nobody else is.
    pub events: Vec<Event>,
}

impl Traces {
    /// Follows them.
    pub fn of(ctx: &mut Context<'_>, user: User) -> Result<Self, Error> {
        let trainers: Vec<_> = user.roles.iter().filter_map(|grant| trainer_of(grant.role)).collect();
        let shared = persons::shared_trainers(ctx.conn, user.id, &trainers)?;
        let sole: Vec<_> = trainers.iter().copied().filter(|trainer| !shared.contains(trainer)).collect();
        let own = redaction::about(ctx.conn, &[user.id.to_string()], &[])?;
        let documents = own.iter().flat_map(|event| [&event.before, &event.after]).flatten();
        let earlier = documents.filter_map(|document| Some(document.get("email")?.as_str()?.to_lowercase()));
        let wanted = persons::wanted_addresses(ctx.conn, user.id)?.into_iter().map(|address| address.to_lowercase());
        let addresses: BTreeSet<_> = earlier.chain(wanted).chain([user.details.email.to_lowercase()]).collect();
        let mut invitations = Vec::new();
        for address in &addresses {
            invitations.extend(persons::invitations_to(ctx.conn, address)?);
        }
        let consents = consents::of_user(ctx.conn, user.id)?;
        let subjects = consents.iter().map(|consent| consent.id.to_string());
        let subjects = subjects.chain(invitations.iter().map(ToString::to_string));
        let subjects = subjects.chain(sole.iter().map(ToString::to_string)).chain([user.id.to_string()]);
        let events = redaction::about(ctx.conn, &subjects.collect::<Vec<_>>(), &sole)?;
        Ok(Self { user, addresses, trainers, sole, invitations, events })
    }
}

/// The trainer that a role is about.
pub(crate) fn trainer_of(role: Role) -> Option<TrainerId> {
    match role {
        Role::Trainer { trainer } => Some(trainer),
        Role::Operator | Role::Coordinator { .. } | Role::Staff { .. } | Role::Member { .. } => None,
    }
}
