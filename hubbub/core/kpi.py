"""Measures, windows and where a KPI stands: the arithmetic of planning, over counts that somebody else fetched.

One rule holds for all of it: None means that there was nothing to count, and is never written as 0.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from msgspec import Struct

from .relations import STANDING, STANDS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUS, NOTHING, GAP = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{NO-BREAK SPACE}"  # GAP: before a unit
REACH = 1_000  # followers from which on an author counts as influential; many call that a micro-influencer


class Unit(Enum):
    """What a value is given in. A share is kept as 0 to 1 and written in per cent."""

    COUNT = "count"
    SHARE = "share"
    NET = "net"  # a share less another one: -1 to 1, written in per cent too
    HOURS = "hours"
    RATING = "rating"


class Better(Enum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


class About(Enum):
    """Whether a measure is taken for one topic."""

    TOPIC = "topic"  # always
    EITHER = "either"  # for a topic, or for the whole workspace
    ALL = "all"  # always for the whole workspace


class Measure(Struct, frozen=True):
    """One number that a KPI can be set on."""

    key: str
    name: str
    unit: Unit
    better: Better
    counts: str  # what is counted, in words
    suits: frozenset[str]  # values of ObjectiveKind
    about: About = About.ALL


def _measure(
    key: str, name: str, unit: Unit, better: Better, about: About, counts: str, suits: str
) -> tuple[str, Measure]:
    return key, Measure(key, name, unit, better, counts, frozenset(suits.split()), about)


# In the order in which a form offers them. A window is the KPI's own number of days, up to now.
MEASURES: dict[str, Measure] = dict(
    (
        _measure(
            "mentions",
            "Mentions",
            Unit.COUNT,
            Better.UP,
            About.TOPIC,
            "Posts published in the window that the topic caught",
            "fans advocacy influencers partners brands feedback information expertise",
        ),
        _measure(
            "people",
            "People who mention it",
            Unit.COUNT,
            Better.UP,
            About.TOPIC,
            "Different people behind the posts that the topic caught, without ourselves",
            "fans advocacy partners feedback expertise",
        ),
        _measure(
            "influential_people",
            "Influential people who mention it",
            Unit.COUNT,
            Better.UP,
            About.TOPIC,
            f"Different people with {REACH:,} followers or more behind the posts that the topic caught",
            "influencers partners advocacy",
        ),
        _measure(
            "share_of_voice",
            "Share of voice",
            Unit.SHARE,
            Better.UP,
            About.TOPIC,
            "The topic's mentions out of the mentions of all topics about our brand or a competitor",
            "brands influencers advocacy expertise",
        ),
        _measure(
            "conversations",
            "Conversations opened",
            Unit.COUNT,
            Better.UP,
            About.ALL,
            "Conversations whose first post was published in the window",
            "fans feedback information expertise",
        ),
        _measure(
            "answered_share",
            "Share replied to",
            Unit.SHARE,
            Better.UP,
            About.ALL,
            "Of the conversations opened in the window, those that got a reply from us",
            "complaints reviews information feedback expertise",
        ),
        _measure(
            "first_answer_hours",
            "Median hours to the first reply",
            Unit.HOURS,
            Better.DOWN,
            About.ALL,
            "Of the conversations opened in the window and replied to: half got their reply within this time",
            "complaints reviews information",
        ),
        _measure(
            "replies_in_time",
            "First replies in time",
            Unit.SHARE,
            Better.UP,
            About.ALL,
            "Of the first replies that were promised, and whose clock started in the window, those that came in time",
            "complaints reviews information feedback",
        ),
        _measure(
            "conversations_done",
            "Conversations done",
            Unit.COUNT,
            Better.UP,
            About.ALL,
            "Conversations closed in the window",
            "complaints information feedback",
        ),
        _measure(
            "replies_sent",
            "Replies sent",
            Unit.COUNT,
            Better.UP,
            About.ALL,
            "Our replies that reached their network in the window",
            "complaints fans partners information reviews expertise",
        ),
        _measure(
            "removed_share",
            "Share hidden or removed",
            Unit.SHARE,
            Better.DOWN,
            About.ALL,
            "Of the posts published in the window on our own sources, those that we hid or removed",
            "complaints fans",
        ),
        _measure(
            "mean_rating",
            "Mean rating",
            Unit.RATING,
            Better.UP,
            About.EITHER,
            "The mean of the stars of the reviews published in the window, in their network's own scale",
            "reviews complaints",
        ),
        _measure(
            "new_authors",
            "New authors",
            Unit.COUNT,
            Better.UP,
            About.ALL,
            "Authors whom Hubbub saw for the first time in the window",
            "fans influencers",
        ),
        _measure(
            "returning_authors",
            "Returning authors",
            Unit.COUNT,
            Better.UP,
            About.EITHER,
            "Authors of two or more posts in the window, without ourselves",
            "fans advocacy feedback",
        ),
        _measure(
            "complaints",
            "Complaints",
            Unit.COUNT,
            Better.DOWN,
            About.EITHER,
            "Posts published in the window in which a complaint was found",
            "complaints reviews feedback",
        ),
        _measure(
            "negative_share",
            "Share of negative posts",
            Unit.SHARE,
            Better.DOWN,
            About.EITHER,
            "Of the posts published in the window whose mood was found, the negative ones",
            "complaints reviews brands",
        ),
        _measure(
            "net_sentiment",
            "Net sentiment",
            Unit.NET,
            Better.UP,
            About.EITHER,
            "Of the posts of the window whose mood was found, the share of positive ones less that of negative ones",
            "complaints advocacy brands reviews",
        ),
        *(
            _measure(f"{kind}s", f"Active {kind}s", Unit.COUNT, Better.UP, About.ALL, STANDS.format(kind), suits)
            for kind, suits in STANDING.items()
        ),
    )
)


def suggested(kind: str) -> tuple[Measure, ...]:
    """The measures that suit an objective of this kind, in the order of MEASURES."""
    return tuple(measure for measure in MEASURES.values() if kind in measure.suits)


class Window(Struct, frozen=True):
    """A stretch of time in UTC: `start` is in it, `end` is not."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start

    def before(self) -> "Window":
        """The stretch of the same length that ends where this one starts."""
        return Window(self.start - self.length, self.start)

    def days(self) -> list[date]:
        """The days (UTC) that it touches, oldest first."""
        last = (self.end - timedelta(microseconds=1)).astimezone(UTC).date()
        first = self.start.astimezone(UTC).date()
        return [first + DAY * number for number in range((last - first).days + 1)]


def last_days(days: int, now: datetime) -> Window:
    """`days` times 24 hours, up to the end of the current hour: as long at noon as at midnight, unlike calendar days,
    and made of whole hours, as the roll-ups are."""
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
    return Window(end - DAY * days, end)


def calendar_days(first: date, last: date) -> Window:
    """From the start of the first day to the end of the last one, in UTC."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return Window(start, datetime(last.year, last.month, last.day, tzinfo=UTC) + DAY)


def weeks(count: int, window: Window) -> list[Window]:
    """`count` windows as long as this one, the last of them this one, each a week after the one before: what a KPI
    was, week by week."""
    back = [timedelta(weeks=number) for number in range(count - 1, -1, -1)]
    return [Window(window.start - by, window.end - by) for by in back]


def median(values: Sequence[float]) -> float | None:
    """The middle value; the mean of the two middle ones of an even number; None of nothing.

    Chosen over the mean for waiting times, whose few long waits would hide what most people see."""
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return ordered[middle - 1] + (ordered[middle] - ordered[middle - 1]) / 2


def share(part: float, whole: float) -> float | None:
    """part ÷ whole, None where there is no whole. Share of voice is this with one topic's mentions over those of all
    topics about a brand, as media analysts define it: competitors count, industry terms do not."""
    return part / whole if whole else None


def change(now: float | None, before: float | None) -> float | None:
    """The difference over `before`: 0.5 is half as much again. None where either is unknown or `before` is 0."""
    if now is None or before is None or before == 0:
        return None
    return (now - before) / before


def written(value: float | None, unit: Unit) -> str:
    """The value as people read it, with its unit: "1,204", "23.4 %", "2.5 h", "4.2"; a dash for None."""
    if value is None:
        return NOTHING
    match unit:
        case Unit.COUNT:
            return f"{value:,.0f}" if abs(value - round(value)) < 0.05 else f"{value:,.1f}"
        case Unit.SHARE:
            return f"{value * 100:,.1f}{GAP}%"
        case Unit.NET:
            return f"{value * 100:+,.1f}{GAP}%".replace("-", MINUS)
        case Unit.HOURS:
            return f"{value * 60:,.0f}{GAP}min" if abs(value) < 1 else f"{value:,.1f}{GAP}h"
        case Unit.RATING:
            return f"{value:.1f}"


def written_change(part: float | None) -> str:
    """In whole per cent with its sign; a dash for None."""
    if part is None:
        return NOTHING
    whole = round(part * 100)
    if whole == 0:
        return f"±0{GAP}%"
    return f"+{whole:,}{GAP}%" if whole > 0 else f"{MINUS}{-whole:,}{GAP}%"


class State(Enum):
    """Where a KPI stands to its target."""

    MET = "met"
    ON_TRACK = "on track"
    BEHIND = "behind"
    MISSED = "missed"
    NO_DATA = "no data"


class Standing(Struct, frozen=True):
    """The state, what the value should be today (None: cannot be told), and the sentence that says why."""

    state: State
    expected: float | None
    says: str


class Goal(Struct, frozen=True):
    """A target as it was set: from `baseline` (None: nothing could be counted then) on `set_on` to `target` on
    `by_day`. Days are days in UTC."""

    baseline: float | None
    target: float
    set_on: date
    by_day: date


def expected(goal: Goal, today: date) -> float | None:
    """The value today on the straight line from the baseline to the target; the target itself from `by_day` on.

    A straight line is the plain assumption of steady work; None without a baseline, since a line needs two points."""
    if today >= goal.by_day:
        return goal.target
    if goal.baseline is None:
        return None
    gone = max(0, (today - goal.set_on).days) / (goal.by_day - goal.set_on).days if goal.set_on < goal.by_day else 1.0
    return goal.baseline + (goal.target - goal.baseline) * gone


def reaches(value: float, wanted: float, better: Better) -> bool:
    """Whether the value is at least as good as what is wanted."""
    return value >= wanted if better is Better.UP else value <= wanted


def standing(goal: Goal, value: float | None, today: date, measure: Measure) -> Standing:
    """Where the KPI stands today. A target that is reached is met, whenever that happens; until then the straight
    line decides between on track and behind, and after the last day it is missed."""
    wanted, unit = written(goal.target, measure.unit), measure.unit
    line = expected(goal, today)
    if value is None:
        return Standing(State.NO_DATA, line, "There is nothing to count in this window yet.")
    is_now = f"It is {written(value, unit)}"
    if reaches(value, goal.target, measure.better):
        limit = "at least" if measure.better is Better.UP else "at most"
        return Standing(State.MET, line, f"{is_now}; the target is {limit} {wanted} by {_day(goal.by_day)}.")
    if today > goal.by_day:
        return Standing(State.MISSED, line, f"{is_now}; it was to be {wanted} by {_day(goal.by_day)}.")
    if line is None:
        return Standing(
            State.NO_DATA,
            None,
            f"{is_now}, the target is {wanted}. Nothing could be counted when the target was set, so there is no line "
            "to compare with: set a new target to start one.",
        )
    begins, ends = f"{written(goal.baseline, unit)} on {_day(goal.set_on)}", f"{wanted} by {_day(goal.by_day)}"
    way = f"the straight line from {begins} to {ends}"
    if reaches(value, line, measure.better):
        return Standing(State.ON_TRACK, line, f"{is_now}; {way} asks for {written(line, unit)} today.")
    return Standing(State.BEHIND, line, f"{is_now}; {way} asks for {written(line, unit)} today.")


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
