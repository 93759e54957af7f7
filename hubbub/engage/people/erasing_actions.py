"""A person's rights about what is held of them: it is handed out, or erased; both stand in the log."""

from django.db import transaction

from hubbub.store import erasing, merging
from hubbub.store.audit import audit
from hubbub.store.models import Member, Person
from hubbub.ui.api import Refusal


@transaction.atomic
def handed_out(person: Person, *, by: Member, why: str = "") -> None:
    """Write down that all about them left the house."""
    audit(person, "hand out", by=by, why=why)


def erase(person: Person, *, typed: str, by: Member, why: str) -> erasing.Gone:
    """For good. `typed`: the person's number, which whoever asks has written out. Raises Refusal."""
    if typed.strip() != str(person.pk):
        raise Refusal(f"Write the number of the person, {person.pk}, to erase them. Nothing was erased.")
    if not why.strip():
        raise Refusal("Say why, for the log: for example “asked for it by mail on 3 May”. Nothing was erased.")
    try:
        return erasing.erase(person, by=by, why=why.strip())
    except merging.Refused as no:
        raise Refusal(str(no)) from no
