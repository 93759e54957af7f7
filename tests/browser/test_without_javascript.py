"""The main path in a browser that runs no scripts: from inbox to answer and done, from calendar to planned post."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from hubbub.store import settling
from hubbub.store.models import Conversation, Outbox, Planned
from tests.engage.calendar.planning import networks
from tests.world import World, make_author, make_conversation, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """Two open conversations, number 1 first."""
    world = make_world()
    source, carol = make_source(world.acme), make_author(world.acme)
    for number in (1, 2):
        make_conversation(make_post(source, f"number {number}", number, thread=f"t{number}", author=carol))
    while settling.step(timezone.now()):
        pass
    return world


@pytest.fixture
def plain(chromium: Any, live_server: Any, world: World) -> Iterator[Page]:
    """Alice's window, without scripts."""
    client = Client()
    client.force_login(world.alice.user, backend="django.contrib.auth.backends.ModelBackend")
    context = chromium.new_context(java_script_enabled=False)
    key = client.session.session_key
    context.add_cookies([{"name": "hubbub_session", "value": key, "url": live_server.url}])
    yield context.new_page()
    context.close()


def talk(number: int) -> Conversation:
    return Conversation.everywhere.get(thread=f"t{number}")


def test_a_conversation_is_taken_answered_and_done(plain: Page, live_server: Any) -> None:
    plain.goto(f"{live_server.url}/w/acme/engage/")
    plain.get_by_role("searchbox").fill("number")
    plain.get_by_role("button", name="Filter", exact=True).click()
    plain.locator("[data-row] a[data-open]").first.click()
    plain.get_by_role("button", name="To me").click()
    expect(plain.get_by_text("is now looked after by Alice")).to_be_visible()
    plain.locator(".talk-menu > summary").filter(has_text="Priority").click()
    plain.get_by_role("button", name="2 High").click()
    plain.locator("summary").filter(has_text="Helpful words").click()
    expect(plain.get_by_role("link", name="Saved replies and what we know")).to_be_visible()
    words = plain.get_by_label("To Carol")
    words.fill("A new lid is on its way")
    plain.get_by_role("button", name="Preview").click()
    expect(plain.locator("#reply-preview")).to_contain_text("A new lid is on its way")
    assert not Outbox.everywhere.exists()
    plain.get_by_role("button", name="Send", exact=True).click()
    expect(plain.get_by_text("waiting to be sent")).to_be_visible()
    plain.get_by_role("button", name="Done e").click()
    undo = plain.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    kept = talk(1)
    assert (kept.status, kept.priority, str(kept.assignee)) == ("done", "high", "Alice")
    assert Outbox.everywhere.get().text == "A new lid is on its way"
    undo.click()
    expect(undo).to_have_count(0)
    assert talk(1).status != "done"


def test_a_post_is_planned(plain: Page, live_server: Any, world: World) -> None:
    networks(world.acme)
    plain.goto(f"{live_server.url}/w/acme/engage/calendar/")
    plain.get_by_role("link", name="Plan a post").first.click()
    plain.get_by_label("Working name").fill("Launch")
    plain.locator("#text").fill("It is here")
    plain.get_by_role("checkbox", name="Masto").first.check()
    plain.get_by_label("When (by").fill((timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT09:00"))
    plain.get_by_role("button", name="Plan it").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Launch")
    assert Planned.everywhere.get(title="Launch").state == "planned"


def test_the_menu_unfolds(plain: Page, live_server: Any) -> None:
    plain.set_viewport_size({"width": 390, "height": 844})
    plain.goto(f"{live_server.url}/w/acme/engage/")
    plain.locator("details.rooms > summary").click()
    plain.locator("details.group > summary").filter(has_text="Moderate").click()
    plain.get_by_role("link", name="Queue").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Queue")
