"""The story of an appeal, on a real WordPress, with the browser: a person removes a comment, its author appeals over
the link of the notice, another person overturns that, and the site shows the comment again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import WordPress
from .hubbub_up import Up, hubbub_up
from .test_story import add_the_site, go, name_the_brand, sign_in, until

pytestmark = [pytest.mark.peer, pytest.mark.browser]


def another_moderator(page: Page, browser: Browser) -> Page:
    """Bob is invited, and comes in by his link."""
    go(page, "u", "Members")
    page.get_by_role("link", name="Add a member").click()
    page.locator("main [name=email]").fill("bob@example.org")
    page.locator("main [name=role]").select_option("moderator")
    page.locator("main form button.primary").click()
    link = re.search(r"http://\S+?/enter/[\w-]+/", page.locator("main").inner_html())
    assert link is not None
    bob = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    bob.goto(link[0])
    expect(bob.get_by_role("heading", level=1)).to_be_visible()
    return bob


def remove_a_comment(page: Page, wordpress: WordPress, comment: int) -> str:
    """By hand, with a reason; the link under which its author can appeal."""
    go(page, "i", "Inbox")
    page.get_by_role("link", name="Troll").first.click()
    page.get_by_text("Moderate", exact=True).last.click()
    page.get_by_label(re.compile("Why")).first.fill("It reads like an advertisement")
    page.get_by_role("button", name="Remove").first.click()
    until(lambda: wordpress.state(comment) == "trash", "the site has put it into its bin")
    go(page, "n", "Notices")
    page.locator("main [data-open]").first.click()
    notice = page.get_by_label("The notice, as it goes out").input_value()
    assert "It reads like an advertisement" in notice
    return next(word for word in notice.split() if "/appeal/" in word)


def appeal(browser: Browser, link: str) -> Page:
    """The author has no account, and no scripts either."""
    author = browser.new_context(java_script_enabled=False).new_page()
    author.goto(link)
    expect(author.locator("main")).to_contain_text("best flour I know")
    author.get_by_label("Why the decision is wrong").fill("I do not know the mill, I only bake.")
    author.get_by_role("button", name="Send the appeal").click()
    expect(author.get_by_role("heading", name="Your appeal")).to_be_visible()
    return author


def overturn(bob: Page, up: Up) -> None:
    bob.goto(f"{up.address}/")
    go(bob, "w", "Appeals")
    bob.locator("main [data-open]").first.click()
    expect(bob.locator("main")).to_contain_text("I only bake")
    bob.get_by_label(re.compile("^Why")).fill("It is praise, not an advertisement. Sorry!")
    bob.get_by_role("button", name="Take it back").click()
    expect(bob.locator("main")).to_contain_text("It is praise")


def test_an_appeal_that_is_right(wordpress: WordPress, chromium: Browser, tmp_path: Path) -> None:
    wordpress.say("Waits for its host")
    comment = wordpress.say("Mill.example has the best flour I know", name="Troll")
    wordpress.side("state", comment, "approve")
    with hubbub_up(tmp_path / "data") as up:
        page = sign_in(chromium, up)
        name_the_brand(page)
        add_the_site(page, wordpress)
        go(page, "i", "Inbox")
        until(lambda: page.get_by_text("best flour").count() > 0 or not page.reload(), "what was said is read")
        bob = another_moderator(page, chromium)
        link = remove_a_comment(page, wordpress, comment)
        assert "best flour" not in wordpress.page()
        author = appeal(chromium, link)
        overturn(bob, up)
        until(lambda: "best flour" in wordpress.page(), "the site shows it again")
        author.reload()
        expect(author.locator("main")).to_contain_text("The decision was taken back")
        said = up.end()
    assert "Traceback" not in said
