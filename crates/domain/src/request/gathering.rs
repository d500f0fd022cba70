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
pub struct SeatsAndMoney {
    /// Seats to be filled.
    #[validate(range(max = 100_000))]
    #[schema(maximum = 100_000, example = 8)]
    pub seats: u32,
    /// Money.
    #[validate(nested)]
    pub money: Option<Money>,
}

fn not_owed(brought: &SeatsAndMoney) -> Result<(), ValidationError> {
    match brought.money {
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
    pub own: SeatsAndMoney,
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
    pub gathered: SeatsAndMoney,
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
        let gathered = SeatsAndMoney {
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
        use RequestStateName::{Gathering, Open, Submitted};
        let Circumstances { pledges, has_triage, now } = given;
        let Some(pool) = self.pool.take() else { return self };
        let pool = pool.counted(pledges);
        let agreed = |pledge: &&Pledge| pledge.stands() && pledge.terms == pool.terms;
        self.details.co_hosts.retain(|host| pledges.iter().all(|pledge| pledge.library != host.library));
        let joined = pledges.iter().filter(agreed);
        self.details
            .co_hosts
            .extend(joined.map(|pledge| CoHost { library: pledge.library, seats: pledge.details.seats }));
        if pool.is_met() && pool.gathered.seats > 0 {
            self.details.expected_attendance = pool.gathered.seats;
        }
        let is_met = pool.is_met();
        self.pool = Some(pool);
        match self.state.name() {
            Gathering if is_met => self.handed_in(has_triage, now),
            Submitted | Open if !is_met => self.handed_in(has_triage, now),
            _ => self,
        }
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

    /// As it is once it is handed in: waiting for neighbors where they are missing, for a week at least.
    pub(super) fn handed_in(mut self, has_triage: bool, now: Timestamp) -> Self {
        let short = self.pool.as_mut().filter(|pool| !pool.is_met());
        self.state = match (&short, has_triage) {
            (Some(_), _) => RequestState::Gathering { gathering_since: now },
            (None, true) => RequestState::Submitted { submitted_at: now },
            (None, false) => RequestState::Open { opened_at: now },
        };
        if let Some(pool) = short
            && pool.details.deadline(&self.time_zone) <= now
        {
            let today = now.to_zoned(self.time_zone.rules()).date();
            pool.details.until = today.saturating_add(Span::new().days(GRACE_DAYS));
        }
        self
    }

    /// The instant at which it ends by itself, when nobody is booked until then.
    pub fn closes_at(&self) -> Option<Timestamp> {
        let last = self.last_chance();
        let is_gathering = self.state.name() == RequestStateName::Gathering;
        let pool = self.pool.as_ref().filter(|_| is_gathering);
        pool.map_or(last, |pool| last.min(Some(pool.details.deadline(&self.time_zone))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Currency, Format, Level, Record,
        id::{NetworkId, PledgeId, RequestId, TopicId},
        pledge::{PledgeDetails, PledgeState},
        time::Version,
    };

    const NOW: &str = "2027-01-05T15:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn dollars(amount_minor: i64) -> Money {
        Money { amount_minor, currency: Currency::USD }
    }

    /// A request that asks for 20 seats and 100 dollars, and brings 8 and 40.
    fn gathering(now: &str) -> TrainingRequest {
        let details = serde_json::json!({
            "topic": TopicId::nil(), "level": "introductory", "expected_attendance": 15, "duration_minutes": 60,
            "format": "virtual", "language": "en",
            "preferences": [{ "from": "2027-03-03", "until": "2027-03-03", "earliest": "09:00:00", "latest": "17:00:00" }]
        });
        let request = TrainingRequest {
            id: RequestId::nil(),
            network: NetworkId::nil(),
            library: LibraryId::nil(),
            time_zone: Zone::new("America/Chicago").unwrap(),
            details: serde_json::from_value(details).unwrap(),
            pool: None,
            state: RequestState::Draft,
            record: Record::new(at(now)),
        };
        let pool = PoolDetails {
            seats: Some(20),
            funding: Some(dollars(10_000)),
            until: "2027-02-15".parse().unwrap(),
            own: SeatsAndMoney { seats: 8, money: Some(dollars(4_000)) },
        };
        request.gather(pool, given(&[], now)).unwrap()
    }

    fn given<'a>(pledges: &'a [Pledge], now: &str) -> Circumstances<'a> {
        Circumstances { pledges, has_triage: false, now: at(now) }
    }

    fn pledge(seats: u32, amount_minor: i64) -> Pledge {
        Pledge {
            id: PledgeId::new(at(NOW)),
            request: RequestId::nil(),
            network: NetworkId::nil(),
            library: LibraryId::new(at(NOW)),
            terms: 1,
            details: PledgeDetails { seats, money: Some(dollars(amount_minor)), note: String::new() },
            state: PledgeState::Standing,
            record: Record::new(at(NOW)),
        }
    }

    #[test]
    fn both_thresholds_must_be_met_to_the_last_seat_and_cent() {
        let asked = gathering(NOW);
        for (seats, amount_minor, state) in [
            (12, 5_999, RequestStateName::Gathering),
            (11, 6_000, RequestStateName::Gathering),
            (12, 6_000, RequestStateName::Open),
        ] {
            let counted = asked.clone().count(given(&[pledge(seats, amount_minor)], NOW));
            assert_eq!(counted.state.name(), state, "{seats} {amount_minor}");
            assert_eq!(counted.record.version, Version(asked.record.version.0 + 1));
            assert_eq!(counted.pool.unwrap().gathered.money, Some(dollars(4_000 + amount_minor)));
            assert_eq!(counted.details.expected_attendance, if seats == 12 && amount_minor == 6_000 { 20 } else { 15 });
        }
        assert_eq!(asked.clone().count(given(&[], NOW)), asked, "nothing comes of nothing");
    }

    #[test]
    fn who_leaves_is_no_co_host_and_has_it_wait_again_for_a_week_at_least() {
        let (one, other) = (pledge(6, 3_000), pledge(6, 3_000));
        let open = gathering(NOW).count(given(&[one.clone(), other.clone()], NOW));
        assert_eq!((open.state.name(), open.details.co_hosts.len()), (RequestStateName::Open, 2));
        let left = one.withdraw(String::new(), at(NOW)).unwrap();
        let pledges = [left, other.clone()];
        for (now, until) in
            [(NOW, "2027-02-15"), ("2027-02-16T05:59:59Z", "2027-02-15"), ("2027-02-16T06:00:00Z", "2027-02-23")]
        {
            let back = open.clone().count(given(&pledges, now));
            assert_eq!(back.state, RequestState::Gathering { gathering_since: at(now) });
            assert_eq!(back.details.co_hosts, [CoHost { library: other.library, seats: 6 }]);
            assert_eq!(back.pool.unwrap().details.until.to_string(), until, "{now}");
        }
    }

    #[test]
    fn what_matters_to_neighbors_needs_their_consent_and_words_do_not() {
        let mut joined = pledge(12, 6_000);
        let open = gathering(NOW).count(given(std::slice::from_ref(&joined), NOW));
        let submitted = TrainingRequest { state: RequestState::Submitted { submitted_at: at(NOW) }, ..open };
        let say = |change: &dyn Fn(&mut RequestDetails)| {
            let mut details = submitted.details.clone();
            change(&mut details);
            let zone = submitted.time_zone.clone();
            submitted.clone().revise(details, zone, given(std::slice::from_ref(&joined), NOW)).unwrap()
        };
        let words = say(&|details| {
            "With coffee".clone_into(&mut details.notes);
            details.expected_attendance = 3;
            details.co_hosts.clear();
        });
        assert_eq!((words.pool.as_ref().unwrap().terms, words.state.name()), (1, RequestStateName::Submitted));
        assert_eq!((words.details.expected_attendance, words.details.co_hosts.len()), (20, 1));
        let matters: [&dyn Fn(&mut RequestDetails); 6] = [
            &|details| details.duration_minutes = 90,
            &|details| details.level = Level::Advanced,
            &|details| details.format = Format::Hybrid,
            &|details| "es".clone_into(&mut details.language),
            &|details| details.preferences[0].latest = "16:00:00".parse().unwrap(),
            &|details| details.topic = None,
        ];
        for change in matters {
            let changed = say(change);
            let pool = changed.pool.as_ref().unwrap();
            assert_eq!((pool.terms, &pool.consent_needed), (2, &vec![joined.library]));
            assert_eq!((changed.state.name(), pool.gathered.seats), (RequestStateName::Gathering, 8));
            assert!(changed.details.co_hosts.is_empty());
        }
        let changed = say(matters[0]);
        joined = joined.consent(2, at(NOW)).unwrap();
        let on = changed.count(given(&[joined], NOW));
        assert_eq!((on.state.name(), on.pool.unwrap().consent_needed), (RequestStateName::Open, Vec::new()));
    }

    #[test]
    fn it_ends_behind_its_day_while_it_gathers_and_behind_its_last_window_else() {
        let asked = gathering(NOW);
        assert_eq!(asked.closes_at(), Some(at("2027-02-16T06:00:00Z")));
        let open = asked.count(given(&[pledge(12, 6_000)], NOW));
        assert_eq!(open.closes_at(), Some(at("2027-03-03T23:00:00Z")));
    }
}
