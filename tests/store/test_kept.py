"""What is kept of counts: in a large workspace only, for its own things only, until somebody asks anew."""

from collections.abc import Iterator
from itertools import count

import pytest

from hubbub.store import kept
from hubbub.store.models import Workspace
from tests.world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def counts(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """1, 2, 3 … in a workspace whose three posts are many."""
    monkeypatch.setattr(kept, "FEW", 2)
    source = make_source(world.acme)
    for number in range(3):
        make_post(source, number=number)
    return count(1)


def keep(workspace: Workspace, counts: Iterator[int], *what: object, fresh: bool = False) -> int:
    return kept.keep(workspace, what, lambda: next(counts), fresh=fresh)


def test_the_same_question_is_counted_once(world: World, counts: Iterator[int]) -> None:
    assert [keep(world.acme, counts, "people", 1) for _ in range(3)] == [1, 1, 1]
    assert keep(world.acme, counts, "people", 2) == 2
    assert keep(world.acme, counts, "people", 1, fresh=True) == 3
    assert keep(world.acme, counts, "people", 1) == 3


def test_few_posts_are_counted_for_every_page(
    world: World, counts: Iterator[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "FEW", 3)
    assert [keep(world.acme, counts, "people") for _ in range(3)] == [1, 2, 3]


def test_nothing_is_kept_of_another_workspace(world: World, counts: Iterator[int]) -> None:
    source = make_source(world.bravo)
    for number in range(3):
        make_post(source, number=number)
    assert (keep(world.acme, counts, "people"), keep(world.bravo, counts, "people")) == (1, 2)


def test_a_changed_topic_asks_for_a_new_count(world: World, counts: Iterator[int]) -> None:
    assert keep(world.acme, counts, "people") == 1
    world.acme.plan_changed()
    world.acme.refresh_from_db()
    assert keep(world.acme, counts, "people") == 2


def test_what_is_too_old_is_counted_anew(world: World, counts: Iterator[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MINUTES", 0)
    assert [keep(world.acme, counts, "people") for _ in range(2)] == [1, 2]


def test_each_test_has_its_own(world: World, counts: Iterator[int]) -> None:
    """Workspaces of tests have the same numbers; nothing of the tests above is left for this one."""
    assert keep(world.acme, counts, "people") == 1
