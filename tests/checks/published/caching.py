"""What is published may be kept by others: tags, dates, compression; and a change is seen within a second."""

import gzip
import time
import zlib

from catalog import OPERATOR, Api
from facts import ADDRESS, FACTS, fetch, finish, same, wrong

WITHIN = 1.0  # seconds


def kept(path):
    """Headers of one answer, and what those get who have it already."""
    status, headers, body = fetch(path)
    same(path, status, 200)
    for name in ("etag", "last-modified"):
        if name not in headers:
            wrong(f"{path} has no {name}")
    same(f"{path}, who may keep it", headers.get("cache-control"), "public, max-age=1")
    status, again, rest = fetch(path, If_None_Match=headers.get("etag", ""))
    # Pages tell of the minute: over its edge they are sent again.
    if status == 200 and again.get("etag") != headers.get("etag"):
        status, again, rest = fetch(path, If_None_Match=again.get("etag", ""))
    same(f"{path} to who has it", (status, rest), (304, b""))
    for name in ("etag", "last-modified", "cache-control"):
        if name not in again:
            wrong(f"{path} has no {name} with 304")
    for coding, opened in {"gzip": gzip.decompress, "deflate": zlib.decompress}.items():
        _, packed, small = fetch(path, Accept_Encoding=coding)
        if packed.get("content-encoding") != coding:
            wrong(f"{path} is not sent as {coding}")
        elif len(opened(small)) != len(body) or len(small) * 2 > len(body) > 4000:
            wrong(f"{path} has {len(body)} bytes, and {len(small)} as {coding}, which are {len(opened(small))}")
        if "accept-encoding" not in packed.get("vary", "").lower():
            wrong(f"{path} does not say that it varies by Accept-Encoding")
    return headers.get("etag", "")


def seen(path, text):
    """How long it takes until an answer has a text."""
    began = time.monotonic()
    while text not in fetch(path)[2]:
        if time.monotonic() - began > 5 * WITHIN:
            break
        time.sleep(0.02)
    return time.monotonic() - began


def main():
    one = next(iter(FACTS["workshops"]))
    session = next(iter(FACTS["sessions"]))
    paths = ["/catalog", f"/workshops/{one}", f"/sessions/{session}", "/map", f"/calendar/{FACTS['sessions'][session]['starts_at'][:7]}"]
    paths += ["/feeds/workshops.atom", "/feeds/sessions.atom", "/feeds/sessions.ics", "/feeds/workshops.csv", "/sitemap.xml"]
    tags = {path: kept(path) for path in paths}
    api, slowest = Api(ADDRESS, OPERATOR), 0.0
    shown = {"/catalog", f"/workshops/{one}", "/feeds/workshops.atom", "/feeds/workshops.csv", "/oai?verb=ListRecords&metadataPrefix=oai_dc&set="}
    for path in sorted(shown):
        title = f"Changed {time.monotonic_ns()}"
        path = path + FACTS["workshops"][one]["network"] if path.endswith("set=") else path
        api.call("PATCH", f"/v1/workshops/{one}", {"title": title})
        took = seen(path, title.encode())
        slowest = max(slowest, took)
        if took > WITHIN:
            wrong(f"{path} shows a change after {took:.2f} s")
    for path, tag in tags.items():
        same(f"{path} after a change, to who has the old one", fetch(path, If_None_Match=tag)[0], 200)
    finish(f"{len(paths)} kinds of answers kept; a change is seen after {slowest * 1000:.0f} ms at most")


main()
