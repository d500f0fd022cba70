//! When trainers can teach.

use jiff::SignedDuration;
use packhorse_calendar::vavailability::{self, Statements};
use packhorse_domain::{
    Zone,
    availability::{Availability, AvailabilityDetails},
    id::{AvailabilityId, TrainerId},
};

use crate::{Fault, parts::parts};

parts! {
    availability: Availability, AvailabilityId, AvailabilityDetails, of trainer: TrainerId, in trainers,
    changing UpdateTrainer, reading ReadTrainerCalendar
}

/// Statements that are to be added.
#[derive(Debug, Clone)]
pub struct Import {
    /// What a text says.
    pub read: Statements,
    /// Whether the statements there are give way to them.
    pub replace: bool,
    /// Whether nothing is kept.
    pub dry_run: bool,
}

/// What came of an import.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The statements, in the order of the text.
    pub statements: Vec<Availability>,
    /// How many gave way to them.
    pub taken_back: usize,
}

/// All that is said of the time of one trainer.
///
/// # Errors
/// [`Error::NotFound`] for the trainer, [`Error::Forbidden`].
pub fn all(ctx: &mut Context<'_>, trainer: TrainerId) -> Result<Vec<Availability>, Error> {
    let owner = trainers::resource(&trainers::get(ctx, trainer)?);
    ctx.authorize(Action::ReadTrainerCalendar, &owner)?;
    Ok(rows::of_trainers(ctx.conn, &[trainer])?)
}

/// The zone of a trainer, for whoever may import statements of theirs.
///
/// # Errors
/// [`Error::NotFound`] for the trainer, [`Error::Forbidden`].
pub fn importing(ctx: &mut Context<'_>, trainer: TrainerId) -> Result<Zone, Error> {
    let trainer = trainers::get(ctx, trainer)?;
    ctx.authorize(Action::UpdateTrainer, &trainers::resource(&trainer))?;
    Ok(trainer.details.time_zone)
}

/// Reads the statements of a text; times without a zone are taken in `own`.
///
/// # Errors
/// Every fault, at `/lines/N`.
pub fn read(bytes: &[u8], own: &Zone) -> Result<Statements, Vec<Fault>> {
    vavailability::read(bytes, own).map_err(|faults| {
        faults.into_iter().map(|fault| Fault::new(format!("/lines/{}", fault.line), fault.code, fault.detail)).collect()
    })
}

/// Adds the statements of a text, and takes back those there are if they are to give way. Bookings made under them stand.
///
/// # Errors
/// [`Error::NotFound`] for the trainer, [`Error::Forbidden`].
pub fn import(ctx: &mut Context<'_>, trainer: TrainerId, import: &Import) -> Result<Imported, Error> {
    let owner = trainers::resource(&trainers::get(ctx, trainer)?);
    ctx.authorize(Action::UpdateTrainer, &owner)?;
    let before = if import.replace { rows::of_trainers(ctx.conn, &[trainer])? } else { Vec::new() };
    let now = ctx.now;
    let said = |(place, details): (i64, &AvailabilityDetails)| Availability {
        // A microsecond after one another, so that ids keep the order of the text.
        id: AvailabilityId::new(now + SignedDuration::from_micros(place)),
        trainer,
        details: details.clone(),
        record: Record::new(now),
    };
    let statements: Vec<_> = (0..).zip(&import.read.statements).map(said).collect();
    if !import.dry_run {
        for each in &before {
            rows::delete(ctx.conn, each)?;
            ctx.record(Change::new("delete", each.id, owner.network), Some(each), None)?;
        }
        for each in &statements {
            rows::insert(ctx.conn, each)?;
            ctx.record(Change::new("create", each.id, owner.network), None, Some(each))?;
        }
    }
    Ok(Imported { statements, taken_back: before.len() })
}
