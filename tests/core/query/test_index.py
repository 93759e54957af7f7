"""All queries at once give what each gives alone."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.core.facts import Facts
from hubbub.core.post import Author, Place, Post
from hubbub.core.query import Index, Query, Use, holds, parse, read
from hubbub.core.query.tree import Node

from .made import NOW, facts, nodes, places, posts


@settings(max_examples=120)
@given(st.lists(nodes, min_size=1, max_size=6), st.lists(posts, min_size=1, max_size=3), places, facts)
def test_the_index_gives_what_the_evaluator_gives(
    trees: list[Node], given_posts: list[Post], place: Place, known: Facts
) -> None:
    queries = [Query("", Use.VIEW, tree) for tree in trees]
    index = Index(enumerate(queries))
    for post in given_posts:
        reading = read(post, place)
        expected = [n for n, query in enumerate(queries) if holds(query, read(post, place), known, now=NOW)]
        assert index.match(reading, known, now=NOW) == expected


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), nodes)), max_size=12),
    st.lists(posts, min_size=2, max_size=2),
)
def test_adding_replacing_and_removing(steps: list[tuple[int, Node | None]], given_posts: list[Post]) -> None:
    index: Index[int] = Index()
    kept: dict[int, Query] = {}
    for key, tree in steps:
        if tree is not None:
            kept[key] = Query("", Use.VIEW, tree)
            index.add(key, kept[key])
        elif key in kept:
            del kept[key]
            index.remove(key)
        # Matching in between makes the index learn, which the next change must not be misled by.
        readings = [read(post, Place()) for post in given_posts]
        expected = [[k for k, query in kept.items() if holds(query, reading, now=NOW)] for reading in readings]
        assert index.match_many(readings, now=NOW) == expected
    assert len(index) == len(kept)


def test_order_is_that_of_adding_and_a_replaced_query_keeps_its_place() -> None:
    index = Index((name, parse(text, Use.TOPIC)) for name, text in (("b", "cat"), ("a", "red"), ("c", "cat OR red")))
    reading = read(Post(id="1", text="red cat"), Place())
    assert index.match(reading, now=NOW) == ["b", "a", "c"]
    index.add("b", parse("red", Use.TOPIC))
    index.add("d", parse("red", Use.TOPIC))
    assert index.match(reading, now=NOW) == ["b", "a", "c", "d"]


AUTHORS = (
    Author("1", "Bob", "Rock Star"),
    Author("2", "x" * 500, "star\u0301 rock"),
    Author("3", "bo", "rocket"),
)


@pytest.mark.parametrize(
    "text",
    [
        "name:star", 'name:"rock star"', 'name:"star rock"~1', 'name:"star star"', "name:rock NEAR/1 name:star",
        "name:(rock NEAR/1f star)", "name:roc*", "links:rocket", 'links:"com rocket"', "links:com", "author:bob",
        "author:@bob*", "source:feed", "type:post", "lang:en", "is:reply", "has:link", "site:acme.com", 'raw:"C++"',
    ],
)  # fmt: skip
def test_queries_that_need_no_word(text: str) -> None:
    query = parse(text, Use.TOPIC)
    index = Index([(0, query)])
    authors = (
        None,
        Author("1", "Bob", "Rock Star"),
        Author("2", "x" * 500, "star\u0301 rock"),
        Author("3", "bo", "rocket"),
    )
    links: tuple[tuple[str, ...], ...] = ((), ("https://acme.com/rocket", "https://x.example/com"))
    found = set()
    for author, linked, body in itertools.product(authors, links, ("I like C++", "c++ www.acme.com")):
        post = Post(id="1", text=body, author=author, links=linked)
        holding = bool(holds(query, read(post, Place("feed")), now=NOW))
        assert index.match(read(post, Place("feed")), now=NOW) == ([0] if holding else [])
        found.add(holding)
    assert found == {True, False} or text in ("source:feed", "type:post", "lang:en", "is:reply", 'name:"star star"')


def test_removing_what_is_not_there() -> None:
    with pytest.raises(KeyError):
        Index[str]().remove("a")
