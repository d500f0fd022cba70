//! What a workshop costs, item by item, each with the date and source of its rate.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{money::Money, text::words};

words! {
    /// What an amount is for.
    CostKind {
        /// The trainer's fee for the workshop.
        Honorarium = "honorarium",
        /// Driving there and back.
        Mileage = "mileage",
        /// Nights away.
        Lodging = "lodging",
        /// Meals while away overnight.
        PerDiem = "per_diem",
    }
}

/// One amount of a price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PriceItem {
    /// What it is for.
    pub kind: CostKind,
    /// How it was reckoned, in words.
    #[schema(example = "42.0 km each way")]
    pub detail: String,
    /// How much.
    pub amount: Money,
    /// From when the rate used counts.
    #[schema(value_type = String, format = Date)]
    pub rate_from: Date,
    /// Where the rate comes from.
    pub rate_source: String,
}

/// A price. Invariant: `total` is the sum of `items`, all in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Price {
    /// What makes it up.
    pub items: Vec<PriceItem>,
    /// The sum.
    pub total: Money,
}

impl Price {
    /// Sums items; those that cost nothing are left out.
    pub fn of(items: impl IntoIterator<Item = PriceItem>, currency: crate::Currency) -> Self {
        let items: Vec<_> = items.into_iter().filter(|item| item.amount.amount_minor != 0).collect();
        let amount_minor = items.iter().map(|item| item.amount.amount_minor).sum();
        Self { items, total: Money { amount_minor, currency } }
    }

    /// The same price with another honorarium, as agreed in an offer.
    #[must_use]
    pub fn with_honorarium(self, honorarium: PriceItem) -> Self {
        let currency = self.total.currency;
        let others = self.items.into_iter().filter(|item| item.kind != CostKind::Honorarium);
        Self::of(std::iter::once(honorarium).chain(others), currency)
    }
}
