"""`hubbub doctor`: each thing that can be wrong is found, named, and has a next step."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from msgspec import json
from rich.console import Console

from hubbub.connectors import Found
from hubbub.core.failures import Broken, Retry
from hubbub.engine import doctor
from hubbub.engine.doctor import Finding, examine, report
from hubbub.store import sealing
from hubbub.store.audit import audit
from hubbub.store.models import Breaker, Outbox, OutboxState, Rule, SourceState, System

from ..world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The folder is there and a worker runs, unless a test says otherwise."""
    settings.DATA.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(doctor, "_locked", lambda: True)


def found(about: str = "") -> list[Finding]:
    return [one for one in examine(reach=False) if one.about.startswith(about)]


def test_all_is_well(world: World) -> None:
    make_source(world.acme, last_success=timezone.now(), due=timezone.now() + timedelta(minutes=5))
    findings = found()
    assert [one for one in findings if one.state != "well"] == []
    assert {"data folder", "database", "model", "worker", "search"} <= {one.about for one in findings}


def broken_source(world: World) -> None:
    make_source(world.acme, state=SourceState.BROKEN, error="It does not accept the password.", failures=3)


def late_source(world: World) -> None:
    now = timezone.now()
    make_source(world.acme, last_success=now - timedelta(hours=2), due=now - timedelta(hours=1))


def failing_source(world: World) -> None:
    make_source(world.acme, error="It takes too long to answer.", failures=2, due=timezone.now())


def broken_outbox(world: World) -> None:
    post = make_post(make_source(world.acme, last_success=timezone.now()))
    now = timezone.now()
    Outbox.everywhere.create(
        workspace=world.acme, source=post.source, post=post, verb="hide", key="k", state=OutboxState.BROKEN,
        by_name="Alice", created=now, due=now,
    )  # fmt: skip


def stopped_rule(world: World) -> None:
    rule = Rule.everywhere.create(workspace=world.acme, name="Links", when="has:link", because="b", state="live")
    Breaker.everywhere.create(workspace=world.acme, rule=rule, stopped=timezone.now(), stopped_why="it acted 500 times")


def changed_log(world: World) -> None:
    with transaction.atomic():
        entry = audit(world.alice, "act", by=System("Tests"))
    sealing.seal_some(timezone.now() + timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE store_audit SET why = 'other' WHERE id = %s", [entry.pk])


WRONG: dict[str, tuple[Callable[[World], None], str, str, str]] = {
    "a source that needs a look": (broken_source, "source “Acme blog” of Acme", "broken", "accept the password"),
    "a source that is late": (late_source, "source “Acme blog” of Acme", "late", "should have been read"),
    "a source that fails": (failing_source, "source “Acme blog” of Acme", "late", "2 tries in a row"),
    "an act that was refused": (broken_outbox, "outbox of Acme", "broken", "1 messages"),
    "a rule that was stopped": (stopped_rule, "rule “Links” of Acme", "late", "500 times"),
    "a log that was changed": (changed_log, "log of Acme", "broken", "is not as it was sealed"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_found(world: World, what: str) -> None:
    make, about, state, says = WRONG[what]
    make(world)
    (one,) = found(about)
    assert (one.state, says in one.says) == (state, True), one
    assert one.next


def test_without_a_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite's worker holds a lock")
    monkeypatch.undo()
    (one,) = found("worker")
    assert (one.state, one.next) == ("broken", "Run hubbub up (or hubbub work).")


def test_without_a_folder(world: World, settings: Any) -> None:
    settings.DATA = settings.DATA / "nowhere"
    assert found("data folder")[0].state == "broken"


class Fake:
    """A network that answers as a test says."""

    def __init__(self, answer: Found | Exception) -> None:
        self.answer = answer

    def check(self, *_: object) -> Found:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("answer", "state", "says"),
    [
        (Found("Acme: 3 comments."), "well", "It answers: Acme: 3 comments."),
        (Broken("It does not accept the token."), "broken", "does not accept"),
        (Retry("It takes too long to answer."), "late", "too long"),
    ],
)
def test_networks_are_asked(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: Found | Exception, state: str, says: str
) -> None:
    make_source(world.acme, last_success=timezone.now(), due=timezone.now() + timedelta(minutes=5))
    monkeypatch.setattr(doctor, "connector", lambda _kind: Fake(answer))
    (one,) = [one for one in examine(reach=True) if one.about.startswith("source")]
    assert (one.state, says in one.says) == (state, True)


def test_it_is_told_line_by_line(world: World) -> None:
    findings = [Finding("worker", "broken", "None runs.", "Run one."), Finding("model", "well", "Version 1.")]
    out, told = io.StringIO(), io.StringIO()
    assert report(iter(findings), as_json=False, out=out, told=Console(file=told)) == 1
    assert out.getvalue() == "✗ worker: None runs.\n    → Run one.\n✓ model: Version 1.\n"
    assert told.getvalue() == "1 broken, 0 late.\n"
    out = io.StringIO()
    report(iter(findings), as_json=True, out=out, told=Console(file=told))
    assert [json.decode(line, type=Finding) for line in out.getvalue().splitlines()] == findings
