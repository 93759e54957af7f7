"""The inbox by keyboard alone: open, answer, finish, take back."""

from typing import Any

import pytest
from playwright.sync_api import expect

from hubbub.engage.replying import actions
from hubbub.store.models import Conversation, Outbox, Role
from tests.browser.test_every_page import window
from tests.world import World, make_author, make_conversation, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """Three open conversations; the newest is number 3."""
    world = make_world()
    source, carol = make_source(world.acme), make_author(world.acme)
    for number in (1, 2, 3):
        make_conversation(make_post(source, f"number {number}", number, thread=f"t{number}", author=carol))
    return world


def talk(number: int) -> Conversation:
    return Conversation.everywhere.get(thread=f"t{number}")


def test_answer_and_finish_by_keys(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/engage/")
        for key in "jjk":  # down, down, up: the first row
            keys.press(key)
        keys.press("o")
        page.wait_for_url(f"**/engage/{talk(3).pk}/")
        keys.press("a")
        expect(page.get_by_text("is now looked after by Alice")).to_be_visible()
        page.wait_for_load_state()  # keys work once the script has run
        keys.press("r")
        expect(page.get_by_label("To Carol")).to_be_focused()
        keys.type("Thank you, a new lid is on its way")
        keys.press("Control+Enter")
        expect(page.get_by_text("waiting to be sent")).to_be_visible()
        row = Outbox.everywhere.get()
        assert (row.text, row.by_name) == ("Thank you, a new lid is on its way", "Alice")
        assert (talk(3).status, talk(3).assignee) == ("waiting", world.alice)
        keys.press("n")
        keys.type("Known fault")
        keys.press("Control+Enter")
        expect(page.get_by_text("note, only for us")).to_be_visible()
        page.wait_for_load_state()  # keys work once the script has run
        keys.press("e")  # done: it has left the list's tab before, so the next one opens
        page.wait_for_url(f"**/engage/{talk(2).pk}/")
        assert talk(3).status == "done"
        keys.press("z")  # undo
        page.wait_for_url(f"**/engage/{talk(3).pk}/")
        assert talk(3).status == "waiting"
        assert visit.wrong == []


def test_a_row_is_finished_without_being_opened(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/engage/")
        page.wait_for_load_state()  # keys work once the script has run
        keys.press("j")
        keys.press("e")
        page.wait_for_url(f"**/engage/{talk(2).pk}/")
        assert [talk(number).status for number in (1, 2, 3)] == ["open", "open", "done"]
        keys.press("w")
        page.wait_for_url(f"**/engage/{talk(1).pk}/")
        assert talk(2).status == "waiting"


def test_several_at_once_and_back(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/engage/")
        bar = page.get_by_role("form", name="With the chosen conversations")
        expect(bar).to_be_hidden()
        for key in "jxjx":
            keys.press(key)
        expect(bar).to_contain_text("2 chosen")
        bar.get_by_role("button", name="Done").press("Enter")
        expect(page.get_by_text("2 conversations are now: done.")).to_be_visible()
        page.wait_for_load_state()  # keys work once the script has run
        keys.press("z")
        expect(page.get_by_text("number 3")).to_be_visible()
        assert {talk(number).status for number in (1, 2, 3)} == {"open"}


def test_a_colleague_was_quicker(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/engage/{talk(3).pk}/")
        actions.reply(talk(3), talk(3).posts.get(), "Mine first", by=world.roles[Role.RESPONDER])
        keys.press("r")
        keys.type("Mine too")
        keys.press("Control+Enter")
        expect(page.get_by_role("alert").filter(has_text="Responder replied")).to_be_visible()
        expect(page.get_by_label("To Carol")).to_have_value("Mine too")
        assert Outbox.everywhere.count() == 1
        page.get_by_label("Send mine nevertheless").check()
        page.get_by_label("To Carol").press("Control+Enter")
        expect(page.get_by_text("waiting to be sent")).to_have_count(2)
        assert Outbox.everywhere.count() == 2


def test_earlier_posts_come_in_place(chromium: Any, live_server: Any, world: World) -> None:
    for number in range(10, 70):
        make_post(talk(3).source, f"more {number}", number, conversation=talk(3))
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(f"{live_server.url}/w/acme/engage/{talk(3).pk}/")
        posts = page.locator("#thread > li.post")
        expect(posts).to_have_count(50)
        page.get_by_role("link", name="Show earlier").press("Enter")
        expect(posts).to_have_count(61)
        expect(posts.first).to_contain_text("number 3")
        assert visit.wrong == []


def test_on_a_telephone_list_and_thread_are_two_screens(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{live_server.url}/w/acme/engage/")
        page.get_by_role("link", name="Carol").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Hello")
        expect(page.get_by_role("region", name="Conversations")).to_be_hidden()
        page.get_by_role("link", name="← Inbox").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
