//! Postings of the needs board.

use diesel::prelude::*;
use jiff::civil::Date;
use packhorse_domain::{
    Interval, Scope, Timestamp,
    id::{LibraryId, NetworkId, PostingId, TrainerId, UserId},
    posting::{ClosingReason, Posting, PostingDetails, PostingKind, PostingState, PostingStateName},
    trainer::Visibility,
};
use serde::{Deserialize, Serialize};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    entity::queries,
    page::paged,
    schema::{self, postings},
    scope::seen,
    trainers,
    types::{At, Json, Spelled, record},
};

/// What no query looks into.
#[derive(Debug, Serialize, Deserialize)]
struct Details {
    said: PostingDetails,
    me_too: Vec<LibraryId>,
    replies: u32,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = postings, treat_none_as_null = true)]
struct Row {
    id: Spelled<PostingId>,
    network_id: Spelled<NetworkId>,
    author_id: Spelled<UserId>,
    library_id: Option<Spelled<LibraryId>>,
    trainer_id: Option<Spelled<TrainerId>>,
    kind: Spelled<PostingKind>,
    visibility: Spelled<Visibility>,
    state: Spelled<PostingStateName>,
    state_data: Json<PostingState>,
    expires_on: String,
    details: Json<Details>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Posting {
    fn from(row: Row) -> Self {
        let Details { said: details, me_too, replies } = row.details.0;
        Self {
            id: row.id.0,
            network: row.network_id.0,
            author: row.author_id.0,
            details,
            me_too,
            replies,
            state: row.state_data.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Posting> for Row {
    fn from(entity: &Posting) -> Self {
        let today = entity.record.created_at.to_zoned(jiff::tz::TimeZone::UTC).date();
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            author_id: Spelled(entity.author),
            library_id: entity.details.library.map(Spelled),
            trainer_id: entity.details.trainer.map(Spelled),
            kind: Spelled(entity.details.kind),
            visibility: Spelled(entity.details.visibility),
            state: Spelled(entity.state.name()),
            state_data: Json(entity.state.clone()),
            expires_on: entity.details.last_day(today).to_string(),
            details: Json(Details {
                said: entity.details.clone(),
                me_too: entity.me_too.clone(),
                replies: entity.replies,
            }),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

/// Postings that somebody sees: their own, those of their networks, those for partners of networks that lend to theirs, and public
/// ones.
macro_rules! of_postings_seen {
    () => {
        concat!(
            "author_id = ? OR network_id IN ",
            $crate::scope::networks!(),
            " OR visibility = 'public' OR visibility = 'partners' AND network_id IN ",
            $crate::scope::lenders!()
        )
    };
}
pub(crate) use of_postings_seen;

seen!(postings, of_postings_seen!());

queries! { postings: Posting, PostingId }

/// What a list of postings may be narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct PostingFilter {
    /// Of this network.
    pub network: Option<NetworkId>,
    /// Of this kind.
    pub kind: Option<PostingKind>,
    /// In this state.
    pub state: Option<PostingStateName>,
}

/// One page of postings; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: PostingFilter, page: &Page) -> Result<Vec<Posting>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = filter.network {
        query = query.filter(postings::network_id.eq(Spelled(network)));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(postings::kind.eq(Spelled(kind)));
    }
    if let Some(state) = filter.state {
        query = query.filter(postings::state.eq(Spelled(state)));
    }
    let rows: Vec<Row> = paged!(query, postings::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Posting::from).collect())
}

/// What somebody posted.
///
/// # Errors
/// Those of the database.
pub fn by(conn: &mut Conn, author: UserId) -> Result<Vec<Posting>, DbError> {
    let own = postings::table.filter(postings::author_id.eq(Spelled(author))).order(postings::id);
    let rows: Vec<Row> = own.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Posting::from).collect())
}

/// Open postings whose last day has passed, at most so many.
///
/// # Errors
/// Those of the database.
pub fn overdue(conn: &mut Conn, today: Date, limit: i64) -> Result<Vec<PostingId>, DbError> {
    let query = postings::table
        .filter(postings::state.eq(Spelled(PostingStateName::Open)))
        .filter(postings::expires_on.lt(today.to_string()))
        .order(postings::id)
        .limit(limit);
    let ids: Vec<Spelled<PostingId>> = query.select(postings::id).load(conn)?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// Postings of some networks that stand on a day and were posted in a stretch of time, the oldest first, at most so many.
///
/// # Errors
/// Those of the database.
pub fn posted(
    conn: &mut Conn,
    networks: &[NetworkId],
    during: Interval,
    on: Date,
    limit: i64,
) -> Result<Vec<Posting>, DbError> {
    let query = postings::table
        .filter(postings::network_id.eq_any(networks.iter().map(|id| Spelled(*id))))
        .filter(postings::state.eq(Spelled(PostingStateName::Open)))
        .filter(postings::expires_on.ge(on.to_string()))
        .filter(postings::created_at.ge(At(during.start)))
        .filter(postings::created_at.lt(At(during.end)))
        .order(postings::id)
        .limit(limit);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Posting::from).collect())
}

/// Which postings of the public board, newest first.
#[derive(Debug, Clone, Copy, Default)]
pub struct BoardFilter {
    /// Of this network.
    pub network: Option<NetworkId>,
    /// That stand on this day.
    pub on: Option<Date>,
    /// Posted at this instant or later.
    pub since: Option<Timestamp>,
    /// This one alone.
    pub only: Option<PostingId>,
    /// Behind this one.
    pub after: Option<PostingId>,
}

/// Postings of the public board, at most so many. Those that were taken back were never there.
///
/// # Errors
/// Those of the database.
pub fn public(conn: &mut Conn, filter: &BoardFilter, limit: i64) -> Result<Vec<Posting>, DbError> {
    let mut query = shown();
    if let Some(network) = filter.network {
        query = query.filter(postings::network_id.eq(Spelled(network)));
    }
    if let Some(day) = filter.on {
        let open = postings::state.eq(Spelled(PostingStateName::Open));
        query = query.filter(open.and(postings::expires_on.ge(day.to_string())));
    }
    if let Some(since) = filter.since {
        query = query.filter(postings::created_at.ge(At(since)));
    }
    if let Some(only) = filter.only {
        query = query.filter(postings::id.eq(Spelled(only)));
    }
    if let Some(after) = filter.after {
        query = query.filter(postings::id.lt(Spelled(after)));
    }
    let rows: Vec<Row> = query.order(postings::id.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    let back =
        |posting: &Posting| matches!(posting.state, PostingState::Closed { reason: ClosingReason::Withdrawn, .. });
    Ok(rows.into_iter().map(Posting::from).filter(|posting| !back(posting)).collect())
}

/// Public ones of a library, or of a trainer with a public profile.
fn shown() -> postings::BoxedQuery<'static, MultiBackend> {
    let named = postings::library_id
        .is_not_null()
        .or(postings::trainer_id.eq_any(trainers::everybody!().select(schema::trainers::id.nullable())));
    postings::table.filter(postings::visibility.eq(Spelled(Visibility::Public))).filter(named).into_boxed()
}
