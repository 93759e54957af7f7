"""Decisions, rules, bulk acts, undos and refusals in any order: the post here, the log and the network agree."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubbub.connectors import Act, Batch, Done, Http
from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Post as Shape
from hubbub.engine import outbox as engine
from hubbub.engine.take_in import take_in
from hubbub.moderate import actions, undoing
from hubbub.store.claim import claim_outbox
from hubbub.store.models import Audit, Decision, Member, Outbox, Post, Role, Rule, Source
from hubbub.store.models import Batch as Bulk
from hubbub.store.outbox import LEADS
from hubbub.ui.api import Refusal
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

CHOICES = (Decision.APPROVED, Decision.HIDDEN, Decision.REMOVED)
STANDS = {Decision.APPROVED: "visible", Decision.HIDDEN: "hidden", Decision.REMOVED: "removed"}
FATES = ("done", "done", "busy", "lost", "refuses")
WORDS = ("hello", "cheap pills", "buy pills now", "nice", "pills", "thanks")  # a rule hides pills
number = st.integers(0, 5)
OPS = st.one_of(
    st.tuples(st.just("decide"), number, st.sampled_from(CHOICES), st.booleans()),
    st.tuples(st.just("bulk"), st.sets(number, min_size=1), st.sampled_from(CHOICES)),
    st.tuples(st.just("undo"), number),
    st.tuples(st.just("undo batch"), number),
    st.tuples(
        st.just("undo rule"),
    ),
    st.tuples(
        st.just("claim"),
    ),
    st.tuples(st.just("deliver"), st.sampled_from(FATES)),
)


@dataclass
class Network:
    """Holds each post's state, and does, is busy, loses its answer or refuses as it is told."""

    holds: dict[str, str] = field(default_factory=dict)
    fate: str = "done"

    def act(self, settings: object, act: Act, http: Http) -> Done:
        if self.fate == "refuses":
            raise Broken("no")
        if self.fate != "busy":
            self.holds[act.post] = LEADS[act.verb]
        if self.fate != "done":
            raise Retry("busy")
        return Done(act.post, state=LEADS[act.verb])

    def find(self, settings: object, act: Act, http: Http) -> Done | None:
        arrived = self.holds[act.post] == LEADS[act.verb]
        return Done(act.post, state=LEADS[act.verb]) if arrived else None


@dataclass
class Play:
    """Plays the operations, and keeps in the simplest way which decision stands."""

    source: Source
    network: Network
    people: tuple[Member, Member]
    posts: list[Post]
    stands: dict[int, str]
    before: dict[int, str] = field(default_factory=dict)  # entry of the log → what stood before it
    held: list[Outbox] = field(default_factory=list)  # being sent right now
    unsure: bool = False  # an answer was lost, and somebody decided before it was found

    def decided(self, done: actions.Decided) -> None:
        self.before[done.act.pk] = self.stands[done.post.pk]
        self.stands[done.post.pk] = done.post.decision

    def decide(self, which: int, decision: Decision, first: bool) -> None:
        by = self.people[not first]
        post = self.posts[which]
        if self.stands[post.pk] == decision:
            return
        self.decided(actions.decide(post, decision, by=by, why="so"))

    def bulk(self, chosen: set[int], decision: Decision) -> None:
        pks = [self.posts[one].pk for one in chosen]
        for done in actions.decide_many(self.source.workspace, pks, decision, by=self.people[0], why="so").decided:
            if self.stands[done.post.pk] != decision:
                self.decided(done)

    def undo(self, which: int) -> None:
        act = actions.last_act(self.posts[which])
        if act is not None and act.verb in ("approve", "hide", "remove"):
            actions.undo(act, by=self.people[0])
            self.stands[act.noun_id] = self.before[act.pk]

    def undo_many(self, wish: undoing.Wish) -> None:
        workspace = self.source.workspace
        last = {post.pk: actions.last_act(post) for post in self.posts}
        mine = {deed.entry_id: deed.post_id for deed in undoing.deeds_of(workspace, wish)}
        try:
            undoing.start(workspace, wish, by=self.people[1], why="all of it")
        except Refusal:
            return
        for post, act in last.items():
            if act is not None and mine.get(act.pk) == post:
                self.stands[post] = self.before[act.pk]

    def claim(self) -> None:
        row = claim_outbox(timezone.now() + timedelta(days=30))
        if row is not None:
            self.held.append(row)

    def deliver(self, fate: str) -> bool:
        if not self.held:
            self.claim()
        if not self.held:
            return False
        row = self.held.pop(0)
        self.network.fate = fate
        self.unsure |= fate == "lost"
        newer = Outbox.everywhere.filter(post=row.post_id, pk__gt=row.pk, state__in=["waiting", "failed"])
        state = engine.deliver(row, Http())
        if state == "broken" and not newer.exists():
            self.stands[row.post_id or 0] = "queued"
        return True


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is written within is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def begin(world: World, network: Network) -> Play:
    source = make_source(world.acme)
    rule = Rule.everywhere.create(
        workspace=world.acme, name="Pills", when="pills", then="hide", state="live", because="Speaks of pills"
    )
    world.acme.plan_changed()
    now = timezone.now()
    given = [Shape(str(at), words, published=now - timedelta(minutes=9 - at)) for at, words in enumerate(WORDS)]
    network.holds.update({post.id: "visible" for post in given})
    take_in(source, Batch(given, "1"), now=now)
    posts = list(Post.everywhere.filter(source=source).order_by("published"))
    play = Play(
        source, network, (world.alice, world.roles[Role.MODERATOR]), posts, {post.pk: post.decision for post in posts}
    )
    for act in Audit.everywhere.filter(noun="post", by_name=rule.name):
        play.before[act.pk] = ""
    return play


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(ops=st.lists(OPS, max_size=25))
def test_all_agree(world: World, monkeypatch: pytest.MonkeyPatch, ops: list[tuple[object, ...]]) -> None:
    network = Network()
    monkeypatch.setattr(engine, "connector", lambda kind: network)
    with taken_back():
        play = begin(world, network)
        for op, *arguments in ops:
            match op:
                case "undo batch":
                    batches = list(Bulk.of(world.acme).filter(kind="bulk"))
                    if batches:
                        play.undo_many(undoing.Wish(batch=batches[int(str(arguments[0])) % len(batches)]))
                case "undo rule":
                    play.undo_many(undoing.Wish(rule=Rule.everywhere.get()))
                case _:
                    getattr(play, str(op))(*arguments)
        while play.deliver("done"):
            pass
        check(play)


def check(play: Play) -> None:
    """Here, in the log and on the network the same."""
    if play.unsure:  # whose answer was lost is found out by the next reading, as the loop does it
        shapes = [Shape(str(at), words, state=play.network.holds[str(at)]) for at, words in enumerate(WORDS)]
        take_in(play.source, Batch(shapes, "2"), now=timezone.now() + timedelta(hours=1))
    for at, post in enumerate(play.posts):
        post.refresh_from_db()
        assert post.state == play.network.holds[str(at)]
        if not play.unsure:
            assert post.decision == play.stands[post.pk]
            assert not Outbox.everywhere.filter(post=post, state__in=["waiting", "failed"]).exists()
        if post.decision in STANDS:
            assert post.state == STANDS[Decision(post.decision)]
