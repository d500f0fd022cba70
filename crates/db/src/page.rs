//! Pages of a list: by key, in a total order that ends in the id.

use std::{fmt, str::FromStr};

use packhorse_domain::{Id, id::Kind};

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Oldest first: ids sort by time of creation.
    #[default]
    Ascending,
    /// Newest first.
    Descending,
}

/// Where a page begins: after the last id of the one before. Opaque to callers, and checked when it comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

/// A text that is no cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct InvalidCursor;

impl Cursor {
    /// After this id.
    pub fn after<K: Kind>(id: Id<K>) -> Self {
        Self(id.to_string())
    }

    /// The id it stands behind.
    pub(crate) fn id(&self) -> &str {
        &self.0
    }

    /// Reads a cursor of a list of such ids.
    ///
    /// # Errors
    /// [`InvalidCursor`] when it is of no such list.
    pub fn read<K: Kind>(text: &str) -> Result<Self, InvalidCursor> {
        Id::<K>::from_str(text).map(Self::after).map_err(|_| InvalidCursor)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Most rows on it.
    pub limit: u8,
    /// Where it begins.
    pub after: Option<Cursor>,
    /// Which end comes first.
    pub order: Order,
}

impl Page {
    /// Rows to ask for: one more than shown tells whether there is a next page.
    pub(crate) fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// Puts a boxed query into the order of a page, by id, and cuts it there.
macro_rules! paged {
    ($query:expr, $id:expr, $page:expr) => {{
        let page: &$crate::Page = $page;
        let mut query = $query;
        if let Some(after) = &page.after {
            query = match page.order {
                $crate::Order::Ascending => query.filter($id.gt(after.id().to_owned())),
                $crate::Order::Descending => query.filter($id.lt(after.id().to_owned())),
            };
        }
        query = match page.order {
            $crate::Order::Ascending => query.order($id.asc()),
            $crate::Order::Descending => query.order($id.desc()),
        };
        query.limit(page.rows())
    }};
}
pub(crate) use paged;
