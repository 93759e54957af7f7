"""Following a list that is shown newest first."""

import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.connectors._newest import Entry, Followed, Line, Read, entry, follow
from hubbub.core.post import Post

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
SIZE = 5


class Listed:
    """What a network holds, shown newest first."""

    def __init__(self) -> None:
        self.posts: dict[int, tuple[int, str]] = {}  # id → minute, text
        self.pinned: set[int] = set()

    def add(self, number: int, minute: int | None = None, text: str = "words") -> None:
        self.posts[number] = (number if minute is None else minute, text)

    def read(self, page: int) -> tuple[list[Entry], bool]:
        order = sorted(
            self.posts, key=lambda number: (number in self.pinned, self.posts[number][0], number), reverse=True
        )
        here = order[(page - 1) * SIZE : page * SIZE]
        return [self.entry(number) for number in here], len(here) < SIZE

    def there(self, key: str) -> bool:
        return int(key) in self.posts

    def entry(self, number: int) -> Entry:
        minute, text = self.posts[number]
        post = Post(str(number), text, published=BEGAN + timedelta(minutes=minute))
        return entry(post, pinned=number in self.pinned)


def all_of(listed: Listed, line: Line, **limits: int) -> tuple[list[Post], list[str], Line]:
    posts: list[Post] = []
    gone: list[str] = []
    for _ in range(100):
        found = follow(line, listed.read, there=listed.there, **limits)
        line = msgspec.json.decode(msgspec.json.encode(found.line), type=Line)  # as a cursor keeps it
        posts += found.posts
        gone += found.gone
        if not found.more:
            return posts, gone, line
    raise AssertionError("no end")


def test_all_come_once_oldest_first_in_small_lots() -> None:
    listed = Listed()
    for number in range(43):
        listed.add(number)
    posts, gone, line = all_of(listed, Line(), most=7)
    assert [post.id for post in posts] == [str(number) for number in range(43)]
    assert gone == []
    assert all_of(listed, line)[:2] == ([], [])


def test_what_is_pinned_above_hides_nothing() -> None:
    """An old post on top of the first page does not make that page reach down to it."""
    listed = Listed()
    for number in range(33):
        listed.add(number)
    listed.pinned = {2, 20}
    posts, _, line = all_of(listed, Line())
    assert len(posts) == 33
    assert all_of(listed, line)[:2] == ([], [])
    listed.pinned = {7}
    listed.add(40)
    posts, gone, line = all_of(listed, line)
    assert ([post.id for post in posts], gone) == (["40"], [])
    del listed.posts[30], listed.posts[7]
    listed.add(20, text="other words")
    told: set[str] = set()
    for _ in range(12):
        posts, gone, line = all_of(listed, line)
        told |= {f"{post.id} changed" for post in posts} | {f"{one} gone" for one in gone}
    assert told == {"30 gone", "7 gone", "20 changed"}


def test_many_of_one_moment() -> None:
    listed = Listed()
    for number in range(23):
        listed.add(number, minute=1)
    posts, _, line = all_of(listed, Line(), most=4)
    assert {post.id for post in posts} == {str(number) for number in range(23)}
    assert len(posts) == 23
    assert all_of(listed, line)[0] == []


@pytest.mark.parametrize("place", [0, 3, 11, 28])
def test_an_edit_and_a_deletion_are_seen_wherever_they_stand(place: int) -> None:
    listed = Listed()
    for number in range(30):
        listed.add(number)
    line = all_of(listed, Line())[2]
    listed.add(place, text="other words")
    del listed.posts[place + 1]
    changed: list[str] = []
    gone: list[str] = []
    for _ in range(8):  # a page in turn
        posts, went, line = all_of(listed, line)
        changed += [post.text for post in posts]
        gone += went
    assert changed == ["other words"]
    assert gone == [str(place + 1)]


def test_what_is_no_longer_watched_is_neither_new_nor_gone() -> None:
    listed = Listed()
    for number in range(60):
        listed.add(number)
    line = all_of(listed, Line(), watched=10)[2]
    assert len(line.seen) == 10
    listed.posts = {number: held for number, held in listed.posts.items() if number > 55}
    for _ in range(5):
        found: Followed = follow(line, listed.read, watched=10)
        line = found.line
        assert found.posts == []
        assert set(found.gone) <= {str(number) for number in range(50, 56)}
    assert set(line.seen) == {str(number) for number in range(56, 60)}


@settings(max_examples=150)
@given(st.integers(0, 10**9))
def test_whatever_happens_we_hold_what_is_there(seed: int) -> None:
    """Posts come (also late ones, dated before others), are edited and deleted while pages are read: after a few
    quiet rounds we hold exactly what the network holds, and were never told of a deletion that was none."""
    chance = random.Random(seed)
    listed, held, line = Listed(), dict[str, str](), Line()
    number = 0

    def happen() -> None:
        nonlocal number
        match chance.choice(["new", "new", "late", "edit", "delete", "nothing"]):
            case "new" | "late" as what:
                number += 1
                listed.add(number, number if what == "new" else max(0, number - chance.randint(1, 12)))
            case "edit" if listed.posts:
                one = chance.choice(list(listed.posts))
                listed.posts[one] = (listed.posts[one][0], f"edited {chance.random()}")
            case "delete" if listed.posts:
                del listed.posts[chance.choice(list(listed.posts))]

    def read(page: int) -> tuple[list[Entry], bool]:
        happen()
        return listed.read(page)

    def round_(reader: Read) -> None:
        nonlocal line
        found = follow(line, reader, there=listed.there, most=chance.choice([2, 250]))
        for one in found.gone:
            assert int(one) not in listed.posts, "told of a deletion that was none"
            held.pop(one, None)
        for post in found.posts:
            held[post.id] = post.text
        line = found.line

    for _ in range(chance.randint(1, 15)):
        round_(read)
    for _ in range(40):
        round_(listed.read)
    assert held == {str(one): text for one, (_, text) in listed.posts.items()}
