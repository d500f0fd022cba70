"""Sickle and oaipmh-scythe harvest the whole catalog by OAI-PMH; what they cannot ask is asked by hand."""

import datetime
import io

import sickle
from facts import ADDRESS, FACTS, body, finish, instant, same, words, wrong
from lxml import etree
from oaipmh_scythe import Scythe
from sickle import oaiexceptions

LIVE, GONE = set(FACTS["workshops"]), set(FACTS["withdrawn"])
LAST = "2099-01-01"


def local(identifier):
    return identifier.rsplit(":", 1)[1]


def harvest(client, **asked):
    """Every record that Sickle finds, by id."""
    found = {}
    for record in client.ListRecords(metadataPrefix="oai_dc", **asked):
        one = local(record.header.identifier)
        if one in found:
            wrong(f"{one} comes twice")
        found[one] = record
    return found


def whole(client):
    """Everything is there once, as the API says."""
    found = harvest(client)
    same("records", {one for one, record in found.items() if not record.header.deleted}, LIVE)
    same("deleted records", {one for one, record in found.items() if record.header.deleted}, GONE)
    for one, view in FACTS["workshops"].items():
        record = found[one]
        title = record.metadata.get("title", [""])[0]
        same(f"title of {one}", words(title or ""), words(view["title"]))
        same(f"authors of {one}", [words(name) for name in record.metadata.get("creator", [])], [words(name) for name in view["authors"]])
        same(f"sets of {one}", record.header.setSpecs, [view["network"]])
        same(f"datestamp of {one}", instant(record.header.datestamp), instant(view["updated_at"]).replace(microsecond=0))
        if f"{ADDRESS}/workshops/{one}" not in record.metadata.get("identifier", []):
            wrong(f"{one} has no address")
    same("identifiers", {local(header.identifier) for header in client.ListIdentifiers(metadataPrefix="oai_dc", ignore_deleted=False)}, LIVE | GONE)
    return found


def parts(client, found):
    """Sets and times part the whole without gap and overlap."""
    sets = {one.setSpec for one in client.ListSets()}
    same("sets", sets, set(FACTS["networks"]))
    in_sets = [harvest(client, set=one) for one in sets]
    same("records of all sets", sorted(one for part in in_sets for one in part), sorted(found))
    stamps = sorted(record.header.datestamp for record in found.values())
    for stamp in {stamps[0], stamps[len(stamps) // 3], stamps[len(stamps) // 2]}:
        next_second = (instant(stamp) + datetime.timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        early = harvest(client, until=stamp)
        try:
            late = harvest(client, **{"from": next_second})
        except oaiexceptions.NoRecordsMatch:
            late = {}
        same(f"records until and from {stamp}", sorted([*early, *late]), sorted(found))
    today = stamps[0][:10]
    same("records of the days", set(harvest(client, **{"from": today, "until": stamps[-1][:10]})), set(found))


def pages():
    """Lists are resumed: the first token is not empty, the last one is."""
    tokens, query = [], "metadataPrefix=oai_dc"
    while True:
        page = etree.fromstring(body(f"/oai?verb=ListIdentifiers&{query}"))
        token = page.find(".//{*}resumptionToken")
        tokens.append(token.text if token is not None else None)
        if not tokens[-1]:
            break
        query = f"resumptionToken={tokens[-1]}"
    if len(tokens) < 2 or tokens[-1] is not None or token is None:
        wrong(f"the tokens of the pages are {tokens}")
    return len(tokens)


def refusals():
    """Every error that a catalog with networks and formats can have."""
    known = f"oai:127.0.0.1:{next(iter(LIVE))}"
    asked = {
        "": "badVerb",
        "verb=Nothing": "badVerb",
        "verb=Identify&verb=ListSets": "badVerb",
        "verb=Identify&color=red": "badArgument",
        "verb=Identify&identifier=x": "badArgument",
        "verb=ListRecords": "badArgument",
        "verb=GetRecord&metadataPrefix=oai_dc": "badArgument",
        "verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc": "badArgument",
        "verb=ListRecords&metadataPrefix=oai_dc&from=yesterday": "badArgument",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01T00:00:00Z": "badArgument",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01": "badArgument",
        "verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x": "badArgument",
        "verb=ListRecords&resumptionToken=x": "badResumptionToken",
        "verb=ListIdentifiers&resumptionToken=": "badResumptionToken",
        "verb=ListSets&resumptionToken=x": "badResumptionToken",
        "verb=ListRecords&metadataPrefix=marc21": "cannotDisseminateFormat",
        f"verb=GetRecord&metadataPrefix=marc21&identifier={known}": "cannotDisseminateFormat",
        f"verb=GetRecord&metadataPrefix=oai_dc&identifier={known}0": "idDoesNotExist",
        "verb=ListMetadataFormats&identifier=oai:elsewhere:1": "idDoesNotExist",
        f"verb=ListRecords&metadataPrefix=oai_dc&from={LAST}": "noRecordsMatch",
        "verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01": "noRecordsMatch",
        "verb=ListRecords&metadataPrefix=oai_dc&set=nobody": "noRecordsMatch",
    }
    for hidden in FACTS["hidden"]["workshops"]:
        asked[f"verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:127.0.0.1:{hidden}"] = "idDoesNotExist"
    for query, code in asked.items():
        answer = etree.fromstring(body(f"/oai?{query}"))
        codes = {error.get("code") for error in answer.findall("{*}error")}
        if code not in codes or len(answer.findall("{*}error")) != len(answer) - 2:
            wrong(f"{query}: {sorted(codes)} instead of {code}")
    return len(asked)


def schema():
    """Records in the format of our own are as its schema says."""
    rules = etree.XMLSchema(etree.parse(io.BytesIO(body("/schemas/lrmi.xsd"))))
    records = etree.fromstring(body("/oai?verb=ListRecords&metadataPrefix=lrmi")).findall(".//{*}metadata/*")
    for record in records:
        if not rules.validate(etree.ElementTree(record)):
            wrong(f"not as the schema says: {rules.error_log}")
    return len(records)


def main():
    client = sickle.Sickle(f"{ADDRESS}/oai", timeout=30)
    identity = client.Identify()
    same("deletions", identity.deletedRecord, "persistent")
    same("formats", {one.metadataPrefix for one in client.ListMetadataFormats()}, {"oai_dc", "lrmi"})
    found = whole(client)
    if min(record.header.datestamp for record in found.values()) < identity.earliestDatestamp:
        wrong("a record is older than the earliest datestamp")
    parts(client, found)
    for one in [*list(LIVE)[:3], *list(GONE)[:3]]:
        record = client.GetRecord(metadataPrefix="oai_dc", identifier=found[one].header.identifier)
        same(f"{one} is deleted", record.header.deleted, one in GONE)
    with Scythe(f"{ADDRESS}/oai") as scythe:
        records = [local(record.header.identifier) for record in scythe.list_records(metadata_prefix="oai_dc")]
        same("records of oaipmh-scythe", sorted(records), sorted(found))
        same("sets of oaipmh-scythe", {one.setSpec for one in scythe.list_sets()}, set(FACTS["networks"]))
    count = pages()
    finish(f"{len(found)} records, {len(GONE)} of them deleted, in {count} pages; {refusals()} refusals; {schema()} records against the schema")


main()
