"""The page of mentions: its numbers, where they lead, what it says where there are none, and its CSV."""

import csv
import io
import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.utils import timezone

from hubbub.core.kpi import MINUS, NOTHING, Unit
from hubbub.measure.forms import PeriodSlip, read_period
from hubbub.measure.queries import Compared, Period, report
from hubbub.store import kept
from hubbub.store.models import Rollup, Source, Topic
from tests.world import NOON, World, make_conversation, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PAGE = "/w/acme/measure/"
NOVEMBER = f"{PAGE}?from=2026-11-01&to=2026-11-03"
TODAY = date(2026, 11, 22)


def roll(source: Source, topic: Topic | None, days: int, posts: int) -> None:
    Rollup.everywhere.create(
        workspace=source.workspace, source=source, topic=topic, hour=NOON + timedelta(days=days), posts=posts
    )


@pytest.fixture
def topic(world: World) -> Topic:
    """Three mentions on 1 November, two on the 2nd; one in the three days before."""
    topic, source = make_topic(world.acme), make_source(world.acme)
    for days, posts in ((-1, 1), (0, 3), (1, 2)):
        roll(source, topic, days, posts)
        roll(source, None, days, posts + 10)
    return topic


def text(world: World, path: str = NOVEMBER, status: int = 200) -> str:
    answer = world.client().get(path)
    assert answer.status_code == status
    return unescape(answer.content.decode())


@pytest.mark.parametrize(
    ("first", "to", "days", "period"),
    [
        (None, None, None, ("2026-10-24", "2026-11-22")),
        (None, None, 7, ("2026-11-16", "2026-11-22")),
        ("2026-11-01", None, None, ("2026-11-01", "2026-11-22")),
        ("2026-11-01", "2026-11-01", 90, ("2026-11-01", "2026-11-01")),
        ("2025-11-22", "2026-11-22", None, ("2025-11-22", "2026-11-22")),
        ("2025-11-21", "2026-11-22", None, None),
        ("2026-11-02", "2026-11-01", None, None),
        (None, "2026-11-01", None, None),
    ],
)
def test_which_days(first: str | None, to: str | None, days: int | None, period: tuple[str, str] | None) -> None:
    asked = [date.fromisoformat(day) if day else None for day in (first, to)]
    if period is None:
        with pytest.raises(PeriodSlip):
            read_period(asked[0], asked[1], days, TODAY)
    else:
        found = read_period(asked[0], asked[1], days, TODAY)
        assert (str(found.first), str(found.last)) == period


@pytest.mark.parametrize(
    ("now", "before", "unit", "words"),
    [(15, 10, Unit.COUNT, "+50 %"), (3, 0, Unit.COUNT, NOTHING), (0.3, 0.25, Unit.SHARE, "+5 points"),
     (None, 0.25, Unit.SHARE, NOTHING), (2.0, 4.0, Unit.HOURS, f"{MINUS}50 %")],
)  # fmt: skip
def test_changes(now: float | None, before: float | None, unit: Unit, words: str) -> None:
    assert Compared(now, before, unit).written_change.replace("\N{NO-BREAK SPACE}", " ") == words


def test_the_report_adds_up(world: World, topic: Topic) -> None:
    quiet = make_topic(world.acme, "Quiet", "quiet")
    make_topic(world.acme, "Off", "off", active=False)
    found = report(world.acme, Period(date(2026, 11, 1), date(2026, 11, 3)))
    assert [(row.name, row.mentions.now, row.mentions.before) for row in found.topics] == [
        ("Acme", 5, 1),
        ("Quiet", 0, 0),
    ]
    assert [(str(row.day), row.posts, [count for _, count in row.mentions]) for row in found.days] == [
        ("2026-11-03", 0, [0, 0]),
        ("2026-11-02", 12, [2, 0]),
        ("2026-11-01", 13, [3, 0]),
    ]
    # 31 October is the last of the three days before, as 3 November is of these
    assert found.days_before == {(topic.pk, date(2026, 11, 3)): 1}
    assert [(row.name, row.posts, row.mentions) for row in found.sources] == [("Acme blog", 25, 5)]
    assert (found.posts.now, found.posts.before) == (25, 11)
    only = report(world.acme, found.period, [quiet.pk])
    assert [row.name for row in only.shown] == ["Quiet"]
    assert [row.mentions for row in only.sources] == [0]


def test_every_number_leads_to_its_posts(world: World, topic: Topic) -> None:
    page = text(world)
    stream = "/w/acme/listen/"
    assert "UTC" in page
    for link in (
        f"{stream}?topic={topic.pk}&day=2026-11-01",
        f"{stream}?all=1&day=2026-11-02",
        f"{stream}?topic={topic.pk}&q=published%3A%5B2026-11-01%20TO%202026-11-03%5D",
    ):
        assert f'href="{link}"' in page
        assert world.client().get(link).status_code == 200
    picture = page[page.index("<svg") : page.index("</svg>")]
    assert f'href="{stream}?topic={topic.pk}&day=2026-11-01"' in picture
    assert "Acme: 5, most on 2026-11-01 with 3; 1 in the period before." in picture
    assert "<script" not in picture


def test_conversations_are_counted(world: World, topic: Topic) -> None:
    source = Source.of(world.acme).get()
    for number, hours in enumerate([2, 4, None]):
        answered = NOON + timedelta(hours=hours) if hours else None
        make_conversation(make_post(source, number=number, thread=f"t{number}"), opened=NOON, answered=answered)
    page = text(world).replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r'<a href="/w/acme/engage/[^"]*">3</a>', page)
    assert "66.7 % of them" in page
    assert "3.0 h" in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("from=2026-11-05&to=2026-11-01", "The first day, 2026-11-05, comes after the last day"),
        ("from=2020-01-01&to=2026-11-01", "at most 366 can be shown"),
        ("from=yesterday", "Enter a valid date"),
        ("topic=999999", "no such topic"),
        ("days=8", "Select a valid choice"),
    ],
)
def test_slips_are_told(world: World, topic: Topic, query: str, says: str) -> None:
    assert says in text(world, f"{PAGE}?{query}", 422)
    answer = world.client().get(f"{PAGE}mentions.csv?{query}")
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_topics_of_others_are_unknown(world: World, topic: Topic) -> None:
    theirs = make_topic(world.bravo, "Secret")
    page = text(world, f"{PAGE}?topic={theirs.pk}", 422)
    assert "Secret" not in page


@pytest.mark.parametrize(
    ("with_topic", "with_posts", "says"),
    [(False, False, "No topic yet"), (True, False, "Nothing was read yet"), (True, True, "Nobody mentioned")],
)
def test_empty(world: World, with_topic: bool, with_posts: bool, says: str) -> None:
    if with_topic:
        make_topic(world.acme)
    if with_posts:
        roll(make_source(world.acme), None, 0, 1)
    assert says in text(world, PAGE)


def test_the_usual_period_is_thirty_days_up_to_today(world: World, topic: Topic) -> None:
    page = text(world, PAGE)
    assert f'name="to" value="{timezone.now():%Y-%m-%d}"' in page
    assert re.search(r'days=30" aria-current="page"', page)


def test_csv(world: World, topic: Topic) -> None:
    make_topic(world.acme, "=cmd()", "cmd")
    answer = world.client().get(f"{PAGE}mentions.csv?from=2026-11-01&to=2026-11-02")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "mentions-2026-11-01-2026-11-02.csv" in answer["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(answer.content.decode())))
    assert lines[0] == ["day_utc", "topic_id", "topic", "mentions", "mentions_in_period_before", "posts_read"]
    assert lines[1] == ["2026-11-01", str(topic.pk), "Acme", "3", "0", "13"]
    assert lines[2][2:4] == ["'=cmd()", "0"]  # a spreadsheet must not run a topic's name
    assert lines[3] == ["2026-11-02", str(topic.pk), "Acme", "2", "1", "12"]


def test_queries_do_not_grow_with_topics(world: World, topic: Topic, django_assert_max_num_queries: object) -> None:
    for number in range(15):
        make_topic(world.acme, f"Topic {number}", "x")
    client = world.client()
    with django_assert_max_num_queries(28):
        client.get(PAGE)


def test_it_says_when_it_was_counted_and_counts_again(
    world: World, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "FEW", 0)  # so that one post makes a large workspace
    source = Source.of(world.acme).get()
    make_post(source)
    client = world.client()
    assert ">5</a>" in text(world)
    roll(source, topic, 2, 95)
    page = text(world)
    assert ">100</a>" not in page
    assert re.search(r'Counted <time datetime="[^"]+"[^>]*>[^<]+</time>', page)
    refresh = re.search(r'href="([^"]+)">Refresh<', page)
    assert refresh
    assert refresh[1] == f"{NOVEMBER}&fresh=1"
    answer = client.get(refresh[1])
    assert (answer.status_code, answer["Location"]) == (303, NOVEMBER)
    assert ">100</a>" in text(world)
