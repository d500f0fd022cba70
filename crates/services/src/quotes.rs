//! Quotes: what the best match would cost a library, kept as it was quoted, and honored by offers while it is good.

use packhorse_db::{Page, quotes};
use packhorse_domain::{
    Record, Timestamp, Word,
    id::{QuoteId, TrainerId},
    quote::{Quote, QuoteTerms},
    request::{RequestDetails, TrainingRequest},
};
use packhorse_matching::WhyNobody;

use crate::{
    Change, Context, Error, Fault,
    error::absent,
    matches::{Brief, Question, Telling, ranked, reachable},
    pool::Pool,
};

pub use packhorse_db::quotes::QuoteFilter;

/// Most rules named when nobody can come.
const NAMED: usize = 3;

/// Whom and when a quote is about.
#[derive(Debug, Clone)]
pub enum Choice {
    /// This trainer from this instant on.
    Match(TrainerId, Timestamp),
    /// Nobody, and why.
    Nobody(String),
}

/// The quote with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: QuoteId) -> Result<Quote, Error> {
    let scope = ctx.scope();
    Ok(quotes::find(ctx.conn, scope, id)?)
}

/// One page of quotes.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: QuoteFilter, page: &Page) -> Result<Vec<Quote>, Error> {
    let scope = ctx.scope();
    Ok(quotes::list(ctx.conn, scope, filter, page)?)
}

/// Finds the best match among all trainers, or the best time of one. Nothing is written: that comes with [`make`], in a
/// transaction of its own.
///
/// # Errors
/// Those of writing such a request, [`Error::Invalid`] at `/trainer` when they are not there for the network.
pub fn choose(
    ctx: &mut Context<'_>,
    pool: &Pool,
    question: Question,
    trainer: Option<TrainerId>,
) -> Result<Choice, Error> {
    let brief = Brief::of_question(ctx, question)?;
    if let Some(trainer) = trainer {
        reachable(ctx, brief.network.id, trainer)?;
    }
    let telling = |explain| Telling { limit: 1, explain, relax: 0, trainer, deliveries: false };
    if let Some(best) = ranked(ctx, pool, &brief, telling(false))?.ranking.matches.first() {
        return Ok(Choice::Match(best.trainer, best.time.start));
    }
    let why_not = ranked(ctx, pool, &brief, telling(true))?.why_not;
    Ok(Choice::Nobody(why_not.as_ref().map_or_else(String::new, in_words)))
}

/// The rules that cost most.
fn in_words(why: &WhyNobody) -> String {
    if why.ruled_out == 0 {
        return "there is no trainer whom the network may ask".to_owned();
    }
    let rules = why.rules.iter().take(NAMED);
    let named: Vec<_> = rules.map(|each| format!("{} of {}", each.rule.word(), each.count)).collect();
    format!("nobody of {} can come; most are ruled out by {}", why.ruled_out, named.join(", "))
}

/// Keeps the quote of a choice, as the transaction sees it.
///
/// # Errors
/// As [`choose`], [`Error::Invalid`] at `/details` when nobody can come, [`Error::Conflict`] when the choice does not hold any
/// more.
pub fn make(ctx: &mut Context<'_>, question: Question, choice: &Choice) -> Result<Quote, Error> {
    let (trainer, start) = match choice {
        Choice::Match(trainer, start) => (*trainer, *start),
        Choice::Nobody(why) => return Err(Fault::new("/details", "nobody", why.as_str()).into()),
    };
    let library = question.library;
    let brief = Brief::of_question(ctx, question)?;
    let trainer = reachable(ctx, brief.network.id, trainer)?;
    let placement = brief.decide(ctx, &trainer, start, None).map_err(|error| match error {
        Error::Invalid(_) => {
            let detail = "what was found has changed meanwhile: ask again".to_owned();
            Error::Conflict { code: "match_changed", detail }
        }
        other => other,
    })?;
    let policy = &brief.network.details.policy;
    let quote = Quote {
        id: QuoteId::new(ctx.now),
        network: brief.network.id,
        library,
        trainer: trainer.id,
        terms: QuoteTerms::new(placement.time, placement.travel, placement.price, policy, ctx.now),
        details: brief.details,
        record: Record::new(ctx.now),
    };
    ctx.keep(Change::new("create", quote.id, quote.network), quotes::insert, None, quote)
}

/// A quote that an offer is to honor: good at present, and for what is offered.
///
/// # Errors
/// [`Error::Invalid`] at `/quote` when it is not there, is for something else, or costs more than a ceiling told since;
/// [`Error::Conflict`] when it has expired.
pub(crate) fn honored(
    ctx: &mut Context<'_>,
    id: QuoteId,
    request: &TrainingRequest,
    trainer: TrainerId,
    start: Timestamp,
) -> Result<Quote, Error> {
    let scope = ctx.scope();
    let quote = quotes::find(ctx.conn, scope, id).map_err(absent("/quote".to_owned(), "quote"))?;
    let differences = quote.differences(request, trainer, start);
    let differs = |what| Fault::new("/quote", "differs", format!("is for another {what}"));
    Error::unless_none(differences.into_iter().map(differs).collect())?;
    if !quote.is_good(ctx.now) {
        let detail = format!("the quote was good until {}", quote.terms.good_until);
        return Err(Error::Conflict { code: "quote_expired", detail });
    }
    if exceeds(&quote, &request.details) {
        return Err(Fault::new("/quote", "budget", "costs more than the ceiling of the budget").into());
    }
    Ok(quote)
}

/// Whether it costs more than what the library can pay in all.
fn exceeds(quote: &Quote, details: &RequestDetails) -> bool {
    let pays = quote.library_pays();
    let within =
        |budget: packhorse_domain::Money| budget.currency == pays.currency && pays.amount_minor <= budget.amount_minor;
    details.budget_is_ceiling && !details.budget.is_none_or(within)
}
