//! `check`: what an operator wants to know before starting, or when something is odd.

use std::{io::Write, time::Instant};

use packhorse_db::{Conn, DatabaseUrl, DbError};
use packhorse_domain::{Clock, Timestamp, time::SystemClock};
use packhorse_services::{
    Error,
    seals::{self, Audit, Noted},
};

use super::failure::Failure;
use crate::config::{DatabaseConfig, Effective};

/// How far the database's clock may be from ours, in seconds: as far as tokens forgive.
const DRIFT_SECONDS: f64 = 5.0;

/// No clock is right that is behind this program, in seconds since 1970 (2026-01-01).
const EARLIEST: i64 = 1_767_225_600;

/// That the log of events is looked at, too.
pub(super) struct Chain {
    /// A head of its chain that was noted earlier.
    pub head: Option<Noted>,
}

/// What came of looking at one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Finding {
    /// As it should be.
    Good(String),
    /// Allowed, but perhaps not meant.
    Odd(String),
    /// Will not work.
    Bad(String),
}

/// Looks at everything, and fails when anything will not work.
pub(super) fn check(effective: &Effective, chain: Option<&Chain>, out: &mut dyn Write) -> Result<(), Failure> {
    let mut bad = 0;
    for (what, finding) in findings(effective, chain, &SystemClock) {
        let (mark, text) = match finding {
            Finding::Good(text) => ("ok", text),
            Finding::Odd(text) => ("note", text),
            Finding::Bad(text) => {
                bad += 1;
                ("BAD", text)
            }
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(out, "{mark:4} {what:14} {text}")?;
    }
    match bad {
        0 => Ok(()),
        1 => Err(Failure::Said("one check failed".to_owned())),
        many => Err(Failure::Said(format!("{many} checks failed"))),
    }
}

fn findings(effective: &Effective, chain: Option<&Chain>, clock: &dyn Clock) -> Vec<(&'static str, Finding)> {
    let config = &effective.config;
    let serves = format!("serves {} as {}", config.http.bind, config.http.public_url);
    let mut findings = vec![("configuration", Finding::Good(serves))];
    findings.extend(effective.notices.iter().map(|notice| ("configuration", Finding::Odd(notice.clone()))));
    findings.push(("clock", our_clock(clock.now())));
    match open(&config.database) {
        Ok(mut conn) => {
            findings.extend(database(&mut conn, clock));
            findings
                .push(("migrations", migrations(packhorse_db::pending(&mut conn), config.database.migrate_on_start)));
            let audited = chain.map(|chain| audit(seals::audit(&mut conn, chain.head.as_ref())));
            findings.extend(audited.into_iter().flatten().map(|finding| ("audit", finding)));
        }
        Err(problem) => findings.push(("database", Finding::Bad(problem))),
    }
    findings
}

/// Connects, without making a database that is not there.
fn open(database: &DatabaseConfig) -> Result<Conn, String> {
    if let DatabaseUrl::Sqlite(file) = &database.url
        && !file.exists()
    {
        return Err(format!("{} does not exist; packhorse migrate makes it, and so does serve", file.display()));
    }
    database.url.connect().map_err(|error| format!("{}: {error}", database.shown()))
}

fn our_clock(now: Timestamp) -> Finding {
    let text = format!("it is {}", now.strftime("%Y-%m-%d %H:%M:%SZ"));
    if now.as_second() < EARLIEST {
        Finding::Bad(format!("{text}, it says: set the clock"))
    } else {
        Finding::Good(text)
    }
}

fn database(conn: &mut Conn, clock: &dyn Clock) -> Vec<(&'static str, Finding)> {
    let (asked, began) = (clock.now(), Instant::now());
    let server = match packhorse_db::server(conn) {
        Ok(server) => server,
        Err(error) => return vec![("database", Finding::Bad(error.to_string()))],
    };
    let took = began.elapsed().as_secs_f64();
    // It read its clock at some moment between question and answer, most likely in the middle.
    let drift = server.clock.duration_since(asked).as_secs_f64() - took / 2.0;
    let version = if server.supported {
        Finding::Good(format!("{} answers in {:.1} ms", server.name, took * 1000.0))
    } else {
        Finding::Bad(format!("{} is too old; PostgreSQL 15 is needed", server.name))
    };
    let mut findings = vec![("database", version)];
    if matches!(conn, Conn::Pg(_)) {
        findings.push(("database clock", database_clock(drift)));
    }
    findings
}

fn database_clock(drift_seconds: f64) -> Finding {
    let side = if drift_seconds < 0.0 { "behind" } else { "ahead of" };
    let text = format!("{:.3} s {side} ours", drift_seconds.abs());
    if drift_seconds.abs() > DRIFT_SECONDS {
        Finding::Bad(format!("{text}: set the clocks"))
    } else {
        Finding::Good(text)
    }
}

fn migrations(pending: Result<usize, DbError>, on_start: bool) -> Finding {
    match pending {
        Ok(0) => Finding::Good("the schema is up to date".to_owned()),
        Ok(many) if on_start => Finding::Odd(format!("{many} to run; serve and worker will when they start")),
        Ok(many) => Finding::Bad(format!("{many} to run: packhorse migrate")),
        Err(error) => Finding::Bad(error.to_string()),
    }
}

/// What the chain of hashes says of the log.
fn audit(audited: Result<Audit, Error>) -> Vec<Finding> {
    let Audit { head, unsealed, wrong } = match audited {
        Ok(audit) => audit,
        Err(error) => return vec![Finding::Bad(error.to_string())],
    };
    let mut findings: Vec<_> = wrong.iter().map(|tampering| Finding::Bad(tampering.to_string())).collect();
    if findings.is_empty() {
        findings.push(Finding::Good(format!("{} events are as they were sealed; head {head}", head.place)));
    }
    if unsealed > 0 {
        findings.push(Finding::Odd(format!("{unsealed} more are not sealed yet; nothing proves how they were")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;
    use crate::config::{Flag, Sources};

    fn checked(file: &std::path::Path) -> (bool, String) {
        let value = format!("sqlite:{}", file.display());
        let flags = vec![Flag { flag: "--database-url", key: "database_url", value }];
        let effective = Effective::of(Sources { flags, ..Sources::default() }).unwrap();
        let mut out = Vec::new();
        let passed = check(&effective, None, &mut out).is_ok();
        (passed, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_database_is_looked_at_and_never_made() {
        let directory = env::temp_dir().join(format!("packhorse-check-{}", process::id()));
        fs::create_dir(&directory).unwrap();
        let file = directory.join("a.db");
        let absent = checked(&file);
        let made = file.exists();
        let mut conn = DatabaseUrl::Sqlite(file.clone()).connect().unwrap();
        let empty = checked(&file);
        packhorse_db::migrate(&mut conn).unwrap();
        let ready = checked(&file);
        drop(conn);
        fs::remove_dir_all(&directory).unwrap();
        assert!(!absent.0 && absent.1.contains("BAD  database       ") && !made, "{}", absent.1);
        assert!(empty.0 && empty.1.contains("note migrations     "), "{}", empty.1);
        assert!(ready.0 && ready.1.contains("ok   migrations     the schema is up to date"), "{}", ready.1);
        assert!(ready.1.contains("ok   database       SQLite 3.") && ready.1.contains("ok   clock "), "{}", ready.1);
    }

    #[test]
    fn clocks_that_are_wrong_are_told() {
        assert!(matches!(our_clock(Timestamp::UNIX_EPOCH), Finding::Bad(_)));
        assert_eq!(database_clock(-0.25), Finding::Good("0.250 s behind ours".to_owned()));
        assert!(matches!(database_clock(5.5), Finding::Bad(text) if text.starts_with("5.500 s ahead of ours")));
    }

    #[test]
    fn a_chain_that_was_tampered_with_is_bad_and_its_head_is_told_otherwise() {
        let head = Noted { place: 7, hash: "0a".repeat(32) };
        let good = audit(Ok(Audit { head: head.clone(), unsealed: 2, wrong: Vec::new() }));
        assert!(matches!(&good[0], Finding::Good(text) if text.ends_with(&head.to_string())), "{good:?}");
        assert!(matches!(&good[1..], [Finding::Odd(text)] if text.starts_with("2 more")), "{good:?}");
        let bad = audit(Ok(Audit { head, unsealed: 0, wrong: vec![seals::Tampering::Gap(3, 5)] }));
        assert_eq!(bad, [Finding::Bad("the seals from 3 to 5 were deleted".to_owned())]);
    }

    #[test]
    fn waiting_migrations_are_bad_only_when_nobody_runs_them() {
        assert!(matches!(migrations(Ok(3), true), Finding::Odd(_)));
        assert!(matches!(migrations(Ok(3), false), Finding::Bad(_)));
    }
}
