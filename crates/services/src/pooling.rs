//! Which requests of a network are worth pooling.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use packhorse_db::{libraries, requests};
use packhorse_domain::{
    Action, Km, Minutes, Money, Resource,
    commitment::Roads,
    id::{LibraryId, NetworkId, RequestId},
    pooling::{Attendance, Suggestion},
    request::TrainingRequest,
};

use crate::{
    Context, Error,
    matches::{Asked, Brief, Telling, ranked},
    networks,
    pool::Pool,
};

/// Requests that are looked at, those that close first.
const REQUESTS: i64 = 200;
/// Requests whose own best trainer is looked for, those that close first.
const RANKED: usize = 60;

/// A request that could join another.
struct Pair<'a> {
    host: &'a TrainingRequest,
    joining: &'a TrainingRequest,
    drive: (Km, Minutes),
    days: (Date, Date),
}

/// Pairs of requests of a network that wait and need the same, no further apart than so many kilometers by road: of both ways to
/// pool them that which saves more. What saves most comes first, then the shorter drive.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub fn suggest(
    ctx: &mut Context<'_>,
    pool: &Pool,
    network: NetworkId,
    within: Km,
    limit: usize,
) -> Result<Vec<Suggestion>, Error> {
    networks::get(ctx, network)?;
    ctx.authorize(Action::ReadGaps, &Resource::of(network))?;
    let waiting = requests::waiting(ctx.conn, network, ctx.now, REQUESTS)?;
    let briefs = Brief::gather(ctx, waiting.iter().map(Asked::of).collect())?;
    let all: Vec<_> = waiting.iter().zip(&briefs).collect();
    let pairs = all.iter().flat_map(|host| all.iter().filter_map(|joining| pair(host, joining, within)));
    let pairs: Vec<_> = pairs.collect();
    let paired: BTreeSet<_> = pairs.iter().flat_map(|pair| [pair.host.id, pair.joining.id]).collect();
    let mut prices: HashMap<RequestId, Option<Money>> = HashMap::new();
    for (request, brief) in all.iter().filter(|(request, _)| paired.contains(&request.id)).take(RANKED) {
        let best = Telling { limit: 1, explain: false, relax: 0, trainer: None, deliveries: false };
        let found = ranked(ctx, pool, brief, best)?.ranking.matches;
        prices.insert(request.id, found.first().map(|best| best.price.total));
    }
    let ids: BTreeSet<_> = pairs.iter().flat_map(|pair| [pair.host.library, pair.joining.library]).collect();
    let found = libraries::with_ids(ctx.conn, &ids.into_iter().collect::<Vec<_>>())?;
    let names: HashMap<_, _> = found.into_iter().map(|library| (library.id, library.details.name)).collect();
    let mut best: BTreeMap<(RequestId, RequestId), Suggestion> = BTreeMap::new();
    for pair in &pairs {
        let (Some(Some(_)), Some(saving)) = (prices.get(&pair.host.id), prices.get(&pair.joining.id)) else { continue };
        let suggestion = told(pair, *saving, &names);
        let ids = (pair.host.id.min(pair.joining.id), pair.host.id.max(pair.joining.id));
        match best.get(&ids) {
            Some(other) if amount(other) >= amount(&suggestion) => {}
            Some(_) | None => {
                best.insert(ids, suggestion);
            }
        }
    }
    let mut suggestions: Vec<_> = best.into_values().collect();
    suggestions.sort_by(|a, b| {
        let order = amount(b).cmp(&amount(a)).then_with(|| a.drive_km.0.total_cmp(&b.drive_km.0));
        order.then_with(|| (a.request, a.joining).cmp(&(b.request, b.joining)))
    });
    suggestions.truncate(limit);
    Ok(suggestions)
}

fn amount(suggestion: &Suggestion) -> Option<i64> {
    suggestion.saving.map(|saving| saving.amount_minor)
}

/// Whether one request could join the other, and how.
fn pair<'a>(
    (host, at): &(&'a TrainingRequest, &Brief),
    (joining, from): &(&'a TrainingRequest, &Brief),
    within: Km,
) -> Option<Pair<'a>> {
    let takes_part = host.details.co_hosts.iter().any(|one| one.library == joining.library);
    if host.library == joining.library || takes_part || !joining.details.needs_the_same(&host.details) {
        return None;
    }
    let days = joining.details.days_shared_with(&host.details)?;
    let drive = match joining.details.attends(&host.details)? {
        Attendance::Online => (Km(0.0), Minutes(0)),
        Attendance::OnSite => {
            let people = host.details.expected_attendance.saturating_add(joining.details.expected_attendance);
            let need = at.need();
            if need.room.is_some_and(|room| room.capacity < people) {
                return None;
            }
            let roads = Roads { home: from.place()?, model: need.policy.travel, table: need.roads };
            roads.between(from.place()?, at.place()?)
        }
    };
    (drive.0 <= within).then_some(Pair { host, joining, drive, days })
}

fn told(pair: &Pair<'_>, saving: Option<Money>, names: &HashMap<LibraryId, String>) -> Suggestion {
    let name = |library| names.get(&library).cloned().unwrap_or_default();
    Suggestion {
        request: pair.host.id,
        library: pair.host.library,
        library_name: name(pair.host.library),
        joining: pair.joining.id,
        joining_library: pair.joining.library,
        joining_library_name: name(pair.joining.library),
        saving,
        drive_km: pair.drive.0,
        drive_minutes: pair.drive.1,
        from: pair.days.0,
        until: pair.days.1,
    }
}
