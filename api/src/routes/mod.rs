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

use std::collections::HashMap;

use actix_web::{App, guard};
use utoipa_actix_web::{AppExt, scope::scope, service_config::ServiceConfig};

use crate::addresses::File;

/// What mounts the operations of each file.
const FILES: [fn(&mut ServiceConfig<'_>); 47] = [
    service::mount,
    sign_in::mount,
    access::mount,
    sign_ins::mount,
    accounts::mount,
    invitations::mount,
    users::mount,
    privacy::mount,
    api_keys::mount,
    networks::mount,
    partnerships::mount,
    import::mount,
    libraries::mount,
    venues::mount,
    rooms::mount,
    topics::mount,
    workshop_import::mount,
    workshops::mount,
    harvests::mount,
    showcases::mount,
    editions::mount,
    material_files::mount,
    materials::mount,
    catalog::mount,
    workshop_sessions::mount,
    trainers::mount,
    availability::mount,
    trips::mount,
    hosting::mount,
    imported::mount,
    free_busy::mount,
    requests::mount,
    matches::mount,
    quotes::mount,
    pledges::mount,
    pooling::mount,
    deserts::mount,
    postings::mount,
    interests::mount,
    opportunities::mount,
    offers::mount,
    tour_plans::mount,
    tours::mount,
    bookings::mount,
    calendars::mount,
    changes::mount,
    events::mount,
];

/// Mounts every operation. Where each request goes was looked up before ([`crate::body`]).
pub fn mount(config: &mut ServiceConfig<'_>) {
    for (place, file) in FILES.into_iter().enumerate() {
        let asked = guard::fn_guard(move |request| request.req_data().get::<File>() == Some(&File(place)));
        config.service(scope("").guard(asked).configure(file));
    }
}

/// The file of each operation, by its id.
pub fn files() -> HashMap<String, File> {
    let mut all = HashMap::new();
    for (place, file) in FILES.into_iter().enumerate() {
        let (_, api) = App::new().into_utoipa_app().configure(file).split_for_parts();
        for item in api.paths.paths.into_values() {
            let methods = [item.get, item.post, item.put, item.patch, item.delete];
            all.extend(methods.into_iter().flatten().filter_map(|each| Some((each.operation_id?, File(place)))));
        }
    }
    all
}
