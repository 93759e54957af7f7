"""Rules that act too often are stopped in the very batch, queue instead, and are started again by a person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.connectors import Batch
from hubbub.core.breaker import FLOOR_HOUR
from hubbub.core.post import Author
from hubbub.core.post import Post as Shape
from hubbub.engine.take_in import take_in
from hubbub.moderate import breaker_actions
from hubbub.moderate.batches_queries import meter
from hubbub.store import deeds
from hubbub.store.audit import audit
from hubbub.store.models import Audit, Breaker, Deed, Outbox, Post, Rule, Sanction, Source
from hubbub.ui.api import Refusal
from tests.world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme)


@pytest.fixture
def rule(world: World) -> Rule:
    made = Rule.everywhere.create(
        workspace=world.acme, name="Pills", when="pills", then="hide", state="live", because="Pills"
    )
    world.acme.plan_changed()
    return made


def read(source: Source, first: int, number: int, **more: object) -> None:
    posts = [Shape(str(one), f"pills {one}", **more) for one in range(first, first + number)]
    take_in(source, Batch(posts, str(first)), now=timezone.now())


def fates() -> dict[str, int]:
    found: dict[str, int] = {}
    for decision in Post.everywhere.values_list("decision", flat=True):
        found[decision] = found.get(decision, 0) + 1
    return found


@pytest.mark.parametrize(
    ("hour", "day", "batches", "acted"),
    [
        (5, None, [3, 3], 5),  # in the middle of the second batch
        (None, 4, [9], 4),
        (7, None, [7], 7),  # reached, not overshot
        (None, None, [9], 9),
    ],
)
def test_caps_hold_to_the_post(
    world: World, source: Source, rule: Rule, hour: int | None, day: int | None, batches: list[int], acted: int
) -> None:
    breaker_actions.set_caps(rule, by=world.alice, hour=hour, day=day)
    first = 1
    for number in batches:
        read(source, first, number)
        first += number
    total = first - 1
    assert fates() == {name: n for name, n in (("hidden", acted), ("queued", total - acted)) if n}
    assert Outbox.everywhere.filter(verb="hide").count() == Deed.everywhere.count() == acted
    stopped = Breaker.everywhere.get(rule=rule).stopped is not None
    assert stopped is (acted < total)
    why = Audit.everywhere.filter(noun="post", verb="queue").values_list("why", flat=True)
    assert all(text.startswith("The rule “Pills” was stopped: it acted") for text in why)
    assert Audit.everywhere.filter(noun="rule", verb="stop", by_name="Circuit breaker").count() == stopped


def test_a_stopped_rule_is_told_of_and_started_again(world: World, source: Source, rule: Rule) -> None:
    breaker_actions.set_caps(rule, by=world.alice, hour=2, day=None)
    read(source, 1, 3)
    page = world.client().get("/w/acme/engage/").content.decode()
    assert "was stopped: it acted 2 times in an hour, which is its cap" in page
    with pytest.raises(Refusal, match="Say why"):
        breaker_actions.restart(rule, by=world.alice, why=" ")
    breaker_actions.restart(rule, by=world.alice, why="a sale of pills: that is fine")
    assert "was stopped" not in world.client().get("/w/acme/engage/").content.decode()
    read(source, 4, 2)
    assert fates() == {"hidden": 4, "queued": 1}  # what it did before no longer counts
    with pytest.raises(Refusal, match="is not stopped"):
        breaker_actions.restart(rule, by=world.alice, why="again")


def test_far_above_its_replayed_rate(world: World, source: Source, rule: Rule) -> None:
    breaker_actions.keep_replayed(rule, rule.version, 0.5)
    read(source, 1, FLOOR_HOUR + 5)
    assert fates() == {"hidden": FLOOR_HOUR, "queued": 5}
    assert "by its replay less than one would be usual" in Breaker.everywhere.get().stopped_why


def test_the_replay_of_another_version_says_nothing(world: World, source: Source, rule: Rule) -> None:
    breaker_actions.keep_replayed(rule, rule.version + 1, 0.5)
    read(source, 1, FLOOR_HOUR + 5)
    assert fates() == {"hidden": FLOOR_HOUR + 5}


def test_far_above_its_own_past_weeks(world: World, source: Source, rule: Rule) -> None:
    from django.db import transaction

    now = timezone.now()
    post = make_post(source, "old pills", 900)
    with transaction.atomic():
        entry = audit(post, "hide", by=rule)
    batch = deeds.of_rule(rule, now)
    deeds.save([deeds.deed(batch, entry, verb="hide", post=post) for _ in range(27 * 24 * 2)])
    for at, pk in enumerate(Deed.everywhere.order_by("pk").values_list("pk", flat=True)):
        Deed.everywhere.filter(pk=pk).update(at=now - timedelta(days=28) + timedelta(minutes=at * 30))
    seen = meter(rule, now)
    assert seen.limits.rate == pytest.approx(2, rel=0.05)
    assert seen.limits.rate_from == "its past weeks"
    assert seen.unusual_hour is not None
    read(source, 1, seen.unusual_hour + 3)
    assert fates() == {"": 1, "hidden": seen.unusual_hour, "queued": 3}


@pytest.mark.parametrize(
    ("then", "can", "decision", "state", "asked", "sanctioned"),
    [
        ("warn", ["warn"], "", "visible", ["warn"], ["warn"]),
        ("mute", ["mute", "hide"], "hidden", "hidden", ["hide", "mute"], ["mute"]),
        ("ban", ["ban", "remove"], "removed", "removed", ["remove", "ban"], ["ban"]),
        ("ban", ["remove"], "queued", "visible", [], []),
        ("label", ["label"], "", "visible", ["label"], []),
        ("label", [], "", "visible", [], []),
    ],
)
def test_what_rules_do_to_people(
    world: World, rule: Rule, then: str, can: list[str], decision: str, state: str, asked: list[str],
    sanctioned: list[str],
) -> None:  # fmt: skip
    source = make_source(world.acme, "Forum", can=can)
    Rule.everywhere.update(then=then, label="promo", lasts=24)
    world.acme.plan_changed()
    read(source, 1, 1, author=Author("carol"))
    post = Post.everywhere.get()
    assert (post.decision, post.state) == (decision, state)
    assert list(Outbox.everywhere.order_by("pk").values_list("verb", flat=True)) == asked
    assert [one.verb for one in Sanction.everywhere.all()] == sanctioned
    for one in Sanction.everywhere.all():
        assert (one.rule, one.until is not None) == (rule, then != "warn")
    assert Deed.everywhere.count() == len(asked)


def test_our_own_account_is_never_banned(world: World, rule: Rule) -> None:
    source = make_source(world.acme, "Forum", can=["ban", "remove"], account="us")
    Rule.everywhere.update(then="ban")
    world.acme.plan_changed()
    read(source, 1, 2, author=Author("us"))
    assert not Sanction.everywhere.exists()
    assert not Outbox.everywhere.exists()


def test_one_ban_for_two_posts_of_one_batch(world: World, rule: Rule) -> None:
    source = make_source(world.acme, "Forum", can=["ban", "remove"])
    Rule.everywhere.update(then="ban")
    world.acme.plan_changed()
    read(source, 1, 2, author=Author("carol"))
    assert Sanction.everywhere.count() == 1
    assert sorted(Outbox.everywhere.values_list("verb", flat=True)) == ["ban", "remove", "remove"]
