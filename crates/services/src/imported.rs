//! Calendars that trainers import. Their addresses are in no event: of each only the host is told.
//!
//! Fetching and reading take long and need no database, so they are done between transactions: [`begin`] or [`claim`] says
//! what is to be read, [`finish`] keeps what came of it.

use packhorse_calendar::{incoming, intervals::normalize};
use packhorse_db::{Conn, Lock, Page, busy_times, imported};
use packhorse_domain::{
    Action, Interval, Scope, Timestamp, Valid, Zone,
    id::{BookingId, CalendarId, TrainerId},
    imported::{BusyTime, CalendarDetails, ImportedCalendar, Source},
    reading::{NotNow, lease},
    trainer::Trainer,
};

use crate::{Change, Context, Error, Expected, Fault, requests::lock_all, trainers};

/// Most calendars of one trainer.
const MOST: i64 = 20;
/// Most that are read at once in the background.
const AT_ONCE: i64 = 8;
/// Most notes that are kept of one reading.
const NOTES: usize = 20;
/// Longest title kept, in characters.
const TITLE: usize = 200;

/// What to read, and how.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// For which calendar.
    pub calendar: CalendarId,
    /// Where. Never logged.
    pub url: String,
    /// What to ask the source by: an answer that nothing changed is taken.
    pub known: Option<Source>,
    /// How to read it.
    pub manner: Manner,
}

/// How a calendar is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// The trainer's zone.
    zone: Zone,
    keep_titles: bool,
}

impl Manner {
    fn of(calendar: &ImportedCalendar, trainer: &Trainer) -> Self {
        Self { zone: trainer.details.time_zone.clone(), keep_titles: calendar.details.keep_titles }
    }
}

/// What is kept of a calendar.
#[derive(Debug, Clone)]
pub struct Contents {
    manner: Manner,
    times: Vec<BusyTime>,
    notes: Vec<String>,
}

/// What came of fetching.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is as it was.
    Same,
    /// It was read; the source's `ETag` and `Last-Modified`.
    Whole(Contents, Option<String>, Option<String>),
    /// It could not be had, or not be read.
    Failed(String),
}

/// Reads a calendar, as far as it is kept.
///
/// # Errors
/// Every fault, at `/lines/N`.
pub fn read(bytes: &[u8], manner: &Manner, now: Timestamp) -> Result<Contents, Vec<Fault>> {
    let found = incoming::read(bytes, &manner.zone, ImportedCalendar::kept(now)).map_err(|faults| {
        let fault = |each: incoming::Fault| Fault::new(format!("/lines/{}", each.line), each.code, plain(&each.detail));
        faults.into_iter().map(fault).collect::<Vec<_>>()
    })?;
    let mut notes: Vec<_> =
        found.notes.iter().map(|note| format!("line {}: {}", note.line, plain(&note.text))).collect();
    if notes.len() > NOTES {
        let more = notes.len() - NOTES;
        notes.truncate(NOTES);
        notes.push(format!("{more} more notes are not kept"));
    }
    // What came from here takes its time already, and would stand in its own way if it came in again.
    let is_ours = |event: &&incoming::Event| event.uid.as_deref().is_some_and(|uid| uid.parse::<BookingId>().is_ok());
    let ours = found.events.iter().filter(is_ours).count();
    if ours > 0 {
        notes.push(format!("bookings of Packhorse itself were left out: {ours}"));
    }
    let events = || found.events.iter().filter(|event| !is_ours(event));
    let mut times: Vec<BusyTime> = if manner.keep_titles {
        let titled = events().map(|event| (&event.busy, title(&event.summary)));
        titled
            .flat_map(|(busy, title)| busy.iter().map(move |time| BusyTime { time: *time, title: title.clone() }))
            .collect()
    } else {
        let busy = normalize(events().flat_map(|event| event.busy.iter().copied()).collect());
        busy.into_iter().map(|time| BusyTime { time, title: None }).collect()
    };
    times.sort_unstable();
    times.dedup();
    Ok(Contents { manner: manner.clone(), times, notes })
}

/// What is wrong with a calendar, for those who did not send it: without a word of what is in it.
pub fn complaint(faults: &[Fault]) -> String {
    let Some(first) = faults.first() else { return "it cannot be read".to_owned() };
    let line = first.pointer.trim_start_matches("/lines/");
    let words = match &*first.code {
        "not_a_calendar" | "too_large" | "too_many" => first.detail.clone(),
        code => code.replace('_', " "),
    };
    match faults.len() - 1 {
        0 => format!("line {line}: {words}"),
        more => format!("line {line}: {words}; {more} more faults"),
    }
}

/// A text on one line, without characters that no database keeps.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn title(summary: &str) -> Option<String> {
    let title: String = plain(summary).trim().chars().take(TITLE).collect();
    (!title.is_empty()).then_some(title)
}

/// The calendar with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: CalendarId) -> Result<ImportedCalendar, Error> {
    let scope = ctx.scope();
    Ok(imported::find(ctx.conn, scope, id)?)
}

/// One page of those of a trainer.
///
/// # Errors
/// [`Error::NotFound`] for the trainer, [`Error::Forbidden`].
pub fn list(ctx: &mut Context<'_>, trainer: TrainerId, page: &Page) -> Result<Vec<ImportedCalendar>, Error> {
    let trainer = trainers::get(ctx, trainer)?;
    ctx.authorize(Action::ReadTrainerCalendar, &trainers::resource(&trainer))?;
    let scope = ctx.scope();
    Ok(imported::list(ctx.conn, scope, trainer.id, page)?)
}

/// Adds one. It is read in the background if it has an address.
///
/// # Errors
/// [`Error::NotFound`] for the trainer, [`Error::Forbidden`], [`Error::Conflict`] when they have 20.
pub fn create(
    ctx: &mut Context<'_>,
    trainer: TrainerId,
    details: Valid<CalendarDetails>,
) -> Result<ImportedCalendar, Error> {
    let trainer = trainers::get(ctx, trainer)?;
    ctx.authorize(Action::UpdateTrainer, &trainers::resource(&trainer))?;
    lock_all(ctx, Lock::Trainers, [trainer.id])?;
    if imported::count(ctx.conn, trainer.id)? >= MOST {
        let detail = format!("a trainer has at most {MOST} calendars");
        return Err(Error::Conflict { code: "too_many_calendars", detail });
    }
    let calendar = ImportedCalendar::new(trainer.id, details.into_inner(), ctx.now);
    imported::insert(ctx.conn, &calendar)?;
    ctx.record(Change::new("create", calendar.id, trainer.network), None, Some(&calendar.told()))?;
    Ok(calendar)
}

/// Changes what is said of one. Titles that are not to be kept any more are gone at once.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`.
pub fn update(
    ctx: &mut Context<'_>,
    id: CalendarId,
    expected: &Expected,
    change: impl FnOnce(&CalendarDetails) -> Result<Valid<CalendarDetails>, Error>,
) -> Result<ImportedCalendar, Error> {
    let (before, trainer) = find_to_change(ctx, id, expected)?;
    let after = before.changed(change(&before.details)?.into_inner(), ctx.now);
    if before.details.keep_titles && !after.details.keep_titles {
        busy_times::forget_titles(ctx.conn, id)?;
    }
    imported::update(ctx.conn, &after)?;
    ctx.record(Change::new("update", id, trainer.network), Some(&before.told()), Some(&after.told()))?;
    Ok(after)
}

/// Takes one back, with its busy times.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`].
pub fn delete(ctx: &mut Context<'_>, id: CalendarId, expected: &Expected) -> Result<(), Error> {
    let (before, trainer) = find_to_change(ctx, id, expected)?;
    busy_times::forget(ctx.conn, id)?;
    imported::delete(ctx.conn, &before)?;
    ctx.record(Change::new("delete", id, trainer.network), Some(&before.told()), None)
}

/// Busy times of one within a range, in order, at most so many; one more when others follow.
///
/// # Errors
/// [`Error::NotFound`].
pub fn times(ctx: &mut Context<'_>, id: CalendarId, range: Interval, limit: usize) -> Result<Vec<BusyTime>, Error> {
    let calendar = get(ctx, id)?;
    Ok(busy_times::of_calendar(ctx.conn, calendar.id, range, limit + 1)?)
}

/// How an upload to one is to be read.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub fn manner(ctx: &mut Context<'_>, id: CalendarId) -> Result<Manner, Error> {
    let calendar = get(ctx, id)?;
    let trainer = trainers::get(ctx, calendar.trainer)?;
    ctx.authorize(Action::UpdateTrainer, &trainers::resource(&trainer))?;
    Ok(Manner::of(&calendar, &trainer))
}

/// Puts what was uploaded in the place of the busy times of one; a dry run tells what would be, and keeps nothing.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::VersionStale`] too when it was read in
/// another manner than it is to be now.
pub fn import(
    ctx: &mut Context<'_>,
    id: CalendarId,
    expected: &Expected,
    contents: &Contents,
    dry_run: bool,
) -> Result<ImportedCalendar, Error> {
    let (before, trainer) = find_to_change(ctx, id, expected)?;
    if contents.manner != Manner::of(&before, &trainer) {
        return Err(Error::VersionStale);
    }
    if dry_run {
        let after = before.read_whole(count(contents), contents.notes.clone(), Source::default(), ctx.now);
        return Ok(ImportedCalendar { record: before.record, ..after });
    }
    keep_contents(ctx, "import", &before, &trainer, contents, Source::default())
}

/// Begins to read one on demand, and keeps others from it meanwhile.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::Conflict`] when it has no address, is
/// being read, or was within the last minute.
pub fn begin(ctx: &mut Context<'_>, id: CalendarId, expected: &Expected) -> Result<Assignment, Error> {
    let (calendar, trainer) = find_to_change(ctx, id, expected)?;
    calendar.readable(ctx.now)?;
    if !imported::lease(ctx.conn, &calendar, lease(ctx.now))? {
        return Err(NotNow::BeingRead.into());
    }
    assignment(&calendar, &trainer, ctx.now).ok_or_else(|| NotNow::NoAddress.into())
}

/// Whether there is something to read at present.
///
/// # Errors
/// Those of the database.
pub fn waiting(conn: &mut Conn, now: Timestamp) -> Result<bool, Error> {
    Ok(!imported::due(conn, now, 1)?.is_empty())
}

/// What is to be read at present, kept from others: to be done within a few minutes.
///
/// # Errors
/// Those of the database.
pub fn claim(conn: &mut Conn, now: Timestamp) -> Result<Vec<Assignment>, Error> {
    let mut claimed = Vec::new();
    for calendar in imported::due(conn, now, AT_ONCE)? {
        if imported::lease(conn, &calendar, lease(now))? {
            let trainer = packhorse_db::trainers::find(conn, Scope::Everything, calendar.trainer)?;
            claimed.extend(assignment(&calendar, &trainer, now));
        }
    }
    Ok(claimed)
}

/// Keeps what came of an assignment, unless it is not wanted any more: then the calendar stays as it is.
///
/// # Errors
/// [`Error::NotFound`] when the calendar is gone.
pub fn finish(ctx: &mut Context<'_>, done: &Assignment, outcome: &Outcome) -> Result<ImportedCalendar, Error> {
    let before = imported::find(ctx.conn, Scope::Everything, done.calendar)?;
    let trainer = packhorse_db::trainers::find(ctx.conn, Scope::Everything, before.trainer)?;
    if before.details.url.as_ref() != Some(&done.url) || before.details.keep_titles != done.manner.keep_titles {
        return Ok(before);
    }
    match outcome {
        Outcome::Same => keep(ctx, "refresh", &before, &trainer, before.read_same(ctx.now), false),
        Outcome::Failed(detail) => {
            keep(ctx, "refresh", &before, &trainer, before.failed(detail.clone(), ctx.now), false)
        }
        Outcome::Whole(contents, etag, last_modified) => {
            let source = Source {
                etag: etag.clone(),
                last_modified: last_modified.clone(),
                zone: Some(contents.manner.zone.clone()),
                whole_at: None,
            };
            keep_contents(ctx, "refresh", &before, &trainer, contents, source)
        }
    }
}

fn assignment(calendar: &ImportedCalendar, trainer: &Trainer, now: Timestamp) -> Option<Assignment> {
    Some(Assignment {
        calendar: calendar.id,
        url: calendar.details.url.clone()?,
        known: calendar.known(&trainer.details.time_zone, now).cloned(),
        manner: Manner::of(calendar, trainer),
    })
}

fn count(contents: &Contents) -> u32 {
    u32::try_from(contents.times.len()).unwrap_or(u32::MAX)
}

fn keep_contents(
    ctx: &mut Context<'_>,
    action: &'static str,
    before: &ImportedCalendar,
    trainer: &Trainer,
    contents: &Contents,
    source: Source,
) -> Result<ImportedCalendar, Error> {
    let differs = busy_times::replace(ctx.conn, before, &contents.times)?;
    let after = before.read_whole(count(contents), contents.notes.clone(), source, ctx.now);
    keep(ctx, action, before, trainer, after, differs)
}

/// Keeps a calendar that was read. Reading that brought no news is in the status alone, and no event: it goes on all day.
fn keep(
    ctx: &mut Context<'_>,
    action: &'static str,
    before: &ImportedCalendar,
    trainer: &Trainer,
    after: ImportedCalendar,
    differs: bool,
) -> Result<ImportedCalendar, Error> {
    imported::update(ctx.conn, &after)?;
    if differs || after.is_news(before) {
        let change = Change::new(action, after.id, trainer.network);
        ctx.record(change, Some(&before.told()), Some(&after.told()))?;
    }
    Ok(after)
}

fn find_to_change(
    ctx: &mut Context<'_>,
    id: CalendarId,
    expected: &Expected,
) -> Result<(ImportedCalendar, Trainer), Error> {
    let calendar = get(ctx, id)?;
    let trainer = trainers::get(ctx, calendar.trainer)?;
    ctx.authorize_change(Action::UpdateTrainer, &trainers::resource(&trainer), expected, &calendar.record)?;
    Ok((calendar, trainer))
}
