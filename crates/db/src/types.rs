//! SQL types that are one Rust type on both databases, and the newtypes that travel in them.

use std::{fmt::Display, io::Write, str::FromStr};

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{self, HasSqlType, SqlType, Text},
    sqlite::Sqlite,
};
use jiff::Timestamp;
use packhorse_domain::{Id, Word, id::Kind, time::Version};
use serde::{Serialize, de::DeserializeOwned};

use crate::connection::MultiBackend;

/// An instant: `timestamptz`, or microseconds since 1970 in an `INTEGER`.
#[derive(Debug, Clone, Copy, Default, SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct InstantType;
impl diesel::sql_types::SqlOrd for InstantType {}

/// A JSON document: `jsonb`, or text.
#[derive(Debug, Clone, Copy, Default, SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807))]
#[diesel(sqlite_type(name = "Text"))]
pub struct JsonType;

impl HasSqlType<InstantType> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<InstantType>(lookup)
    }
}

impl HasSqlType<JsonType> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<JsonType>(lookup)
    }
}

/// An instant on its way to or from a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = InstantType)]
pub struct At(pub Timestamp);

/// PostgreSQL counts from the beginning of 2000.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;
/// Its calendar begins on 24 November 4714 BC. Nothing here is that old: what is earlier only ever bounds a search.
const POSTGRES_BEGINNING: i64 = -211_813_488_000_000_000;

impl ToSql<InstantType, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let micros = (self.0.as_microsecond() - POSTGRES_EPOCH).max(POSTGRES_BEGINNING);
        out.write_all(&micros.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<InstantType, Pg> for At {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_be_bytes(value.as_bytes().try_into()?);
        Ok(Self(Timestamp::from_microsecond(micros + POSTGRES_EPOCH)?))
    }
}

impl ToSql<InstantType, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_microsecond());
        Ok(IsNull::No)
    }
}

impl FromSql<InstantType, Sqlite> for At {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<sql_types::BigInt, Sqlite>>::from_sql(value)?;
        Ok(Self(Timestamp::from_microsecond(micros)?))
    }
}

/// A value kept as a JSON document.
#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = JsonType)]
pub struct Json<T>(pub T);

impl<T: Serialize + std::fmt::Debug> ToSql<JsonType, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // Version of jsonb's binary form.
        out.write_all(&[1])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl<T: DeserializeOwned> FromSql<JsonType, Pg> for Json<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes() {
            [1, text @ ..] => Ok(Self(serde_json::from_slice(text)?)),
            _ => Err("unknown version of jsonb".into()),
        }
    }
}

impl<T: Serialize + std::fmt::Debug> ToSql<JsonType, Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

impl<T: DeserializeOwned> FromSql<JsonType, Sqlite> for Json<T> {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(value.read_text())?))
    }
}

/// What is written in one short text: ids and words.
pub trait Spelling: Sized {
    /// The text.
    fn spell(&self) -> impl Display;
    /// The value of a text.
    fn read(text: &str) -> Option<Self>;
}

/// A value kept as its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Spelled<T>(pub T);

impl<K: Kind> Spelling for Id<K> {
    fn spell(&self) -> impl Display {
        self
    }
    fn read(text: &str) -> Option<Self> {
        Self::from_str(text).ok()
    }
}

impl Spelling for packhorse_domain::Principal {
    fn spell(&self) -> impl Display {
        self
    }
    fn read(text: &str) -> Option<Self> {
        Self::from_str(text).ok()
    }
}

impl Spelling for packhorse_domain::Zone {
    fn spell(&self) -> impl Display {
        self
    }
    fn read(text: &str) -> Option<Self> {
        Self::new(text).ok()
    }
}

impl<T: Spelling + std::fmt::Debug> ToSql<Text, Pg> for Spelled<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        write!(out, "{}", self.0.spell())?;
        Ok(IsNull::No)
    }
}

impl<T: Spelling> FromSql<Text, Pg> for Spelled<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let text = std::str::from_utf8(value.as_bytes())?;
        T::read(text).map(Self).ok_or_else(|| format!("unexpected text {text:?}").into())
    }
}

impl<T: Spelling + std::fmt::Debug> ToSql<Text, Sqlite> for Spelled<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.spell().to_string());
        Ok(IsNull::No)
    }
}

impl<T: Spelling> FromSql<Text, Sqlite> for Spelled<T> {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = value.read_text();
        T::read(text).map(Self).ok_or_else(|| format!("unexpected text {text:?}").into())
    }
}

/// Makes the multi-backend pass a newtype on to whichever database it is.
macro_rules! both {
    ($($sql:ident: $type:ty $(, $param:ident: $bound:path)?;)*) => {$(
        impl$(<$param: $bound>)? FromSql<$sql, MultiBackend> for $type
        where Self: FromSql<$sql, Pg> + FromSql<$sql, Sqlite>
        {
            fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                value.from_sql::<Self, $sql>()
            }
        }
        impl$(<$param: $bound>)? ToSql<$sql, MultiBackend> for $type
        where Self: ToSql<$sql, Pg> + ToSql<$sql, Sqlite> + Send + Sync + 'static
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }
    )*};
}

both! {
    InstantType: At;
    JsonType: Json<T>, T: std::fmt::Debug;
    Text: Spelled<T>, T: std::fmt::Debug;
}

/// Gives words of the domain their spelling in a column.
macro_rules! spelled_words {
    ($($word:ty),* $(,)?) => {$(
        impl Spelling for $word {
            fn spell(&self) -> impl Display {
                self.word()
            }
            fn read(text: &str) -> Option<Self> {
                Self::from_word(text)
            }
        }
    )*};
}

spelled_words! {
    packhorse_domain::session::SessionStateName,
    packhorse_domain::material::MaterialKind,
    packhorse_domain::pledge::PledgeStateName,
    packhorse_domain::posting::PostingKind,
    packhorse_domain::posting::PostingStateName,
    packhorse_domain::workshop::WorkshopStateName,
    packhorse_domain::request::RequestStateName,
    packhorse_domain::offer::OfferStateName,
    packhorse_domain::booking::BookingStateName,
    packhorse_domain::trainer::Visibility,
    packhorse_domain::user::RoleName,
    packhorse_domain::mail::MailState,
    packhorse_domain::sign_in::Purpose,
    packhorse_domain::consent::ConsentPurpose,
    packhorse_domain::tour::TourStateName,
    packhorse_domain::tour_plan::TourPlanStateName,
}

/// The three columns every entity ends with.
pub(crate) fn record(version: i64, created_at: At, updated_at: At) -> packhorse_domain::Record {
    packhorse_domain::Record { version: Version(version), created_at: created_at.0, updated_at: updated_at.0 }
}
