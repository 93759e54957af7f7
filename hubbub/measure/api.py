"""The room's calls for scripts; each reads through the same query as the page."""

from datetime import date, datetime

from django.utils import timezone
from ninja import P, QueryEx, Router, Schema

from hubbub.store.models import Role, Topic
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal, RowId

from . import api_judgements, queries
from .forms import MOST, PeriodSlip, read_period

router = Router()
router.add_router("", api_judgements.router)
From = QueryEx[date | None, P(alias="from", description="first day, UTC; default: 30 days up to today")]
To = QueryEx[date | None, P(description="last day, UTC; default: today")]
Fresh = QueryEx[bool, P(description="count now, rather than take what was counted in the last minutes")]
Topics = QueryEx[list[RowId], P(description="ids of topics; default: the most mentioned ones")]


class Compared(Schema):
    """A number beside the one of the period before; null: nothing to count."""

    now: float | None
    before: float | None
    change: float | None


class DayOut(Schema):
    """Mentions of one topic on one day (UTC)."""

    day: date
    topic: int
    mentions: int
    mentions_in_period_before: int


class TopicMentionsOut(Schema):
    """One topic in the whole period."""

    topic: int
    name: str
    mentions: Compared


class SourceMentionsOut(Schema):
    """One source in the whole period."""

    source: int
    name: str
    posts: int
    mentions: int


class MentionsOut(Schema):
    """Mentions by day, topic and source."""

    first: date
    last: date
    posts: Compared
    topics: list[TopicMentionsOut]
    days: list[DayOut]
    sources: list[SourceMentionsOut]
    counted: datetime  # in a large workspace perhaps some minutes ago


class FiguresOut(Schema):
    """How the conversations opened in the period were answered."""

    first: date
    last: date
    conversations_opened: Compared
    conversations_answered: Compared
    answered_share: Compared
    median_hours_to_first_answer: Compared
    counted: datetime  # in a large workspace perhaps some minutes ago


def _period(first: date | None, to: date | None) -> queries.Period:
    try:
        return read_period(first, to, None, timezone.now().date())
    except PeriodSlip as slip:
        raise Refusal(str(slip)) from None


def _compared(value: queries.Compared) -> Compared:
    return Compared(now=value.now, before=value.before, change=value.change)


@router.get("/mentions", response=MentionsOut, summary="Mentions by day, topic and source")
@call(Role.VIEWER)
def mentions(
    request: MemberRequest,
    from_: From = None,
    to: To = None,
    topic: Topics = [],  # noqa: B006  # ninja reads it
    fresh: Fresh = False,
) -> MentionsOut:
    """Days in UTC. A post that two topics catch counts for both. At most 366 days and 20 topics."""
    period = _period(from_, to)
    if len(topic) > MOST:
        raise Refusal(f"Ask for at most {MOST} topics at once.")
    missing = set(topic) - set(Topic.of(request.workspace).filter(pk__in=topic).values_list("pk", flat=True))
    if missing:
        raise Refusal(f"This workspace has no topic {', '.join(map(str, sorted(missing)))}.")
    report = queries.report(request.workspace, period, topic, columns=MOST, fresh=fresh)
    return MentionsOut(
        first=period.first,
        last=period.last,
        posts=_compared(report.posts),
        topics=[
            TopicMentionsOut(topic=row.id, name=row.name, mentions=_compared(row.mentions)) for row in report.topics
        ],
        days=[
            DayOut(
                day=row.day,
                topic=shown.id,
                mentions=count,
                mentions_in_period_before=report.days_before.get((shown.id, row.day), 0),
            )
            for row in reversed(report.days)
            for shown, count in row.mentions
        ],
        sources=[
            SourceMentionsOut(source=row.id, name=row.name, posts=row.posts, mentions=row.mentions)
            for row in report.sources
        ],
        counted=report.counted,
    )


@router.get("/figures", response=FiguresOut, summary="How conversations were answered")
@call(Role.VIEWER)
def figures(request: MemberRequest, from_: From = None, to: To = None, fresh: Fresh = False) -> FiguresOut:
    """Of the conversations whose first post was published in the period (days in UTC)."""
    period = _period(from_, to)
    found = queries.engagement(request.workspace, period, fresh=fresh)
    return FiguresOut(
        first=period.first,
        last=period.last,
        conversations_opened=_compared(found.opened),
        conversations_answered=_compared(found.answered),
        answered_share=_compared(found.answered_share),
        median_hours_to_first_answer=_compared(found.first_answer),
        counted=found.counted,
    )
