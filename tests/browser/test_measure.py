"""The picture of mentions in a real browser: seen in both schemes, followed to its posts, reached on a telephone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hubbub.store.models import Rollup
from tests.browser.test_every_page import window
from tests.world import World, make_mention, make_post, make_source, make_topic, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """One mention today, and some in the week before."""
    world = make_world()
    now = timezone.now()
    source, topic = make_source(world.acme), make_topic(world.acme)
    make_mention(make_post(source, "Acme is what I like", published=now), topic)
    for days in range(9):
        for about in (topic, None):
            Rollup.everywhere.create(
                workspace=world.acme, source=source, topic=about, posts=1 + days,
                hour=now.replace(minute=0, second=0, microsecond=0) - timedelta(days=days),
            )  # fmt: skip
    return world


def colour(page: Any, selector: str) -> str:
    return str(page.eval_on_selector(selector, "element => getComputedStyle(element).fill"))


def test_the_picture_wears_the_page_s_colours(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        found = {}
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{live_server.url}/w/acme/measure/?days=7")
            found[scheme] = (colour(page, ".chart a path"), colour(page, ".chart text"))
        assert found["light"][0] == "rgb(31, 95, 174)"
        assert all(light != dark for light, dark in zip(found["light"], found["dark"], strict=True))
        assert visit.wrong == []


def test_a_bar_leads_to_its_posts(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(f"{live_server.url}/w/acme/measure/?days=7")
        page.locator(".chart a").last.click()
        page.wait_for_url(f"**/listen/?topic=*&day={timezone.now():%Y-%m-%d}")
        assert page.get_by_text("is what I like").is_visible()


def test_a_telephone_shows_the_newest_day_first(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{live_server.url}/w/acme/measure/?days=7")
        newest = page.locator(".chart a").last.bounding_box()
        oldest = page.locator(".chart a").first.bounding_box()
        assert 0 <= newest["x"] < 390
        assert oldest["x"] < 0  # scrolled out on the left, where a finger finds it


def test_days_and_topics_are_chosen_without_a_mouse(chromium: Any, live_server: Any, world: World) -> None:
    make_topic(world.acme, "Bolt", "bolt")
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(f"{live_server.url}/w/acme/measure/")
        page.get_by_text("Choose topics").press("Enter")
        page.get_by_label("Bolt", exact=True).press("Space")
        page.get_by_role("button", name="Show").press("Enter")
        page.wait_for_url("**topic=*")
        assert page.get_by_text("1 topic chosen").is_visible()
        assert page.get_by_text("Nobody mentioned this topic in these days.").is_visible()
