"""Python's csv reads the table of workshops: the values of the API, and no formula. The sitemap leads to pages that are there."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor

from facts import ADDRESS, FACTS, body, fetch, finish, same, words
from lxml import etree

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
SINGLE = {"title": "title", "abstract": "abstract", "level": "level", "audience": "audience", "license": "license", "funders": "funder"}
LISTS = {"objectives": "objectives", "authors": "authors", "formats": "formats", "languages": "languages"}


def plain(cell):
    """A cell without the mark that keeps a spreadsheet from computing it."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def compare(row, view):
    """One row is its workshop."""
    one = view["id"]
    for column, cell in row.items():
        same(f"{column} of {one} begins a formula", cell.startswith(FORMULA), False)
    for column, field in SINGLE.items():
        same(f"{column} of {one}", words(plain(row[column])), words(view[field] or ""))
    for column, field in LISTS.items():
        same(f"{column} of {one}", words(plain(row[column])), words("\n".join(view[field])))
    same(f"duration of {one}", int(row["duration_minutes"]), view["duration_minutes"])
    fee = next((fee["per_person"]["amount_minor"] for fee in view["fees"] if fee["customers"] == "anyone"), 0)
    same(f"fee of {one}", float(row["fee_other"] or 0) * 100, fee)
    same(f"address of {one}", row["address"], f"{ADDRESS}/workshops/{one}")


def table(path, wanted):
    text = body(path).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    same(f"rows of {path}", sorted(row["id"] for row in rows), sorted(wanted))
    for row in rows:
        compare(row, wanted[row["id"]])
    return len(rows)


def sitemap():
    """Every address of the sitemap answers, and every workshop, session and showcase is in it."""
    listed = [place.text for place in etree.fromstring(body("/sitemap.xml")).findall(".//{*}loc")]
    pages = [f"{ADDRESS}/workshops/{one}" for one in FACTS["workshops"]] + [f"{ADDRESS}/sessions/{one}" for one in FACTS["sessions"]]
    pages += [f"{ADDRESS}/showcases/{one}" for one in FACTS["showcases"]]
    same("pages of the sitemap", sorted(listed), sorted(pages))
    with ThreadPoolExecutor(4) as many:
        for address, (status, _, _) in zip(listed, many.map(fetch, listed)):
            same(address, status, 200)
    return len(listed)


def main():
    rows = table("/feeds/workshops.csv", FACTS["workshops"])
    for network in FACTS["networks"]:
        table(f"/networks/{network}/feeds/workshops.csv", {one: view for one, view in FACTS["workshops"].items() if view["network"] == network})
    finish(f"{rows} rows; {sitemap()} pages of the sitemap")


main()
