"""The story of a launch, on a real WordPress, a Mastodon API and the AT Protocol's own servers, with the browser and
without a mouse: planned once for three networks, approved, sent by the loop, and what people answer answered."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.pictures import png

from .atproto_peer import POST, AtProto, Person, Ref
from .conftest import WordPress
from .engaging import (
    add_source,
    answer,
    approve,
    colleague,
    go,
    home,
    in_the_inbox,
    key,
    needs_approval,
    press,
    read_now,
    setting,
    shows,
)
from .hubbub_up import hubbub_up
from .mastodon_peer import Mastodon
from .test_story import add_the_site, name_the_brand, sign_in, until

pytestmark = [pytest.mark.peer, pytest.mark.browser]

NAME = "The new oven"
WORDS = "Our new oven is here: https://acme.example/oven"
SHORT = "Warm bread all day. Our new oven: https://acme.example/oven"  # for Bluesky alone
ALT = "A red oven, as wide as a door"
TAGGED = "https://acme.example/oven?utm_source={network}&utm_medium=social&utm_campaign=oven"


def tag_links(page: Page) -> None:
    """Links to our own site say where visitors came from."""
    setting(page, "Tags on links")
    page.locator("main [name=name]").fill("Our site")
    page.locator("main [name=domains]").fill("acme.example")
    for name, template in (("source", "{network}"), ("medium", "social"), ("campaign", "{campaign}")):
        page.locator(f"main [name=tag_{name}]").fill(template)
    page.locator("main [name=tag_campaign]").press("Enter")
    expect(page.locator("main [data-row]")).to_contain_text("acme.example")


def version(page: Page, kind: str) -> Locator:
    """The part of the editor about one network."""
    return page.locator(".version").filter(has_text=re.compile(rf"\({kind}", re.IGNORECASE))


def write(page: Page, picture: Path) -> None:
    """One text for all, other words on Bluesky, a title on WordPress, a picture that is described."""
    go(page, "k", "Calendar")
    key(page, "n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan a post")
    page.locator("[name=title]").fill(NAME)
    page.locator("[name=campaign]").fill("oven")
    page.locator("[name=text]").fill(WORDS)
    page.locator("[name=files]").set_input_files(picture)
    page.locator("[name=when]").fill(local(timedelta(days=1)))
    for kind in ("Mastodon", "Bluesky", "WordPress"):
        version(page, kind).locator(".version-on").press("Space")
    version(page, "WordPress").get_by_label("Title there").fill(NAME)
    blue = version(page, "Bluesky")
    blue.get_by_label("Other words or files here").press("Space")
    blue.get_by_label("Words on").fill("x" * 301)
    expect(blue.locator(".counter")).to_contain_text("1 too many: 301 of 300 characters")
    blue.get_by_label("Words on").fill(SHORT)
    expect(version(page, "Mastodon").locator(".counter")).to_contain_text("500")


def preview(page: Page) -> None:
    """What would leave, with tags on its links; then it is planned."""
    press(page.get_by_role("button", name="Preview"))
    leaving = page.get_by_role("region", name="Preview: what would leave")
    for kind in ("mastodon", "wordpress", "bluesky"):
        expect(leaving).to_contain_text(TAGGED.format(network=kind))
    page.get_by_label("What “oven.png” shows").fill(ALT)
    press(page.get_by_role("button", name="Plan it"))
    expect(page.get_by_text("Saved. It waits for approval.")).to_be_visible()
    expect(page.get_by_text("It waits for the approval of Bob")).to_be_visible()


def local(later: timedelta) -> str:
    """A moment from now on, by the workspace's clock, as a field of a form takes it."""
    return (datetime.now(UTC) + later).strftime("%Y-%m-%dT%H:%M")


def open_it(page: Page) -> None:
    """From the list of the calendar."""
    go(page, "k", "Calendar")
    key(page, "l")
    expect(page).to_have_url(re.compile("view=list"))
    row = page.locator("main [data-row]").filter(has_text=NAME)
    shows(page, lambda: row, "it stands in the list")
    press(row.locator("[data-open]"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)


def let_it_leave(page: Page) -> None:
    """Another moment needs no other approval: two minutes from now, and the loop sends it."""
    open_it(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("planned", ignore_case=True)
    key(page, "v")
    page.locator("#to").fill(local(timedelta(minutes=2)))
    page.locator("#to").press("Enter")
    posted = page.locator(".version-row").filter(has=page.get_by_text("Posted", exact=True))
    until(lambda: posted.count() == 3 or not page.reload(), "it is posted on all three", 400)


def on_wordpress(wordpress: WordPress) -> None:
    """As visitors see it; what is said from now on is said below it."""
    api = f"{wordpress.address}/wp-json/wp/v2/posts?search=oven"
    (article,) = httpx2.get(api, trust_env=False).json()
    assert article["title"]["rendered"] == NAME
    page = httpx2.get(article["link"], trust_env=False, follow_redirects=True).text
    assert TAGGED.format(network="wordpress") in page.replace("&#038;", "&").replace("&amp;", "&")
    assert f'alt="{ALT}"' in page


def on_mastodon(mastodon: Mastodon) -> str:
    """Its number."""
    (said,) = mastodon.all_of("acme")
    assert TAGGED.format(network="mastodon") in str(said["content"]).replace("&amp;", "&")
    files = said["media_attachments"]
    assert isinstance(files, list)
    assert [one["description"] for one in files] == [ALT]
    return str(said["id"])


def on_bluesky(us: Person) -> Ref:
    """The record, to be answered."""
    (said,) = us.records(POST)
    assert "Warm bread all day" in said["value"]["text"]
    assert [one["alt"] for one in said["value"]["embed"]["images"]] == [ALT]
    links = [feature.get("uri", "") for facet in said["value"]["facets"] for feature in facet["features"]]
    assert TAGGED.format(network="bluesky") in links
    return Ref(uri=said["uri"], cid=said["cid"])


def reply(page: Page, asked: str, words: str) -> None:
    """To what stands in the inbox."""
    press(in_the_inbox(page, asked).locator("[data-open]"))
    expect(page.locator("#thread")).to_contain_text(asked)
    answer(page, words)


def what_came(page: Page) -> None:
    """Each version says who answered; the number leads to the conversation."""
    open_it(page)
    for kind in ("mastodon", "bluesky"):
        row = page.locator(".version-row").filter(has_text=f"utm_source={kind}")
        shows(page, partial(row.get_by_text, re.compile(r"^1 reply")), f"the answer on {kind} is counted")
    expect(page.locator("main")).to_contain_text("no replies yet; they come into the inbox")
    press(page.get_by_role("link", name=re.compile("^1 reply")).first)
    expect(page.locator("#thread")).to_contain_text(re.compile("When can one see it|Is it an electric one"))


def test_a_launch_on_three_networks(
    wordpress: WordPress, mastodon: Mastodon, atproto: AtProto, chromium: Browser, tmp_path: Path
) -> None:
    us, ann = atproto.person("us"), atproto.person("ann")
    picture = tmp_path / "oven.png"
    picture.write_bytes(png(40, 30))
    wordpress.say("Waits for its host")
    with hubbub_up(tmp_path / "data") as up:
        page = sign_in(chromium, up)
        name_the_brand(page)
        add_the_site(page, wordpress)
        add_source(page, "Mastodon", mastodon.settings())
        add_source(page, "Bluesky", us.settings)
        bob = colleague(page, chromium, "Bob", "manager")
        needs_approval(page, of="Admin", by="Bob", planned=True, answers=False)
        tag_links(page)
        write(page, picture)
        preview(page)
        home(bob, up)
        approve(bob, "Our new oven")
        let_it_leave(page)
        on_wordpress(wordpress)
        mastodon.say("alice", "@acme When can one see it?", in_reply_to_id=on_mastodon(mastodon))
        ann.say("Is it an electric one?", on_bluesky(us))
        atproto.flush()
        read_now(page, "127.0.0.1")
        read_now(page, us.handle)
        reply(page, "When can one see it?", "On Saturday, from nine.")
        until(lambda: len(mastodon.all_of("acme")) == 2, "the answer stands on Mastodon")
        reply(page, "Is it an electric one?", "It is, and runs on the sun.")
        until(lambda: len(us.records(POST)) == 2, "the answer stands on Bluesky")
        what_came(page)
        said = up.end()
    assert "Traceback" not in said
    assert us.password not in said
