"""What the page of a person reads beside their posts: what we answered, what was noted, agreed and merged."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q
from msgspec import Struct

from hubbub.core.people import CONSENTS
from hubbub.store import knowing, merging
from hubbub.store.models import (
    Author,
    Consent,
    ConsentKind,
    Conversation,
    Likeness,
    LikenessState,
    Merging,
    Outbox,
    OutboxState,
    Person,
    PersonField,
    PersonNote,
    PersonValue,
    Workspace,
)

LOOKED_AT = 500  # newest posts of a person in which answers and conversations are looked for
WEEKS, MOST = 26, 10_000  # of sentiment; posts counted for it
SENTIMENTS = ("positive", "neutral", "negative")


class Week(Struct, frozen=True):
    """Seven days from a Monday, and how many posts of each sentiment."""

    monday: date
    counts: Mapping[str, int]

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)


class Known(Struct, frozen=True):
    """A field, what is known, and what the people who were merged into this one had in it."""

    field: PersonField
    value: str
    others: Sequence[str] = ()


class Agreement(Struct, frozen=True):
    """A matter of consent with all that a person ever said about it; `stands` is what counts now."""

    kind: ConsentKind
    stands: Consent | None
    history: Sequence[Consent]


class Said(Struct, frozen=True):
    """What goes on between a person and us."""

    answers: Sequence[Outbox]
    conversations: Sequence[Conversation]


def weeks(identities: Sequence[Author], now: datetime) -> list[Week]:
    """The last half year, oldest first, empty weeks among them; nothing where nothing was judged."""
    monday = now.date() - timedelta(days=now.weekday(), weeks=WEEKS - 1)
    since = now - timedelta(days=now.weekday() + 7 * WEEKS)
    rows = knowing.posts(identities, since).filter(ours=False)
    counts: dict[date, Counter[str]] = {monday + timedelta(weeks=at): Counter() for at in range(WEEKS)}
    said = rows.values_list("published", "sentiment")[:MOST]
    for published, sentiment in said:
        day = published.date()
        week = day - timedelta(days=day.weekday())
        if sentiment and week in counts:
            counts[week][sentiment] += 1
    return [Week(week, found) for week, found in counts.items()] if any(counts.values()) else []


def between(workspace: Workspace, identities: Sequence[Author]) -> Said:
    """Our newest answers to them, and the conversations that they take part in."""
    newest = list(knowing.posts(identities).values_list("pk", "conversation_id")[:LOOKED_AT])
    answers = Outbox.of(workspace).filter(post__in=[pk for pk, _ in newest], verb="reply")
    answers = answers.exclude(state=OutboxState.DROPPED).select_related("post", "source").order_by("-pk")
    talks = list(dict.fromkeys(talk for _, talk in newest if talk))[:10]
    found = {one.pk: one for one in Conversation.of(workspace).filter(pk__in=talks).select_related("source")}
    return Said(list(answers[:10]), [found[pk] for pk in talks if pk in found])


def notes(person: Person) -> list[PersonNote]:
    """Newest first."""
    return list(PersonNote.of(person.workspace).filter(person=person)[:100])


def fields(workspace: Workspace, *, retired: bool = False) -> list[PersonField]:
    """What the workspace wants to know, in its order."""
    found = PersonField.of(workspace)
    return list(found if retired else found.filter(retired=False))


def known(person: Person) -> list[Known]:
    """A line for every field, whether anything is known or not."""
    merged = merging.merged_into(person)
    found: dict[int, list[str]] = {}
    own: dict[int, str] = {}
    for row in PersonValue.of(person.workspace).filter(person__in=[person.pk, *merged]).order_by("pk"):
        if row.person_id == person.pk:
            own[row.field_id] = row.value
        else:
            found.setdefault(row.field_id, []).append(row.value)
    return [
        Known(field, own.get(field.pk, ""), [one for one in found.get(field.pk, ()) if one != own.get(field.pk)])
        for field in fields(person.workspace, retired=True)
        if not field.retired or field.pk in own
    ]


def kinds(workspace: Workspace) -> list[ConsentKind]:
    """The matters of consent, in their order; those that every workspace starts with where none was defined yet (they
    are then not saved, and have no id)."""
    return list(ConsentKind.of(workspace)) or [
        ConsentKind(workspace=workspace, name=one.name, explains=one.explains, contact=one.contact, position=at)
        for at, one in enumerate(CONSENTS, start=1)
    ]


def agreements(person: Person) -> list[Agreement]:
    """What they agreed to or refused, a line for every matter."""
    said: dict[int, list[Consent]] = {}
    for row in Consent.of(person.workspace).filter(person=person).select_related("post"):
        said.setdefault(row.kind_id, []).append(row)
    return [
        Agreement(kind, stands(said.get(kind.pk, ())), said.get(kind.pk, []))
        for kind in kinds(person.workspace)
        if not kind.retired or kind.pk in said
    ]


def stands(history: Sequence[Consent]) -> Consent | None:
    """What counts now: the newest that was not withdrawn. `history` runs newest first."""
    return next((one for one in history if one.withdrawn is None), None)


def no_contact(people: Sequence[int]) -> dict[int, Consent]:
    """Those of these people who do not want to be written to, with what says so."""
    rows = knowing.consents(people).filter(kind__contact=True).select_related("kind")
    newest: dict[tuple[int, int], Consent] = {}
    for row in rows:  # newest first
        newest.setdefault((row.person_id, row.kind_id), row)
    return {row.person_id: row for row in newest.values() if not row.agreed}


def mergings(person: Person) -> list[Merging]:
    """Who was merged into this person, or into those: what can be taken back, newest first."""
    into = [person.pk, *merging.merged_into(person)]
    rows = Merging.of(person.workspace).filter(target__in=into, undone=None)
    return list(rows.select_related("source", "target").order_by("-pk"))


def likenesses(person: Person) -> list[Likeness]:
    """Open suggestions about this person, the strongest first."""
    rows = Likeness.of(person.workspace).filter(
        Q(first__person=person) | Q(second__person=person), state=LikenessState.OPEN
    )
    return list(rows.select_related("first__person", "second__person").order_by("-strength", "-pk")[:10])


def open_likenesses(workspace: Workspace, before: tuple[float, int] | None = None, size: int = 20) -> list[Likeness]:
    """All open suggestions of a workspace, the strongest first, one more than `size` where there are more."""
    rows = Likeness.of(workspace).filter(state=LikenessState.OPEN)
    if before is not None:
        strength, pk = before
        rows = rows.filter(strength__lte=strength).exclude(Q(strength=strength) & Q(pk__gte=pk))
    return list(rows.select_related("first__person", "second__person").order_by("-strength", "-pk")[: size + 1])
