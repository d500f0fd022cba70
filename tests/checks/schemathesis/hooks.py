"""Signs schemathesis in, and lets it name what there is: ids and tokens that it was told, in place of those it makes up.

Told by the environment: PACKHORSE (address), PERSON (address to sign in with, empty for nobody), ANSWERED (file that takes the
name of every operation that answered 2xx), SEED.
"""

import json
import os
import random
import re
import threading
import urllib.error
import urllib.request
import uuid

import schemathesis
from recipes import PASSWORD, Recipes

ADDRESS = os.environ["PACKHORSE"]
PERSON = os.environ["PERSON"]
PASSWORDS = {PERSON: PASSWORD}
MEMBERS = {"refresh_token": "refresh_token"}  # where an operation takes its token, if not in `token`
ID = re.compile(r"^([a-z]{3})_[0-7][0-9a-hjkmnp-tv-z]{25}$")


def calendar(*lines):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Example//EN", *lines, "END:VCALENDAR", ""])


# What no schema tells of: files that can be read.
FILES = {
    "import_libraries": (
        "text/csv",
        "fscskey,seq,name,system_name,outlet_type,address,city,state,zip,county,county_fips,lat,lon,population_served,"
        "population_fy,phone,locale,status\n"
        "KS0065,002,LAWRENCE PUBLIC LIBRARY,LAWRENCE PUBLIC LIBRARY,CE,707 VERMONT ST,LAWRENCE,KS,66044,DOUGLAS,20045,38.9717,"
        "-95.2353,95256,2022,7858433833,13,open\n",
    ),
    "import_calendar": (
        "text/calendar",
        calendar("BEGIN:VEVENT", "UID:1", "DTSTAMP:20270105T150000Z", "DTSTART:20270303T150000Z", "DTEND:20270303T160000Z", "END:VEVENT"),
    ),
    "import_availability": (
        "text/calendar",
        calendar(
            *("BEGIN:VAVAILABILITY", "UID:1", "DTSTAMP:20270105T150000Z"),
            *("BEGIN:AVAILABLE", "UID:2", "DTSTAMP:20270105T150000Z", "DTSTART:20270303T150000Z", "DTEND:20270303T230000Z", "END:AVAILABLE"),
            "END:VAVAILABILITY",
        ),
    ),
}

chance = random.Random(int(os.environ["SEED"]))
lock = threading.Lock()
known = {}  # ids by prefix
roles = []  # pairs of a user and a role of theirs
tokens = {}  # tokens by the operation that takes them
answered = set()
residents = set()  # people of the demonstration: they keep their roles and passwords


with urllib.request.urlopen(f"{ADDRESS}/openapi.json") as document:
    recipes = Recipes(ADDRESS, PERSON, PASSWORDS, json.load(document)["components"]["schemas"])


if PERSON:

    @schemathesis.auth(refresh_interval=3600, retry_on=[401])
    class SignedIn:
        def get(self, case, context):
            return recipes.enter(PERSON)["access_token"]

        def set(self, case, data, context):
            case.headers["Authorization"] = f"Bearer {data}"


def learn(value):
    """Notes every id in an answer."""
    if isinstance(value, dict):
        if str(value.get("id", "")).startswith("usr_"):
            if str(value.get("email", "")).endswith((".example", "@packhorse.example")):
                residents.add(value["id"])
            for role in value.get("roles") or []:
                if value["id"] not in residents and isinstance(role, dict) and "id" in role:
                    roles.append((value["id"], role["id"]))
        for inner in value.values():
            learn(inner)
    elif isinstance(value, list):
        for inner in value:
            learn(inner)
    elif isinstance(value, str) and (found := ID.match(value)):
        ids = known.setdefault(found[1], [])
        if value not in ids:
            ids.append(value)


def real(value):
    """The value with ids that are known in place of those that are made up."""
    if isinstance(value, dict):
        return {name: real(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [real(inner) for inner in value]
    if isinstance(value, str) and (found := ID.match(value)):
        ids = known.get(found[1], [])
        if ids and value not in ids and chance.random() < 0.9:
            # What the person was told of first is mostly their own.
            return ids[0] if chance.random() < 0.6 else chance.choice(ids)
    return value


def follow_recipe(name, case):
    """Sends what the operation can accept, where there is a recipe: often until it was accepted once."""
    recipe = getattr(recipes, name, None)
    if recipe is None or chance.random() > (0.05 if name in answered else 0.9):
        return
    try:
        made = recipe()
    except (urllib.error.HTTPError, StopIteration):
        # What was tried before has changed too much.
        return
    if "id" in made:
        case.path_parameters["id"] = made["id"]
    if "query" in made:
        case.query = made["query"]
    if "body" in made:
        case.body = made["body"]


@schemathesis.hook
def before_call(ctx, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    name = case.operation.definition.raw.get("operationId")
    with lock:
        if name == "revoke_role" and roles:
            case.path_parameters["id"], case.path_parameters["role_id"] = chance.choice(roles)
        for place in (case.path_parameters, case.query):
            for key in list(place or {}):
                place[key] = real(place[key])
        if isinstance(case.body, (dict, list)):
            case.body = real(case.body)
            if tokens.get(name) and chance.random() < 0.5:
                case.body[MEMBERS.get(name, "token")] = tokens[name].pop()
            if name == "create_invitation" and PERSON and chance.random() < 0.2:
                case.body["email"] = PERSON
            if name == "change_password" and PERSON and chance.random() < 0.5:
                case.body["present"] = PASSWORDS[PERSON]
        follow_recipe(name, case)
        if name in FILES and chance.random() < (0.3 if name in answered else 0.9):
            case.media_type, case.body = FILES[name]
        if case.headers.get("If-Match") and not case.headers["If-Match"].startswith('"v') and chance.random() < 0.9:
            case.headers["If-Match"] = "*"
        if case.headers.get("If-Match") == '"v1"':
            case.headers["If-Match"] = "*"
        if case.headers.get("Idempotency-Key") and chance.random() < 0.9:
            case.headers["Idempotency-Key"] = str(uuid.UUID(int=chance.getrandbits(128)))


@schemathesis.hook
def after_call(ctx, case, response):
    if not 200 <= response.status_code < 300:
        return
    name = case.operation.definition.raw.get("operationId")
    with lock:
        if name == "change_password":
            PASSWORDS[PERSON] = case.body["password"]
        if name not in answered:
            answered.add(name)
            with open(os.environ["ANSWERED"], "a", encoding="utf-8") as file:
                print(name, file=file)
        if not response.headers.get("content-type", [""])[0].startswith("application/json"):
            return
        body = response.json()
        if name != "get_openapi":
            learn(body)
        token = body.get("token") if isinstance(body, dict) else None
        if token and name == "create_invitation":
            taker = "accept_invitation" if case.body["email"] == PERSON else "create_account"
            tokens.setdefault(taker, []).append(token)
        if token and name == "start_password_reset" and case.path_parameters["id"] not in residents:
            tokens.setdefault("reset_password", []).append(token)
        if name == "sign_in":
            tokens.setdefault("refresh_token", []).append(body["refresh_token"])


@schemathesis.serializer("application/x-ndjson", "text/csv", "text/calendar")
def lines(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()
