//! Training requests: a library says what it needs, when and where.

mod gathering;
mod state;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    id::{BookingId, LibraryId, NetworkId, RequestId, RoomId, TopicId, VenueId, WorkshopId},
    money::Money,
    record::Record,
    state::InvalidTransition,
    text::{Format, Level, Word, words},
    time::{Interval, Minutes, Timestamp, Zone},
};

pub use gathering::{Circumstances, Pool, PoolDetails, SeatsAndMoney};
pub use state::{RequestState, RequestStateName};

/// Days, and hours of them, that would suit the library. The first of a request's list is its first choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "window"))]
pub struct DatePreference {
    /// First day.
    #[schema(value_type = String, format = Date, example = "2027-03-03")]
    pub from: Date,
    /// Last day, the same for a single one. At most a year later.
    #[schema(value_type = String, format = Date, example = "2027-03-05")]
    pub until: Date,
    /// Earliest start on each day, the venue's clock.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "09:00:00")]
    pub earliest: Time,
    /// Latest end on each day, the venue's clock.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "17:00:00")]
    pub latest: Time,
}

fn window(preference: &DatePreference) -> Result<(), ValidationError> {
    if preference.until < preference.from || preference.latest <= preference.earliest {
        return Err(ValidationError::new("end_before_start"));
    }
    if preference.until > preference.from.saturating_add(jiff::Span::new().days(366)) {
        return Err(ValidationError::new("too_long"));
    }
    Ok(())
}

/// A library that takes part in a request beside the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CoHost {
    /// Which library.
    pub library: LibraryId,
    /// Seats it pledges to fill.
    #[validate(range(max = 100_000))]
    #[schema(maximum = 100_000)]
    pub seats: u32,
}

/// What a library says it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "whole"))]
pub struct RequestDetails {
    /// A workshop of the catalog; else `topic` says what is wanted.
    pub workshop: Option<WorkshopId>,
    /// A topic, when no workshop is named.
    pub topic: Option<TopicId>,
    /// How deep it should go.
    pub level: Level,
    /// What should be different afterwards.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    #[serde(default)]
    pub outcomes: String,
    /// Whom it is for.
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    #[serde(default)]
    pub audience: String,
    /// How many people are expected.
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000, example = 20)]
    pub expected_attendance: u32,
    /// How long it should take, in minutes.
    #[validate(range(min = 15, max = 1440))]
    #[schema(minimum = 15, maximum = 1440, example = 120)]
    pub duration_minutes: u32,
    /// When, first choice first.
    #[validate(nested, length(min = 1, max = 20))]
    #[schema(min_items = 1, max_items = 20)]
    pub preferences: Vec<DatePreference>,
    /// How it should be delivered.
    pub format: Format,
    /// In what language, BCP 47.
    #[validate(custom(function = "crate::text::language_tag"))]
    #[schema(example = "en", max_length = 35, pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
    pub language: String,
    /// Where; needed unless it is virtual.
    pub venue: Option<VenueId>,
    /// In which room of the venue.
    pub room: Option<RoomId>,
    /// What the library can pay in all.
    #[validate(nested)]
    pub budget: Option<Money>,
    /// Whether a price above the budget rules a trainer out.
    #[serde(default)]
    pub budget_is_ceiling: bool,
    /// Whether somebody has to be paid to run the library meanwhile, at the network's rate.
    #[serde(default)]
    pub backfill: bool,
    /// Libraries that take part.
    #[validate(nested, length(max = 50))]
    #[schema(max_items = 50)]
    #[serde(default)]
    pub co_hosts: Vec<CoHost>,
    /// Anything else.
    #[validate(length(max = 5000))]
    #[schema(max_length = 5000)]
    #[serde(default)]
    pub notes: String,
}

fn whole(request: &RequestDetails) -> Result<(), ValidationError> {
    let code = if request.workshop.is_none() && request.topic.is_none() {
        "workshop_or_topic_needed"
    } else if request.format != Format::Virtual && request.venue.is_none() {
        "venue_needed"
    } else if request.room.is_some() && request.venue.is_none() {
        "room_without_venue"
    } else if request.budget.is_some_and(|budget| budget.amount_minor < 0) {
        "negative_budget"
    } else if request.preferences.iter().any(|window| !fits(window, request.duration_minutes)) {
        "longer_than_window"
    } else {
        return Ok(());
    };
    Err(ValidationError::new(code))
}

fn fits(window: &DatePreference, duration_minutes: u32) -> bool {
    window.latest.duration_since(window.earliest).as_mins() >= i64::from(duration_minutes)
}

impl RequestDetails {
    /// How long it should take.
    pub fn duration(&self) -> Minutes {
        Minutes(self.duration_minutes)
    }

    /// The stretches asked for, each with the rank of its preference (0 first), on the clock of `zone`.
    pub fn windows<'a>(&'a self, zone: &'a Zone) -> impl Iterator<Item = (usize, Interval)> + 'a {
        windows_of(&self.preferences, zone)
    }

    /// Rank of the first preference that wholly contains `time`, on the clock of `zone`.
    pub fn rank_of(&self, time: &Interval, zone: &Zone) -> Option<usize> {
        self.windows(zone).find(|(_, window)| window.contains(time)).map(|(rank, _)| rank)
    }
}

/// The stretches of preferences, each with the rank of its preference (0 first), on the clock of `zone`.
pub fn windows_of<'a>(
    preferences: &'a [DatePreference],
    zone: &Zone,
) -> impl Iterator<Item = (usize, Interval)> + use<'a> {
    let rules = zone.rules();
    preferences.iter().enumerate().flat_map(move |(rank, preference)| {
        let rules = rules.clone();
        let days = preference.from.series(jiff::Span::new().days(1)).take_while(|day| *day <= preference.until);
        days.filter_map(move |day| {
            let start = day.to_datetime(preference.earliest).to_zoned(rules.clone()).ok()?.timestamp();
            let end = day.to_datetime(preference.latest).to_zoned(rules.clone()).ok()?.timestamp();
            Some((rank, Interval::new(start, end)?))
        })
    })
}

words! {
    /// How pressing it is to find a trainer.
    Urgency {
        /// There is time.
        Low = "low",
        /// It should be taken up.
        Medium = "medium",
        /// It is late.
        High = "high",
    }
}

impl Urgency {
    /// By the days left: on site low from 90 on, medium over 60, else high; what is virtual low from 60 on, medium over 30,
    /// else high.
    pub fn of(format: Format, days_left: i32) -> Self {
        let (low, medium) = match format {
            Format::InPerson | Format::Hybrid => (90, 60),
            Format::Virtual => (60, 30),
        };
        if days_left >= low {
            Self::Low
        } else if days_left > medium {
            Self::Medium
        } else {
            Self::High
        }
    }
}

impl RequestDetails {
    /// How pressing it is on `today` to find a trainer, by the first day of all preferences.
    pub fn urgency(&self, today: Date) -> Urgency {
        let first = self.preferences.iter().map(|preference| preference.from).min();
        let days = first.map_or(0, |first| today.until(first).map_or(0, |span| span.get_days()));
        Urgency::of(self.format, days)
    }
}

/// A library's request for training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrainingRequest {
    /// Its id.
    pub id: RequestId,
    /// The network that serves it.
    pub network: NetworkId,
    /// The library that asks, and hosts.
    pub library: LibraryId,
    /// The zone its days and hours are told in: the venue's, else the library's.
    pub time_zone: Zone,
    /// What it needs.
    #[serde(flatten)]
    pub details: RequestDetails,
    /// What neighbors are asked to join it with, and how far that is; `null` for a request of one library alone.
    pub pool: Option<Pool>,
    /// Where it stands.
    #[serde(flatten)]
    pub state: RequestState,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

type Moved = Result<TrainingRequest, InvalidTransition>;

impl TrainingRequest {
    /// The library hands it in; without triage that opens it. Where neighbors are missing, it waits for them.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is a draft or was sent back with a question.
    pub fn submit(self, has_triage: bool, now: Timestamp) -> Moved {
        self.is_in(&[RequestStateName::Draft, RequestStateName::NeedsInformation], "submit")?;
        let record = self.record.changed(now);
        Ok(Self { record, ..self.handed_in(has_triage, now) })
    }

    /// A coordinator opens it to trainers.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is submitted.
    pub fn open(self, now: Timestamp) -> Moved {
        self.leave(&[RequestStateName::Submitted], "open", RequestState::Open { opened_at: now }, now)
    }

    /// A coordinator sends it back with a question.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is submitted or open.
    pub fn ask(self, question: String, now: Timestamp) -> Moved {
        let state = RequestState::NeedsInformation { question, asked_at: now };
        self.leave(&[RequestStateName::Submitted, RequestStateName::Open], "ask", state, now)
    }

    /// A coordinator says no.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is handed in and nobody is booked.
    pub fn decline(self, reason: String, now: Timestamp) -> Moved {
        use RequestStateName::{Gathering, NeedsInformation, Open, Submitted};
        let state = RequestState::Declined { reason, declined_at: now };
        self.leave(&[Gathering, Submitted, NeedsInformation, Open], "decline", state, now)
    }

    /// The library takes it back.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it is booked or ended.
    pub fn withdraw(self, reason: String, now: Timestamp) -> Moved {
        self.leave(WAITING, "withdraw", RequestState::Withdrawn { reason, withdrawn_at: now }, now)
    }

    /// Another request carries this need on.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it is booked or ended.
    pub fn merge(self, into: RequestId, now: Timestamp) -> Moved {
        self.leave(WAITING, "merge", RequestState::Merged { into, merged_at: now }, now)
    }

    /// A trainer has accepted.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is open.
    pub fn book(self, booking: BookingId, now: Timestamp) -> Moved {
        self.leave(&[RequestStateName::Open], "book", RequestState::Booked { booking }, now)
    }

    /// Its booking was canceled: trainers are asked again.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is booked.
    pub fn reopen(self, now: Timestamp) -> Moved {
        self.leave(&[RequestStateName::Booked], "reopen", RequestState::Open { opened_at: now }, now)
    }

    /// It was taught.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is booked.
    pub fn fulfill(self, booking: BookingId, now: Timestamp) -> Moved {
        let state = RequestState::Fulfilled { booking, fulfilled_at: now };
        self.leave(&[RequestStateName::Booked], "fulfill", state, now)
    }

    /// Its last window has passed, or the day until which neighbors could join.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it is booked or ended.
    pub fn expire(self, now: Timestamp) -> Moved {
        self.leave(WAITING, "expire", RequestState::Expired { expired_at: now }, now)
    }

    /// Whether its details may still be changed.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is a draft, waiting for neighbors or triage, or sent back with a question.
    pub fn editable(&self) -> Result<(), InvalidTransition> {
        use RequestStateName::{Draft, Gathering, NeedsInformation, Submitted};
        self.is_in(&[Draft, Gathering, Submitted, NeedsInformation], "update")
    }

    /// Whether trainers may be asked.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is open.
    pub fn offerable(&self) -> Result<(), InvalidTransition> {
        self.is_in(&[RequestStateName::Open], "create_offer")
    }

    /// Whether it may carry on the need of another.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it has ended.
    pub fn carries(&self) -> Result<(), InvalidTransition> {
        let booked = self.state.name() == RequestStateName::Booked;
        if booked { Ok(()) } else { self.is_in(WAITING, "carry") }
    }

    /// Instant at which its last window closes.
    pub fn last_chance(&self) -> Option<Timestamp> {
        self.details.windows(&self.time_zone).map(|(_, window)| window.end).max()
    }

    fn is_in(&self, states: &[RequestStateName], action: &'static str) -> Result<(), InvalidTransition> {
        if states.contains(&self.state.name()) { Ok(()) } else { Err(self.refused(action)) }
    }

    fn refused(&self, action: &'static str) -> InvalidTransition {
        InvalidTransition { what: "request", state: self.state.name().word(), action }
    }

    fn leave(self, from: &[RequestStateName], action: &'static str, to: RequestState, now: Timestamp) -> Moved {
        self.is_in(from, action)?;
        Ok(Self { state: to, record: self.record.changed(now), ..self })
    }
}

/// States in which nobody is booked yet and somebody still may be.
pub const WAITING: &[RequestStateName] = &[
    RequestStateName::Draft,
    RequestStateName::Gathering,
    RequestStateName::Submitted,
    RequestStateName::NeedsInformation,
    RequestStateName::Open,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgency_turns_at_ninety_and_sixty_days_and_online_at_sixty_and_thirty() {
        use Urgency::{High, Low, Medium};
        for (days, on_site, online) in [(90, Low, Low), (89, Medium, Low), (61, Medium, Low), (60, High, Low)] {
            assert_eq!((Urgency::of(Format::InPerson, days), Urgency::of(Format::Virtual, days)), (on_site, online));
        }
        for (days, online) in [(59, Medium), (31, Medium), (30, High), (-1, High)] {
            assert_eq!((Urgency::of(Format::Hybrid, days), Urgency::of(Format::Virtual, days)), (High, online));
        }
    }
}
