"""The script on a site's own pages: under a strict policy, by keyboard, with names for all that is in it."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import expect

from hubbub.engine import loop
from hubbub.store.models import Post, Report, Source
from tests.browser.test_every_page import AXE
from tests.world import World, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Forum:
    """A page of somebody's site, at an address of its own."""

    def __init__(self) -> None:
        outer = self
        self.page, self.policy = b"", ""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(outer.page)))
                if outer.policy:
                    self.send_header("content-security-policy", outer.policy)
                self.end_headers()
                self.wfile.write(outer.page)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def write(self, hubbub: str, source: Source, *, strict: bool) -> None:
        self.policy = f"default-src 'none'; script-src {hubbub}; connect-src {hubbub}" if strict else ""
        self.page = f"""<!doctype html><html lang="en"><title>Forum</title><main><h1>Forum</h1><p>Buy pills</p>
<button type="button" data-hubbub-report="c1">Report this</button>
<button type="button" data-hubbub-feedback>Feedback</button></main>
<script defer src="{hubbub}/static/listen/report.js" data-to="{hubbub}/in/{source.pk}/visitor" data-key="pub"></script>
""".encode()


@pytest.fixture
def forum() -> Iterator[Forum]:
    one = Forum()
    yield one
    one.server.shutdown()


@pytest.fixture
def world() -> Iterator[World]:
    yield make_world()
    connection.close()


@pytest.fixture
def site(world: World, forum: Forum) -> Source:
    source = make_source(world.acme, "Forum", kind="site", settings={"site": forum.url, "public": "pub"})
    make_post(source, "Buy pills", native_id="c1")
    return source


def test_a_visitor_reports_by_keyboard_under_a_strict_policy(
    chromium: Any, live_server: Any, forum: Forum, site: Source
) -> None:
    forum.write(live_server.url, site, strict=True)
    context = chromium.new_context(viewport={"width": 390, "height": 700})
    page, trouble = context.new_page(), []
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.goto(forum.url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Report this")
    expect(dialog.get_by_label("What is wrong with it?")).to_be_focused()
    page.keyboard.type("It is spam")
    for _ in range(3):  # past name and e-mail; the trap for machines is not on the way
        page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Send")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("Thank you. It has been sent.")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Report this")).to_be_focused()
    assert context.cookies() == []
    assert trouble == []
    context.close()
    assert loop.read_one()
    report = Report.of(site.workspace).get()
    assert (report.why, report.post.decision) == ("It is spam", "queued")


def test_what_is_wrong_is_said_in_the_dialog(chromium: Any, live_server: Any, forum: Forum, site: Source) -> None:
    forum.write(live_server.url, site, strict=True)
    context = chromium.new_context()
    page = context.new_page()
    page.goto(forum.url)
    page.get_by_role("button", name="Feedback").click()
    page.get_by_label("What would you like to tell us?").fill("Nice")
    Source.of(site.workspace).update(settings={"site": "https://elsewhere.example", "public": "pub"})
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_have_text("It could not be sent. Please try again later.")
    Source.of(site.workspace).update(settings={"site": forum.url, "public": "pub"})
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you. It has been sent.")
    context.close()
    assert loop.read_one()
    assert Post.of(site.workspace).filter(text="Nice", type="message").exists()


def test_the_dialog_has_no_faults(chromium: Any, live_server: Any, forum: Forum, site: Source) -> None:
    forum.write(live_server.url, site, strict=False)  # axe itself needs a page that lets it in
    context = chromium.new_context()
    page = context.new_page()
    page.goto(forum.url)
    page.get_by_role("button", name="Report this").click()
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    context.close()
