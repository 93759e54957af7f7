"""A ban by a moderator, the author's appeal over the link, the answer by another person, the lifting on the network."""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from hubbub.connectors import Act, Done, Http
from hubbub.engine import outbox as engine
from hubbub.store import policies
from hubbub.store.claim import claim_outbox
from hubbub.store.models import Audit, Notice, Post, Role, Sanction, Strike
from tests.browser.test_every_page import AXE, RULES, window
from tests.world import World, make_author, make_conversation, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("HUBBUB_SCREENSHOTS", "")


class Network:
    """Does what it is asked for, and keeps it."""

    def __init__(self) -> None:
        self.asked: list[Act] = []

    def act(self, settings: object, act: Act, http: Http) -> Done:
        self.asked.append(act)
        return Done(act.post, state="removed" if act.verb == "remove" else "visible")

    def find(self, settings: object, act: Act, http: Http) -> Done | None:
        return None


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    found = Network()
    monkeypatch.setattr(engine, "connector", lambda kind: found)
    return found


@pytest.fixture
def world() -> World:
    world = make_world()
    policies.policies(world.acme)
    source = make_source(world.acme, can=["message", "remove", "restore", "approve", "ban", "unban"], account="us")
    post = make_post(source, "You are all fools here", author=make_author(world.acme, "carol", source.network))
    make_conversation(post)
    make_post(source, "what it began with", 0, thread="hello", conversation=post.conversation)
    return world


def deliver() -> None:
    while row := claim_outbox(timezone.now() + timedelta(days=1)):
        engine.deliver(row, Http())


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
                page.screenshot(path=f"{PICTURES}/appeal-{name}-{width}-{scheme}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (name, width)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def ban_and_tell(visit: Any, live: str, network: Network) -> str:
    """The moderator bans and sends the notice, after having seen it. Returns the author's link."""
    page, post = visit.page, Post.everywhere.get(text__startswith="You are all")
    page.goto(f"{live}/w/acme/moderate/posts/{post.pk}/effects/")
    page.get_by_label("What", exact=True).first.select_option("ban")
    page.get_by_label("Policy (optional)").select_option(label="Do not harass anybody")
    page.get_by_label("Why").first.fill("insults everybody")
    page.get_by_role("button", name="Do it").first.press("Enter")
    expect(page.get_by_text("will be told in a moment").first).to_be_visible()
    deliver()
    assert Sanction.everywhere.get().state == "done"
    assert Strike.everywhere.filter(withdrawn=None).count() == 1
    assert not Notice.everywhere.exists()
    page.goto(f"{live}/w/acme/moderate/notices/")
    looks(page, "notices")
    page.get_by_role("link", name="Author banned: Carol").press("Enter")
    expect(page.get_by_label("The notice, as it goes out")).to_contain_text("insults everybody")
    looks(page, "statement")
    page.get_by_role("button", name="Send it").press("Enter")
    expect(page.get_by_text("The notice is done.")).to_be_visible()
    deliver()
    assert [act.verb for act in network.asked] == ["ban", "message"]
    text = network.asked[-1].text
    assert "{" not in text
    assert visit.wrong == []
    return str(next(word for word in text.split() if "/appeal/" in word))


def appeal(author: Any, link: str) -> None:
    """The author, without an account and without scripts."""
    author.goto(link)
    expect(author.get_by_text("You are all fools here")).to_be_visible()
    expect(author.get_by_role("heading", name="Do not harass anybody")).to_be_visible()
    author.get_by_label("Why the decision is wrong").fill("It was a line from a play, as I had said before.")
    author.get_by_role("button", name="Send the appeal").press("Enter")
    expect(author.get_by_text("We have it since")).to_be_visible()


def overturn(visit: Any, live: str) -> None:
    """Another person takes it back."""
    page = visit.page
    page.goto(f"{live}/w/acme/moderate/appeals/")
    looks(page, "list")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_text("a line from a play")).to_be_visible()
    expect(page.get_by_text("what it began with")).to_be_visible()
    looks(page, "one")
    page.get_by_label("Why (the author reads it)").fill("It was a quotation, and was announced as one.")
    page.get_by_role("button", name="Take it back").press("Enter")
    expect(page.get_by_text("The author can read it at their link.")).to_be_visible()
    looks(page, "answered")
    page.goto(f"{live}/w/acme/moderate/transparency/")
    looks(page, "transparency")
    assert visit.wrong == []


def test_from_a_ban_to_its_end(chromium: Any, live_server: Any, world: World, network: Network) -> None:
    first, live = world.roles[Role.MODERATOR], live_server.url
    with window(chromium, live_server, first.user) as visit:
        link = ban_and_tell(visit, live, network)
    context = chromium.new_context(java_script_enabled=False)
    author = context.new_page()
    appeal(author, link)
    with window(chromium, live_server, first.user) as visit:
        visit.page.goto(f"{live}/w/acme/moderate/appeals/")
        expect(visit.page.get_by_text("you decided first")).to_be_visible()
        visit.page.get_by_role("link", name="Author banned: Carol").press("Enter")
        expect(visit.page.get_by_text("You made this decision: somebody else answers")).to_be_visible()
        expect(visit.page.get_by_role("button", name="Take it back")).to_have_count(0)
    with window(chromium, live_server, None) as visit:
        visit.page.goto(link)
        looks(visit.page, "author-waits")
    with window(chromium, live_server, world.alice.user) as visit:
        overturn(visit, live)
    deliver()
    assert [act.verb for act in network.asked] == ["ban", "message", "unban", "message"]
    assert "It was a quotation" in network.asked[-1].text
    assert Sanction.everywhere.get().state == "lifted"
    assert not Strike.everywhere.filter(withdrawn=None).exists()
    entries = Audit.everywhere.filter(noun="appeal").order_by("pk")
    assert list(entries.values_list("verb", flat=True)) == ["appeal", "overturn"]
    author.reload()
    expect(author.get_by_text("The decision was taken back.")).to_be_visible()
    expect(author.get_by_text("It was a quotation")).to_be_visible()
    context.close()
