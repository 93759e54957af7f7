"""What people can be to us, the stages that each such relationship starts with, and how much it counts in the inbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

Relation = Literal["customer", "fan", "advocate", "influencer", "partner", "brand", "press", "team"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)
TIMES = "\N{MULTIPLICATION SIGN}"
NONE = "none"  # what a query says of who stands in no relationship

NAMES: Mapping[str, str] = {
    "customer": "Customer",
    "fan": "Fan",
    "advocate": "Advocate",
    "influencer": "Influencer",
    "partner": "Partner",
    "brand": "Brand or association",
    "press": "Press",
    "team": "Team",
}
PLURALS: Mapping[str, str] = {
    "customer": "Customers",
    "fan": "Fans",
    "advocate": "Advocates",
    "influencer": "Influencers",
    "partner": "Partners",
    "brand": "Brands and associations",
    "press": "Press",
    "team": "Team",
}


# kinds of which a KPI counts those who are active → the kinds of objectives that it suits; and what it counts
STANDING: Mapping[str, str] = {"advocate": "advocacy fans", "partner": "partners", "influencer": "influencers"}
STANDS = "People who stood among the {}s at the end of the window, in a stage that counts as won now"


class StartingStage(Struct, frozen=True):
    """A stage that a workspace begins with. `active`: who stands there counts as won; the measures count them."""

    name: str
    active: bool = False


def _stages(*names: str, active: Sequence[str] = ("Active",)) -> tuple[StartingStage, ...]:
    return tuple(StartingStage(name, name in active) for name in names)


STAGES: Mapping[str, Sequence[StartingStage]] = {
    "customer": _stages("Interested", "Customer", "At risk", "Former", active=("Customer", "At risk")),
    "fan": _stages("Seen", "Thanked", "Active", "Resting"),
    "advocate": _stages("Seen", "Asked", "Active", "Resting"),
    "influencer": _stages("Seen", "Contacted", "In talks", "Active", "Resting"),
    "partner": _stages("Seen", "In talks", "Agreed", "Active", "Resting"),
    "brand": _stages("Seen", "Contacted", "In talks", "Active", "Resting"),
    "press": _stages("Seen", "Contacted", "Active", "Resting"),
    "team": _stages("Invited", "Active", "Left"),
}


class Weights(Struct, frozen=True):
    """How many times a conversation with such a person counts in the inbox; 1: no more than any other."""

    customer: float = 1.5
    fan: float = 1.2
    advocate: float = 1.5
    influencer: float = 2.0
    partner: float = 2.0
    brand: float = 1.2
    press: float = 2.0
    team: float = 1.0


LIGHTEST, HEAVIEST = 1.0, 10.0


class Weight(Struct, frozen=True):
    """What a person's relationships make of their conversations' place in the inbox."""

    kinds: tuple[str, ...] = ()  # in which they stand now, in the order of RELATIONS
    factor: float = 1.0  # 1 or more: that of the heaviest, so that two relationships do not multiply
    words: str = ""  # "customer, influencer: counts 2 times"; "" where there is nothing to say
    reach: float = 0.0  # their influence, see `influence.py`
    followers: int = 0


class Stands(Struct, frozen=True, gc=False):
    """One relationship over time: from one moment until another; None: still."""

    kind: str
    since: datetime
    until: datetime | None = None

    def at(self, moment: datetime) -> bool:
        """Whether it stood then."""
        return self.since <= moment and (self.until is None or moment < self.until)


NOBODY = frozenset({NONE})


def kinds_at(stands: Sequence[Stands], moment: datetime) -> frozenset[str]:
    """What the person was to us at that moment; {"none"}: nothing."""
    return frozenset([one.kind for one in stands if one.at(moment)]) or NOBODY


def weight(kinds: Sequence[str], weights: Weights, reach: float = 0.0, followers: int = 0) -> Weight:
    """Of somebody who stands in relationships of these kinds."""
    stands = tuple(kind for kind in RELATIONS if kind in kinds)
    if not stands:
        return Weight(reach=reach, followers=followers)
    factor = max(float(getattr(weights, kind)) for kind in stands)
    said = ", ".join(NAMES[kind].lower() for kind in stands)
    return Weight(stands, factor, f"{said}: counts {factor:g}{TIMES}", reach, followers)
