//! What a person or a program may see, as SQL over their roles: read anew in every statement, so that revoking works at once.
//!
//! Each resource has one such condition, beside its queries, put together from the sub-queries here.

use std::marker::PhantomData;

use diesel::{
    AppearsOnTable, Expression, QueryResult, SelectableExpression,
    backend::Backend,
    expression::{ValidGrouping, is_aggregate},
    query_builder::{AstPass, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{Bool, HasSqlType, Text},
};
use packhorse_domain::{Timestamp, Viewer, id::SignInId};

use crate::types::{At, InstantType};

/// Networks they have any role in.
macro_rules! networks {
    () => {
        "(SELECT network_id FROM # WHERE user_id = ? AND network_id IS NOT NULL)"
    };
}
/// Whether a network is one they have any role in, by the qualified name of a column: asked of one row, that is cheaper than to
/// gather those networks.
macro_rules! in_networks {
    ($network:literal) => {
        concat!("EXISTS (SELECT 1 FROM # WHERE user_id = ? AND network_id = ", $network, ")")
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
/// Libraries they see: those of the directory, of their networks, and of networks on either side of a partnership with
/// them.
macro_rules! of_libraries_seen {
    () => {
        concat!(
            "libraries.network_id IS NULL OR ",
            $crate::scope::in_networks!("libraries.network_id"),
            " OR libraries.network_id IN ",
            $crate::scope::lenders!(),
            " OR libraries.network_id IN ",
            $crate::scope::borrowers!()
        )
    };
}
/// Workshops. Drafts: of networks they coordinate. Others: of their networks and of those that lend to theirs, unless they keep
/// them to themselves.
macro_rules! of_workshops_seen {
    () => {
        concat!(
            "workshops.network_id IN ",
            $crate::scope::subjects!("coordinator"),
            " OR workshops.state <> 'draft' AND (",
            $crate::scope::in_networks!("workshops.network_id"),
            " OR workshops.visibility <> 'network' AND workshops.network_id IN ",
            $crate::scope::lenders!(),
            ")"
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
/// Things of a request, by columns that name its network and it: those of requests of libraries they work in, where nobody is in
/// charge of the network.
macro_rules! of_own_requests {
    ($network:literal, $request:literal) => {
        concat!(
            $network,
            " IN (SELECT id FROM networks WHERE details ->> 'kind' = 'informal') AND ",
            $request,
            " IN (SELECT id FROM requests WHERE library_id IN ",
            $crate::scope::subjects!("staff"),
            ")"
        )
    };
}
/// Requests that libraries they work in joined and did not leave.
macro_rules! of_requests_joined {
    () => {
        concat!(
            "(SELECT request_id FROM pledges WHERE state <> 'withdrawn' AND library_id IN ",
            $crate::scope::subjects!("staff"),
            ")"
        )
    };
}
pub(crate) use {
    borrowers, in_networks, lenders, networks, of_libraries_seen, of_own_requests, of_own_trainers, of_requests_joined,
    of_workshops_seen, standing, subjects,
};

/// What somebody sees of a table: a condition in which every `?` stands for whoever looks, every `#` for the roles of their
/// kind, and every `@` for the day it is.
pub(crate) trait Seen: 'static {
    const CONDITION: &'static str;
}

/// A kind of those who look.
pub(crate) trait Looks: 'static {
    /// Their roles.
    const ROLES: &'static str;
    /// Whether the statement has to see to it that a sign-in of theirs stands.
    const IS_CLAIMED: bool = false;
}

/// People have their roles.
#[derive(Debug, Clone, Copy)]
pub(crate) struct People;
impl Looks for People {
    const ROLES: &'static str = "roles";
}

/// People by a sign-in that nobody has looked at yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claimants;
impl Looks for Claimants {
    const ROLES: &'static str = People::ROLES;
    const IS_CLAIMED: bool = true;
}

/// API keys each coordinate their network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Programs;
impl Looks for Programs {
    const ROLES: &'static str =
        "(SELECT id AS user_id, 'coordinator' AS role, network_id AS subject_id, network_id FROM api_keys) AS roles";
}

/// Says what is seen of a table, and writes `visible`: the rows in a scope. Where a table is seen in another way besides, that has a
/// type and a function of its own.
macro_rules! seen {
    ($table:ident, $condition:expr $(,)?) => {
        $crate::scope::seen! { $table as $table::table, visible, $condition }
    };
    ($table:ident as $way:path, $visible:ident, $condition:expr $(,)?) => {
        impl $crate::scope::Seen for $way {
            const CONDITION: &'static str = $condition;
        }

        fn $visible(scope: Scope) -> $table::BoxedQuery<'static, $crate::connection::MultiBackend> {
            use $crate::scope::{Claimants, People, Programs, SeenBy};
            match scope {
                Scope::Everything => $table::table.into_boxed(),
                Scope::Claimed(viewer, sign_in, now) => {
                    let seen = SeenBy::new($way, Claimants, viewer).claiming(sign_in, now);
                    $table::table.filter(seen).into_boxed()
                }
                Scope::Of(viewer) => match viewer.who {
                    packhorse_domain::Principal::Person(_) => {
                        $table::table.filter(SeenBy::new($way, People, viewer)).into_boxed()
                    }
                    packhorse_domain::Principal::Program(_) => {
                        $table::table.filter(SeenBy::new($way, Programs, viewer)).into_boxed()
                    }
                },
            }
        }
    };
}
pub(crate) use seen;

/// The condition of a table for somebody of one kind on one day.
#[derive(Debug, Clone)]
pub(crate) struct SeenBy<T, W> {
    kinds: PhantomData<(T, W)>,
    who: String,
    today: String,
    claim: Option<(String, At)>,
}

impl<T: Seen, W: Looks> SeenBy<T, W> {
    /// Invariant: the viewer is of that kind.
    pub fn new(_: T, _: W, viewer: Viewer) -> Self {
        Self { kinds: PhantomData, who: viewer.who.to_string(), today: viewer.today.to_string(), claim: None }
    }
}

impl<T: Seen> SeenBy<T, Claimants> {
    /// If this sign-in of theirs stands.
    pub fn claiming(self, sign_in: SignInId, now: Timestamp) -> Self {
        Self { claim: Some((sign_in.to_string(), At(now))), ..self }
    }
}

impl<T, W> Expression for SeenBy<T, W> {
    type SqlType = Bool;
}
impl<T, W> ValidGrouping<()> for SeenBy<T, W> {
    type IsAggregate = is_aggregate::No;
}
impl<T: Seen, W: Looks, QS> AppearsOnTable<QS> for SeenBy<T, W> {}
impl<T: Seen, W: Looks, QS> SelectableExpression<QS> for SeenBy<T, W> {}
/// A table has one condition for each kind, so the types of a query tell its text: it is built once.
impl<T: Seen, W: Looks> QueryId for SeenBy<T, W> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}
impl<T: Seen, W: Looks, DB> QueryFragment<DB> for SeenBy<T, W>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<InstantType>,
    str: ToSql<Text, DB>,
    At: ToSql<InstantType, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if W::IS_CLAIMED {
            // Without a claim nothing is seen.
            let (sign_in, now) = self.claim.as_ref().ok_or(diesel::result::Error::NotFound)?;
            out.push_sql("EXISTS (SELECT 1 FROM sessions WHERE id = ");
            out.push_bind_param::<Text, str>(sign_in)?;
            out.push_sql(" AND user_id = ");
            out.push_bind_param::<Text, str>(&self.who)?;
            out.push_sql(" AND revoked_at IS NULL AND expires_at > ");
            out.push_bind_param::<InstantType, At>(now)?;
            out.push_sql(") AND ");
        }
        // Were every alternative served by an index, SQLite would gather all rows a person sees and sort them for each page;
        // one that none serves makes it walk the rows in the order of the page.
        out.push_sql("(1 = 0 OR ");
        let mut rest = T::CONDITION;
        while let Some(at) = memchr::memchr3(b'?', b'#', b'@', rest.as_bytes()) {
            out.push_sql(&rest[..at]);
            match rest.as_bytes()[at] {
                b'?' => out.push_bind_param::<Text, str>(&self.who)?,
                b'#' => out.push_sql(W::ROLES),
                _ => out.push_bind_param::<Text, str>(&self.today)?,
            }
            rest = &rest[at + 1..];
        }
        out.push_sql(rest);
        out.push_sql(")");
        Ok(())
    }
}
