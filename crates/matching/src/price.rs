//! What it costs: the trainer's fee, the drive, and nights away, each with the date and source of its rate.

use packhorse_domain::{
    Currency, Km, Minutes, Money,
    policy::TravelRates,
    price::{CostKind, Price, PriceItem},
    trainer::Fee,
};

/// The amounts of a price, in minor units of the network's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Amounts {
    honorarium: i64,
    mileage: i64,
    lodging: i64,
    per_diem: i64,
}

impl Amounts {
    pub(crate) fn total(self) -> i64 {
        self.honorarium + self.mileage + self.lodging + self.per_diem
    }
}

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
    /// The network's travel rates on the date.
    pub(crate) rates: Option<&'a TravelRates>,
    pub(crate) duration: Minutes,
    /// Road kilometers before and after.
    pub(crate) km: [f64; 2],
    pub(crate) away: Away,
    pub(crate) currency: Currency,
}

impl Basis<'_> {
    pub(crate) fn amounts(&self) -> Amounts {
        let honorarium = self.fee.map_or(0, |fee| honorarium(fee, self.duration));
        let Some(rates) = self.rates else { return Amounts { honorarium, ..Amounts::default() } };
        Amounts {
            honorarium,
            mileage: rates.mileage(Km(self.km[0] + self.km[1]), self.currency).amount_minor,
            lodging: rates.lodging_minor_per_night * i64::from(self.away.nights),
            per_diem: rates.per_diem_minor_per_day * i64::from(self.away.days),
        }
    }

    /// The same amounts, item by item.
    pub(crate) fn price(&self) -> Price {
        let amounts = self.amounts();
        let money = |amount_minor| Money { amount_minor, currency: self.currency };
        let honorarium = self.fee.map(|fee| PriceItem {
            kind: CostKind::Honorarium,
            detail: fee_in_words(fee, self.duration),
            amount: money(amounts.honorarium),
            rate_from: fee.from,
            rate_source: "rate card of the trainer".to_owned(),
        });
        let travel = self.rates.into_iter().flat_map(|rates| {
            let item = |kind, detail: &dyn Fn() -> String, amount| {
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
                item(CostKind::Mileage, &|| format!("{there:.1} km there, {back:.1} km back"), amounts.mileage),
                item(CostKind::Lodging, &|| counted(nights, "night"), amounts.lodging),
                item(CostKind::PerDiem, &|| counted(days, "day"), amounts.per_diem),
            ]
        });
        Price::of(honorarium.into_iter().chain(travel.flatten()), self.currency)
    }
}

/// A fee for a workshop of some length, half a minor unit rounded up.
pub(crate) fn honorarium(fee: &Fee, duration: Minutes) -> i64 {
    fee.per_workshop.amount_minor + (fee.per_hour.amount_minor * i64::from(duration.0) + 30) / 60
}

fn counted(count: u32, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

fn fee_in_words(fee: &Fee, duration: Minutes) -> String {
    let hourly = format!("{} minutes at {} an hour", duration.0, fee.per_hour);
    match (fee.per_workshop.amount_minor, fee.per_hour.amount_minor) {
        (_, 0) => "for the workshop".to_owned(),
        (0, _) => hourly,
        (_, _) => format!("{} for the workshop, {hourly}", fee.per_workshop),
    }
}
