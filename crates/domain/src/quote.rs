//! Quotes: what a workshop would cost a library, kept as it was quoted.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    commitment::Travel,
    id::{LibraryId, NetworkId, QuoteId, TrainerId},
    money::Money,
    policy::Policy,
    price::Price,
    record::Record,
    request::{RequestDetails, TrainingRequest},
    time::{Interval, Timestamp},
};

/// What was quoted: it stays, whatever becomes of rates and rate cards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuoteTerms {
    /// When the workshop would be taught.
    pub time: Interval,
    /// The way there and back.
    pub travel: Travel,
    /// What it costs, with dated rates.
    pub price: Price,
    /// Until when an offer may be made at this price.
    pub good_until: Timestamp,
}

/// What one trainer at one time would cost a library. It holds no time, and never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    /// Its id.
    pub id: QuoteId,
    /// The network that would serve it.
    pub network: NetworkId,
    /// The library that would host, and pay.
    pub library: LibraryId,
    /// Who would teach.
    pub trainer: TrainerId,
    /// What the library would need.
    pub details: RequestDetails,
    /// What was quoted.
    #[serde(flatten)]
    pub terms: QuoteTerms,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

impl QuoteTerms {
    /// Terms that are good for as long as the policy says, never past the start of the workshop.
    pub fn new(time: Interval, travel: Travel, price: Price, policy: &Policy, now: Timestamp) -> Self {
        let days = jiff::SignedDuration::from_hours(24 * i64::from(policy.quote_days));
        let good_until = now.checked_add(days).unwrap_or(Timestamp::MAX).min(time.start);
        Self { time, travel, price, good_until }
    }
}

impl Quote {
    /// What the library would pay.
    pub fn library_pays(&self) -> Money {
        self.terms.price.library_pays
    }

    /// Whether that is within the budget; nothing when none was told, or in another currency.
    pub fn is_affordable(&self) -> Option<bool> {
        let pays = self.library_pays();
        let budget = self.details.budget.filter(|budget| budget.currency == pays.currency)?;
        Some(pays.amount_minor <= budget.amount_minor)
    }

    /// Whether an offer may still be made at its price.
    pub fn is_good(&self, now: Timestamp) -> bool {
        now < self.terms.good_until
    }

    /// What of a request that would be taught by a trainer from `start` on is not what was quoted, in words. Only what makes
    /// up the price counts.
    pub fn differences(&self, request: &TrainingRequest, trainer: TrainerId, start: Timestamp) -> Vec<&'static str> {
        let (quoted, asked) = (&self.details, &request.details);
        // A workshop says what its topic is.
        let is_same_title = match (quoted.workshop, asked.workshop) {
            (None, None) => quoted.topic == asked.topic,
            (one, other) => one == other,
        };
        let same = [
            ("network", self.network == request.network),
            ("library", self.library == request.library),
            ("workshop or topic", is_same_title),
            ("duration", quoted.duration_minutes == asked.duration_minutes),
            ("format", quoted.format == asked.format),
            ("venue", quoted.venue == asked.venue),
            ("backfill", quoted.backfill == asked.backfill),
            ("trainer", self.trainer == trainer),
            ("start", self.terms.time.start == start),
        ];
        same.into_iter().filter_map(|(what, is_same)| (!is_same).then_some(what)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Currency, Format, Level, Zone,
        id::{RequestId, TopicId, VenueId, WorkshopId},
        request::RequestState,
    };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn dollars(amount_minor: i64) -> Money {
        Money { amount_minor, currency: Currency::USD }
    }

    fn quote() -> Quote {
        let details = RequestDetails {
            workshop: Some(WorkshopId::nil()),
            topic: None,
            level: Level::Introductory,
            outcomes: String::new(),
            audience: String::new(),
            expected_attendance: 5,
            duration_minutes: 60,
            preferences: Vec::new(),
            format: Format::InPerson,
            language: "en".into(),
            venue: Some(VenueId::nil()),
            room: None,
            budget: None,
            budget_is_ceiling: false,
            backfill: false,
            co_hosts: Vec::new(),
            notes: String::new(),
        };
        let time = Interval { start: at("2027-03-03T16:00:00Z"), end: at("2027-03-03T17:00:00Z") };
        let price = Price { items: Vec::new(), total: dollars(300), subsidies: Vec::new(), library_pays: dollars(200) };
        let now = at("2027-01-05T15:00:00Z");
        Quote {
            id: QuoteId::nil(),
            network: NetworkId::nil(),
            library: LibraryId::nil(),
            trainer: TrainerId::nil(),
            details,
            terms: QuoteTerms::new(time, Travel::default(), price, &Policy::default(), now),
            record: Record::new(now),
        }
    }

    #[test]
    fn it_is_good_for_thirty_days_and_never_past_the_start() {
        let quote = quote();
        assert_eq!(quote.terms.good_until, at("2027-02-04T15:00:00Z"));
        assert!(quote.is_good(at("2027-02-04T14:59:59Z")) && !quote.is_good(at("2027-02-04T15:00:00Z")));
        let QuoteTerms { time, travel, price, .. } = quote.terms;
        let late = QuoteTerms::new(time, travel, price, &Policy::default(), at("2027-02-20T00:00:00Z"));
        assert_eq!(late.good_until, time.start);
    }

    #[test]
    fn what_the_library_pays_is_held_against_its_budget() {
        let with = |budget| {
            let mut quote = quote();
            quote.details.budget = budget;
            quote.is_affordable()
        };
        let euros = Money { amount_minor: 900, currency: "EUR".parse().unwrap() };
        assert_eq!([with(None), with(Some(euros))], [None, None]);
        assert_eq!([with(Some(dollars(200))), with(Some(dollars(199)))], [Some(true), Some(false)]);
    }

    #[test]
    fn it_is_for_what_was_quoted() {
        let quote = quote();
        let request = TrainingRequest {
            id: RequestId::nil(),
            network: quote.network,
            library: quote.library,
            time_zone: Zone::new("UTC").unwrap(),
            details: quote.details.clone(),
            pool: None,
            state: RequestState::Draft,
            record: quote.record,
        };
        let start = quote.terms.time.start;
        assert_eq!(quote.differences(&request, quote.trainer, start), Vec::<&str>::new());
        assert_eq!(
            quote.differences(&request, TrainerId::new(start), at("2027-03-04T16:00:00Z")),
            ["trainer", "start"]
        );
        let mut other = request;
        // What makes no difference to the price, and what does.
        (other.details.expected_attendance, other.details.topic) = (6, Some(TopicId::nil()));
        assert_eq!(quote.differences(&other, quote.trainer, start), Vec::<&str>::new());
        (other.details.workshop, other.details.duration_minutes, other.details.backfill) = (None, 90, true);
        let differences = quote.differences(&other, quote.trainer, start);
        assert_eq!(differences, ["workshop or topic", "duration", "backfill"]);
    }
}
