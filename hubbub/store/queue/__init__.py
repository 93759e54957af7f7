"""The queue: which posts wait for a person, in which order, and who has which of them open."""

from .leases import LEASE, claim, hold, release, renew, waiting_for
from .ranking import again, again_of_policy, rank, rank_some, weigh, weights_of
from .sweeping import running_sweep

__all__ = [
    "LEASE",
    "again",
    "again_of_policy",
    "claim",
    "hold",
    "rank",
    "rank_some",
    "release",
    "renew",
    "running_sweep",
    "waiting_for",
    "weigh",
    "weights_of",
]
