"""What no schema tells: input that an operation can accept, made of what there is at the moment.

Each recipe has the name of its operation, and gives what to send: `id` and `path` for the address, `query`, `body`, `media_type`, and
as whom (`person`), if not as whoever tries. An operation that takes nothing but an id has the recipe that makes such a thing.
"""

from things import CHICAGO, DIRECTOR, MORNINGS, NEW_PASSWORD, PASSWORD, TRAINER, Things

YEAR = {"from": "2027-01-01T00:00:00Z", "to": "2027-02-01T00:00:00Z"}
OUTLETS = (
    "fscskey,seq,name,system_name,outlet_type,address,city,state,zip,county,county_fips,lat,lon,population_served,"
    "population_fy,phone,locale,status\n"
    "KS0065,002,LAWRENCE PUBLIC LIBRARY,LAWRENCE PUBLIC LIBRARY,CE,707 VERMONT ST,LAWRENCE,KS,66044,DOUGLAS,20045,38.9717,"
    "-95.2353,95256,2022,7858433833,13,open\n"
)


def calendar(*lines):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Example//EN", *lines, "END:VCALENDAR", ""])


BUSY = calendar("BEGIN:VEVENT", "UID:1", "DTSTAMP:20270105T150000Z", "DTSTART:20270303T150000Z", "DTEND:20270303T160000Z", "END:VEVENT")
FREE = calendar(
    *("BEGIN:VAVAILABILITY", "UID:1", "DTSTAMP:20270105T150000Z"),
    *("BEGIN:AVAILABLE", "UID:2", "DTSTAMP:20270105T150000Z", "DTSTART:20270303T150000Z", "DTEND:20270303T230000Z", "END:AVAILABLE"),
    "END:VAVAILABILITY",
)


def kind(operation):
    """The kind of the id that is all an operation takes; nothing, if it takes something else."""
    needed = [one for one in operation.get("parameters", []) if one["in"] == "path" or one["in"] == "query" and one.get("required")]
    if "requestBody" in operation or [one["name"] for one in needed] != ["id"]:
        return None
    return needed[0]["schema"].get("$ref", "").rsplit("/", 1)[-1].removesuffix("_id")


def lacking(document, elsewhere):
    """The operations that take something, and have no recipe."""
    found = []
    for item in document["paths"].values():
        for operation in item.values():
            name, parameters = operation["operationId"], operation.get("parameters", [])
            takes = "requestBody" in operation or any(one["in"] != "header" and one.get("required") for one in parameters)
            known = hasattr(Recipes, name) or hasattr(Things, kind(operation) or "")
            if takes and not known and name not in elsewhere:
                found.append(name)
    return found


class Recipes(Things):
    """The recipes for one person."""

    def recipe(self, operation):
        """What to send so that an operation, as the document describes it, accepts it; nothing, if it takes nothing."""
        name, of = operation["operationId"], kind(operation)
        if hasattr(Recipes, name):
            return getattr(self, name)()
        return {"id": getattr(self, of)()} if of else None

    # People, sign-ins, networks.

    def sign_in(self):
        return {"body": {"email": DIRECTOR, "password": PASSWORD}}

    def refresh_token(self):
        return {"body": {"refresh_token": self.enter(DIRECTOR)["refresh_token"]}}

    def end_sign_in(self):
        self.enter(self.person)
        return {"id": self.ask("/v1/me/sign-ins", self.person)["items"][-1]["id"]}

    def change_password(self):
        return {"body": {"present": self.passwords.get(self.person, PASSWORD), "password": f"a quiet mule on road {next(self.numbers)}"}}

    def ask_password_reset(self):
        return {"body": {"email": self.address_of_somebody()}}

    def reset_password(self):
        token = self.make(f"/v1/users/{self.user()}/password-reset")["token"]
        return {"body": {"token": token, "password": "a patient mule on a bridge"}}

    def create_account(self):
        token = self.invited(self.address_of_somebody())["token"]
        return {"body": {"token": token, "name": self.name(), "password": PASSWORD}}

    def accept_invitation(self):
        return {"body": {"token": self.invited(self.person, self.network())["token"]}}

    def create_invitation(self):
        return {"body": self.an_invitation(self.address_of_somebody())}

    def create_user(self):
        return {"body": self.a_user()}

    def grant_role(self):
        return {"id": self.user(), "body": {"role": "trainer", "trainer": self.lorna}}

    def revoke_role(self):
        user = self.make("/v1/users", self.a_user())
        return {"id": user["id"], "path": {"role_id": user["roles"][0]["id"]}}

    def set_consent(self):
        return {"path": {"purpose": "weekly_digest"}, "body": {"given": True, "wording": 1}}

    def erase_me(self):
        user = self.a_user()
        self.make("/v1/users", user)
        self.passwords[user["email"]] = NEW_PASSWORD
        return {"body": {"password": NEW_PASSWORD}, "person": user["email"]}

    def create_api_key(self):
        return {"body": self.a_key()}

    def rotate_api_key(self):
        return {"id": self.api_key(), "body": {"overlap_hours": 1}}

    def create_network(self):
        return {"body": self.a_network()}

    def update_network(self):
        return {"id": self.kansas, "body": {"time_zone": CHICAGO}}

    def leave_network(self):
        network = self.network()
        self.make(f"/v1/networks/{network}/join", person=self.person)
        return {"id": network}

    list_members = leave_network

    def create_partnership(self):
        return {"body": self.a_partnership()}

    def update_partnership(self):
        return {"id": self.partnership(), "body": {"terms": "one workshop a month"}}

    # Libraries and the catalog.

    def create_library(self):
        return {"body": self.a_library()}

    def update_library(self):
        return {"id": self.library(), "body": {"name": self.name()}}

    def import_libraries(self):
        return {"query": {"network": self.kansas}, "body": OUTLETS, "media_type": "text/csv"}

    def create_venue(self):
        return {"id": self.library(), "body": self.a_venue()}

    def update_venue(self):
        return {"id": self.venue(), "body": {"name": self.name()}}

    def create_room(self):
        return {"id": self.venue(), "body": self.a_room()}

    def update_room(self):
        return {"id": self.room(), "body": {"name": self.name()}}

    def create_hosting_hours(self):
        return {"id": self.library(), "body": MORNINGS}

    def update_hosting_hours(self):
        return {"id": self.hosting_hours(), "body": {"note": "mornings"}}

    def create_topic(self):
        return {"body": self.a_topic()}

    def update_topic(self):
        return {"id": self.topic(), "body": {"name": self.name()}}

    def create_workshop(self):
        return {"body": self.a_workshop()}

    def update_workshop(self):
        return {"id": self.workshop(), "body": {"title": self.name()}}

    def retire_workshop(self):
        workshop = self.workshop()
        self.make(f"/v1/workshops/{workshop}/publish")
        return {"id": workshop}

    def get_edition(self):
        return {"id": self.policies, "path": {"edition": 1}}

    def adapt_workshop(self):
        return {"id": self.policies, "body": {"network": self.kansas}}

    def create_material(self):
        return {"id": self.workshop(), "body": self.a_material()}

    def update_material(self):
        return {"id": self.material(), "body": {"title": self.name()}}

    def create_session(self):
        return {"body": self.a_session()}

    def create_booking_session(self):
        return {"id": self.booking(), "body": {"capacity": 12}}

    def update_session(self):
        return {"id": self.session(), "body": {"note": "bring a pencil"}}

    def move_session_online(self):
        return {"id": self.published_session(), "body": {"meeting_address": "https://meet.example.org/auditorium"}}

    def cancel_session(self):
        return {"id": self.session(), "body": {"reason": "weather"}}

    def hold_session(self):
        return {"id": self.session(-7)}

    # What is published.

    def get_problem(self):
        return {"path": {"code": "not_found"}}

    def harvest_catalog_by_form(self):
        return {"body": "verb=Identify", "media_type": "application/x-www-form-urlencoded"}

    def of_kansas(self):
        return {"path": {"network": self.kansas}}

    get_network_catalog_page = get_network_archive_page = get_network_map_page = get_network_needs_page = of_kansas
    get_network_workshops_atom = get_network_sessions_atom = get_network_needs_atom = of_kansas
    get_network_sessions_ics = get_network_recordings_rss = get_network_workshops_csv = of_kansas

    def get_month_page(self):
        return {"path": {"network": self.kansas, "month": "2027-03"}}

    get_network_month_page = get_month_page

    def get_workshop_page(self):
        return {"id": self.policies, "path": {"network": self.kansas}}

    get_network_workshop_page = get_workshop_page

    def get_session_page(self):
        return {"id": self.published_session(), "path": {"network": self.kansas}}

    get_network_session_page = get_session_page_ics = get_session_page

    def get_trainer_page(self):
        self.send("PUT", "/v1/me/consents/public_profile", {"given": True, "wording": 1}, TRAINER)
        self.send("PATCH", f"/v1/trainers/{self.lorna}", {"visibility": "public"}, TRAINER)
        return {"id": self.lorna, "path": {"network": self.kansas}}

    get_network_trainer_page = get_trainer_page

    def get_public_workshop(self):
        return {"id": self.policies}

    def get_public_session(self):
        return {"id": self.published_session()}

    def get_public_trainer(self):
        return {"id": self.get_trainer_page()["id"]}

    def get_public_showcase(self):
        return {"id": self.get_showcase_page()["id"]}

    def get_public_need(self):
        board = self.a_posting()
        board["details"] |= {"visibility": "public", "library": self.need["library"]}
        return {"id": self.make("/v1/postings", board)["id"]}

    # Trainers and their time.

    def create_trainer(self):
        return {"body": self.a_trainer()}

    def update_trainer(self):
        return {"id": self.trainer(), "body": {"biography": "Thirty years at the desk."}}

    def create_availability(self):
        return {"id": self.lorna, "body": MORNINGS}

    def update_availability(self):
        return {"id": self.availability(), "body": {"note": "mornings"}}

    def import_availability(self):
        return {"id": self.trainer(), "body": FREE, "media_type": "text/calendar"}

    def preview_occurrences(self):
        return {"body": MORNINGS}

    def list_occurrences(self):
        return {"id": self.availability(), "query": YEAR}

    def query_free_busy(self):
        return {"body": {"trainers": [self.lorna]} | YEAR}

    def list_slots(self):
        return {"id": self.lorna, "query": {"from": self.day(30), "until": self.day(40)}}

    def create_trip(self):
        return {"id": self.lorna, "body": self.a_trip()}

    def update_trip(self):
        return {"id": self.trip(), "body": {"note": "by train"}}

    def create_imported_calendar(self):
        return {"id": self.lorna, "body": {"name": self.name()}}

    def update_imported_calendar(self):
        return {"id": self.calendar(), "body": {"name": self.name()}}

    def import_calendar(self):
        return {"id": self.calendar(), "body": BUSY, "media_type": "text/calendar"}

    def refresh_calendar(self):
        return {"id": self.calendar(url="https://calendar.test/private.ics")}

    def list_opportunities(self):
        return {"query": {"library": self.hiawatha}}

    # Requests, offers, bookings.

    def create_request(self):
        return {"body": self.need}

    preview_matches = create_quote = create_request

    def update_request(self):
        return {"id": self.request(), "body": {"notes": self.name()}}

    def open_request(self):
        return {"id": self.request("submit")}

    def withdraw_request(self):
        return {"id": self.request(), "body": {"reason": "closed that week"}}

    def decline_request(self):
        return {"id": self.request("submit"), "body": {"reason": "no budget"}}

    def ask_request(self):
        return {"id": self.request("submit"), "body": {"question": "How many people?"}}

    def gathering(self):
        """A request that waits for neighbors, and what one of them could bring."""
        request = self.request()
        until = self.day(20)
        self.make(f"/v1/requests/{request}/gather", {"seats": 90_000, "until": until, "own": {"seats": 1}})
        libraries = self.ask(f"/v1/libraries?network={self.kansas}&limit=100")["items"]
        neighbor = next(library["id"] for library in libraries if library["id"] != self.need["library"])
        return request, {"library": neighbor, "details": {"seats": 1}}

    def gather_request(self):
        until = self.day(20)
        return {"id": self.request(), "body": {"seats": 90_000, "until": until, "own": {"seats": 1}}}

    def create_pledge(self):
        request, pledge = self.gathering()
        return {"id": request, "body": pledge}

    def get_pledge(self):
        request, pledge = self.gathering()
        return {"id": self.make(f"/v1/requests/{request}/pledges", pledge)["id"]}

    def update_pledge(self):
        return self.get_pledge() | {"body": {"seats": 2}}

    def consent_to_terms(self):
        return self.get_pledge() | {"body": {"terms": 1}}

    def withdraw_pledge(self):
        return self.get_pledge() | {"body": {"reason": "no bus"}}

    def merge_request(self):
        return {"id": self.request("submit"), "body": {"into": self.request("submit")}}

    def create_interest(self):
        return {"id": self.request("submit", "open"), "body": self.an_interest()}

    def update_interest(self):
        return {"id": self.interest(), "body": {"note": "for two sessions"}}

    def create_offer(self):
        request, offer = self.an_offer()
        return {"id": request, "body": offer}

    def revise_offer(self):
        offer = self.offered()
        return {"id": offer["id"], "body": {"starts_at": offer["terms"]["time"]["start"], "message": "the same day"}}

    def decline_offer(self):
        return {"id": self.offer(), "body": {"reason": "away"}}

    def withdraw_offer(self):
        return {"id": self.offer(), "body": {"reason": "the library is closed"}}

    def counter_offer(self):
        offer = self.offered()
        return {"id": offer["id"], "body": {"starts_at": offer["terms"]["time"]["end"], "note": "later that day"}}

    def cancel_booking(self):
        return {"id": self.booking(), "body": {"reason": "flood"}}

    def reschedule_booking(self):
        booking = self.booked()
        return {"id": booking["id"], "body": {"starts_at": booking["terms"]["time"]["start"], "reason": "as before"}}

    # The needs board.

    def create_posting(self):
        return {"body": self.a_posting()}

    def update_posting(self):
        return {"id": self.posting(), "body": {"title": self.name()}}

    def close_posting(self):
        return {"id": self.posting(), "body": {"reason": "filled"}}

    def create_me_too(self):
        return {"id": self.posting(), "body": {"library": self.library()}}

    def delete_me_too(self):
        posting, library = self.posting(), self.library()
        self.make(f"/v1/postings/{posting}/me-too", {"library": library})
        return {"id": posting, "query": {"library": library}}

    def create_reply(self):
        return {"id": self.posting(), "body": {"text": "We have a handout."}}

    def create_posting_request(self):
        return {"id": self.posting(), "body": {"details": self.need["details"]}}

    # Catalogs elsewhere, showcases.

    def import_workshops(self):
        about = {"level": "advanced", "duration_minutes": 60, "formats": ["virtual"], "languages": ["en"]}
        workshop = {"id": self.name(), "title": self.name()} | about
        return {"query": {"network": self.kansas}, "body": {"items": [workshop]}}

    def create_harvest(self):
        return {"id": self.kansas, "body": self.a_harvest()}

    def update_harvest(self):
        return {"id": self.harvest(), "body": {"name": self.name()}}

    def create_showcase(self):
        return {"body": self.a_showcase()}

    def get_showcase_page(self):
        showcase = self.showcase()
        self.make(f"/v1/showcases/{showcase}/publish")
        return {"id": showcase, "path": {"network": self.kansas}}

    get_network_showcase_page = get_showcase_page

    def update_showcase(self):
        return {"id": self.showcase(), "body": {"title": self.name()}}

    def create_table_request(self):
        need = self.need["details"]
        wish = {name: need[name] for name in ("expected_attendance", "preferences", "venue")}
        return {"id": self.showcase(), "path": {"number": 1}, "body": wish | {"library": self.need["library"]}}

    # Tours.

    def create_tour_plan(self):
        return {"body": self.a_tour_plan()}

    def get_tour_plan_map(self):
        return {"id": self.found_plan()}

    get_tour_plan_geojson = get_tour_plan_ics = get_tour_plan_map

    def compare_tour_plans(self):
        return {"id": self.found_plan(), "query": {"with": self.found_plan()}}

    def edit_tour_plan(self):
        plan = self.found_plan()
        request = self.ask(f"/v1/tour-plans/{plan}")["outcome"]["tours"][0]["stops"][0]["request"]
        return {"id": plan, "body": {"edits": [{"step": "remove", "request": request}]}}

    def offer_tours(self):
        return {"id": self.found_plan(), "body": {"message": "three towns"}}

    def accept_tour(self):
        return {"id": self.tour(), "person": TRAINER}

    def decline_tour(self):
        return {"id": self.tour(), "body": {"reason": "away"}, "person": TRAINER}

    def withdraw_tour(self):
        return {"id": self.tour(), "body": {"reason": "the road is closed"}}

    def replan_tour(self):
        return {"id": self.accepted_tour()}
