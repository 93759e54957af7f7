"""What people did later with what a rule did, week by week: how often it was right, and if it is below its line."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet
from msgspec import Struct

from hubbub.core.text.trust import Share, share
from hubbub.store.bulk import numbered
from hubbub.store.models import Audit, Rule, Verdict

WEEK = timedelta(days=7)
WEEKS = 8
MOST = 50_000  # verdicts of a rule that are looked at, the newest; beyond, a page says so
LATELY = 4  # weeks that are held against the line

# what people did with a post later → whether they took it away; an undoing or an overturned appeal says that the rule
# was wrong, whatever it did
TAKEN: Mapping[str, bool] = {"approve": False, "hide": True, "remove": True}
REVERSED = ("undo", "overturn")


class Week(Struct, frozen=True):
    """One week of a rule, from Monday (UTC)."""

    first: date
    acts: int  # verdicts, live or in shadow
    shadow: int  # of these in shadow
    right: int
    wrong: int
    precision: Share


class Record(Struct, frozen=True):
    """A rule's last weeks, newest first."""

    weeks: Sequence[Week]
    lately: Share  # of the last four weeks
    below: bool  # that falls below the rule's line
    surely: bool  # so does the whole interval
    cut: bool  # only the newest were looked at


def monday(of: date) -> date:
    """The first day of a week."""
    return of - timedelta(days=of.weekday())


def record(rule: Rule, now: datetime, weeks: int = WEEKS) -> Record:
    """The rule's last `weeks` weeks. What it said in shadow counts as well: people decide about those posts, too."""
    first = monday(now.astimezone(UTC).date()) - (weeks - 1) * WEEK
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    rows = list(
        rule.verdicts.filter(at__gte=since, unchecked=False).order_by("-pk").values_list("post", "at", "state")[:MOST]
    )
    said = judged_by_people(rule, {post for post, _, _ in rows})
    acts: Counter[date] = Counter()
    shadow: Counter[date] = Counter()
    right: Counter[date] = Counter()
    wrong: Counter[date] = Counter()
    for post, at, state in rows:
        week = monday(at.astimezone(UTC).date())
        acts[week] += 1
        shadow[week] += state == "shadow"
        if post in said:
            (right if said[post] else wrong)[week] += 1
    days = [first + number * WEEK for number in reversed(range(weeks))]
    found = [
        Week(day, acts[day], shadow[day], right[day], wrong[day], share(right[day], right[day] + wrong[day]))
        for day in days
    ]
    newest = found[:LATELY]
    hits = sum(week.right for week in newest)
    lately = share(hits, hits + sum(week.wrong for week in newest))
    below = rule.least is not None and lately.share is not None and lately.share < rule.least
    surely = below and rule.least is not None and lately.high is not None and lately.high < rule.least
    return Record(found, lately, below, surely, len(rows) == MOST)


def judged_by_people(rule: Rule, posts: set[int]) -> dict[int, bool]:
    """Of these posts, those that people decided about since: whether they see it as the rule does."""
    if not posts:
        return {}
    wants = rule.then != "approve"
    acts = Audit.of(rule.workspace).filter(noun="post", noun_id__in=numbered(sorted(posts)), by_kind="member")
    found: dict[int, bool] = {}
    for post, verb in acts.order_by("pk").values_list("noun_id", "verb"):
        if verb in TAKEN:
            found[post] = TAKEN[verb] is wants
        elif verb.startswith(REVERSED):
            found[post] = False
    return found


class Asked(Struct, frozen=True):
    """Which of a rule's verdicts a page shows."""

    week: date | None = None
    said: str = ""  # "right", "wrong" or all


ALL = Asked()


def verdicts(rule: Rule, asked: Asked) -> QuerySet[Verdict]:
    """Those verdicts, newest first."""
    rows = rule.verdicts.order_by("-pk")
    if asked.week is not None:
        since = datetime(asked.week.year, asked.week.month, asked.week.day, tzinfo=UTC)
        rows = rows.filter(at__gte=since, at__lt=since + WEEK)
    if asked.said:
        held = set(rows.filter(unchecked=False).values_list("post", flat=True)[:MOST])
        said = judged_by_people(rule, held)
        wanted = [post for post, right in said.items() if right is (asked.said == "right")]
        rows = rows.filter(post__in=numbered(sorted(wanted)))
    return rows


def below_their_line(rules: Sequence[Rule], now: datetime) -> dict[int, Record]:
    """Of the rules that have a line, those that fall below it."""
    found = {rule.pk: record(rule, now, LATELY) for rule in rules if rule.least is not None and rule.state != "draft"}
    return {pk: one for pk, one in found.items() if one.below}
