//! What every service works with: the connection, who acts, and when.

use std::sync::Arc;

use packhorse_db::{Conn, DbError, events, networks, sessions};
use packhorse_domain::{
    Action, Actor, Caller, Id, Principal, Record, Resource, Scope, Timestamp, Version, Viewer,
    api_key::KeyScope,
    authorize,
    commitment::RoadTable,
    event::Event,
    id::{ApiKeyId, EventId, Kind, NetworkId, SignInId, UserId},
};
use serde::Serialize;

use crate::{
    api_keys,
    error::{Error, Fault},
};

/// What a caller shows to be known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A sign-in, from an access token that was checked.
    SignIn {
        /// Whose it says it is.
        user: UserId,
        /// Which.
        session: SignInId,
    },
    /// An API key.
    Key {
        /// Which it says it is.
        id: ApiKeyId,
        /// Fingerprint of the whole.
        fingerprint: String,
        /// What it must be for; nothing where no key is taken.
        needed: Option<KeyScope>,
    },
}

/// One actor's transaction.
pub struct Context<'c> {
    /// The connection, inside a transaction where something is written.
    pub conn: &'c mut Conn,
    who: Who,
    /// When.
    pub now: Timestamp,
    /// Roads that were measured; others are reckoned.
    pub roads: Option<Arc<RoadTable>>,
    has_looked: bool,
}

/// Who acts.
enum Who {
    /// The program itself.
    Program,
    /// Somebody who shows a sign-in that nobody has looked at yet: they see what each statement lets them, and do nothing.
    Claimed(UserId, SignInId),
    /// Somebody with the roles they have at this moment.
    Known(Actor),
}

/// Finds one thing in the scope of whoever shows a credential. The statement that finds it sees to it that a sign-in stands; what is
/// not found so is looked for once more, knowing who asks.
///
/// # Errors
/// Those of [`Context::of_caller`] and of `find`.
pub fn glance<T>(
    conn: &mut Conn,
    credential: &Credential,
    now: Timestamp,
    mut find: impl FnMut(&mut Context<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    if let Credential::SignIn { user, session } = credential {
        let mut ctx = Context::new(conn, Who::Claimed(*user, *session), now);
        match find(&mut ctx) {
            Ok(found) if ctx.has_looked => return Ok(found),
            Ok(_) | Err(_) => {}
        }
    }
    find(&mut Context::of_caller(conn, credential, now)?)
}

impl<'c> Context<'c> {
    /// The context of whoever shows a credential.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it is not good any more, or is somebody else's; [`Error::OutOfScope`] for a key that is not
    /// for this.
    pub fn of_caller(conn: &'c mut Conn, credential: &Credential, now: Timestamp) -> Result<Self, Error> {
        let actor = match credential {
            Credential::SignIn { user, session } => match sessions::actor(conn, *session, now) {
                Ok(actor) if actor.caller.principal() == Principal::Person(*user) => actor,
                Ok(_) | Err(DbError::NotFound) => return Err(Error::Unauthenticated),
                Err(error) => return Err(error.into()),
            },
            Credential::Key { id, fingerprint, needed } => api_keys::actor(conn, *id, fingerprint, *needed, now)?,
        };
        Ok(Self::of_actor(conn, actor, now))
    }

    /// The context of somebody who is known.
    pub fn of_actor(conn: &'c mut Conn, actor: Actor, now: Timestamp) -> Self {
        Self::new(conn, Who::Known(actor), now)
    }

    fn new(conn: &'c mut Conn, who: Who, now: Timestamp) -> Self {
        Self { conn, who, now, roads: None, has_looked: false }
    }

    /// The context of the program's own work, which may do everything.
    pub fn of_program(conn: &'c mut Conn, now: Timestamp) -> Self {
        Self::new(conn, Who::Program, now)
    }

    /// The same, knowing the roads that were measured, if any were.
    #[must_use]
    pub fn with_roads(self, roads: Option<Arc<RoadTable>>) -> Self {
        Self { roads, ..self }
    }

    /// Who acts.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for the program's own work.
    pub fn principal(&self) -> Result<Principal, Error> {
        self.caller()?.map(Caller::principal).ok_or(Error::Unauthenticated)
    }

    /// Who acts; nobody for the program's own work.
    fn caller(&self) -> Result<Option<&Caller>, Error> {
        match &self.who {
            Who::Program => Ok(None),
            Who::Claimed(..) => Err(Error::Unauthenticated),
            Who::Known(actor) => Ok(Some(&actor.caller)),
        }
    }

    /// Which person acts, and by which sign-in.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it is no person.
    pub fn person(&self) -> Result<(UserId, SignInId), Error> {
        match self.caller()? {
            Some(Caller::Person { user, session }) => Ok((*user, *session)),
            Some(Caller::Program { .. }) | None => Err(Error::Unauthenticated),
        }
    }

    /// What may be seen.
    pub fn scope(&mut self) -> Scope {
        self.has_looked = true;
        match &self.who {
            Who::Program => Scope::Everything,
            Who::Claimed(user, session) => {
                Scope::Claimed(Viewer::at(Principal::Person(*user), self.now), *session, self.now)
            }
            Who::Known(actor) => actor.scope(self.now),
        }
    }

    /// Whether the actor may do this to a thing they can see. The kind of its network is looked up where that matters.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they may not, those of the database.
    pub fn authorize(&mut self, action: Action, on: &Resource) -> Result<(), Error> {
        let actor = match &self.who {
            Who::Program => return Ok(()),
            Who::Claimed(..) => return Err(Error::Unauthenticated),
            Who::Known(actor) => actor,
        };
        match (authorize(actor, action, on), on.network.filter(|_| action.asks_kind())) {
            (Ok(()), _) => Ok(()),
            (Err(denied), None) => Err(denied.into()),
            (Err(_), Some(network)) => {
                let informal = networks::find(self.conn, Scope::Everything, network)?.details.is_informal();
                Ok(authorize(actor, action, &Resource { informal, ..*on })?)
            }
        }
    }

    /// Whether the actor may change a thing they can see, and knows how it is now. Permission comes before the precondition.
    ///
    /// # Errors
    /// [`Error::Forbidden`], then those of [`Expected::check`].
    pub fn authorize_change(
        &mut self,
        action: Action,
        on: &Resource,
        expected: &Expected,
        record: &Record,
    ) -> Result<(), Error> {
        self.authorize(action, on)?;
        expected.check(record.version)
    }

    /// Faults of things that an input names, each with its place, and that are not there for this actor.
    ///
    /// # Errors
    /// Those of the database.
    pub fn absent_faults<K: Kind>(
        &mut self,
        existing: impl FnOnce(&mut Conn, Scope, &[Id<K>]) -> Result<Vec<Id<K>>, DbError>,
        named: impl Iterator<Item = (String, Id<K>)>,
    ) -> Result<Vec<Fault>, Error> {
        let (places, ids): (Vec<_>, Vec<_>) = named.unzip();
        let scope = self.scope();
        let there = if ids.is_empty() { Vec::new() } else { existing(self.conn, scope, &ids)? };
        let absent = ids.iter().zip(places).filter(|(id, _)| !there.contains(id));
        Ok(absent.map(|(_, place)| Fault::absent(place, K::NAME)).collect())
    }

    /// Writes a thing, new or changed, together with its event.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn keep<K: Kind, E: Serialize>(
        &mut self,
        change: Change<K>,
        write: impl FnOnce(&mut Conn, &E) -> Result<(), DbError>,
        before: Option<&E>,
        after: E,
    ) -> Result<E, Error> {
        write(self.conn, &after)?;
        self.record(change, before, Some(&after))?;
        Ok(after)
    }

    /// Adds a change to the event log.
    ///
    /// # Errors
    /// Those of the database.
    pub fn record<K: Kind, T: Serialize>(
        &mut self,
        change: Change<K>,
        before: Option<&T>,
        after: Option<&T>,
    ) -> Result<(), Error> {
        let event = self.event(change, before, after)?;
        Ok(events::append(self.conn, event)?)
    }

    /// The event of a change, for those who add many at once.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which is a defect.
    pub fn event<K: Kind, T: Serialize>(
        &self,
        change: Change<K>,
        before: Option<&T>,
        after: Option<&T>,
    ) -> Result<Event, Error> {
        let json = |value: Option<&T>| value.map(serde_json::to_value).transpose();
        let corrupt = |error: serde_json::Error| DbError::Corrupt(error.to_string());
        Ok(Event {
            id: EventId::new(self.now),
            network: change.network,
            subject_kind: K::NAME.to_owned(),
            subject: change.subject.to_string(),
            action: change.action.to_owned(),
            actor: self.caller()?.map(Caller::principal),
            at: self.now,
            before: json(before).map_err(corrupt)?,
            after: json(after).map_err(corrupt)?,
        })
    }
}

/// What was done to what.
#[derive(Clone, Copy)]
pub struct Change<K> {
    /// What changed.
    pub subject: Id<K>,
    /// The network it happened in.
    pub network: Option<NetworkId>,
    /// What was done, as the operation is called: `create`, `submit`, …
    pub action: &'static str,
}

impl<K: Kind> Change<K> {
    /// A change of something.
    pub fn new(action: &'static str, subject: Id<K>, network: impl Into<Option<NetworkId>>) -> Self {
        Self { subject, network: network.into(), action }
    }
}

/// Which version the caller saw (`If-Match`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// They did not say.
    Unsaid,
    /// Any that there is (`*`).
    Any,
    /// One of these.
    OneOf(Vec<Version>),
}

impl Expected {
    /// Compares with the version there is. Existence and permission come first.
    ///
    /// # Errors
    /// [`Error::VersionMissing`], [`Error::VersionStale`].
    pub fn check(&self, version: Version) -> Result<(), Error> {
        match self {
            Self::Unsaid => Err(Error::VersionMissing),
            Self::Any => Ok(()),
            Self::OneOf(versions) if versions.contains(&version) => Ok(()),
            Self::OneOf(_) => Err(Error::VersionStale),
        }
    }
}
