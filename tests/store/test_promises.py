"""What was promised about conversations: by when, paused for how long, and what came of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from hubbub.store import answers, promises, settling
from hubbub.store.models import (
    Conversation,
    Holiday,
    Hours,
    Outbox,
    Post,
    Promise,
    Source,
    Turn,
    Wait,
    Workspace,
)
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ASKED = datetime(2026, 11, 20, 15, 50, tzinfo=UTC)  # Friday, 16:50 in Berlin
MINUTE = timedelta(minutes=1)
OFFICE = ["9:00-12:30, 13:30-17:00"] * 5 + [""] * 2


def make_hours(workspace: Workspace, **more: object) -> Hours:
    given: dict[str, object] = {"name": "Office", "zone": "Europe/Berlin", "week": OFFICE, "standard": True}
    return Hours.everywhere.create(workspace=workspace, **{**given, **more})


def make_promise(workspace: Workspace, **more: object) -> Promise:
    given: dict[str, object] = {"name": "All", "place": 1, "made": ASKED - timedelta(days=30), "first_minutes": 30}
    return Promise.everywhere.create(workspace=workspace, **{**given, **more})


def ask(source: Source, number: int = 1, published: datetime = ASKED, **more: object) -> Post:
    """Somebody asks something, in a conversation of its own."""
    given = {"published": published, "taken": published, "waits": True, "thread": f"thread {number}", **more}
    post = make_post(
        source, "How do I open it?", number, author=make_author(source.workspace, f"carol{number}"), **given
    )
    make_conversation(post, unanswered=published)
    return post


def settle(now: datetime) -> None:
    Conversation.everywhere.update(stirred=True)
    while settling.step(now):
        pass


def talk(post: Post) -> Conversation:
    return Conversation.everywhere.get(pk=post.conversation_id)


def wait_of(post: Post) -> Wait:
    return Wait.everywhere.get(conversation=post.conversation_id)


def turn(post: Post, status: str, at: datetime) -> None:
    """Its status becomes another, at that moment."""
    Conversation.everywhere.filter(pk=post.conversation_id).update(status=status)
    newest = Turn.everywhere.filter(conversation=post.conversation_id).order_by("-id").first()
    assert newest is not None
    assert newest.became == status
    Turn.everywhere.filter(pk=newest.pk).update(at=at)


def answer(post: Post, at: datetime, by: object = None) -> Outbox:
    """We answer from here, and it arrives."""
    row = Outbox.everywhere.create(
        workspace=post.workspace, source=post.source, post=post, verb="reply", key=f"{post.pk} {at}", state="sent",
        by_member=by, by_name=str(by), created=at, due=at, sent=at, result_id=f"answer {at}",
    )  # fmt: skip
    with transaction.atomic():
        answers.sent(row, now=at)
    return row


def test_what_is_asked_on_friday_evening_is_due_on_monday_morning(world: World) -> None:
    promise = make_promise(world.acme, hours=make_hours(world.acme))
    post = ask(make_source(world.acme))
    settle(ASKED + MINUTE)
    due = datetime(2026, 11, 23, 8, 20, tzinfo=UTC)
    assert (talk(post).due, talk(post).promise) == (due, promise)
    assert (wait_of(post).kind, wait_of(post).due, wait_of(post).end) == ("first", due, "running")


def test_the_clock_starts_when_it_was_read_and_not_before_the_promise_was_made(world: World) -> None:
    promise = make_promise(world.acme)
    late = ask(make_source(world.acme), taken=ASKED + 60 * MINUTE)
    settle(ASKED + 61 * MINUTE)
    assert talk(late).due == ASKED + 90 * MINUTE
    Wait.everywhere.all().delete()
    Promise.of(world.acme).update(made=ASKED + 120 * MINUTE)
    settle(ASKED + 121 * MINUTE)
    assert talk(late).due == ASKED + 150 * MINUTE
    assert talk(late).promise == promise


def test_the_first_that_fits_applies(world: World) -> None:
    source = make_source(world.acme)
    urgent = make_promise(world.acme, name="Urgent", place=1, priorities=["urgent"], first_minutes=10)
    boxes = make_promise(world.acme, name="Boxes", place=2, query="box", first_minutes=20)
    rest = make_promise(world.acme, name="Rest", place=3, first_minutes=60)
    posts = [ask(source, number) for number in (1, 2, 3)]
    Post.everywhere.filter(pk=posts[1].pk).update(text="Where is the box?")
    Conversation.everywhere.filter(pk=posts[0].conversation_id).update(priority="urgent")
    settle(ASKED)
    assert [talk(post).promise for post in posts] == [urgent, boxes, rest]
    assert [talk(post).due for post in posts] == [ASKED + number * MINUTE for number in (10, 20, 60)]
    Promise.of(world.acme).filter(pk=urgent.pk).update(retired=ASKED)
    settle(ASKED)
    assert talk(posts[0]).promise == rest


@pytest.mark.parametrize(("after", "end", "took"), [(29, "kept", 29), (30, "kept", 30), (31, "broken", 31)])
def test_what_came_of_it(world: World, after: int, end: str, took: int) -> None:
    make_promise(world.acme)
    post = ask(make_source(world.acme))
    settle(ASKED)
    answer(post, ASKED + after * MINUTE, world.alice)
    settle(ASKED + 40 * MINUTE)
    wait = wait_of(post)
    assert (wait.end, wait.took, wait.by, wait.ended) == (end, took * 60, world.alice, ASKED + after * MINUTE)
    assert (talk(post).due, talk(post).promise) == (None, None)


def test_the_clock_stands_while_we_wait_for_them(world: World) -> None:
    make_promise(world.acme, first_minutes=60, nudge_percent=50)
    post = ask(make_source(world.acme))
    turn(post, "waiting", ASKED + 20 * MINUTE)
    settle(ASKED + 25 * MINUTE)
    assert talk(post).due is None
    assert talk(post).promise is not None
    assert (wait_of(post).left, wait_of(post).nudge) == (40 * 60, None)
    turn(post, "open", ASKED + 120 * MINUTE)
    settle(ASKED + 121 * MINUTE)
    assert talk(post).due == ASKED + 160 * MINUTE
    assert wait_of(post).nudge == ASKED + 130 * MINUTE
    answer(post, ASKED + 150 * MINUTE)
    settle(ASKED + 151 * MINUTE)
    assert (wait_of(post).end, wait_of(post).took, wait_of(post).paused) == ("kept", 50 * 60, 100 * 60)


@pytest.mark.parametrize(("pauses", "due"), [(False, 60), (True, None)])
def test_snoozing_is_no_excuse_unless_the_promise_says_so(world: World, pauses: bool, due: int | None) -> None:
    make_promise(world.acme, first_minutes=60, pauses_snoozed=pauses)
    post = ask(make_source(world.acme))
    turn(post, "snoozed", ASKED + 20 * MINUTE)
    settle(ASKED + 21 * MINUTE)
    assert talk(post).due == (None if due is None else ASKED + due * MINUTE)


def test_what_was_broken_before_it_was_stopped_stays_broken(world: World) -> None:
    make_promise(world.acme)
    post = ask(make_source(world.acme))
    turn(post, "waiting", ASKED + 45 * MINUTE)
    settle(ASKED + 46 * MINUTE)
    assert (talk(post).due, wait_of(post).end) == (ASKED + 30 * MINUTE, "late")


def test_the_next_reply_is_promised_by_itself(world: World) -> None:
    make_promise(world.acme, first_minutes=30, next_minutes=120)
    post = ask(make_source(world.acme))
    settle(ASKED)
    answer(post, ASKED + 10 * MINUTE)
    again = ASKED + 60 * MINUTE
    more = make_post(post.source, "And now?", 2, published=again, taken=again, waits=True, author=post.author)
    Post.everywhere.filter(pk=more.pk).update(conversation=post.conversation_id)
    Conversation.everywhere.filter(pk=post.conversation_id).update(unanswered=again, last_post=again)
    settle(again)  # both at once: nobody looked between
    first, following = Wait.everywhere.filter(conversation=post.conversation_id).order_by("asked")
    assert (first.kind, first.end, first.took) == ("first", "kept", 600)
    assert (following.kind, following.due) == ("next", again + 120 * MINUTE)


def close(post: Post, at: datetime) -> None:
    Post.everywhere.filter(conversation=post.conversation_id).update(waits=None)
    row = Conversation.everywhere.filter(pk=post.conversation_id)
    row.update(closed=at, unanswered=None)
    turn(post, "done", at)


@pytest.mark.parametrize(("after", "end"), [(10, "dropped"), (50, "broken")])
def test_closing_without_an_answer(world: World, after: int, end: str) -> None:
    make_promise(world.acme)
    post = ask(make_source(world.acme))
    settle(ASKED)
    close(post, ASKED + after * MINUTE)
    settle(ASKED + 60 * MINUTE)
    assert (wait_of(post).end, wait_of(post).ended) == (end, ASKED + after * MINUTE)


def test_closing_taken_back_goes_on_as_if_nothing_had_been(world: World) -> None:
    make_promise(world.acme, first_minutes=60)
    post = ask(make_source(world.acme))
    settle(ASKED)
    close(post, ASKED + 10 * MINUTE)
    settle(ASKED + 11 * MINUTE)
    Post.everywhere.filter(pk=post.pk).update(waits=True)
    Conversation.everywhere.filter(pk=post.conversation_id).update(unanswered=ASKED)
    turn(post, "open", ASKED + 20 * MINUTE)
    settle(ASKED + 21 * MINUTE)
    assert (wait_of(post).end, wait_of(post).ended, talk(post).due) == ("running", None, ASKED + 60 * MINUTE)


def test_an_answer_that_came_with_the_question_counts(world: World) -> None:
    make_promise(world.acme)
    post = ask(make_source(world.acme), taken=ASKED + 10 * MINUTE)
    Post.everywhere.filter(pk=post.pk).update(waits=None)
    ours = make_post(post.source, "With the key", 2, published=ASKED + 5 * MINUTE, ours=True)
    Post.everywhere.filter(pk=ours.pk).update(conversation=post.conversation_id)
    Conversation.everywhere.filter(pk=post.conversation_id).update(unanswered=None, answered=ASKED + 5 * MINUTE)
    settle(ASKED + 11 * MINUTE)
    assert (wait_of(post).end, wait_of(post).took, wait_of(post).by) == ("kept", 0, None)
    settle(ASKED + 12 * MINUTE)
    assert Wait.everywhere.count() == 1


def test_an_older_post_that_is_found_later_takes_over(world: World) -> None:
    make_promise(world.acme)
    post = ask(make_source(world.acme))
    settle(ASKED)
    before = ASKED - 30 * MINUTE
    older = make_post(post.source, "Hello?", 2, published=before, taken=ASKED + MINUTE, waits=True, author=post.author)
    Post.everywhere.filter(pk=older.pk).update(conversation=post.conversation_id)
    Conversation.everywhere.filter(pk=post.conversation_id).update(unanswered=before)
    settle(ASKED + 2 * MINUTE)
    assert (wait_of(post).asked, wait_of(post).due) == (before, ASKED + 30 * MINUTE)


def test_hidden_posts_wait_for_nothing(world: World) -> None:
    make_promise(world.acme)
    post = ask(make_source(world.acme))
    settle(ASKED)
    Post.everywhere.filter(pk=post.pk).update(state="hidden")
    settle(ASKED + MINUTE)
    assert (talk(post).due, wait_of(post).end) == (None, "dropped")


@pytest.mark.parametrize("change", ["hours", "promise", "retired"])
def test_what_is_promised_otherwise_is_due_otherwise(world: World, change: str) -> None:
    hours = make_hours(world.acme)
    make_promise(world.acme, hours=hours)
    posts = [ask(make_source(world.acme, name=f"Blog {number}"), number) for number in range(3)]
    settle(ASKED)
    if change == "hours":
        Hours.of(world.acme).update(week=["all day"] * 7)
    elif change == "promise":
        Promise.of(world.acme).update(first_minutes=60)
    else:
        Promise.of(world.acme).update(retired=ASKED)
    promises.changed(world.acme)
    done = _work(ASKED + MINUTE, [promises.resettle, settling.step])
    expected = {"hours": ASKED + 30 * MINUTE, "promise": datetime(2026, 11, 23, 8, 50, tzinfo=UTC), "retired": None}
    assert {talk(post).due for post in posts} == {expected[change]}
    assert done
    assert not promises.resettle(ASKED)


def _work(now: datetime, does: list[Callable[[datetime], bool]]) -> int:
    steps = 0
    while any(one(now) for one in does):
        steps += 1
        assert steps < 20
    return steps


def test_many_are_stirred_in_steps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promises, "STEP", 2)
    source = make_source(world.acme)
    posts = [ask(source, number) for number in range(5)]
    settle(ASKED)
    make_promise(world.acme)
    promises.changed(world.acme)
    assert promises.resettle(ASKED)
    assert Conversation.everywhere.filter(stirred=True).count() == 2
    _work(ASKED, [promises.resettle, settling.step])
    assert {talk(post).due for post in posts} == {ASKED + 30 * MINUTE}


def test_a_promise_whose_query_cannot_be_read_any_more_fits_nothing(world: World) -> None:
    make_promise(world.acme, query="list:gone", place=1)
    rest = make_promise(world.acme, name="Rest", place=2)
    post = ask(make_source(world.acme))
    settle(ASKED)
    assert talk(post).promise == rest


def test_settling_costs_the_same_for_one_and_for_many(world: World, django_assert_max_num_queries: object) -> None:
    make_promise(world.acme, query="open", hours=make_hours(world.acme))
    source = make_source(world.acme)
    for number in range(30):
        ask(source, number)
    settle(ASKED)
    rows = list(Conversation.of(world.acme).select_related("workspace"))
    with django_assert_max_num_queries(14):
        promises.settle(rows, ASKED + MINUTE)


def test_hours_that_are_over_for_good_stop_the_clock_and_nothing_else(world: World) -> None:
    """Only a fair had hours, and it is over: what else waits for the loop is settled all the same."""
    hours = make_hours(world.acme, week=[""] * 7)
    Holiday.everywhere.create(
        workspace=world.acme, hours=hours, day=(ASKED - timedelta(days=9)).date(), name="Fair", spans="9:00-17:00"
    )
    make_promise(world.acme, hours=hours)
    mine, theirs = ask(make_source(world.acme)), ask(make_source(world.bravo))
    settle(ASKED + MINUTE)
    assert (talk(mine).due, talk(mine).stirred, talk(theirs).stirred) == (None, False, False)
    assert wait_of(mine).left == 30 * 60
