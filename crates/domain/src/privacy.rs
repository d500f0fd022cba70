//! What is kept about a person: to be given to them, or to be erased.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    availability::Availability,
    booking::Booking,
    consent::Consent,
    event::Event,
    id::{EventId, InvitationId, MailId, NetworkId},
    imported::{BusyTime, ImportedCalendar},
    interest::Interest,
    invitation::{Invitation, InvitationState},
    mail::MailState,
    offer::Offer,
    posting::{Posting, PostingReply},
    sign_in::SignIn,
    time::Timestamp,
    trainer::Trainer,
    trip::Trip,
    user::{Role, User},
};

/// All that is kept about a person. Of others it names ids alone; no password, token or key is in it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PersonExport {
    /// Who they are, with their roles.
    pub user: User,
    /// What they allowed, and took back.
    pub consents: Vec<Consent>,
    /// Their sign-ins of late, those that ended too.
    pub sign_ins: Vec<SignIn>,
    /// Who they are at outside providers.
    pub identities: Vec<Identity>,
    /// Invitations to their address.
    pub invitations: Vec<Invitation>,
    /// Invitations by them, without the addresses of the invited.
    pub invitations_made: Vec<MadeInvitation>,
    /// Mails to them that were not sent yet, or never.
    pub mails: Vec<MailNote>,
    /// The trainers they are.
    pub trainers: Vec<TrainerExport>,
    /// What they posted on the needs board.
    pub postings: Vec<Posting>,
    /// What they replied there.
    pub replies: Vec<PostingReply>,
    /// Events about them; those of what they did to other things come without how these were.
    pub events: Vec<Event>,
}

/// Who somebody is at an outside OpenID provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Identity {
    /// The provider.
    #[schema(example = "https://accounts.example.org")]
    pub issuer: String,
    /// Who they are there.
    #[schema(example = "248289761001")]
    pub subject: String,
    /// Since when that is known.
    pub created_at: Timestamp,
}

/// An invitation by somebody, without whom it was to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MadeInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The network the role belongs to.
    pub network: Option<NetworkId>,
    /// The role.
    pub role: Role,
    /// What became of it.
    #[serde(flatten)]
    pub state: InvitationState,
    /// When it was made.
    pub created_at: Timestamp,
}

impl From<Invitation> for MadeInvitation {
    fn from(invitation: Invitation) -> Self {
        let Invitation { id, network, details, state, record, .. } = invitation;
        Self { id, network, role: details.role, state, created_at: record.created_at }
    }
}

/// That there is a mail, without its text, which may hold a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MailNote {
    /// Its id.
    pub id: MailId,
    /// The address.
    #[schema(example = "dana@example.org")]
    pub recipient: String,
    /// Its subject.
    #[schema(example = "An invitation to Packhorse")]
    pub subject: String,
    /// What became of it.
    pub state: MailState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was written.
    pub created_at: Timestamp,
}

/// All that is kept about a trainer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TrainerExport {
    /// What is said of them.
    pub profile: Trainer,
    /// When they can teach.
    pub availability: Vec<Availability>,
    /// Their trips.
    pub trips: Vec<Trip>,
    /// The calendars they import, with their addresses.
    pub calendars: Vec<CalendarExport>,
    /// What they would like to teach.
    pub interests: Vec<Interest>,
    /// What they were offered.
    pub offers: Vec<Offer>,
    /// What they teach and taught.
    pub bookings: Vec<Booking>,
}

/// All that is kept about an imported calendar.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CalendarExport {
    /// The calendar.
    pub calendar: ImportedCalendar,
    /// The busy time that was read out of it.
    pub busy: Vec<BusyTime>,
}

/// What an event tells of the erasure of a person: nothing of them, and which events lost what they told.
///
/// Invariant: an event without its documents, and a seal without its salt, are lawful only when such an event names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The events that tell of them no more.
    pub redacted: Vec<EventId>,
}

impl Erasure {
    /// What the event of an erasure calls it.
    pub const ACTION: &str = "erase";
}
