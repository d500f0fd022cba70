"""What has to be there before an operation can accept anything: made anew through the API, by whom it is up to.

A method of the name of a kind of id (`session` for `session_id`) makes one such thing in the network of the demonstration and gives
its id. An operation that takes nothing but such an id needs no recipe.
"""

import datetime
import itertools
import json
import time
import urllib.error
import urllib.request

PASSWORD = "a quiet mule on a road"
NEW_PASSWORD = "a loud mule on a bridge"
OPERATOR, TRAINER, DIRECTOR = "operator@packhorse.example", "lorna@nekansas.example", "sam@baldwincity.example"
CHICAGO = "America/Chicago"
MORNINGS = {
    "time_zone": CHICAGO,
    "pattern": {"kind": "weekly", "weekdays": ["monday"], "start": "06:00:00", "end": "08:00:00", "from": "2026-01-01"},
}


def answer(request):
    with urllib.request.urlopen(request) as reply:
        return json.loads(reply.read() or "null")


class Things:
    """For one person, at one server. `passwords` has those that are not everybody's."""

    def __init__(self, address, person, passwords, schemas):
        self.address, self.person, self.passwords, self.schemas = address, person, passwords, schemas
        self.tokens = {}
        self.numbers = itertools.count(1)
        first = self.ask("/v1/requests?state=open")["items"][0]
        # Where the trainer can go, at a time that is not taken up by the demonstration.
        window = {"from": self.day(30), "until": self.day(120), "earliest": "09:00:00", "latest": "17:00:00"}
        details = self.details("RequestDetails", first) | {"room": None, "co_hosts": [], "preferences": [window]}
        self.need = {"network": first["network"], "library": first["library"], "details": details}
        roles = self.ask("/v1/me", TRAINER)["roles"]
        self.lorna = next(role["trainer"] for role in roles if "trainer" in role)
        self.kansas, self.hiawatha, self.policies = first["network"], first["library"], first["workshop"]

    # Asking the server.

    def send(self, method, path, body=None, person=OPERATOR):
        """What the server answers; an exception if it refuses."""
        headers = {"content-type": "application/json", "if-match": "*", "authorization": f"Bearer {self.token(person)}"}
        data = None if body is None else json.dumps(body).encode()
        try:
            return answer(urllib.request.Request(self.address + path, data, headers, method=method))
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise
        # A new password ended the sign-in.
        del self.tokens[person]
        headers["authorization"] = f"Bearer {self.token(person)}"
        return answer(urllib.request.Request(self.address + path, data, headers, method=method))

    def ask(self, path, person=OPERATOR):
        return self.send("GET", path, person=person)

    def make(self, path, body=None, person=OPERATOR):
        return self.send("POST", path, body, person)

    def enter(self, person):
        body = json.dumps({"email": person, "password": self.passwords.get(person, PASSWORD)}).encode()
        return answer(urllib.request.Request(f"{self.address}/v1/sign-in", body, {"content-type": "application/json"}))

    def token(self, person):
        if person not in self.tokens:
            self.tokens[person] = self.enter(person)["access_token"]
        return self.tokens[person]

    # What is said of things.

    def details(self, schema, thing):
        """Of a thing what its input takes."""
        return {name: value for name, value in thing.items() if name in self.schemas[schema]["properties"]}

    def like(self, path, schema, **changes):
        """A copy of a thing that is there, with another name."""
        return {"network": self.kansas, "details": self.details(schema, self.ask(path)) | changes}

    def name(self):
        return f"Number {next(self.numbers)}"

    def address_of_somebody(self):
        return f"number-{next(self.numbers)}@people.test"

    def day(self, number):
        return str(datetime.date.today() + datetime.timedelta(number))

    def coordinator(self, network=None):
        return {"role": "coordinator", "network": network or self.kansas}

    def a_network(self):
        return {"name": self.name(), "kind": "informal", "time_zone": CHICAGO, "currency": "USD"}

    def a_library(self):
        return {"network": self.kansas, "details": {"name": self.name(), "time_zone": CHICAGO}}

    def a_venue(self):
        return {"name": self.name(), "kind": "central", "time_zone": CHICAGO}

    def a_room(self):
        return {"name": self.name(), "capacity": 12}

    def a_topic(self):
        return {"network": self.kansas, "details": {"name": self.name(), "scheme": "ours"}}

    def a_workshop(self):
        return self.like(f"/v1/workshops/{self.policies}", "WorkshopDetails", title=self.name())

    def a_material(self):
        address = "https://files.example.org/questions.pdf"
        return {"kind": "handout", "title": self.name(), "address": address, "media_type": "application/pdf"}

    def a_session(self, day=60):
        told = {"title": self.name(), "starts_at": f"{self.day(day)}T15:00:00Z", "ends_at": f"{self.day(day)}T16:00:00Z"}
        return {"network": self.kansas, "details": told | {"time_zone": CHICAGO, "format": "virtual"}}

    def a_trainer(self):
        return self.like(f"/v1/trainers/{self.lorna}", "TrainerDetails", name=self.name())

    def a_trip(self):
        place = {"name": "Topeka, Kansas", "coordinates": {"lat": 39.05, "lon": -95.68}}
        return {"place": place, "from": self.day(200), "until": self.day(202), "time_zone": CHICAGO, "radius_km": 100}

    def a_posting(self):
        told = {"kind": "need", "title": self.name(), "library": self.hiawatha, "visibility": "network"}
        return {"network": self.kansas, "details": told}

    def an_interest(self):
        return {"trainer": self.lorna, "details": {"note": "on the way"}}

    def an_invitation(self, email, network=None):
        return {"email": email, "role": self.coordinator(network)}

    def a_user(self):
        return {"email": self.address_of_somebody(), "name": self.name(), "password": NEW_PASSWORD, "role": self.coordinator()}

    def a_partnership(self):
        return {"lender": self.kansas, "borrower": self.network(), "from": "2026-01-01"}

    def a_key(self):
        return {"network": self.kansas, "details": {"name": self.name(), "scopes": ["catalog:read"]}}

    def a_harvest(self):
        return {"name": self.name(), "url": "https://catalog.test/oai"}

    def a_showcase(self):
        table = {"number": 1, "host": "Lorna", "title": self.name(), "workshop": self.policies}
        times = {"starts_at": "2027-06-25T14:00:00Z", "ends_at": "2027-06-25T16:00:00Z", "time_zone": CHICAGO}
        return {"network": self.kansas, "details": {"title": self.name(), "place": "Hall", "tables": [table]} | times}

    def a_tour_plan(self, requests=()):
        told = {"from": self.day(20), "until": self.day(100), "trainers": [self.lorna], "requests": list(requests), "budget_ms": 50}
        return {"network": self.kansas, "details": told}

    # Things, by the kind of their ids.

    def network(self):
        return self.make("/v1/networks", self.a_network())["id"]

    def partnership(self):
        return self.make("/v1/partnerships", self.a_partnership())["id"]

    def library(self):
        return self.make("/v1/libraries", self.a_library())["id"]

    def venue(self):
        return self.make(f"/v1/libraries/{self.hiawatha}/venues", self.a_venue())["id"]

    def room(self):
        return self.make(f"/v1/venues/{self.venue()}/rooms", self.a_room())["id"]

    def hosting_hours(self):
        return self.make(f"/v1/libraries/{self.library()}/hosting-hours", MORNINGS)["id"]

    def topic(self):
        return self.make("/v1/topics", self.a_topic())["id"]

    def workshop(self):
        return self.make("/v1/workshops", self.a_workshop())["id"]

    def material(self):
        return self.make(f"/v1/workshops/{self.policies}/materials", self.a_material())["id"]

    def session(self, day=60):
        return self.make("/v1/sessions", self.a_session(day))["id"]

    def published_session(self):
        told = self.a_session() | {"workshop": self.policies}
        told["details"]["format"] = "in_person"
        session = self.make("/v1/sessions", told)["id"]
        self.make(f"/v1/sessions/{session}/publish")
        return session

    def trainer(self):
        return self.make("/v1/trainers", self.a_trainer())["id"]

    def availability(self):
        return self.make(f"/v1/trainers/{self.lorna}/availability", MORNINGS)["id"]

    def trip(self):
        return self.make(f"/v1/trainers/{self.lorna}/trips", self.a_trip())["id"]

    def calendar(self, **changes):
        return self.make(f"/v1/trainers/{self.lorna}/calendars", {"name": self.name()} | changes)["id"]

    def request(self, *steps):
        made = self.make("/v1/requests", self.need)["id"]
        for step in steps:
            self.make(f"/v1/requests/{made}/{step}")
        return made

    def interest(self):
        return self.make(f"/v1/requests/{self.request('submit', 'open')}/interests", self.an_interest(), TRAINER)["id"]

    def quote(self):
        return self.make("/v1/quotes", self.need)["id"]

    def an_offer(self):
        request = self.request("submit", "open")
        matches = self.ask(f"/v1/requests/{request}/matches")["items"]
        starts_at = next(match["time"]["start"] for match in matches if match["trainer"] == self.lorna)
        return request, {"trainer": self.lorna, "starts_at": starts_at}

    def offered(self):
        request, offer = self.an_offer()
        return self.make(f"/v1/requests/{request}/offers", offer)

    def offer(self):
        return self.offered()["id"]

    def booked(self):
        return self.make(f"/v1/offers/{self.offer()}/accept", person=TRAINER)

    def booking(self):
        return self.booked()["id"]

    def posting(self):
        return self.make("/v1/postings", self.a_posting())["id"]

    def reply(self):
        return self.make(f"/v1/postings/{self.posting()}/replies", {"text": "We have a handout."})["id"]

    def user(self):
        return self.make("/v1/users", self.a_user())["id"]

    def invited(self, email, network=None):
        return self.make("/v1/invitations", self.an_invitation(email, network))

    def invitation(self):
        return self.invited(self.address_of_somebody())["id"]

    def api_key(self):
        return self.make("/v1/api-keys", self.a_key())["id"]

    def harvest(self):
        return self.make(f"/v1/networks/{self.kansas}/harvests", self.a_harvest())["id"]

    def showcase(self):
        return self.make("/v1/showcases", self.a_showcase())["id"]

    def request_for_tours(self):
        """One that a tour can serve, on other days than the rest."""
        window = {"from": self.day(30), "until": self.day(120), "earliest": "09:00:00", "latest": "17:00:00"}
        need = self.need | {"details": self.need["details"] | {"preferences": [window]}}
        made = self.make("/v1/requests", need)["id"]
        for step in ("submit", "open"):
            self.make(f"/v1/requests/{made}/{step}")
        return made

    def tour_plan(self):
        return self.make("/v1/tour-plans", self.a_tour_plan())["id"]

    def found_plan(self):
        plan = self.make("/v1/tour-plans", self.a_tour_plan([self.request_for_tours()]))["id"]
        for _ in range(200):
            told = self.ask(f"/v1/tour-plans/{plan}")
            if told["state"] == "done":
                return plan
            time.sleep(0.1)
        raise TimeoutError(f"the plan {plan} was not reckoned in time")

    def tour(self):
        return self.make(f"/v1/tour-plans/{self.found_plan()}/tours", {})["items"][0]["id"]

    def accepted_tour(self):
        return self.make(f"/v1/tours/{self.tour()}/accept", person=TRAINER)["id"]
