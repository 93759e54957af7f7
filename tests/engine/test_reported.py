"""Members' reports on their way in: kept once, linked to their posts, queued; dealt with there is dealt with here."""

from datetime import UTC, datetime, timedelta

import pytest

from hubbub.connectors import Batch
from hubbub.connectors import Report as Shape
from hubbub.core.post import Author, Post
from hubbub.engine.take_in import take_in
from hubbub.store import models, reports
from hubbub.store.models import Audit, Report, Source
from tests.world import World, make_author, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
DAVE = Author("9", "dave", "Dave")


def take(source: Source, *given: Shape, posts: tuple[Post, ...] = ()) -> None:
    source.refresh_from_db()
    take_in(source, Batch(posts, "", reports=given), now=NOW)


def post(source: Source, ident: str = "1") -> models.Post:
    return models.Post.of(source.workspace).get(source=source, native_id=ident)


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme)


def test_a_report_queues_its_post_once_and_says_so(source: Source) -> None:
    make_post(source)
    report = Shape("r1", "1", "It is spam", by=DAVE, at=NOW - timedelta(hours=1))
    for _ in range(2):
        take(source, report)
    [row] = Report.of(source.workspace)
    assert (row.post, row.why, row.who, row.at, row.state) == (post(source), "It is spam", "Dave", report.at, "open")
    assert post(source).decision == "queued"
    [entry] = Audit.of(source.workspace).filter(noun="post")
    assert (entry.verb, entry.why, entry.by_name) == ("queue", "A member reported it", "Acme blog")
    assert "spam" not in f"{entry.before}{entry.after}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"decision": "approved"}, "approved"),
        ({"decision": "queued"}, "queued"),
        ({"ours": True}, ""),
        ({"state": "removed"}, ""),
        ({}, "queued"),
    ],
)
def test_what_was_decided_stays(source: Source, before: dict[str, object], after: str) -> None:
    make_post(source, **before)
    take(source, Shape("r1", "1"))
    assert post(source).decision == after
    assert Report.of(source.workspace).get().post == post(source)


def test_a_report_that_comes_before_its_post_waits_for_it(source: Source) -> None:
    take(source, Shape("r1", "1", by=DAVE))
    assert Report.of(source.workspace).get().post is None
    take(source, posts=(Post("1", "hello", published=NOW),))
    assert Report.of(source.workspace).get().post == post(source)
    assert post(source).decision == "queued"


def test_a_report_and_its_post_in_one_batch(source: Source) -> None:
    take(source, Shape("r1", "1"), posts=(Post("1", "hello", published=NOW),))
    assert post(source).decision == "queued"


def test_dealt_with_there(source: Source) -> None:
    make_post(source)
    take(source, Shape("r1", "1"))
    take(source, Shape("r1", "1", open=False))
    row = Report.of(source.workspace).get()
    assert (row.state, row.outcome, row.closed) == ("closed", "elsewhere", NOW)
    assert Audit.of(source.workspace).filter(noun="report", verb="dealt with there").count() == 1


def test_one_that_is_settled_already_queues_nothing(source: Source) -> None:
    make_post(source)
    take(source, Shape("r1", "1", open=False))
    assert post(source).decision == ""
    assert Report.of(source.workspace).get().outcome == "elsewhere"


def test_a_reporter_who_wrote_before_is_the_same_person(source: Source) -> None:
    known = make_author(source.workspace, "dave", source.network)
    make_post(source)
    take(source, Shape("r1", "1", by=Author("dave", "dave")))
    assert Report.of(source.workspace).get().reporter == known


def test_what_no_database_can_hold(source: Source) -> None:
    make_post(source)
    take(
        source, Shape("r" * 600, "1", "a\0b\ud800" * 9_000, name="n" * 300, email="e" * 300, url="javascript:alert(1)")
    )
    row = Report.of(source.workspace).get()
    assert (len(row.why), len(row.name), len(row.email), row.url) == (10_000, 200, 254, "")


def test_the_queue_asks_with_one_query(source: Source, django_assert_num_queries: object) -> None:
    first, second = make_post(source, number=1), make_post(source, number=2)
    take(source, Shape("r1", "1", by=DAVE), Shape("r2", "1", name="a visitor"), Shape("r3", "2", open=False))
    with django_assert_num_queries(1):
        found = reports.open_about(source.workspace, [first.pk, second.pk])
        assert {pk: [row.who for row in rows] for pk, rows in found.items()} == {first.pk: ["Dave", "a visitor"]}
    assert reports.about(source.workspace, [second.pk]).count() == 1
