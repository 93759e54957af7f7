"""What members do about a person: names, notes, tags, what is known, what was agreed. Each act leaves an audit row.

The log outlasts the erasing of a person: it says what was changed, never what stood there."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from hubbub.core.people import Unfit, read_value
from hubbub.engage.tagging import named
from hubbub.store import peopling
from hubbub.store.audit import audit
from hubbub.store.models import (
    Actor,
    Audit,
    Author,
    Consent,
    ConsentKind,
    ConsentSource,
    Member,
    Person,
    PersonField,
    PersonNote,
    PersonValue,
    Post,
    Role,
    Tag,
    Workspace,
)
from hubbub.ui.api import Refusal

from . import queries

LONGEST, LONGEST_NOTE = 200, 10_000
MOST = 500  # people in one bulk act


def held(person: Person) -> Person:
    """The person, nobody else's to change until the transaction ends. Raises Refusal where they are gone."""
    row = Person.of(person.workspace).select_for_update(of=("self",)).select_related("workspace").get(pk=person.pk)
    return stands(row)


def stands(row: Person) -> Person:
    """The same row. Raises Refusal where they are gone."""
    if row.erased:
        raise Refusal("This person was erased; nothing can be added to them")
    if row.merged_into_id:
        raise Refusal("This person was merged into another one meanwhile: open the page again")
    return row


def names_held(person: Person) -> None:
    """The same of their identities: whoever changes both locks these first, so that no two wait for each other."""
    list(Author.of(person.workspace).select_for_update().filter(person=person).order_by("pk").values_list("pk"))


@transaction.atomic
def edit(person: Person, *, name: str, about: str, by: Actor, why: str = "") -> Audit | None:
    """What we call them, and what we say of them. None where it stood so already."""
    names_held(person)
    row, (name, about) = held(person), worded(name, about)
    changed = [field for field, value in (("name", name), ("about", about)) if getattr(row, field) != value]
    if not changed:
        return None
    row.name, row.about = name, about
    row.save(update_fields=["name", "about"])
    peopling.settle([row.pk])
    return audit(row, "edit", by=by, why=why, after={"changed": ", ".join(changed)})


def worded(name: str, about: str) -> tuple[str, str]:
    """The same as they are stored. Raises Refusal."""
    name, about = " ".join(name.split()), about.strip()
    if len(name) > LONGEST:
        raise Refusal(f"The name is {len(name)} characters long; {LONGEST} is the most")
    if len(about) > LONGEST_NOTE:
        raise Refusal(f"What you say of them is {len(about)} characters long; {LONGEST_NOTE} is the most")
    return name, about


def noted(text: str) -> str:
    """A note as it is stored. Raises Refusal."""
    text = text.strip()
    if not text:
        raise Refusal("The note is empty: write what your colleagues should know")
    if len(text) > LONGEST_NOTE:
        raise Refusal(f"The note is {len(text)} characters long; {LONGEST_NOTE} is the most")
    return text


@transaction.atomic
def note(person: Person, text: str, *, by: Member) -> PersonNote:
    """What colleagues should know; it is never sent."""
    row, text = held(person), noted(text)
    made = PersonNote.everywhere.create(
        workspace=row.workspace, person=row, by=by, by_name=str(by)[:200], text=text, at=timezone.now()
    )
    audit(row, "note", by=by, after={"note": made.pk})
    return made


@transaction.atomic
def remove_note(found: PersonNote, *, by: Member) -> None:
    """Take a note away for good: one's own, or as a manager anybody's."""
    if found.by_id != by.pk and not by.may(Role.MANAGER):
        raise Refusal(f"{found.by_name} wrote this note: they can remove it, and so can a manager")
    audit(found.person, "remove note", by=by, before={"note": found.pk})
    found.delete()


@transaction.atomic
def tag(person: Person, names: Sequence[str], *, by: Actor, why: str = "") -> list[Audit]:
    """Put these tags on a person; tags that are new to the workspace are made."""
    row = held(person)
    there = set(row.tags.values_list("pk", flat=True))
    fresh = [one for one in named(row.workspace, names, by=by) if one.pk not in there]
    row.tags.add(*fresh)
    return [audit(row, "tag", by=by, why=why, after={"tag": one.pk, "name": one.name}) for one in fresh]


@transaction.atomic
def untag(person: Person, found: Tag, *, by: Actor, why: str = "") -> Audit | None:
    """Take a tag off. None where it was not there."""
    row = held(person)
    if not row.tags.filter(pk=found.pk).exists():
        return None
    row.tags.remove(found)
    return audit(row, "untag", by=by, why=why, before={"tag": found.pk, "name": found.name})


@transaction.atomic
def tag_all(workspace: Workspace, pks: Sequence[int], names: Sequence[str], *, by: Actor) -> list[Audit]:
    """The same tags on many, all or none of them; who has one already leaves no row."""
    return [act for one in chosen(workspace, pks) for act in tag(one, names, by=by)]


@transaction.atomic
def untag_all(workspace: Workspace, pks: Sequence[int], found: Tag, *, by: Actor) -> list[Audit]:
    """Take one tag off many."""
    acts = [untag(one, found, by=by) for one in chosen(workspace, pks)]
    return [act for act in acts if act]


def chosen(workspace: Workspace, pks: Sequence[int]) -> list[Person]:
    """The people of a bulk act, in the order in which everybody locks them. Raises Refusal: too many, or none."""
    if not pks:
        raise Refusal("Choose somebody first: x marks the row that you are on")
    if len(pks) > MOST:
        raise Refusal(f"{len(pks)} people at once are too many: {MOST} is the most")
    rows = Person.of(workspace).select_related("workspace").filter(pk__in=pks, merged_into=None, erased=None)
    return list(rows.order_by("pk"))


@transaction.atomic
def undo_tags(workspace: Workspace, audits: Sequence[int], *, by: Member) -> int:
    """Take taggings back, newest first; gives how many. What was changed again since is left alone."""
    acts = Audit.of(workspace).filter(pk__in=audits[: MOST * 4], noun="person", verb__in=["tag", "untag"])
    undone = 0
    for act in acts.order_by("-pk"):
        person = Person.of(workspace).select_related("workspace").filter(pk=act.noun_id, merged_into=None).first()
        found = Tag.of(workspace).filter(pk=(act.after or act.before).get("tag")).first()
        if person is None or person.erased or found is None:
            continue
        why = f"undo of entry {act.pk}"
        done = untag(person, found, by=by, why=why) if act.verb == "tag" else tag(person, [found.name], by=by, why=why)
        undone += bool(done)
    return undone


@transaction.atomic
def keep_values(person: Person, given: Mapping[int, str], *, by: Actor, why: str = "") -> Audit | None:
    """What is known in these fields (by id); empty takes it away. Raises Unfit's words, with the field, as Refusal."""
    row = held(person)
    defined = {field.pk: field for field in queries.fields(row.workspace, retired=True)}
    there = {value.field_id: value for value in PersonValue.of(row.workspace).filter(person=row)}
    changed = []
    for pk, text in given.items():
        field = defined.get(pk)
        if field is None:
            raise Refusal("One of these fields is no longer there: open the page again")
        value = fit(field, text)
        before = there[pk].value if pk in there else ""
        if value == before:
            continue
        changed.append(field.name)
        if not value:
            there[pk].delete()
        else:
            PersonValue.everywhere.update_or_create(
                workspace=row.workspace, person=row, field=field, defaults={"value": value}
            )
    return audit(row, "note fields", by=by, why=why, after={"changed": ", ".join(changed)}) if changed else None


def fit(field: PersonField, text: str) -> str:
    """The value as it is stored. Raises Refusal, which names the field."""
    try:
        return read_value(field.kind, text, field.choices)  # type: ignore[arg-type]  # a column of these words
    except Unfit as slip:
        raise Refusal(f"{field.name}: {slip}") from slip


class Sworn(Refusal):
    """A consent that cannot be written down as it was given."""


@transaction.atomic
def record_consent(
    person: Person,
    kind: str,
    *,
    agreed: bool,
    at: datetime | None,
    source: str,
    told: str,
    by: Member,
    post: Post | None = None,
) -> Consent:
    """Write down what they said about a matter (by its name), when, and how we know. What was said before stays."""
    row, told, now = held(person), told.strip(), timezone.now()
    matter = _matter(row.workspace, kind)
    if source not in ConsentSource.values:
        raise Sworn("Say how you know: by a post, a link, or what they said")
    if source == ConsentSource.POST and post is None:
        raise Sworn("Name the post in which they said so: its number stands at its end on their page")
    if source == ConsentSource.LINK and not told.startswith(("https://", "http://")):
        raise Sworn("Give the link where it stands, such as https://example.org/form/17")
    if source == ConsentSource.WORDS and not told:
        raise Sworn("Say in a few words how they told you, such as “on the phone, with Anna”")
    if at is not None and at > now:
        raise Sworn("That is in the future: give the day on which they said so")
    made = Consent.everywhere.create(
        workspace=row.workspace, person=row, kind=matter, agreed=agreed, at=at or now, source=source,
        told=told or (post.url if post else ""), post=post, by=by, by_name=str(by)[:200], noted=now,
    )  # fmt: skip
    audit(row, "consent", by=by, after={"matter": matter.name, "agreed": agreed, "how": source, "consent": made.pk})
    return made


def _matter(workspace: Workspace, name: str) -> ConsentKind:
    known = {one.name.casefold(): one for one in begun(workspace) if not one.retired}
    found = known.get(name.strip().casefold())
    if found is None:
        raise Sworn(f"“{name[:60]}” is no matter of consent here: {', '.join(one.name for one in known.values())}")
    return found


def begun(workspace: Workspace) -> list[ConsentKind]:
    """The matters of consent, saved: the starting set is made where there are none. Call it in a transaction."""
    found = queries.kinds(workspace)
    if found and found[0]._state.adding:
        Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk).exists()  # one makes them
        if not ConsentKind.of(workspace).exists():
            ConsentKind.everywhere.bulk_create(found)
        found = list(ConsentKind.of(workspace))
    return found


@transaction.atomic
def withdraw_consent(found: Consent, *, by: Member, why: str = "") -> Consent:
    """They take it back, or it was written down wrongly; it stays in the history."""
    row = Consent.of(found.workspace).select_for_update(of=("self",)).select_related("person", "kind").get(pk=found.pk)
    if row.withdrawn:
        raise Refusal("This was withdrawn already")
    row.withdrawn, row.withdrawn_by_name, row.withdrawn_why = timezone.now(), str(by)[:200], why.strip()
    row.save(update_fields=["withdrawn", "withdrawn_by_name", "withdrawn_why"])
    audit(row.person, "withdraw consent", by=by, before={"matter": row.kind.name, "consent": row.pk})
    return row


@transaction.atomic
def add(workspace: Workspace, name: str, *, by: Member, why: str = "") -> Person:
    """Somebody whom no network has brought yet, by name."""
    name, _ = worded(name, "")
    if not name:
        raise Refusal("Give the name of the person")
    made = Person.everywhere.create(workspace=workspace, name=name)
    peopling.settle([made.pk])
    audit(made, "add", by=by, why=why)
    return made
