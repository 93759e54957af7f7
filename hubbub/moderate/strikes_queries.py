"""What the pages about strikes and reports read: a person's record, what is proposed, what members reported."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from msgspec import Struct

from hubbub.core.reporters import Reporter, arranged
from hubbub.store import reports, strikes
from hubbub.store.models import Person, Policy, Post, Proposal, ProposalState, Report, ReportState, Strike, Workspace
from hubbub.store.search import Before

from . import strikes_actions

PAGE = 50


class Given(Struct, frozen=True):
    """A strike as it is shown."""

    strike: Strike
    policy: Policy | None
    counts: bool  # now
    over: bool  # its time is


class Proposed(Struct, frozen=True):
    """A proposal as it is shown."""

    proposal: Proposal
    points: int  # that the person has now
    obstacle: str  # why it cannot be done; "": it can


class Told(Struct, frozen=True):
    """A report as it is shown."""

    report: Report
    reporter: Reporter
    arranged: str  # that the reports about its post seem so; "": they do not


class Reports(Struct, frozen=True):
    """A page of reports, newest first."""

    rows: Sequence[Told]
    older: Before | None


def given(person: Person, now: datetime) -> list[Given]:
    """All strikes of a person, newest first, at most 200."""
    rows = list(strikes.of_person(person)[:200])
    policies = {one.slug: one for one in Policy.of(person.workspace).filter(slug__in={row.policy for row in rows})}
    return [
        Given(
            row,
            policies.get(row.policy),
            row.withdrawn is None and (row.until is None or row.until > now),
            row.until is not None and row.until <= now,
        )
        for row in rows
    ]


def proposed(
    workspace: Workspace, now: datetime, state: str = "open", person: Person | None = None, before: Before | None = None
) -> tuple[list[Proposed], Before | None]:
    """A page of proposals, newest first; `state` "": all."""
    rows = Proposal.of(workspace).select_related(
        "author__person", "post__source", "post__author", "post__workspace", "sanction", "workspace"
    )
    if state:
        rows = rows.filter(state=state)
    if person is not None:
        rows = rows.filter(author__person=person)
    page = list((rows.filter(pk__lt=before.id) if before else rows).order_by("-pk")[: PAGE + 1])
    points = strikes.points_of(workspace, {one.author.person_id for one in page}, now)
    found = [
        Proposed(
            one,
            points.get(one.author.person_id, 0),
            strikes_actions.obstacle(one) if one.state == ProposalState.OPEN else "",
        )
        for one in page[:PAGE]
    ]
    last = page[PAGE - 1] if len(page) > PAGE else None
    return found, Before(last.at, last.pk) if last else None


def at_post(post: Post, now: datetime) -> tuple[list[Strike], list[Proposed]]:
    """The strike that a post gave, and what its author's points propose."""
    struck = list(Strike.of(post.workspace).filter(post=post, withdrawn=None).select_related("author")[:1])
    if post.author is None:
        return struck, []
    return struck, proposed(post.workspace, now, "open", post.author.person)[0]


def told(
    workspace: Workspace,
    state: str = "open",
    *,
    post: int | None = None,
    person: int | None = None,
    before: Before | None = None,
) -> Reports:
    """A page of reports, newest first. `state`: open, upheld, dismissed, elsewhere or "" for all; about one post, by
    one person."""
    rows = Report.of(workspace).select_related("reporter", "post__author", "post__source", "source")
    if state == ReportState.OPEN:
        rows = rows.filter(state=ReportState.OPEN)
    elif state:
        rows = rows.filter(outcome=state)
    if post is not None:
        rows = rows.filter(post=post)
    if person is not None:
        rows = rows.filter(reporter__person=person)
    if before is not None:
        rows = rows.filter(Q(at__lt=before.published) | Q(at=before.published, pk__lt=before.id))
    page = list(rows.order_by("-at", "-pk")[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    return Reports(weighed(workspace, page[:PAGE]), Before(last.at, last.pk) if last else None)


def weighed(workspace: Workspace, rows: Sequence[Report]) -> list[Told]:
    """Each with how its reporter fared, and whether those about its post seem arranged."""
    posts = {row.post_id for row in rows if row.post_id is not None}
    around = [one for some in reports.open_about(workspace, posts).values() for one in some]
    known = reports.reporters(workspace, [*rows, *around])
    seeming = _arranged(around, known)
    return [Told(row, known[row.pk], seeming.get(row.post_id or 0, "")) for row in rows]


def _arranged(rows: Sequence[Report], known: Mapping[int, Reporter]) -> dict[int, str]:
    by_post: dict[int, list[tuple[datetime, Reporter]]] = {}
    for one in rows:
        by_post.setdefault(one.post_id or 0, []).append((one.at, known[one.pk]))
    return {post: words for post, moments in by_post.items() if (words := arranged(moments))}
