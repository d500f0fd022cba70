"""icalendar, recurring-ical-events and ical.js read the calendars: the events, instants and zones of the API's sessions."""

import datetime
import json
import os
import subprocess
from collections import defaultdict
from pathlib import Path

import icalendar
import recurring_ical_events
from facts import ADDRESS, FACTS, body, finish, instant, same, words, wrong

SESSIONS = FACTS["sessions"] | FACTS["held"]
HERE = Path(__file__).resolve().parent


def read(path):
    """The events of a calendar by their ids, as icalendar reads them; its lines are as RFC 5545 has them."""
    raw = body(path)
    for line in raw.split(b"\r\n"):
        if len(line) > 75 or b"\n" in line or b"\r" in line:
            wrong(f"{path} has the line {line!r}")
    calendar = icalendar.Calendar.from_ical(raw)
    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    same(f"events of {path}, each once", len(calendar.walk("VEVENT")), len(events))
    zones = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
    used = {event["DTSTART"].params.get("TZID") for event in events.values()} - {None}
    same(f"zones of {path}", zones, used)
    return raw, calendar, events


def compare(event, session):
    """One event is its session."""
    one = session["id"]
    for name, field in (("DTSTART", "starts_at"), ("DTEND", "ends_at")):
        same(f"{name} of {one}", event[name].dt.astimezone(datetime.timezone.utc), instant(session[field]))
        same(f"zone of {name} of {one}", event[name].params.get("TZID"), session["time_zone"])
    same(f"title of {one}", words(str(event["SUMMARY"])), words(session["title"]))
    same(f"state of {one}", str(event["STATUS"]) == "CANCELLED", session["state"] == "canceled")
    same(f"sequence of {one}", int(event["SEQUENCE"]), session["sequence"])
    same(f"address of {one}", str(event["URL"]), f"{ADDRESS}/sessions/{one}")
    if (venue := FACTS["venues"].get(session["venue"])) and not session["moved_online_at"]:
        if venue["name"] not in str(event["LOCATION"]):
            wrong(f"{one} is at {event['LOCATION']}, not {venue['name']}")


def in_javascript(raw):
    """The same events as ical.js reads them, by the zones that the calendar brings along."""
    node = ["node", HERE / "calendars.mjs", Path(os.environ["TOOLS"]) / "node_modules/ical.js/dist/ical.js"]
    told = json.loads(subprocess.run(node, input=raw, stdout=subprocess.PIPE, check=True).stdout)
    same("events of ical.js", {event["uid"] for event in told}, set(SESSIONS))
    for event in told:
        session = SESSIONS[event["uid"]]
        same(f"times of {event['uid']} in ical.js", (instant(event["start"]), instant(event["end"])), (instant(session["starts_at"]), instant(session["ends_at"])))
        same(f"zone of {event['uid']} in ical.js", event["zone"], session["time_zone"])
        same(f"title of {event['uid']} in ical.js", words(event["title"]), words(session["title"]))


def main():
    raw, calendar, events = read("/feeds/sessions.ics")
    same("events", set(events), set(SESSIONS))
    for one, event in events.items():
        compare(event, SESSIONS[one])
    now = datetime.datetime.now(datetime.timezone.utc)
    recurring = recurring_ical_events.of(calendar).between(now - datetime.timedelta(days=90), now + datetime.timedelta(days=800))
    starts = {str(event["UID"]): event["DTSTART"].dt.astimezone(datetime.timezone.utc) for event in recurring}
    same("events of recurring-ical-events", starts, {one: instant(session["starts_at"]) for one, session in SESSIONS.items()})
    in_javascript(raw)
    groups = defaultdict(set)
    for one, session in SESSIONS.items():
        groups[f"/networks/{session['network']}/feeds/sessions.ics"].add(one)
        groups[f"/feeds/sessions.ics?workshop={session['workshop']}"].add(one)
        for topic in FACTS["workshops"][session["workshop"]]["topics"]:
            groups[f"/feeds/sessions.ics?topic={topic}"].add(one)
        groups[f"/feeds/sessions.ics?format={session['format']}"].add(one)
        if session["venue"]:
            groups[f"/feeds/sessions.ics?venue={session['venue']}"].add(one)
        if session["trainer"] in FACTS["trainers"]:
            groups[f"/feeds/sessions.ics?trainer={session['trainer']}"].add(one)
    for path, wanted in groups.items():
        same(f"events of {path}", set(read(path)[2]), wanted)
    for hidden in FACTS["hidden"]["trainers"]:
        same("events of a trainer without a public profile", read(f"/feeds/sessions.ics?trainer={hidden}")[2], {})
    for one in list(SESSIONS)[:20]:
        compare(read(f"/sessions/{one}.ics")[2][one], SESSIONS[one])
    zones = {session["time_zone"] for session in SESSIONS.values()}
    finish(f"{len(events)} events in {len(zones)} zones; {len(groups)} calendars of networks, workshops, venues and trainers")


main()
