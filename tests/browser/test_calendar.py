"""The calendar in a real browser, never using the mouse: planned, looked at, moved, found again; the counter counts."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from hubbub.engage.calendar import actions
from hubbub.store.models import Planned, Role
from tests.engage.calendar.planning import launch, networks, version
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(world: World, chromium: Any, live_server: Any) -> Any:
    """A page signed in as a responder."""
    client = Client()
    client.force_login(world.roles[Role.RESPONDER].user, backend="django.contrib.auth.backends.ModelBackend")
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    cookie = {"name": "hubbub_session", "value": client.cookies["hubbub_session"].value, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    assert page.errors == []
    context.close()


def test_what_a_network_counts_in_bytes_is_told_in_characters(world: World, tab: Any, live_server: Any) -> None:
    blog = networks(world.acme)[2]
    blog.length = 10
    blog.save()
    tab.goto(f"{live_server.url}/w/acme/engage/calendar/new/")
    tab.get_by_role("checkbox", name="Blog").first.check()
    counter = tab.locator(".version").filter(has_text="Blog").locator(".counter")
    for words, says in (("éé", "2 characters, room for about 3 more"), ("é" * 8, "3 too many: 8 characters")):
        tab.locator("#text").fill(words)
        expect(counter).to_have_text(says)


def test_a_post_is_written_and_planned_by_keyboard(world: World, tab: Any, live_server: Any) -> None:
    masto, sky, _ = networks(world.acme)
    tab.goto(f"{live_server.url}/w/acme/engage/calendar/")
    tab.keyboard.press("n")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Plan a post")
    tab.get_by_label("Working name").focus()
    tab.keyboard.type("Launch")
    tab.keyboard.press("Tab")
    tab.keyboard.type("It is here: https://example.org/" + "a" * 300)
    for name in ("Masto", "Sky"):
        tab.get_by_role("checkbox", name=name).first.focus()
        tab.keyboard.press("Space")
    expect(tab.locator(".counter.over")).to_contain_text("too many")  # an address counts 23 on one, whole on the other
    expect(tab.locator(".counter").filter(has_text="of 500")).to_contain_text("35 of 500")
    tab.locator(".version").filter(has_text="Sky").get_by_role("checkbox", name="Other words or files here").focus()
    tab.keyboard.press("Space")
    tab.get_by_label("Words on Sky").fill("Short")
    tab.get_by_label("When (by").fill((timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT09:00"))
    tab.get_by_role("button", name="Plan it").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Launch")
    item = Planned.everywhere.get(title="Launch")
    assert item.state == "planned"
    assert version(item, sky).text == "Short"
    assert version(item, masto).same


def test_an_entry_is_moved_and_opened_by_keyboard(world: World, tab: Any, live_server: Any) -> None:
    member = world.roles[Role.RESPONDER]
    begin = (timezone.now() + timedelta(days=40)).replace(day=10, hour=9, minute=0, second=0, microsecond=0)
    item = actions.plan(launch(member, networks(world.acme)[0], due=begin), by=member)
    tab.goto(f"{live_server.url}/w/acme/engage/calendar/?view=month&day={begin:%Y-%m-%d}")
    tab.keyboard.press("j")
    with tab.expect_navigation():
        tab.keyboard.press("Shift+ArrowRight")
    expect(tab.get_by_text("is moved to")).to_be_visible()
    assert Planned.everywhere.get(pk=item.pk).due == begin + timedelta(days=1)
    expect(tab.locator(f'[data-item="{item.pk}"] a')).to_be_focused()
    with tab.expect_navigation():
        tab.keyboard.press("Shift+ArrowDown")
    assert Planned.everywhere.get(pk=item.pk).due == begin + timedelta(days=8)
    tab.keyboard.press("w")
    expect(tab.locator(".cal.week")).to_be_visible()
    tab.keyboard.press("l")
    expect(tab.locator(".cal-block").first).to_be_visible()
    tab.keyboard.press("j")
    tab.keyboard.press("o")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Launch")


def test_arrows_go_from_day_to_day(world: World, tab: Any, live_server: Any) -> None:
    tab.goto(f"{live_server.url}/w/acme/engage/calendar/?view=month&day=2030-05-15")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("document.activeElement.dataset.day") == "2030-05-01"
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        tab.keyboard.press(key)
    assert tab.evaluate("document.activeElement.dataset.day") == "2030-05-07"
    tab.keyboard.press("n")
    expect(tab.locator("#when")).to_have_value("2030-05-07T09:00")


def test_a_narrow_screen_shows_the_agenda(world: World, tab: Any, live_server: Any) -> None:
    member = world.roles[Role.RESPONDER]
    item = actions.plan(launch(member, networks(world.acme)[0]), by=member)
    assert item.due is not None
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(f"{live_server.url}/w/acme/engage/calendar/?day={item.due:%Y-%m-%d}")
    expect(tab.locator(".cal-day:visible")).to_have_count(1)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_planned_without_a_moment_asks_for_one(world: World, tab: Any, live_server: Any) -> None:
    networks(world.acme)
    tab.goto(f"{live_server.url}/w/acme/engage/calendar/new/")
    tab.get_by_label("Words", exact=True).fill("A new lid")
    tab.get_by_role("checkbox", name="Mastodon").first.check()
    tab.get_by_role("button", name="Plan it").press("Enter")
    expect(tab.get_by_text("Say when it goes out")).to_be_visible()
    expect(tab.get_by_label("When", exact=False).first).to_be_focused()
    expect(tab.get_by_label("Words", exact=True)).to_have_value("A new lid")
