"""The whole inbox by keyboard alone, and two people in it at once: who is here, drafts, the warning, what is new."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from hubbub.store import drafts, settling
from hubbub.store.models import Conversation, Outbox, Role, SavedView
from tests.browser.test_every_page import window
from tests.world import World, make_author, make_conversation, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """Three open conversations, number 1 first."""
    world = make_world()
    source, carol = make_source(world.acme), make_author(world.acme)
    for number in (1, 2, 3):
        make_conversation(make_post(source, f"number {number}", number, thread=f"t{number}", author=carol))
    settle()
    return world


def settle() -> None:
    """As the loop does."""
    while settling.step(timezone.now()):
        pass


def talk(number: int) -> Conversation:
    return Conversation.everywhere.get(thread=f"t{number}")


def test_the_inbox_by_keyboard_alone(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/engage/")
        keys.press("j")
        keys.press("y")  # why here?
        expect(page.locator("details.why[open]")).to_contain_text("Waiting")
        keys.press("y")
        keys.press("i")  # how urgent: the row is chosen, the choice has the focus
        expect(page.get_by_label("Priority", exact=True)).to_be_focused()
        keys.press("Enter")
        expect(page.get_by_text("1 conversation is now of urgent priority")).to_be_visible()
        page.wait_for_load_state()
        assert talk(1).priority == "urgent"
        keys.press("X")  # all of them
        expect(page.get_by_text("3 chosen")).to_be_visible()
        keys.press("v")  # the list becomes a view
        page.wait_for_url("**/views/new/**")
        page.get_by_label("Name").focus()
        keys.type("By hand")
        keys.press("Control+Enter")
        page.wait_for_url("**/engage/?view=*")
        assert SavedView.of(world.acme).get(name="By hand").member == world.alice
        expect(page.get_by_role("link", name="By hand")).to_be_visible()
        assert visit.wrong == []


def test_two_people_at_once(chromium: Any, live_server: Any, world: World) -> None:
    address = f"{live_server.url}/w/acme/engage/{talk(1).pk}/"
    with (
        window(chromium, live_server, world.alice.user) as alice,
        window(chromium, live_server, world.roles[Role.RESPONDER].user) as other,
    ):
        alice.page.goto(address)
        other.page.goto(address)
        expect(alice.page.locator("#here")).to_contain_text("Responder is looking at this, too", timeout=15_000)
        other.page.get_by_label("To Carol").fill("Sorry about that")
        expect(alice.page.locator("#here")).to_contain_text("Responder is writing a reply", timeout=15_000)
        expect(other.page.get_by_text("Draft kept")).to_be_visible(timeout=15_000)
        assert [one.text for one in drafts.of(talk(1), world.roles[Role.RESPONDER])] == ["Sorry about that"]
        alice.page.get_by_label("To Carol").fill("Thank you")
        other.page.keyboard.press("Control+Enter")
        expect(other.page.get_by_text("Sorry about that").first).to_be_visible()
        settle()
        expect(alice.page.get_by_text("Responder has just replied")).to_be_visible(timeout=15_000)
        expect(alice.page.locator("#talk-stands")).to_contain_text("Waiting for them", timeout=15_000)
        expect(alice.page.get_by_role("button", name="Open again")).to_be_visible()
        expect(alice.page.get_by_label("To Carol")).to_be_focused()
        alice.page.get_by_label("To Carol").press("Control+Enter")
        expect(alice.page.get_by_text("Responder replied while you were writing")).to_be_visible()
        assert Outbox.everywhere.count() == 1
        assert not drafts.of(talk(1), world.roles[Role.RESPONDER])
        other.page.close()
        expect(alice.page.locator("#here")).to_be_hidden(timeout=20_000)


def test_what_is_new_waits_for_a_key(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(f"{live_server.url}/w/acme/engage/")
        carol = talk(1).author
        make_conversation(make_post(talk(1).source, "number 4", 4, thread="t4", author=carol), priority="urgent")
        Conversation.everywhere.filter(pk=talk(2).pk).update(status="done", stirred=True)
        settle()
        expect(page.get_by_text("1 new")).to_be_visible(timeout=15_000)
        expect(page.locator(f"#row-{talk(2).pk}")).to_contain_text("Done")
        assert page.locator("#list [data-row]").count() == 3
        page.keyboard.press(".")
        expect(page.locator("#list [data-row]").first).to_contain_text("number 4")
        assert visit.wrong == []


def test_a_thread_waits_for_whoever_works_in_it(chromium: Any, live_server: Any, world: World) -> None:
    """A menu that is opened while the thread is fetched anew keeps what is typed into it; shut, the thread follows."""
    address = f"{live_server.url}/w/acme/engage/{talk(1).pk}/"
    held: list[Any] = []

    def fetch(route: Any) -> None:
        if route.request.headers.get("hx-target") == "thread":
            held.append(route)
        else:
            route.continue_()

    def asked(page: Any) -> Any:
        for _ in range(200):
            if held:
                return held.pop()
            page.wait_for_timeout(100)
        raise AssertionError("the thread is not asked for")

    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(address)
        page.route(f"{address}*", fetch)
        make_post(talk(1).source, "one more", 5, thread="t1", author=talk(1).author, conversation=talk(1))
        Conversation.everywhere.filter(pk=talk(1).pk).update(stirred=True)
        settle()
        route, menu = asked(page), page.locator("#thread").get_by_text("Moderate", exact=True).first
        menu.click()
        why = page.locator("#thread").get_by_label("Why (needed").first
        why.fill("An insult")
        with page.expect_response(f"{address}*"):
            route.continue_()
        page.wait_for_timeout(1_000)
        expect(why).to_have_value("An insult")
        expect(page.locator("#thread").get_by_text("one more")).to_have_count(0)
        menu.click()
        page.locator("h1").first.click()
        asked(page).continue_()
        expect(page.locator("#thread").get_by_text("one more")).to_be_visible()
        assert visit.wrong == []
