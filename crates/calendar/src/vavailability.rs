//! A trainer's statements as `VAVAILABILITY`, in and out, and busy time as `VFREEBUSY`.
//!
//! Source: RFC 7953 (calendar availability), RFC 5545 section 3.6.4 (free and busy time).

mod written;

use jiff::{SignedDuration, Span, civil::DateTime};
use packhorse_domain::{
    Interval, Timestamp, Zone,
    availability::{AvailabilityDetails, LONGEST_DAYS, MOST_DATES, Override, Pattern},
    recurrence::{End, Rule, Until},
};
use validator::Validate as _;

use crate::incoming::{
    Fault, MOST_EFFORT, MOST_FAULTS, MOST_INSTANCES, Note,
    lines::{self, Component, Property},
    values::{self, Kind, Moment},
    zones::Zones,
};

pub use written::{free_busy, write};

const SECOND: SignedDuration = SignedDuration::from_secs(1);
/// Most statements of one text.
pub const MOST_STATEMENTS: usize = 500;

/// The statements of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Statements {
    /// What it says, in the order of the text.
    pub statements: Vec<AvailabilityDetails>,
    /// What was decided in reading it.
    pub notes: Vec<Note>,
}

/// Reads every `VAVAILABILITY` of a text: each `AVAILABLE` as a statement that its time is free, and one of a priority
/// also as one that sets lower priorities aside from its start to its end.
///
/// An `AVAILABLE` counts only from the start to the end of its `VAVAILABILITY`; an instance that begins inside counts
/// whole. Times without a zone and whole days are taken in `own`.
///
/// # Errors
/// Every fault, as for a calendar that is read for its busy time; besides, what a statement cannot say: zones that only
/// the text describes, several rules at once, `RANGE=THISANDFUTURE`, recurring instances of more than 7 days; and rules that
/// together have more than [`MOST_INSTANCES`] instances in their first year.
pub fn read(bytes: &[u8], own: &Zone) -> Result<Statements, Vec<Fault>> {
    let mut notes = Vec::new();
    let texts = lines::components(bytes, &mut notes)?;
    let epoch = Interval { start: Timestamp::UNIX_EPOCH, end: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1) };
    let zones = Zones::new(&texts, own, epoch);
    let mut reader = Reader { zones, notes, instances: MOST_INSTANCES, effort: MOST_EFFORT };
    let (mut statements, mut faults, mut any) = (Vec::new(), Vec::new(), false);
    for text in &texts {
        text.walk(&mut |component| {
            if component.name == "VAVAILABILITY" {
                any = true;
                match reader.availability(component) {
                    Ok(said) => statements.extend(said),
                    Err(fault) => faults.push(fault),
                }
            }
        });
    }
    if !any {
        faults.push(Fault { line: 1, code: "nothing", detail: "there is no VAVAILABILITY in it".to_owned() });
    }
    if statements.len() > MOST_STATEMENTS {
        let detail = format!("a text has at most {MOST_STATEMENTS} statements");
        faults.push(Fault { line: 1, code: "too_many", detail });
    }
    faults.truncate(MOST_FAULTS);
    if faults.is_empty() { Ok(Statements { statements, notes: reader.notes }) } else { Err(faults) }
}

struct Reader<'a> {
    zones: Zones<'a>,
    notes: Vec<Note>,
    /// Instances that the rules may still have, each in its first year.
    instances: usize,
    /// What it may still take to find them: days, hours or minutes looked at.
    effort: u64,
}

/// From when to when a `VAVAILABILITY` counts.
#[derive(Clone, Copy)]
struct Bounds {
    from: Option<Moment>,
    to: Option<Moment>,
}

impl Bounds {
    fn hold(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from.at <= at) && self.to.is_none_or(|to| at < to.at)
    }
}

/// An `AVAILABLE` before it is made a statement.
struct Told {
    clock: usize,
    start: DateTime,
    end: DateTime,
}

impl Reader<'_> {
    fn availability(&mut self, component: &Component) -> Result<Vec<AvailabilityDetails>, Fault> {
        let priority = match component.one("PRIORITY")? {
            Some(given) => given.value.parse().ok().filter(|priority| *priority <= 9).ok_or_else(|| {
                given.fault("bad_priority", format!("\"{}\" is no priority from 0 to 9", given.value))
            })?,
            None => 0,
        };
        let from = self.one(component, "DTSTART")?;
        let to = match (self.one(component, "DTEND")?, component.one("DURATION")?.zip(from)) {
            (to, None) => to,
            (None, Some((given, from))) => Some(self.after(given, from)?),
            (Some(_), Some((given, _))) => {
                return Err(given.fault("contradiction", "DTEND and DURATION exclude each other"));
            }
        };
        let fault = |code, detail: &str| Fault { line: component.line, code, detail: detail.to_owned() };
        if from.zip(to).is_some_and(|(from, to)| to.at <= from.at) {
            return Err(fault("end_before_start", "ends before it starts"));
        }
        let bounds = Bounds { from, to };
        let mut statements = Vec::new();
        if priority > 0 {
            let clock = from.or(to).map_or(Zones::OWN, |told| told.clock);
            let zone = self.zone(clock).ok_or_else(|| fault("unknown_zone", "its zone has no IANA name"))?;
            let (start, end) = (from.map(|from| from.on(clock, &self.zones)), to.map(|to| to.on(clock, &self.zones)));
            let note = component.one("SUMMARY")?.map(Property::text).unwrap_or_default();
            statements.push(details(zone, Pattern::SetAside { start, end }, priority, &note));
        }
        let available = || component.inner.iter().filter(|inner| inner.name == "AVAILABLE");
        let uid = |one: &Component| one.all("UID").next().map(|uid| uid.value.clone());
        let is_instance = |one: &Component| one.all("RECURRENCE-ID").next().is_some();
        for one in available().filter(|one| !is_instance(one)) {
            let id = uid(one);
            let moved: Vec<_> =
                available().filter(|other| id.is_some() && is_instance(other) && uid(other) == id).collect();
            statements.extend(self.available(one, &moved, bounds, priority)?);
        }
        let known: Vec<_> = available().filter(|one| !is_instance(one)).filter_map(uid).collect();
        for orphan in available().filter(|one| is_instance(one) && uid(one).is_none_or(|id| !known.contains(&id))) {
            statements.extend(self.available(orphan, &[], bounds, priority)?);
        }
        Ok(statements)
    }

    fn one(&mut self, component: &Component, name: &str) -> Result<Option<Moment>, Fault> {
        component
            .one(name)?
            .map(|given| values::moment(given, &given.value, &mut self.zones, &mut self.notes))
            .transpose()
    }

    /// When a duration from a time on is over.
    fn after(&self, given: &Property, from: Moment) -> Result<Moment, Fault> {
        let bad = || given.fault("bad_duration", format!("\"{}\" is no duration taken here", given.value));
        let length = values::duration(&given.value).ok_or_else(bad)?;
        let at = length.end(from.local, from.clock, &self.zones).ok_or_else(bad)?;
        Ok(Moment { local: self.zones.at(from.clock).clock.shows(at), at, ..from })
    }

    fn zone(&self, clock: usize) -> Option<Zone> {
        self.zones.at(clock).zone.clone()
    }

    fn told(&mut self, component: &Component) -> Result<(Told, Zone), Fault> {
        let fault = |code, detail: &str| Fault { line: component.line, code, detail: detail.to_owned() };
        let start = self.one(component, "DTSTART")?.ok_or_else(|| fault("no_start", "AVAILABLE has no DTSTART"))?;
        let end = match (self.one(component, "DTEND")?, component.one("DURATION")?) {
            (Some(end), None) => end,
            (None, Some(given)) => self.after(given, start)?,
            (Some(_), Some(given)) => {
                return Err(given.fault("contradiction", "DTEND and DURATION exclude each other"));
            }
            (None, None) => return Err(fault("no_end", "AVAILABLE has neither DTEND nor DURATION")),
        };
        if end.at <= start.at {
            return Err(fault("end_before_start", "AVAILABLE ends before it starts"));
        }
        let zone = self.zone(start.clock).ok_or_else(|| fault("unknown_zone", "its zone has no IANA name"))?;
        let (clock, end) = (start.clock, end.on(start.clock, &self.zones));
        Ok((Told { clock, start: start.local, end }, zone))
    }

    /// The statements an `AVAILABLE` makes; none when all of it lies outside the bounds.
    fn available(
        &mut self,
        component: &Component,
        moved: &[&Component],
        bounds: Bounds,
        priority: u8,
    ) -> Result<Vec<AvailabilityDetails>, Fault> {
        let (told, zone) = self.told(component)?;
        let note = component.one("SUMMARY")?.map(Property::text).unwrap_or_default();
        let Told { clock, start, end } = told;
        let long = end.duration_since(start);
        let rule_given = match component.one("RRULE")? {
            Some(given) => Some((given, self.rule(given, clock, start, bounds)?)),
            None => None,
        };
        let (mut rdate, mut exdate, mut once) = (Vec::new(), Vec::new(), Vec::new());
        for property in component.all("RDATE") {
            if property.value.contains('/') {
                for text in property.value.split(',') {
                    let (_, time) = values::period(property, text.trim(), &mut self.zones, &mut self.notes)?;
                    let shows = |at| self.zones.at(clock).clock.shows(at);
                    once.push((shows(time.start), shows(time.end)));
                }
            } else {
                let moments = values::moments(property, &mut self.zones, &mut self.notes)?;
                rdate.extend(moments.iter().map(|moment| self.local(moment, clock, start)));
            }
        }
        for property in component.all("EXDATE") {
            let moments = values::moments(property, &mut self.zones, &mut self.notes)?;
            exdate.extend(moments.iter().map(|moment| self.local(moment, clock, start)));
        }
        let mut overrides = Vec::new();
        for other in moved {
            overrides.push(self.moved(other, clock, start)?);
        }
        let mut patterns = Vec::new();
        if rule_given.is_none() && rdate.is_empty() && overrides.is_empty() {
            if !exdate.contains(&start) {
                once.push((start, end));
            }
        } else {
            if long > SignedDuration::from_hours(24 * LONGEST_DAYS) {
                let detail = format!("an AVAILABLE that recurs lasts at most {LONGEST_DAYS} days");
                return Err(Fault { line: component.line, code: "too_long", detail });
            }
            let inside = |local: &DateTime| self.at(clock, *local).is_some_and(|at| bounds.hold(at));
            rdate.retain(inside);
            for dates in [&mut rdate, &mut exdate] {
                dates.sort_unstable();
                dates.dedup();
            }
            let (first, rrule) = match rule_given {
                Some((given, rule)) => match self.bounded(given, &rule, clock, start, bounds) {
                    Some((first, text)) => (first, Some(text)),
                    // The rule has nothing inside the bounds: what is added stands alone.
                    None => (rdate.first().copied().unwrap_or(DateTime::MAX), None),
                },
                None if inside(&start) => (start, None),
                None => (rdate.first().copied().unwrap_or(DateTime::MAX), None),
            };
            if first == DateTime::MAX {
                return Ok(Vec::new());
            }
            rdate.retain(|local| *local != first || rrule.is_some());
            exdate.retain(|local| *local >= first || rdate.contains(local));
            exdate.truncate(MOST_DATES + 1);
            let end = first.saturating_add(long);
            patterns.push(Pattern::Recurring { start: first, end, rrule, rdate, exdate, overrides, free: true });
        }
        for (start, end) in once {
            let from = bounds.from.map_or(start, |from| start.max(from.on(clock, &self.zones)));
            let to = bounds.to.map_or(end, |to| end.min(to.on(clock, &self.zones)));
            if from < to {
                patterns.push(Pattern::Period { start: from, end: to });
            }
        }
        let said: Vec<_> =
            patterns.into_iter().map(|pattern| details(zone.clone(), pattern, priority, &note)).collect();
        match said.iter().find_map(|one| one.validate().err()) {
            None => Ok(said),
            Some(errors) => {
                let places: Vec<_> = errors.errors().keys().map(ToString::to_string).collect();
                let detail = format!("AVAILABLE is no statement we take: {errors} ({})", places.join(", "));
                Err(Fault { line: component.line, code: "bad_statement", detail })
            }
        }
    }

    fn at(&self, clock: usize, local: DateTime) -> Option<Timestamp> {
        self.zones.at(clock).clock.instant(local)
    }

    /// A time on a clock; a day stands for the instance on it.
    fn local(&self, moment: &Moment, clock: usize, start: DateTime) -> DateTime {
        match moment.kind {
            Kind::Day => moment.local.date().to_datetime(start.time()),
            Kind::Floating | Kind::Fixed => moment.on(clock, &self.zones),
        }
    }

    fn moved(&mut self, component: &Component, clock: usize, start: DateTime) -> Result<Override, Fault> {
        if let Some(given) = component.one("RECURRENCE-ID")?
            && given.parameter("RANGE").is_some()
        {
            return Err(given.fault("unsupported", "RANGE is not read here"));
        }
        let instance = self.one(component, "RECURRENCE-ID")?;
        let (told, _) = self.told(component)?;
        let on = |reader: &Self, local: DateTime| {
            let at = reader.at(told.clock, local);
            if told.clock == clock { local } else { at.map_or(local, |at| reader.zones.at(clock).clock.shows(at)) }
        };
        let instance = instance.map_or(start, |moment| self.local(&moment, clock, start));
        Ok(Override { instance, start: on(self, told.start), end: on(self, told.end) })
    }

    /// A rule that counts, as long as the text has not too many instances in all.
    fn rule(&mut self, given: &Property, clock: usize, start: DateTime, bounds: Bounds) -> Result<Rule, Fault> {
        let too_many = || {
            let detail = format!("the rules of a text have at most {MOST_INSTANCES} instances a year in all");
            Err(given.fault("too_many", detail))
        };
        if self.instances == 0 {
            return too_many();
        }
        let rule: Rule = given.value.parse().map_err(|bad| values::bad_rule(given, &bad))?;
        rule.check(start).map_err(|bad| values::bad_rule(given, &bad))?;
        let from = bounds.from.map_or(start, |from| from.on(clock, &self.zones).max(start));
        let year = from.saturating_add(Span::new().years(1));
        let to = bounds.to.map_or(year, |to| to.on(clock, &self.zones).min(year));
        let mut found = rule.instances(start, from, to);
        let count = found.by_ref().take(self.instances + 1).take_while(Result::is_ok).count();
        let left = self.instances.checked_sub(count).zip(self.effort.checked_sub(found.effort()));
        (self.instances, self.effort) = left.unwrap_or_default();
        if left.is_some() { Ok(rule) } else { too_many() }
    }

    /// A rule as it is within the bounds, with the first of its instances there; nothing when it has none.
    fn bounded(
        &self,
        given: &Property,
        rule: &Rule,
        clock: usize,
        start: DateTime,
        bounds: Bounds,
    ) -> Option<(DateTime, String)> {
        let from = bounds.from.map_or(start, |from| from.on(clock, &self.zones).max(start));
        let to = bounds.to.map_or(DateTime::MAX, |to| to.on(clock, &self.zones).saturating_sub(SECOND));
        let first = rule.instances(start, from, to).next()?.ok()?;
        let count = |to| rule.instances(start, from, to).take_while(Result::is_ok).count();
        let mut parts: Vec<String> = given
            .value
            .split(';')
            .filter(|part| !part.is_empty())
            .filter(|part| !part.to_ascii_uppercase().starts_with("COUNT="))
            .map(str::to_owned)
            .collect();
        let last = bounds.to.map(|to| to.at - SECOND);
        let until = match rule.end() {
            End::Count(_) => {
                parts.push(format!("COUNT={}", count(to)));
                return Some((first, parts.join(";")));
            }
            End::Until(Until::Instant(until)) => Some(until),
            End::Until(Until::Local(until)) => self.at(clock, until),
            End::Never => None,
        };
        if let Some(last) = last.filter(|last| until.is_none_or(|until| until > *last)) {
            parts.retain(|part| !part.to_ascii_uppercase().starts_with("UNTIL="));
            parts.push(format!("UNTIL={}", last.strftime("%Y%m%dT%H%M%SZ")));
        }
        Some((first, parts.join(";")))
    }
}

fn details(time_zone: Zone, pattern: Pattern, priority: u8, note: &str) -> AvailabilityDetails {
    AvailabilityDetails { time_zone, pattern, priority, note: note.chars().take(500).collect() }
}
