//! What a workshop costs, item by item, each with the date and source of its rate, and what of it the library pays.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Currency,
    money::Money,
    policy::Subsidy,
    text::{Word, words},
};

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
        /// Somebody who runs the library meanwhile.
        Backfill = "backfill",
    }
}

/// Minor units for each kind of cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Costs([i64; CostKind::ALL.len()]);

impl Costs {
    /// What one kind costs.
    pub fn of(&self, kind: CostKind) -> i64 {
        self.0[kind as usize]
    }

    /// Adds to one kind.
    pub fn add(&mut self, kind: CostKind, amount_minor: i64) {
        self.0[kind as usize] += amount_minor;
    }

    /// The sum.
    pub fn total(&self) -> i64 {
        self.0.iter().sum()
    }

    /// What a subsidy pays, which is taken away: its share of what is left of each kind, in their order until its cap is
    /// reached. So whatever costs more never leaves the library less to pay.
    pub fn subsidize(&mut self, subsidy: &Subsidy, currency: Currency) -> i64 {
        let cap = subsidy.cap_minor.unwrap_or(i64::MAX);
        let mut paid = 0;
        for (kind, left) in CostKind::ALL.iter().zip(&mut self.0) {
            if *left > 0 && (subsidy.pays_for.is_empty() || subsidy.pays_for.contains(kind)) {
                let share = Money { amount_minor: *left, currency }.percent(subsidy.percent).amount_minor;
                let share = share.min(cap - paid);
                *left -= share;
                paid += share;
            }
        }
        paid
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

/// What somebody else pays of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubsidyItem {
    /// What the subsidy or grant is called.
    pub name: String,
    /// How it was reckoned, in words.
    #[schema(example = "50% of mileage, at most 200.00 USD")]
    pub detail: String,
    /// How much.
    pub amount: Money,
    /// From when it counts.
    #[schema(value_type = String, format = Date)]
    pub rate_from: Date,
    /// Where it comes from.
    pub rate_source: String,
}

/// A price. Invariant: `total` is the sum of `items`, `library_pays` that less the sum of `subsidies`, not below nothing; all
/// in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Price {
    /// What makes it up.
    pub items: Vec<PriceItem>,
    /// The sum.
    pub total: Money,
    /// What others pay of it.
    pub subsidies: Vec<SubsidyItem>,
    /// What is left for the library.
    pub library_pays: Money,
}

impl Price {
    /// Sums items, and takes off what subsidies pay, one after the other. What is nothing is left out.
    pub fn of<'a>(
        items: impl IntoIterator<Item = PriceItem>,
        subsidies: impl IntoIterator<Item = &'a Subsidy>,
        currency: Currency,
    ) -> Self {
        let items: Vec<_> = items.into_iter().filter(|item| item.amount.amount_minor != 0).collect();
        let mut left = Costs::default();
        for item in &items {
            left.add(item.kind, item.amount.amount_minor);
        }
        let total = left.total();
        let money = |amount_minor| Money { amount_minor, currency };
        let paid = subsidies.into_iter().map(|subsidy| SubsidyItem {
            name: subsidy.name.clone(),
            detail: in_words(subsidy, currency),
            amount: money(left.subsidize(subsidy, currency)),
            rate_from: subsidy.from,
            rate_source: subsidy.source.clone(),
        });
        let subsidies: Vec<_> = paid.filter(|item| item.amount.amount_minor != 0).collect();
        let library_pays = money(left.total());
        Self { items, total: money(total), subsidies, library_pays }
    }

    /// The same price with another honorarium, as agreed in an offer, and the subsidies of its date.
    #[must_use]
    pub fn with_honorarium<'a>(self, honorarium: PriceItem, subsidies: impl IntoIterator<Item = &'a Subsidy>) -> Self {
        let currency = self.total.currency;
        let others = self.items.into_iter().filter(|item| item.kind != CostKind::Honorarium);
        Self::of(std::iter::once(honorarium).chain(others), subsidies, currency)
    }
}

fn in_words(subsidy: &Subsidy, currency: Currency) -> String {
    let kinds: Vec<_> = subsidy.pays_for.iter().map(|kind| kind.word().replace('_', " ")).collect();
    let of = if kinds.is_empty() { "the total".to_owned() } else { kinds.join(", ") };
    let cap = subsidy.cap_minor.map(|amount_minor| format!(", at most {}", Money { amount_minor, currency }));
    format!("{}% of {of}{}", subsidy.percent, cap.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: CostKind, amount_minor: i64) -> PriceItem {
        let amount = Money { amount_minor, currency: Currency::USD };
        PriceItem {
            kind,
            detail: String::new(),
            amount,
            rate_from: Date::constant(2026, 1, 1),
            rate_source: String::new(),
        }
    }

    fn subsidy(percent: u8, cap_minor: Option<i64>, pays_for: &[CostKind]) -> Subsidy {
        Subsidy {
            name: "CE grant".into(),
            from: Date::constant(2026, 1, 1),
            until: None,
            percent,
            cap_minor,
            pays_for: pays_for.to_vec(),
            source: "LSTA".into(),
        }
    }

    #[test]
    fn subsidies_take_their_shares_one_after_the_other() {
        use CostKind::{Backfill, Honorarium, Mileage};
        let items = || [item(Honorarium, 20_000), item(Mileage, 4_001), item(Backfill, 6_000)];
        let grants =
            [subsidy(50, None, &[Mileage]), subsidy(100, Some(7_000), &[Mileage, Backfill]), subsidy(10, None, &[])];
        let price = Price::of(items(), &grants, Currency::USD);
        let paid: Vec<_> = price.subsidies.iter().map(|each| each.amount.amount_minor).collect();
        // Half of the mileage, rounded up; the rest of it and 5,000 of the backfill; a tenth of what is left.
        assert_eq!(paid, [2_001, 7_000, 2_100]);
        assert_eq!((price.total.amount_minor, price.library_pays.amount_minor), (30_001, 18_900));
        assert_eq!(price.subsidies[1].detail, "100% of mileage, backfill, at most 70.00 USD");
        let agreed = price.with_honorarium(item(Honorarium, 0), &grants);
        assert_eq!((agreed.total.amount_minor, agreed.library_pays.amount_minor), (10_001, 900));
        assert_eq!(Price::of(items(), &grants[..0], Currency::USD).library_pays.amount_minor, 30_001);
    }

    /// Numbers that look random and are the same each time.
    ///
    /// Source: D. E. Knuth, The Art of Computer Programming, volume 2, section 3.3.4 (the generator of MMIX).
    fn dice(state: &mut u64, below: u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) % below
    }

    #[test]
    fn sums_are_exact_and_what_costs_more_never_leaves_less_to_pay() {
        let mut state = 7;
        for _ in 0..20_000 {
            let mut amounts: Vec<i64> =
                CostKind::ALL.iter().map(|_| i64::try_from(dice(&mut state, 300)).unwrap()).collect();
            let grants: Vec<_> = (0..dice(&mut state, 4))
                .map(|_| {
                    let cap = (dice(&mut state, 2) == 0).then(|| i64::try_from(dice(&mut state, 400)).unwrap());
                    let kinds: Vec<_> = CostKind::ALL.iter().copied().filter(|_| dice(&mut state, 3) == 0).collect();
                    subsidy(u8::try_from(1 + dice(&mut state, 100)).unwrap(), cap, &kinds)
                })
                .collect();
            let price = |amounts: &[i64]| {
                let items = CostKind::ALL.iter().zip(amounts).map(|(kind, amount)| item(*kind, *amount));
                Price::of(items, &grants, Currency::USD)
            };
            let first = price(&amounts);
            let sum: i64 = first.items.iter().map(|each| each.amount.amount_minor).sum();
            let paid: i64 = first.subsidies.iter().map(|each| each.amount.amount_minor).sum();
            assert_eq!((sum, sum - paid), (first.total.amount_minor, first.library_pays.amount_minor));
            assert!(first.library_pays.amount_minor >= 0 && paid >= 0);
            let kind = usize::try_from(dice(&mut state, 5)).unwrap();
            amounts[kind] += 1;
            assert!(first.library_pays.amount_minor <= price(&amounts).library_pays.amount_minor);
        }
    }
}
