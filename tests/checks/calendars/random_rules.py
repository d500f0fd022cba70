"""Writes local times of random recurrence rules as python-dateutil counts them out.

    python3 random_rules.py > crates/calendar/tests/it/data/random_rules.json

Needs python-dateutil 2.9. The seed is fixed, so the file comes out the same.
"""
import datetime
import json
import random
import signal

from dateutil.rrule import rrulestr

random.seed(5545)
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def some(items, most):
    return random.sample(items, random.randint(1, min(most, len(items))))


def joined(items):
    return ",".join(str(item) for item in items)


def signed(most, count):
    return [n for n in some([*range(-most, 0), *range(1, most + 1)], count)]


def rule():
    freq = random.choice(["YEARLY", "YEARLY", "MONTHLY", "MONTHLY", "WEEKLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"])
    parts = [f"FREQ={freq}"]
    if random.random() < 0.5:
        most = {"YEARLY": 4, "MONTHLY": 18, "WEEKLY": 6, "DAILY": 40, "HOURLY": 50, "MINUTELY": 3000}[freq]
        parts.append(f"INTERVAL={random.randint(1, most)}")
    if random.random() < 0.4:
        parts.append(f"WKST={random.choice(DAYS)}")
    if random.random() < 0.35:
        parts.append(f"BYMONTH={joined(some(list(range(1, 13)), 4))}")
    week = freq == "YEARLY" and random.random() < 0.25
    chosen = False
    if week:
        parts.append(f"BYWEEKNO={joined(some(list(range(1, 54)), 4))}")
    if freq not in ("DAILY", "WEEKLY", "MONTHLY") and random.random() < 0.15:
        parts.append(f"BYYEARDAY={joined(signed(366, 5))}")
        chosen = True
    if freq != "WEEKLY" and random.random() < 0.3:
        parts.append(f"BYMONTHDAY={joined(signed(31, 6))}")
        chosen = True
    if week and not chosen or random.random() < 0.45:
        days = some(DAYS, 5)
        if freq in ("MONTHLY", "YEARLY") and not week and random.random() < 0.6:
            most = 53 if freq == "YEARLY" and "BYMONTH=" not in ";".join(parts) else 5
            days = [f"{random.choice(signed(most, 1))}{day}" for day in days]
        parts.append(f"BYDAY={joined(days)}")
        chosen = True
    if random.random() < 0.2 or freq == "MINUTELY":
        parts.append(f"BYHOUR={joined(some(list(range(24)), 3))}")
        chosen = True
    if random.random() < 0.2:
        parts.append(f"BYMINUTE={joined(some(list(range(60)), 3))}")
        chosen = True
    # Of the week in which a weekly rule starts, dateutil takes only the rest, and chooses from that.
    if chosen and freq != "WEEKLY" and random.random() < 0.3:
        parts.append(f"BYSETPOS={joined(signed(4, 2))}")
    end = random.random()
    if end < 0.3:
        parts.append(f"COUNT={random.randint(1, 12)}")
    elif end < 0.5:
        parts.append(f"UNTIL={random.randint(2028, 2032)}{random.randint(1, 12):02}15T093000")
    return ";".join(parts)


def too_long(*_):
    raise TimeoutError


def main():
    signal.signal(signal.SIGALRM, too_long)
    cases = []
    while len(cases) < 600:
        start = datetime.datetime(random.randint(2024, 2030), random.randint(1, 12), random.randint(1, 28), 9, 30)
        text = rule()
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        try:
            whole = rrulestr(text, dtstart=start)
            first = next(iter(whole), None)
            if first is None or first.year > start.year + 40:
                continue
            times = []
            for time in whole:
                times.append(time)
                if len(times) == 12:
                    break
        except (TimeoutError, ValueError):
            continue
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        stamps = [time.strftime("%Y%m%dT%H%M%S") for time in times]
        cases.append({"start": start.strftime("%Y%m%dT%H%M%S"), "rrule": text, "first": stamps})
    print("[")
    print(",\n".join(json.dumps(case, separators=(",", ":")) for case in cases))
    print("]")


main()
