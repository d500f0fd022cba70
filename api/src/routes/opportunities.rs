//! Open requests worth the drive, trips that a library can join, and the times at which a trainer could be there.

use actix_web::{HttpResponse, get};
use jiff::civil::Date;
use packhorse_domain::{
    Km, Minutes,
    id::{self, LibraryId, TopicId, TrainerId, TripId, VenueId, WorkshopId},
    request::{TrainingRequest, Urgency},
    trip::Town,
};
use packhorse_matching::{Joining, Opening, Opportunity};
use packhorse_services::opportunities::{self, Beside, Near, Visit, Wish, Worth};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::Call,
    input::{Parameters, PathId, Query, QueryOf},
    problem::{self, Problem},
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_trainer_opportunities).service(list_opportunities).service(list_slots);
}

/// An open request that a trainer could serve.
#[derive(Serialize, ToSchema)]
struct TrainerOpportunity {
    /// When, how far, and what stays with the trainer.
    #[serde(flatten)]
    opportunity: Opportunity,
    /// How pressing it is to find a trainer.
    #[schema(inline)]
    urgency: Urgency,
    /// The request itself.
    details: TrainingRequest,
}

/// Open requests that a trainer could serve.
#[derive(Serialize, ToSchema)]
struct TrainerOpportunities {
    /// The best paid hour away first, then the best fit.
    items: Vec<TrainerOpportunity>,
}

/// Most items of a list that is worked out.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct LimitQuery {
    /// Most of them, the best ones.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, default = 50)]
    limit: usize,
}

impl Query for LimitQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { limit: from.limit().into() }
    }
}

/// Lists open requests that a trainer could serve.
///
/// For the trainer and the coordinators of their home network: whose network may ask them, and where no rule stands in the way
/// at the time told. The best net pay for an hour away first, then the best fit. Of the 500 requests that close first.
#[utoipa::path(tag = "trainers", params(("id" = TrainerId, Path, description = "The trainer."), LimitQuery), responses((status = 200, description = "Requests, best first.", body = TrainerOpportunities)))]
#[get("/v1/trainers/{id}/opportunities")]
async fn list_trainer_opportunities(
    call: Call,
    id: PathId<id::Trainer>,
    query: QueryOf<LimitQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = query.0.limit;
    let found = call.read(move |ctx| opportunities::for_trainer(ctx, id.0, limit)).await?;
    let told = |Worth { request, opportunity, urgency }| TrainerOpportunity { opportunity, urgency, details: request };
    Ok(HttpResponse::Ok().json(TrainerOpportunities { items: found.into_iter().map(told).collect() }))
}

/// Whose trips, when, and for what.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct TripQuery {
    /// The library that would join.
    #[param(value_type = LibraryId)]
    library: Option<LibraryId>,
    /// From this day on. Today when absent.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Date>,
    /// Until this day. Half a year later when absent.
    #[param(value_type = Option<String>, format = Date)]
    until: Option<Date>,
    /// For this workshop of the catalog.
    workshop: Option<WorkshopId>,
    /// Or for this topic. Neither: whatever the trainer teaches.
    topic: Option<TopicId>,
    /// How long it would last.
    #[param(value_type = Option<u32>, minimum = 15, maximum = 1440, default = 120)]
    duration_minutes: u32,
    /// Most of them, the nearest ones.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, default = 50)]
    limit: usize,
}

fn duration(from: &mut Parameters) -> u32 {
    let minutes = from.take("duration_minutes").unwrap_or(120);
    if !(15..=1440).contains(&minutes) {
        from.fault("duration_minutes", "range", "is 15 to 1440");
    }
    minutes
}

impl Query for TripQuery {
    fn read(from: &mut Parameters) -> Self {
        let (start, until) = (from.take::<Date>("from"), from.take::<Date>("until"));
        if let (Some(start), Some(until)) = (start, until)
            && until < start
        {
            from.broken_rule("until", "end_before_start", "is not before from");
        }
        let library = from.take("library");
        if library.is_none() {
            from.fault("library", "required", "is missing");
        }
        Self {
            library,
            from: start,
            until,
            workshop: from.take("workshop"),
            topic: from.take("topic"),
            duration_minutes: duration(from),
            limit: from.limit().into(),
        }
    }
}

/// A trip that a library could join.
#[derive(Serialize, ToSchema)]
struct TripOpportunity {
    /// The trip.
    trip: TripId,
    /// Who travels.
    trainer: TrainerId,
    /// Their name.
    trainer_name: String,
    /// What the trip is called, such as the name of a conference.
    name: String,
    /// Where it is.
    place: Town,
    /// First day on which a workshop may join it, tack-on days included.
    #[schema(value_type = String, format = Date, example = "2027-03-03")]
    from: Date,
    /// Last such day.
    #[schema(value_type = String, format = Date, example = "2027-03-05")]
    until: Date,
    /// The venue of the library that is nearest to it.
    venue: VenueId,
    /// How far that is, great-circle.
    distance_km: Km,
    /// The best time on it and its marginal price; `null` when no time is left, or the trainer does not teach what is looked for.
    joining: Option<Joining>,
}

impl From<Near> for TripOpportunity {
    fn from(near: Near) -> Self {
        let Near { trip, name, venue, distance, joining } = near;
        let (from, until) = trip.details.days();
        Self {
            trip: trip.id,
            trainer: trip.trainer,
            trainer_name: name,
            name: trip.details.name,
            place: trip.details.place,
            from,
            until,
            venue,
            distance_km: distance,
            joining,
        }
    }
}

/// A trainer who is near for the booking of another library.
#[derive(Serialize, ToSchema)]
struct NearbyOpportunity {
    /// Who is near.
    trainer: TrainerId,
    /// Their name.
    trainer_name: String,
    /// First day on which they are, by the library's calendar.
    #[schema(value_type = String, format = Date, example = "2027-03-03")]
    from: Date,
    /// Last such day.
    #[schema(value_type = String, format = Date, example = "2027-03-03")]
    until: Date,
    /// The venue of the library that is nearest.
    venue: VenueId,
    /// How far they are from it at most, great-circle; a multiple of 10.
    distance_km: Km,
    /// The best time on these days and its marginal price.
    joining: Joining,
}

impl From<Beside> for NearbyOpportunity {
    fn from(near: Beside) -> Self {
        let Beside { trainer, name, days: (from, until), venue, distance, joining } = near;
        let distance_km = Km((distance.0 / 10.0).ceil() * 10.0);
        Self { trainer, trainer_name: name, from, until, venue, distance_km, joining }
    }
}

/// Trips and bookings that a library could join.
#[derive(Serialize, ToSchema)]
struct TripOpportunities {
    /// Trips, the nearest first.
    items: Vec<TripOpportunity>,
    /// Trainers who are within 60 km for the booking of another library, the nearest first.
    nearby: Vec<NearbyOpportunity>,
}

/// Lists trips that a library could join.
///
/// Trainers whom the library's network may ask and who announced a trip within whose radius it lies, with the best time and
/// what joining costs: only the way from where the trip is, and nights that it grows by. For the library's staff and the
/// coordinators of its network. Ask for one with a request on these days; an offer holds the time. `nearby` has trainers who come
/// near for another library, where they welcome that and the policy of the network that booked them allows it; it does not tell
/// who booked.
#[utoipa::path(tag = "trainers", params(TripQuery), responses((status = 200, description = "Trips, nearest first.", body = TripOpportunities)))]
#[get("/v1/opportunities")]
async fn list_opportunities(call: Call, query: QueryOf<TripQuery>) -> Result<HttpResponse, Problem> {
    let TripQuery { library, from, until, workshop, topic, duration_minutes, limit } = query.0;
    let missing = || Problem::new(problem::BAD_REQUEST, "the parameters break the schema");
    let library = library.ok_or_else(missing)?;
    let today = call.app.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let from = from.unwrap_or(today);
    let until = until.unwrap_or_else(|| from.saturating_add(jiff::Span::new().days(183)));
    let wish = Wish { library, days: (from, until), workshop, topic, duration_minutes };
    let found = call.read(move |ctx| {
        let trips = opportunities::for_library(ctx, &wish, limit)?;
        Ok((trips, opportunities::beside_bookings(ctx, &wish, limit)?))
    });
    let (trips, bookings) = found.await?;
    let items = trips.into_iter().map(TripOpportunity::from).collect();
    let nearby = bookings.into_iter().map(NearbyOpportunity::from).collect();
    Ok(HttpResponse::Ok().json(TripOpportunities { items, nearby }))
}

/// When and where a trainer would be needed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct SlotQuery {
    /// From this day on.
    #[param(value_type = String, format = Date)]
    from: Option<Date>,
    /// Until this day, at most 31 days later.
    #[param(value_type = String, format = Date)]
    until: Option<Date>,
    /// How long.
    #[param(value_type = Option<u32>, minimum = 15, maximum = 1440, default = 120)]
    duration_minutes: u32,
    /// Starts at multiples of so many minutes of the clock there. The network's when absent.
    #[param(value_type = Option<u16>, minimum = 5, maximum = 240)]
    grid_minutes: Option<u16>,
    /// At this venue: then the way there and back counts. Virtual when absent.
    venue: Option<VenueId>,
}

impl Query for SlotQuery {
    fn read(query: &mut Parameters) -> Self {
        let (from, until) = (query.take::<Date>("from"), query.take::<Date>("until"));
        for (name, day) in [("from", from), ("until", until)] {
            if day.is_none() {
                query.fault(name, "required", "is missing, or no date");
            }
        }
        if let (Some(from), Some(until)) = (from, until)
            && !(from..=from.saturating_add(jiff::Span::new().days(31))).contains(&until)
        {
            query.broken_rule("until", "range", "is from, or at most 31 days later");
        }
        let grid_minutes = query.take("grid_minutes");
        if grid_minutes.is_some_and(|grid| !(5..=240).contains(&grid)) {
            query.fault("grid_minutes", "range", "is 5 to 240");
        }
        Self { from, until, duration_minutes: duration(query), grid_minutes, venue: query.take("venue") }
    }
}

/// Times at which a trainer could be there.
#[derive(Serialize, ToSchema)]
struct Slots {
    /// By start, at most 1,000.
    items: Vec<Opening>,
}

/// Most slots of one answer.
const SLOTS: usize = 1000;

/// Lists the times at which a trainer could be there.
///
/// With a venue the way counts, between what they are committed to, within the hours of a working day, by the policy of its
/// library's network; without one, on the trainer's own clock. For everybody who sees the trainer. What is taught and what it
/// costs is not asked here: matches of a request do that.
#[utoipa::path(tag = "trainers", params(("id" = TrainerId, Path, description = "The trainer."), SlotQuery), responses((status = 200, description = "Times by start.", body = Slots)))]
#[get("/v1/trainers/{id}/slots")]
async fn list_slots(call: Call, id: PathId<id::Trainer>, query: QueryOf<SlotQuery>) -> Result<HttpResponse, Problem> {
    let SlotQuery { from, until, duration_minutes, grid_minutes, venue } = query.0;
    let missing = || Problem::new(problem::BAD_REQUEST, "the parameters break the schema");
    let days = (from.ok_or_else(missing)?, until.ok_or_else(missing)?);
    let visit = Visit { days, venue, duration: Minutes(duration_minutes), grid: grid_minutes };
    let items = call.read(move |ctx| opportunities::slots(ctx, id.0, visit, SLOTS)).await?;
    Ok(HttpResponse::Ok().json(Slots { items }))
}
