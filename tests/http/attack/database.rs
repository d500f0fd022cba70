//! The database goes away, keeps silent, is slow, hangs up: 503 in time, and all is well soon after it is back.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use packhorse::config::{Config, DeadlineConfig};
use packhorse_db::{Database, DbError, Options};
use packhorse_tests::{Backend, Line, PASSWORD, Proxy, Region, Reply, Stopping, TestDatabase, World, both, scale};
use serde_json::json;

use super::{add, timed};

/// A server whose PostgreSQL is at the other end of a wire, with the deadlines of the program.
fn wired() -> Option<(World, Proxy)> {
    let mut database = TestDatabase::new(Backend::postgres()?);
    let proxy = Proxy::before(&mut database);
    let config = Config { deadlines: DeadlineConfig::default(), ..World::config() };
    Some((World::with(database, &config), proxy))
}

/// 503 with `Retry-After`, as a problem document, in time.
#[track_caller]
fn assert_put_off((reply, time): (Reply, Duration)) -> Duration {
    let reply = reply.expect(503);
    assert_eq!(reply.json()["code"], "unavailable", "{}", reply.text);
    assert!(reply.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    assert!(time < Duration::from_secs(5), "{time:?}");
    time
}

/// Tries until it works again.
#[track_caller]
fn recovery(region: &Region) -> Duration {
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < Duration::from_secs(5), "well again in time");
        let statuses = (0..8).map(|_| region.coordinator.get("/v1/libraries").status);
        if statuses.collect::<Vec<_>>() == [200; 8] {
            return began.elapsed();
        }
    }
}

fn while_the_line_is(line: Line) {
    let Some((world, proxy)) = wired() else { return };
    let region = Region::new(&world, "nekls");
    let credentials = json!({ "email": "ce@nekls.example", "password": PASSWORD });
    add(&region, "Before").expect(201);
    for round in 0..scale(1, 5) {
        proxy.set(line);
        let put_off: Vec<_> = thread::scope(|scope| {
            let (region, credentials) = (&region, &credentials);
            let mut calls: Vec<_> = (0..12)
                .map(|call| {
                    scope.spawn(move || {
                        assert_put_off(timed(|| match call % 4 {
                            0 => region.coordinator.get("/v1/libraries"),
                            1 => add(region, &format!("Meanwhile {round} {call}")),
                            2 => region.coordinator.get("/health/ready"),
                            _ => region.coordinator.post("/v1/sign-in", credentials),
                        }))
                    })
                })
                .collect();
            let (reply, alive) = timed(|| region.coordinator.get("/health/live"));
            reply.expect(200);
            assert!(alive < Duration::from_millis(500), "{alive:?}");
            calls.drain(..).map(|call| call.join().unwrap()).collect()
        });
        proxy.set(Line::Open);
        let well = recovery(&region);
        println!("{line:?}: 503 within {:?}, well again within {well:?}", put_off.iter().max().unwrap());
        // What was put off has happened or not; asked again with its key, it has happened once.
        for call in [1, 5, 9] {
            let name = format!("Meanwhile {round} {call}");
            add(&region, &name).expect(201);
            let found = region.coordinator.get("/v1/libraries?limit=100").expect(200).text;
            assert_eq!(found.matches(&format!("\"{name}\"")).count(), 1);
        }
    }
}

#[test]
fn away() {
    while_the_line_is(Line::Cut);
}

#[test]
fn silent() {
    while_the_line_is(Line::Silent);
}

#[test]
fn far_too_slow() {
    while_the_line_is(Line::Slow(Duration::from_secs(6)));
}

/// A wire that hangs up again and again costs tries, and no acknowledged write.
#[test]
fn resetting() {
    let Some((world, proxy)) = wired() else { return };
    let region = Region::new(&world, "nekls");
    let (stop, taken) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        let _stopping = Stopping(&stop);
        for number in 0..6 {
            let (region, stop, taken) = (&region, &stop, &taken);
            scope.spawn(move || {
                for each in 0.. {
                    let name = format!("r{number}-{each}");
                    loop {
                        if stop.load(Ordering::Relaxed) {
                            return;
                        }
                        let (reply, time) = timed(|| add(region, &name));
                        assert!(time < Duration::from_secs(5), "{time:?}");
                        match reply.status {
                            201 => break taken.lock().unwrap().push(reply.id()),
                            503 => {}
                            _ => panic!("{} {}", reply.status, reply.text),
                        }
                    }
                }
            });
        }
        // Slow machines get more time between, until enough went through.
        for count in 1..=1000 {
            thread::sleep(Duration::from_millis(100 + count));
            proxy.reset();
            if count >= scale(15, 200) && taken.lock().unwrap().len() > 10 {
                break;
            }
        }
    });
    recovery(&region);
    let taken = taken.into_inner().unwrap();
    println!("{} acknowledged writes while the line was reset", taken.len());
    assert!(taken.len() > 10, "{}", taken.len());
    for id in &taken {
        region.coordinator.get(&format!("/v1/libraries/{id}")).expect(200);
    }
    let doubled = "SELECT COUNT(*) - COUNT(DISTINCT search_text) AS count FROM libraries";
    assert_eq!(world.database().count(doubled), 0);
    world.database().assert_sound();
}

both! {
    fn who_waits_no_longer_is_told_so_and_their_job_is_left(world) {
        let db = Database::open(&world.database().url, Options { connections: 1, ..Options::default() }).unwrap();
        let (begin, begun) = mpsc::channel();
        let (release, held) = mpsc::channel::<()>();
        let ran = Arc::new(AtomicBool::new(false));
        let noted = ran.clone();
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let busy = db.clone();
            let busy = tokio::spawn(async move {
                let hold = move |_: &mut _| {
                    begin.send(()).unwrap();
                    // Should nobody give up, the test fails all the same.
                    let _ = held.recv_timeout(Duration::from_secs(10));
                    Ok::<_, DbError>(())
                };
                busy.write(hold).await
            });
            while begun.try_recv().is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let late = move |_: &mut _| {
                noted.store(true, Ordering::SeqCst);
                Ok::<_, DbError>(())
            };
            let told = db.within(Duration::from_millis(100)).write(late).await;
            assert!(matches!(told, Err(DbError::Unavailable(_))), "{told:?}");
            release.send(()).unwrap();
            busy.await.unwrap().unwrap();
            db.write(|_| Ok::<_, DbError>(())).await.unwrap();
        });
        assert!(!ran.load(Ordering::SeqCst));
    }
}
