//! Roads measured by a routing engine that speaks the table service of OSRM's HTTP API.
//!
//! Source: <https://project-osrm.org/docs/v5.24.0/api/#table-service>.

use std::{
    fmt::Write,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use packhorse_domain::{Coordinates, Km, Minutes};
use packhorse_services::roads::{Around, Road, Roads};
use serde::Deserialize;
use ureq::Agent;

/// Longest that measuring for one answer takes; what is not there then is reckoned.
const LONGEST: Duration = Duration::from_secs(3);
/// How long it is left alone after a failure.
const REST: Duration = Duration::from_secs(30);
/// Places of one call: engines take 100 with the center, as they come.
const PLACES: usize = 99;
/// Largest answer, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// A routing engine.
#[derive(Debug)]
pub struct Engine {
    base: String,
    agent: Agent,
    /// What it has measured.
    pub roads: Roads,
    /// After a failure nobody waits for it for a while.
    resting: Mutex<Option<Instant>>,
}

/// Why roads were not measured.
#[derive(Debug, thiserror::Error)]
pub enum Unmeasured {
    /// It cannot be called, or answers otherwise than with 200.
    #[error("the routing engine does not answer: {0}")]
    Call(#[from] ureq::Error),
    /// It answers something else than a table.
    #[error("the routing engine answers with {0}, not with a table")]
    Answer(String),
}

#[derive(Deserialize)]
struct Table {
    code: String,
    durations: Option<Vec<Vec<Option<f64>>>>,
    distances: Option<Vec<Vec<Option<f64>>>>,
}

impl Engine {
    /// The engine at an address, with the profile `driving`.
    pub fn new(base: &str) -> Self {
        let settings = Agent::config_builder().proxy(None).max_redirects(0).timeout_global(Some(LONGEST));
        Self {
            base: base.to_owned(),
            agent: settings.build().into(),
            roads: Roads::default(),
            resting: Mutex::new(None),
        }
    }

    /// Whether it failed a moment ago.
    pub fn is_resting(&self) -> bool {
        let until = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    /// Measures the roads from a center and back. What the engine knows no way to is left out.
    ///
    /// # Errors
    /// [`Unmeasured`]. Blocks until then.
    pub fn measure(&self, around: &Around) -> Result<Vec<Road>, Unmeasured> {
        let measured = self.ask(around);
        if measured.is_err() {
            *self.resting.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
        }
        measured
    }

    fn ask(&self, around: &Around) -> Result<Vec<Road>, Unmeasured> {
        let mut roads = Vec::with_capacity(2 * around.places.len());
        for places in around.places.chunks(PLACES) {
            let there = self.table(around.center, places, "sources")?;
            let back = self.table(around.center, places, "destinations")?;
            for (place, (there, back)) in places.iter().zip(there.into_iter().zip(back)) {
                let road = |from, to, (km, minutes)| Road { from, to, km, minutes };
                roads.extend(there.map(|measured| road(around.center, *place, measured)));
                roads.extend(back.map(|measured| road(*place, around.center, measured)));
            }
        }
        Ok(roads)
    }

    /// One way between the center and each place, `sources` for there, `destinations` for back.
    fn table(
        &self,
        center: Coordinates,
        places: &[Coordinates],
        end: &str,
    ) -> Result<Vec<Option<(Km, Minutes)>>, Unmeasured> {
        let mut address = format!("{}/table/v1/driving/", self.base);
        for (place, Coordinates { lat, lon }) in std::iter::once(&center).chain(places).enumerate() {
            // Writing to a text does not fail.
            let _ = write!(address, "{}{lon:.6},{lat:.6}", if place == 0 { "" } else { ";" });
        }
        let _ = write!(address, "?annotations=duration,distance&{end}=0");
        let mut answer = self.agent.get(&address).call()?;
        let bytes = answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec()?;
        let table: Table =
            serde_json::from_slice(&bytes).map_err(|error| Unmeasured::Answer(format!("no JSON ({error})")))?;
        let (Some(durations), Some(distances)) = (table.durations, table.distances) else {
            return Err(Unmeasured::Answer(table.code));
        };
        // A row for each source: one with all, or all with one.
        let flat = |rows: Vec<Vec<Option<f64>>>| rows.into_iter().flatten().skip(1).collect::<Vec<_>>();
        let (durations, distances) = (flat(durations), flat(distances));
        if durations.len() != places.len() || distances.len() != places.len() {
            return Err(Unmeasured::Answer(format!("{} of {} places", durations.len(), places.len())));
        }
        Ok(durations.into_iter().zip(distances).map(|(seconds, meters)| measured(seconds?, meters?)).collect())
    }
}

fn measured(seconds: f64, meters: f64) -> Option<(Km, Minutes)> {
    let fits = (0.0..1e7).contains(&seconds) && (0.0..1e9).contains(&meters);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the limits above")]
    fits.then(|| (Km(meters / 1000.0), Minutes((seconds / 60.0).ceil() as u32)))
}
