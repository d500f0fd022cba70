//! The operations: wire types and handlers, one file for each resource.

mod access;
mod accounts;
mod api_keys;
mod availability;
mod bookings;
mod calendars;
mod catalog;
mod changes;
mod deserts;
mod editions;
mod events;
mod free_busy;
mod harvests;
mod hosting;
mod import;
mod imported;
mod interests;
mod invitations;
mod libraries;
mod matches;
mod material_files;
mod materials;
mod networks;
mod offers;
mod opportunities;
mod partnerships;
mod pledges;
mod pooling;
mod postings;
mod privacy;
mod quotes;
mod requests;
mod rooms;
mod service;
mod showcases;
mod sign_in;
mod sign_ins;
mod topics;
mod tour_plans;
mod tours;
mod trainers;
mod trips;
mod users;
mod venues;
mod workshop_import;
mod workshop_sessions;
mod workshops;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts every operation.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .configure(service::mount)
        .configure(sign_in::mount)
        .configure(access::mount)
        .configure(sign_ins::mount)
        .configure(accounts::mount)
        .configure(invitations::mount)
        .configure(users::mount)
        .configure(privacy::mount)
        .configure(api_keys::mount)
        .configure(networks::mount)
        .configure(partnerships::mount)
        .configure(import::mount)
        .configure(libraries::mount)
        .configure(venues::mount)
        .configure(rooms::mount)
        .configure(topics::mount)
        .configure(workshop_import::mount)
        .configure(workshops::mount)
        .configure(harvests::mount)
        .configure(showcases::mount)
        .configure(editions::mount)
        .configure(material_files::mount)
        .configure(materials::mount)
        .configure(catalog::mount)
        .configure(workshop_sessions::mount)
        .configure(trainers::mount)
        .configure(availability::mount)
        .configure(trips::mount)
        .configure(hosting::mount)
        .configure(imported::mount)
        .configure(free_busy::mount)
        .configure(requests::mount)
        .configure(matches::mount)
        .configure(quotes::mount)
        .configure(pledges::mount)
        .configure(pooling::mount)
        .configure(deserts::mount)
        .configure(postings::mount)
        .configure(interests::mount)
        .configure(opportunities::mount)
        .configure(offers::mount)
        .configure(tour_plans::mount)
        .configure(tours::mount)
        .configure(bookings::mount)
        .configure(calendars::mount)
        .configure(changes::mount)
        .configure(events::mount);
}
