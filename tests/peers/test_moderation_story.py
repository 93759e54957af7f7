"""The story of moderation, on a real WordPress, with the browser: a rule is drafted, replayed, shadowed, set live, hits
too many, trips the breaker, and what it did is undone on the site itself."""

import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import WordPress
from .hubbub_up import hubbub_up
from .test_story import add_the_site, go, name_the_brand, read_now, sign_in, until

pytestmark = [pytest.mark.peer, pytest.mark.browser]

RULE = "Advertisements"
CROWD, USUAL = 30, 20  # comments that the rule takes for advertisements; acts an hour that no breaker minds


def say(wordpress: WordPress, *texts: str) -> list[int]:
    """As strangers do, and their host lets them stand."""
    said = [wordpress.say(text, name=f"Guest {number}") for number, text in enumerate(texts)]
    for comment in said:
        wordpress.side("state", comment, "approve")
    return said


def stands(wordpress: WordPress) -> Counter[str]:
    """How many comments are how: "1" visible, "0" held back."""
    return Counter(row["state"] for row in wordpress.comments())


def open_the_rule(page: Page) -> None:
    go(page, "r", "Rules")
    page.locator("main [data-open]").filter(has_text=RULE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(RULE)


def draft_and_replay(page: Page) -> None:
    go(page, "r", "Rules")
    page.get_by_role("link", name=re.compile("^Write")).first.click()
    page.locator("main [name=name]").fill(RULE)
    page.locator("[name=when]").fill("buy OR comment")
    page.locator("[name=then]").select_option("hide")
    page.locator("[name=because]").fill("No advertisements, please")
    page.get_by_role("button", name="Save and replay").click()
    done = page.get_by_role("heading", name="What it would have done")
    until(lambda: done.count() > 0 or not page.reload(), "the replay is done")
    touched = page.get_by_role("row").filter(has_text=re.compile("hide", re.IGNORECASE))
    expect(touched.get_by_role("link")).to_have_text("2")
    expect(page.locator("main")).to_contain_text("People decided 0 the same")


def run_in_shadow(page: Page, wordpress: WordPress) -> None:
    page.get_by_role("button", name="Let it run in shadow").click()
    (comment,) = say(wordpress, "Buy flour at mill.example")
    read_now(page)
    open_the_rule(page)
    page.get_by_role("link", name="What it hit").click()
    until(lambda: page.get_by_text("shadow: did nothing").count() == 1 or not page.reload(), "it hit in shadow")
    expect(page.locator("[data-row]")).to_contain_text("mill.example")
    assert wordpress.state(comment) == "1"
    assert "mill.example" in wordpress.page()


def set_live(page: Page, wordpress: WordPress) -> None:
    open_the_rule(page)
    expect(page.locator("aside")).to_contain_text("In shadow since")
    page.get_by_role("button", name="Set it live").click()
    expect(page.locator(".lead")).to_contain_text("live")
    (comment,) = say(wordpress, "Buy sugar at cane.example")
    read_now(page)
    until(lambda: wordpress.state(comment) == "0", "the site hides what the rule hides")
    assert "cane.example" not in wordpress.page()


def hit_too_many(page: Page, wordpress: WordPress) -> None:
    """The strangers' comments say "Comment number": the rule was too wide, and the breaker sees it."""
    shown = stands(wordpress)["1"]
    wordpress.side("strangers", wordpress.post, CROWD, "1")
    read_now(page)
    notice = page.get_by_role("status").filter(has_text=RULE)
    until(lambda: notice.count() > 0 or not page.reload(), "moderators are told, on whatever page they are")
    expect(notice).to_contain_text(f"was stopped: it acted {USUAL} times in an hour; by its replay less than one would")
    until(lambda: stands(wordpress)["1"] == shown + CROWD - USUAL + 1, "the site hides what it did before it stopped")
    go(page, "q", "Queue")
    expect(page.locator("[data-row]").first).to_contain_text("Comment number")


def undo_all(page: Page, wordpress: WordPress) -> None:
    go(page, "z", "Batches")
    page.locator("main [data-open]").filter(has_text=RULE).click()
    expect(page.locator("main")).to_contain_text(f"{USUAL} would be taken back")
    expect(page.locator("main")).to_contain_text("is asked to show it as before")
    page.get_by_label("Why take it back?").fill("It took harmless comments for advertisements")
    page.get_by_role("button", name="Take all of it back").click()
    report = page.locator("#progress")
    expect(report).to_contain_text(f"{USUAL} taken back, 0 left")
    until(lambda: stands(wordpress)["0"] == 1, "all stand there again but the one that waits for its host")
    assert "cane.example" in wordpress.page()
    assert len(re.findall(r"Comment number \d+ about acme", wordpress.page())) >= CROWD


def test_a_rule_that_goes_too_far(wordpress: WordPress, chromium: Browser, tmp_path: Path) -> None:
    wordpress.say("Waits for its host")
    say(wordpress, "Buy cheap.example", "A fine bakery", "Buy dear.example", "Lovely bread")
    with hubbub_up(tmp_path / "data") as up:
        page = sign_in(chromium, up)
        name_the_brand(page)
        add_the_site(page, wordpress)
        go(page, "i", "Inbox")
        until(lambda: page.get_by_text("Lovely bread").count() > 0 or not page.reload(), "what was said is read")
        draft_and_replay(page)
        run_in_shadow(page, wordpress)
        set_live(page, wordpress)
        hit_too_many(page, wordpress)
        undo_all(page, wordpress)
        said = up.end()
    assert "Traceback" not in said
    assert wordpress.password not in said
