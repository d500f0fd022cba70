"""feedparser and atoma read the Atom feeds page by page, whole; feedparser reads the podcast, and lxml the archive."""

import atoma
import feedparser
import lxml.html
from facts import ADDRESS, FACTS, body, finish, instant, same, words, wrong


def walk(path):
    """The entries of all pages, by their links, as both readers have them."""
    entries, pages, address = {}, 0, ADDRESS + path
    while address:
        raw = body(address)
        feed, other = feedparser.parse(raw), atoma.parse_atom_bytes(raw)
        if feed.bozo:
            wrong(f"{address}: {feed.bozo_exception}")
        same(f"entries of {address}", [entry.id for entry in feed.entries], [entry.id_ for entry in other.entries])
        same(f"own address of {path}", [link.href for link in feed.feed.links if link.rel == "self"], [address])
        for entry, twin in zip(feed.entries, other.entries):
            one = entry.link.rsplit("/", 1)[1]
            same(f"{one} came before", one in entries, False)
            same(f"change of {one}", instant(entry.updated), twin.updated)
            entries[one] = (words(twin.title.value), twin.updated)
        pages += 1
        address = next((link.href for link in feed.feed.links if link.rel == "next"), None)
    return entries, pages


def told(things):
    return {one: (words(view["title"]), instant(view["updated_at"]).replace(microsecond=0)) for one, view in things.items()}


def compare(path, things):
    """A feed says of these things, and of no others, what the API says."""
    entries, pages = walk(path)
    rounded = {one: (title, updated.replace(microsecond=0)) for one, (title, updated) in entries.items()}
    wanted = told(things)
    same(f"entries of {path}", sorted(rounded), sorted(wanted))
    for one in rounded.keys() & wanted.keys():
        same(f"entry of {one} in {path}", rounded[one], wanted[one])
    return list(entries), pages


def podcast(path, things):
    """The podcast has these recordings, the newest first, each with what a program needs to play it."""
    feed = feedparser.parse(body(path))
    if feed.bozo:
        wrong(f"{path}: {feed.bozo_exception}")
    same(f"own address of {path}", [link.href for link in feed.feed.links if link.rel == "self"], [ADDRESS + path])
    same(f"recordings of {path}", [entry.id for entry in feed.entries], sorted(things, reverse=True))
    for entry in feed.entries:
        view = things.get(entry.id)
        if view:
            # RSS does not say whether a title is HTML: readers take out what looks like it.
            if not {"<", "&"} & set(view["title"]):
                same(f"title of {entry.id}", words(entry.title), words(view["title"]))
            summary = lxml.html.fromstring(f"<p>{entry.get('summary', '')}</p>").text_content()
            same(f"summary of {entry.id}", words(summary), words(view["summary"]))
            found = [(one.href, one.length, one.type) for one in entry.enclosures]
            same(f"enclosure of {entry.id}", found, [(view["address"], str(view["bytes"]), view["media_type"])])
            same(f"length of {entry.id}", entry.itunes_duration, str(view["duration_minutes"] * 60))
            same(f"workshop of {entry.id}", entry.link, f"{ADDRESS}/workshops/{view['workshop']}")
    return len(feed.entries)


def archive(path, things):
    """The archive leads to these recordings, the newest first, page by page."""
    found, pages = [], 0
    while path:
        page = lxml.html.fromstring(body(path))
        found += [address for address in page.xpath("//main//a/@href") if address.startswith("https://files.")]
        pages += 1
        path = next(iter(page.xpath("//a[@rel='next']/@href")), None)
    wanted = [things[one]["address"] for one in sorted(things, reverse=True)]
    same("recordings of the archive", [address for address in found if address in wanted], wanted)
    return pages


def main():
    workshops, pages = compare("/feeds/workshops.atom", FACTS["workshops"])
    changed = [instant(FACTS["workshops"][one]["updated_at"]) for one in workshops]
    same("order of the workshops", changed, sorted(changed, reverse=True))
    sessions, more = compare("/feeds/sessions.atom", FACTS["sessions"])
    starts = [FACTS["sessions"][one]["starts_at"] for one in sessions]
    same("order of the sessions", starts, sorted(starts))
    for network in FACTS["networks"]:
        for kind in ("workshops", "sessions"):
            own = {one: view for one, view in FACTS[kind].items() if view["network"] == network}
            compare(f"/networks/{network}/feeds/{kind}.atom", own)
        own = {one: view for one, view in FACTS["recordings"].items() if FACTS["workshops"][view["workshop"]]["network"] == network}
        podcast(f"/networks/{network}/feeds/recordings.rss", own)
    heard = podcast("/feeds/recordings.rss", FACTS["recordings"])
    stored = archive("/archive", FACTS["recordings"])
    told = f"{len(workshops)} workshops in {pages} pages, {len(sessions)} sessions in {more} pages, {heard} recordings, {stored} pages of the archive"
    finish(f"{told}, and those of each network")


main()
