"""Fills the catalog of the demonstration through the API, and says what everybody may then find, and what nobody may."""

import datetime
import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

PASSWORD = "a quiet mule on a road"
OPERATOR = "operator@packhorse.example"
WORKSHOPS = 300
CANARY = "Canary"  # in whatever nobody may find

# Texts that have gone wrong elsewhere. Where one breaks out, `hostile` becomes code, an element or an attribute.
HOSTILE = [
    "<script>hostile()</script>",
    "</script><img src=x onerror=hostile()>",
    "]]><hostile/>",
    "\"hostile\" onmouseover=\"hostile()\" '",
    "<!-- hostile --> & &amp; &lt;hostile&gt;",
    "=cmd|' /C hostile'!A0",
    "+1+hostile",
    "-2+hostile",
    "@SUM(hostile)",
    "\t=hostile()",
    "right to left \u202eelitsoh",
    "one\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:hostile",
    "one\\n;two\\,three;VALUE=hostile:four",
    "bell \u0007 and \ufffe hostile",
    "{{7*7}} ${7*7} <%= hostile %>",
    "🐎📚 hostile " * 8,
    "hostile" * 20,
    "¿Qué sigue? Añade «más» — niños, güeros, 漢字, עברית",
]
TITLES = ["Policies That Hold Up", "Una hora de cuentos", "Grants for Small Towns", "Weeding Without Tears", "Primeros pasos con la nube"]
ZONES = ["America/Chicago", "America/Los_Angeles", "America/Phoenix", "Pacific/Honolulu", "Asia/Kolkata", "Europe/Berlin", "Australia/Lord_Howe"]


class Api:
    """Calls as one of the demonstration's people."""

    def __init__(self, address, person):
        self.address, self.headers = address, {"content-type": "application/json", "if-match": "*"}
        token = self.call("POST", "/v1/sign-in", {"email": person, "password": PASSWORD})["access_token"]
        self.headers["authorization"] = f"Bearer {token}"

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.address + path, data, self.headers, method=method)) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path} answers {error.code}: {error.read().decode()}") from error

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body=None):
        return self.call("POST", path, body)

    def all(self, path):
        """Every item of a list."""
        items, after = [], ""
        while after is not None:
            page = self.get(f"{path}?limit=100" + (f"&after={after}" if after else ""))
            items += page["items"]
            after = page["next"]
        return items


def workshop(number, topics):
    """What the catalog is to say of a workshop: every kind of text somewhere, everything optional sometimes."""
    nasty = HOSTILE[number % len(HOSTILE)]
    title = nasty if number < len(HOSTILE) else f"{TITLES[number % len(TITLES)]} {number}"
    spanish = "Una" in title or "Primeros" in title
    return {
        "title": title,
        "abstract": f"{nasty}\n\nWhat a small library does about it, and what it leaves." if number % 3 else "",
        "level": ["introductory", "intermediate", "advanced"][number % 3],
        "duration_minutes": 30 + number % 8 * 15,
        "formats": [["virtual"], ["in_person", "hybrid"], ["in_person", "virtual", "hybrid"]][number % 3],
        "languages": ["es", "en"] if spanish else ["en"],
        "objectives": [f"Say what number {number} is about", nasty],
        "audience": nasty if number % 2 else "Everybody at the desk",
        "topics": [topics[number % len(topics)]["id"], topics[(number + 7) % len(topics)]["id"]] if number % 4 else [],
        "license": [None, "CC-BY-4.0", "CC-BY-SA-4.0", "MIT OR Apache-2.0"][number % 4],
        "authors": ["Dana Whitfield", nasty] if number % 2 else ["Dana Whitfield"],
        "funder": "Institute of Museum and Library Services, LSTA" if number % 5 == 0 else None,
        "continuing_education": [{"scheme": "Wisconsin", "category": "A", "minutes": 90}] if number % 2 else [],
        "fees": [
            {"customers": "anyone", "per_person": {"amount_minor": 2550, "currency": "USD"}},
            {"customers": "members", "per_person": {"amount_minor": 0, "currency": "USD"}},
        ]
        if number % 3 == 1
        else [],
        "maximum_attendance": 30 if number % 2 else None,
    }


def session(number, venue):
    """What is to be said of a session: every zone and format, and the edges of summer time."""
    day = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    start = day + datetime.timedelta(days=3 + number * 5, hours=15 + number % 6, minutes=number % 4 * 15)
    form = ["virtual", "in_person", "hybrid"][number % 3]
    is_open = number % 2 == 0
    entry = {"capacity": 20 + number, "is_open": is_open, "has_captions": number % 4 == 0}
    if form != "in_person":
        entry["meeting_address"] = f"https://meet.example.org/{'room' if is_open else CANARY}?a=1&b={number}"
    if not is_open:
        entry["registration_address"] = f"https://register.example.org/?session={number}&from=\"catalog\"".replace('"', "%22")
    return {
        "title": HOSTILE[number % len(HOSTILE)] if number % 4 == 1 else f"Grants in an hour, {number}",
        "note": HOSTILE[number % len(HOSTILE)],
        "starts_at": stamp(start),
        "ends_at": stamp(start + datetime.timedelta(minutes=60 + number % 3 * 45)),
        "time_zone": ZONES[number % len(ZONES)],
        "format": form,
        "venue": None if form == "virtual" else venue,
        "entry": entry,
    }


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def fill(address):
    """Fills the catalog. What there is, as the API says."""
    api = Api(address, OPERATOR)
    networks = [network["id"] for network in api.all("/v1/networks")]
    topics, venues = api.all("/v1/topics"), api.all("/v1/venues")
    hidden = {"workshops": [], "sessions": [], "trainers": []}

    def publish(number):
        made = api.post("/v1/workshops", {"network": networks[number % len(networks)], "details": workshop(number, topics)})["id"]
        api.post(f"/v1/workshops/{made}/publish")
        return made

    with ThreadPoolExecutor(4) as many:
        made = list(many.map(publish, range(WORKSHOPS)))

    def schedule(number, of=None, changes=None):
        details = session(number, venues[number % len(venues)]["id"]) | (changes or {})
        body = {"network": networks[number % len(networks)], "workshop": of or made[number % 40], "details": details}
        return api.post("/v1/sessions", body)["id"]

    dated = [schedule(number) for number in range(80)]
    for number, one in enumerate(dated):
        api.post(f"/v1/sessions/{one}/publish")
        if number % 11 == 4:
            api.post(f"/v1/sessions/{one}/cancel", {"reason": "low_enrollment"})
        elif number % 11 == 5:
            times = session(number + 1, None)
            api.call("PATCH", f"/v1/sessions/{one}", {name: times[name] for name in ("starts_at", "ends_at")})
        elif number % 3 == 1 and number % 11 == 7:
            place = "room" if number % 2 == 0 else CANARY
            api.post(f"/v1/sessions/{one}/move-online", {"meeting_address": f"https://meet.example.org/{place}"})

    trainers(api, hidden)
    for changes in ({"visibility": "partners"}, {"visibility": "network"}, None):
        details = workshop(40, topics) | {"title": f"{CANARY} workshop", "abstract": f"{CANARY} abstract"} | (changes or {})
        one = api.post("/v1/workshops", {"network": networks[0], "details": details})["id"]
        hidden["workshops"].append(one)
        if changes:
            api.post(f"/v1/workshops/{one}/publish")
            dated = schedule(2, one, {"title": f"{CANARY} session"})
            api.post(f"/v1/sessions/{dated}/publish")
            hidden["sessions"].append(dated)
    hidden["sessions"].append(schedule(3, None, {"title": f"{CANARY} session, not published"}))
    record(api, made[:40], made[100])
    withdrawn = made[100:130]
    for one in withdrawn:
        api.post(f"/v1/workshops/{one}/retire")

    live = [one for one in api.all("/v1/workshops") if one["state"] == "published" and one["visibility"] == "public"]
    live = {one["id"]: one for one in live}
    sessions = {one["id"]: one for one in api.all("/v1/sessions") if one["published_at"] and one["workshop"] in live}
    held = {one: view for one, view in sessions.items() if view["ends_at"] <= stamp(datetime.datetime.now(datetime.timezone.utc))}
    recordings = [one for one in api.all("/v1/materials") if one["kind"] == "recording" and one["is_public"] and one["workshop"] in live]
    return {
        "address": address,
        "networks": networks,
        "workshops": live,
        "withdrawn": withdrawn,
        "sessions": {one: view for one, view in sessions.items() if one not in held},
        "held": held,
        "recordings": {one["id"]: one for one in recordings},
        "showcases": {one["id"]: one for one in api.all("/v1/showcases") if one["published_at"]},
        "trainers": {one["id"]: one for one in api.all("/v1/trainers") if one["name"] in ("Lorna Beckwith", "Tomasz Wilk")},
        "venues": {one["id"]: one for one in venues},
        "hidden": hidden,
    }


def record(api, shown, withdrawn):
    """Puts up recordings of workshops; one that is not public, and one of a workshop that is withdrawn later."""
    for number, one in enumerate(shown + [shown[0], withdrawn]):
        is_hidden = number >= len(shown)
        api.post(
            f"/v1/workshops/{one}/materials",
            {
                "kind": "recording",
                "title": f"{CANARY} recording" if is_hidden else HOSTILE[number % len(HOSTILE)],
                "summary": CANARY if is_hidden else HOSTILE[(number + 5) % len(HOSTILE)],
                "address": f"https://files.example.org/{number}.mp3?a=1&b=<{number}>".replace("<", "%3C").replace(">", "%3E"),
                "media_type": ["audio/mpeg", "video/mp4"][number % 2],
                "bytes": 1 + number * 1_000_003,
                "duration_minutes": 1 + number,
                "has_captions": number % 2 == 0,
                "is_public": one == withdrawn or not is_hidden,
            },
        )


def trainers(api, hidden):
    """Lets a trainer who allows a public profile teach in the catalog, and one without a profile; a third was not asked yet."""
    named = {one["name"]: one["id"] for one in api.all("/v1/trainers")}
    shown, private, unasked = named["Lorna Beckwith"], named["Jolene Strand"], named["Priya Raman"]
    biography = "Taught in forty libraries.\r\n\r\n" + HOSTILE[0]
    api.call("PATCH", f"/v1/trainers/{shown}", {"visibility": "public", "biography": biography})
    api.call("PATCH", f"/v1/trainers/{private}", {"name": f"{CANARY} trainer", "biography": f"{CANARY} biography"})
    api.call("PATCH", f"/v1/trainers/{unasked}", {"name": f"{CANARY} not asked", "visibility": "public"})
    hidden["trainers"] += [private, unasked]
    herself = Api(api.address, "lorna@nekansas.example")
    wording = next(one["wording"] for one in herself.get("/v1/me/consents")["items"] if one["purpose"] == "public_profile")
    herself.call("PUT", "/v1/me/consents/public_profile", {"given": True, "wording": wording})
    booked = [one["id"] for one in api.all("/v1/bookings") if one["trainer"] == shown]
    booked.append(book(api, private))
    for booking in booked:
        opened = api.post(f"/v1/bookings/{booking}/session", {"capacity": 20, "registration_address": "https://register.example.org/?a=1&b=2"})
        api.post(f"/v1/sessions/{opened['id']}/publish")


def book(api, trainer):
    """A booking of the trainer, of the offer that the demonstration has waiting for them."""
    offer = next(one for one in api.all("/v1/offers") if one["trainer"] == trainer and one["state"] == "pending")
    return Api(api.address, "jolene@puppets.example").post(f"/v1/offers/{offer['id']}/accept")["id"]
