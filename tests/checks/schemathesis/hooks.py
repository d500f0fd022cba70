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
from recipes import Recipes

ADDRESS = os.environ["PACKHORSE"]
PERSON = os.environ["PERSON"]
ID = re.compile(r"^([a-z]{3})_[0-7][0-9a-hjkmnp-tv-z]{25}$")
# What would take away people of the demonstration, and with them what recipes are made of: tried on those whom recipes name.
ENDING = {"erase_me", "erase_user", "revoke_role"}

chance = random.Random(int(os.environ["SEED"]))
lock = threading.Lock()
known = {}  # ids by prefix
answered = set()
passwords = {}


with urllib.request.urlopen(f"{ADDRESS}/openapi.json") as document:
    recipes = Recipes(ADDRESS, PERSON, passwords, json.load(document)["components"]["schemas"])

if PERSON:
    # One that is no example in the document: whoever sends that erases nobody.
    change = recipes.change_password()["body"]
    recipes.make("/v1/me/password", change, PERSON)
    passwords[PERSON] = change["password"]

    @schemathesis.auth(refresh_interval=3600, retry_on=[401])
    class SignedIn:
        def get(self, case, context):
            return recipes.enter(PERSON)["access_token"]

        def set(self, case, data, context):
            case.headers["Authorization"] = f"Bearer {data}"


def learn(value):
    """Notes every id in an answer."""
    if isinstance(value, dict):
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


def follow_recipe(operation, case):
    """Sends what the operation can accept, where there is a recipe: often until it was accepted once."""
    name = operation["operationId"]
    if not PERSON and operation.get("security") != []:
        return
    if name not in ENDING and chance.random() > (0.05 if name in answered else 0.9):
        return
    try:
        made = recipes.recipe(operation)
    except (urllib.error.HTTPError, StopIteration):
        # What was tried before has changed too much.
        return
    if made is None:
        return
    places = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
    for place, value in (made.get("path", {}) | {"id": made.get("id")}).items():
        if place in places:
            case.path_parameters[place] = value
    if "query" in made:
        case.query = made["query"]
    if "body" in made:
        case.body = made["body"]
    if "media_type" in made:
        case.media_type = made["media_type"]
    if "person" in made:
        case.headers["Authorization"] = f"Bearer {recipes.token(made['person'])}"


@schemathesis.hook
def before_call(ctx, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    with lock:
        for place in (case.path_parameters, case.query):
            for key in list(place or {}):
                place[key] = real(place[key])
        if isinstance(case.body, (dict, list)):
            case.body = real(case.body)
        follow_recipe(case.operation.definition.raw, case)
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
            passwords[PERSON] = case.body["password"]
        if name not in answered:
            answered.add(name)
            with open(os.environ["ANSWERED"], "a", encoding="utf-8") as file:
                print(name, file=file)
        if not response.headers.get("content-type", [""])[0].startswith("application/json"):
            return
        if name != "get_openapi":
            learn(response.json())


@schemathesis.serializer("application/x-ndjson", "text/csv", "text/calendar")
def lines(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()
