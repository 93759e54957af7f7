"""Groups where many posts are made from one template, and where what was found changes before it is saved."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from hubbub.core.text import sameness as core
from hubbub.store import sameness
from hubbub.store.models import Band, Post
from tests.world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEMPLATE = "Weather report of today from the central station: it is now {} degrees with a wind of {} km/h, stay well"
COPIED = "Win a free holiday in the sun with acme today, simply click the link below"


def weather(number: int) -> str:
    return TEMPLATE.format(1000 + number, 5000 + number)


def test_posts_of_one_template_cost_no_more_than_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[str] = Counter()
    same = core.same

    def counted(one: str, two: str) -> bool:
        asked[one] += 1
        return same(one, two)

    monkeypatch.setattr(core, "same", counted)
    source = make_source(world.acme)
    for batch in range(3):
        numbers = range(batch * 60, batch * 60 + 60)
        said = [sameness.Said(weather(number), NOW + timedelta(seconds=number)) for number in numbers]
        found = sameness.find(world.acme, said)
        ids = [make_post(source, one.text, number).pk for one, number in zip(said, numbers, strict=True)]
        assert sameness.settle(world.acme, found, ids) == [None] * 60
    assert asked
    assert max(asked.values()) <= 2 * sameness.TRIED  # stored posts, and those of the batch
    assert max(Counter(Band.of(world.acme).values_list("key", flat=True)).values()) <= sameness.CROWD


def first_and_found(world: World) -> tuple[Post, sameness.Found]:
    first = make_post(make_source(world.acme), COPIED, published=NOW)
    sameness.join_stored(world.acme, [first])
    found = sameness.find(world.acme, [sameness.Said(COPIED, NOW), sameness.Said(f"{COPIED}!", NOW)])
    assert [like.first for like in found.likes] == [first.pk, first.pk]
    return first, found


def test_a_first_that_was_deleted_meanwhile_is_looked_for_again(world: World) -> None:
    first, found = first_and_found(world)
    ids = [make_post(first.source, COPIED, 2).pk, make_post(first.source, COPIED, 3).pk]
    first.delete()
    assert sameness.settle(world.acme, found, ids) == [None, ids[0]]  # one group, not two


def test_a_first_that_says_something_else_meanwhile_is_left_alone(world: World) -> None:
    first, found = first_and_found(world)
    ids = [make_post(first.source, COPIED, 2).pk, make_post(first.source, COPIED, 3).pk]
    first.text = "Gone"
    first.save()
    sameness.join_stored(world.acme, [first])
    assert sameness.settle(world.acme, found, ids) == [None, ids[0]]
