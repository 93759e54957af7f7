"""The transparency report for a period: what was seen, what was done, by whom, and how much of it was wrong."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Sum
from msgspec import Struct

from hubbub.core.text.trust import Share, share
from hubbub.store.models import Policy, Report, Rollup, Source, Statement, Workspace
from hubbub.store.search import Before
from hubbub.ui import sheets

from .appeals_queries import Times, times
from .statements import DAY, OUTCOMES, WRONG, moment

LONGEST = timedelta(days=366)
REPORTS_PAGE = 50

# what each number is; shown beside it and written into the files
DEFINITIONS: Mapping[str, str] = {
    "seen": "Posts that were published within the period in places of ours and read by Hubbub, by the hour (UTC).",
    "acted": "Statements of reasons: each hiding, removing, warning, muting, banning, blocking counts once, also where "
    "it was taken back later. A ban that took posts away counts once for the ban and once for each post.",
    "automated": "Decided by a rule without a person.",
    "reports": "Reports by members and visitors that came in within the period, by what has become of them until now.",
    "appeals": "Appeals that came in within the period, by what has become of them until now.",
    "median": "Half of the answered appeals were answered within this time.",
    "restored": "Of what was done within the period, what was taken back since: by an undo, by another decision that "
    "approved the post, or after an appeal. What the network refused or another decision replaced does not count.",
    "precision": "Of what was decided so within the period, the share that was not taken back as wrong, with the "
    "interval that holds the true share 95 times in 100. Nobody looks at every decision again: the true share may be "
    "lower.",
    "error": "One minus that share.",
}


class Number(Struct, frozen=True):
    """One number and where what is behind it stands."""

    key: str
    label: str
    number: int
    link: str = ""  # parameters of the list that holds them


class Right(Struct, frozen=True):
    """How often decisions of one kind were right."""

    key: str
    label: str
    decided: int
    wrong: int
    precision: Share
    link: str  # all of them
    link_wrong: str

    @property
    def error(self) -> float | None:
        """The share that was wrong; None: nothing was decided."""
        return None if self.precision.share is None else 1 - self.precision.share


class Made(Struct, frozen=True):
    """The report."""

    since: date
    until: date
    seen: int
    total: int
    outcomes: Sequence[Number]
    policies: Sequence[Number]
    sources: Sequence[Number]
    by: Sequence[Number]
    reports: Sequence[Number]
    restored: Sequence[Number]
    right: Sequence[Right]
    appeals: Times

    @property
    def link(self) -> str:
        """Parameters of a list of the same period."""
        return urlencode({"since": self.since.isoformat(), "until": self.until.isoformat()})


def period(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """What was asked for, put right: the last 30 days where nothing was, a year at most."""
    last = min(until or today, today)
    first = since or last - timedelta(days=29)
    if first > last:
        first, last = last, first
    return max(first, last - LONGEST), last


def report(workspace: Workspace, since: date, until: date) -> Made:
    """Of the days from `since` to `until`, UTC, both included. A few queries, each along an index."""
    begin, end = moment(since), moment(until + DAY)
    owned = dict(Source.of(workspace).filter(owned=True).values_list("pk", "name"))
    names = dict(Policy.of(workspace).values_list("slug", "name"))
    sources = dict(Source.of(workspace).values_list("pk", "name"))
    rolled = Rollup.of(workspace).filter(topic=None, source__in=owned, hour__gte=begin, hour__lt=end)
    days = {"since": since.isoformat(), "until": until.isoformat()}
    groups = list(
        Statement.of(workspace).filter(at__gte=begin, at__lt=end).order_by()
        .values_list("outcome", "policy", "automated", "source", "end").annotate(Count("pk"))
    )  # fmt: skip

    def counted(place: int, name: str, label: Callable[[object], str]) -> list[Number]:
        found: Counter[object] = Counter()
        for group in groups:
            found[group[place]] += group[5]
        return [
            Number(str(key), label(key), number, urlencode({**days, name: str(key)}) if key != "" else "")
            for key, number in found.most_common()
        ]

    by = counted(2, "by", lambda key: "By a rule" if key else "By a person")
    return Made(
        since=since,
        until=until,
        seen=rolled.aggregate(sum=Sum("posts"))["sum"] or 0,
        total=sum(group[5] for group in groups),
        outcomes=counted(0, "outcome", lambda key: OUTCOMES.get(str(key), str(key)).capitalize()),
        policies=counted(1, "policy", lambda key: names.get(str(key), str(key)) or "No policy named"),
        sources=counted(3, "source", lambda key: str(sources.get(int(str(key)), key))),
        by=[_by(one, days) for one in by],
        reports=_reports(workspace, since, until, days),
        restored=[
            Number(end, end.label, number, urlencode({**days, "end": end.value}))
            for end in WRONG
            if (number := sum(group[5] for group in groups if group[4] == end))
        ],
        right=[_right(key, groups, days) for key in ("rule", "person")],
        appeals=times(workspace, since, until),
    )


def _by(one: Number, days: Mapping[str, str]) -> Number:
    key = "rule" if one.key == "True" else "person"
    return Number(key, one.label, one.number, urlencode({**days, "by": key}))


def _right(key: str, groups: Sequence[tuple[str, str, bool, int, str, int]], days: Mapping[str, str]) -> Right:
    mine = [group for group in groups if group[2] is (key == "rule")]
    decided = sum(group[5] for group in mine)
    wrong = sum(group[5] for group in mine if group[4] in WRONG)
    return Right(
        key, "Decided by a rule" if key == "rule" else "Decided by a person", decided, wrong,
        share(decided - wrong, decided), urlencode({**days, "by": key}), urlencode({**days, "by": key, "end": "wrong"}),
    )  # fmt: skip


def _reports(workspace: Workspace, since: date, until: date, days: Mapping[str, str]) -> list[Number]:
    rows = reports_of(workspace, since, until).order_by()
    found = []
    for state, outcome, number in rows.values_list("state", "outcome").annotate(Count("pk")).order_by("-pk__count"):
        key = "open" if state == "open" else outcome or "closed"
        found.append(Number(key, OUTCOMES_OF_REPORTS[key], number, urlencode({**days, "outcome": key})))
    return found


OUTCOMES_OF_REPORTS = {
    "open": "Waits for a decision", "upheld": "Upheld: the post broke a rule",
    "dismissed": "Dismissed: the post may stay",
    "elsewhere": "Dealt with on the network", "closed": "Dealt with",
}  # fmt: skip


def reports_of(workspace: Workspace, since: date, until: date, outcome: str = "") -> QuerySet[Report]:
    """Reports that came in within the period."""
    rows = Report.of(workspace).filter(at__gte=moment(since), at__lt=moment(until + DAY))
    if outcome == "open":
        return rows.filter(state="open")
    if outcome:
        return rows.exclude(state="open").filter(outcome="" if outcome == "closed" else outcome)
    return rows


def reports_page(
    workspace: Workspace, since: date, until: date, outcome: str, before: Before | None
) -> tuple[list[Report], Before | None]:
    """Some of them, newest first, and where the next ones begin."""
    rows = reports_of(workspace, since, until, outcome).select_related("post__source", "source")
    if before is not None:
        rows = rows.filter(Q(at__lt=before.published) | Q(at=before.published, pk__lt=before.id))
    found = list(rows.order_by("-at", "-pk")[: REPORTS_PAGE + 1])
    last = found[REPORTS_PAGE - 1] if len(found) > REPORTS_PAGE else None
    return found[:REPORTS_PAGE], Before(last.at, last.pk) if last else None


def lines(made: Made) -> list[tuple[str, str, str, str]]:
    """Part, key, label, number: the report as a table. Shares are written with four digits."""
    found = [("period", "since", "First day (UTC)", made.since.isoformat())]
    found += [("period", "until", "Last day (UTC)", made.until.isoformat())]
    found += [("posts", "seen", "Seen in our places", str(made.seen)), ("acted", "total", "Acted on", str(made.total))]
    parts = {
        "outcome": made.outcomes, "policy": made.policies, "source": made.sources, "by": made.by,
        "report": made.reports, "restored": made.restored,
    }  # fmt: skip
    found += [(part, one.key, one.label, str(one.number)) for part, rows in parts.items() for one in rows]
    for one in made.right:
        found.append((f"right, {one.key}", "decided", "Decided", str(one.decided)))
        found.append((f"right, {one.key}", "wrong", "Taken back as wrong", str(one.wrong)))
        precision = one.precision
        for key, value in (("precision", precision.share), ("low", precision.low), ("high", precision.high)):
            found.append((f"right, {one.key}", key, key.capitalize(), "" if value is None else f"{value:.4f}"))
    told = made.appeals
    median = "" if told.median_hours is None else f"{told.median_hours:.2f}"
    for key, number in (
        ("received", str(told.received)), ("open", str(told.open)), ("upheld", str(told.upheld)),
        ("overturned", str(told.overturned)), ("median_hours", median), ("within_goal", str(told.within_goal)),
    ):  # fmt: skip
        found.append(("appeals", key, key.replace("_", " ").capitalize(), number))
    return found + [("definition", key, text, "") for key, text in DEFINITIONS.items()]


def as_csv(made: Made) -> str:
    """The report as a table."""
    rows = ((part, key, sheets.harmless(label), number) for part, key, label, number in lines(made))
    return "".join(map(sheets.line, (("part", "key", "label", "number"), *rows)))
