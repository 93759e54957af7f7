"""A post that tries everything, taken in as its network sends it, looked at on every page: it is words, and no more."""

from collections.abc import Iterator

import pytest
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser, LexborNode

from hubbub.connectors import Batch, Report
from hubbub.core.post import Author, Media, Post
from hubbub.engine.take_in import take_in
from hubbub.store import models
from hubbub.store.models import Source
from tests.addresses import Unknown, pages
from tests.furnished import furnish, spread_keys
from tests.world import NOON, World

pytestmark = [pytest.mark.database, pytest.mark.django_db]

EVIL = "<nasty-tag onclick=nasty()>acme</nasty-tag><script>nasty()</script><img src=x onerror=nasty()>\"'></textarea>"
BAD = "javascript:nasty()"
SLY = "https://nasty.example/\"'><nasty-tag>"
EVENTS = ("onclick", "onerror", "onload", "onmouseover", "onfocus")


def nasty(number: int, url: str) -> Post:
    """Everything that a network may fill in, filled in badly."""
    author = Author(f"evil{number}", f"carol{EVIL}"[:190], EVIL, url)
    return Post(
        f"{number}{EVIL}",
        f"acme {EVIL} {BAD}",
        EVIL,
        url,
        "comment",
        author,
        NOON,
        thread=f"thread {EVIL}",
        links=(url, BAD, SLY),
        media=(Media("image", url), Media("file", BAD)),
    )


@pytest.fixture
def rows(world: World) -> dict[str, int]:
    """What the addresses name, with the nasty post wherever a post, its author or its conversation is named."""
    spread_keys()
    known = furnish(world.acme, world.alice)
    source = Source.of(world.acme).get(pk=known["source"])
    posts = [nasty(1, BAD), nasty(2, SLY), nasty(3, f" {BAD.upper()}")]
    reports = [Report(f"r{post.id}", post.id, EVIL, by=post.author, name=EVIL, email=EVIL, url=BAD) for post in posts]
    take_in(source, Batch(posts, "", reports=reports), now=NOON)
    kept = models.Post.of(world.acme).select_related("author", "conversation").get(native_id=posts[1].id)
    assert kept.decision == "queued"
    found = {**known, "post": kept.pk, "author": kept.author_id, "person": kept.author.person_id}
    return {**found, "conversation": kept.conversation_id or known["conversation"]}


def slips(page: LexborHTMLParser) -> Iterator[str]:
    """What of it became more than words."""
    yield from ("a tag of the post stands in the page" for _ in page.css("nasty-tag"))
    yield from ("a script of the post stands in the page" for one in page.css("script") if "nasty()" in one.text())
    for node in page.css("*"):
        attributes = node.attributes or {}
        yield from (f"{name} on <{node.tag}>" for name in EVENTS if "nasty" in (attributes.get(name) or ""))
        for name in ("href", "src", "action", "formaction"):
            if (attributes.get(name) or "").strip().lower().startswith(("javascript:", "data:text")):
                yield f"{name} of <{node.tag}> leads to {attributes[name]}"
        if node.tag == "a" and _leads_out(node) and not {"noopener", "nofollow"} <= _rel(node):
            yield f"a link to {attributes.get('href')} lacks rel=noopener nofollow"


def _leads_out(node: LexborNode) -> bool:
    return "nasty.example" in (node.attributes.get("href") or "").partition("?")[0]


def _rel(node: LexborNode) -> set[str]:
    return set((node.attributes.get("rel") or "").split())


def test_on_every_page_it_is_only_words(world: World, rows: dict[str, int]) -> None:
    client, wrong, shown = world.client(), [], 0
    client.raise_request_exception = False
    for address in [page for page in pages() if page.within]:
        try:
            url = address.url("acme", rows)
        except Unknown:
            continue  # tests/test_doors.py says so
        for asked in (url, f"{url}?all=1&q=acme&step=4&name=acme"):
            answer = client.get(asked)
            if "html" not in answer.get("Content-Type", ""):
                continue
            shown += b"nasty-tag" in answer.content
            wrong += [f"{address.name}: {slip}" for slip in slips(LexborHTMLParser(answer.content))]
    assert not wrong, sorted(set(wrong))
    assert shown > 5  # it was there to be seen


@pytest.mark.parametrize(
    ("html", "wrong"),
    [
        ("<p>&lt;nasty-tag&gt;</p>", 0),
        ("<nasty-tag>", 1),
        ("<script>nasty()</script>", 1),
        ("<p onclick=nasty()>", 1),
        ("<a href=' JavaScript:x'>", 1),
        ("<a href='https://nasty.example/'>", 1),
        ("<a href='https://nasty.example/' rel='noopener nofollow'>", 0),
    ],
)
def test_that_check_sees_what_it_should(html: str, wrong: int) -> None:
    assert len(list(slips(LexborHTMLParser(html)))) == wrong


def test_only_web_addresses_are_kept(world: World, rows: dict[str, int]) -> None:
    for post in models.Post.of(world.acme).filter(source=rows["source"]).select_related("author"):
        addresses = [post.url, *post.links, *(medium["url"] for medium in post.media)]
        addresses += [post.author.url] if post.author else []
        assert all(one == "" or one.startswith(("http://", "https://")) for one in addresses)
    assert set(models.Report.of(world.acme).values_list("url", flat=True)) == {""}
    assert structs.asdict(nasty(1, BAD))["url"] == BAD  # what came was bad
