"""Making two people one, and taking that back. Nothing is deleted: rows go over to the person who stays, or remain with
the one who was merged away, who then no longer shows; a `Merging` says which.

Taken back, each row that went over returns with what it holds now, wherever further merges have taken it since. What
was added since stays with the person it was added to; posts stand with the name that wrote them, so they part rightly.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from . import activities, bulk, likenesses, peopling
from .audit import audit
from .models import (
    Activity,
    Actor,
    Author,
    Conversation,
    Likeness,
    LikenessState,
    Member,
    Merging,
    NotificationKind,
    PeopleSettings,
    Person,
    Role,
    System,
)
from .notifying import notify


class Refused(ValueError):
    """These two cannot be merged, or this cannot be taken back; the text says why, for people."""


class How(Enum):
    """What becomes of the rows that name the person who is merged away."""

    MOVE = "they go over; of two that may not stand together the other one's remains where it is"
    STAY = "they stay: worked out anew for whoever stays, or about this very row"


# Every column that names a person; tests/store/test_merging.py fails where one is missing. What is not listed moves.
HOW: Mapping[str, How] = {
    "author.person": How.MOVE,
    "personnote.person": How.MOVE,
    "personvalue.person": How.MOVE,
    "consent.person": How.MOVE,
    "person_tags.person": How.MOVE,
    "relationship.person": How.MOVE,
    "suggestion.person": How.MOVE,
    "importedline.person": How.STAY,  # about the very row that it made or changed
    "activity.person": How.STAY,  # the loop counts it anew
    "personword.person": How.STAY,  # made of the names
    "person.merged_into": How.STAY,  # who was merged into this one before
    "merging.target": How.STAY,
    "merging.source": How.STAY,
}

# what else must follow when a person gains or loses identities: gets their ids, in the same transaction
FOLLOW: tuple[Callable[[Collection[int], datetime], None], ...] = (activities.follow,)


def columns() -> Iterator[tuple[str, "models.ForeignKey[Person, Person]"]]:
    """Every column that names a person, with its name in HOW; found in the models, so that none is forgotten."""
    relations = [one for one in Person._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete]
    found: dict[str, models.ForeignKey[Person, Person]] = {}
    for relation in relations:
        field = getattr(relation, "field", None)
        if isinstance(field, models.ForeignKey):
            found[f"{field.model._meta.model_name}.{field.name}"] = field
    yield from sorted(found.items())


@transaction.atomic
def merge(
    target: Person, source: Person, *, by: Actor, why: str = "", reasons: Sequence[Mapping[str, Any]] = ()
) -> Merging:
    """`source` becomes part of `target`. `reasons`: as a `Likeness` holds them; the log, which outlasts the erasing of
    people, holds their kinds alone. Raises Refused."""
    if target.workspace_id != source.workspace_id:
        raise Refused("Only people of one workspace can be merged")
    target, source = _locked(target, source)
    if target.pk == source.pk:
        raise Refused("This is one person already")
    if source.merged_into_id or target.merged_into_id:
        raise Refused("One of the two was merged meanwhile: look at the person again")
    if source.erased or target.erased:
        raise Refused("One of the two was erased: nothing is left to merge")
    row = Merging(
        workspace_id=target.workspace_id, target=target, source=source, reasons=[one["says"] for one in reasons]
    )
    row.at, row.by_name, row.why = timezone.now(), str(by)[:200], why
    row.moved = {name: ids for name, field in columns() if (ids := _move(name, field, source.pk, target.pk))}
    row.kept = _take_words(target, source)
    row.save()
    Person.everywhere.filter(pk=source.pk).update(merged_into=target)
    source.merged_into = target
    likenesses.close(target.workspace, target.pk, target.pk, LikenessState.MERGED, by=by)
    _settle((target.pk, source.pk))
    audit(
        target,
        "merge",
        by=by,
        why=why,
        after={"merged": source.pk, "merging": row.pk, "reasons": "; ".join(str(one["name"]) for one in reasons)},
    )
    return row


@transaction.atomic
def unmerge(row: Merging, *, by: Actor, why: str = "") -> Person:
    """Take a merge back, also while further ones stand. Gives the person who is there again. Raises Refused."""
    row = Merging.everywhere.select_related("target", "source").get(pk=row.pk)
    chain = _chain(row.target)
    locked = _locked(*chain, row.source)
    row = bulk.held(Merging.everywhere.filter(pk=row.pk)).get()
    if row.undone:
        raise Refused("This merge was taken back already")
    if locked[-1].erased or locked[0].erased:
        raise Refused("This person was erased: nothing is left to give back")
    if [one.pk for one in _chain(locked[0])] != [one.pk for one in chain]:
        raise Refused("Somebody merged or parted these people at this moment: try again")
    source, standing = locked[-1], [one.pk for one in chain]
    for name, field in columns():
        _give_back(field, row.moved.get(name, ()), standing, source.pk)
    _forget_in(standing, row.moved)
    _give_back_words(row, locked[0])
    Person.everywhere.filter(pk=source.pk).update(merged_into=None)
    source.merged_into = None
    Merging.everywhere.filter(pk=row.pk).update(undone=timezone.now(), undone_by_name=str(by)[:200])
    pairs = Likeness.everywhere.filter(state=LikenessState.MERGED).filter(
        models.Q(first__person=source.pk, second__person__in=standing)
        | models.Q(second__person=source.pk, first__person__in=standing)
    )
    ids = list(pairs.values_list("pk", flat=True))
    Likeness.everywhere.filter(pk__in=ids).update(state=LikenessState.REFUSED, decided=timezone.now())
    _settle((*standing, source.pk))
    audit(row.target, "unmerge", by=by, why=why, after={"parted": source.pk, "merging": row.pk})
    return source


def standing(person: Person) -> Person:
    """Who they are now: the person into whom they were merged, or themselves."""
    return _chain(person)[-1]


def merged_into(person: Person) -> list[int]:
    """Those who were merged into this one, and into them."""
    found: list[int] = []
    level = [person.pk]
    while level:
        level = list(Person.of(person.workspace).filter(merged_into__in=level).values_list("pk", flat=True))
        found += level
    return found


def _chain(person: Person) -> list[Person]:
    chain = [person]
    while (above := chain[-1].merged_into) is not None:
        chain.append(above)
    return chain


def _locked(*people: Person) -> list[Person]:
    """The same people as they are now, theirs alone until the transaction ends: first their names, then they, then what
    is counted of them, each in the order of keys, as everybody locks them who changes several of these.

    A name that came over to one of them while we waited was not locked in its turn: then all is let go, and begun anew.
    """
    ids = [one.pk for one in people]
    theirs = Author.everywhere.filter(person__in=ids).values_list("pk", flat=True)
    rows: dict[int, Person] = {}
    while not rows:
        with transaction.atomic():  # a savepoint: what is locked in it is let go with it
            names = set(bulk.held(Author.everywhere.filter(person__in=ids)).values_list("pk", flat=True))
            rows = {row.pk: row for row in bulk.held(Person.everywhere.filter(pk__in=sorted(set(ids))))}
            if names != set(theirs.all()):  # asked anew
                rows = {}
                transaction.set_rollback(True)
    list(bulk.held(Activity.everywhere.filter(person__in=ids)).values_list("pk", flat=True))
    return [rows[pk] for pk in ids]


def _move(name: str, field: "models.ForeignKey[Person, Person]", source: int, target: int) -> list[int]:
    """Give the rows over; the ids of those that went."""
    if HOW.get(name, How.MOVE) is How.STAY:
        return []
    rows = field.model._base_manager.filter(**{field.name: source})
    staying = _clashing(field, source, target)
    ids = [pk for pk in rows.order_by("pk").values_list("pk", flat=True) if pk not in staying]
    for at in range(0, len(ids), 500):
        field.model._base_manager.filter(pk__in=ids[at : at + 500]).update(**{field.name: target})
    return ids


def _clashing(field: "models.ForeignKey[Person, Person]", source: int, target: int) -> set[int]:
    """Rows that the target has one of already, where the table allows but one."""
    model, found = field.model, set()
    rules = [(tuple(one.fields), one.condition) for one in model._meta.constraints
             if isinstance(one, models.UniqueConstraint) and field.name in one.fields]  # fmt: skip
    rules += [(tuple(together), None) for together in model._meta.unique_together if field.name in together]
    rules += [((field.name,), None)] if field.unique else []
    for fields, condition in rules:
        others = [name for name in fields if name != field.name]
        rows = model._base_manager.filter(condition) if condition is not None else model._base_manager.all()
        there = set(rows.filter(**{field.name: target}).values_list(*others, "pk")) if not others else {
            tuple(values) for values in rows.filter(**{field.name: target}).values_list(*others)
        }  # fmt: skip
        for pk, *values in rows.filter(**{field.name: source}).values_list("pk", *others):
            if (tuple(values) in there) if others else there:
                found.add(pk)
    return found


def _give_back(
    field: "models.ForeignKey[Person, Person]", ids: Sequence[int], standing: Sequence[int], source: int
) -> None:
    """What may not stand beside a row that was kept of them, after what was done since, stays where it is now."""
    rows = field.model._base_manager
    staying = {pk for person in standing for pk in _clashing(field, person, source)} if ids else set()
    returning = [pk for pk in ids if pk not in staying]
    for at in range(0, len(returning), 500):
        mine = rows.filter(pk__in=returning[at : at + 500], **{f"{field.name}__in": standing})
        mine.update(**{field.name: source})


def _forget_in(standing: Sequence[int], given: Mapping[str, Sequence[int]]) -> None:
    """Merges that took these rows further no longer have them to give back."""
    for later in Merging.everywhere.filter(source__in=standing, undone=None):
        later.moved = {name: [pk for pk in ids if pk not in given.get(name, ())] for name, ids in later.moved.items()}
        later.save(update_fields=["moved"])


def _take_words(target: Person, source: Person) -> dict[str, list[str]]:
    """What the one who stays does not say of themselves is taken from the other; what they said, and say now."""
    kept = {
        name: [getattr(target, name), getattr(source, name)]
        for name in ("name", "about")
        if not getattr(target, name) and getattr(source, name)
    }
    Person.everywhere.filter(pk=target.pk).update(**{name: now for name, (_, now) in kept.items()}) if kept else None
    return kept


def _give_back_words(row: Merging, target: Person) -> None:
    fields = {name: was for name, (was, now) in row.kept.items() if getattr(target, name) == now}
    if fields:
        Person.everywhere.filter(pk=target.pk).update(**fields)


def _settle(people: Sequence[int]) -> None:
    peopling.settle(people)
    names = list(Author.everywhere.filter(person__in=people).values_list("pk", flat=True))
    talks = Conversation.everywhere.filter(author__in=names).exclude(status="done")
    talks.update(stirred=True)
    for follow in FOLLOW:
        follow(people, timezone.now())


def step(_now: datetime) -> bool:
    """Merge one pair that is proven from both sides, where a workspace wants that. False: there is none."""
    willing = PeopleSettings.everywhere.filter(merge_proven=True).values("workspace")
    rows = Likeness.everywhere.filter(state=LikenessState.OPEN, proven=True, workspace__in=willing)
    found = rows.select_related("first__person", "second__person").order_by("pk").first()
    if found is None:
        return False
    two = sorted((found.first.person, found.second.person), key=lambda one: (-one.post_count, one.pk))
    try:
        row = merge(two[0], two[1], by=System("Hubbub"), why="Each side says it of the other", reasons=found.reasons)
        _tell(row)
    except Refused:
        Likeness.everywhere.filter(pk=found.pk, state=LikenessState.OPEN).delete()  # decided otherwise meanwhile
    return True


def _tell(row: Merging) -> None:
    managers = [one for one in Member.of(row.workspace).filter(active=True) if one.may(Role.MANAGER)]
    says = f"Two people were merged, because each says it of the other: person {row.target_id} and {row.source_id}"
    notify(managers, NotificationKind.REMINDER, says, about=row.target, key=f"merged {row.source_id}")
