//! Reckoning tour plans in the background: one at a time in a process, on a thread of its own.

use std::{
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::{rt, web};
use packhorse_db::{Conn, Database, DbError};
use packhorse_domain::{
    Clock,
    tour_plan::{TourPlan, TourProgress},
};
use packhorse_services::{
    Context, Error,
    pool::Pool,
    tour_plans::{
        self, settle,
        sheet::{self, Sheet},
    },
};
use packhorse_tours::{Budget, Effort, Fault, Plan, Progress, Watch, solve};

/// How often it is told how far a plan has come, and asked whether to go on.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// Watches a plan that is being reckoned.
struct Observer {
    began: Instant,
    is_stopped: AtomicBool,
    progress: Mutex<Option<Progress>>,
}

impl Observer {
    fn new() -> Self {
        Self { began: Instant::now(), is_stopped: AtomicBool::new(false), progress: Mutex::new(None) }
    }

    fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// How far it has come, as it is told to people.
    fn told(&self) -> TourProgress {
        let progress = *self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        TourProgress {
            served: progress.map_or(0, |each| u32::try_from(each.served).unwrap_or(u32::MAX)),
            objective_minor: progress.map(|each| each.incumbent),
            bound_minor: progress.map(|each| each.bound).filter(|bound| *bound > 0),
            gap: progress.and_then(|each| each.gap),
            iterations: progress.map_or(0, |each| each.iterations),
            elapsed_ms: self.elapsed_milliseconds(),
        }
    }
}

impl Watch for Observer {
    fn elapsed_milliseconds(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn is_cancelled(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    fn progress(&self, progress: Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    }
}

/// Reckons the plan that waits longest, if there is one. How many: one or none.
///
/// # Errors
/// Those of the database. The plan is then taken up again by whoever comes next.
pub async fn plan_once(db: &Database, pool: &Arc<Pool>, clock: &dyn Clock) -> Result<usize, Error> {
    let now = clock.now();
    if !db.read(move |conn| tour_plans::waiting(conn, now)).await? {
        return Ok(0);
    }
    let Some(plan) = db.write(move |conn| tour_plans::claim(conn, now)).await? else { return Ok(0) };
    let (of, followed) = (plan.clone(), pool.clone());
    let sheet = db.read(move |conn| sheet::gather(&mut Context::of_program(conn, now), &followed, &of)).await?;
    let observer = Arc::new(Observer::new());
    let found = match reckon(db, clock, &plan, sheet, &observer).await? {
        Ok((sheet, found)) => {
            let of = plan.clone();
            let read =
                move |conn: &mut Conn| settle::read(&mut Context::of_program(conn, now), &of, &sheet, found.as_ref());
            let outcome = db.read(read).await?;
            Ok((outcome, observer.told()))
        }
        Err(faults) => Err(in_words(&faults)),
    };
    let now = clock.now();
    db.write(move |conn| tour_plans::finish(&mut Context::of_program(conn, now), &plan, found.clone())).await?;
    Ok(1)
}

/// A problem with its answer, if there was anything to plan; or what is wrong with it.
type Reckoned = Result<(Sheet, Option<Plan>), Vec<Fault>>;

/// Reckons a problem, telling how far it has come.
async fn reckon(
    db: &Database,
    clock: &dyn Clock,
    plan: &TourPlan,
    sheet: Sheet,
    observer: &Arc<Observer>,
) -> Result<Reckoned, Error> {
    if sheet.is_empty() {
        return Ok(Ok((sheet, None)));
    }
    let effort = Effort {
        budget: Budget::Milliseconds(plan.details.budget_ms.into()),
        seed: plan.details.seed.into(),
        threads: 1,
    };
    let watch = observer.clone();
    let mut job = pin!(web::block(move || {
        let first = solve(&sheet.problem, effort, watch.clone());
        let (sheet, found) = match first {
            Ok(found) => (sheet, Ok(found)),
            Err(faults) => match sheet.without_clashes(&faults) {
                Some(sheet) => {
                    let again = solve(&sheet.problem, effort, watch);
                    (sheet, again)
                }
                None => (sheet, Err(faults)),
            },
        };
        found.map(|found| (sheet, Some(found)))
    }));
    loop {
        if let Ok(done) = rt::time::timeout(TELL_EVERY, &mut job).await {
            // An outer error: the program is about to end. The plan is taken up again by whoever comes next.
            let ending = || Error::from(DbError::Unavailable("shutting down".to_owned()));
            return done.map_err(|_| ending());
        }
        let (claimed, progress, now) = (plan.clone(), observer.told(), clock.now());
        if !db.write(move |conn| tour_plans::advance(conn, &claimed, progress, now)).await? {
            observer.stop();
        }
    }
}

/// What is wrong with a problem, for people.
fn in_words(faults: &[Fault]) -> String {
    let words: Vec<_> = faults.iter().take(5).map(ToString::to_string).collect();
    let more = if faults.len() > 5 { format!("; {} more", faults.len() - 5) } else { String::new() };
    format!("{}{more}", words.join("; "))
}
