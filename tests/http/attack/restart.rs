//! Processes restarted one after the other under load, and clocks that jump.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use packhorse_tests::{Backend, Program, Stopping, TestDatabase, scale};

use super::{network, post, timed};

/// Three processes; each is told to stop, and replaced, while many write and read. A request that fails is sent again, with its
/// key, to the next process, as a proxy or a client does.
fn restarted_one_by_one(backend: Backend) {
    let database = TestDatabase::empty(backend);
    let start = || Program::start(&database.address());
    let mut programs = [start(), start(), start()];
    let client = programs[0].operator();
    let network = network(&client);
    let bases = Mutex::new(programs.iter().map(|program| program.base.clone()).collect::<Vec<_>>());
    let mut slowest = Duration::ZERO;
    let (stop, again, taken) = (AtomicBool::new(false), AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        let _stopping = Stopping(&stop);
        for number in 0..6 {
            let (client, network, bases) = (&client, network.as_str(), &bases);
            let (stop, again, taken) = (&stop, &again, &taken);
            scope.spawn(move || {
                for each in (0usize..).take_while(|_| !stop.load(Ordering::Relaxed)) {
                    let name = format!("rolling {number} {each}");
                    let began = Instant::now();
                    let reply = (number + each..).find_map(|turn| {
                        assert!(began.elapsed() < Duration::from_secs(10), "{name} is not healed");
                        let base = bases.lock().unwrap()[turn % 3].clone();
                        let reply = post(&client.at(&base), network, &name);
                        let reply = reply.filter(|reply| !matches!(reply.status, 503 | 409));
                        if reply.is_none() {
                            again.fetch_add(1, Ordering::Relaxed);
                            thread::sleep(Duration::from_millis(20));
                        }
                        reply
                    });
                    taken.lock().unwrap().push((name, reply.unwrap().expect(201).id()));
                }
            });
        }
        for round in 0..scale(3, 30) {
            thread::sleep(Duration::from_millis(500));
            let fresh = start();
            bases.lock().unwrap()[round % 3].clone_from(&fresh.base);
            let old = std::mem::replace(&mut programs[round % 3], fresh);
            let (well, time) = timed(|| old.stop());
            assert!(well, "it ends well when it is told to");
            slowest = slowest.max(time);
        }
    });
    let taken = taken.into_inner().unwrap();
    println!(
        "{backend:?}: {} writes, {} of them tried again; stopped within {slowest:?}",
        taken.len(),
        again.into_inner()
    );
    assert!(taken.len() > 20, "{}", taken.len());
    let client = client.at(&programs[0].base);
    for (name, id) in &taken {
        assert_eq!(client.get(&format!("/v1/libraries/{id}")).expect(200).json()["name"], name.as_str());
    }
    let doubled =
        "SELECT COUNT(*) - COUNT(DISTINCT search_text) AS count FROM libraries WHERE search_text LIKE 'rolling%'";
    assert_eq!(database.count(doubled), 0);
    database.assert_sound();
}

#[test]
fn processes_on_sqlite_are_restarted_one_by_one() {
    restarted_one_by_one(Backend::Sqlite);
}

#[test]
fn processes_on_postgres_are_restarted_one_by_one() {
    if let Some(backend) = Backend::postgres() {
        restarted_one_by_one(backend);
    }
}
