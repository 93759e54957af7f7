"""Leases: one post never goes to two people, none is lost; whatever changes a post's decision moves it in the queue."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubbub.moderate import actions, opinions
from hubbub.store import queue
from hubbub.store.models import Decision, Member, Post, Role, Skip, Waiting
from hubbub.store.queue.install import install
from hubbub.ui.api import Refusal
from tests.world import NOON, World, make_member, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def posts(world: World) -> list[Post]:
    source = make_source(world.acme)
    return [make_post(source, f"number {number}", number, decision="queued") for number in range(1, 6)]


@pytest.fixture
def people(world: World) -> list[Member]:
    return [world.alice, world.roles[Role.MODERATOR], make_member(world.acme, "mona", Role.MODERATOR)]


def waits() -> list[int]:
    return sorted(Waiting.everywhere.values_list("post_id", flat=True))


def queued() -> list[int]:
    return sorted(Post.everywhere.filter(decision="queued").values_list("pk", flat=True))


def test_the_queue_follows_the_posts_however_they_change(world: World, posts: list[Post]) -> None:
    assert waits() == queued() != []
    Post.everywhere.filter(pk=posts[0].pk).update(decision="approved")
    act = actions.decide(posts[1], Decision.HIDDEN, by=world.alice, why="spam").act
    assert waits() == queued() == [post.pk for post in posts[2:]]
    actions.undo(act, by=world.alice)
    posts[0].decision = "queued"
    Post.everywhere.bulk_update([posts[0]], ["decision"])
    assert waits() == queued() == [post.pk for post in posts]
    Post.everywhere.filter(pk=posts[3].pk).delete()
    assert waits() == queued()


def test_what_was_missed_is_mended(world: World, posts: list[Post]) -> None:
    Skip.everywhere.create(
        workspace=world.acme, waiting=Waiting.everywhere.get(post=posts[1]), member=world.alice, at=NOON
    )
    Waiting.everywhere.filter(post=posts[0]).delete()
    other = make_post(posts[0].source, "decided", 9)
    Waiting.everywhere.create(workspace=world.acme, post=other, since=NOON, due=0)
    install()
    assert waits() == queued()
    assert Skip.everywhere.count() == 1


def test_each_gets_another(posts: list[Post], people: list[Member]) -> None:
    given = [queue.claim(member, NOON) for member in people]
    assert [row.post_id for row in given if row] == [post.pk for post in posts[:3]]
    again = queue.claim(people[0], NOON)
    assert again
    assert again.post_id == posts[0].pk, "what one has open comes back first"
    assert not queue.hold(Waiting.everywhere.get(post=posts[1]), people[0], NOON)
    queue.release(people[1])
    assert queue.hold(Waiting.everywhere.get(post=posts[1]), people[0], NOON)


@pytest.mark.parametrize(("minutes", "kept"), [(4, True), (6, False)])
def test_a_lease_ends(posts: list[Post], people: list[Member], minutes: int, kept: bool) -> None:
    queue.claim(people[0], NOON)
    later = NOON + timedelta(minutes=minutes)
    row = queue.claim(people[1], later)
    assert row
    assert (row.post_id != posts[0].pk) is kept
    assert queue.renew(posts[0].pk, people[0], later) is kept


def test_who_asked_for_another_opinion_is_not_given_it(posts: list[Post], people: list[Member]) -> None:
    opinions.ask(posts[0], by=people[0], note="Is this satire?", decision=Decision.REMOVED)
    first, second = queue.claim(people[0], NOON), queue.claim(people[1], NOON)
    assert first
    assert second
    assert (first.post_id, second.post_id) == (posts[1].pk, posts[0].pk)
    with pytest.raises(Refusal, match="You asked for a second opinion"):
        actions.decide(posts[0], Decision.REMOVED, by=people[0], why="spam")
    actions.decide(posts[0], Decision.APPROVED, by=people[1])
    told = posts[0].opinions.get()
    assert (told.decided, told.decided_by) == ("approved", str(people[1]))


def test_a_question_taken_back(posts: list[Post], people: list[Member]) -> None:
    opinion = opinions.ask(posts[0], by=people[0])
    assert opinions.ask(posts[0], by=people[0]) == opinion, "twice is once"
    with pytest.raises(Refusal, match="Only who asked"):
        opinions.withdraw(opinion, by=people[1])
    opinions.withdraw(opinion, by=people[0])
    assert actions.decide(posts[0], Decision.APPROVED, by=people[0]).post.decision == "approved"


def test_nobody_else_to_ask(world: World) -> None:
    post = make_post(make_source(world.bravo), decision="queued")
    with pytest.raises(Refusal, match="Nobody else"):
        opinions.ask(post, by=world.bob)


# what several people do, in any order: (who, what, which of the posts, minutes that pass)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["claim", "claim", "decide", "release", "skip", "renew", "wait"]),
        st.integers(0, 4),
        st.integers(0, 4),
    ),
    max_size=40,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(STEPS)
def test_no_post_goes_to_two_and_none_is_lost(
    world: World, posts: list[Post], people: list[Member], steps: list[tuple[int, str, int, int]]
) -> None:
    with undone():
        open_now: dict[int, tuple[int, object]] = {}  # post → who was given it, and until when
        now, skipped = NOON, set()
        for who, what, which, minutes in steps:
            member, post = people[who], posts[which]
            mine = open_now.get(post.pk, (None, NOON))[0] == who
            match what:
                case "claim":
                    row = queue.claim(member, now)
                    held = {pk for pk, (_, until) in open_now.items() if until >= now}
                    if row is None:
                        left = set(queued()) - {pk for pk in held if open_now[pk][0] != who}
                        assert not left - {pk for by, pk in skipped if by == who}, "something free was not given"
                    else:
                        holder, until = open_now.get(row.post_id, (who, now))
                        assert holder == who or until < now, "given to two at once"
                        assert (who, row.post_id) not in skipped
                        open_now[row.post_id] = (who, now + queue.LEASE)
                case "decide" if mine:
                    actions.decide(post, Decision.APPROVED, by=member)
                    open_now.pop(post.pk)
                case "release":
                    queue.release(member)
                    open_now = {pk: held for pk, held in open_now.items() if held[0] != who}
                case "skip" if mine and post.pk in queued():
                    row = Waiting.everywhere.get(post=post)
                    Skip.everywhere.create(workspace=world.acme, waiting=row, member=member, at=now)
                    queue.release(member, post.pk)
                    skipped.add((who, post.pk))
                    open_now.pop(post.pk)
                case "renew" if mine and post.pk in queued():
                    assert queue.renew(post.pk, member, now)
                    open_now[post.pk] = (who, now + queue.LEASE)
                case "wait":
                    now += timedelta(minutes=minutes)
        assert waits() == queued()
        later = now + queue.LEASE + timedelta(seconds=1)
        Skip.everywhere.all().delete()
        left = waits()
        assert sorted(row.post_id for row in takes(people[0], later)) == left, (
            "after the leases ran out all that waits can be had"
        )


def takes(member: Member, now: object) -> Iterator[Waiting]:
    """All that one person gets, one after the other."""
    while row := queue.claim(member, now):
        yield row
        actions.decide(Post.everywhere.get(pk=row.post_id), Decision.APPROVED, by=member)


class undone:
    """What happens inside leaves no trace."""

    def __enter__(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, *_: object) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
