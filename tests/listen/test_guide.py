"""A topic written from a brand's name."""

import pytest

from hubbub.core import query as language
from hubbub.core.post import Place, Post
from hubbub.listen.guide import write_query
from tests.world import NOON


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Acme", "Acme"),
        ("Acme Rockets", '"Acme Rockets" OR #acmerockets OR @acmerockets'),
        ("AT&T", '"AT&T" OR #att OR @att'),
        ("C++", 'raw:"C++"'),
        ("NOT", '"NOT" OR #not OR @not'),
        ("東京", '"東京" OR #東京 OR @東京'),
        ('The "Best" Bakery*', '"The Best Bakery" OR #thebestbakery OR @thebestbakery'),
        ("Café", "Café"),
        ("!!!", ""),
        ("", ""),
    ],
)
def test_the_query_of_a_name(name: str, query: str) -> None:
    assert write_query(name).query == query


@pytest.mark.parametrize(
    ("name", "text", "hit"),
    [
        ("Acme", "I like #ACME", True),
        ("Acme", "I like @acme", True),
        ("Acme", "academe", False),
        ("Acme Rockets", "the acme rockets fly", True),
        ("Acme Rockets", "#AcmeRockets fly", True),
        ("Acme Rockets", "rockets of acme", False),
        ("C++", "I write C++ all day", True),
        ("C++", "I write C all day", False),
        ("Café", "the cafe", True),
        ("Ben & Jerry\u2019s", "ben & jerry's is cold", True),
        ("a:b(c)", "a b c", True),
    ],
)
def test_the_query_finds_the_name(name: str, text: str, hit: bool) -> None:
    query = language.parse(write_query(name).query, language.Use.TOPIC)
    assert language.matches(query, language.read(Post(id="1", text=text), Place()), now=NOON) is hit


def test_every_part_is_explained() -> None:
    written = write_query("Acme Rockets")
    assert " OR ".join(piece for piece, _ in written.parts) == written.query
    assert all(words for _, words in written.parts)
