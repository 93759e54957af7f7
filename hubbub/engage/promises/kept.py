"""How well promises are kept: by week, promise, member and network, with the conversations behind each number."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from msgspec import Struct, structs

from hubbub.core.kpi import NOTHING, median, share
from hubbub.core.promises import written
from hubbub.store.hours import zone_of
from hubbub.store.kept import keep
from hubbub.store.models import Member, Promise, Source, Wait, WaitEnd, WaitKind, Workspace
from hubbub.store.search import Before, older_than
from hubbub.ui import sheets

WEEK = timedelta(days=7)
MOST_WEEKS = 53
BROKEN = (WaitEnd.BROKEN, WaitEnd.LATE)
ANSWERED = (WaitEnd.KEPT, WaitEnd.BROKEN)
NOBODY = 0  # in place of a member's id: it was answered elsewhere, or by nobody
MOST_ROWS = 100_000  # of an export
ENDS: Mapping[str, tuple[str, ...]] = {
    "kept": (WaitEnd.KEPT,),
    "broken": BROKEN,
    "waiting": (WaitEnd.RUNNING, WaitEnd.LATE),
    "late": (WaitEnd.LATE,),
    "running": (WaitEnd.RUNNING,),
    "dropped": (WaitEnd.DROPPED,),
}


class Asked(Struct, frozen=True):
    """What of it is looked at."""

    kind: str = "first"  # "" for both
    weeks: int = 12
    promise: int | None = None
    member: int | None = None
    source: int | None = None
    end: str = ""  # one of ENDS
    since: date | None = None  # the days of a list; as they are in the workspace's zone
    until: date | None = None

    def url(self, **other: object) -> str:
        """The query of an address that asks for this, or for something else."""
        given = {name: getattr(self, name) for name in self.__struct_fields__} | other
        # an empty kind is asked for: both
        return "?" + urlencode(
            {name: value for name, value in given.items() if value not in (None, "") or name == "kind"}
        )


class Share(Struct, frozen=True):
    """Promises of one week, promise, member or network."""

    name: str
    kept: int
    broken: int
    running: int
    dropped: int
    link: str  # to the list behind it; "&end=…" can follow
    median: float | None = None  # worked seconds to the answer
    share: float | None = None  # None: nothing was decided yet

    @property
    def per_cent(self) -> str:
        """As it is shown."""
        return NOTHING if self.share is None else f"{self.share * 100:.0f} %"

    @property
    def waited(self) -> str:
        """The median as it is shown."""
        return NOTHING if self.median is None else written(timedelta(seconds=self.median))


def read_asked(given: Mapping[str, str]) -> Asked:
    """From an address; nonsense counts as nothing."""
    weeks = _number(given.get("weeks")) or 12
    kind, end = given.get("kind", "first"), given.get("end", "")
    return Asked(
        kind=kind if kind in {"first", "next"} else "",
        weeks=min(max(weeks, 1), MOST_WEEKS),
        promise=_number(given.get("promise")),
        member=_number(given.get("member")),
        source=_number(given.get("source")),
        end=end if end in ENDS else "",
        since=_day(given.get("since")),
        until=_day(given.get("until")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def waits(workspace: Workspace, asked: Asked) -> QuerySet[Wait]:
    """The rows that are asked for, but for the days."""
    rows = Wait.of(workspace)
    kinds = [asked.kind] if asked.kind else [WaitKind.FIRST, WaitKind.NEXT]
    rows = rows.filter(kind__in=kinds)
    if asked.promise:
        rows = rows.filter(promise=asked.promise)
    if asked.member is not None:
        rows = rows.filter(by=asked.member or None)
    if asked.source:
        rows = rows.filter(conversation__source=asked.source)
    return rows.filter(end__in=ENDS[asked.end]) if asked.end else rows


def within(rows: QuerySet[Wait], zone: ZoneInfo, since: date | None, until: date | None) -> QuerySet[Wait]:
    """Those whose clock started on these days."""
    if since:
        rows = rows.filter(started__gte=midnight(since, zone))
    return rows.filter(started__lt=midnight(until + timedelta(days=1), zone)) if until else rows


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


class Report(Struct, frozen=True):
    """The whole page."""

    whole: Share
    weeks: Sequence[Share]  # newest first
    promises: Sequence[Share]
    members: Sequence[Share]
    networks: Sequence[Share]
    counted: datetime  # in a large workspace perhaps some minutes ago


def report(workspace: Workspace, asked: Asked, now: datetime, *, fresh: bool = False) -> Report:
    """Weeks begin on Monday, in the workspace's zone; the last is this one."""
    zone = zone_of(workspace)
    what = ("promises kept", asked.url(), now.astimezone(zone).date(), zone.key)
    return keep(workspace, what, lambda: _counted(workspace, asked, now, zone), fresh=fresh)


def _counted(workspace: Workspace, asked: Asked, now: datetime, zone: ZoneInfo) -> Report:
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    rows = waits(workspace, asked)
    weeks = []
    for number in range(asked.weeks):
        first = monday - number * WEEK
        last = first + timedelta(days=6)
        mine = within(rows, zone, first, last)
        weeks.append(_share(f"{first:%-d %b %Y}", _ends(mine), asked.url(since=first, until=last), _median(mine)))
    first = monday - (asked.weeks - 1) * WEEK
    whole = within(rows, zone, first, None)
    link = structs.replace(asked, since=first, until=today)
    return Report(
        whole=_share("All", _ends(whole), link.url(), _median(whole)),
        weeks=weeks,
        promises=_grouped(whole, "promise", _names(workspace, Promise), link),
        members=_grouped(whole, "by", {**_members(workspace), NOBODY: "Elsewhere, or nobody"}, link, "member"),
        networks=_grouped(whole, "conversation__source", _names(workspace, Source), link, "source"),
        counted=now,
    )


def _ends(rows: QuerySet[Wait]) -> dict[str, int]:
    return dict(rows.order_by().values_list("end").annotate(number=Count("pk")))


def _median(rows: QuerySet[Wait]) -> float | None:
    answered = rows.filter(end__in=ANSWERED, took__isnull=False)
    number = answered.order_by().count()
    middle = answered.order_by("took").values_list("took", flat=True)[max(0, (number - 1) // 2) : number // 2 + 1]
    return median([one or 0 for one in middle])


def _share(name: str, ends: Mapping[str, int], link: str, middle: float | None = None) -> Share:
    kept, broken = ends.get(WaitEnd.KEPT, 0), sum(ends.get(end, 0) for end in BROKEN)
    running, dropped = ends.get(WaitEnd.RUNNING, 0), ends.get(WaitEnd.DROPPED, 0)
    return Share(name, kept, broken, running, dropped, link, middle, share(kept, kept + broken))


def _grouped(
    rows: QuerySet[Wait], column: str, names: Mapping[int, str], link: Asked, parameter: str = "promise"
) -> list[Share]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for pk, end, number in rows.order_by().values_list(column, "end").annotate(number=Count("pk")):
        found[pk or NOBODY][end] = number
    shares = [_share(names.get(pk, "Gone"), ends, link.url(**{parameter: pk})) for pk, ends in found.items()]
    return sorted(shares, key=lambda one: (one.share is None, one.share, one.name))  # who needs help comes first


def _names(workspace: Workspace, model: type[Promise] | type[Source]) -> dict[int, str]:
    return dict(model.of(workspace).values_list("pk", "name"))


def _members(workspace: Workspace) -> dict[int, str]:
    return {one.pk: str(one) for one in Member.of(workspace).select_related("user")}


class Page(Struct, frozen=True):
    """The rows behind a number, newest first."""

    rows: Sequence[Wait]
    older: Before | None


def behind(workspace: Workspace, asked: Asked, before: Before | None, size: int = 50) -> Page:
    """A page of them."""
    rows = within(waits(workspace, asked), zone_of(workspace), asked.since, asked.until)
    with_ = ("conversation__author", "conversation__source", "promise", "by__user")
    found = list(
        older_than(rows.order_by("-started", "-id"), before, when="started").select_related(*with_)[: size + 1]
    )
    shown = found[:size]
    return Page(shown, Before(shown[-1].started, shown[-1].pk) if len(found) > size else None)


COLUMNS = (
    "conversation", "network", "promise", "reply", "asked", "clock started", "promised (worked minutes)", "due",
    "outcome", "ended", "took (worked minutes)", "clock stood (minutes)", "reply by",
)  # fmt: skip


def as_csv(workspace: Workspace, asked: Asked) -> Iterator[str]:
    """A line a wait, newest first; times in UTC. Nothing in it can be taken for a formula."""
    rows = within(waits(workspace, asked), zone_of(workspace), asked.since, asked.until).order_by("-started", "-id")
    yield _line(COLUMNS)
    for wait in rows.select_related("conversation__source", "promise", "by__user")[:MOST_ROWS].iterator(2_000):
        yield _line(
            (
                str(wait.conversation_id), str(wait.conversation.source), str(wait.promise), wait.kind,
                _moment(wait.asked), _moment(wait.started), str(wait.within // 60), _moment(wait.due), wait.end,
                _moment(wait.ended), "" if wait.took is None else f"{wait.took / 60:.1f}", f"{wait.paused / 60:.1f}",
                str(wait.by or ""),
            )
        )  # fmt: skip


def _moment(when: datetime | None) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if when else ""


def _line(cells: Sequence[str]) -> str:
    return sheets.line(map(sheets.harmless, cells))
