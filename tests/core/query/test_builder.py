"""Lists written as a query and read back from one."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hubbub.core.query import QueryError, Use, parse
from hubbub.core.query.builder import Nearness, Parts, parts_of, tidy, write


@pytest.mark.parametrize(
    ("parts", "query"),
    [
        (Parts(), ""),
        (Parts(("acme",)), "acme"),
        (Parts(("acme", "acmee")), "acme OR acmee"),
        (Parts(("acme", "  Acme   Rocket ", "")), 'acme OR "Acme Rocket"'),
        (Parts(("acme", "acmee"), ("lang:en",)), "(acme OR acmee) AND lang:en"),
        (Parts((), ("acme", "rocket")), "acme AND rocket"),
        (Parts(("acme",), (), ("jobs", "we hire")), 'acme NOT (jobs OR "we hire")'),
        (Parts(("acme", "b"), (), ("jobs",)), "(acme OR b) NOT jobs"),
        (Parts((), (), ("jobs",)), "NOT jobs"),
        (Parts(near=Nearness(("acme",), ("bad", "so bad"))), 'acme NEAR/5 (bad OR "so bad")'),
        (Parts(("x",), near=Nearness(("a",), ("b",), 3, True)), "x AND a NEAR/3f b"),
        (Parts(("acme",), near=Nearness(("a",), ())), "acme"),  # a side is lacking
        (Parts(("AND", "or", "a OR b", "#acme", "rocket*", "{Apple}", 'raw:"C++"')),
         '"AND" OR or OR "a OR b" OR #acme OR rocket* OR {Apple} OR raw:"C++"'),
        (Parts(("(a", '5" disk', "back\\slash a")), '"(a" OR "5\\" disk" OR "back\\\\slash a"'),
        (Parts(("site:acme.com", "note: this", '"a b"~3')), 'site:acme.com OR "note: this" OR "a b"~3'),
    ],
)  # fmt: skip
def test_lists_are_written(parts: Parts, query: str) -> None:
    assert write(parts) == query


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("acme", Parts(("acme",))),
        ('"acme rocket"', Parts(("acme rocket",))),
        ("“Acme Rocket”", Parts(("Acme Rocket",))),
        ("((acme) OR (rocket OR #x))", Parts(("acme", "rocket", "#x"))),
        ("acme rocket -jobs NOT (a OR b)", Parts((), ("acme", "rocket"), ("jobs", "a", "b"))),
        ("(a OR b) AND (c AND d)", Parts(("a", "b"), ("c", "d"))),
        ("lang:en acme likes:>10", Parts((), ("lang:en", "acme", "likes:>10"))),
        ("(a OR b) NEAR/9f c", Parts(near=Nearness(("a", "b"), ("c",), 9, True))),
        ("acme NEAR rocket", Parts(near=Nearness(("acme",), ("rocket",), 5))),
        ('"{Apple}"', Parts(('"{Apple}"',))),
        ("a OR (b c)", None),
        ("(a OR b) (c OR d)", None),
        ("a NOT (b c)", None),
        ("a NEAR b c NEAR d", None),
        ("title:(a OR b)", None),
        ("a OR NOT b", None),
    ],
)
def test_queries_are_taken_apart(query: str, parts: Parts | None) -> None:
    found = parts_of(parse(query, Use.TOPIC))
    assert found == parts
    if parts is not None:
        assert parse(write(parts), Use.TOPIC).tree is not None


ITEMS = st.one_of(
    st.sampled_from(["acme", "#acme", "@acme", "rocket*", "{Apple}", "acme rocket", "東京", "lang:en", 'raw:"C++"']),
    st.text(alphabet='ab "\\(){}[]~*?:#@-ANDORéß\n', max_size=12),
    st.text(max_size=12),
)
LISTS = st.lists(ITEMS, max_size=4).map(tuple)
NEARS = st.none() | st.builds(Nearness, LISTS, LISTS, st.integers(1, 100), st.booleans())


@given(st.builds(Parts, LISTS, LISTS, LISTS, NEARS))
def test_what_was_written_is_read_back(parts: Parts) -> None:
    text = write(parts)
    try:
        query = parse(text, Use.RULE)  # a rule may be made of NOT alone
    except QueryError:
        assume(False)
        return
    assert parts_of(query) == tidy(parts)
    assert write(tidy(parts)) == text
