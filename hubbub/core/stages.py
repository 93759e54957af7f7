"""What happens to every post, in order. The whole stream path: runs inline or on any engine without change."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field

from . import query as language
from .facts import Analysis, Facts, Standing
from .plan import Plan, TopicKind
from .post import Place, Post
from .rules import SPANS_KEPT, Rules, Verdict, decide

# a mention of these is somebody speaking of us; of rivals and of the field we only want to know
OURS: frozenset[TopicKind] = frozenset({"brand", "campaign", "person"})

# what was said before that is read, not answered: a new source does not fill the inbox with old threads
ANSWERED_WITHIN = timedelta(days=30)


class Caught(Struct, frozen=True, gc=False):
    """A topic that matched, and the words that made it."""

    topic: int  # its id
    version: int
    spans: tuple[language.Span, ...]


class Outcome(Struct, frozen=True, gc=False):
    """What the stages say of one post."""

    post: Post
    caught: tuple[Caught, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    decided: Verdict | None = None
    deserves_answer: bool = False


class Ready:
    """A Plan made ready to run: parsed once, used for every batch."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.topics = {topic.id: topic for topic in plan.topics}
        self.queries: dict[int, language.Query] = {}
        for topic in plan.topics:
            try:
                self.queries[topic.id] = language.parse(topic.query, language.Use.TOPIC)
            except language.QueryError:
                continue  # the editor refuses it and the topics page shows it; the other topics go on
        self.index: language.Index[int] = language.Index(self.queries.items())
        self.rules = Rules(plan.rules)


class Work(Struct):
    """A batch on its way: one column a stage, in the order of `posts`."""

    ready: Ready
    place: Place
    now: datetime
    posts: Sequence[Post]
    readings: list[language.Reading] = field(default_factory=list)
    caught: list[tuple[Caught, ...]] = field(default_factory=list)
    verdicts: list[tuple[Verdict, ...]] = field(default_factory=list)
    deserving: list[bool] = field(default_factory=list)


def read(work: Work) -> None:
    """Cut title and text into words."""
    work.readings = [language.read(post, work.place, read_at=work.now) for post in work.posts]


def match(work: Work) -> None:
    """Hold every post against all topics at once."""
    queries, topics = work.ready.queries, work.ready.topics
    found = work.ready.index.match_many(work.readings, now=work.now)
    work.caught = [
        tuple(
            Caught(topic, topics[topic].version, language.spans(queries[topic], reading, now=work.now)[:SPANS_KEPT])
            for topic in matched
        )
        for reading, matched in zip(work.readings, found, strict=True)
    ]


def moderate(work: Work) -> None:
    """Hold every post against the rules."""
    if not work.ready.plan.rules:
        work.verdicts = [()] * len(work.posts)
        return
    work.verdicts = [
        work.ready.rules.verdicts(reading, _facts(work, post, caught), now=work.now)
        for post, reading, caught in zip(work.posts, work.readings, work.caught, strict=True)
    ]


def _facts(work: Work, post: Post, caught: tuple[Caught, ...]) -> Facts:
    names = frozenset(work.ready.topics[catch.topic].name for catch in caught)
    created = post.author.created if post.author else None
    age = (post.published or work.now) - created if created else None
    return Facts(analysis=Analysis(topics=names), standing=Standing(account_age=age))


def converse(work: Work) -> None:
    """Say which posts deserve an answer: what is said in our own places, and what is said of us elsewhere."""
    topics, since = work.ready.topics, work.now - ANSWERED_WITHIN
    work.deserving = [
        post.state in {"visible", "pending"}
        and (post.published or work.now) >= since
        and (work.place.owned or any(topics[catch.topic].kind in OURS for catch in caught))
        for post, caught in zip(work.posts, work.caught, strict=True)
    ]


STAGES: tuple[Callable[[Work], None], ...] = (
    read,  # first: a text is cut into words once, for topics and rules alike
    match,  # before rules: they may ask which topics matched
    moderate,  # before conversations: what is removed needs no answer
    converse,
)


def run(posts: Sequence[Post], place: Place, ready: Ready, *, now: datetime) -> list[Outcome]:
    """All stages over one batch of one source. Pure: the same call gives the same answer."""
    work = Work(ready=ready, place=place, now=now, posts=posts)
    for stage in STAGES:
        stage(work)
    outcomes = []
    for post, caught, verdicts, deserves in zip(posts, work.caught, work.verdicts, work.deserving, strict=True):
        decided = decide(verdicts)
        removed = decided is not None and decided.outcome in {"remove", "hide", "ban"}
        outcomes.append(Outcome(post, caught, verdicts, decided, deserves and not removed))
    return outcomes
