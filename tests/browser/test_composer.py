"""Composing by keyboard alone: count along, attach, look at it, send later, call back; approve."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from hubbub.engage.presence.actions import keep
from hubbub.store.models import Approval, Approving, Conversation, Outbox, Role
from tests.browser.test_every_page import window
from tests.pictures import png
from tests.world import World, make_author, make_conversation, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """One open conversation on Mastodon."""
    world = make_world()
    source = make_source(world.acme, kind="mastodon", can=["reply", "message", "edit", "delete"])
    make_conversation(make_post(source, "Is it on sale?", author=make_author(world.acme)))
    return world


def here(live_server: Any) -> str:
    return f"{live_server.url}/w/acme/engage/{Conversation.everywhere.get().pk}/"


def test_compose_by_keys(chromium: Any, live_server: Any, world: World, tmp_path: Path) -> None:
    picture = tmp_path / "lid.png"
    picture.write_bytes(png())
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(here(live_server))
        page.wait_for_load_state()  # keys work once the script has run
        keys.press("r")
        expect(page.get_by_label("To Carol")).to_be_focused()
        keys.type("x" * 494)
        expect(page.get_by_text("501 of 500, 1 too many")).to_be_visible()
        keys.press("Backspace")
        expect(page.get_by_text("500 of 500")).to_be_visible()
        keys.press("Control+a")
        keys.type("Yes, look")
        expect(page.get_by_text("16 of 500")).to_be_visible()
        page.get_by_label("Pictures and files").set_input_files(picture)
        expect(page.get_by_text("lid.png is attached.")).to_be_visible()
        expect(page.get_by_label("What can be seen in it")).to_be_focused()
        keys.type("A blue lid")
        keys.press("Escape")
        keys.press("p")
        expect(page.get_by_role("heading", name="As it would stand there")).to_be_visible()
        expect(page.locator("#reply-at")).to_be_hidden()
        page.locator("#reply-when").focus()
        keys.press("a")  # at a time
        expect(page.locator("#reply-at")).to_be_visible()
        page.locator("#reply-when").press("n")  # now
        keys.press("Control+Enter")
        expect(page.get_by_text("Goes out in")).to_be_visible()
        row = Outbox.everywhere.get()
        assert (row.text, [one.alt for one in row.attachments.all()]) == ("Yes, look", ["A blue lid"])
        page.wait_for_load_state()
        keys.press("z")
        expect(page.get_by_text("Called back")).to_be_visible()
        expect(page.get_by_label("To Carol")).to_have_value("Yes, look")
        assert Outbox.everywhere.get().state == "dropped"
        assert visit.wrong == []


def test_a_refusal_leads_to_what_must_be_mended_and_loses_no_words(
    chromium: Any, live_server: Any, world: World
) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(here(live_server))
        page.wait_for_load_state()  # keys work once the script has run
        box, at = page.get_by_label("To Carol"), page.locator("#reply-at")
        page.locator("#reply-when").select_option("at")
        expect(at).to_be_focused()
        box.fill("x" * 600)
        box.press("Control+Enter")
        expect(page.get_by_role("alert")).to_contain_text("Choose a day and a time")
        expect(at).to_be_focused()
        page.locator("#reply-when").select_option("now")
        box.press("Control+Enter")
        expect(page.get_by_role("alert")).to_contain_text("too many")
        expect(box).to_be_focused()
        keys.type("y")  # goes on where the words end
        expect(box).to_have_value("x" * 600 + "y")


def test_what_did_not_arrive_is_told_of_until_the_connection_is_back(
    chromium: Any, live_server: Any, world: World
) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, told = visit.page, visit.page.locator("#offline")
        page.goto(here(live_server))
        page.wait_for_load_state()
        page.get_by_label("To Carol").fill("Words")
        page.context.set_offline(True)
        page.get_by_role("button", name="Preview").click()
        expect(told).to_be_in_viewport()
        page.context.set_offline(False)
        expect(told).to_be_hidden()
        expect(page.get_by_label("To Carol")).to_have_value("Words")


def test_what_hubbub_could_not_answer_is_told_of_until_it_can(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, told = visit.page, visit.page.locator("#offline")
        page.goto(here(live_server))
        page.wait_for_load_state("networkidle")  # an answer still on its way would say that all is well
        page.get_by_label("To Carol").fill("Words")
        page.route("**/preview/", lambda route: route.fulfill(status=503, body="Busy"))
        with page.expect_response("**/preview/"):
            page.get_by_role("button", name="Preview").click()
        expect(told).to_be_visible()
        page.unroute("**/preview/")
        page.get_by_role("button", name="Preview").click()
        expect(told).to_be_hidden()


def test_a_draft_is_gone_on_with_at_its_end(chromium: Any, live_server: Any, world: World) -> None:
    keep(Conversation.everywhere.get(), "Half a", by=world.alice)
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(here(live_server))
        page.wait_for_load_state()  # keys work once the script has run
        keys.press("r")
        keys.type(" word")
        expect(page.get_by_label("To Carol")).to_have_value("Half a word")


def test_a_picture_is_dropped_or_pasted(chromium: Any, live_server: Any, world: World) -> None:
    paste = """(data) => {
        const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
        const carried = new DataTransfer();
        carried.items.add(new File([bytes], "lid.png", { type: "image/png" }));
        const box = document.querySelector("#reply-text");
        box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
    }"""
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(here(live_server))
        page.wait_for_load_state()
        page.evaluate(paste, b64encode(png()).decode())
        expect(page.get_by_text("lid.png is attached.")).to_be_visible()
        page.get_by_role("button", name="Take off lid.png").press("Enter")
        expect(page.locator("input[name=file]")).to_have_count(0)
        assert visit.wrong == []


def test_approve_and_refuse_by_keys(chromium: Any, live_server: Any, world: World) -> None:
    rule = Approving.everywhere.create(workspace=world.acme, up_to="responder")
    rule.approvers.set([world.alice])
    with window(chromium, live_server, world.roles[Role.RESPONDER].user) as visit:
        for words in ("First", "Second"):
            visit.page.goto(here(live_server))
            visit.page.wait_for_load_state()
            visit.page.keyboard.press("r")
            visit.page.keyboard.type(words)
            visit.page.keyboard.press("Control+Enter")
            expect(visit.page.get_by_text("It waits for approval")).to_be_visible()
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/engage/approvals/")
        page.wait_for_load_state()
        keys.press("j")
        keys.press("a")
        expect(page.get_by_text("Approved: it leaves at its time.")).to_be_visible()
        page.wait_for_load_state()
        keys.press("d")  # the next one stands there
        expect(page.get_by_label("Why")).to_be_focused()
        keys.type("Said already")
        page.get_by_role("button", name="Refuse").press("Enter")
        expect(page.get_by_text("Refused")).to_be_visible()
        assert [one.state for one in Approval.everywhere.order_by("pk")] == ["approved", "refused"]
        assert visit.wrong == []


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_long_words_widen_no_page(chromium: Any, live_server: Any, world: World, width: int) -> None:
    """What cannot be broken stays in its column: typed, looked at before, warned of, in the thread."""
    Conversation.everywhere.get().posts.update(text="w" * 300)
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(here(live_server))
        page.wait_for_load_state()
        page.get_by_label("To Carol").fill("One\nTwo\n" + "https://example.org/" + "y" * 300)
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_role("heading", name="As it would stand there")).to_be_visible()
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0
        page.locator("#reply-when").select_option("at")
        page.locator("#reply-at").fill("2001-01-01T10:00")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("is over: choose a later one")).to_be_visible()
        assert page.evaluate(wide) <= 0
        page.locator("#reply-when").select_option("now")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("Goes out in")).to_be_visible()
        assert page.evaluate(wide) <= 0
        assert Outbox.everywhere.get().text.startswith("One\nTwo\nhttps")
