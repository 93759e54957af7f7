"""Strikes: after any order of decisions, sanctions, undos and ends, the points are those that the log gives."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubbub.connectors import Batch
from hubbub.core import query as language
from hubbub.core.plan import RulePlan
from hubbub.core.policies import Guideline
from hubbub.core.post import Author as Written
from hubbub.core.post import Post as Shape
from hubbub.engine import replaying
from hubbub.engine.take_in import take_in
from hubbub.moderate import actions, sanctions, undoing
from hubbub.store import policies, search, strikes
from hubbub.store.models import (
    Audit,
    Author,
    Decision,
    Deed,
    Policy,
    Post,
    Rule,
    Sanction,
    Source,
    Strike,
    Workspace,
)
from hubbub.ui.api import Refusal
from tests.world import World, make_author, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

CAN = ["hide", "remove", "restore", "approve", "warn", "mute", "unmute", "ban", "unban"]
POLICIES = {"mild": (1, 30), "grave": (3, 10), "long": (2, 300), "free": (0, 90)}  # points, days
number = st.integers(0, 3)
named = st.sampled_from((None, *POLICIES))
OPS = st.one_of(
    st.tuples(
        st.just("decide"), number, st.sampled_from((Decision.APPROVED, Decision.HIDDEN, Decision.REMOVED)), named
    ),
    st.tuples(st.just("bulk"), st.just(0), st.sampled_from((Decision.HIDDEN, Decision.REMOVED)), named),
    st.tuples(st.just("undo"), number, st.none(), st.none()),
    st.tuples(st.just("undo batch"), number, st.none(), st.none()),
    st.tuples(st.just("treat"), number, st.sampled_from(("warn", "mute", "ban")), named),
    st.tuples(st.just("lift"), number, st.none(), st.none()),
)
Op = tuple[str, int, str | None, str | None]


def make_policies(workspace: Workspace) -> None:
    with transaction.atomic():
        for place, (slug, (points, days)) in enumerate(POLICIES.items(), 1):
            given = Guideline(slug, slug.capitalize(), "Do not.", "", "", points=points, points_days=days)
            policies.add(workspace, given, place, by=policies.STARTED)


@pytest.fixture
def posts(world: World) -> list[Post]:
    """Two by one person under two names, two by another."""
    make_policies(world.acme)
    source = make_source(world.acme, can=CAN, account="us")
    carol, dave = (make_author(world.acme, name, source.network) for name in ("carol", "dave"))
    twin = make_author(world.acme, "carol2", source.network)
    twin.person = carol.person
    twin.save()
    return [make_post(source, f"post {at}", at, author=author) for at, author in enumerate((carol, twin, dave, dave))]


def play(posts: Sequence[Post], op: Op, by: object) -> None:
    what, at, how, slug = op
    post = Post.everywhere.select_related("workspace", "source", "author").get(pk=posts[at].pk)
    policy = Policy.of(post.workspace).filter(slug=slug).first() if slug else None
    try:
        match what:
            case "decide":
                actions.decide(post, Decision(how), by=by, why="because", policy=policy)
            case "bulk":
                pks = [one.pk for one in posts]
                actions.decide_many(post.workspace, pks, Decision(how), by=by, why="because", policy=policy)
            case "undo":
                last = actions.last_act(post)
                if last is not None:
                    actions.undo(last, by=by)
            case "undo batch":
                deed = Deed.of(post.workspace).filter(post=post).order_by("-pk").first()
                if deed is not None:
                    undoing.start(post.workspace, undoing.Wish(batch=deed.batch), by=by, why="a mistake")
            case "treat":
                until = timezone.now() + timedelta(days=1) if how == "mute" else None
                sanctions.treat(post, str(how), by=by, why="because", policy=policy, until=until)
            case "lift":
                found = Sanction.of(post.workspace).filter(post=post).order_by("-pk").first()
                if found is not None:
                    sanctions.lift(found, by=by, why="a mistake")
    except Refusal:
        pass


def recount(workspace: Workspace, at: datetime) -> dict[int, int]:
    """Person → points, slowly, from the log of decisions and sanctions alone."""
    stands: dict[int, list[Audit | None]] = {}  # post → its decisions, the last one standing
    before: dict[int, Audit | None] = {}  # decision → what stood before it
    treated: dict[int, Audit] = {}  # sanction → its beginning
    for entry in Audit.of(workspace).order_by("pk"):
        if entry.noun == "post" and entry.verb in ("hide", "remove", "approve"):
            before[entry.pk] = stands.get(entry.noun_id, [None])[-1]
            stands[entry.noun_id] = [entry]
        elif entry.noun == "post" and entry.verb == "undo":
            undone = int(entry.why.split()[3].rstrip(":"))
            stands[entry.noun_id] = [before[undone]]
        elif entry.noun == "sanction" and entry.verb in ("warn", "mute", "ban"):
            treated[entry.noun_id] = entry
        elif entry.noun == "sanction" and entry.verb == "lift":
            treated.pop(entry.noun_id)
    grounds: dict[int, list[tuple[int, datetime, int]]] = {}
    for post, (entry,) in stands.items():
        if entry is not None and entry.verb != "approve" and entry.after.get("policy"):
            points, days = POLICIES[str(entry.after["policy"])]
            grounds.setdefault(post, []).append((points, datetime.fromisoformat(entry.after["decided"]), days))
    for entry in treated.values():
        if entry.after.get("policy"):
            points, days = POLICIES[str(entry.after["policy"])]
            grounds.setdefault(entry.after["post"], []).append((points, entry.at, days))
    found: dict[int, int] = {}
    for post, some in grounds.items():
        points, since, days = min(some, key=lambda one: (-one[0], one[1]))
        if points and at < since + timedelta(days=days):
            person = Post.everywhere.select_related("author").get(pk=post).author.person_id
            found[person] = found.get(person, 0) + points
    return found


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(ops=st.lists(OPS, max_size=14))
def test_the_points_are_those_of_the_log(world: World, posts: list[Post], ops: list[Op]) -> None:
    with transaction.atomic():
        for op in ops:
            play(posts, op, world.alice)
        people = {post.author.person_id for post in posts}
        for days in (0, 5, 11, 31, 301):
            at = timezone.now() + timedelta(days=days)
            assert strikes.points_of(world.acme, people, at) == recount(world.acme, at), days
        assert not Strike.of(world.acme).filter(withdrawn=None).exclude(post__in=[post.pk for post in posts]).exists()
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("ops", "points"),
    [
        ([("decide", 0, "hidden", "mild")], 1),
        ([("decide", 0, "hidden", "mild"), ("decide", 0, "removed", "grave")], 3),
        ([("decide", 0, "hidden", "mild"), ("treat", 0, "warn", "grave")], 3),
        ([("decide", 0, "hidden", "grave"), ("treat", 0, "warn", "mild")], 3),
        ([("decide", 0, "hidden", "mild"), ("decide", 1, "hidden", "grave")], 4),
        ([("decide", 0, "hidden", "mild"), ("decide", 0, "approved", None)], 0),
        ([("decide", 0, "hidden", "mild"), ("decide", 0, "removed", "grave"), ("undo", 0, None, None)], 1),
        ([("decide", 0, "hidden", "free")], 0),
        ([("bulk", 0, "removed", "mild")], 2),
        ([("bulk", 0, "removed", "mild"), ("undo batch", 0, None, None)], 0),
        ([("treat", 0, "mute", "long"), ("lift", 0, None, None)], 0),
    ],
)
def test_points_of_one_person(world: World, posts: list[Post], ops: list[Op], points: int) -> None:
    for op in ops:
        play(posts, op, world.alice)
    assert strikes.points(posts[0].author.person, timezone.now()) == points


def test_a_mute_whose_time_is_over_keeps_its_strike(world: World, posts: list[Post]) -> None:
    play(posts, ("treat", 0, "mute", "long"), world.alice)
    Sanction.of(world.acme).update(state="done", until=timezone.now() - timedelta(minutes=1))
    assert sanctions.end_due(timezone.now())
    assert strikes.points(posts[0].author.person, timezone.now()) == 2


def test_what_an_appeal_withdrew_is_not_given_again(world: World, posts: list[Post]) -> None:
    play(posts, ("decide", 0, "hidden", "grave"), world.alice)
    with transaction.atomic():
        assert strikes.withdraw(posts[0], by=world.alice, why="The appeal was upheld") is not None
        assert strikes.settle(posts[0], by=world.alice) is None
        assert strikes.withdraw(posts[0], by=world.alice, why="again") is None
    assert strikes.points(posts[0].author.person, timezone.now()) == 0
    play(posts, ("decide", 0, "removed", "mild"), world.alice)  # another decision
    assert strikes.points(posts[0].author.person, timezone.now()) == 1


def test_strikes_follow_where_persons_are_merged(world: World, posts: list[Post]) -> None:
    play(posts, ("decide", 2, "hidden", "long"), world.alice)
    Author.of(world.acme).filter(person=posts[2].author.person).update(person=posts[0].author.person)
    assert strikes.points(posts[0].author.person, timezone.now()) == 2


def test_the_stream_the_replay_and_the_search_count_the_same_strikes(world: World) -> None:
    make_policies(world.acme)
    source: Source = make_source(world.acme, can=CAN, account="us", settings={"url": "https://one.example.org"})
    for place, (name, when, then, policy) in enumerate(
        [("Bad", "bad", "hide", "mild"), ("Worse", "worse", "warn", "grave"), ("Struck", "strikes:>=2", "queue", "")]
    ):
        Rule.everywhere.create(
            workspace=world.acme, name=name, when=when, then=then, state="live", because=name, position=place,
            policy=policy,
        )  # fmt: skip
    world.acme.plan_changed()
    began = timezone.now() - timedelta(days=3)
    texts = (("bad",), ("fine", "bad"), ("fine",), ("worse",), ("fine", "fine"))
    streamed: set[str] = set()
    for at, batch in enumerate(texts):
        shapes = [
            Shape(f"{at}{place}", text, author=Written("a", "a"), published=began + timedelta(hours=at, minutes=place))
            for place, text in enumerate(batch)
        ]
        source.refresh_from_db()
        take_in(source, Batch(posts=tuple(shapes), cursor=""), now=timezone.now())
    held = Post.of(world.acme).filter(verdicts__rule_name="Struck")
    streamed = set(held.values_list("native_id", flat=True))
    assert streamed == {"20", "30", "40", "41"}
    found = search.search(Post.of(world.acme), language.parse("strikes:>=2", language.Use.VIEW), now=timezone.now())
    assert {post.native_id for post in found.posts} == streamed
    replay = replaying.begin(world.acme, [RulePlan(1, "Struck", "strikes:>=2", "queue", "x")], now=timezone.now())
    looked: list[int] = []
    work = replaying.Replaying(
        world.acme, replay, tell=lambda one, out: looked.append(one.post) if out.verdicts else None
    )
    while work.step():
        pass
    assert set(Post.of(world.acme).filter(pk__in=looked).values_list("native_id", flat=True)) == streamed
