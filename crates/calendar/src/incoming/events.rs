//! Events and the instances of them.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, civil::DateTime};
use packhorse_domain::{Interval, recurrence::Rule};

use super::{
    Event, Fault, Frame, Kind, MOST_EFFORT, MOST_FAULTS, MOST_INSTANCES, Note, When,
    lines::{Component, Property},
    values::{self, Length, Moment},
    zones::Zones,
};
use crate::recurrence::{Series, Unbounded};

/// An event before its instances are counted out.
struct Draft {
    event: Event,
    start: Option<Moment>,
    length: Length,
    rules: Vec<Rule>,
    /// The line of the first rule.
    rule_line: usize,
    /// Further starts.
    added: Vec<Moment>,
    /// Further instances with their own end.
    periods: Vec<(Moment, Interval)>,
    removed: Vec<Moment>,
    instance: Option<Moment>,
    and_future: bool,
}

impl Draft {
    fn is_busy(&self) -> bool {
        !self.event.transparent && !self.event.cancelled
    }
}

/// Reads all events, wherever they stand, and counts out their instances.
pub(super) fn read(
    calendars: &[Component],
    zones: &mut Zones<'_>,
    range: Interval,
    notes: &mut Vec<Note>,
) -> Result<Vec<Event>, Vec<Fault>> {
    let (mut drafts, mut faults) = (Vec::new(), Vec::new());
    for calendar in calendars {
        let cancelled = calendar.all("METHOD").any(|method| method.value.eq_ignore_ascii_case("CANCEL"));
        calendar.walk(&mut |component| {
            let draft = match component.name.as_str() {
                "VEVENT" => draft(component, cancelled, zones, notes),
                "VFREEBUSY" => free_busy(component, cancelled, range, zones, notes),
                "VTIMEZONE" => offsets(component).map(|()| None),
                "VAVAILABILITY" => {
                    let text = "says when somebody is available, which takes no time".to_owned();
                    notes.push(Note { line: component.line, text });
                    Ok(None)
                }
                _ => Ok(None),
            };
            match draft {
                Ok(draft) => drafts.extend(draft),
                Err(fault) => faults.push(fault),
            }
        });
    }
    if !faults.is_empty() {
        faults.truncate(MOST_FAULTS);
        return Err(faults);
    }
    expand(&mut drafts, zones, range).map_err(|fault| vec![fault])?;
    Ok(drafts.into_iter().map(|draft| draft.event).collect())
}

/// Checks that each offset of a zone is one, though the zone may be known by its name.
fn offsets(zone: &Component) -> Result<(), Fault> {
    for observance in &zone.inner {
        for name in ["TZOFFSETFROM", "TZOFFSETTO"] {
            observance.all(name).try_for_each(|property| values::offset(property).map(|_| ()))?;
        }
    }
    Ok(())
}

fn when(moment: Moment, zones: &Zones<'_>) -> When {
    let frame = match moment.kind {
        values::Kind::Day => Frame::Day,
        values::Kind::Floating => Frame::Floating,
        values::Kind::Fixed => Frame::Zone(zones.at(moment.clock).name.clone()),
    };
    When { local: moment.local, frame, at: moment.at }
}

fn event(component: &Component, kind: Kind, cancelled: bool) -> Result<Event, Fault> {
    let text = |name: &str| Ok(component.one(name)?.map(Property::text));
    let says = |name: &str, word: &str| component.all(name).any(|given| given.value.eq_ignore_ascii_case(word));
    Ok(Event {
        line: component.line,
        kind,
        uid: text("UID")?.filter(|uid| !uid.is_empty()),
        summary: text("SUMMARY")?.unwrap_or_default(),
        start: None,
        end: None,
        instance: None,
        transparent: says("TRANSP", "TRANSPARENT"),
        cancelled: cancelled || says("STATUS", "CANCELLED"),
        busy: Vec::new(),
    })
}

fn draft(
    component: &Component,
    cancelled: bool,
    zones: &mut Zones<'_>,
    notes: &mut Vec<Note>,
) -> Result<Option<Draft>, Fault> {
    let mut event = event(component, Kind::Event, cancelled)?;
    let mut one = |name: &str, zones: &mut Zones<'_>| match component.one(name)? {
        Some(property) => Ok(Some(values::moment(property, &property.value, zones, notes)?)),
        None => Ok(None),
    };
    let start = one("DTSTART", zones)?;
    let end = one("DTEND", zones)?;
    let instance = one("RECURRENCE-ID", zones)?;
    let (length, end) = if let Some(start) = start {
        lasts(component, start, end, zones)?
    } else {
        let text = "has no start and takes no time".to_owned();
        notes.push(Note { line: component.line, text });
        (Length::default(), end)
    };
    if let Some(given) = component.all("EXRULE").next() {
        return Err(given.fault("bad_rule", "EXRULE, which RFC 5545 took away, is not read"));
    }
    let mut rules = Vec::new();
    for property in component.all("RRULE") {
        let rule: Rule = property.value.parse().map_err(|bad| values::bad_rule(property, &bad))?;
        let whole_days = start.is_some_and(|start| start.kind == values::Kind::Day);
        rules.push(if whole_days { rule.of_days() } else { rule });
    }
    let (mut added, mut periods, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    for property in component.all("RDATE") {
        if property.value.contains('/') {
            for text in property.value.split(',') {
                periods.push(values::period(property, text.trim(), zones, notes)?);
            }
        } else {
            added.extend(values::moments(property, zones, notes)?);
        }
    }
    for property in component.all("EXDATE") {
        removed.extend(values::moments(property, zones, notes)?);
    }
    let range_of = component.one("RECURRENCE-ID")?.and_then(|given| given.parameter("RANGE"));
    event.start = start.map(|start| when(start, zones));
    event.end = end.map(|end| when(end, zones));
    event.instance = instance.map(|instance| when(instance, zones));
    let rule_line = component.all("RRULE").next().map_or(component.line, |rule| rule.line);
    let and_future = range_of.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"));
    Ok(Some(Draft { event, start, length, rules, rule_line, added, periods, removed, instance, and_future }))
}

/// How long an event lasts, and when its first instance ends.
fn lasts(
    component: &Component,
    start: Moment,
    end: Option<Moment>,
    zones: &Zones<'_>,
) -> Result<(Length, Option<Moment>), Fault> {
    let whole_days = start.kind == values::Kind::Day;
    let day = Length { days: 1, rest: SignedDuration::ZERO };
    let length = match (component.one("DTEND")?.zip(end), component.one("DURATION")?) {
        (Some((given, _)), Some(_)) => {
            return Err(given.fault("contradiction", "DTEND and DURATION exclude each other"));
        }
        (Some((given, end)), None) => {
            if whole_days != (end.kind == values::Kind::Day) {
                return Err(given.fault("contradiction", "DTSTART and DTEND are not both days or both times"));
            }
            if end.at < start.at {
                return Err(given.fault("end_before_start", "DTEND lies before DTSTART"));
            }
            if !whole_days {
                Length { days: 0, rest: end.at.duration_since(start.at) }
            } else if end.local == start.local {
                day
            } else {
                Length { days: end.local.duration_since(start.local).as_hours() / 24, rest: SignedDuration::ZERO }
            }
        }
        (None, Some(given)) => values::duration(&given.value)
            .ok_or_else(|| given.fault("bad_duration", format!("\"{}\" is no duration taken here", given.value)))?,
        (None, None) if whole_days => day,
        (None, None) => Length::default(),
    };
    if end.is_some_and(|end| end.local != start.local || !whole_days) {
        return Ok((length, end));
    }
    let at = length.end(start.local, start.clock, zones);
    let ends = at.map(|at| Moment { local: zones.at(start.clock).clock.shows(at), at, ..start });
    let given = component.one("DURATION")?.is_some();
    Ok((length, if whole_days || given { ends } else { None }))
}

fn free_busy(
    component: &Component,
    cancelled: bool,
    range: Interval,
    zones: &mut Zones<'_>,
    notes: &mut Vec<Note>,
) -> Result<Option<Draft>, Fault> {
    let mut event = event(component, Kind::FreeBusy, cancelled)?;
    for (name, end) in [("DTSTART", false), ("DTEND", true)] {
        if let Some(property) = component.one(name)? {
            let told = values::moment(property, &property.value, zones, notes)?;
            *(if end { &mut event.end } else { &mut event.start }) = Some(when(told, zones));
        }
    }
    for property in component.all("FREEBUSY") {
        let free = property.parameter("FBTYPE").is_some_and(|kind| kind.eq_ignore_ascii_case("FREE"));
        for text in property.value.split(',') {
            let (_, time) = values::period(property, text.trim(), zones, notes)?;
            let busy = !free && !event.cancelled;
            event.busy.extend(time.intersection(&range).filter(|_| busy));
        }
    }
    event.busy.sort_unstable();
    Ok(Some(Draft {
        event,
        start: None,
        length: Length::default(),
        rules: Vec::new(),
        rule_line: component.line,
        added: Vec::new(),
        periods: Vec::new(),
        removed: Vec::new(),
        instance: None,
        and_future: false,
    }))
}

/// What the calendar may still take.
struct Budget {
    instances: usize,
    effort: u64,
}

/// Counts out the instances of every event.
fn expand(drafts: &mut [Draft], zones: &Zones<'_>, range: Interval) -> Result<(), Fault> {
    let mut budget = Budget { instances: MOST_INSTANCES, effort: MOST_EFFORT };
    let masters: HashSet<String> =
        drafts.iter().filter(|draft| draft.instance.is_none()).filter_map(|draft| draft.event.uid.clone()).collect();
    let mut moved: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, draft) in drafts.iter().enumerate() {
        if let Some(uid) = draft.event.uid.as_ref().filter(|uid| draft.instance.is_some() && masters.contains(*uid)) {
            moved.entry(uid.clone()).or_default().push(place);
        }
    }
    let mut found: Vec<(usize, Interval)> = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        let others = draft.event.uid.as_ref().and_then(|uid| moved.get(uid));
        match (others, draft.instance) {
            // An instance of an event that is told of too: only itself.
            (Some(_), Some(_)) => {
                let time = draft.start.and_then(|start| instance(draft, start.local, zones));
                found.extend(time.filter(|_| draft.is_busy()).map(|time| (place, time)));
            }
            (others, _) => {
                let others = others.map_or(&[][..], Vec::as_slice);
                series(place, drafts, others, zones, range, &mut budget, &mut found)?;
            }
        }
    }
    for (place, time) in found {
        if let Some(inside) = time.intersection(&range) {
            drafts[place].event.busy.push(inside);
        }
    }
    for draft in drafts {
        draft.event.busy.sort_unstable();
    }
    Ok(())
}

/// The time of the instance that begins at a local time of the event's clock.
fn instance(draft: &Draft, local: DateTime, zones: &Zones<'_>) -> Option<Interval> {
    let clock = draft.start?.clock;
    Interval::new(zones.at(clock).clock.instant(local)?, draft.length.end(local, clock, zones)?)
}

/// Counts out one series, without the instances that other events stand for.
fn series(
    place: usize,
    drafts: &[Draft],
    others: &[usize],
    zones: &Zones<'_>,
    range: Interval,
    budget: &mut Budget,
    found: &mut Vec<(usize, Interval)>,
) -> Result<(), Fault> {
    let draft = &drafts[place];
    let Some(start) = draft.start else { return Ok(()) };
    let clock = &zones.at(start.clock).clock;
    let local = |moment: &Moment| moment.on(start.clock, zones);
    // A day stands for every instance on it.
    let whole = |moments: &mut dyn Iterator<Item = &Moment>| -> (HashSet<DateTime>, HashSet<jiff::civil::Date>) {
        let (days, times): (Vec<_>, Vec<_>) = moments.partition(|moment| moment.kind == values::Kind::Day);
        (times.into_iter().map(local).collect(), days.into_iter().map(|day| day.local.date()).collect())
    };
    let instances = others.iter().filter_map(|other| drafts[*other].instance.as_ref());
    let (mut gone, mut gone_days) = whole(&mut draft.removed.iter());
    if start.kind == values::Kind::Floating {
        // Some programs leave out instances in UTC where the event is in no zone: they mean what is written.
        gone.extend(draft.removed.iter().map(|moment| moment.local));
    }
    let (moved, moved_days) = whole(&mut instances.clone());
    gone.extend(moved);
    gone_days.extend(moved_days);
    let mut shifts: Vec<(DateTime, SignedDuration, usize)> = others
        .iter()
        .filter(|other| drafts[**other].and_future)
        .filter_map(|other| {
            let (id, new) = (local(drafts[*other].instance.as_ref()?), local(drafts[*other].start.as_ref()?));
            Some((id, new.duration_since(id), *other))
        })
        .collect();
    shifts.sort_unstable();
    let lengths = std::iter::once(draft).chain(others.iter().map(|other| &drafts[*other])).map(|each| each.length);
    let long = lengths.map(|length| SignedDuration::from_hours(24 * length.days).saturating_add(length.rest)).max();
    let far = shifts.iter().map(|(_, by, _)| by.abs()).max().unwrap_or_default();
    let reach = long.unwrap_or_default().saturating_add(far).saturating_add(SignedDuration::from_hours(48));
    let from = clock.shows(range.start).saturating_sub(reach);
    let to = clock.shows(range.end).saturating_add(far).saturating_add(SignedDuration::from_hours(24));
    let added: Vec<DateTime> = draft.added.iter().map(local).collect();
    let series = Series { start: start.local, with_start: true, rules: &draft.rules, added: &added, removed: &[] };
    let counted = series.starts(clock, from, to, budget.instances.saturating_add(1));
    let fault = |code, detail: String| Fault { line: draft.rule_line, code, detail };
    budget.effort = match budget.effort.checked_sub(counted.effort) {
        Some(left) if counted.outcome != Err(Unbounded::Exhausted) => left,
        Some(_) | None => {
            return Err(fault("too_sparse", "the instances of the rules are too far apart to be found".to_owned()));
        }
    };
    budget.instances = match budget.instances.checked_sub(counted.starts.len() + draft.periods.len()) {
        Some(left) if counted.outcome != Err(Unbounded::TooMany) => left,
        Some(_) | None => {
            let detail = format!("the calendar has more than {MOST_INSTANCES} instances in the time read");
            return Err(fault("too_many", detail));
        }
    };
    let is_gone = |local: &DateTime| gone.contains(local) || gone_days.contains(&local.date());
    // A period says itself when that instance ends.
    let ends: HashSet<DateTime> = draft.periods.iter().map(|(begins, _)| local(begins)).collect();
    for begins in counted.starts.into_iter().filter(|begins| !is_gone(begins) && !ends.contains(begins)) {
        let shift = shifts.partition_point(|(id, _, _)| *id <= begins).checked_sub(1).map(|last| shifts[last]);
        let (by, owner) = shift.map_or((SignedDuration::ZERO, place), |(_, by, owner)| (by, owner));
        if drafts[owner].is_busy() {
            let shifted = begins.saturating_add(by);
            let time = clock.instant(shifted).zip(drafts[owner].length.end(shifted, start.clock, zones));
            found.extend(time.and_then(|(from, to)| Interval::new(from, to)).map(|time| (owner, time)));
        }
    }
    let periods = draft.periods.iter().filter(|(begins, _)| draft.is_busy() && !is_gone(&local(begins)));
    found.extend(periods.map(|(_, time)| (place, *time)));
    Ok(())
}
