"""What the page about opening conversations reads: versions from the log, runs."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from hubbub.store.models import Audit, OpeningRun, Workspace
from hubbub.ui.difference import Piece, difference

MOST = 50


class Version(Struct, frozen=True):
    """One state of the query."""

    number: int
    query: str
    active: bool
    by: str
    why: str
    at: datetime
    difference: Sequence[Piece]  # against the one before


def versions(workspace: Workspace) -> list[Version]:
    """The newest first, `MOST` at most; the start, which nobody wrote, is not among them."""
    rows = Audit.of(workspace).filter(noun="opening", verb="change").order_by("-id")[:MOST]
    return [
        Version(
            number=row.after["version"],
            query=row.after["query"],
            active=row.after["active"],
            by=row.by_name,
            why=row.why,
            at=row.at,
            difference=difference(row.before["query"], row.after["query"]),
        )
        for row in rows
    ]


def newest_run(workspace: Workspace) -> OpeningRun | None:
    """The one under way, or the last one; None: there was none."""
    return OpeningRun.of(workspace).order_by("-id").first()
