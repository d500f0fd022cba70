//! Tours on a map, as a drawing by itself and as `GeoJSON`.

use maud::{Markup, html};
use packhorse_domain::{
    Coordinates,
    tour_plan::{PlannedTour, TourOutcome},
};
use serde_json::{Value, json};

use super::map::{Drawing, Projection, unit};

/// Height of a line of the legend.
const LINE: f64 = 24.0;
/// One for each tour, over and over: dark enough on white for anybody, and told apart without red and green.
///
/// Source: P. Tol, Colour schemes (2021), "bright" and "muted", darkened.
const COLORS: [&str; 8] = ["#33608c", "#a8352e", "#4b7a2b", "#7a3b82", "#946400", "#1f7a72", "#5b4a9c", "#7d4a28"];

const STYLE: &str = ".on{fill:#fff}.road{fill:none;stroke-width:3;stroke-linecap:round}\
                     .home{fill:#fffdf8;stroke-width:3}.night{fill:#2a241d;stroke:#fffdf8;stroke-width:1.5}";

/// The map as SVG: for each tour its drives, its stops with numbers in their order, the trainer's home as a ring, and nights
/// away as small disks. Everything tells in its title what it is.
pub fn tours(title: &str, outcome: &TourOutcome) -> String {
    let points: Vec<Coordinates> = outcome.tours.iter().flat_map(points).collect();
    let legend = html! {
        @for (number, tour) in outcome.tours.iter().enumerate() {
            @let y = number_as(number) * LINE + 16.0;
            circle cx="24" cy=(unit(y - 5.0)) r="8" fill=(color(number)) {}
            text x="42" y=(unit(y)) font-size="14" { (told(tour)) }
        }
    };
    let below = number_as(outcome.tours.len()) * LINE + 16.0;
    let drawing =
        Drawing { title, style: STYLE, points: &points, nothing: "No tour was found.", legend: (legend, below) };
    drawing.with(|map| {
        html! {
            @for (number, tour) in outcome.tours.iter().enumerate() { (roads(map, tour, color(number))) }
            @for (number, tour) in outcome.tours.iter().enumerate() { (places(map, tour, color(number))) }
        }
    })
}

fn points(tour: &PlannedTour) -> impl Iterator<Item = Coordinates> + '_ {
    let nights = tour.nights.iter().map(|night| night.coordinates);
    tour.stops.iter().map(|stop| stop.coordinates).chain(nights).chain([tour.home])
}

fn color(number: usize) -> &'static str {
    COLORS[number % COLORS.len()]
}

/// There are far fewer tours than numbers of any kind.
fn number_as(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// A tour in a line.
fn told(tour: &PlannedTour) -> String {
    let when = tour.stops.first().zip(tour.stops.last()).map_or(String::new(), |(first, last)| {
        let day =
            |stop: &packhorse_domain::tour_plan::PlannedStop| stop.time.start.to_zoned(stop.time_zone.rules()).date();
        format!(", {} to {}", day(first), day(last))
    });
    let (stops, nights) = (tour.stops.len(), tour.nights.len());
    format!(
        "{}{when}: {stops} stops, {nights} nights, {:.0} km, {}",
        tour.name, tour.effort.road_km.0, tour.effort.cost.total
    )
}

fn roads(map: &Projection, tour: &PlannedTour, color: &str) -> Markup {
    html! {
        @for leg in &tour.legs {
            line.road stroke=(color) x1=(unit(map.x(leg.from_coordinates.lon))) y1=(unit(map.y(leg.from_coordinates.lat)))
                x2=(unit(map.x(leg.to_coordinates.lon))) y2=(unit(map.y(leg.to_coordinates.lat))) {
                title { (tour.name) ": " (leg.from) " to " (leg.to) ", " (format!("{:.0}", leg.road_km.0)) " km" }
            }
        }
    }
}

fn places(map: &Projection, tour: &PlannedTour, color: &str) -> Markup {
    let at = |place: Coordinates| (map.x(place.lon), map.y(place.lat));
    html! {
        @let (x, y) = at(tour.home);
        circle.home stroke=(color) cx=(unit(x)) cy=(unit(y)) r="9" { title { (tour.name) ": home" } }
        @for (number, stop) in (1..).zip(&tour.stops) {
            @let (x, y) = at(stop.coordinates);
            circle fill=(color) cx=(unit(x)) cy=(unit(y)) r="11" {
                title { (tour.name) ", stop " (number) ": " (stop.place) ", " (stop.time.start.to_zoned(stop.time_zone.rules()).strftime("%Y-%m-%d %H:%M")) }
            }
            text.on x=(unit(x)) y=(unit(y + 4.5)) text-anchor="middle" font-size="12" { (number) }
        }
        @for night in &tour.nights {
            @let (x, y) = at(night.coordinates);
            circle.night cx=(unit(x + 11.0)) cy=(unit(y - 11.0)) r="5" { title { "Night of " (night.date) ": " (night.place) } }
        }
    }
}

/// The tours as features: a point for each stop, night and home, a line for each drive.
///
/// Source: RFC 7946 (`GeoJSON`); positions are longitude, latitude.
pub fn geojson(outcome: &TourOutcome) -> Value {
    let position = |at: &Coordinates| json!([at.lon, at.lat]);
    let feature = |geometry: Value, properties: Value| json!({ "type": "Feature", "geometry": geometry, "properties": properties });
    let point = |at: &Coordinates| json!({ "type": "Point", "coordinates": position(at) });
    let mut features = Vec::new();
    for tour in &outcome.tours {
        let whose = |kind: &str| json!({ "kind": kind, "trainer": tour.trainer, "name": tour.name });
        let with = |kind: &str, more: Value| {
            let mut properties = whose(kind);
            if let (Some(properties), Value::Object(more)) = (properties.as_object_mut(), more) {
                properties.extend(more);
            }
            properties
        };
        features.push(feature(point(&tour.home), whose("home")));
        for (number, stop) in (1..).zip(&tour.stops) {
            let more = json!({
                "order": number, "request": stop.request, "library": stop.library, "place": stop.place,
                "starts_at": stop.time.start, "ends_at": stop.time.end, "time_zone": stop.time_zone,
            });
            features.push(feature(point(&stop.coordinates), with("stop", more)));
        }
        for night in &tour.nights {
            let more = json!({ "date": night.date, "place": night.place });
            features.push(feature(point(&night.coordinates), with("night", more)));
        }
        for leg in &tour.legs {
            let line = json!({
                "type": "LineString",
                "coordinates": [position(&leg.from_coordinates), position(&leg.to_coordinates)],
            });
            let more = json!({
                "from": leg.from, "to": leg.to, "departs_at": leg.departs_at, "arrives_at": leg.arrives_at,
                "road_km": leg.road_km, "minutes": leg.minutes,
            });
            features.push(feature(line, with("drive", more)));
        }
    }
    json!({ "type": "FeatureCollection", "features": features })
}
