//! A map of venues: drawn from their coordinates, and as a list for everybody.

use maud::{Markup, PreEscaped, html};
use packhorse_domain::Coordinates;

use crate::{
    address::{Edition, Page},
    model::{Session, Venue},
};

use super::{
    layout::{About, Followed, Look, OWN, page},
    session::{sessions as session_list, venue_lines, zone_form},
};

/// Most width and height of the drawing, and the space kept free at its edges.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 420.0;
const MARGIN: f64 = 50.0;
/// Distances between lines of the grid, in degrees.
const STEPS: [f64; 9] = [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 45.0];

/// Where sessions take place: each venue with a number, and its sessions in the list. Those online only are passed over.
pub fn map(edition: Edition<'_>, look: Look<'_>, sessions: &[&Session]) -> String {
    let mut venues: Vec<(&Venue, Vec<&Session>)> = Vec::new();
    for session in sessions {
        let Some(venue) = session.place.venue() else { continue };
        match venues.iter_mut().find(|(known, _)| *known == venue) {
            Some((_, there)) => there.push(session),
            None => venues.push((venue, vec![session])),
        }
    }
    let content = html! {
        div.opening {
            h1 { "Where workshops take place" }
            p.lead { "Find one near you, or see who could share a trainer's trip." }
        }
        @let pins: Vec<_> = (1..).zip(&venues).filter_map(|(n, (venue, _))| Some((n, venue.coordinates?))).collect();
        @if !pins.is_empty() { (drawing(&pins)) }
        (zone_form(&edition.page(Page::Map), look.zone))
        @if venues.is_empty() { p.empty { "Nothing takes place in a building at the moment." } }
        ol.tables {
            @for (n, (venue, there)) in (1..).zip(&venues) {
                li {
                    h2 { (n) ". " bdi { (venue.name) } }
                    p { (venue_lines(venue)) }
                    (session_list(edition, look, there, true))
                }
            }
        }
    };
    let about = About {
        title: "Map",
        language: OWN,
        description: "Where workshops take place.",
        kind: "website",
        canonical: Some(edition.page(Page::Map)),
        section: Some(Page::Map),
        data: None,
        feeds: Followed::default(),
    };
    page(edition, look, &about, &content)
}

/// An equirectangular projection, true to scale at the middle latitude.
pub(super) struct Projection {
    /// Western and northern edge, degrees; longitudes are counted eastward from the west.
    west: f64,
    north: f64,
    width: f64,
    height: f64,
    /// Units of the drawing for a degree of longitude and of latitude.
    scale: (f64, f64),
}

impl Projection {
    /// Around points, of which there is one at least. The widest stretch of longitude without any is cut out, so that
    /// neighbors across the antimeridian stay neighbors.
    pub(super) fn around(points: &[Coordinates]) -> Self {
        let mut lons: Vec<f64> = points.iter().map(|at| at.lon).collect();
        lons.sort_by(f64::total_cmp);
        let next = lons.iter().skip(1).copied().chain(lons.first().map(|lon| lon + 360.0));
        let gaps = lons.iter().zip(next).map(|(lon, next)| (next - lon, next));
        let (gap, west) = gaps.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((360.0, 0.0));
        let south = points.iter().map(|at| at.lat).fold(90.0, f64::min);
        let north = points.iter().map(|at| at.lat).fold(-90.0, f64::max);
        // A single place still has a neighborhood.
        let (width, height) = ((360.0 - gap).max(0.6), (north - south).max(0.4));
        let (west, north) = (west - (width - (360.0 - gap)) / 2.0, north + (height - (north - south)) / 2.0);
        let narrow = (north - height / 2.0).to_radians().cos().max(0.2);
        let across = ((WIDTH - 2.0 * MARGIN) / width).min(HEIGHT * narrow / height);
        Self { west, north, width, height, scale: (across, across / narrow) }
    }

    pub(super) fn x(&self, lon: f64) -> f64 {
        MARGIN + (lon - self.west).rem_euclid(360.0) * self.scale.0
    }

    pub(super) fn y(&self, lat: f64) -> f64 {
        MARGIN + (self.north - lat) * self.scale.1
    }

    pub(super) fn right(&self) -> f64 {
        2.0 * MARGIN + self.width * self.scale.0
    }

    pub(super) fn bottom(&self) -> f64 {
        2.0 * MARGIN + self.height * self.scale.1
    }
}

/// Round degrees between two edges, eight or so at most.
fn lines(from: f64, length: f64) -> Vec<f64> {
    let step = STEPS.into_iter().find(|step| length / step <= 8.0).unwrap_or(45.0);
    let first = (from / step).ceil();
    (0..9).map(|n| (first + f64::from(n)) * step).take_while(|line| *line <= from + length).collect()
}

fn degrees(value: f64, positive: &str, negative: &str) -> String {
    let letter = if value < 0.0 { negative } else { positive };
    format!("{}° {letter}", (value.abs() * 100.0).round() / 100.0)
}

/// A length in the drawing.
pub(super) fn unit(value: f64) -> String {
    format!("{value:.1}")
}

/// Lines of longitude and latitude with their degrees.
fn grid(projection: &Projection) -> Markup {
    let (right, bottom) = (projection.right(), projection.bottom());
    html! {
        @for lon in lines(projection.west, projection.width) {
            @let x = unit(projection.x(lon));
            line.grid x1=(x) x2=(x) y1="0" y2=(unit(bottom)) {}
            text.label x=(x) y=(unit(bottom - 8.0)) text-anchor="middle" font-size="13" {
                (degrees((lon + 180.0).rem_euclid(360.0) - 180.0, "E", "W"))
            }
        }
        @for lat in lines(projection.north - projection.height, projection.height) {
            @let y = projection.y(lat);
            line.grid x1="0" x2=(unit(right)) y1=(unit(y)) y2=(unit(y)) {}
            text.label x="6" y=(unit(y - 5.0)) font-size="13" { (degrees(lat, "N", "S")) }
        }
    }
}

/// Height of the title above the map of a drawing by itself, and the width of one without a map.
const TITLE: f64 = 46.0;
const EMPTY: f64 = 600.0;

/// The style of every drawing by itself.
const STYLE: &str = "svg{background:#fffdf8;font-family:sans-serif}text{fill:#2a241d}.grid{stroke:#d9cdb8;stroke-width:1}\
                     .label{fill:#5e5344}";

/// A drawing by itself: a title, a map, and a legend below it.
pub(super) struct Drawing<'a> {
    pub(super) title: &'a str,
    /// More style than that of every such drawing.
    pub(super) style: &'a str,
    /// What has to be on the map.
    pub(super) points: &'a [Coordinates],
    /// What is said where there is none.
    pub(super) nothing: &'a str,
    /// The legend and its height.
    pub(super) legend: (Markup, f64),
}

impl Drawing<'_> {
    /// As SVG, with what is drawn on the map.
    pub(super) fn with(self, on: impl FnOnce(&Projection) -> Markup) -> String {
        let projection = (!self.points.is_empty()).then(|| Projection::around(self.points));
        let (right, bottom) = projection.as_ref().map_or((EMPTY, 20.0), |map| (map.right().max(EMPTY), map.bottom()));
        let (legend, below) = self.legend;
        let (width, height) = (unit(right), unit(TITLE + bottom + below));
        let drawing = html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) role="img"
                aria-labelledby="title" {
                title id="title" { (self.title) }
                style { (PreEscaped(STYLE)) (PreEscaped(self.style)) }
                text x="16" y="30" font-size="18" { (self.title) }
                g transform={ "translate(0 " (unit(TITLE)) ")" } {
                    @match &projection {
                        Some(map) => { (grid(map)) (on(map)) }
                        None => { text x="16" y="14" font-size="14" { (self.nothing) } }
                    }
                }
                g transform={ "translate(0 " (unit(TITLE + bottom)) ")" } { (legend) }
            }
        };
        drawing.into_string()
    }
}

fn drawing(pins: &[(usize, Coordinates)]) -> Markup {
    let points: Vec<_> = pins.iter().map(|(_, at)| *at).collect();
    let projection = Projection::around(&points);
    let (right, bottom) = (projection.right(), projection.bottom());
    html! {
        svg.drawing viewBox={ "0 0 " (unit(right)) " " (unit(bottom)) } role="img"
            aria-label="Venues by latitude and longitude; they are listed below under the same numbers" {
            (grid(&projection))
            @for (n, at) in pins {
                @let (x, y) = (projection.x(at.lon), projection.y(at.lat));
                circle.busy cx=(unit(x)) cy=(unit(y)) r="14" {}
                text.on x=(unit(x)) y=(unit(y + 5.0)) text-anchor="middle" font-size="14" { (n) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(points: &[(f64, f64)]) -> (Projection, Vec<(f64, f64)>) {
        let points: Vec<_> = points.iter().map(|(lat, lon)| Coordinates::new(*lat, *lon).unwrap()).collect();
        let projection = Projection::around(&points);
        let drawn = points.iter().map(|at| (projection.x(at.lon), projection.y(at.lat))).collect();
        (projection, drawn)
    }

    #[test]
    fn every_pin_is_inside_and_neighbors_stay_neighbors() {
        for points in [
            &[(39.85, -95.53)][..],
            &[(39.85, -95.53), (38.97, -95.23), (39.2, -96.6)],
            // Adak and Attu, across the antimeridian.
            &[(51.88, -176.65), (52.94, 172.9)],
            &[(90.0, 0.0), (-90.0, 180.0), (0.0, -90.0)],
        ] {
            let (projection, drawn) = around(points);
            for (x, y) in drawn {
                assert!((0.0..=projection.right()).contains(&x), "{x} {points:?}");
                assert!((0.0..=projection.bottom()).contains(&y), "{y} {points:?}");
            }
        }
        assert!(around(&[(51.88, -176.65), (52.94, 172.9)]).0.width < 11.0);
    }

    #[test]
    fn the_grid_is_round() {
        assert_eq!(lines(-96.6, 1.4), [-96.5, -96.25, -96.0, -95.75, -95.5, -95.25]);
        assert_eq!((degrees(-95.25, "E", "W"), degrees(39.0, "N", "S")), ("95.25° W".into(), "39° N".into()));
    }
}
