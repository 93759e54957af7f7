"""Proposals: what a person's points suggest, looked at by the loop after each change. Nothing happens by itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from . import strikes
from .audit import audit
from .models import Actor, Author, Moderation, Person, Proposal, ProposalState, Strike, System, Workspace

STRIKES = System("Strikes")
MOST = 500  # persons that are looked at anew when thresholds change


class Threshold(Struct, frozen=True):
    """So many points propose this."""

    points: int
    verb: str
    hours: int | None = None  # of a mute


def thresholds(workspace: Workspace) -> Sequence[Threshold]:
    """Those that this workspace has, the lowest first."""
    own = Moderation.of(workspace).first() or Moderation()
    given = (("warn", own.warn_at, None), ("mute", own.mute_at, own.mute_hours), ("ban", own.ban_at, None))
    return sorted((Threshold(at, verb, hours) for verb, at, hours in given if at), key=lambda one: one.points)


def step(now: datetime) -> bool:
    """Look at the person of one strike that is new, withdrawn or has ended, for the loop. False: there is none."""
    with transaction.atomic():
        rows = Strike.everywhere.filter(due__lte=now).order_by("due", "pk").select_related("workspace")
        one = rows.select_for_update(of=("self",), skip_locked=True).first()
        if one is None:
            return False
        review(strikes.person_of(one), now)
        theirs = Strike.of(one.workspace).filter(author__person__identities=one.author_id, due__lte=now)
        for strike in theirs:
            ends = strike.until if strike.withdrawn is None and strike.until and strike.until > now else None
            Strike.everywhere.filter(pk=strike.pk, due=strike.due).update(due=ends)
    return True


def review(person: Person, now: datetime) -> None:
    """Propose what the points suggest, and take back what they suggest no longer. Call it in a transaction."""
    Person.of(person.workspace).select_for_update(no_key=True).filter(pk=person.pk).exists()  # one at a time
    points = strikes.points(person, now)
    known = list(Proposal.of(person.workspace).filter(author__person=person, fell=None).order_by("pk"))
    for one in known:
        if one.threshold > points:
            one.fell = now
            if one.state == ProposalState.OPEN:
                _overtaken(one, f"The points fell to {points}: {one.threshold} would propose it", now)
            one.save(update_fields=["fell"])
    reached = [one for one in thresholds(person.workspace) if one.points <= points]
    if not reached:
        return
    highest = reached[-1]
    stands = [one for one in known if one.fell is None]
    if any(one.threshold >= highest.points for one in stands):
        return
    for one in stands:
        if one.state == ProposalState.OPEN:
            _overtaken(one, f"{points} points propose more: {highest.verb}", now)
    _propose(person, highest, points, now)


def _propose(person: Person, reached: Threshold, points: int, now: datetime) -> None:
    newest = strikes.counting(person.workspace, now).filter(author__person=person).select_related("author")
    last = newest.order_by("-given", "-pk").first()
    if last is None:
        return
    known = Proposal.of(person.workspace).filter(author=last.author, verb=reached.verb, state=ProposalState.OPEN)
    if known.exists():
        return
    made = Proposal.everywhere.create(
        workspace_id=person.workspace_id, author=last.author, post=last.post, verb=reached.verb, hours=reached.hours,
        threshold=reached.points, points=points, at=now,
    )  # fmt: skip
    audit(
        made, "propose", by=STRIKES, why=f"{points} points: from {reached.points} on",
        after={"points": points, "post": made.post_id},
    )  # fmt: skip


def _overtaken(one: Proposal, why: str, now: datetime, by: Actor = STRIKES) -> None:
    one.state, one.answered, one.by_name, one.why = ProposalState.OVERTAKEN, now, str(by)[:200], why
    one.save(update_fields=["state", "answered", "by_name", "why"])
    audit(one, "overtake", by=by, why=why, before={"state": "open"}, after={"state": str(one.state)})


def overtake(author: Author, verb: str, *, by: Actor) -> None:
    """The same was done to them without the proposal: nobody need answer it any more."""
    rows = Proposal.of(author.workspace).filter(author__person=author.person_id, verb=verb, state=ProposalState.OPEN)
    for one in rows:
        _overtaken(one, f"{by} did it without the proposal", timezone.now(), by)


def set_thresholds(workspace: Workspace, given: Mapping[str, int | None], *, by: Actor, why: str = "") -> Moderation:
    """Other thresholds: `warn_at mute_at mute_hours ban_at`. Call it in a transaction. Whoever has points is looked at
    anew by the loop."""
    own = Moderation.everywhere.get_or_create(workspace=workspace)[0]
    before = {name: getattr(own, name) for name in given if getattr(own, name) != given[name]}
    if before:
        for name in before:
            setattr(own, name, given[name])
        own.save(update_fields=list(before))
        audit(own, "set thresholds", by=by, why=why, before=before, after={name: given[name] for name in before})
        now = timezone.now()
        newest = strikes.counting(workspace, now).order_by("-pk").values_list("pk", flat=True)[:MOST]
        Strike.of(workspace).filter(pk__in=list(newest)).update(due=now)
        _fallen(workspace, now)
    return own


def _fallen(workspace: Workspace, now: datetime) -> None:
    """What is open under a threshold that is no more."""
    standing = {(one.verb, one.points) for one in thresholds(workspace)}
    for one in Proposal.of(workspace).filter(state=ProposalState.OPEN).select_related("author")[:MOST]:
        if (one.verb, one.threshold) not in standing:
            one.fell = now
            _overtaken(one, "The thresholds were changed", now)
            one.save(update_fields=["fell"])
