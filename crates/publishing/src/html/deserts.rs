//! A map of where training in person is missing, as a drawing by itself.

use maud::{Markup, html};
use packhorse_domain::desert::{Desert, Survey};

use super::map::{Drawing, Projection, unit};

/// Libraries that are named on the map, the first of the list.
const NAMED: usize = 12;
/// Height of the legend below the map.
const LEGEND: f64 = 40.0;

const STYLE: &str = ".served{fill:none;stroke:#24564a;stroke-width:1.5}\
                     .desert{fill:#b3460f;fill-opacity:.75;stroke:#5f2406}.unknown{fill:#fffdf8;stroke:#b3460f;stroke-width:2.5}";

/// The map as SVG: a disk for each library without training, its area by the people it serves, a ring where that is not known, a
/// small circle for each library that had training. Each disk tells in its title what the list does.
pub fn deserts(title: &str, survey: &Survey) -> String {
    let located: Vec<_> = survey.deserts.iter().filter_map(|one| Some((one, one.coordinates?))).collect();
    let points: Vec<_> = located.iter().map(|(_, at)| *at).chain(survey.served.iter().copied()).collect();
    let legend = html! { g transform="translate(0 22)" font-size="13" { (legend(survey, located.len())) } };
    let nothing = "Nobody knows where these libraries are.";
    let drawing = Drawing { title, style: STYLE, points: &points, nothing, legend: (legend, LEGEND) };
    drawing.with(|map| {
        html! {
            @for at in &survey.served {
                circle.served cx=(unit(map.x(at.lon))) cy=(unit(map.y(at.lat))) r="3" {}
            }
            @for (one, at) in located.iter().rev() { (disk(one, map.x(at.lon), map.y(at.lat))) }
            @for (one, at) in located.iter().take(NAMED) { (name(one, map, map.x(at.lon), map.y(at.lat))) }
        }
    })
}

/// By the people served, 10,000 with a radius of 6.
fn radius(one: &Desert) -> f64 {
    let people = f64::from(one.population_served.unwrap_or(10_000));
    (6.0 * (people / 10_000.0).sqrt()).clamp(4.0, 24.0)
}

fn disk(one: &Desert, x: f64, y: f64) -> Markup {
    let class = if one.population_served.is_some() { "desert" } else { "unknown" };
    let people = one.population_served.map_or("people served: unknown".to_owned(), |people| format!("serves {people}"));
    let last = one.months_since.map_or("no training known".to_owned(), |months| format!("{months} months without"));
    let far = one.nearest_km.map_or(String::new(), |km| format!(", {:.0} km to the nearest", km.0));
    html! {
        circle class=(class) cx=(unit(x)) cy=(unit(y)) r=(unit(radius(one))) {
            title { (one.name) ": " (last) (far) ", " (people) }
        }
    }
}

/// Beside its disk, on the side where there is place.
fn name(one: &Desert, map: &Projection, x: f64, y: f64) -> Markup {
    let is_left = x > map.right() * 0.7;
    let (x, anchor) = if is_left { (x - radius(one) - 4.0, "end") } else { (x + radius(one) + 4.0, "start") };
    html! { text x=(unit(x)) y=(unit(y + 4.0)) text-anchor=(anchor) font-size="12" { (one.name) } }
}

fn legend(survey: &Survey, located: usize) -> Markup {
    let unplaced = survey.deserts.len() - located;
    html! {
        circle.desert cx="22" cy="-4" r="6" {}
        text x="34" { "without (" (survey.deserts.len()) "), by people served" }
        circle.unknown cx="236" cy="-4" r="6" {}
        text x="248" { "people unknown" }
        circle.served cx="364" cy="-4" r="3" {}
        text x="374" { "with training (" (survey.served_count) ")" }
        @if unplaced > 0 { text x="16" y="16" { (unplaced) " more whose place nobody knows" } }
    }
}

#[cfg(test)]
mod tests {
    use packhorse_domain::{Coordinates, Km, Timestamp, id::LibraryId};

    use super::*;

    fn desert(name: &str, at: Option<(f64, f64)>, population_served: Option<u32>) -> Desert {
        Desert {
            library: LibraryId::new(Timestamp::UNIX_EPOCH),
            name: name.to_owned(),
            coordinates: at.map(|(lat, lon)| Coordinates { lat, lon }),
            population_served,
            population_fiscal_year: None,
            last_at: None,
            months_since: None,
            nearest_km: at.map(|_| Km(61.4)),
            nearest: None,
        }
    }

    #[test]
    fn every_library_is_drawn_and_no_name_is_markup() {
        let deserts_found = vec![
            desert("Smith & <Jones>", Some((39.85, -95.53)), Some(40_000)),
            desert("Quiet", Some((39.0, -96.0)), None),
            desert("Nowhere", None, Some(1)),
        ];
        let survey =
            Survey { deserts: deserts_found, served: vec![Coordinates { lat: 38.97, lon: -95.23 }], served_count: 1 };
        let drawn = deserts("12 months & more", &survey);
        assert!(drawn.contains("Smith &amp; &lt;Jones&gt;") && !drawn.contains("<Jones>"));
        assert!(drawn.contains("no training known, 61 km to the nearest, serves 40000"));
        assert!(drawn.contains("1 more whose place nobody knows") && drawn.contains("12 months &amp; more"));
        // With the three of the legend.
        let count = |class: &str| drawn.matches(&format!("<circle class=\"{class}\"")).count();
        assert_eq!((count("desert"), count("unknown"), count("served")), (2, 2, 2), "{drawn}");
        let nobody = deserts("Nothing", &Survey { deserts: Vec::new(), served: Vec::new(), served_count: 0 });
        assert!(nobody.contains("Nobody knows where") && nobody.ends_with("</svg>"));
    }
}
