"""Roll-ups: what a transaction changes in the hourly counts, gathered first and written once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from hubbub.core.facts import INTENTS, SENTIMENTS
from hubbub.core.text.judgement import Judgement
from hubbub.core.text.labels import HALF

from . import bulk
from .models import JudgedDay, Mention, Post, Rollup, Workspace

# columns of a roll-up beside `posts`
COPIED = tuple(f"copied_{sentiment}" for sentiment in SENTIMENTS)  # what a chart that counts copies once takes off
COLUMNS = ("posts", "copies", *SENTIMENTS, *COPIED, *INTENTS, "toxic", "spam")
HOUR = 3600  # seconds

Key = tuple[int, int | None, int]  # source, topic (None: all posts), hours since 1970: quicker to tell than moments


class Counts:
    """What changes. `save` writes all of it, in one order, so that no two transactions wait for each other: call it
    once, at the end, with the posts or their source held."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._posts: Counter[tuple[Key, str]] = Counter()
        self._judged: Counter[tuple[int, date, int]] = Counter()  # source, day, judge

    def add(
        self,
        source: int,
        published: datetime,
        topics: Iterable[int],
        columns: Sequence[str],
        *,
        number: int = 1,
        whole: bool = True,
    ) -> None:
        """`number` posts more (or fewer) in these columns: of each topic, and (`whole`) of all posts."""
        hour = int(published.timestamp() // HOUR)
        for topic in (None, *topics) if whole else topics:
            key = (source, topic, hour)
            for column in columns:
                self._posts[key, column] += number

    def add_posts(self, posts: Iterable[Post], *, number: int = 1) -> None:
        """These stored posts as they are now, with the topics that mention them in the database."""
        rows = list(posts)
        topics = topics_of(rows)
        for post in rows:
            self.add(post.source_id, post.published, topics[post.pk], columns_of_post(post), number=number)
            self.judged(post.source_id, post.published, post.judge_id, number=number)

    def judged(self, source: int, published: datetime, judge: int | None, *, number: int = 1) -> None:
        """So many posts more (or fewer) were judged by `judge`; None: by nobody yet."""
        if judge is not None:
            self._judged[source, published.astimezone(UTC).date(), judge] += number

    def save(self) -> None:
        """Write it. What is nothing in the end is not touched."""
        changed: dict[Key, dict[str, int]] = defaultdict(dict)
        for (key, column), number in self._posts.items():
            if number:
                changed[key][column] = number
        if changed:
            self._save_hours(changed)
        days = {key: number for key, number in self._judged.items() if number}
        if days:
            self._save_days(days)
        self._posts.clear()
        self._judged.clear()

    def _save_hours(self, changed: Mapping[Key, Mapping[str, int]]) -> None:
        by_source: dict[int, set[datetime]] = defaultdict(set)
        for source, _, hour in changed:
            by_source[source].add(_moment(hour))
        known: dict[Key, int] = {}
        for source, hours in by_source.items():
            rows = Rollup.of(self.workspace).filter(source=source, hour__in=hours)
            for pk, topic, moment in rows.values_list("pk", "topic", "hour"):
                known[source, topic, int(moment.timestamp() // HOUR)] = pk
        there = sorted((known[key], numbers) for key, numbers in changed.items() if key in known)
        touched = [column for column in COLUMNS if any(column in numbers for _, numbers in there)]
        bulk.increase(Rollup, touched, [(*(numbers.get(one, 0) for one in touched), pk) for pk, numbers in there])
        new = [
            (key, numbers)
            for key, numbers in changed.items()
            if key not in known and any(number > 0 for number in numbers.values())
        ]
        bulk.insert(
            Rollup,
            ("id", "workspace", "source", "topic", "hour", *COLUMNS),
            [
                (
                    *(pk, self.workspace.pk, source, topic, bulk.moment(_moment(hour))),
                    *(max(0, numbers.get(column, 0)) for column in COLUMNS),
                )
                for pk, ((source, topic, hour), numbers) in zip(bulk.reserve(Rollup, len(new)), new, strict=True)
            ],
        )

    def _save_days(self, changed: Mapping[tuple[int, date, int], int]) -> None:
        rows = JudgedDay.of(self.workspace).filter(
            source__in={source for source, _, _ in changed}, day__in={day for _, day, _ in changed}
        )
        known = {
            (source, day, judge): pk for pk, source, day, judge in rows.values_list("pk", "source", "day", "judge")
        }
        there = sorted((known[key], number) for key, number in changed.items() if key in known)
        bulk.increase(JudgedDay, ["posts"], [(number, pk) for pk, number in there])
        JudgedDay.everywhere.bulk_create(
            JudgedDay(workspace=self.workspace, source_id=source, day=day, judge_id=judge, posts=number)
            for (source, day, judge), number in changed.items()
            if (source, day, judge) not in known and number > 0
        )


def _moment(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * HOUR, UTC)


def columns_of(judgement: Judgement, *, copy: bool) -> list[str]:
    """The columns in which a post counts; `copy`: another post said the same before."""
    found = ["posts"]
    if copy:
        found.append("copies")
    if judgement.sentiment is not None:
        found.append(judgement.sentiment)
        if copy:
            found.append(f"copied_{judgement.sentiment}")
    if judgement.intent is not None:
        found.append(judgement.intent)
    if judgement.toxicity is not None and judgement.toxicity >= HALF:
        found.append("toxic")
    if judgement.spam is not None and judgement.spam >= HALF:
        found.append("spam")
    return found


def columns_of_post(post: Post) -> list[str]:
    """The same of a stored post."""
    return columns_of(post.judgement, copy=post.alike_id is not None)


def topics_of(posts: Sequence[Post]) -> Mapping[int, list[int]]:
    """Post id → ids of the topics that mention it."""
    found: dict[int, list[int]] = defaultdict(list)
    mentions = Mention.everywhere.filter(post__in=[post.pk for post in posts])
    for post, topic in mentions.values_list("post_id", "topic_id"):
        found[post].append(topic)
    return found
