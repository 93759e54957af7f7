"""`hubbub doctor`: what is configured, reachable, late or broken, and the next step for each."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from fcntl import LOCK_EX, LOCK_NB, flock
from itertools import repeat
from typing import Literal, TextIO

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from msgspec import Struct, json
from rich.console import Console

from hubbub.connectors import connector
from hubbub.core.failures import Broken, Failure
from hubbub.store import fulltext, sealing
from hubbub.store.keys import SealBroken
from hubbub.store.models import (
    Account,
    AccountState,
    Breaker,
    Outbox,
    OutboxState,
    Source,
    SourceState,
    Workspace,
)
from hubbub.ui import judging
from hubbub.ui.door import door

from .accounts import acting

State = Literal["well", "late", "broken"]
MARKS = {"well": "✓", "late": "!", "broken": "✗"}
ROOM = 1_000_000_000  # bytes that should be free
LATE = timedelta(minutes=10)
AT_ONCE = 8  # sources that are asked at the same time


class Finding(Struct, frozen=True):
    """One thing that was looked at. `next`: what to do about it; "" where it is well."""

    about: str
    state: State
    says: str
    next: str = ""


def examine(*, reach: bool) -> Iterator[Finding]:
    """Look at everything, in the order in which one thing needs the other. `reach`: ask the networks, too."""
    yield from _folder()
    try:
        migrated = list(_database())
        yield from migrated
        if any(one.state == "broken" for one in migrated):
            return
    except DatabaseError as error:
        yield Finding(
            "database", "broken", f"It does not answer ({type(error).__name__}).",
            "Check that it runs, and HUBBUB_DATABASE_URL if you set it.",
        )  # fmt: skip
        return
    now = timezone.now()
    yield _model()
    yield _worker(now)
    yield _index()
    for workspace in Workspace.objects.order_by("name"):
        yield from _workspace(workspace, now)
    yield from _sources(now, reach=reach)


def report(findings: Iterator[Finding], *, as_json: bool, out: TextIO, told: Console) -> int:
    """Print them as they come. Returns how many are broken."""
    broken = late = 0
    for one in findings:
        broken += one.state == "broken"
        late += one.state == "late"
        if as_json:
            out.write(json.encode(one).decode() + "\n")
        else:
            then = f"\n    → {one.next}" if one.next else ""
            out.write(f"{MARKS[one.state]} {one.about}: {one.says}{then}\n")
        out.flush()
    told.print(f"{broken} broken, {late} late." if broken or late else "All is well.")
    return broken


def _folder() -> Iterator[Finding]:
    data = settings.DATA
    if not data.is_dir():
        yield Finding(
            "data folder", "broken", f"{data} is not there.", "Name the folder with --data, or run hubbub up."
        )
        return
    free = shutil.disk_usage(data).free
    if free < ROOM:
        yield Finding(
            "data folder", "late", f"{data} has {free / 1e9:.1f} GB left.", "Free some space before it is full."
        )
    else:
        yield Finding("data folder", "well", f"{data}, {free / 1e9:,.0f} GB free.")


def _database() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(connection.vendor, connection.vendor)
    if waiting:
        yield Finding(
            "database", "broken", f"{name} is of an older Hubbub: {len(waiting)} steps are missing.",
            "Start hubbub up once; it brings the database up to date.",
        )  # fmt: skip
    else:
        yield Finding("database", "well", f"{name}, up to date.")


def _model() -> Finding:
    if judging.is_there():
        return Finding("model", "well", f"Version {judging.shipped().version} judges posts.")
    return Finding(
        "model", "broken", "The file of the model is missing or damaged: posts are not judged, and rules that ask for "
        "sentiment, toxicity, spam or intent send them to a person.", "Install Hubbub anew.",
    )  # fmt: skip


def _worker(now: datetime) -> Finding:
    """Somebody works: on SQLite a lock says so; elsewhere what should have happened by now did."""
    waiting = Outbox.everywhere.filter(state=OutboxState.WAITING, due__lt=now - LATE, lease_until=None).count()
    due = Source.everywhere.filter(state=SourceState.ACTIVE, due__lt=now - LATE, lease_until=None).count()
    if connection.vendor == "sqlite" and not _locked():
        return Finding(
            "worker",
            "broken",
            "None is running: nothing is read and nothing is sent.",
            "Run hubbub up (or hubbub work).",
        )
    if waiting or due:
        return Finding(
            "worker", "late", f"{due} sources and {waiting} messages should have had their turn ten minutes ago.",
            "See the worker's log; start another hubbub work if it is only busy.",
        )  # fmt: skip
    return Finding("worker", "well", "Nothing is late.")


def _locked() -> bool:
    """Whether a worker holds the lock of the data folder."""
    path = settings.DATA / "worker.lock"
    if not path.exists():
        return False
    with path.open("r+") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _index() -> Finding:
    left = fulltext.waiting()
    if left > 100_000:
        return Finding(
            "search", "late", f"{left:,} posts are not in the index yet: searching is right, and slow.",
            "Leave the worker running; it goes through them in the background.",
        )  # fmt: skip
    return Finding("search", "well", f"{left:,} posts wait for the index." if left else "All posts are in the index.")


def _workspace(workspace: Workspace, now: datetime) -> Iterator[Finding]:
    checked = sealing.check(workspace, now)
    about = f"log of {workspace.name}"
    if checked.faults:
        more = f" There are {len(checked.faults) - 5} more." if len(checked.faults) > 5 else ""
        yield Finding(
            about, "broken", " ".join(checked.faults[:5]) + more,
            "Somebody changed it past Hubbub. Compare with a backup or an export; who can write to the database?",
        )  # fmt: skip
    elif checked.head:
        erased = f", {checked.erased:,} of posts that were erased since" if checked.erased else ""
        yield Finding(
            about, "well", f"{checked.entries:,} entries in {checked.links:,} links{erased}; the newest is "
            f"{checked.head.link[:16]} of {checked.head.at:%Y-%m-%d %H:%M} UTC. Whoever notes it down can prove the "
            "log as it is now.",
        )  # fmt: skip
    stopped = Breaker.everywhere.filter(workspace=workspace, stopped__isnull=False).select_related("rule")
    for breaker in stopped:
        yield Finding(
            f"rule “{breaker.rule}” of {workspace.name}", "late", f"It was stopped: {breaker.stopped_why}.",
            "Look at what it did, and start it again or change it, on the page of the rule.",
        )  # fmt: skip
    broken = Outbox.of(workspace).filter(state=OutboxState.BROKEN).count()
    if broken:
        yield Finding(
            f"outbox of {workspace.name}", "broken", f"{broken} messages or acts need a look.",
            "Open the outbox: each says what the network said, and can be tried again or called back.",
        )  # fmt: skip
    for account in Account.of(workspace).filter(state=AccountState.REFUSED):
        yield Finding(
            f"account {account} of {workspace.name}", "broken", account.error or "The network refuses it.",
            "Sign in again on the page of one of its sources.",
        )  # fmt: skip


def _sources(now: datetime, *, reach: bool) -> Iterator[Finding]:
    sources = list(Source.everywhere.select_related("workspace").order_by("workspace__name", "name"))
    if not reach:
        yield from (_health(source, now) for source in sources)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(_reached, sources, repeat(now))


def _reached(source: Source, now: datetime) -> Finding:
    """Its health as kept, or what the network says now."""
    kept = _health(source, now)
    if source.state in {SourceState.PAUSED, SourceState.FINISHED} or source.kind in {"files", "site"}:
        return kept
    try:
        with acting(source, door(hurry=True)) as (given, http):
            found = connector(source.kind).check(given, http)
    except SealBroken as error:
        return Finding(kept.about, "broken", str(error), "Enter its password or token anew.")
    except Failure as failure:
        state: State = "broken" if isinstance(failure, Broken) else "late"
        return Finding(kept.about, state, str(failure), kept.next or "Open the source's page and test it.")
    finally:
        connections.close_all()
    return Finding(kept.about, kept.state, f"{kept.says} It answers: {found.says}", kept.next)


def _health(source: Source, now: datetime) -> Finding:
    about = f"source “{source.name}” of {source.workspace.name}"
    health = source.health(now)
    says = {
        "well": "It is read as it should be.",
        "new": "It was not read yet.",
        "paused": "It is paused.",
        "finished": "It was read to its end.",
        "late": "It should have been read by now.",
    }.get(health, source.error or "It needs a look.")
    if health in {"well", "paused", "finished"}:
        return Finding(about, "well", says)
    if health == "new":
        return Finding(about, "late" if source.due < now - LATE else "well", says, "")
    state: State = "broken" if health == "broken" else "late"
    since = f" {source.failures} tries in a row failed." if source.failures else ""
    return Finding(about, state, says + since, "Open its page: test it, mend its settings, or pause it.")
