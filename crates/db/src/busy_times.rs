//! Busy times out of imported calendars.

use diesel::prelude::*;
use packhorse_domain::{
    Interval, Timestamp,
    id::{CalendarId, TrainerId},
    imported::{BusyTime, ImportedCalendar},
};

use crate::{
    Conn, DbError,
    entity::insert_all,
    schema::busy_times,
    types::{At, Spelled},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = busy_times)]
struct Row {
    calendar_id: Spelled<CalendarId>,
    place: i32,
    trainer_id: Spelled<TrainerId>,
    starts_at: At,
    ends_at: At,
    title: Option<String>,
}

/// Those of a calendar within a range, in order of time, at most so many.
///
/// # Errors
/// Those of the database.
pub fn of_calendar(
    conn: &mut Conn,
    calendar: CalendarId,
    range: Interval,
    limit: usize,
) -> Result<Vec<BusyTime>, DbError> {
    let query = busy_times::table
        .filter(busy_times::calendar_id.eq(Spelled(calendar)))
        .filter(busy_times::starts_at.lt(At(range.end)))
        .filter(busy_times::ends_at.gt(At(range.start)))
        .order(busy_times::place)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    rows.into_iter().map(|row| Ok(BusyTime { time: interval(row.starts_at, row.ends_at)?, title: row.title })).collect()
}

/// When some trainers are busy from an instant on, by trainer and time.
///
/// # Errors
/// Those of the database.
pub fn of_trainers(
    conn: &mut Conn,
    trainers: &[TrainerId],
    from: Timestamp,
) -> Result<Vec<(TrainerId, Interval)>, DbError> {
    let ids = trainers.iter().map(|id| Spelled(*id));
    let query = busy_times::table
        .filter(busy_times::trainer_id.eq_any(ids))
        .filter(busy_times::ends_at.gt(At(from)))
        .order((busy_times::trainer_id, busy_times::starts_at));
    let rows: Vec<(Spelled<TrainerId>, At, At)> =
        query.select((busy_times::trainer_id, busy_times::starts_at, busy_times::ends_at)).load(conn)?;
    rows.into_iter().map(|(trainer, start, end)| Ok((trainer.0, interval(start, end)?))).collect()
}

/// Puts others in the place of those of a calendar, in their order. Whether they differ from what was there.
///
/// # Errors
/// Those of the database.
pub fn replace(conn: &mut Conn, calendar: &ImportedCalendar, times: &[BusyTime]) -> Result<bool, DbError> {
    let all_of_time = Interval { start: Timestamp::MIN, end: Timestamp::MAX };
    if of_calendar(conn, calendar.id, all_of_time, usize::MAX)? == times {
        return Ok(false);
    }
    forget(conn, calendar.id)?;
    let mut places = 0..;
    let rows = times.iter().zip(&mut places).map(|(busy, place)| Row {
        calendar_id: Spelled(calendar.id),
        place,
        trainer_id: Spelled(calendar.trainer),
        starts_at: At(busy.time.start),
        ends_at: At(busy.time.end),
        title: busy.title.clone(),
    });
    insert_all!(busy_times, conn, rows)?;
    Ok(true)
}

/// Forgets the titles of those of a calendar.
///
/// # Errors
/// Those of the database.
pub fn forget_titles(conn: &mut Conn, calendar: CalendarId) -> Result<(), DbError> {
    let rows = busy_times::table.filter(busy_times::calendar_id.eq(Spelled(calendar)));
    diesel::update(rows).set(busy_times::title.eq(None::<String>)).execute(conn)?;
    Ok(())
}

/// Forgets those of a calendar.
///
/// # Errors
/// Those of the database.
pub fn forget(conn: &mut Conn, calendar: CalendarId) -> Result<(), DbError> {
    diesel::delete(busy_times::table.filter(busy_times::calendar_id.eq(Spelled(calendar)))).execute(conn)?;
    Ok(())
}

fn interval(start: At, end: At) -> Result<Interval, DbError> {
    Interval::new(start.0, end.0).ok_or_else(|| DbError::Corrupt("a busy time that ends before it starts".to_owned()))
}
