"""Reading queries: what they mean, and what is said of those that mean nothing."""

import sys
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.core.query import FIELDS, Query, QueryError, Slip, Use, format, parse, uses_fields  # noqa: A004
from hubbub.core.query.tree import And, Cut, Days, Near, Node, Not, Numbers, Or, Raw, Term, Value

from .made import nodes


def word(text: str, field: str = "") -> Term:
    return Term((Cut(text),), field)


def phrase(text: str, slack: int | None = None) -> Term:
    return Term(tuple(Cut(part) for part in text.split()), slack=slack)


A, B, C = word("a"), word("b"), word("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a b OR c", Or((And((A, B)), C))),
        ("a AND b c", And((A, B, C))),
        ("a OR b AND NOT c", Or((A, And((B, Not(C)))))),
        ("a -b", And((A, Not(B)))),
        ("a -(b OR c)", And((A, Not(Or((B, C)))))),
        ("a NOT NOT b", And((A, B))),
        ("(a (b c))", And((A, B, C))),
        ("NOT a NEAR/3 b c", And((Not(Near((A,), (B,), 3)), C))),
        ("a OR b NEAR c", Or((A, Near((B,), (C,), 5)))),
        ("a NEAR/7f (b OR c)", Near((A,), (B, C), 7, True)),
        ("title:a NEAR/1 title:(b OR c)", Near((word("a", "title"),), (word("b", "title"), word("c", "title")), 1)),
        ("(a OR (b OR c)) NEAR/1 a", Near((A, B, C), (A,), 1)),
        ('"b c"~4', phrase("b c", 4)),
        ('"b"~4', B),
        ("“b c”", phrase("b c")),
        ("b-c", phrase("b c")),
        ("don\u2019t", phrase("don t")),
        ("a –b", And((A, Not(B)))),  # noqa: RUF001
        ('a"b c"(a)', And((A, phrase("b c"), A))),
        ("#Acme @Bob", And((Term((Cut("acme", "#"),)), Term((Cut("bob", "@"),))))),
        ("#東京", Term((Cut("東", "#"), Cut("京", "#")))),
        ("hashtag:acme", Term((Cut("acme", "#"),))),
        ("hashtag:(#acme OR b)", Or((Term((Cut("acme", "#"),)), Term((Cut("b", "#"),))))),
        ("{Café}", Term((Cut("Café"),), exact=True)),
        ("{Acme Corp}", Term((Cut("Acme"), Cut("Corp")), exact=True)),
        ('raw:"a \\"b\\" c"', Raw('a "b" c')),
        ("raw:C++", Raw("C++")),
        ('"what is it?"', phrase("what is it")),
        ('"rocket laun*"', phrase("rocket laun*")),
        ("title:(a OR b)", Or((word("a", "title"), word("b", "title")))),
        ("title:(a NEAR/2 b)", Near((word("a", "title"),), (word("b", "title"),), 2)),
        ("TITLE:a", word("a", "title")),
        ("author:@Jane.Doe", Value("author", "jane.doe")),
        ("author:Jane*", Value("author", "jane*", True)),
        ('author:"jane*"', Value("author", "jane*")),
        ("site:https://www.Acme.example/shop", Value("site", "www.acme.example")),
        ('site:"acme.example ?x"', Value("site", "acme.example")),
        ("site:me@.acme.example", Value("site", "acme.example")),
        ("site:*.acme.example", Value("site", "acme.example")),
        ("site:München.example", Value("site", "münchen.example")),
        ("site:xn--mnchen-3ya.example", Value("site", "münchen.example")),
        ("-title:a b", And((Not(word("a", "title")), B))),
        ('author:"-jane"', Value("author", "-jane")),
        ("lang:(en OR pt-BR)", Or((Value("lang", "en"), Value("lang", "pt-br")))),
        ("likes:5", Numbers("likes", 5, 5)),
        ("likes:>10", Numbers("likes", 10, None, low_in=False)),
        ("likes:> 10", Numbers("likes", 10, None, low_in=False)),
        ("likes:>=10", Numbers("likes", 10)),
        ("likes:<3", Numbers("likes", None, 3, high_in=False)),
        ("rating:[1 TO 2.5]", Numbers("rating", 1, 2.5)),
        ("followers:[1000 TO *]", Numbers("followers", 1000)),
        ("followers:[* TO *]", Numbers("followers")),
        ("likes:(<3 OR >10)", Or((Numbers("likes", None, 3, high_in=False), Numbers("likes", 10, low_in=False)))),
        ("published:>2026-01-31", Days("published", date(2026, 2, 1))),
        ("published:<=2026-01-31", Days("published", None, date(2026, 1, 31))),
        ("published:<2026-01-31", Days("published", None, date(2026, 1, 30))),
        ("published:[2026-01-01 TO 2026-01-31]", Days("published", date(2026, 1, 1), date(2026, 1, 31))),
        ("age:<4h", Numbers("age", None, 14400, high_in=False)),
        ("age:[1d TO 2w]", Numbers("age", 86400, 1209600)),
        ("AND-gate 12:30", And((phrase("and gate"), phrase("12 30")))),
        ("a and b", And((A, word("and"), B))),
        ("author:a: author:0", And((Value("author", "a:"), Value("author", "0")))),
        ("author:&& author:0", And((Value("author", "&&"), Value("author", "0")))),
        ("author:ab:c* author:0", And((Value("author", "ab:c*", True), Value("author", "0")))),
        ("author:(0 OR abc*)", Or((Value("author", "0"), Value("author", "abc*", True)))),
    ],
)
def test_what_a_query_means(text: str, tree: Node) -> None:
    query = parse(text, Use.TOPIC)
    assert query.tree == tree
    assert parse(format(query), Use.TOPIC).tree == query.tree


@settings(max_examples=250)
@given(nodes)
def test_the_canonical_text_means_the_same(tree: Node) -> None:
    text = format(Query("", Use.VIEW, tree))
    again = parse(text, Use.VIEW)
    assert again.tree == tree
    assert format(again) == text


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
@pytest.mark.parametrize("use", Use)
def test_a_field_is_known_where_it_is_known(field: object, use: Use) -> None:
    known = FIELDS[field.name]
    if use in known.known:
        names = uses_fields(parse(known.example, use))
        assert names == ({known.name} if known.name != "hashtag" else set())
    else:
        with pytest.raises(QueryError, match="is not known in"):
            parse(known.example, use)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x" * 20_001, "20,000"),
        ("x" * 1_000_000, "20,000"),
        ("a " * 2_001, "2,000 terms"),
        ("(" * 101 + "a" + ")" * 101, "100 deep"),
        ("(" * 10_000, "100 deep"),
        ("a NEAR/101 b", "100 steps"),
        ("a NEAR/0 b", "1 to 100"),
    ],
)
def test_limits_are_named(text: str, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        parse(text, Use.VIEW)


def test_as_much_as_is_allowed() -> None:
    assert parse("(" * 100 + "a" + ")" * 100, Use.TOPIC).tree == A
    assert isinstance(parse("a " * 2_000, Use.TOPIC).tree, And)
    deep = "".join("(a OR b NOT " for _ in range(100)) + "c" + ")" * 100
    query = parse(deep, Use.VIEW)
    assert parse(format(query), Use.VIEW).tree == query.tree
    assert parse("NOT " * 4_999 + "a", Use.VIEW).tree == Not(A)


@pytest.mark.parametrize("use", [Use.RULE, Use.VIEW, Use.ALERT, Use.KPI])
def test_not_alone_may_stand_everywhere_but_in_a_topic(use: Use) -> None:
    parse("NOT a", use)
    for text in ("NOT a", "-a -b", "NOT (a OR b)", "NOT a OR NOT b", "-lang:en"):
        with pytest.raises(QueryError, match="NOT alone"):
            parse(text, Use.TOPIC)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("AND", ["`AND` has nothing before it."]),
        ("OR AND", ["`OR` has nothing before it.", "`AND` has nothing before it."]),
        ("likes:>", ["Nothing stands behind `>`."]),
        ("likes: >10", ["`likes:` has no value."]),
        (
            "strikes:>2 a",
            ["`strikes:` is not known in an alert, only in rules, views, KPIs, what opens conversations."],
        ),
        (
            "strikes:[1 TO 2]",
            ["`strikes:` is not known in an alert, only in rules, views, KPIs, what opens conversations."],
        ),
        ("likes:>3 foo:}", ["There is no field `foo:`.", "Nothing is open that `}` could close."]),
        ("title:a NEAR text:b", ["NEAR looks within one field, and its sides name different ones."]),
        ("(title:a OR b) NEAR title:c", ["NEAR looks within one field, and its sides name different ones."]),
    ],
)
def test_one_slip_is_told_once(text: str, says: list[str]) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, Use.ALERT)
    assert [slip.says for slip in caught.value.slips] == says


def test_a_field_that_topics_cannot_know_has_a_mend() -> None:
    with pytest.raises(QueryError, match="filter what it finds"):
        parse("acme sentiment:negative", Use.TOPIC)


def test_several_slips_at_once() -> None:
    with pytest.raises(QueryError) as caught:
        parse("ab* AND\nlikes:many (type:tweet", Use.TOPIC)
    places = [(slip.line, slip.column, slip.found) for slip in caught.value.slips]
    assert places == [(1, 1, "`ab*`"), (2, 7, "`many`"), (2, 12, "`(`"), (2, 18, "`tweet`")]


def test_a_message_names_place_and_mend() -> None:
    with pytest.raises(QueryError) as caught:
        parse("acme AND )", Use.TOPIC)
    (slip, *_) = caught.value.slips
    assert (slip.line, slip.column, slip.start, slip.end) == (1, 10, 9, 10)
    assert "No bracket is open" in slip.says
    assert slip.mend
    assert str(caught.value).startswith("Line 1, column 10: found `)`.")


def _never_raises(text: str) -> None:
    for use in Use:
        slips: tuple[Slip, ...] = ()
        try:
            query = parse(text, use)
        except QueryError as error:
            slips = error.slips
            message = str(error)
        else:
            assert parse(format(query), use).tree == query.tree
            continue
        assert slips
        assert message
        assert all(0 <= slip.start <= slip.end <= len(text) for slip in slips)


SPECIAL = st.sampled_from(
    (
        "AND ", " OR ", "NOT ", " NEAR/3 ", "NEAR", "(", ")", '"', "~2", "*", "?", "{", "}", "[", "]", " TO ", ":", ">",
        "-", "a", "rocket", "title:", "likes:", "raw:", "site:", "published:", "age:", "author:", "links:", "hashtag:",
        "4h", "5", "#", "@", "東", "🇩🇪", "\u0301", "\u200d", "\\", "\n", "\x00", "\ud800", "ﬁ", "“", "½",
        "\uff02", "\uff08", "ﷺ", "ß", "xn--mnchen-3ya", "https://a.example/",
    )
)  # fmt: skip


@settings(max_examples=1000)
@given(st.one_of(st.text(max_size=40), st.lists(SPECIAL, max_size=14).map("".join)))
def test_no_text_breaks_the_parser(text: str) -> None:
    _never_raises(text)


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        ")",
        '"',
        "{",
        "[",
        "a ",
        "a*",
        "NOT ",
        "-",
        "a:",
        "?",
        "NEAR/5 ",
        "a NEAR/5 ",
        "(a) NEAR ",
        "a NEAR/2 title:x ",
        "\x00",
        "#",
        "~1",
        '"a"~',
        "ᄀ",
        "\\",
        "a b OR ",
        '"*?',
    ],
)
def test_long_texts_are_answered(piece: str) -> None:
    _never_raises((piece * 20_000)[:20_000])
    assert sys.getrecursionlimit() <= 3_000  # nothing was raised to get here
