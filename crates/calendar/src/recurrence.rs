//! Series: when a thing that comes again and again begins, on the clock of a zone.
//!
//! Rules are counted out in local time and each result is then looked up on the clock, as RFC 5545 section 3.3.5 says: a
//! time that daylight saving skips is moved forward by the gap, one that comes twice is the first of the two. So do rules
//! by hours and minutes: they name times of the day, not stretches between instants.

use jiff::civil::DateTime;
use packhorse_domain::recurrence::{End, Rule, Until};

use crate::local::LocalClock;

/// Where a series begins and comes again, in local time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Series<'a> {
    /// Where the rules begin.
    pub(crate) start: DateTime,
    /// Whether the start is an instance even if no rule has it.
    pub(crate) with_start: bool,
    /// What makes it come again.
    pub(crate) rules: &'a [Rule],
    /// Further instances.
    pub(crate) added: &'a [DateTime],
    /// Instances left out.
    pub(crate) removed: &'a [DateTime],
}

/// Why a series was not counted out to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unbounded {
    /// More instances than were asked for.
    TooMany,
    /// No instance for so long that looking for the next was given up.
    Exhausted,
}

/// The local starts of a series between two times.
pub(crate) struct Counted {
    /// Those found.
    pub(crate) starts: Vec<DateTime>,
    /// Days, hours or minutes looked at.
    pub(crate) effort: u64,
    /// Whether that is all of them.
    pub(crate) outcome: Result<(), Unbounded>,
}

impl Series<'_> {
    /// The local starts from `from` to `to`, both inclusive, in order and each once; at most about `most`.
    pub(crate) fn starts(&self, clock: &LocalClock, from: DateTime, to: DateTime, most: usize) -> Counted {
        let within = |local: &&DateTime| from <= **local && **local <= to;
        let mut starts: Vec<DateTime> = self.added.iter().filter(within).copied().collect();
        let with_start = self.with_start || self.rules.is_empty();
        starts.extend((with_start && from <= self.start && self.start <= to).then_some(self.start));
        let (mut outcome, mut effort) = (Ok(()), 0);
        for rule in self.rules {
            let last = match rule.end() {
                End::Until(Until::Instant(at)) => Some(at),
                End::Until(Until::Local(_)) | End::Never | End::Count(_) => None,
            };
            let mut instances = rule.instances(self.start, from, to);
            for local in &mut instances {
                let Ok(local) = local else {
                    outcome = Err(Unbounded::Exhausted);
                    break;
                };
                if last.is_some_and(|last| clock.instant(local).is_none_or(|at| at > last)) {
                    break;
                }
                if starts.len() >= most {
                    outcome = Err(Unbounded::TooMany);
                    break;
                }
                starts.push(local);
            }
            effort += instances.effort();
        }
        starts.sort_unstable();
        starts.dedup();
        if !self.removed.is_empty() {
            let removed: std::collections::HashSet<_> = self.removed.iter().collect();
            starts.retain(|local| !removed.contains(local));
        }
        Counted { starts, effort, outcome }
    }

    /// Whether it has an instance that begins at a local time.
    pub(crate) fn has(&self, clock: &LocalClock, instance: DateTime) -> bool {
        self.starts(clock, instance, instance, usize::MAX).starts == [instance]
    }
}
