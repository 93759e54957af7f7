"""The queue one post at a time, by keyboard alone: decide, reason, skip, ask another, take back, all like this."""

import os
from typing import Any

import pytest
from playwright.sync_api import expect

from hubbub.store import policies
from hubbub.store.models import Audit, Opinion, Post, Role, Rule, Skip, Verdict
from tests.browser.test_every_page import AXE, RULES, window
from tests.world import NOON, World, make_author, make_conversation, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("HUBBUB_SCREENSHOTS", "")
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


@pytest.fixture
def world() -> World:
    """Four posts in the queue; a rule holds the first for spam, the second for hate."""
    world = make_world()
    policies.policies(world.acme)
    source, carol = make_source(world.acme), make_author(world.acme)
    rule = Rule.everywhere.create(
        workspace=world.acme, name="Pills", when="pills", because="Speaks of pills", policy="spam", state="live"
    )
    for number in (1, 2, 3, 4):
        more = {"links": ["https://pills.example/"], "signature": 7} if number < 3 else {}
        media = [{"type": "image", "url": PIXEL}] if number == 2 else []
        post = make_post(
            source, f"pills number {number}", number, author=carol, decision="queued", state="pending", media=media,
            **more,
        )  # fmt: skip
        if number < 3:
            Verdict.everywhere.create(
                workspace=world.acme, post=post, rule=rule, rule_name="Pills", state="live", outcome="queue",
                because="Speaks of pills", spans=[["text", 0, 5]], at=NOON, policy="hate" if number == 2 else "spam",
                policy_version=1,
            )  # fmt: skip
        if number == 1:
            make_conversation(post)
    make_post(
        source,
        "what it all began with",
        0,
        thread="hello",
        conversation=Post.everywhere.get(native_id="1").conversation,
    )
    return world


def decisions() -> dict[str, str]:
    return dict(Post.everywhere.exclude(native_id="0").order_by("native_id").values_list("native_id", "decision"))


def looks(page: Any, name: str) -> None:
    """No rule of accessibility is broken, at a desk and on a telephone, light and dark; nothing scrolls sideways."""
    page.evaluate(AXE)
    for width, height in ((1280, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = page.evaluate("(t) => axe.run(document, {runOnly: {type: 'tag', values: t}})", RULES)
            wrong = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]]
            assert not wrong, (name, width, scheme, wrong)
            if PICTURES:
                page.screenshot(path=f"{PICTURES}/queue-{name}-{width}-{scheme}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (name, width)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def test_one_after_the_other_by_keys(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/moderate/")
        page.wait_for_load_state()
        looks(page, "list")
        keys.press("n")
        here = page.get_by_role("article", name="The post to decide about")
        expect(here).to_contain_text("No hate")  # the gravest comes first, its text behind a click
        expect(here.get_by_text("pills number 2")).to_be_hidden()
        looks(page, "focus")
        keys.press("v")
        expect(here.locator("mark", has_text="pills")).to_be_visible()
        keys.press("m")
        picture = here.locator("img")
        expect(picture).to_have_class("blurred grey")
        keys.press("d")  # the policy that the rule named stands chosen
        expect(page.get_by_text("“pills number 2”: removed.")).to_be_visible()
        page.wait_for_load_state()
        act = Audit.everywhere.get(verb="remove")
        assert (act.why, act.after["policy"], act.after["policy_version"]) == ("No hate against groups", "hate", 1)
        expect(here).to_contain_text("pills number 1")
        expect(page.get_by_text("what it all began with")).to_be_visible()  # the thread around it
        keys.press("8")  # off topic
        keys.press("h")
        expect(page.get_by_text("“pills number 1”: hidden.")).to_be_visible()
        page.wait_for_load_state()
        assert Audit.everywhere.get(verb="hide").after["policy"] == "off-topic"
        keys.press("z")
        expect(page.get_by_text("Taken back.")).to_be_visible()
        expect(here).to_contain_text("pills number 1")
        page.wait_for_load_state()
        keys.press("a")
        expect(page.get_by_text("“pills number 1”: approved.")).to_be_visible()
        assert decisions() == {"1": "approved", "2": "removed", "3": "queued", "4": "queued"}
        assert visit.wrong == []


def test_skip_ask_and_the_end(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/moderate/?order=oldest")
        page.wait_for_load_state()
        keys.press("n")
        here = page.get_by_role("article", name="The post to decide about")
        expect(here).to_contain_text("pills number 1")
        page.wait_for_load_state()
        keys.press("s")
        expect(here).to_contain_text("No hate")
        page.wait_for_load_state()
        keys.press("e")
        expect(page.get_by_label("What you want to know (they read it)")).to_be_focused()
        keys.type("Is this meant?")
        keys.press("Control+Enter")
        expect(page.get_by_text("Somebody else is asked")).to_be_visible()
        expect(here).to_contain_text("pills number 3")
        page.wait_for_load_state()
        assert Opinion.everywhere.get().note == "Is this meant?"
        assert Skip.everywhere.get().waiting.post.native_id == "1"
        keys.press("h")  # without a policy the browser asks for one
        expect(here).to_contain_text("pills number 3")
        for number in (3, 4):
            keys.press("a")
            expect(page.get_by_text(f"“pills number {number}”: approved.")).to_be_visible()
            page.wait_for_load_state()
        expect(page.get_by_text("Nothing that is free waits any more.")).to_be_visible()
        assert visit.wrong == []


def test_two_people_never_have_the_same(chromium: Any, live_server: Any, world: World) -> None:
    second = world.roles[Role.MODERATOR].user
    with window(chromium, live_server, world.alice.user) as one, window(chromium, live_server, second) as two:
        addresses = []
        for visit in (one, two):
            visit.page.goto(f"{live_server.url}/w/acme/moderate/")
            visit.page.wait_for_load_state()
            visit.page.keyboard.press("n")
            visit.page.wait_for_url("**/focus/posts/**")
            addresses.append(visit.page.url)
        assert addresses[0] != addresses[1]
        two.page.goto(addresses[0])
        expect(two.page.get_by_text("Alice has this open.")).to_be_visible()
        expect(two.page.get_by_role("button", name="Approve")).to_have_count(0)
        two.page.goto(f"{live_server.url}/w/acme/moderate/")
        expect(two.page.get_by_text("Alice has this open")).to_be_visible()
        expect(two.page.get_by_text("Alice has 1 open")).to_be_visible()


def test_all_like_this(chromium: Any, live_server: Any, world: World) -> None:
    with window(chromium, live_server, world.alice.user) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(f"{live_server.url}/w/acme/moderate/")
        page.wait_for_load_state()
        keys.press("w")
        page.wait_for_url("**/alike/**")
        page.get_by_role("link", name="links to https://pills.example/").press("Enter")
        expect(page.locator(".figure")).to_have_text("2")
        looks(page, "alike")
        page.get_by_label("What they break").select_option("spam")
        page.get_by_role("button", name="Remove all 2").press("Enter")
        expect(page.get_by_text("Removed: 2 posts.")).to_be_visible()
        page.wait_for_load_state()
        assert list(decisions().values()) == ["removed", "removed", "queued", "queued"]
        keys.press("z")
        expect(page.get_by_text("2 of 2 taken back")).to_be_visible()
        assert set(decisions().values()) == {"queued"}


def test_without_scripts(chromium: Any, live_server: Any, world: World) -> None:
    """By forms and links alone: begin, decide, take back."""
    from django.test import Client

    client = Client()
    client.force_login(world.alice.user, backend="django.contrib.auth.backends.ModelBackend")
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "hubbub_session", "value": client.session.session_key, "url": live_server.url}])
    try:
        page = context.new_page()
        page.goto(f"{live_server.url}/w/acme/moderate/")
        page.get_by_role("button", name="One after the other").press("Enter")
        expect(page.get_by_role("article", name="The post to decide about")).to_contain_text("No hate")
        page.get_by_role("button", name="Remove").press("Enter")
        expect(page.get_by_text("“pills number 2”: removed.")).to_be_visible()
        page.get_by_role("button", name="Undo").press("Enter")
        expect(page.get_by_text("Taken back.")).to_be_visible()
        assert set(decisions().values()) == {"queued"}
    finally:
        context.close()
