//! What it costs: the trainer's fee, the drive, nights away, somebody to run the library, each with the date and source of its rate.

use jiff::civil::Date;
use packhorse_domain::{
    Currency, Km, Minutes, Money,
    policy::{BackfillRate, Policy, TravelRates},
    price::{CostKind, Costs, Price, PriceItem},
    trainer::{Customers, Fee},
};

/// Time away from home, as far as it is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Away {
    pub(crate) nights: u32,
    /// Days with meals: those of the nights, and the day of the return.
    pub(crate) days: u32,
}

/// What a price is reckoned from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Basis<'a> {
    /// The trainer's fee on the date; staff trainers have none.
    pub(crate) fee: Option<&'a Fee>,
    /// What it costs to have somebody run the library meanwhile, where that is wanted.
    pub(crate) backfill: Option<&'a BackfillRate>,
    pub(crate) policy: &'a Policy,
    pub(crate) date: Date,
    /// The network's travel rates on the date.
    pub(crate) rates: Option<&'a TravelRates>,
    pub(crate) duration: Minutes,
    /// Road kilometers before and after.
    pub(crate) km: [f64; 2],
    pub(crate) away: Away,
    pub(crate) currency: Currency,
}

impl Basis<'_> {
    fn costs(&self) -> Costs {
        let mut costs = Costs::default();
        costs.add(CostKind::Honorarium, self.fee.map_or(0, |fee| honorarium(fee, self.duration)));
        if let Some(rates) = self.rates {
            let km = Km(self.km[0] + self.km[1]);
            costs.add(CostKind::Mileage, rates.mileage(km, self.currency).amount_minor);
            costs.add(CostKind::Lodging, rates.lodging_minor_per_night * i64::from(self.away.nights));
            costs.add(CostKind::PerDiem, rates.per_diem_minor_per_day * i64::from(self.away.days));
        }
        let backfill = |rate: &BackfillRate| rate.per_day_minor + by_the_minute(rate.per_hour_minor, self.duration);
        costs.add(CostKind::Backfill, self.backfill.map_or(0, backfill));
        costs
    }

    /// What is left for the library, minor units: what the budget is compared with.
    pub(crate) fn library_pays(&self) -> i64 {
        let mut costs = self.costs();
        if !self.policy.subsidies.is_empty() {
            for subsidy in self.policy.subsidies_on(self.date) {
                costs.subsidize(subsidy, self.currency);
            }
        }
        costs.total()
    }

    /// The same amounts, item by item.
    pub(crate) fn price(&self) -> Price {
        let costs = self.costs();
        let money = |amount_minor| Money { amount_minor, currency: self.currency };
        let honorarium = self.fee.map(|fee| PriceItem {
            kind: CostKind::Honorarium,
            detail: rate_in_words(fee.per_workshop, fee.per_hour, self.duration, "workshop"),
            amount: money(costs.of(CostKind::Honorarium)),
            rate_from: fee.from,
            rate_source: match fee.customers {
                Customers::Anyone => "rate card of the trainer",
                Customers::Members => "rate card of the trainer, for members",
                Customers::Partners => "rate card of the trainer, for partners",
            }
            .to_owned(),
        });
        let travel = self.rates.into_iter().flat_map(|rates| {
            let item = |kind, detail: &dyn Fn() -> String| {
                let amount = costs.of(kind);
                (amount != 0).then(|| PriceItem {
                    kind,
                    detail: detail(),
                    amount: money(amount),
                    rate_from: rates.from,
                    rate_source: rates.source.clone(),
                })
            };
            let [there, back] = self.km;
            let Away { nights, days } = self.away;
            [
                item(CostKind::Mileage, &|| format!("{there:.1} km there, {back:.1} km back")),
                item(CostKind::Lodging, &|| counted(nights, "night")),
                item(CostKind::PerDiem, &|| counted(days, "day")),
            ]
        });
        let backfill = self.backfill.map(|rate| PriceItem {
            kind: CostKind::Backfill,
            detail: rate_in_words(money(rate.per_day_minor), money(rate.per_hour_minor), self.duration, "day"),
            amount: money(costs.of(CostKind::Backfill)),
            rate_from: rate.from,
            rate_source: rate.source.clone(),
        });
        let items = honorarium.into_iter().chain(travel.flatten()).chain(backfill);
        Price::of(items, self.policy.subsidies_on(self.date), self.currency)
    }
}

/// A fee for a workshop of some length.
pub(crate) fn honorarium(fee: &Fee, duration: Minutes) -> i64 {
    fee.per_workshop.amount_minor + by_the_minute(fee.per_hour.amount_minor, duration)
}

/// Half a minor unit is rounded up.
fn by_the_minute(per_hour_minor: i64, duration: Minutes) -> i64 {
    (per_hour_minor * i64::from(duration.0) + 30) / 60
}

fn counted(count: u32, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

fn rate_in_words(fixed: Money, per_hour: Money, duration: Minutes, what: &str) -> String {
    let hourly = format!("{} minutes at {per_hour} an hour", duration.0);
    match (fixed.amount_minor, per_hour.amount_minor) {
        (_, 0) => format!("for the {what}"),
        (0, _) => hourly,
        (_, _) => format!("{fixed} for the {what}, {hourly}"),
    }
}
