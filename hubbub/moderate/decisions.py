"""What a decision means: how the post stands then, and what a network has to be asked for."""

from collections.abc import Mapping, Sequence

from hubbub.connectors import Verb
from hubbub.core.post import PostState
from hubbub.store.models import Decision

# what people can decide → how the post stands then; "queued" is decided by rules, or by an undo
STATES: Mapping[Decision, PostState] = {
    Decision.APPROVED: "visible",
    Decision.HIDDEN: "hidden",
    Decision.REMOVED: "removed",
}
# as the audit log calls the act, and as it is told: "Alice hid this"
VERBS: Mapping[Decision, str] = {
    Decision.APPROVED: "approve",
    Decision.HIDDEN: "hide",
    Decision.REMOVED: "remove",
}
PAST: Mapping[str, str] = {
    "approve": "approved",
    "hide": "hid",
    "remove": "removed",
    "undo": "took back a decision on",
    "queue": "sent to the queue",
    "refused": "would not do what was decided about",
    "changed there": "changed",
    "deleted there": "deleted",
    "done after all": "has done what was decided about",
}
# entries of the log after which a post stands as they say; others (labels, opinions, corrections) decide nothing
DECIDING = frozenset(PAST)
NEEDS_REASON = frozenset({Decision.HIDDEN, Decision.REMOVED})

# the state that is wished for → the verbs that bring it about, the best first
WAYS: Mapping[str, tuple[Verb, ...]] = {
    "visible": ("approve", "restore"),
    "pending": ("hold",),
    "hidden": ("hide", "hold"),
    "spam": ("spam", "remove"),
    "removed": ("remove",),
}

TAKEN_AWAY = frozenset({"hidden", "removed", "spam"})

REASONS = (
    "Spam or advertising",
    "Insult or harassment",
    "Hate against a group of people",
    "Private details of somebody",
    "Off topic",
    "Sexual or violent content",
    "Pretends to be somebody else",
    "Dangerous or false claim",
)


def way(state: str, can: Sequence[str], was: str = "") -> Verb | None:
    """The verb that brings a post from the state `was` into `state` on a network that can do `can`; None: it cannot."""
    ways = WAYS.get(state, ())
    if was in TAKEN_AWAY:  # to approve what was hidden does not show it everywhere
        ways = tuple(reversed(ways)) if state == "visible" else ways
    return next((verb for verb in ways if verb in can), None)


def only_here(decision: Decision, can: Sequence[str]) -> bool:
    """Whether that decision cannot be carried to the network."""
    return way(STATES[decision], can) is None
