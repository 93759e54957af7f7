"""What is known about a post beyond what its network said. None means "not known", never "no"."""

from datetime import timedelta
from typing import Literal, Protocol, get_args

from msgspec import Struct

Sentiment = Literal["negative", "neutral", "positive"]
Intent = Literal["complaint", "compliment", "question", "request", "promotion", "other"]
SENTIMENTS: tuple[Sentiment, ...] = get_args(Sentiment)
INTENTS: tuple[Intent, ...] = get_args(Intent)


class Analysis(Struct, frozen=True, gc=False):
    """What the analysers found. Scores run from 0 to 1."""

    topics: frozenset[str] | None = None  # names of the topics that matched
    sentiment: Sentiment | None = None
    intent: Intent | None = None
    toxicity: float | None = None
    spam: float | None = None
    about: frozenset[str] | None = None  # the kinds of the topics that matched


class Standing(Struct, frozen=True, gc=False):
    """The author's history in this workspace, counted before the post at hand."""

    relationship: str | frozenset[str] | None = None  # one, or all in which they stand; "none": in none
    level: str | None = None
    strikes: int | None = None
    account_age: timedelta | None = None
    posts_24h: int | None = None
    removed_share: float | None = None
    same_links: int | None = None
    self_promotion: float | None = None


class Counts(Protocol):
    """What Standing has, counted when it is asked for."""

    @property
    def relationship(self) -> str | frozenset[str] | None: ...

    @property
    def level(self) -> str | None: ...

    @property
    def strikes(self) -> int | None: ...

    @property
    def account_age(self) -> timedelta | None: ...

    @property
    def posts_24h(self) -> int | None: ...

    @property
    def removed_share(self) -> float | None: ...

    @property
    def same_links(self) -> int | None: ...

    @property
    def self_promotion(self) -> float | None: ...


class Handling(Struct, frozen=True, gc=False):
    """What we did with the post so far."""

    status: str | None = None  # open, waiting, snoozed, done
    assignee: str | None = None
    team: str | None = None
    priority: str | None = None
    tags: frozenset[str] | None = None
    answered: bool | None = None
    decision: str | None = None  # queued, approved, hidden, removed


class Facts(Struct, frozen=True, gc=False):
    """All of it. `Facts()` knows nothing, which is what a topic sees."""

    analysis: Analysis = Analysis()
    standing: Counts = Standing()
    handling: Handling = Handling()


NOTHING = Facts()
