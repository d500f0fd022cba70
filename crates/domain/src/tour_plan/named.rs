//! What plans call requests and trainers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A request or a trainer of a plan: by its id, or by the name it has in the problem that was given with the plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Named<I> {
    /// One that Packhorse keeps.
    Id(I),
    /// One of a problem.
    Name(String),
}

impl<I: FromStr> Named<I> {
    /// What a text means: an id is always taken for one.
    pub fn of(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Name(text.to_owned()), Self::Id)
    }
}

impl<I: Copy> Named<I> {
    /// The id of one that Packhorse keeps.
    pub fn id(&self) -> Option<I> {
        match self {
            Self::Id(id) => Some(*id),
            Self::Name(_) => None,
        }
    }
}

impl<I> From<I> for Named<I> {
    fn from(id: I) -> Self {
        Self::Id(id)
    }
}

impl<I: fmt::Display> fmt::Display for Named<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}
