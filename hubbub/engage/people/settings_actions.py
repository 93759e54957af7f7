"""What managers define about people: fields, matters of consent, what is merged by itself. Each leaves an audit row."""

from collections.abc import Sequence

from django.db import transaction

from hubbub.store.audit import Plain, audit
from hubbub.store.models import (
    ConsentKind,
    FieldKind,
    Member,
    PeopleSettings,
    PersonField,
    PersonValue,
    Workspace,
)
from hubbub.ui.api import Refusal

from .actions import begun, fit

MOST = 50  # fields, matters


@transaction.atomic
def keep_field(
    workspace: Workspace, found: PersonField | None, *, name: str, kind: str, choices: Sequence[str], by: Member
) -> PersonField:
    """Define a field, or change it. Raises Refusal: a name that is taken, a kind that what is known does not fit."""
    name = " ".join(name.split())
    others = PersonField.of(workspace).exclude(pk=found.pk if found else 0)
    if kind not in FieldKind.values:
        raise Refusal("Say what its values are: text, number, date, choice or link")
    if not name:
        raise Refusal("Give the field a name")
    if others.filter(name__iexact=name).exists():
        raise Refusal(f"A field is called “{name}” already, perhaps a retired one")
    if kind == FieldKind.CHOICE and not choices:
        raise Refusal("Write the choices, one a line")
    if others.count() >= MOST:
        raise Refusal(f"{MOST} fields are the most")
    row = found or PersonField(workspace=workspace, position=others.count())
    before = {"name": row.name, "kind": row.kind, "choices": ", ".join(row.choices)} if found else {}
    row.name, row.kind, row.choices = name, kind, list(choices) if kind == FieldKind.CHOICE else []
    _still_fits(row)
    row.save()
    after = {"name": row.name, "kind": row.kind, "choices": ", ".join(row.choices)}
    audit(row, "edit" if found else "add", by=by, before=before, after=after)
    return row


def _still_fits(row: PersonField) -> None:
    if row._state.adding:
        return
    known = PersonValue.of(row.workspace).filter(field=row.pk).values_list("value", flat=True).distinct()
    for value in known[:5_000]:
        try:
            same = fit(row, value) == value
        except Refusal as no:
            raise Refusal(f"Somebody has “{value[:40]}” there, which would not fit any more. {no}") from no
        if not same:
            raise Refusal(f"Somebody has “{value[:40]}” there, which would read otherwise. Change that first.")


@transaction.atomic
def retire_field(found: PersonField, *, retired: bool, by: Member) -> None:
    """It is no longer asked for, or again; what is known stays."""
    found.retired = retired
    found.save(update_fields=["retired"])
    audit(found, "retire" if retired else "bring back", by=by, before={"retired": not retired})


@transaction.atomic
def keep_matter(
    workspace: Workspace, pk: int | None, *, name: str, explains: str, contact: bool, by: Member
) -> ConsentKind:
    """Define a matter of consent, or change how it is called and what it explains."""
    name = " ".join(name.split())
    known = begun(workspace)
    if not name:
        raise Refusal("Give it a name")
    if any(one.name.casefold() == name.casefold() and one.pk != pk for one in known):
        raise Refusal(f"One is called “{name}” already, perhaps a retired one")
    if len(known) >= MOST and pk is None:
        raise Refusal(f"{MOST} are the most")
    row = next((one for one in known if one.pk == pk), None) or ConsentKind(workspace=workspace, position=len(known))
    new = row._state.adding
    before: dict[str, Plain] = {"name": row.name, "explains": row.explains, "contact": row.contact}
    row.name, row.explains, row.contact = name, explains.strip()[:200], contact
    row.save()
    after: dict[str, Plain] = {"name": row.name, "explains": row.explains, "contact": row.contact}
    audit(row, "add" if new else "edit", by=by, before={} if new else before, after=after)
    return row


@transaction.atomic
def retire_matter(found: ConsentKind, *, retired: bool, by: Member) -> None:
    """It is no longer asked for, or again; what was said stays."""
    found.retired = retired
    found.save(update_fields=["retired"])
    audit(found, "retire" if retired else "bring back", by=by, before={"retired": not retired})


@transaction.atomic
def set_merging(workspace: Workspace, *, proven: bool, by: Member) -> None:
    """Whether what is proven from both sides is merged without asking."""
    row, _ = PeopleSettings.everywhere.get_or_create(workspace=workspace)
    if row.merge_proven != proven:
        row.merge_proven = proven
        row.save(update_fields=["merge_proven"])
        audit(row, "edit", by=by, before={"merge_proven": not proven}, after={"merge_proven": proven})
