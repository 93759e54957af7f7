"""Strikes: given and withdrawn with what they rest on, in the same transaction; the points that a person has.

A post has one strike at most: for the gravest of what stands about it, the decision that took it away and what was done
to its author over it. `settle` brings it into line after each of these changed, so that every undo withdraws it, and a
decision that stands again gives it again, as of when it was made.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from msgspec import Struct

from .audit import audit
from .models import (
    Actor,
    Audit,
    Author,
    Decision,
    Person,
    PolicyVersion,
    Post,
    Sanction,
    SanctionState,
    Strike,
    Workspace,
)

TAKEN_AWAY = (Decision.HIDDEN, Decision.REMOVED)
TAKES_AWAY = ("hide", "remove")  # as the log has it
THERE = ("done after all", "changed there", "deleted there")  # what the network did, as the log has it
LOOKED_AT = 50  # entries of a post's log, and what was done to its author over it


class Ground(Struct, frozen=True):
    """What a strike rests on."""

    policy: PolicyVersion
    given: datetime
    entry: Audit | None = None
    sanction: Sanction | None = None
    why: str = ""
    by_name: str = ""

    @property
    def rank(self) -> tuple[int, float]:
        """The gravest first; of equal ones the earliest."""
        return (-self.policy.points, self.given.timestamp())


def version_of(workspace: Workspace, slug: str, version: int | None, at: datetime) -> PolicyVersion | None:
    """That version of a policy; without a number the one that was in force at that time. None: there is none."""
    rows = PolicyVersion.of(workspace).filter(policy__slug=slug).select_related("policy").order_by("-version")
    if version:
        return rows.filter(version=version).first()
    return rows.filter(at__lte=at).first() or rows.last()


def settle(post: Post, *, by: Actor, why: str = "") -> Strike | None:
    """Bring a post's strike into line with what stands about it now, and return it. Call it in the transaction of what
    changed, after that was saved. `by` and `why` tell of a withdrawal; of what is given the ground tells."""
    post = Post.of(post.workspace).select_related("author", "workspace").get(pk=post.pk)  # as it stands now
    standing = Strike.of(post.workspace).filter(post=post, withdrawn=None).select_related("author").first()
    ground = _ground(post)
    if standing and ground and _same(standing, ground):
        return standing
    if standing is not None:
        reason = why or ("Another decision stands instead" if ground else "What it rested on was taken back")
        _withdraw(standing, by=by, why=reason)
    if ground is None or post.author is None or _pardoned(post, ground):
        return None
    return give(
        post.author, ground.policy, by=by, why=ground.why, post=post, entry=ground.entry, sanction=ground.sanction,
        at=ground.given, by_name=ground.by_name,
    )  # fmt: skip


def give(
    author: Author,
    policy: PolicyVersion,
    *,
    by: Actor,
    why: str,
    post: Post | None = None,
    entry: Audit | None = None,
    sanction: Sanction | None = None,
    at: datetime | None = None,
    by_name: str = "",
) -> Strike | None:
    """Give the points of this version of a policy, from `at` (now) on. None: it carries none. Where a post is named it
    must have no strike that stands. `by_name`: who decided, where `by` only takes something else back."""
    if not policy.points:
        return None
    given = at or timezone.now()
    until = given + timedelta(days=policy.points_days) if policy.points_days else None
    return keep(
        Strike(
            author=author, post=post, policy=policy.policy.slug, policy_version=policy.version, points=policy.points,
            given=given, until=until, entry=entry, sanction=sanction, why=why, by_name=by_name,
        ),
        by=by,
    )  # fmt: skip


def keep(strike: Strike, *, by: Actor) -> Strike:
    """Save one that was made up, and say so in the log."""
    strike.workspace_id = strike.author.workspace_id
    strike.by_name = (strike.by_name or str(by))[:200]
    strike.due = timezone.now()
    strike.save(force_insert=True)
    audit(
        strike,
        "give",
        by=by,
        why=strike.why,
        after={
            "points": strike.points, "until": strike.until, "given": strike.given, "post": strike.post_id,
            "policy": strike.policy, "policy_version": strike.policy_version, "author": strike.author_id,
        },
    )  # fmt: skip
    return strike


def withdraw(post: Post, *, by: Actor, why: str) -> Strike | None:
    """Withdraw a post's strike for good: an appeal was upheld, or a person says so. The same decision gives it no
    second time. None: it had none."""
    standing = Strike.of(post.workspace).filter(post=post, withdrawn=None).select_related("author").first()
    return pardon(standing, by=by, why=why) if standing else None


def pardon(strike: Strike, *, by: Actor, why: str) -> Strike:
    """The same of one that is at hand and stands."""
    _withdraw(strike, by=by, why=why, pardoned=True)
    return strike


def _withdraw(strike: Strike, *, by: Actor, why: str, pardoned: bool = False) -> None:
    strike.withdrawn = strike.due = timezone.now()
    strike.withdrawn_by, strike.withdrawn_why, strike.pardoned = str(by)[:200], why, pardoned
    strike.save(update_fields=["withdrawn", "withdrawn_by", "withdrawn_why", "pardoned", "due"])
    audit(strike, "withdraw", by=by, why=why, before={"points": strike.points}, after={"pardoned": pardoned})


def _same(strike: Strike, ground: Ground) -> bool:
    named = (strike.policy, strike.policy_version, strike.entry_id, strike.sanction_id)
    return named == (ground.policy.policy.slug, ground.policy.version, *_ids(ground))


def _ids(ground: Ground) -> tuple[int | None, int | None]:
    return ground.entry.pk if ground.entry else None, ground.sanction.pk if ground.sanction else None


def _pardoned(post: Post, ground: Ground) -> bool:
    entry, sanction = _ids(ground)
    before = Strike.of(post.workspace).filter(post=post, pardoned=True, policy=ground.policy.policy.slug)
    return before.filter(entry=entry, sanction=sanction).exists()


def _ground(post: Post) -> Ground | None:
    """The gravest of what stands about a post and carries points."""
    if post.ours or post.author_id is None:
        return None
    found = [*_of_decision(post), *_of_sanctions(post)]
    return min((one for one in found if one.policy.points), key=lambda one: one.rank, default=None)


def _of_decision(post: Post) -> list[Ground]:
    entry = deciding(post)
    slug = entry.after.get("policy") if entry else None
    if entry is None or not isinstance(slug, str) or not slug:
        return []
    number = entry.after.get("policy_version")
    version = version_of(post.workspace, slug, number if isinstance(number, int) else None, entry.at)
    given = post.decided or entry.at
    return [Ground(version, given, entry, None, entry.why, entry.by_name)] if version else []


def deciding(post: Post) -> Audit | None:
    """The entry of the log by which a post is hidden or removed, the decision of a rule or a person. None: nobody here
    took it away."""
    if post.decision not in TAKEN_AWAY:
        return None
    entries = Audit.of(post.workspace).filter(noun="post", noun_id=post.pk).order_by("-pk")
    taken = list(entries.filter(verb__in=TAKES_AWAY)[:LOOKED_AT])
    moment = post.decided.isoformat() if post.decided else ""
    if exact := next((one for one in taken if one.after.get("decided") == moment), None):
        return exact
    last = entries.filter(verb__in=(*TAKES_AWAY, *THERE, "undo")).first()
    if last is not None and last.verb in THERE and taken:
        # the network did at last what was decided here, or went on from hidden to removed
        stood = last.verb == "done after all" or last.before.get("decision") in TAKEN_AWAY
        return taken[0] if stood else None
    # what rules decide as posts come in is written without its moment: the post has it
    return next((one for one in taken if one.by_kind == "rule"), None)


def _of_sanctions(post: Post) -> list[Ground]:
    rows = Sanction.of(post.workspace).filter(post=post).exclude(policy="").exclude(state=SanctionState.REFUSED)
    found = []
    for one in rows.order_by("-pk")[:LOOKED_AT]:
        taken_back = one.state in (SanctionState.LIFTING, SanctionState.LIFTED) and not is_over(one)
        version = None if taken_back else version_of(post.workspace, one.policy, None, one.at)
        if version is not None:
            found.append(Ground(version, one.at, None, one, one.why, one.by_name))
    return found


def is_over(sanction: Sanction) -> bool:
    """Whether it ended because its time was over, and not because somebody took it back."""
    return bool(sanction.until and sanction.ended and sanction.ended >= sanction.until)


def counting(workspace: Workspace, now: datetime) -> QuerySet[Strike]:
    """Those that count at a moment."""
    open_end = Q(until__isnull=True) | Q(until__gt=now)
    return Strike.of(workspace).filter(open_end, withdrawn=None, given__lte=now)


def points(person: Person, now: datetime) -> int:
    """How many points a person has."""
    found = counting(person.workspace, now).filter(author__person=person).aggregate(sum=Sum("points"))
    return found["sum"] or 0


def points_of(workspace: Workspace, people: Collection[int], now: datetime) -> dict[int, int]:
    """The same of many, by the person's id; who has none is left out. One query."""
    rows = counting(workspace, now).filter(author__person__in=list(people)).values_list("author__person")
    return dict(rows.annotate(sum=Sum("points")).order_by())


def of_person(person: Person) -> QuerySet[Strike]:
    """All that were ever given to a person, withdrawn ones among them, newest first."""
    rows = Strike.of(person.workspace).filter(author__person=person)
    return rows.select_related("author", "post__source", "sanction").order_by("-given", "-pk")


def person_of(strike: Strike) -> Person:
    """Whose it is."""
    return Person.of(strike.workspace).get(identities=strike.author_id)
