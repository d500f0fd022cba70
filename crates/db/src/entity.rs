//! The queries every entity has alike.

/// Writes `find`, `existing`, `insert` and `update` for a table whose module has a `Row` and a `visible` query: they differ in nothing
/// but names.
macro_rules! queries {
    ($table:ident: $entity:ty, $id:ty) => {
        /// The one with this id.
        ///
        /// # Errors
        /// [`DbError::NotFound`] when there is none in the scope.
        pub fn find(conn: &mut Conn, scope: Scope, id: $id) -> Result<$entity, DbError> {
            let row: Row = visible(scope).filter($table::id.eq(Spelled(id))).select(Row::as_select()).first(conn)?;
            Ok(row.into())
        }

        /// Which of some ids are those of one in the scope.
        ///
        /// # Errors
        /// Those of the database.
        pub fn existing(conn: &mut Conn, scope: Scope, ids: &[$id]) -> Result<Vec<$id>, DbError> {
            let named = $table::id.eq_any(ids.iter().map(|id| Spelled(*id)));
            let found: Vec<Spelled<$id>> = visible(scope).filter(named).select($table::id).load(conn)?;
            Ok(found.into_iter().map(|id| id.0).collect())
        }

        /// Keeps a new one.
        ///
        /// # Errors
        /// [`DbError::Conflict`] with the name of the constraint that refused it.
        pub fn insert(conn: &mut Conn, entity: &$entity) -> Result<(), DbError> {
            $crate::error::one(diesel::insert_into($table::table).values(Row::from(entity)).execute(conn)?)
        }

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
pub(crate) use queries;

/// Most rows of one statement: PostgreSQL takes 65,535 values, and no statement may last.
pub(crate) const BATCH: usize = 1000;

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
