"""Reading comments from a made-up site that changes while it is read: no gap, no repeat."""

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.connectors import Batch, wordpress
from hubbub.connectors._wordpress_site import Comment, Me, Text
from hubbub.connectors.wordpress import _fetch


class MadeUp:
    """Comments by number, some of them closed to us, as `Site.comments` would give them."""

    address, host, signed_in = "https://made.up", "made.up", True

    def __init__(self, many: int) -> None:
        self.rows = dict.fromkeys(range(1, many + 1), "approved")
        self.next = many + 1

    def me(self) -> Me:
        return Me(1)  # who may moderate, and publish nothing

    def write(self, many: int) -> None:
        for _ in range(many):
            self.rows[self.next] = "hold"
            self.next += 1

    def comments(self, *, order: str, offset: int = 0, many: int = 0, **_: object) -> tuple[list[Comment], int]:
        numbers = sorted(self.rows, reverse=order == "desc")[offset : offset + (many or wordpress.PAGE)]
        visible = [number for number in numbers if self.rows[number] != "closed"]
        return [
            Comment(id=number, post=1, status=self.rows[number], content=Text(raw=f"text {number}"))
            for number in visible
        ], len(self.rows)


def read_on(site: Any, cursor: str) -> Batch:
    return _fetch(site, cursor)


def read_all(site: MadeUp, cursor: str = "") -> tuple[list[str], str]:
    seen: list[str] = []
    while True:
        batch = read_on(site, cursor)
        seen += [post.id for post in batch.posts]
        cursor = batch.cursor
        if not batch.more:
            return seen, cursor


CHANGE = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 30)),
    st.tuples(st.just("delete"), st.integers(0, 200)),
    st.tuples(st.just("close"), st.integers(0, 200)),
)


@settings(max_examples=100)
@given(st.integers(0, 60), st.lists(st.lists(CHANGE, max_size=4), max_size=12))
def test_no_gap_and_no_repeat_while_the_site_changes(many: int, turns: list[list[tuple[str, int]]]) -> None:
    """With small pages, so that their seams are where the changes are."""
    with patch.multiple(wordpress, PAGE=10, OVERLAP=4, WATCHED=50):
        _live_through(many, turns)


def _live_through(many: int, turns: list[list[tuple[str, int]]]) -> None:
    site, cursor = MadeUp(many), ""
    seen: list[str] = []
    lost: set[str] = set()
    more = True
    for turn in [*turns, *[[]] * 100]:
        if not turn and not more:
            continue
        for kind, number in turn:
            if kind == "write":
                site.write(number)
            elif number in site.rows:
                lost.add(str(number))
                if kind == "delete":
                    del site.rows[number]
                else:
                    site.rows[number] = "closed"
        batch = read_on(site, cursor)
        seen += [post.id for post in batch.posts]
        cursor, more = batch.cursor, batch.more
    seen += [ident for _ in range(8) for ident in read_all(site, cursor)[0]]
    assert len(seen) == len(set(seen))
    assert set(map(str, site.rows)) - lost <= set(seen)


@pytest.mark.parametrize("many", [0, 1, 99, 100, 101, 200, 201, 999, 1000, 1001, 1234])
def test_all_come_once_in_order(many: int) -> None:
    site = MadeUp(many)
    seen, cursor = read_all(site)
    assert seen == [str(number) for number in range(1, many + 1)]
    for _ in range(15):  # every older page has its turn
        batch = read_on(site, cursor)
        assert (batch.posts, batch.gone, batch.more) == ((), (), False)
        cursor = batch.cursor
    assert len(cursor) < 25_000


@pytest.mark.parametrize("number", [1300, 1250, 1101, 700, 350])
def test_changes_among_the_newest_thousand_are_seen(number: int) -> None:
    site = MadeUp(1300)
    cursor = read_all(site)[1]
    site.rows[number] = "spam"
    seen, gone = [], []
    for _ in range(10):
        batch = read_on(site, cursor)
        seen += [(post.id, post.state) for post in batch.posts]
        cursor = batch.cursor
    assert seen == [(str(number), "spam")]
    del site.rows[number]
    for _ in range(10):
        batch = read_on(site, cursor)
        gone += batch.gone
        cursor = batch.cursor
    assert gone == [str(number)]


def test_any_cursor_goes_on() -> None:
    """From every cursor on the way the rest comes, and nothing that came before."""
    site = MadeUp(530)
    cursors, seen, cursor = [""], [0], ""
    while True:
        batch = read_on(site, cursor)
        cursor = batch.cursor
        cursors.append(cursor)
        seen.append(seen[-1] + len(batch.posts))
        if not batch.more:
            break
    for start, count in zip(cursors, seen, strict=True):
        assert read_all(site, start)[0] == [str(number) for number in range(count + 1, 531)]
