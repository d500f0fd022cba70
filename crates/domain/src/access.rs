//! Who may do what: one table, deny by default.
//!
//! Invariant: what an actor may not see is not found (the [`Scope`] of every query), what they may see but not do is
//! forbidden ([`authorize`]).

use jiff::{civil::Date, tz::TimeZone};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    id::{LibraryId, NetworkId, SignInId, TrainerId, UserId},
    principal::{Caller, Principal},
    text::words,
    time::Timestamp,
    user::{Grant, Role},
};

/// Whoever calls, with the roles they have at this moment.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who, and how they showed it.
    pub caller: Caller,
    /// What they are.
    pub grants: Vec<Grant>,
}

/// What may be seen. Every query takes one, and says it in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything: operators and the program itself.
    Everything,
    /// What the roles of one person or program show.
    Of(Viewer),
    /// The same, of a person nobody has looked at yet: as long as this sign-in of theirs stands.
    Claimed(Viewer, SignInId, Timestamp),
}

/// Whoever looks, and on which day: partnerships stand from one day until another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub who: Principal,
    /// The day it is, in UTC.
    pub today: Date,
}

impl Viewer {
    /// Somebody who looks at present.
    pub fn at(who: Principal, now: Timestamp) -> Self {
        Self { who, today: now.to_zoned(TimeZone::UTC).date() }
    }
}

impl Actor {
    /// What they may see at present.
    pub fn scope(&self, now: Timestamp) -> Scope {
        let operator = self.grants.iter().any(|grant| grant.role == Role::Operator);
        if operator { Scope::Everything } else { Scope::Of(Viewer::at(self.caller.principal(), now)) }
    }

    fn is(&self, relation: Relation, on: &Resource) -> bool {
        if relation == Relation::Person {
            return on.user.map(Principal::Person) == Some(self.caller.principal());
        }
        self.grants.iter().any(|grant| match (relation, grant.role) {
            (Relation::Operator, Role::Operator) => true,
            (Relation::Member, _) => on.network.is_some() && grant.network == on.network,
            (Relation::Coordinator, Role::Coordinator { network }) => on.network == Some(network),
            (Relation::LendingCoordinator, Role::Coordinator { network }) => on.trainer_network == Some(network),
            (Relation::Staff, Role::Staff { library }) => on.library == Some(library),
            (Relation::Trainer, Role::Trainer { trainer }) => on.trainer == Some(trainer),
            (Relation::Peer, _) => on.informal && on.network.is_some() && grant.network == on.network,
            (Relation::Host, Role::Staff { library }) => on.informal && on.library == Some(library),
            (
                Relation::Operator
                | Relation::Coordinator
                | Relation::LendingCoordinator
                | Relation::Staff
                | Relation::Trainer
                | Relation::Host
                | Relation::Person,
                _,
            ) => false,
        })
    }
}

/// What an action is done to: whose it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Resource {
    /// The network it belongs to.
    pub network: Option<NetworkId>,
    /// The library it belongs to, or that hosts.
    pub library: Option<LibraryId>,
    /// The trainer it concerns.
    pub trainer: Option<TrainerId>,
    /// That trainer's home network.
    pub trainer_network: Option<NetworkId>,
    /// Whether nobody is in charge of its network. It is asked only for what a peer or a host may do
    /// ([`Action::asks_kind`]).
    pub informal: bool,
    /// The person it is about.
    pub user: Option<UserId>,
}

impl Resource {
    /// Something of a network, or of none.
    pub fn of(network: impl Into<Option<NetworkId>>) -> Self {
        Self { network: network.into(), ..Self::default() }
    }
}

words! {
    /// How an actor stands to a thing.
    Relation {
        /// Has some role in its network.
        Member = "member",
        /// Runs the installation.
        Operator = "operator",
        /// Coordinates its network.
        Coordinator = "coordinator",
        /// Coordinates the trainer's home network.
        LendingCoordinator = "lending_coordinator",
        /// Works in its library.
        Staff = "staff",
        /// Is its trainer.
        Trainer = "trainer",
        /// Has some role in its network, which is informal.
        Peer = "peer",
        /// Works in its library, in a network that is informal.
        Host = "host",
        /// Is the person it is about.
        Person = "person",
    }
}

/// Declares the actions with the relations that may do each: the whole policy in one table.
macro_rules! policy {
    ($($(#[doc = $doc:literal])* $action:ident = $word:literal: $($relation:ident)|+;)*) => {
        words! {
            /// What can be done. Reading needs no row: the scope of the query decides it.
            Action { $($(#[doc = $doc])* $action = $word,)* }
        }
        impl Action {
            /// Who may do it.
            pub fn allowed(self) -> &'static [Relation] {
                match self { $(Self::$action => &[$(Relation::$relation),+],)* }
            }

            /// Whether it matters of what kind the network is.
            pub fn asks_kind(self) -> bool {
                self.allowed().iter().any(|relation| matches!(relation, Relation::Peer | Relation::Host))
            }
        }
    };
}

policy! {
    /// Make a network.
    CreateNetwork = "create_network": Operator;
    /// Change a network and its policy.
    UpdateNetwork = "update_network": Operator | Coordinator;
    /// Lend trainers to another network, change or end it.
    Partner = "partner": Operator | Coordinator;
    /// Import libraries.
    ManageLibraries = "manage_libraries": Operator | Coordinator;
    /// Add one library.
    CreateLibrary = "create_library": Operator | Coordinator | Peer;
    /// Change one library, its venues and rooms.
    UpdateLibrary = "update_library": Operator | Coordinator | Staff;
    /// Change the shared vocabulary.
    ManageSharedTopics = "manage_shared_topics": Operator;
    /// Change a network's vocabulary.
    ManageTopics = "manage_topics": Operator | Coordinator;
    /// Add trainers.
    CreateTrainer = "create_trainer": Operator | Coordinator | Peer;
    /// Change a trainer and when they can teach.
    UpdateTrainer = "update_trainer": Operator | Coordinator | Trainer;
    /// Plan tours of a network, change and stop plans.
    PlanTours = "plan_tours": Operator | Coordinator;
    /// Read what takes a trainer's time.
    ReadTrainerCalendar = "read_trainer_calendar": Operator | Coordinator | Trainer;
    /// Say that a trainer would like to teach a request, or take that back.
    ExpressInterest = "express_interest": Trainer | LendingCoordinator;
    /// Write, publish and retire workshops.
    ManageWorkshops = "manage_workshops": Operator | Coordinator;
    /// Write, publish and take away showcases.
    ManageShowcases = "manage_showcases": Operator | Coordinator;
    /// Schedule, publish, move and cancel sessions.
    ManageSessions = "manage_sessions": Operator | Coordinator | Staff;
    /// See where training is missing, and which requests could be pooled.
    ReadGaps = "read_gaps": Operator | Coordinator;
    /// Write a request.
    CreateRequest = "create_request": Operator | Coordinator | Staff;
    /// Change, submit or withdraw a request, or have it wait for neighbors.
    EditRequest = "edit_request": Operator | Coordinator | Staff;
    /// Open, question, decline or merge a request.
    TriageRequest = "triage_request": Operator | Coordinator;
    /// Pledge seats and money to the request of a neighbor, agree to its terms, or leave.
    Pledge = "pledge": Operator | Coordinator | Staff;
    /// See who could teach it.
    ReadMatches = "read_matches": Operator | Coordinator | Staff;
    /// Offer a request to a trainer, revise or withdraw the offer.
    MakeOffer = "make_offer": Operator | Coordinator | Host;
    /// Accept, decline or counter an offer.
    AnswerOffer = "answer_offer": Trainer | LendingCoordinator;
    /// Confirm a booking for the host.
    ConfirmBooking = "confirm_booking": Operator | Coordinator | Staff;
    /// Agree for a library to pay another share of a tour.
    ConsentToShare = "consent_to_share": Operator | Coordinator | Staff;
    /// Move a booking to another time.
    RescheduleBooking = "reschedule_booking": Operator | Coordinator | Host;
    /// Cancel a booking.
    CancelBooking = "cancel_booking": Operator | Coordinator | Staff | Trainer | LendingCoordinator;
    /// Say that a booking was taught, and how many came.
    DeliverBooking = "deliver_booking": Operator | Coordinator | Staff | Trainer;
    /// Settle a booking.
    CloseBooking = "close_booking": Operator | Coordinator | Host;
    /// Post what one needs or offers.
    Post = "post": Operator | Member;
    /// Post it for a library or a trainer.
    PostFor = "post_for": Operator | Coordinator | Staff | Trainer;
    /// Change and close a posting.
    EditPosting = "edit_posting": Operator | Coordinator | Staff | Person;
    /// See who takes part in an informal network.
    ReadMembers = "read_members": Operator | Member;
    /// See and make users.
    ManageUsers = "manage_users": Operator | Coordinator;
    /// Make somebody an operator.
    GrantOperator = "grant_operator": Operator;
    /// Read all that is kept about a person.
    ExportPerson = "export_person": Operator | Person;
    /// Erase a person. They erase themselves with their password, by an operation of their own.
    ErasePerson = "erase_person": Operator;
    /// Make, replace and revoke API keys of a network.
    ManageApiKeys = "manage_api_keys": Operator | Coordinator;
}

/// The action is not for this actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, ToSchema)]
#[error("not allowed")]
pub struct Denied;

/// Decides whether `actor` may do `action` to a thing they can see.
///
/// # Errors
/// [`Denied`] when no relation of theirs is in the policy's row.
pub fn authorize(actor: &Actor, action: Action, on: &Resource) -> Result<(), Denied> {
    if action.allowed().iter().any(|relation| actor.is(*relation, on)) { Ok(()) } else { Err(Denied) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{RoleId, SignInId, UserId};

    fn actor(role: Role, network: Option<NetworkId>) -> Actor {
        let now = Timestamp::UNIX_EPOCH;
        let grants = vec![Grant { id: RoleId::new(now), role, network }];
        Actor { caller: Caller::Person { user: UserId::new(now), session: SignInId::new(now) }, grants }
    }

    #[test]
    fn a_coordinator_rules_their_own_network_only() {
        let now = Timestamp::UNIX_EPOCH;
        let (own, other) = (NetworkId::new(now), NetworkId::new(now));
        let coordinator = actor(Role::Coordinator { network: own }, Some(own));
        let resource = |network| Resource { network: Some(network), ..Resource::default() };
        assert_eq!(authorize(&coordinator, Action::ManageWorkshops, &resource(own)), Ok(()));
        assert_eq!(authorize(&coordinator, Action::ManageWorkshops, &resource(other)), Err(Denied));
        assert_eq!(authorize(&coordinator, Action::ManageWorkshops, &Resource::default()), Err(Denied));
    }

    #[test]
    fn where_nobody_is_in_charge_each_library_asks_for_itself() {
        let now = Timestamp::UNIX_EPOCH;
        let (network, library) = (NetworkId::new(now), LibraryId::new(now));
        let on = |informal| Resource { library: Some(library), informal, ..Resource::of(network) };
        let may = |role, action, informal| authorize(&actor(role, Some(network)), action, &on(informal)).is_ok();
        let (own, other) = (Role::Staff { library }, Role::Staff { library: LibraryId::new(now) });
        for action in [Action::MakeOffer, Action::RescheduleBooking, Action::CloseBooking] {
            assert_eq!(
                [may(own, action, true), may(own, action, false), may(other, action, true)],
                [true, false, false]
            );
            assert!(action.asks_kind() && !may(Role::Member { network }, action, true));
        }
        for action in [Action::CreateTrainer, Action::CreateLibrary] {
            assert_eq!([true, false].map(|informal| may(Role::Member { network }, action, informal)), [true, false]);
        }
        assert!(!Action::TriageRequest.asks_kind() && !may(own, Action::TriageRequest, true));
    }

    #[test]
    fn only_the_trainer_side_answers_an_offer() {
        let now = Timestamp::UNIX_EPOCH;
        let (asking, lending, trainer) = (NetworkId::new(now), NetworkId::new(now), TrainerId::new(now));
        let on = Resource {
            network: Some(asking),
            trainer: Some(trainer),
            trainer_network: Some(lending),
            ..Resource::default()
        };
        let may = |role, network| authorize(&actor(role, network), Action::AnswerOffer, &on).is_ok();
        assert!(may(Role::Trainer { trainer }, Some(lending)));
        assert!(may(Role::Coordinator { network: lending }, Some(lending)));
        assert!(!may(Role::Coordinator { network: asking }, Some(asking)));
        assert!(!may(Role::Trainer { trainer: TrainerId::new(now) }, Some(lending)));
        assert!(!may(Role::Operator, None));
    }
}
