"""The first story, on a real WordPress, with the browser, to the end: a stranger's comment comes in, is matched, lands
in the inbox and the queue, is approved, answered and hidden from Hubbub, and the site shows it; mentions are counted;
an objective with a KPI and a target is set on them."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import WordPress
from .hubbub_up import Up, hubbub_up

pytestmark = [pytest.mark.peer, pytest.mark.browser]

PATIENCE = 120_000  # milliseconds that a page may take to show what the worker does, on a busy machine


def until(holds: Callable[[], bool], what: str, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


def sign_in(browser: Browser, up: Up) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.goto(up.link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Getting started")
    return page


def go(page: Page, key: str, room: str) -> None:
    """To another room by keyboard."""
    page.locator("body").click(position={"x": 600, "y": 2})  # out of any field
    page.keyboard.press("g")
    page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text(room)


def name_the_brand(page: Page) -> None:
    page.get_by_label("Name").fill("Acme")
    page.get_by_role("button", name="Write the topic").click()
    expect(page.get_by_label("Query")).to_have_value(re.compile("acme", re.IGNORECASE))
    page.get_by_role("button", name="Save and go on").click()


def add_the_site(page: Page, wordpress: WordPress) -> None:
    page.get_by_role("link", name="Sources with an account").click()
    page.get_by_role("link", name=re.compile("WordPress")).first.click()
    page.locator("[name=set-site]").fill(wordpress.address)
    page.locator("[name=set-user]").fill(wordpress.user)
    page.locator("[name=set-password]").fill("wrong")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("password")
    page.locator("[name=set-password]").fill(wordpress.password)
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("main")).to_contain_text("1 of them wait for approval")
    assert wordpress.password not in page.content()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("Read now")
    assert wordpress.password not in page.content()


def approve_in_the_queue(page: Page, wordpress: WordPress, comment: int) -> None:
    go(page, "q", "Queue")
    until(lambda: bool(page.reload()) and page.locator("[data-row]").count() == 1, "the comment waits in the queue")
    expect(page.locator("[data-row]")).to_contain_text("Is the new Acme bakery open on Sunday?")
    page.wait_for_load_state()  # keys work once the script has run
    page.keyboard.press("a")
    until(lambda: wordpress.state(comment) == "1", "the site shows the comment")
    assert "open on Sunday?" in wordpress.page()


def answer_in_the_inbox(page: Page, wordpress: WordPress) -> None:
    go(page, "i", "Inbox")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("mark").first).to_have_text("Acme")
    page.wait_for_load_state()  # keys work once the script has run
    page.keyboard.press("r")
    page.keyboard.type("It is: from eight to noon. See you!")
    page.keyboard.press("Control+Enter")
    until(lambda: "from eight to noon" in wordpress.page(), "the site shows the answer")
    replies = [row for row in wordpress.comments() if "from eight to noon" in row["text"]]
    assert [(row["parent"] != "0", row["state"], row["user"]) for row in replies] == [(True, "1", "1")]
    go(page, "b", "Outbox")
    expect(page.locator("main")).to_contain_text("sent")


def hide_a_bad_one_and_undo(page: Page, wordpress: WordPress) -> None:
    comment = wordpress.say("Acme is a fraud, buy at cheap.example instead", name="Troll")
    wordpress.side("state", comment, "approve")
    assert "Acme is a fraud" in wordpress.page()
    read_now(page)
    go(page, "i", "Inbox")
    until(lambda: bool(page.reload()) and page.get_by_text("Acme is a fraud").count() > 0, "it lands in the inbox")
    page.get_by_role("link", name="Troll").first.click()
    page.get_by_text("Moderate", exact=True).last.click()
    page.get_by_label(re.compile("Why")).first.fill("Insults, and an advertisement")
    page.get_by_role("button", name="Hide").first.click()
    until(lambda: "Acme is a fraud" not in wordpress.page(), "the site does not show it any more")
    page.get_by_role("button", name="Undo").click()
    until(lambda: "Acme is a fraud" in wordpress.page(), "undo brings it back on the site itself")


def read_now(page: Page) -> None:
    go(page, "c", "Sources")
    page.get_by_role("link", name="Peer").first.click()
    page.get_by_role("button", name="Read now").click()


def mentions_are_counted(page: Page) -> None:
    go(page, "m", "Mentions")
    expect(page.locator("svg").first).to_be_visible()
    day = page.locator("table a[href*='/listen/?']").filter(has_text=re.compile(r"^2$")).first
    day.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Stream"))
    expect(page.locator("[data-row]")).to_have_count(2)


def set_an_objective(page: Page) -> None:
    go(page, "p", "Objectives")
    page.get_by_role("link", name="Start with Fans").click()
    page.locator("main [name=name]").fill("People speak of our bakeries")
    page.get_by_role("button", name="Go on").click()
    page.locator("[name=measure]").select_option("mentions")
    page.locator("[name=topic]").select_option(label="Acme")
    page.get_by_role("button", name="Go on").click()
    page.locator("[name=value]").fill("50")
    page.locator("[name=by_day]").fill((datetime.now(UTC).date() + timedelta(days=60)).isoformat())
    page.get_by_role("button", name="Set the target").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Objectives")
    expect(page.locator(".kpi")).to_contain_text("50")
    expect(page.locator(".kpi .figure")).to_have_text("2")


def test_the_first_story(wordpress: WordPress, chromium: Browser, tmp_path: Path) -> None:
    comment = wordpress.say("Is the new Acme bakery open on Sunday?")
    assert "open on Sunday?" not in wordpress.page()  # it waits for approval
    with hubbub_up(tmp_path / "data") as up:
        page = sign_in(chromium, up)
        name_the_brand(page)
        add_the_site(page, wordpress)
        approve_in_the_queue(page, wordpress, comment)
        answer_in_the_inbox(page, wordpress)
        hide_a_bad_one_and_undo(page, wordpress)
        mentions_are_counted(page)
        set_an_objective(page)
        said = up.end()
    assert "nothing was left in hand" in said
    assert "Traceback" not in said
    assert wordpress.password not in said
