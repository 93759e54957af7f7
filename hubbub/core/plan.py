"""Plan: a frozen, versioned, serialisable snapshot of what is listened for and moderated."""

from datetime import date
from typing import Literal

from msgspec import Struct

from .query.lists import WordList

RuleOutcome = Literal["ban", "mute", "remove", "hide", "queue", "warn", "label", "approve"]
RuleState = Literal["draft", "shadow", "live"]
TopicKind = Literal["brand", "competitor", "industry", "campaign", "person"]

# most severe first: the most severe live rule that holds decides
SEVERITY: tuple[RuleOutcome, ...] = ("ban", "mute", "remove", "hide", "queue", "warn", "label", "approve")


class TopicPlan(Struct, frozen=True):
    """One topic, as it is listened for."""

    id: int
    name: str
    query: str
    kind: TopicKind = "brand"
    version: int = 1


class RulePlan(Struct, frozen=True):
    """One rule; the fields mean what contracts.md says of rules.toml."""

    id: int
    name: str
    when: str
    then: RuleOutcome
    because: str
    state: RuleState = "live"
    label: str = ""
    policy: str = ""  # the slug of the policy that it rests on
    version: int = 1
    sources: tuple[str, ...] = ()  # names of sources or kinds of networks where it holds; none: everywhere
    languages: tuple[str, ...] = ()  # of the posts that it holds for; none: of any
    expires: date | None = None  # the last day, in UTC, on which it holds
    policy_version: int = 0  # of the policy that is named; 0: there is none of that name


class OpeningPlan(Struct, frozen=True):
    """Which posts become conversations."""

    query: str
    version: int = 1
    active: bool = True  # off: none begins by itself


class Plan(Struct, frozen=True):
    """All that the stages need to know of a workspace. Equal plans give equal answers."""

    version: int = 0
    topics: tuple[TopicPlan, ...] = ()
    rules: tuple[RulePlan, ...] = ()  # in the order in which they are tried
    lists: tuple[WordList, ...] = ()  # words that rules name as one
    judge: int = 0  # the id of whoever judges posts; 0: nobody does
    model: str = ""  # what that judge is made of: version of the model, own layer
    languages: tuple[str, ...] = ()  # in which posts are expected; none: in any
    opening: OpeningPlan | None = None  # None: the sensible start, `core.opening.START`
