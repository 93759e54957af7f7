"""What holds, what is not known, and the places that made it so."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.core.facts import NOTHING, Analysis, Facts
from hubbub.core.post import Author, Place, Post
from hubbub.core.query import Query, Use, holds, matches, parse, read, spans
from hubbub.core.query.glob import glob
from hubbub.core.query.tree import Cut, Near, Node, Not, Term

from .made import NOW, facts, nodes, places, posts


def _seen(query: str, post: Post, use: Use = Use.TOPIC) -> list[tuple[str, str]]:
    """The pieces of the post that made the match, each with its field."""
    sources = {"title": post.title, "text": post.text}
    if post.author:
        sources |= {"author": post.author.handle, "name": post.author.name}
    found = spans(parse(query, use), read(post, Place()), now=NOW)
    return [(span.field, sources[span.field][span.start : span.end]) for span in found]


@pytest.mark.parametrize(
    ("query", "text", "pieces"),
    [
        ("acme", "Acme, ACME", ["Acme", "ACME"]),
        ("acme rocket", "A rocket of #acme", ["rocket", "acme"]),
        ("acme OR rocket", "acme", ["acme"]),
        ("acme OR (rocket car)", "acme rocket", ["acme"]),
        ("acme NOT car", "acme", ["acme"]),
        ("acme (NOT car OR rocket)", "acme rocket", ["acme", "rocket"]),
        ('"acme rocket"', "the Acme-Rocket", ["Acme-Rocket"]),
        ('"red cat"~2', "cat is red. red", ["cat", "red", "red"]),
        ("a NEAR/2 b", "a b x x x a x b x x x a", ["a", "b", "a", "b"]),
        ("a NEAR/2f b", "b a b", ["a", "b"]),
        ('"red cat" NEAR/1 sat', "red cat sat cat", ["red cat", "sat"]),
        ("roc*", "Rocks and rockets", ["Rocks", "rockets"]),
        ("café", "CAFE\u0301s Cafe\u0301", ["Cafe\u0301"]),
        ("東京", "私は東京に", ["東京"]),
        ('raw:"C++"', "C++ and C++", ["C++", "C++"]),
        ("👍", "👍🏽", ["👍🏽"]),
        ("links:acme.example", "see https://acme.example/x now", ["https://acme.example/x"]),
        ("site:acme.example see", "see https://acme.example/x now", ["see", "https://acme.example/x"]),
        ("has:link see", "see https://acme.example/x now", ["see"]),
    ],
)
def test_spans(query: str, text: str, pieces: list[str]) -> None:
    assert [piece for _, piece in _seen(query, Post(id="1", text=text))] == pieces


def test_spans_name_their_field_and_come_in_order() -> None:
    post = Post(id="1", title="Acme", text="by acme", author=Author("1", "acme", "The Acme"))
    assert _seen("acme", post) == [("text", "acme"), ("title", "Acme")]
    assert _seen("author:acme OR name:acme", post) == [("author", "acme"), ("name", "Acme")]
    assert _seen("acme OR acme OR {acme}", post) == [("text", "acme"), ("title", "Acme")]


def test_nothing_reaches_from_title_into_text() -> None:
    reading = read(Post(id="1", title="red", text="cat"), Place())
    for query in ('"red cat"', "red NEAR cat", '"red cat"~9'):
        assert not matches(parse(query, Use.TOPIC), reading, now=NOW)
    assert matches(parse("red cat", Use.TOPIC), reading, now=NOW)


NEGATIVE = Facts(analysis=Analysis(sentiment="negative"))


@pytest.mark.parametrize(
    ("query", "facts", "answer"),
    [
        ("sentiment:negative", NEGATIVE, True),
        ("sentiment:positive", NEGATIVE, False),
        ("sentiment:negative", NOTHING, None),
        ("NOT sentiment:negative", NOTHING, None),
        ("cat OR sentiment:negative", NOTHING, True),
        ("dog OR sentiment:negative", NOTHING, None),
        ("cat sentiment:negative", NOTHING, None),
        ("dog sentiment:negative", NOTHING, False),
        ("NOT (cat sentiment:negative)", NOTHING, None),
        ("NOT (dog sentiment:negative)", NOTHING, True),
        ("strikes:>2 OR toxicity:>0.5", NEGATIVE, None),
        ("NOT likes:>5", NOTHING, True),
    ],
)
def test_what_is_not_known(query: str, facts: Facts, answer: bool | None) -> None:
    assert holds(parse(query, Use.VIEW), read(Post(id="1", text="cat"), Place()), facts, now=NOW) is answer


@settings(max_examples=150)
@given(nodes, posts, places, facts)
def test_no_is_the_opposite_and_spans_lie_in_the_post(node: Node, post: Post, place: Place, known: Facts) -> None:
    reading = read(post, place)
    answer = holds(Query("", Use.VIEW, node), reading, known, now=NOW)
    opposite = holds(Query("", Use.VIEW, Not(node)), reading, known, now=NOW)
    assert opposite is (None if answer is None else not answer)
    found = spans(Query("", Use.VIEW, node), reading, known, now=NOW)
    assert list(found) == sorted(set(found))
    assert answer or not found
    for span in found:
        author = post.author or Author("")
        source = {"title": post.title, "text": post.text, "author": author.handle, "name": author.name}[span.field]
        assert 0 <= span.start < span.end <= len(source)


# NEAR and ~n against their definitions, tried out one by one.

LETTERS = st.lists(st.sampled_from("abcx"), max_size=9)


def _windows(text: list[str], phrase: list[str]) -> list[tuple[int, int]]:
    return [(n, n + len(phrase) - 1) for n in range(len(text)) if text[n : n + len(phrase)] == phrase]


@settings(max_examples=300)
@given(
    LETTERS, st.sampled_from(("a", "a b", "b c")), st.sampled_from(("a", "b", "c a")), st.integers(1, 4), st.booleans()
)
def test_near_is_what_it_says(text: list[str], left: str, right: str, within: int, forward: bool) -> None:
    expected = any(
        0 < b[0] - a[1] <= within or (not forward and 0 < a[0] - b[1] <= within)
        for a in _windows(text, left.split())
        for b in _windows(text, right.split())
    )
    sides = [(Term(tuple(map(Cut, side.split()))),) for side in (left, right)]
    query = Query("", Use.TOPIC, Near(sides[0], sides[1], within, forward))
    assert matches(query, read(Post(id="1", text=" ".join(text)), Place()), now=NOW) is expected


@settings(max_examples=300)
@given(LETTERS, st.sampled_from(("a b", "a a", "a b c", "a b a")), st.integers(0, 3))
def test_loose_phrases_are_what_they_say(text: list[str], phrase: str, slack: int) -> None:
    wanted = phrase.split()
    expected = any(
        [text[n] for n in chosen] == wanted and max(chosen) - min(chosen) + 1 - len(wanted) <= slack
        for chosen in permutations(range(len(text)), len(wanted))
    )
    query = Query("", Use.TOPIC, Term(tuple(map(Cut, wanted)), slack=slack))
    assert matches(query, read(Post(id="1", text=" ".join(text)), Place()), now=NOW) is expected


@settings(max_examples=300)
@given(st.text("ab*?", max_size=6), st.text("ab", max_size=7))
def test_wildcards_are_what_they_say(pattern: str, word: str) -> None:
    def fits(pattern: str, word: str) -> bool:
        if not pattern:
            return not word
        if pattern[0] == "*":
            return fits(pattern[1:], word) or (word != "" and fits(pattern, word[1:]))
        return word != "" and pattern[0] in ("?", word[0]) and fits(pattern[1:], word[1:])

    assert glob(pattern).matches(word) is fits(pattern, word)


@pytest.mark.parametrize(
    ("query", "published", "hit"),
    [
        ("published:2026-02-01", datetime(2026, 2, 1, 0, 0, tzinfo=UTC), True),
        ("published:>2026-01-31", datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), False),
        ("published:>=2026-01-31", datetime(2026, 1, 31, tzinfo=UTC), True),
        ("published:<2026-01-31", datetime(2026, 1, 30, 23, 59, tzinfo=UTC), True),
        ("published:<=2026-01-31", datetime(2026, 1, 31, 23, 59, tzinfo=UTC), True),
        ("published:2026-01-31", datetime(2026, 2, 1, 1, tzinfo=timezone(timedelta(hours=2))), True),
        ("published:2026-02-01", None, True),
        ("age:<4h", NOW - timedelta(hours=4), False),
        ("age:<=4h", NOW - timedelta(hours=4), True),
        ("age:>1d", NOW - timedelta(days=1, seconds=1), True),
        ("age:4h", NOW - timedelta(hours=4, minutes=59), True),
        ("age:4h", NOW - timedelta(hours=5), False),
        ("age:<1m", None, True),
    ],
)
def test_time(query: str, published: datetime | None, hit: bool) -> None:
    reading = read(Post(id="1", text="x", published=published), Place())
    assert matches(parse(query, Use.TOPIC), reading, now=NOW) is hit


def test_where_the_network_gives_no_time_it_is_when_we_read_it() -> None:
    reading = read(Post(id="1", text="x"), Place(), read_at=NOW - timedelta(days=3))
    assert matches(parse("age:>2d", Use.TOPIC), reading, now=NOW)
