"""What the pages about a rule's versions read: one after the other, what changed, any two compared."""

from collections.abc import Sequence

from django.shortcuts import get_object_or_404
from msgspec import Struct

from hubbub.store.models import RULE_FIELDS, Rule, RuleVersion
from hubbub.ui.difference import Piece, difference

MOST = 200
LABELS = {
    "name": "Name", "policy": "Policy", "when": "When", "then": "Then", "label": "Label", "lasts": "Hours",
    "because": "Because", "sources": "Only at", "languages": "Only in", "expires": "Until",
}  # fmt: skip


class Change(Struct, frozen=True):
    """One field from one version to another."""

    label: str
    code: bool
    pieces: Sequence[Piece]


class Version(Struct, frozen=True):
    """One version, with what changed against the one before."""

    row: RuleVersion
    newest: bool
    changes: Sequence[Change]


def versions(rule: Rule) -> list[Version]:
    """Newest first, `MOST` at most; of a rule of which none was kept yet, it as it stands."""
    rows = list(RuleVersion.of(rule.workspace).filter(rule=rule).order_by("-number")[: MOST + 1])
    if not rows:
        return [Version(_as_it_stands(rule), newest=True, changes=[])]
    older: list[RuleVersion | None] = [*rows[1:], None]
    found = [
        Version(new, newest=new.number == rule.version, changes=compared(old, new) if old else [])
        for new, old in zip(rows, older, strict=True)
    ]
    return found[:MOST]


def compared(old: RuleVersion, new: RuleVersion) -> list[Change]:
    """What differs."""
    return [
        Change(LABELS[name], name == "when", difference(said(old, name), said(new, name)))
        for name in RULE_FIELDS
        if getattr(old, name) != getattr(new, name)
    ]


def said(of: RuleVersion | Rule, name: str) -> str:
    """A field in words."""
    value = getattr(of, name)
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)


def version_of(rule: Rule, number: int) -> RuleVersion:
    """One of them, or 404."""
    return get_object_or_404(RuleVersion.of(rule.workspace).select_related("rule__workspace"), rule=rule, number=number)


def _as_it_stands(rule: Rule) -> RuleVersion:
    fields = {name: getattr(rule, name) for name in RULE_FIELDS}
    return RuleVersion(workspace=rule.workspace, rule=rule, number=rule.version, at=rule.created, **fields)
