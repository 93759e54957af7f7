"""What the pages about policies read: the list with what rests on each, and one policy's versions, compared."""

from collections.abc import Sequence

from django.shortcuts import get_object_or_404
from msgspec import Struct

from hubbub.core.policies import slug_of
from hubbub.store import policies as stored
from hubbub.store.models import POLICY_FIELDS, Policy, PolicyVersion, Rule, Severity, Workspace
from hubbub.ui.difference import Piece, difference

MOST = 200  # versions of one page
LABELS = {
    "name": "Name",
    "text": "Rule",
    "breaks": "What breaks it",
    "fine": "What does not",
    "severity": "Severity",
    "points": "Points",
    "points_days": "Days that points count",
    "covered": "Behind a click in the queue",
    "active": "In force",
}


class Listed(Struct, frozen=True):
    """A policy and the rules that name it."""

    policy: Policy
    rules: Sequence[Rule]


class Change(Struct, frozen=True):
    """One field that differs between two versions."""

    label: str
    pieces: Sequence[Piece]


class Version(Struct, frozen=True):
    """One version and what it changed against the one before; of the first, nothing."""

    row: PolicyVersion
    newest: bool
    changes: Sequence[Change]


def listed(workspace: Workspace) -> list[Listed]:
    """All policies in their order, the retired ones last."""
    found = sorted(stored.policies(workspace), key=lambda policy: (not policy.active, policy.number, policy.pk))
    naming: dict[int, list[Rule]] = {policy.pk: [] for policy in found}
    for rule in Rule.of(workspace).exclude(policy=""):
        policy = stored.named_in(found, rule.policy)
        if policy is not None:
            naming[policy.pk].append(rule)
    return [Listed(policy, naming[policy.pk]) for policy in found]


def in_force(workspace: Workspace) -> list[Policy]:
    """Those that something new may rest on, in their order."""
    return [policy for policy in stored.policies(workspace) if policy.active]


def policy_of(workspace: Workspace, pk: int) -> Policy:
    """The policy, or 404."""
    return get_object_or_404(Policy.of(workspace).select_related("workspace"), pk=pk)


def versions(policy: Policy) -> list[Version]:
    """The newest first, `MOST` at most, each with what it changed."""
    kept = list(PolicyVersion.of(policy.workspace).filter(policy=policy).order_by("-version")[: MOST + 1])
    older: list[PolicyVersion | None] = [*kept[1:], None]
    rows = [
        Version(new, new is kept[0], compared(old, new) if old else ())
        for new, old in zip(kept, older, strict=True)
    ]  # fmt: skip
    return rows[:MOST]


def version_of(policy: Policy, number: int) -> PolicyVersion:
    """That version, or 404."""
    rows = PolicyVersion.of(policy.workspace).filter(policy=policy)
    return get_object_or_404(rows, version=number)


def compared(old: PolicyVersion, new: PolicyVersion) -> list[Change]:
    """The fields that differ, from one version to any other."""
    return [
        Change(LABELS[name], difference(_words(old, name), _words(new, name)))
        for name in POLICY_FIELDS
        if getattr(old, name) != getattr(new, name)
    ]


def _words(row: PolicyVersion, name: str) -> str:
    value = getattr(row, name)
    if name == "severity":
        return Severity(value).word
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("\n", " / ")


def free_slug(workspace: Workspace, name: str) -> str:
    """How a new policy of that name is called by rules and files."""
    taken = {policy.slug for policy in stored.policies(workspace)}
    slug = slug_of(name) or "policy"
    tries = (slug, *(f"{slug[:56]}-{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in tries if one not in taken)
