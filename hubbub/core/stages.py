"""What happens to every post, in order. The whole stream path: runs inline or on any engine without change."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct, field, structs

from . import query as language
from .facts import Analysis, Facts, Standing
from .plan import Plan, TopicKind
from .post import Place, Post
from .rules import SPANS_KEPT, Rules, Verdict, decide
from .text.judgement import NOT_JUDGED, Judgement
from .text.whole import whole

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
    judgement: Judgement = NOT_JUDGED


class Judging(Protocol):
    """Whoever says what texts mean: the shipped model, or a workspace's own layer on top of it."""

    def judge(self, texts: Sequence[str], given: Sequence[str] = (), seen: Sequence[int] = ()) -> Sequence[Judgement]:
        """One judgement a text. `given`: the language of each as its network says, "" where it does not; `seen`: how
        many posts by others say the same as each. Empty: nobody knows."""
        ...


class Ready:
    """A Plan made ready to run: parsed once, used for every batch. `judging` is what the plan's `judge` stands for;
    None: nothing is judged, and all that asks for it is not known."""

    def __init__(self, plan: Plan, judging: Judging | None = None) -> None:
        self.plan = plan
        self.judging = judging
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
    seen: Sequence[int] = ()  # how many by others say the same as each post
    readings: list[language.Reading] = field(default_factory=list)
    caught: list[tuple[Caught, ...]] = field(default_factory=list)
    judgements: Sequence[Judgement] = ()
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


def analyse(work: Work) -> None:
    """Say what every post means. From here on a query sees the found language where the network names none."""
    if work.ready.judging is None:
        work.judgements = [NOT_JUDGED] * len(work.posts)
        return
    texts = [whole(post.title, post.text) for post in work.posts]
    work.judgements = work.ready.judging.judge(texts, [post.lang for post in work.posts], work.seen)
    for reading, judgement in zip(work.readings, work.judgements, strict=True):
        if judgement.language and not reading.post.lang:
            reading.post = structs.replace(reading.post, lang=judgement.language)


def moderate(work: Work) -> None:
    """Hold every post against the rules."""
    if not work.ready.plan.rules:
        work.verdicts = [()] * len(work.posts)
        return
    work.verdicts = [
        work.ready.rules.verdicts(reading, _facts(work, post, caught, judgement), now=work.now)
        for post, reading, caught, judgement in zip(
            work.posts, work.readings, work.caught, work.judgements, strict=True
        )
    ]


def _facts(work: Work, post: Post, caught: tuple[Caught, ...], judgement: Judgement) -> Facts:
    names = frozenset(work.ready.topics[catch.topic].name for catch in caught)
    created = post.author.created if post.author else None
    age = (post.published or work.now) - created if created else None
    analysis = Analysis(names, judgement.sentiment, judgement.intent, judgement.toxicity, judgement.spam)
    return Facts(analysis=analysis, standing=Standing(account_age=age))


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
    match,  # before rules: they may ask which topics matched; a topic knows only what the network says
    analyse,  # before rules, which may ask for it, and over the whole batch: its price is the call, not the text
    moderate,  # before conversations: what is removed needs no answer
    converse,
)


def run(posts: Sequence[Post], place: Place, ready: Ready, *, now: datetime, seen: Sequence[int] = ()) -> list[Outcome]:
    """All stages over one batch of one source. Pure: the same call gives the same answer.

    `seen`: how many posts by others say the same as each, counted before; empty: nobody counted.
    """
    work = Work(ready=ready, place=place, now=now, posts=posts, seen=seen)
    for stage in STAGES:
        stage(work)
    outcomes = []
    for post, caught, judgement, verdicts, deserves in zip(
        posts, work.caught, work.judgements, work.verdicts, work.deserving, strict=True
    ):
        decided = decide(verdicts)
        removed = decided is not None and decided.outcome in {"remove", "hide", "ban"}
        outcomes.append(Outcome(post, caught, verdicts, decided, deserves and not removed, judgement))
    return outcomes
