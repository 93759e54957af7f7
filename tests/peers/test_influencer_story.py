"""The story of an influencer, on a Mastodon API and a real WordPress, with the browser and without a mouse: from the
first mention, over a suggestion, an answer and a second name, to a partner whom a KPI counts."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import WordPress
from .engaging import add_source, answer, go, key, press, read_now, setting, shows
from .hubbub_up import hubbub_up
from .mastodon_peer import Mastodon
from .test_story import add_the_site, name_the_brand, sign_in, until

pytestmark = [pytest.mark.peer, pytest.mark.browser]

NAME, BLOG = "Nora Bakes", "https://nora-bakes.example/"
MENTION = "@acme I showed your new loaf to everybody who follows me. Shall we bake together?"
COMMENT = "The best rye in town, says my blog, and it is from Acme."
SLOW = 400  # seconds: people are counted a minute or two after they wrote, and this machine may be busy


def soon_and_few(page: Page) -> None:
    """A small town: forty followers are many, and nobody of them is to wait."""
    setting(page, "Relationships")
    page.locator("[name=influence]").fill("10")
    page.locator("[name=waits_hours]").fill("0")
    page.locator("[name=waits_hours]").press("Enter")
    expect(page.get_by_text("Everybody is looked at anew in the next minutes.")).to_be_visible()


def suggested(page: Page) -> None:
    """With the reason; taking it leads to the conversation."""
    go(page, "j", "Relationships")
    key(page, "s")
    expect(page.get_by_role("heading", level=1)).to_have_text("Suggestions")
    row = page.locator("main [data-row]").filter(has_text=NAME).filter(has_text="mentioned us once")
    shows(page, lambda: row, "answering them is suggested", SLOW)
    expect(row).to_contain_text(re.compile(r"Influence \d\d \(10 is enough\), 4\d followers"))
    page.wait_for_load_state()
    row.locator("[data-open]").focus()
    key(page, "t")
    expect(page.get_by_text(f"{NAME} is among your relationships, as influencer")).to_be_visible()
    expect(page.locator("#thread")).to_contain_text("Shall we bake together?")


def answered(page: Page, mastodon: Mastodon) -> None:
    """It stands on their server, and counts as a touch."""
    answer(page, "With pleasure! When would it suit you?")
    until(lambda: any("With pleasure" in str(one["content"]) for one in mastodon.all_of("acme")), "it was sent there")
    (said,) = (one for one in mastodon.all_of("acme") if "With pleasure" in str(one["content"]))
    assert said["in_reply_to_id"] is not None
    shows(page, lambda: page.locator("#thread").get_by_text("sent", exact=True), "Hubbub knows that it was sent")


def card(page: Page, kind: str, stage: str) -> None:
    """On the board, the card stands in this stage."""
    column = page.get_by_role("region", name=re.compile(rf"^{stage}"))
    expect(column.locator("[data-row]").filter(has_text=NAME)).to_be_visible()
    expect(page).to_have_title(re.compile(kind))


def on_the_board(page: Page) -> None:
    """Two stages on, by keys; then what is next, with a day."""
    go(page, "j", "Relationships")
    press(page.get_by_role("link", name=re.compile(r"^Influencers")))
    card(page, "Influencers", "Seen")
    key(page, "j", ">")
    card(page, "Influencers", "Contacted")
    key(page, ">")  # the card that was moved is chosen again
    card(page, "Influencers", "In talks")
    shows(page, lambda: page.locator("[data-row]").filter(has_text="We replied"), "the last touch is shown", SLOW)
    key(page, "j", "o")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{NAME}, influencer")
    page.locator("[name=next_step]").first.fill("Send the rye recipe")
    page.locator("[name=next_on]").first.fill((datetime.now(UTC).date() + timedelta(days=3)).isoformat())
    page.locator("[name=next_step]").first.press("Enter")
    go(page, "j", "Relationships")
    press(page.get_by_role("link", name=re.compile(r"^Influencers")))
    expect(page.locator("main [data-row]")).to_contain_text("Next: Send the rye recipe")


def one_person(page: Page) -> None:
    """Their blog is named on both networks: suggested, merged, and the posts of both on one page."""
    go(page, "h", "People")
    key(page, "l")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who may be one person")
    pair = page.locator("main [data-row]").filter(has_text=NAME)
    shows(page, lambda: pair, "they may be one person")
    expect(pair).to_contain_text("nora-bakes.example")
    key(page, "j", "m")
    expect(page.get_by_role("status").filter(has_text="Undo")).to_be_visible()
    go(page, "h", "People")
    shows(page, lambda: page.locator("main [data-row]").filter(has_text="2 posts"), "they are one")
    expect(page.locator("main [data-row]").filter(has_text=NAME)).to_have_count(1)
    press(page.locator("main [data-row]").filter(has_text=NAME).locator("[data-open]"))
    posts = page.locator("section[aria-labelledby=posts] [data-row]")
    expect(posts).to_have_count(2)
    expect(posts.filter(has_text="Shall we bake together?")).to_have_count(1)
    expect(posts.filter(has_text="The best rye in town")).to_have_count(1)
    expect(page.locator("section[aria-labelledby=answers-title]")).to_contain_text("With pleasure!")


def partner(page: Page) -> None:
    """Begun on the person's page, moved to what counts as won."""
    key(page, "B")
    expect(page.locator("#card-kind")).to_be_focused()
    page.keyboard.type("Partner")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{NAME} is among the partner relationships now, in “Seen”.")).to_be_visible()
    go(page, "j", "Relationships")
    press(page.get_by_role("link", name=re.compile(r"^Partners")))
    card(page, "Partners", "Seen")
    key(page, "j", ">")
    for stage in ("In talks", "Agreed"):
        card(page, "Partners", stage)
        key(page, ">")
    card(page, "Partners", "Active")


def counted(page: Page) -> None:
    """An objective counts one partner, and leads to them."""
    go(page, "p", "Objectives")
    press(page.get_by_role("link", name=re.compile("Start with Partner")))
    page.locator("main [name=name]").fill("Bake with others")
    press(page.get_by_role("button", name="Go on"))
    page.locator("[name=measure]").select_option("partners")
    press(page.get_by_role("button", name="Go on"))
    page.locator("[name=value]").fill("3")
    page.locator("[name=by_day]").fill((datetime.now(UTC).date() + timedelta(days=60)).isoformat())
    press(page.get_by_role("button", name="Set the target"))
    expect(page.locator(".kpi .figure")).to_have_text("1")
    press(page.locator(".kpi .figure"))
    row = page.locator("main [data-row]")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(NAME)
    expect(row).to_contain_text("Active")


def test_from_first_mention_to_partner(
    wordpress: WordPress, mastodon: Mastodon, chromium: Browser, tmp_path: Path
) -> None:
    mastodon.profile("alice", NAME, BLOG)
    mastodon.crowd("alice", 40)
    comment = wordpress.say(COMMENT, name=NAME, site=BLOG)
    wordpress.say("Waits for its host")
    wordpress.side("state", comment, "approve")
    with hubbub_up(tmp_path / "data") as up:
        page = sign_in(chromium, up)
        name_the_brand(page)
        add_the_site(page, wordpress)
        add_source(page, "Mastodon", mastodon.settings())
        soon_and_few(page)
        mastodon.say("alice", MENTION)
        read_now(page, "Mentions on")
        suggested(page)
        answered(page, mastodon)
        on_the_board(page)
        one_person(page)
        partner(page)
        counted(page)
        said = up.end()
    assert "Traceback" not in said
    assert "tok_acme" not in said
