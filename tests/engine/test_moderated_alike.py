"""The stream, the replay, the search and the command say the same of the same posts in the same order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hubbub.connectors import Batch
from hubbub.connectors.files import Line
from hubbub.core import query as language
from hubbub.core.plan import Plan
from hubbub.core.post import Author, Post
from hubbub.core.replay import Looked, Replay
from hubbub.core.rules import Verdict as Said
from hubbub.core.stages import Ready
from hubbub.engine import plans, replaying
from hubbub.engine.moderating import answered
from hubbub.engine.take_in import take_in
from hubbub.moderate import actions
from hubbub.store import models, search
from hubbub.store.models import Decision, Rule, Source, Verdict, WordList
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

BEGAN = datetime(2026, 9, 1, tzinfo=UTC)
RULES = (
    ("Often", "posts_24h:>2", "queue", "live"),
    ("Words", "list:bad", "remove", "live"),
    ("Rude", "red AND list:plain", "hide", "live"),
    ("Offender", "removed_share:>0.3", "hide", "live"),
    ("Same", "same_links:>=1", "label", "live"),
    ("Own", "has:link AND self_promotion:>0.25", "queue", "shadow"),
    ("Struck", "strikes:>0", "ban", "live"),
    ("New", "account_age:<2d AND red", "warn", "live"),
    ("Fine", "red AND NOT posts_24h:>1", "approve", "live"),
)
PIECES = (
    *("red", "blue", "v1agra", "v i a g r a", "damn", "great zebraworks", "love it"),
    *("https://zebraworks.example/a?utm_source=x", "https://zebraworks.example/b#c", "www.other.example/x", "has some"),
)


class Written(NamedTuple):
    """One post as drawn: which of the sources, which of the authors, how long after the one before it."""

    source: int
    author: int | None
    hours: float
    text: str
    batch_ends: bool
    decision: str  # by a person, on one of the posts so far, after the batch


writings = st.lists(
    st.builds(
        Written,
        st.integers(0, 1),
        st.sampled_from((None, 0, 0, 0, 1, 2)),
        st.sampled_from((0.0, 0.5, 6.0, 24.0, 300.0)),
        st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map(" ".join),
        st.booleans(),
        st.sampled_from(("", "", "approved", "removed", "undo")),
    ),
    max_size=24,
)


@pytest.fixture
def sources(world: World) -> list[Source]:
    WordList.everywhere.create(workspace=world.acme, name="Bad", entries="viagra\n\n", seen_through=True)
    WordList.everywhere.create(workspace=world.acme, name="plain", entries="damn\nlove it")
    for place, (name, when, then, state) in enumerate(RULES):
        Rule.everywhere.create(
            workspace=world.acme, name=name, when=when, then=then, state=state, because=name, position=place, label="x"
        )
    world.acme.plan_changed()
    return [make_source(world.acme, name, settings={"url": f"https://{name}.example.org"}) for name in ("one", "two")]


def posts_of(written: Sequence[Written]) -> list[Post]:
    moment, posts = BEGAN, []
    for number, one in enumerate(written):
        moment += timedelta(hours=one.hours)
        created = BEGAN if one.author == 0 else None
        author = None if one.author is None else Author(f"a{one.author}", f"a{one.author}", created=created)
        posts.append(Post(f"{number:03}", one.text, author=author, published=moment))
    return posts


def stream(sources: Sequence[Source], written: Sequence[Written], posts: Sequence[Post]) -> None:
    """Taken in by batches of one source, with people deciding in between."""
    held: list[Post] = []
    for number, (one, post) in enumerate(zip(written, posts, strict=True)):
        held.append(post)
        last = number + 1 == len(written)
        if last or one.batch_ends or written[number + 1].source != one.source:
            source = sources[one.source]
            source.refresh_from_db()
            take_in(source, Batch(posts=tuple(held), cursor=""), now=timezone.now())
            held = []
            decide(source, one, posts[number // 2])


def decide(source: Source, one: Written, about: Post) -> None:
    row = models.Post.of(source.workspace).filter(native_id=about.id).first()
    if row is None or not one.decision or row.decision == one.decision:
        return
    last = actions.last_act(row)
    if last is not None and last.by_kind == "member":
        return  # of several words by people the last one counts, as if it had been the first
    if one.decision == "undo":
        if last is not None and last.verb in ("approve", "remove", "hide"):
            actions.undo(last, by=models.Member.of(source.workspace).get(role="admin"))
        return
    actions.decide(row, Decision(one.decision), by=models.Member.of(source.workspace).get(role="admin"), why="so")


Verdicts = dict[str, set[tuple[str, str, bool]]]  # post → (rule, outcome, whether it could not be checked)


def streamed(world: World) -> Verdicts:
    found: Verdicts = {post.native_id: set() for post in models.Post.of(world.acme)}
    for verdict in Verdict.of(world.acme).select_related("post"):
        found[verdict.post.native_id].add((verdict.rule_name, verdict.outcome, verdict.unchecked))
    return found


def replayed(world: World, monkeypatch: pytest.MonkeyPatch, steps: int) -> Verdicts:
    names = dict(models.Post.of(world.acme).values_list("pk", "native_id"))
    found: Verdicts = {}

    def kept(replay: Replay, looked: Looked, verdicts: Sequence[Said], decided: str) -> None:
        found[names[looked.post]] = {(one.name, one.outcome, one.unchecked) for one in verdicts}

    ready = plans.ready(world.acme)
    replay = replaying.begin(world.acme, ready.plan.rules, now=timezone.now(), days=3_000)
    with monkeypatch.context() as patched:
        patched.setattr("hubbub.core.replay.count", kept)
        while replaying.Replaying(world.acme, replay).step(steps):  # put aside and taken up again after every step
            pass
    return found


def commanded(plan: Plan, written: Sequence[Written], posts: Sequence[Post]) -> Verdicts:
    lines = [
        Line(post, f"s{one.source}", number) for number, (one, post) in enumerate(zip(written, posts, strict=True))
    ]
    answers = [one for batch in answered(lines, Ready(plan), timezone.now()) for one in batch]
    return {one.id: {(said.name, said.then, said.unchecked) for said in one.rules} for one in answers}


def searched(world: World, when: str) -> set[str]:
    query = language.parse(when, language.Use.VIEW, plans.ready(world.acme).plan.lists)
    found = search.search(models.Post.of(world.acme), query, now=timezone.now(), workspace=world.acme, size=100)
    rows = list(models.Post.of(world.acme).select_related(*search.WITH))
    assert set(search.matching(rows, query, now=timezone.now())) == {post.pk for post in found.posts}
    return {post.native_id for post in found.posts}


@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(written=writings, merged=st.booleans(), people_decide=st.booleans(), steps=st.sampled_from((1, 3, 100)))
def test_the_same_everywhere(
    sources: list[Source],
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    written: list[Written],
    merged: bool,
    people_decide: bool,
    steps: int,
) -> None:
    if not people_decide:
        written = [one._replace(decision="") for one in written]
    posts = posts_of(written)
    with transaction.atomic():
        if merged:  # each author of the one source is one of the other, too
            for number in range(3):
                person = models.Person.everywhere.create(workspace=world.acme, name=str(number))
                for source in sources:
                    models.Author.everywhere.create(
                        workspace=world.acme, person=person, network=source.network, native_id=f"a{number}",
                        first_seen=BEGAN,
                    )  # fmt: skip
        stream(sources, written, posts)
        said = streamed(world)
        assert replayed(world, monkeypatch, steps) == said
        if not people_decide:
            for name, when, then, _ in RULES:
                held = {ident for ident, verdicts in said.items() if (name, then, False) in verdicts}
                assert searched(world, when) == held, when
        if not merged and not people_decide:
            assert commanded(plans.ready(world.acme).plan, written, posts) == said
        transaction.set_rollback(True)
