"""Texts that an index cannot keep whole, and queries that name more words than it can be asked for at once."""

import pytest

from hubbub.core import query as language
from hubbub.store import fulltext
from hubbub.store.hit_count import Count, count
from hubbub.store.models import Post, Source
from hubbub.store.search import search
from tests.world import NOON, World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme)


def found(world: World, text: str) -> list[str]:
    query = language.parse(text, language.Use.VIEW)
    return [post.native_id for post in search(Post.of(world.acme), query, now=NOON, workspace=world.acme).posts]


@pytest.mark.parametrize(
    "query", ["nee*le", "nee*le hay", "nee*le OR hay", "(nee*le OR absent) -straw", "hay NEAR/9 nee*le"]
)
def test_a_wildcard_whose_words_are_in_no_list(world: World, source: Source, query: str) -> None:
    make_post(source, " ".join(f"w{n}" for n in range(200_000)) + " hay needle")
    fulltext.step()
    assert found(world, query) == ["1"]


@pytest.mark.parametrize("query", ["x" * 600 + "*", "acme -" + "x" * 600 + "*", "x" * 600, "acme -" + "x" * 600])
def test_a_word_whose_beginning_alone_is_kept(world: World, source: Source, query: str) -> None:
    make_post(source, "acme " + "x" * 590 + "y", 1)
    make_post(source, "acme " + "x" * 600, 2)
    fulltext.step()
    expected = ["1"] if "-" in query else ["2"]
    assert found(world, query) == expected
    asked = language.parse(query, language.Use.VIEW)
    assert count(Post.of(world.acme), asked, now=NOON, workspace=world.acme) == Count(1)


def test_many_wildcards_with_many_words_each(world: World, source: Source) -> None:
    """Together they name more than a megabyte."""
    for start in range(40):
        make_post(source, " ".join(f"aaa{start}x{n}{'q' * 25}z" for n in range(1_000)), start)
    make_post(source, "aaa7xz", 99)
    fulltext.step()
    wilds = " OR ".join(f"aaa{start}x*z" for start in range(40))
    assert len(found(world, wilds)) == 41


def test_many_nears_between_long_words(world: World, source: Source) -> None:
    left, right = (["".join((side, "\U00010400" * 480, str(n))) for n in range(8)] for side in ("l", "r"))
    make_post(source, f"{left[0]} and {right[7]}", 1)
    make_post(source, f"{left[0]} and so on and so on, far away from there, and at last {right[7]}", 2)
    fulltext.step()
    assert found(world, f"({' OR '.join(left)}) NEAR/10 ({' OR '.join(right)})") == ["1"]
