"""Chromium opens every kind of page, in light and dark, wide and narrow; axe-core looks for barriers.

Fails on errors in the console (a violation of the content security policy is one), on a request to anything but the server, on a
page wider than its window, on what axe-core finds against WCAG 2.2 AA, and on links that lead nowhere. Takes a picture of each page.
"""

import os
import shutil
from pathlib import Path

from facts import ADDRESS, FACTS, fetch, finish, wrong
from playwright.sync_api import sync_playwright

AXE = (Path(os.environ["TOOLS"]) / "node_modules/axe-core/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AUDIT = """rules => axe.run(document, {
    runOnly: { type: "tag", values: rules }, resultTypes: ["violations"], preload: false, iframes: false
})"""
SCREENSHOTS = Path(os.environ["SCREENSHOTS"])
WIDTHS = (1280, 320)


def kinds():
    """An address of every kind of page, those with most on it."""
    sessions = list(FACTS["sessions"].values())
    first = min(sessions, key=lambda session: session["starts_at"])
    booked = next(session for session in sessions if session["trainer"] in FACTS["trainers"])
    canceled = next(session for session in sessions if session["state"] == "canceled")
    online = next(session for session in sessions if session["moved_online_at"])
    moved = next(session for session in sessions if session["previous_time"])
    hostile = next(one for one, view in FACTS["workshops"].items() if view["title"].startswith("</script>"))
    long = next(one for one, view in FACTS["workshops"].items() if view["title"].startswith("hostilehostile"))
    network = f"/networks/{booked['network']}"
    return {
        "catalog": "/catalog",
        "catalog-embedded": "/catalog?embed=true",
        "catalog-of-network": f"{network}/catalog",
        "workshop": f"/workshops/{moved['workshop']}",
        "workshop-hostile": f"/workshops/{hostile}",
        "workshop-long": f"/workshops/{long}",
        "workshop-embedded": f"/workshops/{booked['workshop']}?embed=true",
        "session": f"/sessions/{booked['id']}?zone=America/Los_Angeles",
        "session-canceled": f"/sessions/{canceled['id']}",
        "session-moved-online": f"/sessions/{online['id']}",
        "session-rescheduled": f"/sessions/{moved['id']}",
        "trainer": f"/trainers/{booked['trainer']}",
        "month": f"/calendar/{first['starts_at'][:7]}",
        "month-embedded-of-network": f"{network}/calendar/{first['starts_at'][:7]}?embed=true",
        "map": "/map",
        "archive": "/archive",
        "needs": "/needs",
        "showcase": f"/showcases/{next(iter(FACTS['showcases']))}",
    }


def watched(browser, kind):
    """A window whose faults are noted."""
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, color_scheme="light")
    page = context.new_page()
    page.on("console", lambda said: said.type in ("error", "warning") and wrong(f"{kind}: the console says {said.text}"))
    page.on("pageerror", lambda error: wrong(f"{kind}: {error}"))
    page.on("dialog", lambda dialog: (wrong(f"{kind}: a dialog opens"), dialog.dismiss()))
    page.on("request", lambda request: request.url.startswith((ADDRESS + "/", "data:")) or wrong(f"{kind}: asks for {request.url}"))
    return page


def look(page, kind, scheme, width):
    """Judges a page that is open, in other light and width."""
    name = f"{kind}, {scheme}, {width} px"
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    wide = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    if wide[0] > wide[1]:
        wrong(f"{name}: {wide[0]} px wide in a window of {wide[1]}")
    found = page.evaluate(AUDIT, RULES)
    for violation in found["violations"]:
        places = "; ".join(node["html"][:160] + " " + node["failureSummary"].replace("\n", " ") for node in violation["nodes"][:2])
        wrong(f"{name}: {violation['id']}, {len(violation['nodes'])} times: {places}")
    page.screenshot(path=SCREENSHOTS / f"{kind}-{scheme}-{width}.png", full_page=True)


def follow(links):
    """Links within the catalog lead to something."""
    own = sorted(link for link in links if link.startswith(ADDRESS + "/"))
    for link in own:
        status = fetch(link)[0]
        if status != 200:
            wrong(f"a link leads to {link}, which answers {status}")
    return len(own)


def main():
    program = shutil.which("chromium")
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    SCREENSHOTS.mkdir(parents=True)
    links, seen = set(), 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for kind, path in kinds().items():
            page = watched(browser, kind)
            answer = page.goto(ADDRESS + path, wait_until="load")
            if answer.status != 200:
                wrong(f"{kind}: {answer.status}")
            links.update(page.evaluate("() => [...document.querySelectorAll('[href]')].map(one => one.href.split('#')[0])"))
            page.evaluate(AXE)
            for scheme in ("light", "dark"):
                for width in WIDTHS:
                    look(page, kind, scheme, width)
                    seen += 1
            page.context.close()
        browser.close()
    finish(f"{seen} views of {len(kinds())} pages, {follow(links)} links followed")


main()
