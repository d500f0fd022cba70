//! Trainers.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{NetworkId, TrainerId, WorkshopId},
    trainer::{Trainer, TrainerDetails, Visibility},
};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    entity::queries,
    error::one,
    page::paged,
    schema::{trainer_workshops, trainers},
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = trainers, treat_none_as_null = true)]
struct Row {
    id: Spelled<TrainerId>,
    network_id: Spelled<NetworkId>,
    visibility: Spelled<Visibility>,
    active: bool,
    details: Json<TrainerDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Trainer {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.0,
            details: row.details.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Trainer> for Row {
    fn from(entity: &Trainer) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            visibility: Spelled(entity.details.visibility),
            active: entity.details.active,
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Public ones, those of their networks, and those that networks lending to theirs show to partners.
seen!(
    trainers,
    concat!(
        "trainers.visibility = 'public' OR trainers.network_id IN ",
        scope::networks!(),
        " OR trainers.visibility = 'partners' AND trainers.network_id IN ",
        scope::lenders!()
    )
);

queries! { trainers: Trainer, TrainerId }

/// What a list of trainers may be narrowed to.
#[derive(Debug, Clone, Default)]
pub struct TrainerFilter {
    /// Of this home network.
    pub network: Option<NetworkId>,
    /// Taking offers at present, or not.
    pub active: Option<bool>,
}

/// One page of trainers; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: &TrainerFilter, page: &Page) -> Result<Vec<Trainer>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = filter.network {
        query = query.filter(trainers::network_id.eq(Spelled(network)));
    }
    if let Some(active) = filter.active {
        query = query.filter(trainers::active.eq(active));
    }
    let rows: Vec<Row> = paged!(query, trainers::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Trainer::from).collect())
}

/// Ids of every trainer behind one, in order, at most so many.
///
/// # Errors
/// Those of the database.
pub fn ids_after(conn: &mut Conn, after: Option<TrainerId>, limit: usize) -> Result<Vec<TrainerId>, DbError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut query = trainers::table.into_boxed::<MultiBackend>();
    if let Some(after) = after {
        query = query.filter(trainers::id.gt(Spelled(after)));
    }
    let ids: Vec<Spelled<TrainerId>> = query.order(trainers::id.asc()).limit(limit).select(trainers::id).load(conn)?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// How many trainers there are.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Conn) -> Result<usize, DbError> {
    let count: i64 = trainers::table.count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Keeps once more what a trainer can teach, so that it is found by workshop.
///
/// # Errors
/// [`DbError::Conflict`] when a workshop is not there.
pub fn set_workshops(conn: &mut Conn, trainer: &Trainer) -> Result<(), DbError> {
    let of_them = trainer_workshops::table.filter(trainer_workshops::trainer_id.eq(Spelled(trainer.id)));
    diesel::delete(of_them).execute(conn)?;
    let workshops: BTreeSet<WorkshopId> = trainer.details.workshops.iter().copied().collect();
    workshops.into_iter().try_for_each(|workshop| {
        let row = (
            trainer_workshops::trainer_id.eq(Spelled(trainer.id)),
            trainer_workshops::workshop_id.eq(Spelled(workshop)),
        );
        one(diesel::insert_into(trainer_workshops::table).values(row).execute(conn)?)
    })
}

/// Who can teach some workshops, as far as they have a public profile.
///
/// # Errors
/// Those of the database.
pub fn public_teachers(conn: &mut Conn, workshops: &[WorkshopId]) -> Result<Vec<(WorkshopId, Trainer)>, DbError> {
    let named = trainer_workshops::workshop_id.eq_any(workshops.iter().map(|id| Spelled(*id)));
    let query =
        trainer_workshops::table.filter(named).order((trainer_workshops::workshop_id, trainer_workshops::trainer_id));
    let pairs: Vec<(Spelled<WorkshopId>, Spelled<TrainerId>)> =
        query.select((trainer_workshops::workshop_id, trainer_workshops::trainer_id)).load(conn)?;
    let ids: BTreeSet<TrainerId> = pairs.iter().map(|(_, trainer)| trainer.0).collect();
    let found = public(conn, &ids.into_iter().collect::<Vec<_>>())?;
    let found: BTreeMap<_, _> = found.into_iter().map(|trainer| (trainer.id, trainer)).collect();
    let shown = pairs.into_iter().filter_map(|(workshop, trainer)| Some((workshop.0, found.get(&trainer.0)?.clone())));
    Ok(shown.collect())
}

/// The query of those with a public profile: it stands inside others, too, which no boxed one does.
macro_rules! everybody {
    () => {{
        use $crate::schema::{consents, roles, trainers};
        let purpose = packhorse_domain::consent::ConsentPurpose::PublicProfile;
        let allowed = roles::table
            .inner_join(consents::table.on(consents::user_id.eq(roles::user_id)))
            .filter(roles::role.eq(Spelled(packhorse_domain::user::RoleName::Trainer)))
            .filter(consents::purpose.eq(Spelled(purpose)))
            .filter(consents::given)
            .filter(consents::wording.eq(i64::from(purpose.wording())))
            .select(roles::subject_id);
        trainers::table
            .filter(trainers::visibility.eq(Spelled(packhorse_domain::trainer::Visibility::Public)))
            .filter(trainers::active)
            .filter(trainers::id.eq_any(allowed))
    }};
}
pub(crate) use everybody;

/// Those of some trainers with a public profile: everybody may find them, and somebody who is them allows it.
///
/// # Errors
/// Those of the database.
pub fn public(conn: &mut Conn, ids: &[TrainerId]) -> Result<Vec<Trainer>, DbError> {
    let named = trainers::id.eq_any(ids.iter().map(|id| Spelled(*id)));
    let rows: Vec<Row> = everybody!().filter(named).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Trainer::from).collect())
}

/// Trainers with a public profile, of one network or of all, by their ids, behind one, at most so many.
///
/// # Errors
/// Those of the database.
pub fn list_public(
    conn: &mut Conn,
    network: Option<NetworkId>,
    after: Option<TrainerId>,
    limit: i64,
) -> Result<Vec<Trainer>, DbError> {
    let mut query = everybody!().into_boxed::<MultiBackend>();
    if let Some(network) = network {
        query = query.filter(trainers::network_id.eq(Spelled(network)));
    }
    if let Some(after) = after {
        query = query.filter(trainers::id.gt(Spelled(after)));
    }
    let rows: Vec<Row> = query.order(trainers::id).limit(limit).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Trainer::from).collect())
}
