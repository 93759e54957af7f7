"""The queue by keyboard alone: approve, hide with a reason, several at once, take back."""

from typing import Any

import pytest
from playwright.sync_api import expect

from hubbub.store.models import Audit, Outbox, Post
from tests.browser.test_every_page import window
from tests.world import World, make_author, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """Four posts in the queue, the first of them the oldest."""
    world = make_world()
    source, carol = make_source(world.acme), make_author(world.acme)
    for number in (1, 2, 3, 4):
        make_post(source, f"number {number}", number, author=carol, decision="queued", state="pending")
    return world


def decisions() -> list[str]:
    return list(Post.everywhere.order_by("published").values_list("decision", flat=True))


def test_decide_by_keys(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/moderate/")
        page.wait_for_load_state()  # keys work once the script has run
        keys.press("a")  # the oldest stands chosen
        expect(page.get_by_text("“number 1”: approved.")).to_be_visible()
        assert decisions() == ["approved", "queued", "queued", "queued"]
        keys.press("h")
        expect(page.get_by_label("Why hide it?").first).to_be_focused()
        keys.type("Off topic")
        keys.press("Enter")
        expect(page.get_by_text("“number 2”: hidden.")).to_be_visible()
        assert Audit.everywhere.get(verb="hide").why == "Off topic"
        page.wait_for_load_state()
        keys.press("j")
        keys.press("j")
        keys.press("d")
        expect(page.get_by_label("Why remove it?").last).to_be_focused()  # at once: the next letters are no keys
        keys.type("Spam")
        keys.press("Enter")
        expect(page.get_by_text("“number 4”: removed.")).to_be_visible()
        assert decisions() == ["approved", "hidden", "queued", "removed"]
        keys.press("z")
        expect(page.get_by_text("Taken back.")).to_be_visible()
        assert decisions() == ["approved", "hidden", "queued", "queued"]
        states = Outbox.everywhere.order_by("pk").values_list("verb", "state")
        assert list(states) == [("approve", "waiting"), ("hide", "waiting"), ("remove", "dropped")]
        assert visit.wrong == []


def test_a_reason_is_needed(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/moderate/")
        page.wait_for_load_state()  # keys work once the script has run
        keys.press("h")
        keys.press("Enter")
        expect(page.get_by_label("Why hide it?").first).to_be_focused()
        assert decisions() == ["queued"] * 4


def test_several_at_once_and_back(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/moderate/")
        for key in "xjx":
            keys.press(key)
        bar = page.get_by_role("form", name="With the chosen posts")
        expect(bar).to_contain_text("2 chosen")
        bar.get_by_label("Why (needed to hide or remove)").fill("Spam")
        bar.get_by_role("button", name="Hide").press("Enter")
        expect(page.get_by_text("Hidden: 2 posts.")).to_be_visible()
        assert decisions() == ["hidden", "hidden", "queued", "queued"]
        keys.press("z")
        expect(page.get_by_text("2 taken back.")).to_be_visible()
        assert decisions() == ["queued"] * 4


def test_a_slip_in_a_rule_is_shown_where_it_is(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/moderate/rules/")
        page.wait_for_load_state()  # keys work once the script has run
        keys.press("c")
        page.get_by_label("Name", exact=True).fill("Pills")
        page.get_by_label("When", exact=True).fill('"cheap pills')
        page.get_by_label("Because", exact=True).fill("Sells pills")
        keys.press("Control+Enter")
        expect(page.get_by_role("alert").filter(has_text="Line 1, column")).to_be_visible()
        page.get_by_label("When", exact=True).fill('"cheap pills"')
        keys.press("Control+Enter")
        expect(page.get_by_text("“Pills” is saved, as version 1: draft")).to_be_visible()
