"""What leaves the house about people, and what is erased: each stands in the log, without words of theirs."""

from django.db import transaction

from hubbub.store import erasing, merging
from hubbub.store.audit import Plain, audit
from hubbub.store.models import Audit, Member, PeopleSettings, Person, Workspace
from hubbub.ui.api import Refusal

from . import listing


@transaction.atomic
def handed_out(person: Person, form: str, *, by: Member, why: str = "") -> Audit:
    """Write down that what stands here about a person left the house, in that form."""
    return audit(person, "hand out", by=by, why=why, after={"as": form})


@transaction.atomic
def exported(workspace: Workspace, asked: listing.Asked, form: str, *, by: Member) -> Audit:
    """Write down that a list of people leaves the house: how many, and which. Names that were looked for are theirs,
    and do not stand there."""
    own, _ = PeopleSettings.everywhere.get_or_create(workspace=workspace)
    many = listing.rows(workspace, asked).count()
    after: dict[str, Plain] = {
        "people": many,
        "as": form,
        "filter": "; ".join(listing.in_words(workspace, asked)) or "everybody",
    }
    return audit(own, "export people", by=by, after=after)


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
