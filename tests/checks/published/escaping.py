"""Nothing that somebody wrote becomes markup or code, in no form; nothing that was not published is anywhere."""

import csv
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor

import html5lib
from facts import ADDRESS, FACTS, fetch, finish, same, wrong
from lxml import etree

CANARY = re.compile(rb"canary", re.IGNORECASE)
XHTML = "{http://www.w3.org/1999/xhtml}"
KNOWN = set(
    "html head meta base title link script body a header nav ul li main div h1 h2 h3 p section article aside form label input button "
    "select option fieldset legend search time span bdi b strong br dl dt dd ol footer svg path rect circle text line g table "
    "polygon polyline title".split()
)
DANGEROUS = re.compile(r"^\s*(javascript|data|vbscript):", re.IGNORECASE)


def page(path, raw):
    """A page has only elements and attributes of ours, and no script but its data."""
    for element in html5lib.parse(raw, treebuilder="etree", namespaceHTMLElements=True).iter():
        if not isinstance(element.tag, str):
            wrong(f"{path} has a comment: {element.text}") if "hostile" in (element.text or "") else None
            continue
        name = element.tag.rsplit("}", 1)[1]
        if name not in KNOWN:
            wrong(f"{path} has the element {name}")
        if name == "script":
            same(f"kind of a script in {path}", element.get("type"), "application/ld+json")
            json.loads(element.text)
        for attribute, content in element.attrib.items():
            if attribute.startswith("on") or attribute in ("style", "srcdoc") or "hostile" in attribute:
                wrong(f"{path} has the attribute {attribute}")
            if attribute in ("href", "src", "action") and DANGEROUS.match(content) and element.get("rel") != "icon":
                wrong(f"{path} leads to {content}")


def markup(path, raw):
    """A form of XML has no element of somebody else's, no text that a reader would take for HTML, and no entity."""
    document = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    same(f"document type of {path}", document.getroottree().docinfo.doctype, "")
    for element in document.iter():
        name = etree.QName(element).localname if isinstance(element.tag, str) else "comment"
        if name in ("hostile", "script", "img", "comment"):
            wrong(f"{path} has the element {name}")
        if element.get("type") in ("html", "xhtml") or any("hostile" in attribute or attribute.startswith("on") for attribute in element.attrib):
            wrong(f"{path}: {name} has the attributes {dict(element.attrib)}")


def calendar(path, raw):
    """No line of a calendar begins in a text, and no control character is in one."""
    unfolded = raw.decode().replace("\r\n ", "")
    lines = unfolded.split("\r\n")
    for line in lines:
        if not re.match(r"[A-Z-]+[;:]|$", line) or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line):
            wrong(f"{path} has the line {line!r}")
    if any(re.match(r"SUMMARY:hostile$", line) for line in lines):
        wrong(f"{path} has a title that was smuggled in")
    same(f"ends in {path}", lines.count("BEGIN:VEVENT"), lines.count("END:VEVENT"))


def table(path, raw):
    """No cell of a table begins as a formula does."""
    for row in csv.reader(io.StringIO(raw.decode(), newline=""), strict=True):
        for cell in row:
            if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
                wrong(f"{path} has the cell {cell!r}")


FORMS = {"text/html": page, "application/atom+xml": markup, "application/rss+xml": markup, "text/xml": markup, "application/xml": markup, "text/calendar": calendar, "text/csv": table}


def judge(path):
    status, headers, raw = fetch(path)
    if status != 200:
        return wrong(f"{path} answers {status}")
    if found := CANARY.search(raw):
        wrong(f"{path} tells what nobody may know: {raw[max(0, found.start() - 80) : found.end() + 80]!r}")
    judges = FORMS[headers["content-type"].split(";")[0]]
    if judges in (page, markup) and re.search(rb"<(script>hostile|hostile|img)", raw):
        wrong(f"{path} has markup that somebody wrote")
    if headers["content-type"].startswith("text/html") and "script-src" in headers["content-security-policy"]:
        wrong(f"{path} allows scripts: {headers['content-security-policy']}")
    return judges(path, raw)


def main():
    months = {session["starts_at"][:7] for session in FACTS["sessions"].values()}
    lists = ["/catalog", "/catalog?embed=true", "/map", "/archive", *(f"/calendar/{month}" for month in sorted(months))]
    lists += [f"/feeds/{name}" for name in ("workshops.atom", "sessions.atom", "sessions.ics", "workshops.csv", "recordings.rss")]
    paths = lists + [f"/networks/{network}{path}" for network in FACTS["networks"] for path in lists]
    paths += [f"/oai?verb=ListRecords&metadataPrefix={prefix}" for prefix in ("oai_dc", "lrmi")] + ["/oai?verb=%3Chostile/%3E", "/sitemap.xml"]
    paths += [f"/{kind}/{one}" for kind in ("workshops", "sessions", "trainers") for one in FACTS[kind]]
    paths += [f"/sessions/{one}.ics" for one in list(FACTS["sessions"])[:20]]
    with ThreadPoolExecutor(4) as many:
        list(many.map(judge, paths))
    hidden = [f"/{kind}/{one}" for kind, ids in FACTS["hidden"].items() for one in ids]
    for path in hidden:
        same(path, fetch(path)[0], 404)
    for one in FACTS["withdrawn"]:
        same(f"/workshops/{one}", fetch(f"/workshops/{one}")[0], 410)
    finish(f"{len(paths)} answers in {len(FORMS)} forms; {len(hidden)} addresses of nothing public, {len(FACTS['withdrawn'])} of what is gone, at {ADDRESS}")


main()
