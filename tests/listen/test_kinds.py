"""The kinds of places: in groups, found by words, those first that need no key; keys explained beside the form."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from hubbub.connectors import FAMILIES, connectors
from hubbub.listen import kinds
from hubbub.ui.prose import prose
from tests.listen.conftest import Shed
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NEW = "/w/acme/listen/sources/new/"


def shown(world: World, query: str = "") -> list[str]:
    page = LexborHTMLParser(world.client().get(f"{NEW}{query}").content)
    return [str(link.attributes["href"]).removeprefix("?kind=") for link in page.css("main li a[data-open]")]


def test_every_kind_is_shown_once_in_its_family(world: World) -> None:
    assert sorted(shown(world)) == sorted(connectors())
    page = LexborHTMLParser(world.client().get(NEW).content)
    assert [head.text() for head in page.css("main h2")] == [
        words for name, words in FAMILIES.items() if any(one.family == name for one in connectors().values())
    ]


def test_those_without_a_key_come_first_in_their_family(world: World, shed: Shed) -> None:
    for family in kinds.grouped(connectors().values(), "", keyless=False):
        free = [one.network.keyless for one in family.kinds]
        assert free == sorted(free, reverse=True)


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("?q=wordpress", "wordpress", "feed"),
        ("?q=YouTube", "feed", "wordpress"),
        ("?q=comments+site", "wordpress", "feed"),
        ("?key=none", "feed", "shed"),
    ],
)
def test_a_kind_is_found(query: str, there: str, not_there: str, world: World, shed: Shed) -> None:
    found = shown(world, query)
    assert there in found
    assert not_there not in found


def test_nothing_found_says_what_else_there_is(world: World) -> None:
    assert "Show all kinds" in world.client().get(f"{NEW}?q=pigeon").content.decode()


def test_how_to_get_keys_stands_beside_the_form(world: World) -> None:
    page = LexborHTMLParser(world.client().get(f"{NEW}?kind=wordpress").content)
    assert "Application Passwords" in page.css_first("aside").text()
    assert page.css_first("aside ol li strong") is not None


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**a** `b`", "<p><strong>a</strong> <code>b</code></p>\n"),
        ("[a](https://a.example)", '<p><a href="https://a.example" rel="noopener noreferrer nofollow">a</a></p>\n'),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
        ("![a](https://a.example/x.png)", "<p></p>\n"),
    ],
)
def test_what_packages_write_is_clean(markdown: str, html: str) -> None:
    assert html.strip() in str(prose(markdown))


def test_a_source_says_what_its_network_calls_things(world: World) -> None:
    source = make_source(world.acme, can=["reply", "hide"])
    page = world.client().get(f"/w/acme/listen/sources/{source.pk}/").content.decode()
    assert "hide (“Unapprove”)" in page
    there = kinds.there(source)
    assert there is not None
    assert "remove (“Move to trash”)" in there.not_yet
