"""What the loop looks after from time to time: things that become due by the clock alone."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.utils import timezone

from hubbub.engage.promises import telling
from hubbub.engage.saved import queries as saved_views
from hubbub.store import (
    activities,
    approvals,
    attachments,
    drafts,
    merging,
    opening,
    opportunities,
    peopling,
    planned,
    planned_approval,
    planned_lost,
    planned_series,
    presence,
    promises,
    ranking,
    reminding,
    settling,
    suggestions,
    waking,
)
from hubbub.ui.networks import network_name

from . import people_files, sketching

# Each does a small piece of what is due at the moment it is given, and says whether there was any. Several workers may
# do so at once: each piece is claimed by one conditional UPDATE, or its second doing changes nothing.
TENDED: tuple[Callable[[datetime], bool], ...] = (
    promises.resettle,
    ranking.wake,  # before it: a place that the clock changes is settled in the same round
    waking.step,  # before it, too: what woke is settled in the same round
    settling.step,  # first: what changed gets its promise and its place before clocks are looked at
    telling.nudge,
    telling.escalate,  # after it: what is broken is no more about to break
    approvals.step,  # approvers that left block nobody
    attachments.sweep,
    presence.sweep,
    drafts.sweep,
    saved_views.count_one,  # only of views that somebody looks at
    sketching.forget_old,
    opportunities.step,
    partial(peopling.step, called=network_name),  # before merging: it finds who may be one person
    merging.step,
    planned_lost.pass_over_one,  # before it: what is too late does not leave
    planned.step,
    planned_approval.expire_one,
    planned_series.extend_some,
    opening.step,
    reminding.step,
    suggestions.wake,
    people_files.step,
    activities.step,  # last: counting people is never urgent
)


def tend() -> bool:
    """A piece of each. False: nothing was due."""
    now = timezone.now()
    busy = False
    for tended in TENDED:
        busy = tended(now) or busy  # none waits until those before it have nothing more to do
    return busy
