"""Setting a target in a real browser, wide and narrow, with and without scripts."""

from typing import Any

import pytest
from django.utils import timezone

from hubbub.store.models import Target
from tests.browser.test_every_page import window
from tests.world import World, make_topic, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.parametrize("width", [1280, 390])
def test_from_an_empty_plan_to_the_first_target(chromium: Any, live_server: Any, world: World, width: int) -> None:
    make_topic(world.acme)
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"{live_server.url}/w/acme/plan/")
        page.get_by_role("link", name="Start with Other brands").click()
        page.get_by_label("The objective").fill("Talked about as much as Bolt")
        page.get_by_label("Why does it matter to the business?").fill("Shops ask for what people speak of")
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("What is measured").select_option("share_of_voice")
        page.get_by_role("button", name="Go on").click()
        page.get_by_text("choose one").wait_for()  # the topic was forgotten
        page.get_by_label("For which topic").select_option(label="Acme")
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("Target, in per cent").fill("40")
        page.get_by_role("button", name="Set the target").click()
        page.get_by_text("The target is set.").wait_for()
        assert page.get_by_role("heading", name="Talked about as much as Bolt").is_visible()
        assert page.get_by_role("heading", name="Share of voice · Acme").is_visible()
        assert visit.wrong == []
    target = Target.of(world.acme).get()
    assert (target.value, target.baseline) == (0.4, None)
    assert target.by_day > timezone.now().date()


def test_keys_go_from_kind_to_kind(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(f"{live_server.url}/w/acme/plan/")
        page.wait_for_load_state()  # keys work once the script has run
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("o")
        page.wait_for_url("**/objectives/new/?kind=fans")
        assert page.get_by_label("Which of the ten is it?").input_value() == "fans"
