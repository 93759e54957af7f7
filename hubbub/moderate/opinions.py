"""What a decision rests on; second opinions: asked for, kept from who asked, closed when another decides."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hubbub.core.plan import SEVERITY
from hubbub.store import policies
from hubbub.store.audit import Plain, audit
from hubbub.store.models import Actor, Decision, Member, Opinion, Policy, Post, Role, Verdict, Workspace
from hubbub.ui.api import Refusal

from .decisions import NEEDS_REASON

NOTE_MOST = 1_000  # characters


def resting(post: Post, decision: Decision, policy: Policy | None, why: str) -> Policy | None:
    """The policy that a decision rests on: the one that was chosen, else the one that its reason names, else, where
    the post is hidden or removed, the one that the most severe rule found broken. None: there is none."""
    if policy is not None or decision not in NEEDS_REASON:
        return policy
    if found := policies.named(post.workspace, why):
        return found
    said = Verdict.of(post.workspace).filter(post=post, unchecked=False).exclude(policy=None)
    gravest = min(said.order_by("pk")[:50], key=lambda one: SEVERITY.index(one.outcome), default=None)
    return Policy.of(post.workspace).filter(slug=gravest.policy).first() if gravest else None


def columns(policy: Policy | None) -> dict[str, Plain]:
    """How a post keeps what its decision rests on."""
    return {"policy_id": policy.pk if policy else None, "policy_version": policy.version if policy else None}


def asked(post: Post) -> QuerySet[Opinion]:
    """The requests about a post that wait for another person."""
    return Opinion.of(post.workspace).filter(post=post, closed=None)


def close(post: Post, decision: Decision, *, by: Actor) -> str:
    """Another person decided: those who asked can read what became of it. Refusal for who asked themselves. The ids of
    the requests, for the log; "": nobody asked."""
    waiting = list(asked(post))
    if isinstance(by, Member) and any(one.by_id == by.pk for one in waiting):
        raise Refusal("You asked for a second opinion about this: somebody else decides, or you take the request back")
    for one in waiting:
        one.closed, one.decided, one.decided_by = timezone.now(), decision, str(by)[:200]
        one.save(update_fields=["closed", "decided", "decided_by"])
    return " ".join(str(one.pk) for one in waiting)


def reopen(post: Post, closed: object) -> None:
    """The decision that closed these requests (as `close` named them) was taken back: they wait for another again."""
    if post.decision != Decision.QUEUED or not isinstance(closed, str):
        return
    mine = Opinion.of(post.workspace).filter(post=post, pk__in=[int(pk) for pk in closed.split() if pk.isdecimal()])
    waiting = set(asked(post).values_list("by", flat=True))
    for one in mine.exclude(closed=None).exclude(by__in=[pk for pk in waiting if pk]):
        one.closed, one.decided, one.decided_by = None, "", ""
        one.save(update_fields=["closed", "decided", "decided_by"])


def others(workspace: Workspace, member: Member) -> bool:
    """Whether anybody else here may decide."""
    able = [role.value for role in Role if role.may(Role.MODERATOR)]
    may = Q(active=True, user__is_active=True, role__in=able)
    return Member.of(workspace).filter(may).exclude(pk=member.pk).exists()


@transaction.atomic
def ask(
    post: Post, *, by: Member, note: str = "", decision: Decision = Decision.NONE, policy: Policy | None = None
) -> Opinion:
    """Let another person decide. `decision` and `policy`: what the one who asks would do, shown only afterwards."""
    row = Post.of(post.workspace).select_related("workspace").select_for_update(of=("self",)).get(pk=post.pk)
    if row.decision != Decision.QUEUED:
        raise Refusal("This post does not wait any more: somebody has decided about it")
    if len(note) > NOTE_MOST:
        raise Refusal(f"The note has {len(note):,} characters; {NOTE_MOST:,} is the most")
    if not others(post.workspace, by):
        raise Refusal("Nobody else in this workspace may decide: make somebody a moderator first")
    known = asked(row).filter(by=by).first()
    if known:
        return known
    opinion = Opinion.everywhere.create(
        workspace=post.workspace, post=row, by=by, by_name=str(by)[:200], decision=decision, policy=policy,
        note=note.strip(), asked=timezone.now(),
    )  # fmt: skip
    # what they would do stays out of the log until another has decided: the log is open to all
    audit(row, "ask for a second opinion", by=by, why=note.strip(), after={"opinion": opinion.pk})
    return opinion


@transaction.atomic
def withdraw(opinion: Opinion, *, by: Member, why: str = "") -> None:
    """Take the request back. Only who asked may."""
    row = Opinion.of(opinion.workspace).select_for_update(of=("self",)).select_related("post").get(pk=opinion.pk)
    if row.by_id != by.pk:
        raise Refusal("Only who asked for this opinion can take the request back")
    if row.closed is not None:
        raise Refusal("Somebody has decided already: there is nothing to take back")
    row.closed = timezone.now()
    row.save(update_fields=["closed"])
    audit(row.post, "take back a question", by=by, why=why, before={"opinion": row.pk})
