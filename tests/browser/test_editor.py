"""The topic editor with the keyboard alone, and without scripts: write, mend, compare, save, apply, bring back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from hubbub.engine import loop
from hubbub.store.models import Topic, TopicVersion
from tests.browser.test_every_page import AXE, RULES, window
from tests.world import World, make_post, make_source, make_topic, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXTS = ("I like acme", "acme and a rocket", "acme jobs", "tea", "a rocket alone")


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> Iterator[World]:
    settings.UPLOADS = tmp_path / "uploads"
    world = make_world()
    source = make_source(world.acme, posts_taken=len(TEXTS))
    for number, text in enumerate(TEXTS):
        make_post(source, text, number, published=timezone.now() - timedelta(days=number))
    yield world
    connection.close()


def tab_to(page: Any, name: str, role: str = "button") -> None:
    """Press Tab until the focus is on what is called so."""
    target = page.get_by_role(role, name=name, exact=True).first
    for _ in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {name}")


def test_leaving_with_unsaved_text_is_asked_about(chromium: Any, live_server: Any, world: World) -> None:
    topic = make_topic(world.acme, "Acme", "acme")
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        asked: list[str] = []

        def stay(dialog: Any) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", stay)
        page.goto(f"{live_server.url}/w/acme/listen/topics/{topic.pk}/")
        query = page.get_by_label("Query", exact=True)
        query.press_sequentially(' OR "')
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("This query cannot be read yet.")).to_be_visible()
        assert asked == []  # sending it is not leaving it

        # it stands there only until it is being mended
        query.fill("acme OR tea")
        expect(page.get_by_text("This query cannot be read yet.")).to_be_hidden()
        page.get_by_role("button", name="Let rest").click()
        expect(query).to_have_value("acme OR tea")
        assert asked == ["beforeunload"]


def test_the_editor_by_keyboard(chromium: Any, live_server: Any, world: World) -> None:
    topic = make_topic(world.acme, "Acme", "acme")
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/listen/topics/")
        keys.press("j")
        keys.press("o")
        page.wait_for_url(f"**/topics/{topic.pk}/")
        expect(page.get_by_text("Found 3 in all 5 stored posts.")).to_be_visible()
        expect(page.locator("#chart svg")).to_be_visible()
        # an error is underlined as one types, and gone once it is mended
        tab_to(page, "Query", "textbox")
        keys.press("Control+End")
        keys.type(' OR "rocket')
        expect(page.locator("#preview .slip u")).to_have_text('"rocket')
        keys.type('" not jobs')
        expect(page.locator("#preview").get_by_text("in lower case is a word like any other")).to_be_visible()
        # one press takes the mend
        tab_to(page, "Write NOT")
        keys.press("Enter")
        expect(page.get_by_label("Query", exact=True)).to_have_value('acme OR "rocket" NOT jobs')
        expect(page.get_by_text("adds 1, loses 0")).to_be_visible()
        expect(page.get_by_role("heading", name="Adds 1")).to_be_visible()
        tab_to(page, 'Write (acme OR "rocket")')
        keys.press("Enter")
        expect(page.get_by_text("adds 1, loses 1")).to_be_visible()
        expect(page.locator("section[aria-labelledby=loses-title] mark")).to_have_text(["acme"])
        tab_to(page, "Why (optional)", "textbox")
        keys.type("Rockets are ours")
        keys.press("Control+Enter")
        expect(page.get_by_text("“Acme” is saved.")).to_be_visible()
        expect(page.get_by_text("Going through the newest 5 stored posts")).to_be_visible()
        tab_to(page, "Stop")
        keys.press("Enter")
        expect(page.get_by_text("and then stopped")).to_be_visible()
        tab_to(page, "Go through them")
        keys.press("Enter")
        expect(page.get_by_text("Going through the newest 5 stored posts")).to_be_visible()
        while loop.reread_one():
            pass
        expect(page.get_by_text("It was looked for in the newest 5 stored posts; 3 found.")).to_be_visible()
        # its versions, and the first one brought back
        keys.press("v")
        page.wait_for_url("**/versions/")
        expect(page.get_by_text("Rockets are ours")).to_be_visible()
        for key in ("j", "j", "b"):
            keys.press(key)
        expect(page.get_by_label("Why (optional, for the log)")).to_be_focused()
        keys.type("Too much")
        keys.press("Control+Enter")
        page.wait_for_url(f"**/topics/{topic.pk}/")
        expect(page.get_by_text("asks for that again, as version 3 of its query")).to_be_visible()
        topic.refresh_from_db()
        assert topic.query == "acme"
        assert [row.why for row in TopicVersion.of(world.acme).order_by("id")] == ["", "Rockets are ours", "Too much"]
        expect(page.locator("#chart svg")).to_be_visible()  # the last parts are there before the window closes
        assert visit.wrong == []


def test_the_builder_by_typing(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/listen/topics/new/?with=lists")
        tab_to(page, "Name", "textbox")
        keys.type("Acme")
        tab_to(page, "Any of these (optional)", "textbox")
        keys.type("acme")
        keys.press("Enter")
        keys.type("a rocket")
        expect(page.locator("#written")).to_have_text('acme OR "a rocket"')
        tab_to(page, "None of these (optional)", "textbox")
        keys.type("jobs")
        expect(page.locator("#written")).to_have_text('(acme OR "a rocket") NOT jobs')
        expect(page.get_by_text("Found 3 in all 5 stored posts.")).to_be_visible()
        expect(page.locator("#chart svg")).to_be_visible()
        keys.press("Control+Enter")
        page.wait_for_url("**/topics/*/")
        expect(page.get_by_label("Query", exact=True)).to_have_value('(acme OR "a rocket") NOT jobs')
        expect(page.locator("#chart svg")).to_be_visible()
        assert visit.wrong == []


def test_the_editor_without_scripts(chromium: Any, live_server: Any, world: World) -> None:
    context = chromium.new_context(java_script_enabled=False)
    client = Client()
    client.force_login(world.alice.user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = {"name": "hubbub_session", "value": client.session.session_key, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{live_server.url}/w/acme/listen/topics/new/")
    page.get_by_label("Name").fill("Acme")
    page.get_by_label("Query", exact=True).fill("acme or rocket")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Write OR").click()
    expect(page.get_by_label("Query", exact=True)).to_have_value("acme OR rocket")
    expect(page.get_by_text("Found 4 in all 5 stored posts.")).to_be_visible()
    page.get_by_role("button", name="Show the last 90 days").click()
    expect(page.locator("#chart svg")).to_be_visible()
    page.get_by_role("button", name="Build it from lists").click()
    page.get_by_label("None of these").fill("jobs")
    page.get_by_role("button", name="Write it as a query").click()
    expect(page.get_by_label("Query", exact=True)).to_have_value("(acme OR rocket) NOT jobs")
    page.get_by_role("button", name="Save").click()
    topic = Topic.of(world.acme).get()
    assert topic.query == "(acme OR rocket) NOT jobs"
    page.get_by_role("link", name="From Brandwatch or Talkwalker").click()
    page.get_by_label("The query there").fill("acme AND country:usa")
    page.get_by_role("button", name="Translate").click()
    page.get_by_role("button", name="Take it into the editor").click()
    expect(page.get_by_label("Query", exact=True)).to_have_value("acme")
    expect(page.get_by_text("adds 1, loses 1")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Versions").click()
    page.get_by_text("Bring this version back …").click()
    page.get_by_role("button", name="Bring it back").click()
    topic.refresh_from_db()
    assert (topic.query, topic.version) == ("(acme OR rocket) NOT jobs", 3)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_what_comes_later_is_readable_by_all(
    chromium: Any, live_server: Any, world: World, width: int, scheme: str
) -> None:
    topic = make_topic(world.acme, "Acme", "tea")
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{live_server.url}/w/acme/listen/topics/{topic.pk}/")
        page.get_by_label("Query", exact=True).fill("acme or rocket OR acme")
        expect(page.get_by_text("adds 3, loses 1")).to_be_visible()
        expect(page.locator("#chart").get_by_text("3 posts in the last 90 days")).to_be_visible()
        page.get_by_text("The same as a table").click()
        page.evaluate(AXE)
        found = page.evaluate("(only) => axe.run(document, {runOnly: {type: 'tag', values: only}})", RULES)
        assert [one["id"] for one in found["violations"]] == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
        page.goto(f"{live_server.url}/w/acme/listen/topics/translate/")
        page.get_by_label("The query there").fill("acme NEAR/3f tea AND country:usa")
        with page.expect_navigation():
            page.get_by_role("button", name="Translate").click()
        page.evaluate(AXE)
        found = page.evaluate("(only) => axe.run(document, {runOnly: {type: 'tag', values: only}})", RULES)
        assert [one["id"] for one in found["violations"]] == []
