//! Ids: a UUIDv7 behind a type prefix, so that they sort by time of creation and cannot be mistaken for one another.
//!
//! Source: RFC 9562 section 5.7 (UUIDv7); the text form is that of TypeID 0.3 (Crockford base 32, 26 characters).

use std::{fmt, marker::PhantomData, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::Type};
use uuid::Uuid;

/// What an id names: its prefix, and the word used for it in the event log.
pub trait Kind: Copy + 'static {
    /// Three lower-case letters before the underscore.
    const PREFIX: &'static str;
    /// The resource in `snake_case`, as it stands in events and problems.
    const NAME: &'static str;
}

/// An id of one kind of thing, `req_01j9z3k8m4e0r9q2v7x5y6w8ta`.
pub struct Id<K>(Uuid, PhantomData<K>);

/// A text that is no id of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {prefix}_ and 26 characters")]
pub struct InvalidId {
    prefix: &'static str,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

/// The digit of each byte; 32 for one that is none.
const DIGITS: [u8; 256] = {
    let mut digits = [32; 256];
    let mut digit = 0;
    while digit < 32 {
        digits[ALPHABET[digit as usize] as usize] = digit;
        digit += 1;
    }
    digits
};

impl<K: Kind> Id<K> {
    /// A new id whose time part is `now`, to the microsecond (RFC 9562 section 6.2, method 3).
    pub fn new(now: Timestamp) -> Self {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let micros = u16::try_from(now.subsec_microsecond() % 1000).unwrap_or(0);
        let mut random = rand::random::<[u8; 10]>();
        // The twelve bits behind the milliseconds hold the part of one that has passed.
        let fraction = u16::try_from(u32::from(micros) * 4096 / 1000).unwrap_or(0);
        random[..2].copy_from_slice(&fraction.to_be_bytes());
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid(), PhantomData)
    }

    /// The smallest id there is, a safe stand-in in examples and for cursors.
    pub const fn nil() -> Self {
        Self(Uuid::nil(), PhantomData)
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0.as_u128();
        let mut text = [0u8; LENGTH];
        for (i, slot) in text.iter_mut().enumerate() {
            let digit = (value >> (5 * (LENGTH - 1 - i))) & 31;
            *slot = ALPHABET[usize::try_from(digit).unwrap_or(0)];
        }
        f.write_str(K::PREFIX)?;
        f.write_str("_")?;
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = InvalidId { prefix: K::PREFIX };
        let digits = text.strip_prefix(K::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(invalid)?;
        // 26 digits hold 130 bits: the first may not pass 7.
        if digits.len() != LENGTH || digits.as_bytes()[0] > b'7' {
            return Err(invalid);
        }
        let mut value = 0u128;
        for byte in digits.bytes() {
            let digit = DIGITS[usize::from(byte)];
            if digit == 32 {
                return Err(invalid);
            }
            value = value << 5 | u128::from(digit);
        }
        Ok(Self(Uuid::from_u128(value), PhantomData))
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
impl<K: Kind> utoipa::PartialSchema for Id<K> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^{}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", K::PREFIX)))
            .examples([format!("{}_01k9z3k8m4e0r9q2v7x5y6w8ta", K::PREFIX)])
            .into()
    }
}
impl<K: Kind> utoipa::ToSchema for Id<K> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("{}_id", K::NAME).into()
    }
}

/// Declares one marker and the id type over it: nothing but names differs.
macro_rules! ids {
    ($($marker:ident $alias:ident $prefix:literal $name:literal;)*) => {$(
        #[doc = concat!("Marks ids of the kind `", $name, "`.")]
        #[derive(Debug, Clone, Copy)]
        pub struct $marker;
        impl Kind for $marker {
            const PREFIX: &'static str = $prefix;
            const NAME: &'static str = $name;
        }
        #[doc = concat!("Id of the kind `", $name, "`, prefix `", $prefix, "_`.")]
        pub type $alias = Id<$marker>;
    )*};
}

ids! {
    Network NetworkId "net" "network";
    Partnership PartnershipId "par" "partnership";
    Library LibraryId "lib" "library";
    Venue VenueId "ven" "venue";
    Room RoomId "rom" "room";
    Topic TopicId "top" "topic";
    Trainer TrainerId "trn" "trainer";
    Availability AvailabilityId "avl" "availability";
    Trip TripId "trp" "trip";
    Calendar CalendarId "cal" "calendar";
    HostingHours HostingHoursId "hrs" "hosting_hours";
    Workshop WorkshopId "wks" "workshop";
    Request RequestId "req" "request";
    Interest InterestId "int" "interest";
    Pledge PledgeId "plg" "pledge";
    Quote QuoteId "quo" "quote";
    Offer OfferId "ofr" "offer";
    Booking BookingId "bkg" "booking";
    Commitment CommitmentId "cmt" "commitment";
    User UserId "usr" "user";
    Role RoleId "rol" "role";
    ApiKey ApiKeyId "key" "api_key";
    Invitation InvitationId "inv" "invitation";
    Consent ConsentId "cns" "consent";
    Mail MailId "mal" "mail";
    SignIn SignInId "ses" "sign_in";
    Session SessionId "ssn" "session";
    Material MaterialId "mat" "material";
    Harvest HarvestId "hvt" "harvest";
    Showcase ShowcaseId "shw" "showcase";
    Posting PostingId "pst" "posting";
    Reply ReplyId "rpl" "reply";
    TourPlan TourPlanId "tpl" "tour_plan";
    Tour TourId "tou" "tour";
    Event EventId "evt" "event";
    Trace TraceId "trc" "trace";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_is_that_of_typeid() {
        // Source: TypeID specification, valid.yml, "uuidv7".
        let id = Id::<Request>(Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(), PhantomData);
        assert_eq!(id.to_string(), "req_01h455vb4pex5vsknk084sn02q");
        assert_eq!("req_01h455vb4pex5vsknk084sn02q".parse(), Ok(id));
    }

    #[test]
    fn ids_sort_by_time_and_refuse_what_is_not_one() {
        let early = RequestId::new("2026-01-01T00:00:00Z".parse().unwrap());
        let late = RequestId::new("2026-01-01T00:00:00.000001Z".parse().unwrap());
        assert!(early < late && early.to_string() < late.to_string());
        for text in [
            "",
            "req_",
            "trn_01h455vb4pex5vsknk084sn02q",
            "req_81h455vb4pex5vsknk084sn02q",
            "req_01h455vb4pex5vsknk084sn02u",
            "req_ü1h455vb4pex5vsknk084sn02",
        ] {
            assert!(text.parse::<RequestId>().is_err(), "{text}");
        }
    }
}
