//! The queries every entity has alike.

/// Runs a query in the types of whichever database it is. Through [`crate::Conn`] every run of it is translated first, which
/// for a few rows takes longer than the database does.
macro_rules! direct {
    ($conn:ident => $run:expr) => {
        match $conn {
            $crate::Conn::Pg($conn) => $run,
            $crate::Conn::Sqlite($conn) => $run,
        }
    };
}
pub(crate) use direct;

/// Writes `find` for a table whose module has a `Row` and a `visible` query.
macro_rules! finding {
    ($table:ident: $entity:ty, $id:ty) => {
        /// The one with this id.
        ///
        /// # Errors
        /// [`DbError::NotFound`] when there is none in the scope.
        pub fn find(conn: &mut Conn, scope: Scope, id: $id) -> Result<$entity, DbError> {
            let row: QueryResult<Row> = match scope {
                Scope::Of(viewer @ packhorse_domain::Viewer { who: packhorse_domain::Principal::Person(_), .. }) => {
                    let seen = $crate::scope::SeenBy::new($table::table, $crate::scope::People, viewer);
                    let named = $table::table.filter($table::id.eq(Spelled(id))).filter(seen);
                    $crate::entity::direct!(conn => named.select(Row::as_select()).get_result(conn))
                }
                Scope::Claimed(viewer, sign_in, now) => {
                    let seen = $crate::scope::SeenBy::new($table::table, $crate::scope::Claimants, viewer);
                    let named = $table::table.filter($table::id.eq(Spelled(id))).filter(seen.claiming(sign_in, now));
                    $crate::entity::direct!(conn => named.select(Row::as_select()).get_result(conn))
                }
                Scope::Of(_) | Scope::Everything => {
                    visible(scope).filter($table::id.eq(Spelled(id))).select(Row::as_select()).get_result(conn)
                }
            };
            Ok(row?.into())
        }
    };
}
pub(crate) use finding;

/// Writes `update` for a table whose module has a `Row`.
macro_rules! updating {
    ($table:ident: $entity:ty) => {
        /// Keeps a changed one, if nobody else changed it since.
        ///
        /// # Errors
        /// [`DbError::Contention`] when somebody did, [`DbError::Conflict`] with the name of the constraint that refused it.
        pub fn update(conn: &mut Conn, entity: &$entity) -> Result<(), DbError> {
            let before = $table::version.eq(entity.record.version.0 - 1);
            let row = $table::table.filter($table::id.eq(Spelled(entity.id))).filter(before);
            $crate::error::one(diesel::update(row).set(Row::from(entity)).execute(conn)?)
        }
    };
}
pub(crate) use updating;

/// Writes `find`, `existing`, `with_ids`, `insert` and `update` for a table whose module has a `Row` and a `visible` query: they
/// differ in nothing but names.
macro_rules! queries {
    ($table:ident: $entity:ty, $id:ty) => {
        $crate::entity::finding! { $table: $entity, $id }
        $crate::entity::updating! { $table: $entity }

        /// Which of some ids are those of one in the scope.
        ///
        /// # Errors
        /// Those of the database.
        pub fn existing(conn: &mut Conn, scope: Scope, ids: &[$id]) -> Result<Vec<$id>, DbError> {
            let named = $table::id.eq_any(ids.iter().map(|id| Spelled(*id)));
            let found: Vec<Spelled<$id>> = visible(scope).filter(named).select($table::id).load(conn)?;
            Ok(found.into_iter().map(|id| id.0).collect())
        }

        /// Those of some ids that are there, in no order.
        ///
        /// # Errors
        /// Those of the database.
        pub fn with_ids(conn: &mut Conn, ids: &[$id]) -> Result<Vec<$entity>, DbError> {
            let named = $table::id.eq_any(ids.iter().map(|id| Spelled(*id)));
            let rows: Vec<Row> = $table::table.filter(named).select(Row::as_select()).load(conn)?;
            Ok(rows.into_iter().map(<$entity>::from).collect())
        }

        /// Keeps a new one.
        ///
        /// # Errors
        /// [`DbError::Conflict`] with the name of the constraint that refused it.
        pub fn insert(conn: &mut Conn, entity: &$entity) -> Result<(), DbError> {
            $crate::error::one(diesel::insert_into($table::table).values(Row::from(entity)).execute(conn)?)
        }
    };
}
pub(crate) use queries;

/// Most rows of one statement: PostgreSQL takes 65,535 values, and no statement may last.
pub(crate) const BATCH: usize = 1000;

/// Inserts rows in their order: on PostgreSQL many in a statement, on SQLite, where a statement costs little, one by one.
macro_rules! insert_all {
    ($table:ident, $conn:expr, $rows:expr) => {
        match $conn {
            Conn::Sqlite(conn) => $rows
                .into_iter()
                .try_for_each(|row| $crate::error::one(diesel::insert_into($table::table).values(row).execute(conn)?)),
            Conn::Pg(conn) => {
                let mut rows = $rows.into_iter().peekable();
                while rows.peek().is_some() {
                    let batch: Vec<Row> = rows.by_ref().take($crate::entity::BATCH).collect();
                    let length = batch.len();
                    $crate::error::all(diesel::insert_into($table::table).values(batch).execute(conn)?, length)?;
                }
                Ok(())
            }
        }
    };
}
pub(crate) use insert_all;

/// Writes `put_all` for a table with `queries`: what is said of each column when a row is there already differs in nothing but
/// names.
macro_rules! bulk {
    ($table:ident: $entity:ty, set $($column:ident),+) => {
        /// Keeps many at once: new ones, and changed ones that nobody else changed since.
        ///
        /// # Errors
        /// [`DbError::Contention`] when somebody did, [`DbError::Conflict`] with the name of the constraint that refused one.
        pub fn put_all(conn: &mut Conn, entities: &[$entity]) -> Result<(), DbError> {
            use diesel::{query_dsl::methods::FilterDsl, upsert::excluded};

            let set = || ($($table::$column.eq(excluded($table::$column)),)+);
            let before = || excluded($table::version).eq($table::version + 1);
            for batch in entities.chunks($crate::entity::BATCH) {
                let mut rows = batch.iter().map(Row::from);
                let kept = match conn {
                    Conn::Pg(conn) => {
                        let rows: Vec<Row> = rows.collect();
                        let put = diesel::insert_into($table::table).values(rows).on_conflict($table::id);
                        FilterDsl::filter(put.do_update().set(set()), before()).execute(conn)?
                    }
                    Conn::Sqlite(conn) => rows.try_fold(0, |kept, row| {
                        let put = diesel::insert_into($table::table).values(row).on_conflict($table::id);
                        FilterDsl::filter(put.do_update().set(set()), before()).execute(conn).map(|each| kept + each)
                    })?,
                };
                $crate::error::all(kept, batch.len())?;
            }
            Ok(())
        }
    };
}
pub(crate) use bulk;

/// Writes the `Row` of an entity that belongs to another and is kept as one document, with further columns worked out of it:
/// such rows differ in nothing but names. With it come `list` and `delete`.
macro_rules! owned {
    ($table:ident: $entity:ident, $id:ty, of $owner:ident: $owner_id:ty, in $column:ident, $details:ty $(, $extra:ident: $type:ty = $value:expr)* $(,)?) => {
        #[derive(Queryable, Selectable, Insertable, AsChangeset)]
        #[diesel(table_name = $table, treat_none_as_null = true)]
        struct Row {
            id: $crate::types::Spelled<$id>,
            $column: $crate::types::Spelled<$owner_id>,
            $($extra: $type,)*
            details: $crate::types::Json<$details>,
            version: i64,
            created_at: $crate::types::At,
            updated_at: $crate::types::At,
        }

        impl From<Row> for $entity {
            fn from(row: Row) -> Self {
                Self {
                    id: row.id.0,
                    $owner: row.$column.0,
                    details: row.details.0,
                    record: $crate::types::record(row.version, row.created_at, row.updated_at),
                }
            }
        }

        impl From<&$entity> for Row {
            fn from(entity: &$entity) -> Self {
                Self {
                    id: Spelled(entity.id),
                    $column: Spelled(entity.$owner),
                    $($extra: ($value)(entity),)*
                    details: $crate::types::Json(entity.details.clone()),
                    version: entity.record.version.0,
                    created_at: $crate::types::At(entity.record.created_at),
                    updated_at: $crate::types::At(entity.record.updated_at),
                }
            }
        }

        $crate::entity::queries! { $table: $entity, $id }

        /// One page, of one owner or of all; one row more when another page follows.
        ///
        /// # Errors
        /// Those of the database.
        pub fn list(
            conn: &mut Conn,
            scope: Scope,
            owner: Option<$owner_id>,
            page: &$crate::Page,
        ) -> Result<Vec<$entity>, DbError> {
            let mut query = visible(scope);
            if let Some(owner) = owner {
                query = query.filter($table::$column.eq(Spelled(owner)));
            }
            let rows: Vec<Row> = $crate::page::paged!(query, $table::id, page).select(Row::as_select()).load(conn)?;
            Ok(rows.into_iter().map($entity::from).collect())
        }
    };
}
pub(crate) use owned;

/// Writes what those that belong to a calendar, or a trainer, can do besides: all of some owners, and forgetting one.
macro_rules! calendar_part {
    ($table:ident: $entity:ident, of $owner_id:ty, in $column:ident, $all:ident) => {
        /// All of some owners, by owner.
        ///
        /// # Errors
        /// Those of the database.
        pub fn $all(conn: &mut Conn, owners: &[$owner_id]) -> Result<Vec<$entity>, DbError> {
            let ids = owners.iter().map(|id| Spelled(*id));
            let query = $table::table.filter($table::$column.eq_any(ids));
            let rows: Vec<Row> = query.order(($table::$column, $table::id)).select(Row::as_select()).load(conn)?;
            Ok(rows.into_iter().map($entity::from).collect())
        }

        /// Forgets one.
        ///
        /// # Errors
        /// [`DbError::Contention`] when it changed since.
        pub fn delete(conn: &mut Conn, entity: &$entity) -> Result<(), DbError> {
            let row = $table::table.filter($table::id.eq(Spelled(entity.id)));
            $crate::error::one(diesel::delete(row.filter($table::version.eq(entity.record.version.0))).execute(conn)?)
        }
    };
}
pub(crate) use calendar_part;

/// Writes what those that are read again and again can do besides, by the column `next_read_at`: finding those that are due, and
/// keeping others from one.
macro_rules! read_in_turns {
    ($table:ident: $entity:ident) => {
        /// Those that are to be read, at most so many, those that wait longest first.
        ///
        /// # Errors
        /// Those of the database.
        pub fn due(conn: &mut Conn, now: packhorse_domain::Timestamp, limit: i64) -> Result<Vec<$entity>, DbError> {
            let query = $table::table.filter($table::next_read_at.le(At(now)));
            let query = query.order(($table::next_read_at, $table::id)).limit(limit);
            let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
            Ok(rows.into_iter().map($entity::from).collect())
        }

        /// Keeps others from reading one until an instant. Whether nobody else did so before, or has changed when it is due.
        ///
        /// # Errors
        /// Those of the database.
        pub fn lease(conn: &mut Conn, entity: &$entity, until: packhorse_domain::Timestamp) -> Result<bool, DbError> {
            let row = $table::table.filter($table::id.eq(Spelled(entity.id)));
            let row = row.filter($table::next_read_at.eq(entity.due_at.map(At)));
            Ok(diesel::update(row).set($table::next_read_at.eq(Some(At(until)))).execute(conn)? == 1)
        }
    };
}
pub(crate) use read_in_turns;
