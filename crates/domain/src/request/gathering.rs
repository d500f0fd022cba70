//! Pooled requests: neighbors join with seats and money, and the request goes on once there are enough of them.
//!
//! Invariant: a pledge counts only while its library agrees to the terms as they are. What changes them says so by a number that
//! rises, and older pledges wait until they are renewed.

use jiff::{Span, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::{CoHost, InvalidTransition, Moved, RequestDetails, RequestState, RequestStateName, TrainingRequest};
use crate::{
    id::LibraryId,
    money::Money,
    pledge::Pledge,
    time::{Timestamp, Zone},
};

/// Days that neighbors have at least when too few are left after the last one.
const GRACE_DAYS: i64 = 7;

/// Seats and money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "not_owed"))]
pub struct Contribution {
    /// Seats to be filled.
    #[validate(range(max = 100_000))]
    #[schema(maximum = 100_000, example = 8)]
    pub seats: u32,
    /// Money.
    #[validate(nested)]
    pub money: Option<Money>,
}

fn not_owed(contribution: &Contribution) -> Result<(), ValidationError> {
    match contribution.money {
        Some(money) if money.amount_minor < 0 => Err(ValidationError::new("negative_money")),
        Some(_) | None => Ok(()),
    }
}

/// What has to come together, and by when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "asks_for_something"))]
pub struct PoolDetails {
    /// So many seats, those of the library itself among them.
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000, example = 20)]
    pub seats: Option<u32>,
    /// So much money, that of the library itself among it. One of both is needed; where both are there, both must come together.
    #[validate(nested)]
    pub funding: Option<Money>,
    /// The last day on which that may happen, on the clock of the venue, else of the library.
    #[schema(value_type = String, format = Date, example = "2027-02-15")]
    pub until: Date,
    /// What the library itself brings.
    #[validate(nested)]
    pub own: Contribution,
}

fn asks_for_something(pool: &PoolDetails) -> Result<(), ValidationError> {
    if pool.seats.is_none() && pool.funding.is_none() {
        return Err(ValidationError::new("seats_or_funding_needed"));
    }
    if pool.funding.is_some_and(|funding| funding.amount_minor < 1) {
        return Err(ValidationError::new("no_funding"));
    }
    Ok(())
}

impl PoolDetails {
    /// The instant behind the last day.
    pub fn deadline(&self, zone: &Zone) -> Timestamp {
        let end = self.until.tomorrow().ok().and_then(|day| zone.rules().to_timestamp(day.at(0, 0, 0, 0)).ok());
        end.unwrap_or(Timestamp::MAX)
    }

    /// What neighbors agree to.
    fn asks(&self) -> (Option<u32>, Option<Money>, Date) {
        (self.seats, self.funding, self.until)
    }
}

/// What neighbors are asked to join with, and how far that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pool {
    /// What has to come together, and by when.
    #[serde(flatten)]
    pub details: PoolDetails,
    /// The number of the terms: it rises with what is asked for, dates, place, format, language, workshop, topic, level and
    /// duration.
    #[schema(minimum = 1)]
    pub terms: u32,
    /// What counts at present: that of the library itself, and of neighbors who agree to these terms.
    pub gathered: Contribution,
    /// Libraries whose pledges count again once they agree to these terms.
    pub consent_needed: Vec<LibraryId>,
}

impl Pool {
    /// Whether enough has come together.
    pub fn is_met(&self) -> bool {
        let money = self.gathered.money.map_or(0, |money| money.amount_minor);
        self.details.seats.is_none_or(|seats| seats <= self.gathered.seats)
            && self.details.funding.is_none_or(|funding| funding.amount_minor <= money)
    }

    /// With pledges counted anew. Amounts are of one currency, that of the network.
    fn counted(self, pledges: &[Pledge]) -> Self {
        let own = self.details.own;
        let standing = || pledges.iter().filter(|pledge| pledge.stands());
        let agreed = || standing().filter(|pledge| pledge.terms == self.terms).map(|pledge| pledge.details.brings());
        let all = || agreed().chain([own]);
        let currency = all().find_map(|one| one.money).map(|money| money.currency);
        let amount_minor = all().filter_map(|one| one.money).map(|money| money.amount_minor).sum();
        let gathered = Contribution {
            seats: all().map(|one| one.seats).fold(0, u32::saturating_add),
            money: currency.map(|currency| Money { amount_minor, currency }),
        };
        let waiting = standing().filter(|pledge| pledge.terms != self.terms);
        Self { gathered, consent_needed: waiting.map(|pledge| pledge.library).collect(), ..self }
    }
}

impl RequestDetails {
    /// Whether neighbors who agreed to the one would have to agree to the other again.
    fn differs_for_neighbors(&self, other: &Self) -> bool {
        let what = |one: &Self| (one.workshop, one.topic, one.level, one.duration_minutes, one.language.clone());
        let place = |one: &Self| (one.format, one.venue, one.room);
        what(self) != what(other) || place(self) != place(other) || self.preferences != other.preferences
    }
}

/// What decides where a pooled request goes.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// All pledges that there ever were to it, oldest first.
    pub pledges: &'a [Pledge],
    /// Whether coordinators look at requests first.
    pub has_triage: bool,
    /// The present.
    pub now: Timestamp,
}

impl TrainingRequest {
    /// The library waits for neighbors to join, or asks them for something else. What is met already goes on.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it is booked or ended.
    pub fn gather(self, details: PoolDetails, given: Circumstances<'_>) -> Moved {
        use RequestStateName::{Draft, NeedsInformation};
        self.is_in(super::WAITING, "gather")?;
        let terms = match &self.pool {
            None => 1,
            Some(pool) => pool.terms + u32::from(pool.details.asks() != details.asks()),
        };
        let pool = Pool { details, terms, gathered: details.own, consent_needed: Vec::new() };
        let is_at_home = matches!(self.state.name(), Draft | NeedsInformation);
        let record = self.record.changed(given.now);
        let mut asked = Self { pool: Some(pool), record, ..self };
        if is_at_home {
            asked.state = RequestState::Gathering { gathering_since: given.now };
        }
        Ok(asked.settled(given))
    }

    /// It says something else; where that matters to neighbors, they have to agree again.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is editable.
    pub fn revise(self, details: RequestDetails, time_zone: Zone, given: Circumstances<'_>) -> Moved {
        self.editable()?;
        let is_other = self.details.differs_for_neighbors(&details);
        let pool = self.pool.map(|pool| Pool { terms: pool.terms + u32::from(is_other), ..pool });
        let revised = Self { details, time_zone, pool, record: self.record.changed(given.now), ..self };
        Ok(revised.settled(given))
    }

    /// With its pledges, all that there ever were, counted anew, and where that leads: on when there are enough, back when there
    /// are too few. It is the same when nothing comes of it.
    #[must_use]
    pub fn count(self, given: Circumstances<'_>) -> Self {
        let counted = self.clone().settled(given);
        if counted == self { self } else { Self { record: self.record.changed(given.now), ..counted } }
    }

    fn settled(mut self, given: Circumstances<'_>) -> Self {
        let Circumstances { pledges, has_triage, now } = given;
        use RequestStateName::{Gathering, Open, Submitted};
        let Some(pool) = self.pool.take() else { return self };
        let mut pool = pool.counted(pledges);
        let state = self.state.name();
        if !pool.is_met() && matches!(state, Submitted | Open) {
            if pool.details.deadline(&self.time_zone) <= now {
                let today = now.to_zoned(self.time_zone.rules()).date();
                pool.details.until = today.saturating_add(Span::new().days(GRACE_DAYS));
            }
            self.state = RequestState::Gathering { gathering_since: now };
        }
        let agreed = |pledge: &&Pledge| pledge.stands() && pledge.terms == pool.terms;
        self.details.co_hosts.retain(|host| pledges.iter().all(|pledge| pledge.library != host.library));
        let joined = pledges.iter().filter(agreed);
        self.details
            .co_hosts
            .extend(joined.map(|pledge| CoHost { library: pledge.library, seats: pledge.details.seats }));
        if pool.is_met() && pool.gathered.seats > 0 {
            self.details.expected_attendance = pool.gathered.seats;
        }
        self.pool = Some(pool);
        if state == Gathering {
            self.state = self.handed_in(has_triage, now);
        }
        self
    }

    /// What neighbors may join, leave, and bring more or less to.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is a pooled one that was handed in, and nobody is booked.
    pub fn joinable(&self, action: &'static str) -> Result<&Pool, InvalidTransition> {
        use RequestStateName::{Gathering, NeedsInformation, Open, Submitted};
        self.is_in(&[Gathering, Submitted, NeedsInformation, Open], action)?;
        self.pool.as_ref().ok_or_else(|| self.refused(action))
    }

    /// Where it goes when it is handed in.
    pub(super) fn handed_in(&self, has_triage: bool, now: Timestamp) -> RequestState {
        let is_short = self.pool.as_ref().is_some_and(|pool| !pool.is_met());
        match (&self.state, is_short, has_triage) {
            (RequestState::Gathering { .. }, true, _) => self.state.clone(),
            (_, true, _) => RequestState::Gathering { gathering_since: now },
            (_, false, true) => RequestState::Submitted { submitted_at: now },
            (_, false, false) => RequestState::Open { opened_at: now },
        }
    }

    /// The instant at which it ends by itself, when nobody is booked until then.
    pub fn closes_at(&self) -> Option<Timestamp> {
        let last = self.last_chance();
        let is_gathering = self.state.name() == RequestStateName::Gathering;
        let pool = self.pool.as_ref().filter(|_| is_gathering);
        pool.map_or(last, |pool| last.min(Some(pool.details.deadline(&self.time_zone))))
    }
}
