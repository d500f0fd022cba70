"""Writes what the PyPI packages icalendar 7.3.0 and recurring-ical-events make of the sample calendars.

    python3 expected_reads.py ../shared/data/ics > crates/calendar/tests/it/data/expected_reads.json

For each file: `error` where icalendar refuses it or a property of it, the VEVENTs as it reads them, and the busy time
within `range`, from a day before the first start to 60 days after, with days and floating times in America/Chicago.
"""
import datetime
import json
import pathlib
import sys
import zoneinfo

import icalendar
import recurring_ical_events

OWN = zoneinfo.ZoneInfo("America/Chicago")
UTC = datetime.timezone.utc


def instant(value):
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=OWN)
    return value.astimezone(UTC)


def stamp(value):
    return instant(value).strftime("%Y-%m-%dT%H:%M:%SZ")


def told(value):
    return value if value is None else [value.isoformat()[:19], stamp(value)]


def of(event, name):
    value = event.get(name)
    return None if value is None else value.dt


def ends(event):
    start, end = of(event, "DTSTART"), of(event, "DTEND")
    if end is None and event.get("DURATION") is not None:
        end = start + event["DURATION"].dt
    whole = start is not None and not isinstance(start, datetime.datetime)
    # A day that ends when it begins, or does not say, is one day.
    if whole and (end is None or end == start):
        end = start + datetime.timedelta(days=1)
    return end


def is_busy(event):
    return event.get("TRANSP", "OPAQUE").upper() != "TRANSPARENT" and event.get("STATUS", "").upper() != "CANCELLED"


def joined(times):
    union = []
    for start, end in sorted(times):
        if union and start <= union[-1][1]:
            union[-1][1] = max(end, union[-1][1])
        elif start < end:
            union.append([start, end])
    return union


def busy(components, first, last):
    times = []
    for component in components:
        calendar = component
        if component.name != "VCALENDAR":
            calendar = icalendar.Calendar()
            calendar.add_component(component)
        for event in recurring_ical_events.of(calendar, components=["VEVENT"]).between(first, last):
            end = ends(event)
            if is_busy(event) and end is not None:
                times.append((instant(of(event, "DTSTART")), instant(end)))
        for component in calendar.walk("VFREEBUSY"):
            lists = component.get("FREEBUSY", [])
            for period in lists if isinstance(lists, list) else [lists]:
                if period.params.get("FBTYPE", "BUSY") != "FREE":
                    times.append((instant(period.start), instant(period.end)))
    clipped = [(max(start, first), min(end, last)) for start, end in times]
    return [[stamp(start), stamp(end)] for start, end in joined(clipped)]


def expected(path):
    try:
        components = icalendar.Calendar.from_ical(path.read_bytes(), multiple=True)
    except ValueError as error:
        return {"error": str(error)[:80]}
    events = [event for component in components for event in component.walk("VEVENT")]
    broken = [str(error)[:80] for component in components for inner in component.walk() for error in inner.errors]
    found = {"error": broken[0]} if broken else {}
    try:
        found["events"] = [
            [str(event.get("UID", "")), told(of(event, "DTSTART")), told(ends(event)), is_busy(event)] for event in events
        ]
    except (AttributeError, TypeError, icalendar.error.BrokenCalendarProperty) as error:
        return {"error": str(error)[:80]}
    starts = [of(event, "DTSTART") for event in events] + [
        period.start
        for component in components
        for inner in component.walk("VFREEBUSY")
        for period in (inner["FREEBUSY"] if isinstance(inner.get("FREEBUSY"), list) else [inner.get("FREEBUSY")])
    ]
    starts = [instant(start) for start in starts if start is not None]
    if starts:
        first = min(starts) - datetime.timedelta(days=1)
        last = first + datetime.timedelta(days=61)
        found["range"] = [stamp(first), stamp(last)]
        try:
            found["busy"] = busy(components, first, last)
        except Exception as error:  # noqa: BLE001
            found["error"] = f"{type(error).__name__}: {error}"[:80]
    return found


def main():
    root = pathlib.Path(sys.argv[1])
    lines = [f'{json.dumps(str(path.relative_to(root)))}:{json.dumps(expected(path))}' for path in sorted(root.rglob("*.ics"))]
    print("{\n" + ",\n".join(lines) + "\n}")


main()
