"""What a database may be asked: read as a table. That it misses nothing is held by tests/store/test_search_made.py."""

import pytest

from hubbub.core.query import Use, parse
from hubbub.core.query.narrow import MOST_PAIRS, Asked, narrow, patterns
from hubbub.store.fulltext.expression import fts5, loose, tsquery

KNOWN = {"likes": True, "lang": False}  # exactly, roughly; other fields not at all


@pytest.mark.parametrize(
    ("text", "words", "exact"),
    [
        ("acme", '"acme"', True),
        ("acme rocket", '("acme" AND "rocket")', True),
        ("acme OR rocket", '("acme" OR "rocket")', True),
        ("acme -rocket", '("acme" NOT "rocket")', True),
        ("acme -(rocket moon)", '("acme" NOT ("rocket" AND "moon"))', True),
        ("acme -(rocket OR moon)", '("acme" NOT ("rocket" OR "moon"))', True),
        ("-acme", None, False),
        ("-acme -rocket", None, False),
        ("acme OR -rocket", None, False),
        ('"acme rocket"', '"acme rocket"', True),
        ("東京", '"東 京"', True),
        ('title:"acme rocket"', 'title : "acme rocket"', True),
        ("text:acme", 'text : "acme"', True),
        ("#acme", '"acme"', False),
        ("acme -#rocket", '"acme"', False),
        ("{Café}", '"cafe"', False),
        ('"acme red rocket"~2', 'NEAR("acme" "red" "rocket", 3)', False),
        ("acme NEAR/3 rocket", 'NEAR("acme" "rocket", 2)', False),
        ("acme NEAR/3f (red OR blue)", '(NEAR("acme" "red", 2) OR NEAR("acme" "blue", 2))', False),
        ("title:(acme NEAR rocket)", 'title : NEAR("acme" "rocket", 4)', False),
        ("rocket*", '"rocket" *', True),
        ("rock?t", '"rock" *', False),
        ("acme -rock?t", '"acme"', False),
        ('"acme rocket* moon"', '("acme" AND "rocket" * AND "moon")', False),
        ("acme likes:>3", '"acme"', True),
        ("acme -likes:>3", '"acme"', True),
        ("acme lang:en", '"acme"', False),
        ("acme name:jane", '"acme"', False),
        ("acme OR likes:>3", None, False),
        ('acme raw:"C++"', '"acme"', False),
        ("likes:>3 OR likes:<1", None, True),
    ],
)
def test_words(text: str, words: str | None, exact: bool) -> None:
    found = narrow(parse(text, Use.VIEW), lambda leaf, _want: KNOWN.get(getattr(leaf, "field", "")))
    assert (None if found.words is None else fts5(found.words), found.exact) == (words, exact)


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("acme likes:>3", [True]),
        ("acme -likes:>3", [False]),
        ("acme OR likes:>3", []),
        ("-(acme OR likes:>3)", [False]),
    ],
)
def test_fields(text: str, wants: list[bool]) -> None:
    found = narrow(parse(text, Use.VIEW), lambda leaf, _want: KNOWN.get(getattr(leaf, "field", "")))
    assert [found.fields.want] == wants if isinstance(found.fields, Asked) else not wants


@pytest.mark.parametrize(
    ("text", "exactly", "loosely"),
    [
        ('"acme rocket"', "('acme' <-> 'rocket')", "('acme' & 'rocket')"),
        ("title:acme text:rocket", "(('acme':A) & ('rocket':D))", "(('acme') & ('rocket'))"),
        ("rocket*", "'rocket':*", "'rocket':*"),
        (
            "acme NEAR/2 rocket",
            "(('acme') <1> ('rocket') | ('rocket') <1> ('acme') | ('acme') <2> ('rocket') | ('rocket') <2> ('acme'))",
            "(('acme') & ('rocket'))",
        ),
        ("acme NEAR/50 rocket", "(('acme') & ('rocket'))", "(('acme') & ('rocket'))"),
        ("acme -rocket", "(('acme') & !('rocket'))", "('acme')"),
    ],
)
def test_tsquery(text: str, exactly: str, loosely: str) -> None:
    words = narrow(parse(text, Use.VIEW), lambda _leaf, _want: None).words
    assert words is not None
    assert (tsquery(words), loose(words)) == (exactly, loosely)


def test_two_long_lists_near_each_other_are_not_multiplied() -> None:
    left, right = (" OR ".join(f"{letter}{n}" for n in range(MOST_PAIRS // 4)) for letter in "ab")
    words = narrow(parse(f"({left}) NEAR ({right})", Use.VIEW), lambda _leaf, _want: None).words
    assert words is not None
    assert "NEAR" not in fts5(words)


def test_deep_brackets_are_left_to_the_matcher() -> None:
    deep = "acme"
    for level in range(90):
        deep = f"({deep} {'OR' if level % 2 else 'AND'} w{level})"
    found = narrow(parse(deep, Use.VIEW), lambda _leaf, _want: None)
    assert not found.exact
    assert found.words is not None
    assert fts5(found.words).count("(") < 30


def test_patterns() -> None:
    assert patterns(parse("rocket* OR (moon NEAR star?) -rocket* name:jan*", Use.VIEW)) == ["rocket*", "star?"]
