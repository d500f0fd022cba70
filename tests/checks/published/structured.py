"""extruct finds the JSON-LD of the pages, pyld expands it, and schema-dts with TypeScript says whether schema.org knows it."""

import json
import os
import subprocess
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import extruct
from facts import ADDRESS, FACTS, body, finish, instant, same, words, wrong
from pyld import jsonld

HERE = Path(__file__).resolve().parent
TOOLS = Path(os.environ["TOOLS"])
SCHEMA = "https://schema.org/"
TYPED = 120  # courses that TypeScript looks at; those with sessions first


def context(address, options):
    """Stands in for the context of schema.org, which is never fetched; any other is refused."""
    if address.rstrip("/") != "https://schema.org":
        raise ValueError(f"a context from {address}")
    document = json.loads((HERE / "context.json").read_text())
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": address, "document": document}


jsonld.set_document_loader(context)


def data(path):
    """What one page says of itself."""
    found = extruct.extract(body(path).decode(), syntaxes=["json-ld"])["json-ld"]
    if len(found) != 1:
        wrong(f"{path} has {len(found)} pieces of JSON-LD")
    return found[0]


def value(node, name):
    """The values of a property after expansion."""
    return [item.get("@value", item.get("@id")) for item in node.get(SCHEMA + name, [])]


def compare(course, view, sessions):
    """One page says what the API says of the workshop and its sessions."""
    one = view["id"]
    (node,) = jsonld.expand(course)
    same(f"kind of {one}", node["@type"], [SCHEMA + "Course"])
    same(f"id of {one}", node["@id"], f"{ADDRESS}/workshops/{one}")
    same(f"name of {one}", [words(name) for name in value(node, "name")], [words(view["title"])])
    same(f"goals of {one}", [words(goal) for goal in value(node, "teaches")][: len(view["objectives"])], [words(goal) for goal in view["objectives"]])
    same(f"languages of {one}", value(node, "inLanguage"), view["languages"])
    instances = {item["@id"].rsplit("/", 1)[1]: item for item in node.get(SCHEMA + "hasCourseInstance", [])}
    same(f"sessions of {one}", sorted(instances), sorted(session["id"] for session in sessions))
    for session in sessions:
        item = instances.get(session["id"], {})
        (start,), (end,) = value(item, "startDate"), value(item, "endDate")
        same(f"times of {session['id']}", (instant(start), instant(end)), (instant(session["starts_at"]), instant(session["ends_at"])))
        canceled = value(item, "eventStatus") == [SCHEMA + "EventCancelled"]
        same(f"{session['id']} is canceled", canceled, session["state"] == "canceled")


def typed(courses):
    """What TypeScript says against the courses."""
    program = Path("courses.ts")
    lines = [f"export const course{n}: WithContext<Course> = {json.dumps(course)};" for n, course in enumerate(courses)]
    program.write_text("\n".join(['import type { Course, WithContext } from "schema-dts";', *lines, ""]))
    Path("node_modules").symlink_to(TOOLS / "node_modules")
    tsc = ["node", TOOLS / "node_modules/typescript/bin/tsc", "--strict", "--noEmit", "--skipLibCheck", "--target", "es2022"]
    done = subprocess.run([*tsc, "--moduleResolution", "bundler", "--module", "esnext", program], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        wrong(f"TypeScript says: {done.stdout}")
    return len(lines)


def main():
    dated = defaultdict(list)
    for session in FACTS["sessions"].values():
        dated[session["workshop"]].append(session)
    order = sorted(FACTS["workshops"], key=lambda one: one not in dated)
    with ThreadPoolExecutor(4) as many:
        courses = list(many.map(data, [f"/workshops/{one}" for one in order]))
        single = list(many.map(data, [f"/sessions/{one}" for one in FACTS["sessions"]]))
    for one, course in zip(order, courses):
        compare(course, FACTS["workshops"][one], dated[one])
    for session, course in zip(FACTS["sessions"].values(), single):
        compare(course, FACTS["workshops"][session["workshop"]], [session])
    count = typed([*courses[:TYPED], *single[:20]])
    finish(f"{len(courses)} courses and {len(single)} sessions expanded; {count} courses typed")


main()
