//! Sessions: dated deliveries of workshops, to which people come.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    booking::Booking,
    id::{BookingId, LibraryId, NetworkId, SessionId, TrainerId, VenueId, WorkshopId},
    record::Record,
    state::InvalidTransition,
    text::{Format, Word, words},
    time::{Interval, Timestamp, Zone},
};

/// How people get in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "window"))]
pub struct Entry {
    /// Most people who can come.
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000, example = 30)]
    pub capacity: Option<u32>,
    /// Where to register, where that is done elsewhere.
    #[validate(length(min = 1, max = 2000), custom(function = "crate::text::web_address"))]
    #[schema(format = "uri", max_length = 2000, example = "https://example.org/register")]
    pub registration_address: Option<String>,
    /// Since when people can register.
    pub registration_opens_at: Option<Timestamp>,
    /// Until when.
    pub registration_closes_at: Option<Timestamp>,
    /// Where to meet online. Shown to everybody only when entry is open.
    #[validate(length(min = 1, max = 2000), custom(function = "crate::text::web_address"))]
    #[schema(format = "uri", max_length = 2000, example = "https://meet.example.org/auditorium")]
    pub meeting_address: Option<String>,
    /// Whether anybody may come without registering.
    #[serde(default)]
    pub is_open: bool,
    /// Whether there are live captions.
    #[serde(default)]
    pub has_captions: bool,
}

fn window(entry: &Entry) -> Result<(), ValidationError> {
    match (entry.registration_opens_at, entry.registration_closes_at) {
        (Some(opens), Some(closes)) if closes <= opens => Err(ValidationError::new("end_before_start")),
        _ => Ok(()),
    }
}

/// Longest session, in days.
const LONGEST_DAYS: i64 = 7;

/// What is said of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "time"))]
pub struct SessionDetails {
    /// Its title.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Policies for Results")]
    pub title: String,
    /// What to know besides.
    #[validate(length(max = 5000))]
    #[schema(max_length = 5000)]
    #[serde(default)]
    pub note: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends, at most seven days later.
    pub ends_at: Timestamp,
    /// The zone in which that is told.
    pub time_zone: Zone,
    /// How it is delivered.
    pub format: Format,
    /// Where.
    pub venue: Option<VenueId>,
    /// How people get in.
    #[validate(nested)]
    #[serde(default)]
    pub entry: Entry,
}

fn time(session: &SessionDetails) -> Result<(), ValidationError> {
    if session.ends_at <= session.starts_at {
        return Err(ValidationError::new("end_before_start"));
    }
    if session.ends_at.duration_since(session.starts_at).as_hours() > LONGEST_DAYS * 24 {
        return Err(ValidationError::new("too_long"));
    }
    if session.format == Format::InPerson && session.entry.meeting_address.is_some() {
        return Err(ValidationError::new("meeting_in_person"));
    }
    Ok(())
}

words! {
    /// The names of a session's states.
    SessionStateName {
        /// Seen by the network's people only.
        Scheduled = "scheduled",
        /// In the catalog.
        Published = "published",
        /// It was held.
        Held = "held",
        /// It will not be held.
        Canceled = "canceled",
    }
}

words! {
    /// Why a session is not held.
    CancellationReason {
        /// Too few registered.
        LowEnrollment = "low_enrollment",
        /// The roads, or the heat.
        Weather = "weather",
        /// The trainer cannot come.
        Trainer = "trainer",
        /// The host cannot have it.
        Host = "host",
        /// Something else.
        Other = "other",
    }
}

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SessionState {
    /// Seen by the network's people only.
    Scheduled,
    /// In the catalog.
    Published,
    /// It was held.
    Held {
        /// Since when that is known.
        held_at: Timestamp,
    },
    /// It will not be held.
    Canceled {
        /// Since when.
        canceled_at: Timestamp,
        /// Why.
        reason: CancellationReason,
    },
}

impl SessionState {
    /// Its name without the data.
    pub fn name(&self) -> SessionStateName {
        match self {
            Self::Scheduled => SessionStateName::Scheduled,
            Self::Published => SessionStateName::Published,
            Self::Held { .. } => SessionStateName::Held,
            Self::Canceled { .. } => SessionStateName::Canceled,
        }
    }
}

/// One dated delivery of a workshop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The network that holds it.
    pub network: NetworkId,
    /// The workshop, where it is one of the catalog.
    pub workshop: Option<WorkshopId>,
    /// The booking that it delivers.
    pub booking: Option<BookingId>,
    /// The library that hosts.
    pub library: Option<LibraryId>,
    /// Who teaches.
    pub trainer: Option<TrainerId>,
    /// What is said of it.
    #[serde(flatten)]
    pub details: SessionDetails,
    /// The time it had before it was moved last.
    pub previous_time: Option<Interval>,
    /// Since when the catalog shows it; a cancellation stays there, too.
    pub published_at: Option<Timestamp>,
    /// When it was moved from a room to the net.
    pub moved_online_at: Option<Timestamp>,
    /// `SEQUENCE` of its calendar entry: rises with time, place and cancellation (RFC 5545 section 3.8.7.4).
    pub sequence: u32,
    /// Where it stands.
    #[serde(flatten)]
    pub state: SessionState,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

type Moved = Result<Session, InvalidTransition>;

impl Session {
    /// The session of a booking, not published yet.
    pub fn of(booking: &Booking, entry: Entry, id: SessionId, now: Timestamp) -> Self {
        let details = SessionDetails {
            title: booking.title.clone(),
            note: String::new(),
            starts_at: booking.terms.time.start,
            ends_at: booking.terms.time.end,
            time_zone: booking.terms.time_zone.clone(),
            format: booking.format,
            venue: booking.terms.venue,
            entry,
        };
        Self {
            id,
            network: booking.network,
            workshop: booking.workshop.map(|taught| taught.id),
            booking: Some(booking.id),
            library: Some(booking.library),
            trainer: Some(booking.trainer),
            details,
            previous_time: None,
            published_at: None,
            moved_online_at: None,
            sequence: 0,
            state: SessionState::Scheduled,
            record: Record::new(now),
        }
    }

    /// When it is.
    pub fn time(&self) -> Interval {
        Interval { start: self.details.starts_at, end: self.details.ends_at }
    }

    /// Shows it in the catalog.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is scheduled.
    pub fn publish(self, now: Timestamp) -> Moved {
        match self.state {
            SessionState::Scheduled => Ok(Self { published_at: Some(now), ..self.moved(SessionState::Published, now) }),
            SessionState::Published | SessionState::Held { .. } | SessionState::Canceled { .. } => {
                Err(self.refuse("publish"))
            }
        }
    }

    /// Says something else of it.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it was held or canceled.
    pub fn revise(mut self, details: SessionDetails, now: Timestamp) -> Moved {
        self.ahead("update")?;
        let before = self.time();
        let is_elsewhere = details.venue != self.details.venue || details.format != self.details.format;
        self.details = details;
        let is_moved = self.time() != before;
        if is_moved {
            self.previous_time = Some(before);
        }
        self.sequence += u32::from(is_moved || is_elsewhere);
        self.record = self.record.changed(now);
        Ok(self)
    }

    /// Moves it from a room to the net.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it was held or canceled, or when it is online already.
    pub fn move_online(mut self, meeting_address: String, now: Timestamp) -> Moved {
        self.ahead("move_online")?;
        if self.details.format == Format::Virtual {
            return Err(self.refuse("move_online"));
        }
        self.details.format = Format::Virtual;
        self.details.entry.meeting_address = Some(meeting_address);
        self.moved_online_at = Some(now);
        self.sequence += 1;
        self.record = self.record.changed(now);
        Ok(self)
    }

    /// It will not be held.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it was held or canceled.
    pub fn cancel(mut self, reason: CancellationReason, now: Timestamp) -> Moved {
        self.ahead("cancel")?;
        self.sequence += 1;
        Ok(self.moved(SessionState::Canceled { canceled_at: now, reason }, now))
    }

    /// It was held.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is ahead by its state and its end has passed.
    pub fn hold(self, now: Timestamp) -> Moved {
        self.ahead("hold")?;
        if now < self.details.ends_at {
            return Err(self.refuse("hold"));
        }
        Ok(self.moved(SessionState::Held { held_at: now }, now))
    }

    /// Follows its booking to another time and place.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it was held or canceled.
    pub fn follow(self, booking: &Booking, now: Timestamp) -> Moved {
        let details = SessionDetails {
            starts_at: booking.terms.time.start,
            ends_at: booking.terms.time.end,
            venue: booking.terms.venue,
            ..self.details.clone()
        };
        self.revise(details, now)
    }

    /// Whether it is still to come, by its state.
    pub fn is_ahead(&self) -> bool {
        match self.state {
            SessionState::Scheduled | SessionState::Published => true,
            SessionState::Held { .. } | SessionState::Canceled { .. } => false,
        }
    }

    fn ahead(&self, action: &'static str) -> Result<(), InvalidTransition> {
        if self.is_ahead() { Ok(()) } else { Err(self.refuse(action)) }
    }

    fn moved(self, state: SessionState, now: Timestamp) -> Self {
        Self { state, record: self.record.changed(now), ..self }
    }

    fn refuse(&self, action: &'static str) -> InvalidTransition {
        InvalidTransition { what: "session", state: self.state.name().word(), action }
    }
}
