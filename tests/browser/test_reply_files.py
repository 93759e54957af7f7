"""Files that are chosen for a reply stay with its draft, until they are taken off or sent."""

from typing import Any

import pytest
from playwright.sync_api import expect

from hubbub.store import drafts
from hubbub.store.models import Outbox
from tests.browser.test_every_page import window
from tests.pictures import png
from tests.world import make_author, make_conversation, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def file(name: str) -> Any:
    return {"name": name, "mimeType": "image/png", "buffer": png()}


def test_files_come_back_with_the_draft(chromium: Any, live_server: Any) -> None:
    world = make_world()
    source = make_source(world.acme, kind="mastodon", can=["reply"])
    talk = make_conversation(make_post(source, author=make_author(world.acme)))
    address = f"{live_server.url}/w/acme/engage/{talk.pk}/"
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(address)
        page.locator("#reply-files").set_input_files([file("lid.png"), file("cup.png")])
        expect(page.get_by_text("cup.png is attached.")).to_be_visible()
        page.get_by_label("What can be seen in it").first.fill("A lid")
        page.get_by_label("To Carol").focus()
        expect(page.get_by_text("Draft kept")).to_be_visible(timeout=15_000)
        page.goto(f"{live_server.url}/w/acme/engage/")
        page.goto(address)
        expect(page.locator("[data-files] li")).to_have_count(2)
        expect(page.get_by_label("What can be seen in it").first).to_have_value("A lid")
        page.get_by_role("button", name="Take off cup.png").click()
        expect(page.locator("#reply-files")).to_be_focused()
        expect(page.get_by_text("Draft kept")).to_be_visible(timeout=15_000)
        page.reload()
        expect(page.locator("[data-files] li")).to_have_count(1)
        page.get_by_label("What can be seen in it").press("Enter")  # sends nothing
        expect(page.get_by_text("As it would stand there")).to_be_visible()
        expect(page.locator("[data-files] li")).to_have_count(1)
        assert not Outbox.everywhere.exists()
        page.get_by_label("To Carol").fill("Like this")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Like this").first).to_be_visible()
        page.wait_for_url("**/engage/**#end")
        (sent,) = Outbox.everywhere.get().attachments.all()
        assert (sent.name, sent.alt) == ("lid.png", "A lid")
        assert not drafts.of(talk, world.alice)
        assert visit.wrong == []


def test_nothing_leaves_without_a_file_that_is_on_its_way(chromium: Any, live_server: Any) -> None:
    world = make_world()
    source = make_source(world.acme, kind="mastodon", can=["reply"])
    talk = make_conversation(make_post(source, author=make_author(world.acme)))
    held: list[Any] = []
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(f"{live_server.url}/w/acme/engage/{talk.pk}/")
        at = page.locator("form[data-composer]").get_attribute("data-file-add")
        page.route(f"**{at}", lambda route: held.append(route))
        page.locator("#reply-files").set_input_files([file("lid.png")])
        expect(page.get_by_text("Keeping lid.png")).to_be_visible()
        page.get_by_label("To Carol").fill("Like this")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("A file is still on its way")).to_be_visible()
        assert not Outbox.everywhere.exists()
        held[0].continue_()
        expect(page.get_by_text("lid.png is attached.")).to_be_visible()
        page.get_by_label("To Carol").focus()
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/engage/**#end")
        assert Outbox.everywhere.get().attachments.get().name == "lid.png"
