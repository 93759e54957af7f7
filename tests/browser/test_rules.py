"""A rule's way in the browser, by keyboard where there are keys: draft, replay, the sample judged, shadow, live."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from hubbub.engine import replays
from hubbub.store.models import Audit, Breaker, Post, Replay, Rule, SampleJudgement, WordList
from tests.browser.test_every_page import AXE, RULES, window
from tests.world import World, make_author, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """Thirty posts of the last days; every second sells pills."""
    world, now = make_world(), timezone.now()
    source, carol = make_source(world.acme), make_author(world.acme)
    for number in range(30):
        text = f"number {number}, {'cheap pills' if number % 2 else 'my kettle leaks'}"
        when = now - timedelta(hours=6 * number + 1)
        make_post(source, text, number, author=carol, published=when, taken=when)
    return world


def looks(page: Any, name: str) -> None:
    """No rule of accessibility is broken, at a desk and on a telephone, light and dark; nothing scrolls sideways."""
    page.evaluate(AXE)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = page.evaluate("(only) => axe.run(document, {runOnly: {type: 'tag', values: only}})", RULES)
            wrong = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
            assert not wrong, f"{name} at {width}, {scheme}: {wrong}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width}"
    page.set_viewport_size({"width": 1280, "height": 900})


def test_from_draft_to_live(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/moderate/rules/")
        page.wait_for_load_state()  # keys work once the script has run
        keys.press("c")
        page.get_by_label("Name", exact=True).fill("Pills")
        page.get_by_label("When", exact=True).fill('"cheap pills"')
        page.get_by_label("Then", exact=True).select_option("hide")
        page.get_by_label("Because", exact=True).fill("Sells pills")
        keys.press("Control+Enter")
        expect(page.get_by_text("“Pills” is saved, as version 1: draft")).to_be_visible()
        expect(page.get_by_text("Nothing was tried yet")).to_be_visible()
        looks(page, "a rule")
        page.get_by_role("button", name="Live without replay").press("Enter")
        expect(page.get_by_text("or say why it is to go live without")).to_be_visible()
        assert Rule.everywhere.get().state == "draft"
        page.get_by_role("button", name="Replay it as saved").press("Enter")
        expect(page.get_by_text("under way")).to_be_visible()
        replays.run_out(world.acme)
        expect(page.get_by_role("link", name="15", exact=True).first).to_be_visible(
            timeout=30_000
        )  # it looked again by itself
        expect(page.get_by_text("nobody can tell yet how often it is right")).to_be_visible()
        looks(page, "a replay")
        judge_the_sample(page)
        page.goto(f"{live_server.url}/w/acme/moderate/replays/{Replay.everywhere.get().pk}/")
        page.get_by_role("button", name="Let it run in shadow").press("Enter")
        expect(page.get_by_text("“Pills” is shadow now.")).to_be_visible()
        page.get_by_role("button", name="Set it live").press("Enter")
        expect(page.get_by_text("“Pills” is live now.")).to_be_visible()
    rule = Rule.everywhere.get()
    assert (rule.state, rule.version) == ("live", 1)
    assert Breaker.everywhere.get(rule=rule).replayed_rate == pytest.approx(15 / 720)
    verbs = Audit.everywhere.filter(noun="rule", by_kind="member").order_by("pk").values_list("verb", flat=True)
    assert [verb for verb in verbs if verb != "judge a sample"] == ["make", "set shadow", "set live"]
    assert not Post.everywhere.exclude(decision="").exists()  # a replay does nothing


def judge_the_sample(page: Any) -> None:
    keys = page.keyboard
    keys.press("e")
    expect(page.get_by_role("heading", name="Is it right about these?")).to_be_visible()
    looks(page, "a sample")
    page.wait_for_load_state()
    keys.press("j")
    for number, key in enumerate("yyyn", start=1):
        keys.press(key)
        expect(page.get_by_text(f"{15 - number} still to judge")).to_be_visible(timeout=20_000)
        page.wait_for_load_state()
    expect(page.get_by_text("3 of 4: 75 %")).to_be_visible()
    assert sorted(SampleJudgement.everywhere.values_list("agrees", flat=True)) == [False, True, True, True]


def test_a_word_list(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/moderate/rules/")
        page.wait_for_load_state()
        keys.press("w")
        expect(page.get_by_text("No word lists yet")).to_be_visible()
        page.wait_for_load_state()
        keys.press("c")
        page.get_by_label("Name", exact=True).fill("pills")
        page.get_by_label("Entries").fill("viagra\n***\nred rocket")
        page.get_by_label("See through disguises").check()
        page.get_by_role("button", name="Save").press("Enter")
        expect(page.get_by_role("alert").filter(has_text="Line 2")).to_be_visible()
        assert "***" in page.get_by_label("Entries").input_value()  # nothing is lost
        page.get_by_label("Entries").fill("viagra\nblue\nred rocket")
        page.get_by_label("A text").fill("cheap v1agra here")
        page.get_by_role("button", name="What would it find?").press("Enter")
        expect(page.locator("mark")).to_have_text("v1agra")
        assert not WordList.everywhere.exists()
        looks(page, "a word list")
        page.get_by_role("button", name="Save").press("Enter")
        expect(page.get_by_text("“pills” is saved: 3 entries.")).to_be_visible()
        page.get_by_label("Paste them, one a line").fill("kettle\nblue")
        page.get_by_role("button", name="Take them").press("Enter")
        expect(page.get_by_text("1 new, 4 in all.")).to_be_visible()


def test_without_script(chromium: Any, live_server: Any, world: World) -> None:
    """Drafted from lists, tried, saved and replayed where no script runs."""
    with window(chromium, live_server, world.alice.user) as visit:
        cookies = visit.page.context.cookies()
        bare = chromium.new_context(java_script_enabled=False)
        bare.add_cookies(cookies)
        page = bare.new_page()
        page.goto(f"{live_server.url}/w/acme/moderate/rules/new/")
        page.get_by_role("button", name="Build it from lists").click()
        page.get_by_label("Any of these").fill("cheap pills\nkettle")
        page.get_by_role("button", name="Try it on the newest posts").click()
        expect(page.get_by_role("heading", name="It holds for these")).to_be_visible()
        page.get_by_label("Name", exact=True).fill("Both")
        page.get_by_label("Because", exact=True).fill("so")
        page.get_by_role("button", name="Save and replay").click()
        replays.run_out(world.acme)
        page.get_by_role("link", name="Look again").click()
        expect(page.get_by_text("Looked at 30 posts")).to_be_visible()
        bare.close()
    assert Rule.everywhere.get().when == '"cheap pills" OR kettle'
