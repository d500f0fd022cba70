//! What a person or a program may see, as SQL over their roles: read anew in every statement, so that revoking works at once.
//!
//! Each resource has one such condition, beside its queries, put together from the sub-queries here.

use diesel::{
    AppearsOnTable, Expression, QueryResult, SelectableExpression,
    expression::{ValidGrouping, is_aggregate},
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{Bool, Text},
};
use packhorse_domain::{Principal, Viewer};

use crate::{connection::MultiBackend, types::Spelled};

/// Networks they have any role in.
macro_rules! networks {
    () => {
        "(SELECT network_id FROM # WHERE user_id = ? AND network_id IS NOT NULL)"
    };
}
/// Subjects of one of their roles: networks coordinated, libraries staffed, trainers they are.
macro_rules! subjects {
    ($role:literal) => {
        concat!("(SELECT subject_id FROM # WHERE user_id = ? AND role = '", $role, "')")
    };
}
/// Partnerships that stand on the day it is.
macro_rules! standing {
    () => {
        "partnerships WHERE from_day <= @ AND until_day >= @"
    };
}
/// Networks that lend to theirs.
macro_rules! lenders {
    () => {
        concat!(
            "(SELECT lender_id FROM ",
            $crate::scope::standing!(),
            " AND borrower_id IN ",
            $crate::scope::networks!(),
            ")"
        )
    };
}
/// Networks that borrow from theirs.
macro_rules! borrowers {
    () => {
        concat!(
            "(SELECT borrower_id FROM ",
            $crate::scope::standing!(),
            " AND lender_id IN ",
            $crate::scope::networks!(),
            ")"
        )
    };
}
/// Libraries they see, by the network a column names: those of the directory, of their networks, and of networks on either side
/// of a partnership with them.
macro_rules! of_libraries_seen {
    ($network:literal) => {
        concat!(
            $network,
            " IS NULL OR ",
            $network,
            " IN ",
            $crate::scope::networks!(),
            " OR ",
            $network,
            " IN ",
            $crate::scope::lenders!(),
            " OR ",
            $network,
            " IN ",
            $crate::scope::borrowers!()
        )
    };
}
/// Parts of a trainer's calendar, by a column that names the trainer: their own, and those of trainers of networks they
/// coordinate.
macro_rules! of_own_trainers {
    ($trainer:literal) => {
        concat!(
            $trainer,
            " IN ",
            $crate::scope::subjects!("trainer"),
            " OR ",
            $trainer,
            " IN (SELECT id FROM trainers WHERE network_id IN ",
            $crate::scope::subjects!("coordinator"),
            ")"
        )
    };
}
pub(crate) use {borrowers, lenders, networks, of_libraries_seen, of_own_trainers, standing, subjects};

/// Roles of people.
const OF_PEOPLE: &str = "roles";
/// Roles of API keys: each coordinates its network.
const OF_PROGRAMS: &str =
    "(SELECT id AS user_id, 'coordinator' AS role, network_id AS subject_id, network_id FROM api_keys) AS roles";

/// A condition in which every `?` stands for whoever looks, every `#` for the roles of their kind, and every `@` for the day it is.
#[derive(Debug, Clone)]
pub(crate) struct SeenBy {
    condition: &'static str,
    who: Spelled<Principal>,
    today: String,
}

impl SeenBy {
    /// The condition for whoever looks, on one day.
    pub fn new(condition: &'static str, viewer: Viewer) -> Self {
        Self { condition, who: Spelled(viewer.who), today: viewer.today.to_string() }
    }
}

impl Expression for SeenBy {
    type SqlType = Bool;
}
impl ValidGrouping<()> for SeenBy {
    type IsAggregate = is_aggregate::No;
}
impl<QS> AppearsOnTable<QS> for SeenBy {}
impl<QS> SelectableExpression<QS> for SeenBy {}
impl QueryId for SeenBy {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl QueryFragment<MultiBackend> for SeenBy {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        // Were every alternative served by an index, SQLite would gather all rows a person sees and sort them for each page;
        // one that none serves makes it walk the rows in the order of the page.
        out.push_sql("(1 = 0 OR ");
        let mut rest = self.condition;
        while let Some(at) = memchr::memchr3(b'?', b'#', b'@', rest.as_bytes()) {
            out.push_sql(&rest[..at]);
            match rest.as_bytes()[at] {
                b'?' => out.push_bind_param::<Text, _>(&self.who)?,
                b'#' => out.push_sql(match self.who.0 {
                    Principal::Person(_) => OF_PEOPLE,
                    Principal::Program(_) => OF_PROGRAMS,
                }),
                _ => out.push_bind_param::<Text, _>(&self.today)?,
            }
            rest = &rest[at + 1..];
        }
        out.push_sql(rest);
        out.push_sql(")");
        Ok(())
    }
}
