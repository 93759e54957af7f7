"""The story of a complaint, on a real WordPress, with the browser and without a mouse: from first sight, with a
promise, a colleague, a saved reply and an approval, to thanks."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import WordPress
from .engaging import approve, colleague, go, home, in_the_inbox, key, needs_approval, press, setting, shows
from .hubbub_up import hubbub_up
from .test_story import add_the_site, name_the_brand, read_now, sign_in, until

pytestmark = [pytest.mark.peer, pytest.mark.browser]

COMPLAINT = "The Acme bread I bought yesterday was mouldy, and nobody answers my mails. Worst bakery ever!"
SAVED = "Dear {first name}, we are sorry. A fresh loaf for order {order number} is on its way."
SENT = "Dear Clara, we are sorry. A fresh loaf for order 4711 is on its way."
THANKS = "Thank you so much, that was quick!"


def promise(page: Page) -> None:
    setting(page, "Promises")
    key(page, "c")
    page.locator("main [name=name]").fill("Complaints")
    page.locator("main [name=query]").fill("intent:complaint")
    page.locator("main [name=first]").fill("4 h")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("“Complaints” is promised from now on.")).to_be_visible()


def save_a_reply(page: Page) -> None:
    setting(page, "Saved replies")
    key(page, "c")
    page.locator("main [name=title]").fill("Mouldy bread")
    page.locator("main [name=text]").fill(SAVED)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved replies")
    expect(page.locator("[data-row]")).to_contain_text("{order number}")


def first_sight(page: Page) -> None:
    """What it is, how long is left, why it stands where it does."""
    row = in_the_inbox(page, "mouldy")
    shows(page, lambda: row.get_by_text("Complaint", exact=True), "it is taken for a complaint")
    shows(page, lambda: row.get_by_text(re.compile(r"^◷ (3 h|4 h).* left")), "the promise runs")
    key(page, "j", "y")
    for part in ("complaint", "negative", "waits", "doublings"):
        expect(row.locator("details.why")).to_contain_text(part)
    key(page, "o")
    expect(page.locator(".second")).to_contain_text("mouldy")


def take_and_ask(page: Page, bob: Page) -> None:
    key(page, "a")
    expect(page.locator(".second")).to_contain_text(re.compile(r"looked after by\s+Admin"))
    key(page, "n")
    page.keyboard.type("@Bo")
    expect(page.locator("#names-offered [role=option]")).to_have_text(re.compile("Bob"))
    page.keyboard.press("Enter")
    page.keyboard.type("was there a bad batch?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread")).to_contain_text("was there a bad batch?")
    go(bob, "0", "Notifications")
    shows(bob, lambda: bob.locator("main [data-row]").filter(has_text="named you in a note"), "Bob is told")
    key(bob, "j", "o")
    expect(bob.locator("#thread")).to_contain_text("was there a bad batch?")


def put_in(page: Page) -> None:
    """The saved reply, into the field."""
    key(page, "q")
    press(page.get_by_role("button", name="Put in: Mouldy bread"))


def write(page: Page, bob: Page) -> None:
    put_in(page)
    box = page.locator("#reply-text")
    expect(box).to_have_value(SENT.replace("4711", "{order number}"))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("order number")
    expect(box).to_have_value(SENT.replace("4711", "{order number}"))
    key(page, "r")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    put_in(page)
    page.keyboard.type("4711")  # over what is to be filled in, which is chosen
    expect(box).to_have_value(SENT)

    def seen() -> bool:
        page.keyboard.type(" ")
        page.keyboard.press("Backspace")
        return "Admin is writing" in bob.locator("#here").inner_text()

    until(seen, "Bob sees that Admin is writing")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("It waits for approval: you are told what they say.")).to_be_visible()


def sent(page: Page, wordpress: WordPress) -> int:
    """It stands on the site; its number."""
    until(lambda: "order 4711" in wordpress.page(), "the site shows the answer")
    (reply,) = (int(row["id"]) for row in wordpress.comments() if "order 4711" in row["text"])
    shows(page, lambda: page.locator("#thread").get_by_text("sent", exact=True), "Hubbub knows it")
    expect(page.locator("#talk-stands")).to_contain_text("Waiting for them")
    expect(page.locator("#talk-stands")).not_to_contain_text(re.compile("left|they wrote"))  # the promise is kept
    return reply


def thanked(page: Page) -> None:
    """The conversation opens again, and is done."""
    row = in_the_inbox(page, "that was quick")
    expect(row).not_to_contain_text("left")
    key(page, "j", "o")
    expect(page.locator("#thread")).to_contain_text(THANKS)
    expect(page.locator("#thread").get_by_text("seen there", exact=True)).to_be_visible()
    key(page, "e")
    expect(page.get_by_text("Nothing is open.")).to_be_visible()


def kept(page: Page) -> None:
    """One promise, kept; the number leads to the conversation, and that to all that was done with it."""
    setting(page, "Promises kept")
    expect(page.locator("dl.figures .figure").first).to_have_text(re.compile(r"100\s*%"))
    line = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Complaints"))
    press(line.get_by_role("link", name="1", exact=True))
    expect(page.locator("[data-row]")).to_contain_text("reply by Admin")
    key(page, "j", "o")
    expect(page.locator("#thread")).to_contain_text(COMPLAINT)
    key(page, "h")
    for said in (
        "Looked after by", "wrote a note", "replied", "asked for approval", "Bob approved the reply", "Reply sent",
        "Waiting for them → Open", "A new post of theirs", "Open → Done",
    ):  # fmt: skip
        expect(page.locator("#history")).to_contain_text(said)


def test_from_first_sight_to_thanks(wordpress: WordPress, chromium: Browser, tmp_path: Path) -> None:
    complaint = wordpress.say(COMPLAINT, name="Clara Vogt")
    with hubbub_up(tmp_path / "data") as up:
        page = sign_in(chromium, up)
        name_the_brand(page)
        add_the_site(page, wordpress)
        bob = colleague(page, chromium, "Bob", "manager")
        promise(page)
        save_a_reply(page)
        needs_approval(page, of="Admin", by="Bob")
        wordpress.side("state", complaint, "approve")
        read_now(page)
        home(bob, up)
        first_sight(page)
        take_and_ask(page, bob)
        write(page, bob)
        approve(bob, "order 4711")
        reply = sent(page, wordpress)
        thanks = wordpress.say(THANKS, name="Clara Vogt", parent=reply)
        wordpress.side("state", thanks, "approve")
        read_now(page)
        thanked(page)
        kept(page)
        said = up.end()
    assert "Traceback" not in said
