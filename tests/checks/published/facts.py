"""What every judge needs: what is published, how to get it, and how to say what is wrong."""

import datetime
import json
import sys
import unicodedata
import urllib.error
import urllib.request

with open(sys.argv[1], encoding="utf-8") as told:
    FACTS = json.load(told)
ADDRESS = FACTS["address"]
faults = []


def wrong(what):
    """Notes a fault; the judge goes on."""
    faults.append(what)


def same(what, found, wanted):
    """Notes a fault unless both are the same."""
    if found == wanted:
        return
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted) > 10:
        at = next(n for n, pair in enumerate(zip(found, wanted)) if pair[0] != pair[1])
        what, found, wanted = f"{what}, number {at}", found[at], wanted[at]
    wrong(f"{what}: {found!r} instead of {wanted!r}")


def finish(figures):
    """Says what was judged, and fails if anything was wrong."""
    print(figures)
    for fault in faults[:20]:
        print(f"WRONG: {fault[:600]}")
    if faults:
        sys.exit(f"{len(faults)} faults")


def fetch(path, **headers):
    """The answer to GET: status, headers with small letters, body."""
    address = path if path.startswith("http") else ADDRESS + path
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=named), timeout=30) as reply:
            return reply.status, {name.lower(): value for name, value in reply.headers.items()}, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


def body(path):
    """The body of an answer that must be 200."""
    status, _, found = fetch(path)
    if status != 200:
        sys.exit(f"GET {path} answers {status}: {found[:500]}")
    return found


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def words(text):
    """A text as its words, without what XML and HTML cannot hold: forms differ in how they keep blanks and breaks."""
    kept = "".join(c for c in text if c in "\t\r\n" or (unicodedata.category(c) != "Cc" and c not in "\ufffe\uffff"))
    return " ".join(kept.split())
