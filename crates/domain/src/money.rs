//! Money in integer minor units. Shares always add up to the whole.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// An ISO 4217 code of three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// A text that is no three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 4217 code of three capital letters")]
pub struct InvalidCurrency;

impl Currency {
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = InvalidCurrency;
    fn from_str(text: &str) -> Result<Self, InvalidCurrency> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| InvalidCurrency)?;
        if letters.iter().all(u8::is_ascii_uppercase) { Ok(Self(letters)) } else { Err(InvalidCurrency) }
    }
}
impl TryFrom<String> for Currency {
    type Error = InvalidCurrency;
    fn try_from(text: String) -> Result<Self, InvalidCurrency> {
        text.parse()
    }
}
impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl utoipa::PartialSchema for Currency {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("ISO 4217 code"))
            .pattern(Some("^[A-Z]{3}$"))
            .examples(["USD"])
            .into()
    }
}
impl ToSchema for Currency {}

/// An amount of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// In the currency's minor unit (cents for USD).
    #[validate(range(min = -1_000_000_000_000i64, max = 1_000_000_000_000i64))]
    #[schema(example = 12500, minimum = -1_000_000_000_000i64, maximum = 1_000_000_000_000i64)]
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { amount_minor: 0, currency }
    }

    /// `rate` minor units for each 100 units of `quantity`, rounded half away from zero.
    pub fn per_hundred(rate_minor: i64, quantity: f64, currency: Currency) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "amounts stay far below 2^53")]
        let amount_minor = (rate_minor as f64 * quantity / 100.0).round() as i64;
        Self { amount_minor, currency }
    }

    /// `percent` of this amount, rounded half away from zero.
    #[must_use]
    pub fn percent(self, percent: u8) -> Self {
        let scaled = self.amount_minor * i64::from(percent);
        Self { amount_minor: (scaled + 50 * scaled.signum()) / 100, currency: self.currency }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        let amount = self.amount_minor.unsigned_abs();
        write!(f, "{sign}{}.{:02} {}", amount / 100, amount % 100, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_round_to_the_nearest_cent() {
        // IRS 2026: 72.5 cents a mile is 7250 minor units for each hundred.
        assert_eq!(Money::per_hundred(7250, 33.0, Currency::USD).amount_minor, 2393);
        assert_eq!(Money { amount_minor: 999, currency: Currency::USD }.percent(50).amount_minor, 500);
    }

    #[test]
    fn currency_is_three_capitals() {
        assert!(
            "usd".parse::<Currency>().is_err()
                && "USDX".parse::<Currency>().is_err()
                && "€A".parse::<Currency>().is_err()
        );
        assert_eq!("EUR".parse::<Currency>().unwrap().to_string(), "EUR");
    }
}
