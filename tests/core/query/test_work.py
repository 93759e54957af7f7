"""Work in step with the length, counted in calls: the worst shapes that a search found, for parser and places."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from hubbub.core.post import Place, Post
from hubbub.core.query import Index, QueryError, Use, format, parse, read, spans  # noqa: A004

NOW = datetime(2026, 2, 1, tzinfo=UTC)
SHAPES = (
    ")(author:x* ", 'author:x* "', "author:x* ", "ﷺ", '"a b"~3 ', "a NEAR/5 ", "(a) NEAR ", "a NEAR/2 title:x ",
    "title:x NEAR ", "a b OR ", "sentimant:x ", "NOT (", "-", "(", '"*?', '\\',
    "{a} ", "[1 TO ", "ㅎㅏㄴ", '\u0301', "a:", "site:a.b ",
)  # fmt: skip


def _calls(work: Callable[[], object]) -> int:
    """How many functions were entered, C's included."""
    count = 0

    def entered(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(entered)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def _read(text: str) -> None:
    try:
        query = parse(text, Use.VIEW)
    except QueryError as error:
        str(error)
    else:
        format(query)


@pytest.mark.parametrize("piece", SHAPES)
def test_the_parser_works_in_step_with_the_length(piece: str) -> None:
    _read("warm up")
    short, long = ((piece * 20_000)[:size] for size in (1_500, 6_000))
    few = _calls(lambda: _read(short))
    many = _calls(lambda: _read(long))
    assert many <= 6 * few + 500  # four times as long


@pytest.mark.parametrize(
    "query",
    [
        '"aaa aaa aaa"~100',
        '"aaa aaa bbb"~100',
        '"aaa* aaa aaa? #aaa aaa"~20',
        '"' + "aaa " * 300 + '"',
        "aaa NEAR/100 aaa",
        '(aaa* OR aaa?) NEAR/3 "aaa aaa"',
        '"aaa aaa"~9 NEAR/9 "aaa bbb"~30',
        "links:a.example",
        "site:a.example aaa",
    ],
)
def test_a_flooded_text_costs_what_it_is_long(query: str) -> None:
    asked = parse(query, Use.VIEW)
    index = Index([("key", asked)])

    def work(size: int) -> None:
        text = "aaa #aaa bbb https://a.example/x " * (size // 4)
        reading = read(Post(id="1", text=text), Place())
        index.match(reading, now=NOW)
        spans(asked, reading, now=NOW)

    work(40)
    few, many = _calls(lambda: work(1_000)), _calls(lambda: work(4_000))
    assert many <= 6 * few + 500
