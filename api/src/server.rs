//! The server: its layers, how it starts, and the background work beside it.

use std::{
    fmt::Display,
    io,
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    App as Web, HttpRequest, HttpServer,
    dev::Server,
    middleware::{Compress, from_fn},
    rt,
    web::{self, Data},
};
use futures_util::future::join_all;
use jiff::SignedDuration;
use packhorse_db::{Backend, Database, DbError};
use packhorse_domain::{Clock, Timestamp, time::SystemClock};
use packhorse_services::{
    Context, Error, accounts, demo, digests, harvests, imported, letters::Letters, mails, materials, pool::Pool, seals,
    sweep, tokens::Tokens,
};
use utoipa_actix_web::AppExt;

use tokio::sync::Notify;

use crate::{
    body::body,
    config::Config,
    cors::cors,
    docs,
    edge::edge,
    feeds,
    files::{Files, Unstored},
    head::head,
    mailer::Mailer,
    metrics::{self, Metrics},
    outbound::{self, Outbound},
    planning::plan_once,
    problem::{self, Problem},
    rates::limit,
    routes,
    state::{App, letters},
    tags::tags,
};

/// Why the program does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be had.
    #[error("cannot listen: {0}")]
    Listen(#[from] io::Error),
    /// The database does not give what is needed to start.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The demonstration could not be set up.
    #[error("the demonstration could not be set up: {0}")]
    Demo(Error),
    /// The figures could not be registered.
    #[error(transparent)]
    Metrics(#[from] prometheus::Error),
}

/// How often the background work looks for something to do.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// How often it looks for files that no material has.
const FILES_EVERY: Duration = Duration::from_secs(6 * 3600);

/// Serves until told to stop, then finishes what it took.
///
/// # Errors
/// [`ServeError`] when it cannot begin.
pub async fn run(mut config: Config, db: Database, with_demo: bool) -> Result<(), ServeError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let listener = TcpListener::bind(config.http.bind)?;
    let address = listener.local_addr()?;
    config.http.take_port(address);
    let (issuer, lifetime, now) = (config.http.public_url.clone(), config.tokens.access, clock.now());
    let tokens = db.write(move |conn| Tokens::load(conn, &issuer, lifetime, now)).await?;
    let people = if with_demo { set_up_demo(&db, clock.as_ref()).await.map_err(ServeError::Demo)? } else { Vec::new() };
    let figures = Metrics::new(Instant::now())?;
    let app = Arc::new(App::new(db.clone(), clock.clone(), tokens, &config));
    let (pool, outbound, planner) = (app.pool.clone(), app.outbound.clone(), app.planner.clone());
    if config.limits.requests_per_minute > 0 && config.database.url.backend() == Backend::Postgres {
        rt::spawn(share_rates(app.clone()));
    }
    rt::spawn(renew_keys(app.clone()));
    let server = start_with(app, listener, workers(), figures.clone(), config.metrics.bind.is_none())?;
    if let Some(bind) = config.metrics.bind {
        let (figures, address) = metrics::listen(figures, bind)?;
        tracing::info!(%address, "figures at /metrics");
        rt::spawn(figures);
    }
    rt::spawn(follow(db.clone(), pool.clone(), clock.clone()));
    if config.worker.enabled {
        rt::spawn(plan(db.clone(), pool, planner, clock.clone()));
        rt::spawn(work(db, config, outbound, clock));
    }
    announce(&format!("http://{address}"), &people);
    Ok(server.await?)
}

/// Does the background work until told to stop.
///
/// # Errors
/// When the signals cannot be listened to.
pub async fn run_worker(config: Config, db: Database) -> Result<(), ServeError> {
    let outbound = Arc::new(Outbound::new(&config.outbound));
    let clock = Arc::new(SystemClock);
    tokio::select! {
        () = plan(db.clone(), Arc::default(), Arc::default(), clock.clone()) => Ok(()),
        () = work(db, config, outbound, clock) => Ok(()),
        stopped = tokio::signal::ctrl_c() => Ok(stopped?),
    }
}

async fn set_up_demo(db: &Database, clock: &dyn Clock) -> Result<Vec<demo::Person>, Error> {
    let now = clock.now();
    // Hashing is slow on purpose, so it is done before the transaction.
    let hash = web::block(demo::password_hash).await.ok().flatten();
    let hash = hash.ok_or_else(|| DbError::Unavailable("no password could be hashed".to_owned()))?;
    db.write(move |conn| demo::set_up(conn, &hash, now)).await
}

/// Tells people where to go; the log tells programs.
fn announce(base: &str, people: &[demo::Person]) {
    tracing::info!(%base, "serving");
    eprintln!("Packhorse serves {base}  (docs: {base}/docs/)");
    if !people.is_empty() {
        eprintln!("\nThe demonstration's people, all with the password '{}':", demo::PASSWORD);
        for person in people {
            eprintln!("  {:<28} {}", person.email, person.role);
        }
        eprintln!(
            "\nSign in:\n  curl -s {base}/v1/sign-in -H 'content-type: application/json' \\\n    -d '{{\"email\":\"{}\",\"password\":\"{}\"}}'\n",
            people[0].email,
            demo::PASSWORD
        );
    }
}

/// How often the trainers in memory are brought up to date though nobody asks: whoever does finds little left to do.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// Reads every trainer, then follows what changes.
async fn follow(db: Database, pool: Arc<Pool>, clock: Arc<dyn Clock>) {
    let began = Instant::now();
    let mut is_built = false;
    loop {
        let (pool, now) = (pool.clone(), clock.now());
        let mut tell = |read, total| tracing::info!(read, total, "trainers read into memory");
        let followed = db.read(move |conn| pool.follow(&mut Context::of_program(conn, now), &mut tell)).await;
        match followed {
            Err(error) => tracing::warn!(%error, "the trainers in memory could not be brought up to date"),
            Ok(()) if !is_built => {
                tracing::info!(took_ms = began.elapsed().as_millis(), "the trainers are in memory");
                is_built = true;
            }
            Ok(()) => {}
        }
        rt::time::sleep(FOLLOW_EVERY).await;
    }
}

/// How often processes tell one another how many requests they counted.
const SHARE_EVERY: Duration = Duration::from_secs(1);

/// How often the keys of access tokens are read again: they may have been rotated.
const KEYS_EVERY: Duration = Duration::from_secs(30);

/// Does something for ever, at once again as long as there was something to do, else after a pause. What fails is logged and
/// tried again.
async fn forever(every: Duration, what: &str, mut once: impl AsyncFnMut() -> Result<usize, Error>) {
    loop {
        match once().await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(%error, "{what} was put off"),
        }
        rt::time::sleep(every).await;
    }
}

/// Adds up counts of requests with other processes.
async fn share_rates(app: Arc<App>) {
    forever(SHARE_EVERY, "counting requests with other processes", async || {
        app.rates.share(&app.db, app.clock.as_ref()).await.map(|_| 0)
    })
    .await;
}

/// Follows the rotation of the keys.
async fn renew_keys(app: Arc<App>) {
    forever(KEYS_EVERY, "reading the signing keys", async || Ok(app.renew_keys().await.map(|()| 0)?)).await;
}

/// Reckons tour plans, as soon as one is asked for here, and soon where it was asked for elsewhere.
async fn plan(db: Database, pool: Arc<Pool>, planner: Arc<Notify>, clock: Arc<dyn Clock>) {
    loop {
        match plan_once(&db, &pool, clock.as_ref()).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(%error, "a tour plan was put off"),
        }
        // An outer error: it was time to look without being told.
        let _ = rt::time::timeout(SWEEP_EVERY, planner.notified()).await;
    }
}

/// Does what is to be done beside serving. Other processes may do the same.
async fn work(db: Database, config: Config, outbound: Arc<Outbound>, clock: Arc<dyn Clock>) {
    let clock = clock.as_ref();
    let files = Arc::new(Files::new(&config.files));
    // Beside one another: there may be much to seal, and servers elsewhere may be slow.
    tokio::join!(
        forever(SWEEP_EVERY, "background work", async || sweep_once(&db, clock).await.map(|_| 0)),
        forever(SWEEP_EVERY, "sealing events", async || seal_all(&db).await.map(|_| 0)),
        forever(SWEEP_EVERY, "reading calendars", async || refresh_once(&db, &outbound, clock).await),
        forever(SWEEP_EVERY, "harvesting", async || harvest_once(&db, &outbound, clock).await),
        forever(SWEEP_EVERY, "sending mails", async || send_once(&db, &config, clock).await),
        forever(FILES_EVERY, "removing files", async || sweep_files(&db, &files, clock).await.map(|_| 0)),
    );
}

/// Seals every event that there is, as far as no transaction can put another before it any more. How many.
///
/// # Errors
/// Those of the database.
pub async fn seal_all(db: &Database) -> Result<usize, Error> {
    let mut sealed = 0;
    while db.read(seals::waiting).await? {
        sealed += db.write(seals::seal).await?;
    }
    Ok(sealed)
}

/// Writes to those who forgot their password, and to those who asked for the digest; sends some of the mails that are due. How many
/// there were of all.
///
/// # Errors
/// Those of the database.
pub async fn send_once(db: &Database, config: &Config, clock: &dyn Clock) -> Result<usize, Error> {
    let Some(letters) = letters(config) else { return Ok(0) };
    let now = clock.now();
    let asked = if db.read(accounts::resets_wait).await? {
        let letters = letters.clone();
        db.write(move |conn| accounts::answer_resets(conn, &letters, now)).await?
    } else {
        0
    };
    let asked = asked + write_digests(db, letters, now).await?;
    if !db.read(move |conn| mails::waiting(conn, now)).await? {
        return Ok(asked);
    }
    let Some(mailer) = Mailer::new(&config.mail).map(Arc::new) else { return Ok(asked) };
    let claimed = db.write(move |conn| mails::claim(conn, now)).await?;
    let count = claimed.len();
    for mail in claimed {
        let (sent, server) = (mail.clone(), mailer.clone());
        // An outer error: the program is about to end. The lease runs out, and somebody else sends it.
        let Ok(delivery) = web::block(move || server.send(&sent)).await else { break };
        let now = clock.now();
        db.write(move |conn| mails::settle(conn, &mail, delivery, now)).await?;
    }
    Ok(asked + count)
}

/// How long a file may be stored that no material has: one that is being uploaded has none yet.
const UNNAMED: SignedDuration = SignedDuration::from_hours(24);
/// Files that are looked up together.
const NAMES: usize = 500;

/// Writes the digest of the week to some of those who asked for it and did not get it yet. How many they were.
async fn write_digests(db: &Database, letters: Letters, now: Timestamp) -> Result<usize, Error> {
    let due = db.read(move |conn| digests::due(conn, now)).await?;
    for user in &due {
        let (user, letters) = (*user, letters.clone());
        db.write(move |conn| digests::write(conn, &letters, user, now)).await?;
    }
    Ok(due.len())
}

/// Removes stored files that no material has, and what uploads that broke off have left. How many there were.
///
/// # Errors
/// Those of the database.
pub async fn sweep_files(db: &Database, files: &Arc<Files>, clock: &dyn Clock) -> Result<usize, Error> {
    let before = clock.now() - UNNAMED;
    let of = files.clone();
    let mut removed = on_files(move || of.remove_parts(before)).await.unwrap_or(0);
    for digits in 0..=u8::MAX {
        let of = files.clone();
        let listed = on_files(move || of.stored(&format!("{digits:02x}"), before)).await.unwrap_or_default();
        for keys in listed.chunks(NAMES) {
            let keys = keys.to_vec();
            let orphans = db.read(move |conn| materials::orphans(conn, keys.clone())).await?;
            let of = files.clone();
            let discarded =
                on_files(move || orphans.iter().try_for_each(|key| of.discard(key)).map(|()| orphans.len()));
            removed += discarded.await.unwrap_or(0);
        }
    }
    if removed > 0 {
        tracing::info!(removed, "files that no material has were removed");
    }
    Ok(removed)
}

/// Does something with stored files, away from the threads that answer. What fails is logged, and done next time.
async fn on_files<T: Send + 'static>(work: impl FnOnce() -> Result<T, Unstored> + Send + 'static) -> Option<T> {
    // An outer error: the program is about to end.
    let done = web::block(work).await.ok()?;
    done.inspect_err(|error| tracing::warn!(%error, "stored files were not looked at")).ok()
}

/// Reads some of the calendars that are due at present. How many: none when no more are due.
///
/// # Errors
/// Those of looking up which.
pub async fn refresh_once(db: &Database, outbound: &Arc<Outbound>, clock: &dyn Clock) -> Result<usize, Error> {
    let now = clock.now();
    if !db.read(move |conn| imported::waiting(conn, now)).await? {
        return Ok(0);
    }
    let claimed = db.write(move |conn| imported::claim(conn, now)).await?;
    let count = claimed.len();
    join_all(claimed.into_iter().map(async |assignment| {
        let outcome = feeds::carry_out(outbound.clone(), assignment.clone(), outbound::LONGEST, now).await;
        let (now, calendar) = (clock.now(), assignment.calendar);
        let kept = db.write(move |conn| {
            let mut ctx = Context::of_program(conn, now);
            imported::finish(&mut ctx, &assignment, &outcome).map(drop)
        });
        told(kept.await, &calendar);
    }))
    .await;
    Ok(count)
}

/// Reads a page of some of the catalogs that are due at present. How many: none when no more are due.
///
/// # Errors
/// Those of looking up which.
pub async fn harvest_once(db: &Database, outbound: &Arc<Outbound>, clock: &dyn Clock) -> Result<usize, Error> {
    let now = clock.now();
    if !db.read(move |conn| harvests::waiting(conn, now)).await? {
        return Ok(0);
    }
    let claimed = db.write(move |conn| harvests::claim(conn, now)).await?;
    let count = claimed.len();
    join_all(claimed.into_iter().map(async |assignment| {
        let Some(_turn) = outbound.turn().await else { return };
        let outcome = feeds::harvest(outbound.clone(), assignment.clone(), outbound::LONGEST).await;
        let (now, harvest) = (clock.now(), assignment.harvest);
        let kept = db.write(move |conn| {
            let mut ctx = Context::of_program(conn, now);
            harvests::finish(&mut ctx, &assignment, &outcome).map(drop)
        });
        told(kept.await, &harvest);
    }))
    .await;
    Ok(count)
}

/// Logs that what was read of a source was not kept.
fn told(kept: Result<(), Error>, source: &dyn Display) {
    match kept {
        // It was taken back meanwhile.
        Ok(()) | Err(Error::NotFound) => {}
        Err(error) => tracing::warn!(%error, %source, "a source was read, but not kept"),
    }
}

/// Does everything that is to be done at present; what fails is logged and tried again next time.
///
/// # Errors
/// Those of looking up what is to be done.
pub async fn sweep_once(db: &Database, clock: &dyn Clock) -> Result<usize, Error> {
    let now = clock.now();
    let chores = db.read(move |conn| sweep::due(conn, now)).await?;
    for chore in &chores {
        let (chore, now) = (*chore, clock.now());
        // One that fails keeps none of the others waiting.
        if let Err(error) = db.write(move |conn| sweep::run(conn, chore, now)).await {
            tracing::warn!(%error, ?chore, "a chore was put off");
        }
    }
    Ok(chores.len())
}

fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// Starts serving on a listener, with figures of its own.
///
/// # Errors
/// [`ServeError::Listen`] when the listener cannot be used.
pub fn start(app: Arc<App>, listener: TcpListener, workers: usize) -> Result<Server, ServeError> {
    start_with(app, listener, workers, Metrics::new(Instant::now())?, true)
}

fn start_with(
    app: Arc<App>,
    listener: TcpListener,
    workers: usize,
    figures: Metrics,
    show_figures: bool,
) -> Result<Server, ServeError> {
    let deadlines = app.deadlines;
    let (app, figures) = (Data::from(app), Data::new(figures));
    let server = HttpServer::new(move || {
        let (web, _) = Web::new().into_utoipa_app().configure(routes::mount).split_for_parts();
        let web = if show_figures { web.route("/metrics", web::get().to(figures_for_loopback)) } else { web };
        web.app_data(app.clone())
            .app_data(figures.clone())
            .service(docs::service())
            .default_service(web::to(elsewhere))
            .wrap(from_fn(body))
            .wrap(Compress::default())
            .wrap(from_fn(head))
            .wrap(from_fn(tags))
            .wrap(from_fn(limit))
            .wrap(from_fn(cors))
            .wrap(from_fn(edge))
            .wrap(from_fn(metrics::measure))
    });
    let server = server.workers(workers).client_request_timeout(deadlines.header);
    Ok(server.shutdown_timeout(deadlines.shutdown.as_secs()).listen(listener)?.run())
}

/// Shows the figures to programs on this machine; for everybody else there is nothing here.
async fn figures_for_loopback(
    request: HttpRequest,
    figures: Data<Metrics>,
) -> Result<actix_web::HttpResponse, Problem> {
    let near = request.peer_addr().is_some_and(|peer| peer.ip().is_loopback());
    // Behind a proxy on this machine everybody comes from loopback.
    let forwarded = ["forwarded", "x-forwarded-for"].iter().any(|name| request.headers().contains_key(*name));
    if near && !forwarded {
        Ok(metrics::show(figures).await)
    } else {
        Err(Problem::new(problem::NOT_FOUND, "there is nothing at this address"))
    }
}

/// No operation has this address.
async fn elsewhere() -> Result<&'static str, Problem> {
    Err(Problem::new(problem::NOT_FOUND, "there is nothing at this address"))
}
