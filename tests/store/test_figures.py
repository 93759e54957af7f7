"""The reads behind measures, each against rows that are counted by hand; on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hubbub.core.kpi import MEASURES, Window, calendar_days, weeks
from hubbub.store import daily, figures
from hubbub.store.models import Author, Outbox, Post, Rollup, Source, Topic
from hubbub.store.relations import stages_of
from tests.relating import make_relationship
from tests.world import NOON, World, make_author, make_conversation, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

DAY = calendar_days(date(2026, 11, 1), date(2026, 11, 1))  # the day of NOON
LATER = calendar_days(date(2026, 11, 2), date(2026, 11, 2))


def roll(source: Source, topic: Topic | None, hour: datetime, posts: int) -> Rollup:
    """So many posts in the hour."""
    return Rollup.everywhere.create(workspace=source.workspace, source=source, topic=topic, hour=hour, posts=posts)


def value(world: World, key: str, topic: Topic | None = None, window: Window = DAY) -> float | None:
    """The measure in Alice's workspace."""
    return figures.Figures(world.acme).value(MEASURES[key], topic.pk if topic else None, window)


@pytest.fixture
def source(world: World) -> Source:
    """A blog from which something was read before the day."""
    source = make_source(world.acme)
    roll(source, None, NOON - timedelta(days=9), 1)
    return source


def test_each_measure_can_be_read() -> None:
    assert list(figures.READ) == list(MEASURES)
    assert figures.ROWS.keys() - {"answered", "promised", "in_time"} <= MEASURES.keys()


@pytest.mark.parametrize("key", MEASURES)
def test_where_nothing_was_read_there_is_nothing_to_count(world: World, key: str) -> None:
    topic = make_topic(world.acme)
    roll(make_source(world.acme), None, NOON + timedelta(days=1), 5)  # only later
    assert value(world, key, topic) is None
    assert value(world, key, topic, DAY.before()) is None


@pytest.mark.parametrize(
    ("key", "is_"),
    [("mentions", 0), ("people", 0), ("conversations", 0), ("replies_sent", 0), ("new_authors", 0),
     ("returning_authors", 0), ("conversations_done", 0), ("influential_people", 0),
     ("share_of_voice", None), ("answered_share", None), ("first_answer_hours", None), ("mean_rating", None)],
)  # fmt: skip
def test_a_quiet_day_has_no_mentions_and_no_shares(world: World, source: Source, key: str, is_: float | None) -> None:
    assert value(world, key, make_topic(world.acme)) == is_


def test_days_begin_and_end_in_utc(world: World, source: Source) -> None:
    topic, other = make_topic(world.acme), make_topic(world.acme, "Other", "other")
    midnight = datetime(2026, 11, 1, tzinfo=UTC)
    roll(source, topic, midnight - timedelta(hours=1), 100)
    roll(source, topic, midnight, 2)
    roll(make_source(world.acme, "Forum"), topic, midnight + timedelta(hours=23), 3)
    roll(source, topic, midnight + timedelta(hours=24), 1000)
    roll(source, other, midnight, 7)
    roll(source, None, midnight, 50)
    assert daily.mentions_by_day(world.acme, [topic.pk], DAY) == {(topic.pk, date(2026, 11, 1)): 5}
    assert figures.mentions(world.acme, DAY) == {topic.pk: 5, other.pk: 7}
    assert daily.posts_by_day(world.acme, DAY) == {date(2026, 11, 1): 50}
    assert figures.mentions_by_source(world.acme, [topic.pk, other.pk], DAY)[source.pk] == 9
    assert figures.posts_by_source(world.acme, DAY) == {source.pk: 50}
    assert value(world, "mentions", topic) == 5


def test_other_workspaces_are_not_counted(world: World, source: Source) -> None:
    theirs, topic = make_source(world.bravo), make_topic(world.bravo)
    roll(theirs, topic, NOON, 5)
    roll(theirs, None, NOON, 5)
    post = make_post(theirs, author=make_author(world.bravo), rating=1, type="review")
    make_mention(post, topic)
    make_conversation(post)
    assert figures.mentions(world.acme, DAY) == {}
    assert daily.posts_by_day(world.acme, DAY) == {}
    assert value(world, "mentions", topic) == value(world, "people", topic) == 0
    assert value(world, "share_of_voice", topic) is None
    assert value(world, "conversations") == value(world, "returning_authors") == 0
    assert value(world, "mean_rating") is None


def test_people_are_counted_once_and_without_ourselves(world: World, source: Source) -> None:
    topic, carol, dave = make_topic(world.acme), make_author(world.acme), make_author(world.acme, "dave")
    also_carol = make_author(world.acme, "carol2", network="mastodon")
    also_carol.person = carol.person
    also_carol.followers = 999
    also_carol.save()
    dave.followers = 1000
    dave.save()
    writers = [carol, carol, also_carol, dave, None]
    posts = [make_post(source, number=number, author=writer) for number, writer in enumerate(writers)]
    ours = make_post(source, number=9, author=make_author(world.acme, "acme"), ours=True)
    make_post(source, number=10, author=make_author(world.acme, "erin"))  # speaks of something else
    for post in [*posts, ours]:
        make_mention(post, topic)
    assert value(world, "people", topic) == 2
    assert value(world, "influential_people", topic) == 1
    assert value(world, "people", topic, LATER) == 0
    assert value(world, "returning_authors", topic) == 1
    assert value(world, "returning_authors") == 1


@pytest.mark.parametrize(
    ("kind", "is_"), [("brand", 0.25), ("competitor", 0.25), ("industry", None), ("campaign", None), ("person", None)]
)
def test_share_of_voice(world: World, source: Source, kind: str, is_: float | None) -> None:
    topic = make_topic(world.acme, kind=kind)
    rival = make_topic(world.acme, "Bolt", "bolt", kind="competitor")
    field = make_topic(world.acme, "Field", "rockets", kind="industry")
    for about, posts in ((topic, 10), (rival, 30), (field, 500)):
        roll(source, about, NOON, posts)
    assert value(world, "share_of_voice", topic) == is_


def test_answers(world: World, source: Source) -> None:
    waits = [1, 3, 8, None, None]
    for number, hours in enumerate(waits):
        post = make_post(source, number=number, thread=f"t{number}")
        answered = NOON + timedelta(hours=hours) if hours else None
        make_conversation(post, opened=NOON, answered=answered, closed=answered)
    early = make_post(source, number=77, thread="early")
    make_conversation(early, opened=NOON - timedelta(days=1), answered=NOON, closed=NOON)
    assert figures.answers(world.acme, DAY) == figures.Answers(opened=5, answered=3, median_hours=3)
    assert value(world, "conversations") == 5
    assert value(world, "answered_share") == pytest.approx(3 / 5)
    assert value(world, "first_answer_hours") == 3
    assert value(world, "conversations_done") == 4


def test_an_answer_before_the_question_took_no_time(world: World, source: Source) -> None:
    make_conversation(make_post(source), opened=NOON, answered=NOON - timedelta(hours=2))
    assert value(world, "first_answer_hours") == 0


def test_replies_count_when_they_have_left(world: World, source: Source) -> None:
    post = make_post(source)
    rows = [("reply", "sent", NOON), ("reply", "sent", NOON + timedelta(days=1)), ("reply", "failed", None),
            ("hide", "sent", NOON), ("reply", "dropped", None)]  # fmt: skip
    for number, (verb, state, sent) in enumerate(rows):
        Outbox.everywhere.create(
            workspace=world.acme, source=source, post=post, verb=verb, state=state, sent=sent, key=str(number),
            by_name="Alice", created=NOON, due=NOON,
        )  # fmt: skip
    assert value(world, "replies_sent") == 1


def test_removed_share_is_of_our_own_sources(world: World, source: Source) -> None:
    theirs = make_source(world.acme, "News", owned=False)
    roll(source, None, NOON, 8)
    roll(theirs, None, NOON, 100)
    for number, decision in enumerate(["hidden", "removed", "approved", "queued", ""]):
        make_post(source, number=number, decision=decision)
    make_post(theirs, number=50, decision="hidden")
    assert value(world, "removed_share") == 0.25
    assert value(world, "removed_share", window=LATER) is None


def test_mean_rating_is_of_reviews(world: World, source: Source) -> None:
    topic = make_topic(world.acme)
    for number, (type_, rating) in enumerate([("review", 5), ("review", 2), ("review", None), ("comment", 1)]):
        make_post(source, number=number, type=type_, rating=rating)
    make_mention(Post.of(world.acme).get(rating=2), topic)
    assert value(world, "mean_rating") == 3.5
    assert value(world, "mean_rating", topic) == 2


def test_new_authors(world: World, source: Source) -> None:
    make_author(world.acme)
    late = make_author(world.acme, "dave")
    late.first_seen = NOON + timedelta(days=1)
    late.save()
    assert value(world, "new_authors") == value(world, "new_authors", window=LATER) == 1


@pytest.mark.parametrize(
    ("most", "returning", "people", "stopped"), [(4, 2, 2, False), (3, 1, 2, True), (1, 0, 1, True)]
)
def test_of_too_many_posts_the_newest_are_counted(
    world: World, source: Source, monkeypatch: pytest.MonkeyPatch, most: int, returning: int, people: int, stopped: bool
) -> None:
    monkeypatch.setattr(figures, "MOST", most)
    topic, carol, dave = make_topic(world.acme), make_author(world.acme), make_author(world.acme, "dave")
    Author.of(world.acme).update(followers=5_000)
    for number, author in enumerate([carol, dave, carol, dave]):
        make_mention(make_post(source, number=number, author=author), topic)
    for key, about, expected in (
        ("returning_authors", None, returning),
        ("returning_authors", topic, returning),
        ("people", topic, people),
        ("influential_people", topic, people),
    ):
        found = value(world, key, about)
        assert (found, isinstance(found, figures.AtLeast)) == (expected, stopped)


@pytest.mark.parametrize(
    ("key", "whole", "of_topic"), [("complaints", 4, 1), ("negative_share", 0.3, 0.5), ("net_sentiment", 0.2, 0.0)]
)
def test_what_was_found_is_counted(world: World, source: Source, key: str, whole: float, of_topic: float) -> None:
    topic = make_topic(world.acme)
    found = {"posts": 12, "negative": 3, "neutral": 2, "positive": 5, "complaint": 4}
    Rollup.everywhere.create(workspace=world.acme, source=source, hour=NOON, **found)
    of_it = {"posts": 2, "negative": 1, "neutral": 0, "positive": 1, "complaint": 1}
    Rollup.everywhere.create(workspace=world.acme, source=source, topic=topic, hour=NOON, **of_it)
    roll(source, None, NOON + timedelta(hours=1), 7)  # from before anything was judged
    assert value(world, key) == pytest.approx(whole)
    assert value(world, key, topic) == pytest.approx(of_topic)


# ---- lines of weeks say what the values say


@pytest.mark.parametrize(
    "key", ["mentions", "share_of_voice", "conversations", "answered_share", "first_answer_hours", "conversations_done",
            "replies_sent"]
)  # fmt: skip
@pytest.mark.parametrize("begins", [0, 13])
def test_a_line_is_the_value_week_by_week(world: World, source: Source, key: str, begins: int) -> None:
    topic, rival = make_topic(world.acme), make_topic(world.acme, "Bolt", "bolt", kind="competitor")
    for number in range(40):
        when = NOON - timedelta(days=number, hours=number * 7 % 24)
        hour = when.replace(minute=0)
        roll(source, topic, hour, number % 5 + 1)
        roll(source, rival, hour, 3)
        answered = when + timedelta(hours=number % 11) if number % 3 else None
        post = make_post(source, number=number, thread=f"t{number}")
        make_conversation(post, opened=when, answered=answered, closed=answered)
        Outbox.everywhere.create(
            workspace=world.acme, source=source, post=post, verb="reply", state="sent", sent=when, key=str(number),
            by_name="Alice", created=when, due=when,
        )  # fmt: skip
    Rollup.everywhere.create(workspace=world.acme, source=source, hour=NOON - timedelta(days=30), posts=1)
    Rollup.of(world.acme).filter(topic=None, hour__lt=NOON - timedelta(days=30)).delete()
    week = calendar_days(date(2026, 10, 26), date(2026, 11, 1))
    windows = weeks(8, Window(week.start + timedelta(hours=begins), week.end + timedelta(hours=begins)))
    found = figures.Figures(world.acme)
    line = found.line(MEASURES[key], topic.pk, windows)
    assert line == [found.value(MEASURES[key], topic.pk, window) for window in windows]
    assert line[0] is None  # nothing was read then
    assert line[-1] is not None


def test_what_is_slow_has_no_line(world: World, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = weeks(2, DAY)
    make_conversation(make_post(source), answered=NOON + timedelta(hours=4))
    read = figures.Figures(world.acme)
    assert read.line(MEASURES["returning_authors"], None, windows) == []
    assert read.line(MEASURES["first_answer_hours"], None, windows)[1] is not None
    monkeypatch.setattr(figures, "MANY", 0)
    assert figures.Figures(world.acme).line(MEASURES["first_answer_hours"], None, windows) == []


@pytest.mark.parametrize(
    ("active", "since", "ended", "number"),
    [
        (True, DAY.start, None, 1),
        (True, DAY.start, DAY.end, 1),
        (True, DAY.start, NOON, 0),
        (True, DAY.end, None, 0),
        (False, DAY.start, None, 0),
    ],
)
def test_who_is_won_stands_in_an_active_stage_at_the_end(
    world: World, source: Source, active: bool, since: datetime, ended: datetime | None, number: int
) -> None:
    place = next(stage.place for stage in stages_of(world.acme, "advocate") if stage.active is active)
    make_relationship(make_author(world.acme).person, "advocate", place, since=since, ended=ended)
    assert value(world, "advocates") == number
    assert value(world, "partners") == 0
