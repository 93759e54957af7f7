"""What people are to us and did, from the tables: weights, history as of then, counts, touches, reminders."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from hubbub.core import query as language
from hubbub.core.standing import Past, Record
from hubbub.store import activities, reminding, standing, suggestions, touching
from hubbub.store.facts import facts_of
from hubbub.store.models import (
    Activity,
    Author,
    Note,
    Notification,
    Outbox,
    PersonNote,
    Post,
    Relating,
    Relationship,
    Source,
    Suggestion,
    Touch,
)
from hubbub.store.relations import reminder, weights_of
from tests.relating import make_relationship
from tests.world import World, make_author, make_conversation, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme)


def wrote(source: Source, author: Author, now: datetime, days: float, number: int, **more: object) -> Post:
    when = now - timedelta(days=days)
    return make_post(source, number=number, author=author, **{"published": when, "taken": when, **more})


def tend(now: datetime) -> None:
    """All that the loop would do until nothing is due."""
    for _ in range(30):
        looked = activities.look(now)
        if not activities.count(now + 2 * timedelta(minutes=1)) and not looked:
            return


def test_weights(world: World) -> None:
    both, ended, nobody = (make_author(world.acme, name).person for name in ("a", "b", "c"))
    make_relationship(both, "influencer")
    make_relationship(both, "customer")
    make_relationship(ended, "press", ended=timezone.now())
    Activity.everywhere.create(workspace=world.acme, person=both, score=42.0, followers=900)
    Relating.everywhere.create(workspace=world.acme, weights={"influencer": 3.0, "unheard_of": 9})
    found = weights_of(world.acme.pk, [both.pk, ended.pk, nobody.pk, both.pk])
    assert [(found[one.pk].kinds, found[one.pk].factor) for one in (both, ended, nobody)] == [
        (("customer", "influencer"), 3.0), ((), 1.0), ((), 1.0)
    ]  # fmt: skip
    assert (found[both.pk].reach, found[both.pk].followers) == (42.0, 900)
    assert weights_of(world.bravo.pk, [both.pk])[both.pk].factor == 1.0
    assert weights_of(world.acme.pk, []) == {}


def test_a_rule_sees_what_was_and_a_list_what_is(world: World, source: Source, now: datetime) -> None:
    author = make_author(world.acme)
    post = wrote(source, author, now, 5, 1)
    make_relationship(author.person, "fan", since=now - 9 * DAY, ended=now - 3 * DAY)
    make_relationship(author.person, "customer", since=now - DAY)
    asked = frozenset({"relationship"})
    record = standing.of_stored(source, [post], asked)[0]
    assert {one.kind for one in record.stands if one.at(post.taken)} == {"fan"}
    assert facts_of([post], asked)[0].standing.relationship == {"customer"}
    for text, holds in (("relationship:customer", True), ("relationship:fan", False), ("relationship:none", False)):
        query = language.parse(text, language.Use.VIEW)
        reading = language.read(post.shape(), source.place)
        assert language.matches(query, reading, facts_of([post], asked)[0], now=now) is holds


def test_people_are_counted_as_a_query_counts_them(world: World, source: Source, now: datetime) -> None:
    author, elsewhere = make_author(world.acme), make_source(world.acme, "Forum", kind="feed", owned=False)
    author.followers = 9_999
    author.save()
    for number in range(5):
        wrote(source, author, now, 3 + 8 * number, number, likes=20, parent="x" * (number % 2), sentiment="positive")
    wrote(elsewhere, author, now, 2, 9, replies=3)
    wrote(source, author, now, 95, 10)
    hidden = wrote(source, author, now, 4, 11, decision="hidden", decided=now - DAY)
    tend(now)
    row = Activity.of(world.acme).get(person=author.person)
    assert (row.posts_30, row.posts_90, row.answers, row.praises) == (5, 6, 2, 5)
    assert row.removed_share == pytest.approx(1 / 7)
    assert row.level == "regular"
    assert (row.followers, row.seen, row.usual) == (9_999, 6, 20.0)
    record = standing.of_people(world.acme.pk, [author.person.pk], now - 90 * DAY, now, {"level"})[author.person.pk]
    late = Past(hidden.shape(), now, 1 << 62)
    assert isinstance(record, Record)
    assert record.doing(late, now).posts_90 == row.posts_90
    assert row.due is not None
    assert row.due > now


def test_who_says_nothing_more_is_counted_until_nothing_counts(world: World, source: Source, now: datetime) -> None:
    author = make_author(world.acme)
    wrote(source, author, now, 80, 1)
    tend(now)
    assert Activity.of(world.acme).get().posts_90 == 1
    later = now + 11 * DAY
    activities.count(later)
    row = Activity.of(world.acme).get()
    assert (row.posts_90, row.due, row.level) == (0, None, "newcomer")


def test_what_is_not_ours_and_not_here_is_passed_over(world: World, source: Source, now: datetime) -> None:
    theirs = make_author(world.bravo, "dora")
    wrote(make_source(world.bravo), theirs, now, 1, 1)
    wrote(source, make_author(world.acme), now, 1, 2, ours=True)
    tend(now)
    assert set(Activity.everywhere.values_list("person", flat=True)) == {theirs.person_id}


def test_reach_is_copied_to_relationships(world: World, source: Source, now: datetime) -> None:
    author = make_author(world.acme)
    Author.everywhere.filter(pk=author.pk).update(followers=99_999)
    row = make_relationship(author.person)
    wrote(source, author, now, 1, 1)
    tend(now)
    row.refresh_from_db()
    assert row.reach == pytest.approx(50.0, abs=0.01)


def sent(post: Post, when: datetime, verb: str = "reply", **more: object) -> Outbox:
    given: dict[str, object] = {"state": "sent", "sent": when, "created": when, "due": when, "by_name": "Alice"}
    return Outbox.everywhere.create(
        workspace=post.workspace, source=post.source, post=post, verb=verb, key=f"{post.pk}{verb}{when}"[:40],
        **{**given, **more},
    )  # fmt: skip


@pytest.mark.parametrize("act", ["reply", "message", "note", "person note", "on the network"])
def test_touches_are_what_we_really_did(world: World, source: Source, now: datetime, act: str) -> None:
    author, other = make_author(world.acme), make_author(world.acme, "erin")
    post = wrote(source, author, now, 9, 1)
    talk = make_conversation(post)
    row, untouched = make_relationship(author.person), make_relationship(other.person)
    Relating.everywhere.create(workspace=world.acme, told=now - 10 * DAY)
    when = now - 2 * DAY
    expected = {"reply": Touch.REPLY, "message": Touch.MESSAGE, "on the network": Touch.REPLY}.get(act, Touch.NOTE)
    match act:
        case "reply" | "message":
            sent(post, when, act)
            sent(post, now - 5 * DAY, act)
        case "note":
            Note.everywhere.create(workspace=world.acme, conversation=talk, by_name="A", text="x", at=when)
        case "person note":
            PersonNote.everywhere.create(workspace=world.acme, person=author.person, by_name="A", text="x", at=when)
        case _:
            make_post(source, number=7, ours=True, parent=post.native_id, published=when, taken=when)
    tend(now)
    row.refresh_from_db()
    untouched.refresh_from_db()
    assert (row.last_touch, row.touched_by, row.quiet_since) == (when, expected, when)
    assert (untouched.last_touch, untouched.touched_by) == (None, "")
    if act != "on the network":
        assert touching.last_of(author.person_id) == (when, expected)
    touching.touch([(author.person_id, when - DAY, Touch.NOTE)])
    row.refresh_from_db()
    assert row.last_touch == when  # an older one changes nothing


def test_what_was_not_sent_touches_nobody(world: World, source: Source, now: datetime) -> None:
    post = wrote(source, make_author(world.acme), now, 3, 1)
    row = make_relationship(post.author.person)
    Relating.everywhere.create(workspace=world.acme, told=now - DAY)
    sent(post, now - DAY, state="failed", sent=None)
    sent(post, now - DAY / 2, verb="hide")
    tend(now)
    row.refresh_from_db()
    assert row.last_touch is None


@pytest.mark.parametrize(("minutes", "told"), [(-1, 0), (0, 1), (60, 1)])
def test_a_next_step_is_reminded_of_once(world: World, now: datetime, minutes: int, told: int) -> None:
    person = make_author(world.acme).person
    day = now.date() + DAY
    at = reminder(world.acme, day)
    assert at == datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    make_relationship(person, owner=world.alice, next_step="Call", next_on=day, listed_on=day, remind_at=at)
    for _ in range(2):
        while reminding.step(at + timedelta(minutes=minutes)):
            pass
    found = Notification.of(world.acme).filter(member=world.alice, kind="reminder")
    assert [one.says for one in found] == ["Carol: Call"] * told


def test_nobody_is_reminded_of_what_ended(world: World, now: datetime) -> None:
    person = make_author(world.acme).person
    make_relationship(person, owner=world.alice, next_step="Call", remind_at=now, ended=now)
    assert reminding.step(now)
    assert not reminding.step(now)
    assert not Notification.of(world.acme).exists()


def praises(source: Source, now: datetime, number: int = 5) -> Author:
    author = make_author(source.workspace)
    for at in range(number):
        wrote(source, author, now, 1 + at, at, intent="compliment")
    return author


def test_suggestions_are_kept_up_to_date(world: World, source: Source, now: datetime) -> None:
    author = praises(source, now)
    tend(now)
    row = Suggestion.of(world.acme).get()
    assert (row.kind, row.state, row.person_id, len(row.posts)) == ("review", "open", author.person_id, 5)
    wrote(source, author, now, 0.5, 99, intent="compliment")
    activities.stir(world.acme.pk, [author.person_id], now)
    tend(now)
    row.refresh_from_db()
    assert len(row.posts) == 6
    Post.of(world.acme).update(intent="other")
    activities.stir(world.acme.pk, [author.person_id], now)
    tend(now)
    row.refresh_from_db()
    assert row.state == "over"


@pytest.mark.parametrize(
    ("state", "days", "open_"), [("passed", 1, 0), ("taken", 1, 0), ("passed", -1, 1), ("over", -1, 1)]
)
def test_what_was_answered_rests(
    world: World, source: Source, now: datetime, state: str, days: int, open_: int
) -> None:
    author = praises(source, now)
    Suggestion.everywhere.create(
        workspace=world.acme, person=author.person, kind="review", state=state, found=now, until=now + days * DAY
    )
    tend(now)
    assert Suggestion.of(world.acme).filter(state="open").count() == open_


def test_what_was_put_off_comes_back(world: World, now: datetime) -> None:
    person = make_author(world.acme).person
    Suggestion.everywhere.create(
        workspace=world.acme, person=person, kind="review", state="later", found=now, until=now
    )
    assert not suggestions.wake(now - timedelta(seconds=1))
    assert suggestions.wake(now)
    assert Suggestion.of(world.acme).get().state == "open"


def test_a_mention_that_waits_is_suggested_until_it_is_answered(world: World, source: Source, now: datetime) -> None:
    author = make_author(world.acme)
    Author.everywhere.filter(pk=author.pk).update(followers=300_000)
    post = wrote(source, author, now, 1, 1)
    make_mention(post, make_topic(world.acme))
    make_conversation(post)
    tend(now)
    assert [row.kind for row in Suggestion.of(world.acme).filter(state="open")] == ["answer"]
    sent(post, now - timedelta(hours=1))
    activities.stir(world.acme.pk, [author.person_id], now)
    tend(now)
    assert [row.state for row in Suggestion.of(world.acme)] == ["over"]


def test_levels_in_the_database_are_those_of_core(world: World) -> None:
    from hubbub.core.levels import STARTING, Doing, level_of

    numbers = (0, 3, 4, 5, 6, 9, 10, 12, 30)
    for at, posts in enumerate(numbers * 3):
        person = make_author(world.acme, f"p{at}").person
        Activity.everywhere.create(
            workspace=world.acme, person=person, posts_30=at, posts_90=posts, weeks=at % 12, answers=at, level="core",
            removed_share=(0.0, 0.1, 0.3, 0.6)[at % 4],
        )  # fmt: skip
    activities.relevel(world.acme, STARTING)
    rows = list(Activity.of(world.acme))
    expected = [
        level_of(Doing(one.posts_30, one.posts_90, one.weeks, one.answers, 0, 0, one.removed_share)) for one in rows
    ]
    assert [one.level for one in rows] == expected
    active = [level for level, one in zip(expected, rows, strict=True) if one.posts_90]
    assert activities.preview(world.acme, STARTING) == {
        level: active.count(level) for level in ("newcomer", "regular", "contributor", "core")
    }
    assert Relationship.of(world.acme).count() == 0
