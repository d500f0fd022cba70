"""pyoai, which posts what it asks, harvests the whole catalog by OAI-PMH."""

import datetime

from facts import ADDRESS, FACTS, finish, same, words
from oaipmh.client import Client
from oaipmh.error import BadArgumentError, CannotDisseminateFormatError, IdDoesNotExistError, NoRecordsMatchError
from oaipmh.metadata import MetadataRegistry, oai_dc_reader


def refused(error, ask, *arguments, **named):
    try:
        list(ask(*arguments, **named))
    except error:
        return
    same(f"{named}", "accepted", error.__name__)


def main():
    registry = MetadataRegistry()
    registry.registerReader("oai_dc", oai_dc_reader)
    client = Client(f"{ADDRESS}/oai", registry)
    client.updateGranularity()
    same("formats", {prefix for prefix, _, _ in client.listMetadataFormats()}, {"oai_dc", "lrmi"})
    same("sets", {name for name, _, _ in client.listSets()}, set(FACTS["networks"]))
    live, gone = {}, set()
    for header, metadata, _ in client.listRecords(metadataPrefix="oai_dc"):
        one = header.identifier().rsplit(":", 1)[1]
        if header.isDeleted():
            gone.add(one)
        else:
            same(f"{one} came before", one in live, False)
            live[one] = words(metadata.getField("title")[0])
    same("records", live, {one: words(view["title"]) for one, view in FACTS["workshops"].items()})
    same("deleted records", gone, set(FACTS["withdrawn"]))
    headers = [header.identifier() for header in client.listIdentifiers(metadataPrefix="oai_dc", from_=datetime.datetime(2020, 1, 1))]
    same("identifiers", len(headers), len(live) + len(gone))
    refused(NoRecordsMatchError, client.listRecords, metadataPrefix="oai_dc", from_=datetime.datetime(2099, 1, 1))
    refused(CannotDisseminateFormatError, client.listIdentifiers, metadataPrefix="marc21")
    refused(IdDoesNotExistError, client.getRecord, metadataPrefix="oai_dc", identifier="oai:elsewhere:1")
    refused(BadArgumentError, client.listIdentifiers, metadataPrefix="oai_dc", until=datetime.datetime(1999, 1, 1), from_=datetime.datetime(2000, 1, 1))
    finish(f"{len(live)} records and {len(gone)} deleted ones by POST")


main()
