"""A judgement corrected by keys: in the stream, on the chart, on the trust page, and back; labelling by keyboard."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from hubbub.core.text.judgement import Judgement
from hubbub.store import judgements
from hubbub.store.counting import Counts
from hubbub.store.models import Correction, Judge, Post
from tests.browser.test_every_page import window
from tests.world import World, make_conversation, make_mention, make_post, make_source, make_topic, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """Three posts, all judged negative; the newest stands in the inbox, too."""
    world = make_world()
    judge = Judge.everywhere.create(workspace=world.acme, version="0", made_of="0", since=timezone.now())
    topic, source = make_topic(world.acme), make_source(world.acme)
    posts = []
    for number in range(1, 4):
        when = timezone.now() - timedelta(minutes=number)
        post = make_post(source, f"acme number {number}", number, published=when, thread=f"t{number}")
        make_mention(post, topic)
        said = Judgement("en", 0.9, "negative", -0.5, 0.7 + number / 100, 0.1, 0.1, "other", 0.5)
        judgements.settle([post], [said], judge.pk, now=when)
        posts.append(post)
    counts = Counts(world.acme)
    counts.add_posts(posts)
    counts.save()
    make_conversation(posts[0])
    return world


def test_one_key_corrects_and_it_wins_everywhere(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, here = visit.page, f"{live_server.url}/w/acme"
        page.goto(f"{here}/listen/")
        page.keyboard.press("j")
        page.keyboard.press("j")
        row = page.locator("[data-row]").nth(1)
        expect(row).to_have_attribute("aria-current", "true")
        page.keyboard.press("l")
        expect(row.get_by_role("button", name="All of it is right")).to_be_focused()
        page.keyboard.press("Escape")
        expect(row.locator("[data-menu]")).to_have_count(0)
        page.keyboard.press("l")
        expect(row.locator("[data-menu]")).to_be_visible()
        page.keyboard.press("3")
        expect(row.get_by_text("Now: positive.")).to_be_visible()
        expect(row.locator(".badge", has_text="positive ✓")).to_be_visible()
        expect(row).to_have_attribute("aria-current", "true")

        page.goto(f"{here}/listen/?q=sentiment%3Apositive")
        expect(page.locator("[data-row]")).to_have_count(1)
        expect(page.locator("[data-row]")).to_contain_text("acme number 2")
        page.goto(f"{here}/measure/said/")
        page.get_by_role("row", name="positive 1 0").get_by_role("link", name="1").click()
        expect(page.locator("[data-row]")).to_contain_text("acme number 2")
        page.goto(f"{here}/measure/trust/")
        expect(page.locator("span", has_text="0 of 1: 0 %").first).to_be_visible()
        expect(page.get_by_text("the model says negative").first).to_be_visible()

        page.goto(f"{here}/listen/?q=sentiment%3Apositive")
        page.keyboard.press("j")
        page.keyboard.press("l")
        expect(page.locator("[data-menu]")).to_be_visible()
        page.keyboard.press("w")  # why
        page.wait_for_url("**/says/**")
        page.get_by_role("button", name="Take back").click()
        expect(page.get_by_text("Taken back.")).to_be_visible()
        page.goto(f"{here}/listen/?q=sentiment%3Apositive")
        expect(page.locator("[data-row]")).to_have_count(0)
        assert visit.wrong == []


def test_undo_by_key_in_the_row(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(f"{live_server.url}/w/acme/engage/")
        page.keyboard.press("j")
        page.keyboard.press("l")
        row = page.locator("[data-row]").first
        expect(row.locator("[data-menu]")).to_be_visible()
        page.keyboard.press("c")
        expect(row.get_by_text("Now: complaint.")).to_be_visible()
        page.keyboard.press("z")
        expect(row.get_by_text("Taken back.")).to_be_visible()
        assert not Correction.of(world.acme).filter(end="").exists()
        assert visit.wrong == []


def test_labelling_by_keyboard_alone(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        page.goto(f"{live_server.url}/w/acme/")
        page.keyboard.press("g")
        page.keyboard.press("f")
        expect(page.get_by_role("heading", name="How far can I trust this?")).to_be_visible()
        page.keyboard.press("f")
        expect(page.get_by_role("heading", name="Label posts: sentiment")).to_be_visible()
        expect(page.get_by_text("acme number 1")).to_be_visible()  # the least sure
        page.keyboard.press("3")
        expect(page.get_by_text("Positive. The model had said negative")).to_be_visible()
        expect(page.get_by_text("acme number 2")).to_be_visible()
        page.keyboard.press("s")
        expect(page.get_by_text("acme number 3")).to_be_visible()
        page.keyboard.press("1")
        expect(page.get_by_text("2 labels for sentiment")).to_be_visible()
        page.keyboard.press("z")
        expect(page.get_by_text("acme number 3")).to_be_visible()
        expect(page.get_by_text("1 label for sentiment")).to_be_visible()
        assert [word.value for word in Correction.of(world.acme).filter(end="")] == ["positive"]
        assert visit.wrong == []


def test_corrected_without_javascript(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        cookies = visit.page.context.cookies()
        plain = chromium.new_context(java_script_enabled=False)
        plain.add_cookies(cookies)
        page = plain.new_page()
        page.goto(f"{live_server.url}/w/acme/listen/")
        page.get_by_role("link", name="Say what this post means").first.click()
        page.get_by_role("button", name="positive").click()
        expect(page.get_by_text("Now: positive.")).to_be_visible()
        assert page.url.endswith("/w/acme/listen/")
        assert Post.of(world.acme).filter(sentiment="positive").count() == 1
        page.get_by_role("button", name="Undo").click()
        assert not Post.of(world.acme).filter(sentiment="positive").exists()
        plain.close()
