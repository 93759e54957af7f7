"""What happens to every post, in order. The whole stream path: runs inline or on any engine without change."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct, field, structs

from . import query as language
from .facts import Analysis, Counts, Facts, Standing
from .opening import opener
from .plan import Plan, TopicKind
from .post import Place, Post
from .rules import SPANS_KEPT, Patience, Rules, Verdict, decide
from .standing import FIRST, HISTORY, TAKES_AWAY, Counted, Past, Record, praises
from .text.judgement import NOT_JUDGED, Judgement
from .text.whole import whole

# a mention of these is somebody speaking of us; of rivals and of the field we only want to know
OURS: frozenset[TopicKind] = frozenset({"brand", "campaign", "person"})

# what was said before that is read, not answered: a new source does not fill the inbox with old threads
ANSWERED_WITHIN = timedelta(days=30)

_NO_TOPICS: frozenset[str] = frozenset()


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
        self.rules = Rules(plan.rules, plan.lists)
        self.opener = opener(plan.opening, plan.lists)

    @property
    def history(self) -> frozenset[str]:
        """The fields that somebody asks for and a person's history tells."""
        return self.rules.history | (self.opener.asked & HISTORY)


class Work(Struct):
    """A batch on its way: one column a stage, in the order of `posts`."""

    ready: Ready
    place: Place
    now: datetime
    posts: Sequence[Post]
    seen: Sequence[int] = ()  # how many by others say the same as each post
    history: Sequence[Record] = ()  # what is known of the person behind each post; none: nobody counted
    orders: Sequence[int] = ()  # which of two posts of one moment was read first; none: as they come
    patience: Patience | None = None  # how long a rule may take
    places: Sequence[Place] = ()  # of each post, where they are not all of one source
    at_home: bool = False  # whether a person's level counts every place as our own
    readings: list[language.Reading] = field(default_factory=list)
    caught: list[tuple[Caught, ...]] = field(default_factory=list)
    judgements: Sequence[Judgement] = ()
    verdicts: list[tuple[Verdict, ...]] = field(default_factory=list)
    deserving: list[bool] = field(default_factory=list)


def read(work: Work) -> None:
    """Cut title and text into words."""
    places = work.places or [work.place] * len(work.posts)
    work.readings = [
        language.read(post, place, read_at=work.now) for post, place in zip(work.posts, places, strict=True)
    ]


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
    rules, patience = work.ready.rules, work.patience
    for number, (reading, caught, judgement) in enumerate(
        zip(work.readings, work.caught, work.judgements, strict=True)
    ):
        at = reading.read_at or work.now  # of stored posts each was read at its own time
        past = _past(work, number) if work.history else None
        facts = Facts(analysis=_analysis(work, caught, judgement), standing=_standing(work, number, past, at))
        verdicts = rules.verdicts(reading, facts, now=at, patience=patience)
        work.verdicts.append(verdicts)
        if past is not None:
            decided = decide(verdicts)
            if decided is not None and decided.outcome in TAKES_AWAY:
                work.history[number].rule(past, past.undone)


def _past(work: Work, number: int) -> Past:
    """The post in its author's history: what comes later counts it."""
    post, record = work.posts[number], work.history[number]
    published = post.published or work.now
    order = work.orders[number] if work.orders else FIRST + number
    past = record.at(published, order)
    if past is None:
        judgement = work.judgements[number]
        place = work.places[number] if work.places else work.place
        past = Past(
            post,
            published,
            order,
            praises=praises(judgement.sentiment, judgement.intent),
            own=place.owned or work.at_home,
            answering=bool(post.parent),
            replied=post.replies or 0,
        )
        record.add(past)
    return past


def _standing(work: Work, number: int, past: Past | None, at: datetime) -> Counts:
    post = work.posts[number]
    created = post.author.created if post.author else None
    age = (post.published or work.now) - created if created else None
    return Standing(account_age=age) if past is None else Counted(work.history[number], past, at, age)


def _analysis(work: Work, caught: tuple[Caught, ...], judgement: Judgement) -> Analysis:
    names = frozenset(work.ready.topics[catch.topic].name for catch in caught) if caught else _NO_TOPICS
    about = frozenset(work.ready.topics[catch.topic].kind for catch in caught) if caught else _NO_TOPICS
    return Analysis(names, judgement.sentiment, judgement.intent, judgement.toxicity, judgement.spam, about)


def converse(work: Work) -> None:
    """Say which posts deserve an answer, as the workspace's query says it: at the start, what is said in our own
    places, and what is said of us elsewhere."""
    since, opener = work.now - ANSWERED_WITHIN, work.ready.opener
    for number, (reading, caught) in enumerate(zip(work.readings, work.caught, strict=True)):
        post = work.posts[number]
        stands = post.state in {"visible", "pending"} and (post.published or work.now) >= since
        work.deserving.append(stands and opener.opens(reading, _known(work, number, caught), now=work.now))


def _known(work: Work, number: int, caught: tuple[Caught, ...]) -> Facts:
    """What is known of a post once rules have spoken."""
    past = _past(work, number) if work.history else None
    at = work.readings[number].read_at or work.now
    return Facts(analysis=_analysis(work, caught, work.judgements[number]), standing=_standing(work, number, past, at))


Stage = Callable[[Work], None]

FINDING: tuple[Stage, ...] = (
    read,  # first: a text is cut into words once, for topics and rules alike
    match,  # before rules: they may ask which topics matched; a topic knows only what the network says
    analyse,  # before rules, which may ask for it, and over the whole batch: its price is the call, not the text
)
DECIDING: tuple[Stage, ...] = (
    moderate,  # before conversations: what is removed needs no answer
    converse,
)
STAGES = (*FINDING, *DECIDING)


def run(
    posts: Sequence[Post],
    place: Place,
    ready: Ready,
    *,
    now: datetime,
    seen: Sequence[int] = (),
    history: Sequence[Record] = (),
    patience: Patience | None = None,
) -> list[Outcome]:
    """All stages over one batch of one source. Pure: the same call gives the same answer.

    `seen`: how many posts by others say the same as each, counted before; empty: nobody counted. `history`: of each
    post, what the person behind it wrote before; the posts are added to it, each before the next is judged.
    """
    return decided(found(posts, place, ready, now=now, seen=seen), history, patience)


def found(posts: Sequence[Post], place: Place, ready: Ready, *, now: datetime, seen: Sequence[int] = ()) -> Work:
    """The stages that need no history: what the posts say."""
    work = Work(ready=ready, place=place, now=now, posts=posts, seen=seen)
    for stage in FINDING:
        stage(work)
    return work


def decided(work: Work, history: Sequence[Record] = (), patience: Patience | None = None) -> list[Outcome]:
    """The other stages: what is to be done about the posts."""
    work.history, work.patience = history, patience
    for stage in DECIDING:
        stage(work)
    return _outcomes(work)


def _outcomes(work: Work) -> list[Outcome]:
    outcomes = []
    for post, caught, judgement, verdicts, deserves in zip(
        work.posts, work.caught, work.judgements, work.verdicts, work.deserving, strict=True
    ):
        deciding = decide(verdicts)
        removed = deciding is not None and deciding.outcome in {"remove", "hide", "ban"}
        outcomes.append(Outcome(post, caught, verdicts, deciding, deserves and not removed, judgement))
    return outcomes
