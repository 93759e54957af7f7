"""What a replay found, ready to be shown: numbers with the way to the posts behind each, what people said, in words."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

import msgspec
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from msgspec import Struct

from hubbub.core import replay as counting
from hubbub.core.replay import Kept, Result, RuleResult
from hubbub.core.text.trust import Share, share
from hubbub.store import capped
from hubbub.store.bulk import numbered
from hubbub.store.models import Person, Post, Replay, ReplayHit, ReplayState, Rule, SampleJudgement, Source, Workspace
from hubbub.store.search import WITH, Before
from hubbub.ui.charts import Bar, Panel, days_chart

SAMPLE = 20
PAGE = 50
# which posts a page can show → what they are, in words
KINDS: Mapping[str, str] = {
    "touched": "it would have touched",
    "unchecked": "could not be checked",
    "agrees": "it would have touched, and people decided so, too",
    "contradicts": "it would have touched, but people decided otherwise",
    "missed": "people decided so about, and it would not have touched",
    "adds": "only the new wording touches",
    "loses": "only the wording in force touches",
}


class Counted(Struct, frozen=True):
    """A number with its name and the way to its posts."""

    name: str
    number: int
    url: str


class Trust(Struct, frozen=True):
    """How far the rule can be trusted, from people's decisions and from what was said of the sample."""

    precision: Share
    recall: Share
    judged: int  # of these so many by hand
    says: Sequence[str]  # in words


class Told(Struct, frozen=True):
    """All of a replay's page."""

    replay: Replay
    result: RuleResult | None  # None: it was not begun yet
    total: int
    sampled: bool
    percent: int
    outcomes: Sequence[Counted]
    days: Sequence[Bar]
    picture: SafeString | str
    sources: Sequence[Counted]
    people: Sequence[tuple[Counted, Person | None]]
    trust: Trust | None
    behind: bool  # the posts behind the numbers are still kept
    version_now: int | None
    stale: bool  # the rule says something else by now


def replays(
    workspace: Workspace, rule: Rule | None = None, before: Before | None = None, size: int = 50
) -> tuple[list[Replay], Before | None]:
    """Newest first."""
    rows = Replay.of(workspace).select_related("rule").defer("kept").order_by("-pk")
    if rule is not None:
        rows = rows.filter(rule=rule)
    if before is not None:
        rows = rows.filter(pk__lt=before.id)
    found = list(rows[: size + 1])
    page = found[:size]
    return page, Before(page[-1].at, page[-1].pk) if len(found) > size else None


def result_of(replay: Replay) -> Result | None:
    """What it counted so far; None: nothing yet."""
    if not replay.kept:
        return None
    return counting.result(msgspec.msgpack.decode(replay.kept, type=list[counting.Replay])[0])


def told(replay: Replay) -> Told:
    """Everything that its page shows."""
    whole = result_of(replay)
    found = whole.rules[0] if whole else None
    rule = replay.rule
    behind = replay.hits.exists() or not replay.touched
    days = _days(replay, found) if found else []
    label = f"Posts a day that “{replay.rule_name}” would have touched. The table below has the numbers."
    return Told(
        replay=replay,
        result=found,
        total=whole.total if whole else 0,
        sampled=bool(whole and whole.sampled),
        percent=100 if replay.state == ReplayState.DONE else min(99, int(100 * (whole.progress if whole else 0.0))),
        outcomes=_outcomes(replay, whole) if whole else [],
        days=days,
        picture=days_chart([Panel("", days)], label=label) if any(bar.count for bar in days) else "",
        sources=_sources(replay, found) if found else [],
        people=_people(replay, found) if found else [],
        trust=trust(replay, found) if found else None,
        behind=behind,
        version_now=rule.version if rule else None,
        stale=rule is not None and rule.version != replay.version,
    )


def url_of(replay: Replay, **asked: object) -> str:
    """The page with the posts behind a number."""
    query = urlencode([(name, str(value)) for name, value in asked.items()])
    return reverse("moderate:replay_posts", args=[replay.workspace.slug, replay.pk]) + (f"?{query}" if query else "")


def _outcomes(replay: Replay, whole: Result) -> list[Counted]:
    found = whole.rules[0]
    return [
        Counted(replay.draft["then"], found.touched, url_of(replay, kind="touched")),
        *([Counted("not checked", found.unchecked, url_of(replay, kind="unchecked"))] if found.unchecked else []),
        Counted("left alone", whole.looked_at - found.touched - found.unchecked, ""),
    ]


def _days(replay: Replay, found: RuleResult) -> list[Bar]:
    if replay.until is None or replay.since is None:
        return []
    first, last = replay.since.date(), replay.until.date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [_bar(replay, day, found.by_day.get(day, 0)) for day in days]


def _bar(replay: Replay, day: date, count: int) -> Bar:
    posts = "post" if count == 1 else "posts"
    return Bar(day, count, None, url_of(replay, kind="touched", day=day), f"{count:,} {posts} on {day:%-d %b %Y}")


def _sources(replay: Replay, found: RuleResult) -> list[Counted]:
    names = dict(Source.of(replay.workspace).filter(pk__in=list(found.by_source)).values_list("pk", "name"))
    pairs = sorted(found.by_source.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        Counted(names.get(pk, "a source that was deleted"), number, url_of(replay, kind="touched", source=pk))
        for pk, number in pairs
    ]


def _people(replay: Replay, found: RuleResult) -> list[tuple[Counted, Person | None]]:
    people = Person.of(replay.workspace).in_bulk([pk for pk, _ in found.hardest])
    return [
        (
            Counted(
                str(people[pk]) if pk in people else "somebody unknown",
                number,
                url_of(replay, kind="touched", person=pk),
            ),
            people.get(pk),
        )
        for pk, number in found.hardest
    ]


def trust(replay: Replay, found: RuleResult) -> Trust:
    """People's decisions and the sample's judgements together; of one post the judgement counts."""
    agrees, contradicts, missed = found.agrees, found.contradicts, found.missed
    words = _words(replay)
    hits = replay.hits.filter(post__in=numbered(sorted(words))).values_list("post_id", "touched", "said")
    rows = {post: (touched, said) for post, touched, said in hits} if words else {}
    judged = 0
    for post, right in words.items():
        touched, said = rows.get(post, (False, None))
        if touched:
            judged += 1
            agrees += right - (said is True)
            contradicts += (not right) - (said is False)
        elif right and post in rows:
            missed += said is not True
        elif post in rows and said is True:
            missed -= 1
    precision, recall = share(agrees, agrees + contradicts), share(agrees, agrees + missed)
    return Trust(precision, recall, judged, _says(precision, recall, found.touched))


def _words(replay: Replay) -> dict[int, bool]:
    if replay.rule_id is None:
        return {}
    rows = SampleJudgement.of(replay.workspace).filter(rule=replay.rule_id)
    return dict(rows.order_by("-pk").values_list("post_id", "agrees")[:10_000])


def _says(precision: Share, recall: Share, touched: int) -> list[str]:
    if not touched:
        return ["It would have touched nothing: there is nothing to be right or wrong about."]
    if precision.share is None or precision.low is None or precision.high is None:
        says = (
            "Nobody has decided about any post that it would have touched, so nobody can tell yet how often it is "
            "right. Judge the sample below: twenty posts take two minutes."
        )
        return [says]
    low, high = round(100 * (1 - precision.high)), round(100 * (1 - precision.low))
    says = (
        f"Of {precision.of:,} posts that it would have touched and people said something of, it was right about "
        f"{precision.hits:,}. Were it live, expect between {low} and {high} of 100 acts to be wrong."
    )
    found = [says]
    if precision.high - precision.low > 0.3:
        found.append("That is a wide range: judge more of the sample to narrow it.")
    if recall.share is not None and recall.of:
        found.append(
            f"Of {recall.of:,} posts that people decided about in that way, it finds {recall.hits:,}; the others break "
            "other rules, or this one in words that it does not look for."
        )
    return found


class SamplePost(Struct, frozen=True):
    """One post to be judged by hand."""

    post: Post
    spans: Sequence[Sequence[object]]
    judgement: SampleJudgement | None


def sample(replay: Replay) -> list[SamplePost]:
    """Twenty posts, drawn evenly from all that it would have touched."""
    whole = result_of(replay)
    kept: Sequence[Kept] = whole.rules[0].sample[:SAMPLE] if whole else ()
    posts = Post.of(replay.workspace).select_related(*WITH).in_bulk([one.post for one in kept])
    said = {}
    if replay.rule_id is not None:
        rows = SampleJudgement.of(replay.workspace).filter(rule=replay.rule_id, post__in=list(posts))
        said = {row.post_id: row for row in rows}
    return [
        SamplePost(posts[one.post], [(s.field, s.start, s.end) for s in one.spans], said.get(one.post))
        for one in kept
        if one.post in posts
    ]


class Asked(Struct, frozen=True):
    """Which posts behind a replay's numbers."""

    kind: str = "touched"
    day: date | None = None
    source: int | None = None
    person: int | None = None


def hits(replay: Replay, asked: Asked, before: Before | None = None) -> tuple[list[ReplayHit], Before | None]:
    """A page of them, the last read first."""
    rows = _of_kind(replay.hits.all(), asked.kind)
    if asked.day is not None:
        rows = rows.filter(day=asked.day)
    if asked.source is not None:
        rows = rows.filter(from_source=asked.source)
    if asked.person is not None:
        rows = rows.filter(by_person=asked.person)
    if before is not None:
        rows = rows.filter(post_id__lt=before.id)
    found = list(rows.select_related(*(f"post__{name}" for name in WITH)).order_by("-post_id")[: PAGE + 1])
    page = found[:PAGE]
    return page, Before(page[-1].post.published, page[-1].post_id) if len(found) > PAGE else None


def how_many(replay: Replay, kind: str) -> str:
    """Of a kind, counted as far as a page shows it."""
    return capped.shown(capped.count(_of_kind(replay.hits.all(), kind)))


def _of_kind(rows: QuerySet[ReplayHit], kind: str) -> QuerySet[ReplayHit]:
    which = {
        "touched": Q(touched=True),
        "unchecked": Q(unchecked=True),
        "agrees": Q(touched=True, said=True),
        "contradicts": Q(touched=True, said=False),
        "missed": Q(touched=False, unchecked=False, said=True),
        "adds": Q(touched=True, before=False),
        "loses": Q(touched=False, before=True),
    }
    return rows.filter(which[kind])
