//! Who acts: people who sign in, and programs with a key.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::Type};

use crate::{
    api_key::KeyScope,
    id::{ApiKey, ApiKeyId, InvalidId, Kind, SignInId, User, UserId},
};

/// Who acts, as events name them: by the id of a person or that of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// Somebody who signed in.
    Person(UserId),
    /// A program with this key.
    Program(ApiKeyId),
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(user) => user.fmt(f),
            Self::Program(key) => key.fmt(f),
        }
    }
}

impl FromStr for Principal {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text.starts_with(ApiKey::PREFIX) { text.parse().map(Self::Program) } else { text.parse().map(Self::Person) }
    }
}

impl Serialize for Principal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Principal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl utoipa::PartialSchema for Principal {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Who acts: a person, or a program by its API key."))
            .pattern(Some(format!("^({}|{})_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", User::PREFIX, ApiKey::PREFIX)))
            .examples([format!("{}_01k9z3k8m4e0r9q2v7x5y6w8ta", User::PREFIX)])
            .into()
    }
}

impl utoipa::ToSchema for Principal {}

/// How an actor showed who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// By signing in.
    Person {
        /// Who.
        user: UserId,
        /// By which sign-in.
        session: SignInId,
    },
    /// By an API key.
    Program {
        /// Which.
        key: ApiKeyId,
        /// What it is for.
        scopes: Vec<KeyScope>,
    },
}

impl Caller {
    /// Who it is.
    pub fn principal(&self) -> Principal {
        match self {
            Self::Person { user, .. } => Principal::Person(*user),
            Self::Program { key, .. } => Principal::Program(*key),
        }
    }
}
