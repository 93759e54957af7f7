"""What a line of a file did, taken back: as far as nobody has changed it since."""

from collections.abc import Collection

from django.db.models import Q

from hubbub.store import peopling
from hubbub.store.audit import audit
from hubbub.store.models import (
    Author,
    Consent,
    Conversation,
    ImportedLine,
    LineFate,
    Member,
    Merging,
    Outbox,
    Person,
    PersonNote,
    PersonValue,
    Post,
    Relationship,
    Report,
    Sanction,
    Statement,
    Strike,
    Tag,
)
from hubbub.ui.api import Refusal

from . import actions


def take_back_line(line: ImportedLine, *, by: Member) -> None:
    """In the transaction of the caller. Where something hangs on it since, it is kept, and the line says why."""
    why = f"takes back {line}"
    said = ""
    try:
        if line.person is not None:
            said = _take_back(line, line.person, by, why)
    except Refusal as slip:
        said = str(slip)
    line.fate, line.says = (LineFate.KEPT, said[:300]) if said else (LineFate.BACK, "")
    line.save(update_fields=["fate", "says", "person"])


def _take_back(line: ImportedLine, row: Person, by: Member, why: str) -> str:
    """Why something was kept; "": nothing was."""
    actions.names_held(row)
    person, did, kept = actions.held(row), line.did, ""
    for tag in Tag.of(line.workspace).filter(pk__in=did.get("tags", ())):
        actions.untag(person, tag, by=by, why=why)
    note = PersonNote.of(line.workspace).filter(pk=did.get("note", 0), person=person).select_related("person").first()
    if note is not None:
        actions.remove_note(note, by=by)
    now = dict(PersonValue.of(line.workspace).filter(person=person).values_list("field", "value"))
    values = {int(pk): was for pk, (was, then) in did.get("values", {}).items() if now.get(int(pk), "") == then}
    try:
        actions.keep_values(person, values, by=by, why=why)
    except Refusal as slip:  # what stood there fits its field no more
        kept = str(slip)
    if not _forget_names(did.get("authors", ()), person):
        kept = "One of their names has posts or decisions by now"
    if line.fate == LineFate.MADE:
        reworded = any(getattr(person, name) != did.get(name, ["", ""])[1] for name in ("name", "about"))
        if not kept and not reworded and not _hangs(person):
            audit(person, "remove", by=by, why=why)
            ImportedLine.of(line.workspace).filter(person=person).update(person=None)  # they say what became of them
            line.person = None
            person.delete()
            return ""
        return kept or "They were given more than this file said by now"
    was = {name: did[name][0] if name in did and getattr(person, name) == did[name][1] else getattr(person, name)
           for name in ("name", "about")}  # fmt: skip
    actions.edit(person, name=was["name"], about=was["about"], by=by, why=why)
    return kept


def _forget_names(pks: Collection[int], person: Person) -> bool:
    """Names that the file gave go where nothing else knows them. False: some stay."""
    names = Author.of(person.workspace).filter(pk__in=pks, person=person)
    stay = {
        pk
        for model in (Post, Conversation, Strike, Sanction, Statement, Outbox)
        for pk in model.of(person.workspace).filter(author__in=names).values_list("author", flat=True)
    } | set(Report.of(person.workspace).filter(reporter__in=names).values_list("reporter", flat=True))
    names.exclude(pk__in=stay).delete()
    peopling.settle([person.pk])
    return not stay


def _hangs(person: Person) -> bool:
    """Whether anything stands about them that somebody would miss."""
    models = (Author, PersonNote, PersonValue, Consent, Relationship)
    return (
        any(model.of(person.workspace).filter(person=person).exists() for model in models)
        or person.tags.exists()
        or Merging.of(person.workspace).filter(Q(target=person) | Q(source=person)).exists()
        or ImportedLine.of(person.workspace).filter(person=person, fate__in=[LineFate.MADE, LineFate.CHANGED]).count()
        > 1
    )
