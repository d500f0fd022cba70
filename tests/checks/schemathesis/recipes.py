"""What no schema tells: input that an operation can accept, made of what there is at the moment.

Each recipe has the name of its operation, and gives what to send: `id` for the address, `body`. What has to be there first, such
as an offer that is still to be answered, is made through the API, by whom it is up to.
"""

import datetime
import itertools
import json
import urllib.error
import urllib.request

PASSWORD = "a quiet mule on a road"
OPERATOR, TRAINER, DIRECTOR = "operator@packhorse.example", "lorna@nekansas.example", "sam@baldwincity.example"
MORNINGS = {
    "time_zone": "America/Chicago",
    "pattern": {"kind": "weekly", "weekdays": ["monday"], "start": "06:00:00", "end": "08:00:00", "from": "2026-01-01"},
}


class Recipes:
    """The recipes for one person, at one server. `passwords` has those that are not everybody's."""

    def __init__(self, address, person, passwords, schemas):
        self.address, self.person, self.passwords, self.schemas = address, person, passwords, schemas
        self.tokens = {}
        self.numbers = itertools.count(1)
        first = self.ask("/v1/requests?state=open")["items"][0]
        # Where the trainer can go, at a time that is not taken up by the demonstration.
        day = datetime.date.today()
        window = {"from": str(day + datetime.timedelta(30)), "until": str(day + datetime.timedelta(120))}
        changes = {"room": None, "co_hosts": [], "preferences": [window | {"earliest": "09:00:00", "latest": "17:00:00"}]}
        self.need = {
            "network": first["network"],
            "library": first["library"],
            "details": self.details("RequestDetails", first) | changes,
        }
        roles = self.ask("/v1/me", TRAINER)["roles"]
        self.trainer = next(role["trainer"] for role in roles if "trainer" in role)
        self.network = first["network"]
        self.workshop = first["workshop"]

    def send(self, method, path, body=None, person=OPERATOR):
        """Asks the server. What it answers; an exception if it refuses."""
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

    def details(self, schema, thing):
        """Of a thing what its input takes."""
        return {name: value for name, value in thing.items() if name in self.schemas[schema]["properties"]}

    def like(self, path, schema, **changes):
        """A copy of a thing that is there, with another name."""
        return {"network": self.network, "details": self.details(schema, self.ask(path)) | changes}

    def name(self):
        return f"Number {next(self.numbers)}"

    def address_of_somebody(self):
        return f"number-{next(self.numbers)}@people.test"

    # What has to be there first.

    def request(self, *steps):
        made = self.make("/v1/requests", self.need)["id"]
        for step in steps:
            self.make(f"/v1/requests/{made}/{step}")
        return made

    def place(self, request):
        """A time at which the trainer can come."""
        matches = self.ask(f"/v1/requests/{request}/matches")["items"]
        return next(match["time"]["start"] for match in matches if match["trainer"] == self.trainer)

    def offer(self):
        request = self.request("submit", "open")
        return self.make(f"/v1/requests/{request}/offers", {"trainer": self.trainer, "starts_at": self.place(request)})

    def booking(self):
        return self.make(f"/v1/offers/{self.offer()['id']}/accept", person=TRAINER)

    def draft_workshop(self):
        details = self.like(f"/v1/workshops/{self.workshop}", "WorkshopDetails", title=self.name())
        return self.make("/v1/workshops", details)["id"]

    def coordinator(self, network=None):
        return {"role": "coordinator", "network": network or self.network}

    def invitation(self, email, network=None):
        return self.make("/v1/invitations", {"email": email, "role": self.coordinator(network)})

    def other_network(self):
        return self.make("/v1/networks", self.create_network()["body"])["id"]

    def newcomer(self):
        user = {"email": self.address_of_somebody(), "name": self.name(), "password": PASSWORD, "role": self.coordinator()}
        return self.make("/v1/users", user)["id"]

    def free(self):
        return self.make(f"/v1/trainers/{self.trainer}/availability", MORNINGS)["id"]

    def hours(self):
        return self.make(f"/v1/libraries/{self.need['library']}/hosting-hours", MORNINGS)["id"]

    def key(self):
        return self.make("/v1/api-keys", {"network": self.network, "details": {"name": self.name(), "scopes": ["catalog:read"]}})["id"]

    # The recipes.

    def create_request(self):
        return {"body": self.need}

    def update_request(self):
        return {"id": self.request(), "body": {"notes": self.name()}}

    def submit_request(self):
        return {"id": self.request()}

    def open_request(self):
        return {"id": self.request("submit")}

    def withdraw_request(self):
        return {"id": self.request(), "body": {"reason": "closed that week"}}

    def decline_request(self):
        return {"id": self.request("submit"), "body": {"reason": "no budget"}}

    def ask_request(self):
        return {"id": self.request("submit"), "body": {"question": "How many people?"}}

    def merge_request(self):
        return {"id": self.request("submit"), "body": {"into": self.request("submit")}}

    def preview_matches(self):
        return {"body": self.need}

    def create_quote(self):
        return {"body": self.need}

    def get_quote(self):
        return {"id": self.make("/v1/quotes", self.need)["id"]}

    def create_offer(self):
        request = self.request("submit", "open")
        return {"id": request, "body": {"trainer": self.trainer, "starts_at": self.place(request)}}

    def revise_offer(self):
        offer = self.offer()
        return {"id": offer["id"], "body": {"starts_at": offer["terms"]["time"]["start"], "message": "the same day"}}

    def accept_offer(self):
        return {"id": self.offer()["id"]}

    def decline_offer(self):
        return {"id": self.offer()["id"], "body": {"reason": "away"}}

    def withdraw_offer(self):
        return {"id": self.offer()["id"], "body": {"reason": "the library is closed"}}

    def counter_offer(self):
        offer = self.offer()
        return {"id": offer["id"], "body": {"starts_at": offer["terms"]["time"]["end"], "note": "later that day"}}

    def confirm_booking(self):
        return {"id": self.booking()["id"]}

    def cancel_booking(self):
        return {"id": self.booking()["id"], "body": {"reason": "flood"}}

    def reschedule_booking(self):
        booking = self.booking()
        return {"id": booking["id"], "body": {"starts_at": booking["terms"]["time"]["start"], "reason": "as before"}}

    def create_trainer(self):
        return {"body": self.like(f"/v1/trainers/{self.trainer}", "TrainerDetails", name=self.name())}

    def create_workshop(self):
        return {"body": self.like(f"/v1/workshops/{self.workshop}", "WorkshopDetails", title=self.name())}

    def update_workshop(self):
        return {"id": self.draft_workshop(), "body": {"title": self.name()}}

    def publish_workshop(self):
        return {"id": self.draft_workshop()}

    def create_account(self):
        token = self.invitation(self.address_of_somebody())["token"]
        return {"body": {"token": token, "name": self.name(), "password": PASSWORD}}

    def accept_invitation(self):
        return {"body": {"token": self.invitation(self.person, self.other_network())["token"]}}

    def create_invitation(self):
        return {"body": {"email": self.address_of_somebody(), "role": self.coordinator()}}

    def get_invitation(self):
        return {"id": self.invitation(self.address_of_somebody())["id"]}

    revoke_invitation = get_invitation

    def create_user(self):
        return {"body": {"email": self.address_of_somebody(), "name": self.name(), "password": PASSWORD, "role": self.coordinator()}}

    def reset_password(self):
        token = self.make(f"/v1/users/{self.newcomer()}/password-reset")["token"]
        return {"body": {"token": token, "password": "a loud mule on a bridge"}}

    def start_password_reset(self):
        return {"id": self.newcomer()}

    def grant_role(self):
        return {"id": self.newcomer(), "body": {"role": "trainer", "trainer": self.trainer}}

    def sign_in(self):
        return {"body": {"email": DIRECTOR, "password": PASSWORD}}

    def refresh_token(self):
        return {"body": {"refresh_token": self.enter(DIRECTOR)["refresh_token"]}}

    def create_api_key(self):
        return {"body": {"network": self.network, "details": {"name": self.name(), "scopes": ["catalog:read"]}}}

    def get_api_key(self):
        return {"id": self.key()}

    revoke_api_key = get_api_key

    def rotate_api_key(self):
        return {"id": self.key(), "body": {"overlap_hours": 1}}

    def create_library(self):
        return {"body": {"network": self.network, "details": {"name": self.name(), "time_zone": "America/Chicago"}}}

    def create_network(self):
        return {"body": {"name": self.name(), "kind": "informal", "time_zone": "America/Chicago", "currency": "USD"}}

    def create_topic(self):
        return {"body": {"network": self.network, "details": {"name": self.name(), "scheme": "ours"}}}

    def update_topic(self):
        return {"id": self.make("/v1/topics", self.create_topic()["body"])["id"], "body": {"name": self.name()}}

    def create_partnership(self):
        return {"body": {"lender": self.network, "borrower": self.other_network(), "from": "2026-01-01"}}

    def update_partnership(self):
        return {"id": self.make("/v1/partnerships", self.create_partnership()["body"])["id"], "body": {"terms": "one workshop a month"}}

    def create_availability(self):
        return {"id": self.trainer, "body": MORNINGS}

    def preview_occurrences(self):
        return {"body": MORNINGS}

    def delete_hosting_hours(self):
        return {"id": self.hours()}

    def get_availability(self):
        return {"id": self.free()}

    delete_availability = get_availability

    def update_availability(self):
        return {"id": self.free(), "body": {"note": "mornings"}}

    def list_occurrences(self):
        return {"id": self.free(), "query": {"from": "2027-01-01T00:00:00Z", "to": "2027-02-01T00:00:00Z"}}

    def query_free_busy(self):
        return {"body": {"trainers": [self.trainer], "from": "2027-01-01T00:00:00Z", "to": "2027-02-01T00:00:00Z"}}

    def list_busy_times(self):
        return self.delete_imported_calendar() | {"query": {"from": "2027-01-01T00:00:00Z", "to": "2027-02-01T00:00:00Z"}}

    def delete_imported_calendar(self):
        return {"id": self.make(f"/v1/trainers/{self.trainer}/calendars", {"name": self.name()})["id"]}

    import_calendar = delete_imported_calendar

    def import_workshops(self):
        workshop = {"id": self.name(), "title": self.name(), "level": "advanced", "duration_minutes": 60, "formats": ["virtual"], "languages": ["en"]}
        return {"query": {"network": self.network}, "body": {"items": [workshop]}}

    def harvest(self):
        return {"name": self.name(), "url": "https://catalog.test/oai"}

    def create_harvest(self):
        return {"id": self.network, "body": self.harvest()}

    def get_harvest(self):
        return {"id": self.make(f"/v1/networks/{self.network}/harvests", self.harvest())["id"]}

    delete_harvest = refresh_harvest = get_harvest

    def update_harvest(self):
        return self.get_harvest() | {"body": {"name": self.name()}}

    def showcase(self):
        table = {"number": 1, "host": "Lorna", "title": self.name(), "workshop": self.workshop}
        times = {"starts_at": "2027-06-25T14:00:00Z", "ends_at": "2027-06-25T16:00:00Z", "time_zone": "America/Chicago"}
        return {"network": self.network, "details": {"title": self.name(), "place": "Hall", "tables": [table]} | times}

    def create_showcase(self):
        return {"body": self.showcase()}

    def get_showcase(self):
        return {"id": self.make("/v1/showcases", self.showcase())["id"]}

    delete_showcase = publish_showcase = get_showcase

    def update_showcase(self):
        return self.get_showcase() | {"body": {"title": self.name()}}

    def create_table_request(self):
        need = self.need["details"]
        wish = {name: need[name] for name in ("expected_attendance", "preferences", "venue")}
        return self.get_showcase() | {"body": wish | {"library": self.need["library"]}}

    def material(self):
        handout = {"kind": "handout", "title": self.name(), "address": "https://files.test/1.pdf", "media_type": "application/pdf"}
        return {"id": self.make(f"/v1/workshops/{self.workshop}/materials", handout)["id"]}

    upload_material_file = material

    def refresh_calendar(self):
        calendar = {"name": self.name(), "url": "https://calendar.test/private.ics"}
        return {"id": self.make(f"/v1/trainers/{self.trainer}/calendars", calendar)["id"]}


def answer(request):
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)
