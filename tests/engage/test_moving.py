"""Splitting, merging and taking back, in any order with what arrives meanwhile: nothing is lost, and every column says
what the posts say."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hubbub.connectors import Batch
from hubbub.core.post import Author
from hubbub.core.post import Post as Shape
from hubbub.engage import actions, moving, undoing
from hubbub.engine.take_in import take_in
from hubbub.store import answers, outbox
from hubbub.store.models import Audit, Conversation, ConversationStatus, Member, Move, Note, OutboxState, Post, Source
from hubbub.ui.api import Refusal
from tests.world import World, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = timezone.now().replace(microsecond=0)
COLUMNS = ("post_count", "last_post", "author_id", "snippet", "answered", "unanswered")
WHOLE = (*COLUMNS, *moving.MERGED, "merged_into_id")
DONE = ConversationStatus.DONE
OUR = "us"

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink would ask the database for many minutes
number = st.integers(0, 9)
said = st.tuples(number, st.integers(0, 60), st.booleans())  # which earlier one it answers, when, whether we say it
OPS = st.one_of(
    st.tuples(st.just("arrive"), st.lists(said, min_size=1, max_size=4)),
    st.tuples(st.just("done"), number),
    st.tuples(st.just("sent"), number),
    st.tuples(st.just("split"), number, st.integers(1, 30)),
    st.tuples(st.just("merge"), number, number),
    st.tuples(st.just("back"), number),
)


class Gone(Exception):
    """Ends one example: what it saved is taken back."""


@contextmanager
def fresh() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise Gone
    except Gone:
        pass


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme, account=OUR)


def shape(ident: int, minute: int, parent: str, *, ours: bool) -> Shape:
    who = Author(OUR, OUR, "We") if ours else Author(f"c{minute % 3}", f"c{minute % 3}", "Carol")
    when = NOW - timedelta(hours=2) + timedelta(minutes=minute)
    return Shape(id=str(ident), text=f"said {ident}", type="comment", author=who, published=when, parent=parent)


def talks(source: Source) -> list[Conversation]:
    return list(Conversation.of(source.workspace).filter(merged_into=None).order_by("pk"))


def held(row: Conversation, names: tuple[str, ...] = COLUMNS) -> dict[str, object]:
    fresh_row = Conversation.everywhere.get(pk=row.pk)
    return {name: getattr(fresh_row, name) for name in names}


class Play:
    """Plays the operations against the tables."""

    def __init__(self, source: Source, by: Member) -> None:
        self.source, self.by, self.made, self.entries = source, by, 0, []

    def arrive(self, posts: list[tuple[int, int, bool]]) -> None:
        shapes = []
        for parent, minute, ours in posts:
            self.made += 1
            known = self.made - 1
            answers_to = str(known - parent) if known - parent > 0 else ""
            shapes.append(shape(self.made, minute, answers_to, ours=ours))
        self.source.refresh_from_db()
        take_in(self.source, Batch(posts=shapes, cursor=str(self.made)), now=timezone.now())

    def one(self, at: int) -> Conversation | None:
        rows = talks(self.source)
        return rows[at % len(rows)] if rows else None

    def done(self, at: int) -> None:
        if talk := self.one(at):
            actions.set_status(talk, DONE, by=self.by)

    def sent(self, at: int) -> None:
        talk = self.one(at)
        post = talk.posts.filter(ours=False).first() if talk else None
        if post is not None:
            row = outbox.put(post, "reply", by=self.by, text="hello")
            row.state, row.sent = OutboxState.SENT, timezone.now()
            row.save()
            answers.sent(row, now=row.sent)

    def split(self, at: int, mask: int) -> None:
        if talk := self.one(at):
            ids = list(talk.posts.order_by("pk").values_list("pk", flat=True))
            self.move(lambda: [moving.split(talk, [pk for n, pk in enumerate(ids) if mask >> n & 1], by=self.by)[1]])

    def merge(self, at: int, other: int) -> None:
        one, two = self.one(at), self.one(other)
        if one and two:
            self.move(lambda: moving.merge(one, [two], by=self.by))

    def move(self, act) -> None:
        try:
            self.entries += [entry.pk for entry in act()]
        except Refusal:
            return

    def back(self, at: int) -> None:
        if self.entries:
            undoing.undo(self.source.workspace, [self.entries[at % len(self.entries)]], by=self.by)

    def check(self) -> None:
        rows = list(Conversation.of(self.source.workspace))
        assert all(row.posts.count() == 0 for row in rows if row.merged_into_id)
        for row in rows:
            if not row.merged_into_id:
                assert row.posts.filter(ours=False).exists()
            before = held(row)
            answers.recompute(row)
            if row.posts.exists():
                assert held(row) == before
        firsts = Post.of(self.source.workspace).filter(parent="", ours=False)
        assert not firsts.filter(conversation=None).exists()  # nobody is lost


@settings(
    max_examples=20, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(OPS, min_size=3, max_size=14))
def test_any_order(world: World, source: Source, ops: list[tuple[object, ...]]) -> None:
    with fresh():
        play = Play(source, world.alice)
        play.arrive([(0, 1, False), (9, 2, False), (1, 3, False)])
        for name, *given_ in ops:
            getattr(play, str(name))(*given_)
            play.check()


@settings(
    max_examples=10, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(said, min_size=1, max_size=8))
def test_a_batch_is_as_one_by_one(world: World, posts: list[tuple[int, int, bool]]) -> None:
    with fresh():
        found = []
        for at_once in (True, False):
            source = make_source(world.acme, f"Blog {at_once}", account=OUR)
            play = Play(source, world.alice)
            in_order = sorted(posts, key=lambda one: one[1])
            for part in [in_order] if at_once else [[one] for one in in_order]:
                play.arrive(part)
            rows = Conversation.of(world.acme).filter(source=source).order_by("opened", "thread")
            found.append([(row.thread, row.status, held(row)) for row in rows])
        assert found[0] == found[1]


@pytest.mark.parametrize("steps", [[[1, 2, 3, 4]], [[1], [2], [3], [4]], [[1, 2], [3, 4]], [[1], [2, 3], [4]]])
def test_what_answers_ourselves_stands_together(world: World, source: Source, steps: list[list[int]]) -> None:
    """We begin a thread and answer ourselves; then others answer our second post and our first: one thread."""
    said = {1: ("", True), 2: ("1", True), 3: ("2", False), 4: ("1", False)}
    for step in steps:
        shapes = [shape(number, number, said[number][0], ours=said[number][1]) for number in step]
        take_in(source, Batch(posts=shapes, cursor=str(step[-1])), now=timezone.now())
        source.refresh_from_db()
    talk = Conversation.of(world.acme).get()
    assert (talk.thread, sorted(talk.posts.values_list("native_id", flat=True))) == ("1", ["3", "4"])


def snapshot(source: Source) -> dict[int, object]:
    return {
        row.pk: (
            held(row, WHOLE),
            sorted(row.posts.values_list("pk", flat=True)),
            sorted(row.notes.values_list("pk", flat=True)),
            sorted(row.tags.values_list("name", flat=True)),
        )
        for row in Conversation.of(source.workspace).filter(source=source)
    }


@pytest.fixture
def pair(world: World, source: Source) -> list[Conversation]:
    """Two conversations of two comments each, one done with a note and a tag."""
    play = Play(source, world.alice)
    play.arrive([(0, 1, False), (9, 5, False)])
    take_in(source, Batch(posts=[shape(9, 7, "1", ours=False)], cursor="9"), now=timezone.now())
    one, two = talks(source)
    actions.note(two, "ask @alice", by=world.roles[next(iter(world.roles))])
    actions.tag(two, add=["press"], by=world.alice)
    return [one, two]


@pytest.mark.parametrize("done", ["neither", "one", "two", "both"])
def test_merged_and_parted(world: World, source: Source, pair: list[Conversation], done: str) -> None:
    for row, name in zip(pair, ("one", "two"), strict=True):
        if done in (name, "both"):
            actions.set_status(row, DONE, by=world.alice)
    before = snapshot(source)
    entries = moving.merge(pair[0], [pair[1]], by=world.alice, why="the same matter")
    kept = Conversation.everywhere.get(pk=pair[0].pk)
    assert kept.posts.count() == 3
    assert kept.notes.count() == 1
    assert [tag.name for tag in kept.tags.all()] == ["press"]
    assert kept.status == ("done" if done == "both" else "open")
    assert undoing.undo(world.acme, [one.pk for one in entries], by=world.alice) == 1
    assert snapshot(source) == before
    assert undoing.undo(world.acme, [one.pk for one in entries], by=world.alice) == 0


def test_what_comes_later_follows(world: World, source: Source, pair: list[Conversation]) -> None:
    entry = moving.merge(pair[0], [pair[1]], by=world.alice)[0]
    take_in(source, Batch(posts=[shape(20, 20, "2", ours=False)], cursor="20"), now=timezone.now())
    assert Post.of(world.acme).get(native_id="20").conversation_id == pair[0].pk
    undoing.undo(world.acme, [entry.pk], by=world.alice)
    parted = Conversation.everywhere.get(pk=pair[1].pk)
    assert Post.of(world.acme).get(native_id="20").conversation_id == parted.pk
    assert parted.status == "open"


def test_replies_follow_what_was_split_off(world: World, source: Source, pair: list[Conversation]) -> None:
    moved = pair[0].posts.get(native_id="9")
    before = snapshot(source)
    made, entry = moving.split(pair[0], [moved.pk], by=world.alice)
    assert list(made.posts.all()) == [moved]
    assert made.unanswered == moved.published
    take_in(source, Batch(posts=[shape(30, 30, "9", ours=False), shape(31, 31, "1", ours=False)], cursor="30"), now=NOW)
    by_id = dict(Post.of(world.acme).values_list("native_id", "conversation"))
    assert (by_id["30"], by_id["31"]) == (made.pk, pair[0].pk)
    undoing.undo(world.acme, [entry.pk], by=world.alice)
    assert pair[0].posts.count() == 4
    take_in(source, Batch(posts=[shape(32, 32, "30", ours=False)], cursor="32"), now=NOW)
    assert Post.of(world.acme).get(native_id="32").conversation_id == pair[0].pk
    assert len(before) == 2


@pytest.mark.parametrize(
    ("chosen", "says"),
    [([], "at least one post that is not yours"), (["1", "9"], "leave at least one"), (["unknown"], "at least one")],
)
def test_what_cannot_be_split(
    world: World, source: Source, pair: list[Conversation], chosen: list[str], says: str
) -> None:
    ids = list(pair[0].posts.filter(native_id__in=chosen).values_list("pk", flat=True))
    with pytest.raises(Refusal, match=says):
        moving.split(pair[0], ids, by=world.alice)
    assert not Move.everywhere.exists()


def test_what_cannot_be_merged(world: World, pair: list[Conversation]) -> None:
    elsewhere = make_conversation(make_post(make_source(world.acme, "Forum"), number=70))
    for others, says in (
        ([pair[0]], "another conversation"),
        ([elsewhere], "a reply goes to one place"),
        ([make_conversation(make_post(make_source(world.bravo), number=71))], "a reply goes to one place"),
    ):
        with pytest.raises(Refusal, match=says):
            moving.merge(pair[0], others, by=world.alice)
    moving.merge(pair[0], [pair[1]], by=world.alice)
    with pytest.raises(Refusal, match="merged into another"):
        actions.set_status(pair[1], DONE, by=world.alice)
    verbs = set(Audit.of(world.acme).filter(noun="conversation").values_list("verb", flat=True))
    assert {"merge", "merged"} <= verbs
    assert Note.everywhere.get().conversation_id == pair[0].pk
