"""The first-run guide from a name to the first mentions, and a topic whose findings follow the typing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import expect

from hubbub.engine import loop
from hubbub.store.models import Mention, Source, Topic, Workspace
from tests.browser.test_every_page import window
from tests.world import World, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

POSTS = """id,text,author,published
1,I like acme rockets,carol,2026-11-01T10:00:00Z
2,nothing about it,dave,2026-11-01T11:00:00Z
3,When does #acmerockets open?,erin,2026-11-01T12:00:00Z
4,,,
"""


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> Iterator[World]:
    settings.UPLOADS = tmp_path / "uploads"
    yield make_world()
    connection.close()


def test_the_guide_leads_to_the_first_mentions(chromium: Any, live_server: Any, world: World, tmp_path: Path) -> None:
    Workspace.objects.filter(pk=world.acme.pk).update(guided=False)
    file = tmp_path / "what people say.csv"
    file.write_text(POSTS)
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(f"{live_server.url}/w/acme/")
        expect(page.get_by_role("heading", name="What is your brand called?")).to_be_visible()
        page.get_by_label("Name").fill("Acme Rockets")
        page.get_by_role("button", name="Write the topic").click()
        expect(page.get_by_label("Query")).to_have_value('"Acme Rockets" OR #acmerockets OR @acmerockets')
        page.get_by_role("button", name="Save and go on").click()

        expect(page.get_by_role("heading", name="Where shall Hubbub listen?")).to_be_visible()
        card = page.get_by_role("form", name="File of posts")
        card.get_by_label("The file").set_input_files(file)
        card.get_by_role("button", name="Try and add").click()
        expect(page.get_by_text("Added “what people say”")).to_be_visible()
        page.get_by_role("link", name="See the first mentions").click()
        expect(page.get_by_text("They appear here as they come")).to_be_visible()

        assert loop.read_one()  # what the worker does beside the web pages
        expect(page.locator("mark", has_text="acme rockets")).to_be_visible()
        expect(page.locator("mark", has_text="acmerockets")).to_be_visible()
        expect(page.get_by_role("heading", name="What to do next")).to_be_visible()
        assert Mention.of(world.acme).count() == 2
        assert Source.of(world.acme).get().refused_count == 1
        page.get_by_role("button", name="Finish").click()
        page.wait_for_url("**/w/acme/listen/")
        assert Workspace.objects.get(pk=world.acme.pk).guided
        assert visit.wrong == []


def test_the_preview_follows_the_typing(chromium: Any, live_server: Any, world: World) -> None:
    source = make_source(world.acme)
    for number, text in enumerate(("I like acme", "acme and a rocket", "tea")):
        make_post(source, text, number)
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(f"{live_server.url}/w/acme/listen/topics/new/")
        query = page.get_by_label("Query")
        query.press_sequentially("acme")
        expect(page.get_by_text("Found 2 in all 3 stored posts.")).to_be_visible()
        expect(page.locator("mark")).to_have_text(["acme", "acme"])
        query.press_sequentially(' "rocket')
        expect(page.locator(".slip u").first).to_be_visible()
        expect(page.get_by_text("Line 1, column 6").first).to_be_visible()
        query.press_sequentially('"')
        expect(page.get_by_text("Found 1 in all 3 stored posts.")).to_be_visible()

        page.get_by_label("Name").fill("Acme")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/topics/*/")
        assert Topic.of(world.acme).get().query == 'acme "rocket"'
        expect(page.get_by_text("Going through the newest 3 stored posts")).to_be_visible()
        expect(page.get_by_text("Found 1 in all 3 stored posts.")).to_be_visible()  # comes after the page
        while loop.reread_one():
            pass
        expect(page.get_by_text("It was looked for in the newest 3 stored posts; 1 found.")).to_be_visible()
        assert visit.wrong == []


def test_the_stream_by_keys(chromium: Any, live_server: Any, world: World) -> None:
    source = make_source(world.acme)
    posts = [make_post(source, f"number {number}", number) for number in range(3)]
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/listen/?all=1")
        for key in "jjk":  # down, down, up: the first row, the newest post
            keys.press(key)
        keys.press("o")
        page.wait_for_url(f"**/listen/post/{posts[2].pk}/")
        expect(page.get_by_text("number 2")).to_be_visible()
        assert visit.wrong == []
