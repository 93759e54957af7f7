"""What members reported: asked for by post or reporter, weighed by how the reporter fared, answered with a decision."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q, QuerySet

from hubbub.core.reporters import Reporter

from .cleaning import ident
from .models import Report, ReportOutcome, ReportState, Source, Workspace

DECIDED = (ReportOutcome.UPHELD, ReportOutcome.DISMISSED)
TOUCHED = 500  # posts that are ranked anew when reporters were right or wrong


def open_about(workspace: Workspace, posts: Collection[int]) -> Mapping[int, Sequence[Report]]:
    """Post id → its reports that wait for a decision, the first one first; with their reporters. One query."""
    found: dict[int, list[Report]] = {}
    rows = about(workspace, posts).filter(state=ReportState.OPEN)
    for row in rows:
        if row.post_id is not None:
            found.setdefault(row.post_id, []).append(row)
    return found


def about(workspace: Workspace, posts: Collection[int]) -> QuerySet[Report]:
    """All reports about these posts, the first one first; with their reporters."""
    return Report.of(workspace).filter(post__in=list(posts)).select_related("reporter").order_by("at", "pk")


def reporters(workspace: Workspace, asked: Collection[Report]) -> Mapping[int, Reporter]:
    """Report id → how whoever made it fared with their other reports, by all their identities; a visitor whom nobody
    vouches for, by the address that they left. Two queries. Reports come with `reporter`."""
    people = {one.reporter.person_id for one in asked if one.reporter}
    mails = {one.email.lower() for one in asked if one.email and not one.reporter}
    fared: dict[int | str, list[int]] = defaultdict(lambda: [0, 0])
    theirs = Report.of(workspace).filter(outcome__in=DECIDED)
    if people:
        for person, outcome in theirs.filter(reporter__person__in=people).values_list("reporter__person", "outcome"):
            fared[person][outcome == ReportOutcome.DISMISSED] += 1
    if mails:
        spelled = {one.email for one in asked} | mails
        for mail, outcome in theirs.filter(email__in=spelled, reporter=None).values_list("email", "outcome"):
            fared[mail.lower()][outcome == ReportOutcome.DISMISSED] += 1
    return {one.pk: _reporter(one, fared) for one in asked}


def _reporter(one: Report, fared: Mapping[int | str, Sequence[int]]) -> Reporter:
    vouched = one.reporter is not None
    right, wrong = fared.get(one.reporter.person_id if one.reporter else one.email.lower(), (0, 0))
    if one.outcome in DECIDED:  # its own outcome says nothing of what it weighed
        right, wrong = right - (one.outcome == ReportOutcome.UPHELD), wrong - (one.outcome == ReportOutcome.DISMISSED)
    return Reporter(max(right, 0), max(wrong, 0), vouched)


def of_same_reporters(workspace: Workspace, told: Collection[Report]) -> set[int]:
    """The posts that the reporters of these have open reports about: their weight has changed."""
    people = {one.reporter.person_id for one in told if one.reporter}
    mails = {one.email for one in told if one.email and not one.reporter}
    if not people and not mails:
        return set()
    theirs = Q(reporter__person__in=people) | Q(email__in=mails, reporter=None)
    rows = Report.of(workspace).filter(theirs, state=ReportState.OPEN, post__isnull=False)
    return {pk for pk in rows.values_list("post", flat=True)[:TOUCHED] if pk is not None}


def filed(source: Source, native: str) -> Report | None:
    """The report of that name from one source; None: the loop has not taken it in yet."""
    return Report.of(source.workspace).filter(source=source, native_id=ident(native)).first()
