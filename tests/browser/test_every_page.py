"""Every page in a real browser: readable by all, at every width, in both colour schemes, without errors.

The pages are found in the resolver. With HUBBUB_SCREENSHOTS=folder each is also saved as a picture, to be looked at.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from hubbub.store.models import Role, User, Workspace
from tests.addresses import Ids, Unknown, pages
from tests.furnished import furnish
from tests.world import World, make_member, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = {1280: 900, 390: 844}  # a desk, a telephone
PICTURES = os.environ.get("HUBBUB_SCREENSHOTS", "")

# pages around a workspace: who opens them, and the status that they answer with
STRANGER = {
    "/account/login/": 200,
    "/account/password/reset/": 200,
    "/account/password/reset/done/": 200,
    "/account/password/reset/key/1-abc/": 200,
    "/account/inactive/": 200,
    "/account/3rdparty/login/cancelled/": 200,
    "/account/3rdparty/login/error/": 401,
    "/account/signup/": 404,
    "/enter/unknown/": 410,
}
SIGNED_IN = {
    "/account/password/set/": 200,
    "/account/2fa/": 200,
    "/account/2fa/totp/activate/": 200,
    "/account/2fa/webauthn/": 200,
    "/account/2fa/webauthn/add/": 200,
    "/account/3rdparty/": 200,
    "/account/logout/": 200,
    "/api/docs": 200,
    "/nothing/here/": 404,
}


class Visit:
    """One browser window, and what was wrong in it."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.wrong: list[str] = []
        self.here = ""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._say(f"script error: {error}"))

    def _say(self, what: str) -> None:
        self.wrong.append(f"{self.here}: {what}")

    def _console(self, message: Any) -> None:
        # a page that answers 404 as it should is told of by the browser as an error
        of_the_page = message.location.get("url", "").removeprefix(self.address) == self.here
        if message.type == "error" and not (of_the_page and "status of" in message.text):
            self._say(f"console: {message.text}")

    def look(self, path: str, name: str, status: int = 200) -> None:
        """Open the page and look at it in every width and scheme."""
        self.here = path
        self.page.set_viewport_size({"width": 1280, "height": WIDTHS[1280]})
        self.page.emulate_media(color_scheme="light")
        answer = self.page.goto(self.address + path)
        if answer.status != status:
            self._say(f"answered {answer.status}, not {status}")
            return
        if path == "/api/docs":
            self.page.wait_for_selector(".opblock")  # drawn by a script; its look is Swagger's
            return
        self.page.wait_for_load_state("networkidle")  # what is still being sent for is shown paler, on purpose
        headings = self.page.locator("h1").count()
        if headings != 1:
            self._say(f"has {headings} h1, not one")
        self.page.evaluate(AXE)
        for width, height in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme)
                self._check(f"{width} {scheme}", all_rules=scheme == "light")
                if PICTURES:
                    self.page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png", full_page=True)
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                self._say(f"{width}: the page scrolls sideways, by {wide} px")

    def _check(self, how: str, *, all_rules: bool) -> None:
        # between the schemes nothing changes but colours
        only = {"type": "tag", "values": RULES} if all_rules else {"type": "rule", "values": ["color-contrast"]}
        found = self.page.evaluate("(only) => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only)
        for violation in found["violations"]:
            places = "; ".join(str(node["html"])[:160] for node in violation["nodes"][:3])
            self._say(f"{how}: {violation['id']}, {len(violation['nodes'])} times: {places}")


@contextmanager
def window(chromium: Any, live_server: Any, user: User | None) -> Iterator[Visit]:
    """A window of a browser in which `user` is signed in."""
    context = chromium.new_context(reduced_motion="reduce")
    if user is not None:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = {"name": "hubbub_session", "value": client.session.session_key, "url": live_server.url}
        context.add_cookies([cookie])
    try:
        yield Visit(context.new_page(), live_server.url)
    finally:
        context.close()


@pytest.fixture
def world() -> World:
    return make_world()


def whole_pages(user: User, slug: str, ids: Ids) -> list[tuple[str, str]]:
    """Name and path of every page of the workspace that answers a GET with a whole HTML page."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    found = []
    for page in pages():
        if not page.within:
            continue
        try:
            path = page.url(slug, ids)
        except Unknown:  # an empty workspace has no such row; test_doors.py sees to the rest
            continue
        answer = client.get(path)
        is_page = answer.get("Content-Type", "").startswith("text/html") and b"<html" in answer.getvalue()
        if answer.status_code == 200 and is_page:
            found.append((page.name, path))
    assert len(found) > 5
    return found


def report(wrong: list[str]) -> str:
    return f"{len(wrong)} wrong:\n" + "\n".join(wrong)


def test_pages_of_a_furnished_workspace(chromium: Any, live_server: Any, world: World) -> None:
    ids = furnish(world.acme, world.alice)
    with window(chromium, live_server, world.alice.user) as visit:
        for name, path in whole_pages(world.alice.user, "acme", ids):
            visit.look(path, f"full-{name}".replace(":", "-"))
        visit.look("/w/acme/engage/?q=%28broken", "full-slip")
    assert not visit.wrong, report(visit.wrong)


def test_pages_of_an_empty_workspace(chromium: Any, live_server: Any) -> None:
    empty = Workspace.objects.create(name="Empty", slug="empty", guided=True)
    admin = make_member(empty, "anna", Role.ADMIN)
    with window(chromium, live_server, admin.user) as visit:
        for name, path in whole_pages(admin.user, "empty", {}):
            visit.look(path, f"empty-{name}".replace(":", "-"))
    assert not visit.wrong, report(visit.wrong)


def test_pages_for_who_may_only_look(chromium: Any, live_server: Any, world: World) -> None:
    """A viewer sees fewer buttons; that must not leave holes."""
    ids = furnish(world.acme, world.alice)
    viewer = world.roles[Role.VIEWER].user
    with window(chromium, live_server, viewer) as visit:
        for name, path in whole_pages(viewer, "acme", ids):
            visit.look(path, f"viewer-{name}".replace(":", "-"))
        visit.look(reverse("team:add_member", args=["acme"]), "forbidden", 403)
    assert not visit.wrong, report(visit.wrong)


def test_pages_around(chromium: Any, live_server: Any, world: World) -> None:
    homeless = User.objects.invite("homeless@example.org")
    wrong = []
    for user, paths in [(None, STRANGER), (world.alice.user, SIGNED_IN), (homeless, {"/": 200})]:
        with window(chromium, live_server, user) as visit:
            for path, status in paths.items():
                visit.look(path, "around-" + path.strip("/").replace("/", "-"), status)
            wrong += visit.wrong
    assert not wrong, report(wrong)


# the first element of the page that htmx would send for when somebody does something
ACT = """() => {
  for (const element of document.querySelectorAll('[hx-get], [hx-post]')) {
    const words = element.getAttribute('hx-trigger') || '';
    const given = words.split(/[\\s\\[,]/)[0];
    const from = /from:(\\S+)/.exec(words);
    const target = from ? document.querySelector(from[1]) : element;
    if (['every', 'load', 'revealed', 'intersect'].includes(given)) continue;
    const natural = element.matches('form') ? 'submit'
      : element.matches('input, select, textarea') ? 'change' : 'click';
    if (!target || (element.matches('form') && !element.checkValidity())) continue;
    if (target.matches('input, textarea')) target.value += 'x';
    htmx.trigger(target, given || natural);
    return element.outerHTML.slice(0, 200);
  }
  return '';
}"""


def test_a_network_that_fails_is_told_of(chromium: Any, live_server: Any, world: World) -> None:
    ids = furnish(world.acme, world.alice)
    acted = []
    with window(chromium, live_server, world.alice.user) as visit:
        for name, path in whole_pages(world.alice.user, "acme", ids):
            visit.page.goto(live_server.url + path)
            visit.page.wait_for_load_state("networkidle")  # an answer still on its way would say that all is well
            visit.page.context.set_offline(True)
            if what := visit.page.evaluate(ACT):
                told = visit.page.locator("#offline")
                expect(told, f"{name}: {what} says nothing").to_be_visible(timeout=10_000)
                acted.append(name)
            visit.page.context.set_offline(False)
    if not acted:
        pytest.skip("no page sends anything by htmx")
