"""The list of people: whom a request asks for, in which order, and one page of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.http import QueryDict
from msgspec import Struct, structs

from hubbub.store import bulk
from hubbub.store.models import Author, Consent, Person, PersonValue, PersonWord, Workspace
from hubbub.store.peopling import words

Row = TypeVar("Row", bound=Model)

PAGE = 50
FEW = 2_000  # up to so many are found by what is asked for; of more each is tried, in the order of the list
SORTS = {"seen": "Last seen", "posts": "Most posts", "followers": "Followers", "newest": "Newest"}
COLUMNS = {"seen": "last_seen", "posts": "post_count", "followers": "followers", "newest": "id"}


class Asked(Struct, frozen=True):
    """What the list is asked for; empty and 0: nothing."""

    q: str = ""  # words of names and handles, each from its beginning
    tag: int = 0
    network: str = ""
    consent: str = ""  # "3 yes", "3 no": the kind's id, and whether they agree
    field: int = 0
    value: str = ""
    sort: str = "seen"

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order is asked for."""
        return any([self.q, self.tag, self.network, self.consent, self.field and self.value])

    def url(self, **other: object) -> str:
        """The query of an address that asks for this."""
        fields = structs.asdict(self) | other
        given = [(name, value) for name, value in fields.items() if value and (name, value) != ("sort", "seen")]
        return "?" + urlencode(given)


class Listed(Struct, frozen=True):
    """One page."""

    people: Sequence[Person]
    older: str  # where the next page starts, as a request names it; "" at the end


def read_asked(data: QueryDict) -> Asked:
    """What a request asks for; nonsense counts as nothing."""
    sort, consent = data.get("sort", ""), data.get("consent", "")
    kind, _, says = consent.partition(" ")
    return Asked(
        q=data.get("q", "").strip()[:200],
        tag=number(data.get("tag", "")),
        network=data.get("network", "")[:300],
        consent=consent if number(kind) and says in ("yes", "no") else "",
        field=number(data.get("field", "")),
        value=data.get("value", "").strip()[:500],
        sort=sort if sort in SORTS else "seen",
    )


def number(text: str) -> int:
    """The id that is meant, 0 where none is."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def rows(workspace: Workspace, asked: Asked) -> QuerySet[Person]:
    """Those people, in no order."""
    found = Person.of(workspace).filter(merged_into=None, erased=None)
    for word in words(asked.q)[:6]:
        held = Q(word__gte=word, word__lt=_after(word))
        found = _among(found, PersonWord.of(workspace).filter(held), PersonWord.everywhere.filter(held))
    if asked.tag:
        tagged = Person.tags.through._base_manager.filter(tag=asked.tag)
        found = _among(found, tagged, tagged)
    if asked.network:
        there = Author.everywhere.filter(network=asked.network)
        found = _among(found, there.filter(workspace=workspace), there)
    if asked.consent:
        kind, _, says = asked.consent.partition(" ")
        standing = Consent.everywhere.filter(kind=int(kind), withdrawn=None)
        later = standing.filter(person=OuterRef("person")).filter(
            Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
        )
        newest = standing.filter(~Exists(later), agreed=says == "yes")
        found = _among(found, newest.filter(workspace=workspace), newest)
    if asked.field and asked.value:
        known = PersonValue.everywhere.filter(field=asked.field).annotate(said=Lower("value"))
        same = known.filter(said=asked.value.lower())
        found = _among(found, same.filter(workspace=workspace), same)
    return found


def _after(word: str) -> str:
    """What comes behind all words that begin with this one."""
    return word[:-1] + chr(min(ord(word[-1]) + 1, 0x10FFFF)) if ord(word[-1]) != 0xD7FF else word[:-1] + "\ue000"


def _among(found: QuerySet[Person], hits: QuerySet[Row], probe: QuerySet[Row]) -> QuerySet[Person]:
    """Those with a hit: by the hits where they are few, else each is asked, so that a page comes at once. `probe` is
    the same without the workspace, of which the people are: the database then looks by the person, as it should."""
    some = list(hits.order_by().values_list("person_id", flat=True)[: FEW + 1])
    if len(some) <= FEW:
        return found.filter(pk__in=bulk.numbered(sorted(set(some))))
    return found.filter(Exists(probe.filter(person=OuterRef("pk"))))


def page(workspace: Workspace, asked: Asked, before: str = "", size: int = PAGE) -> Listed:
    """From a place on; with their names on the networks and their tags."""
    column = COLUMNS[asked.sort]
    found = rows(workspace, asked).order_by(F(column).desc(), "-pk")
    place = _place(column, before)
    if place is not None:
        value, pk = place
        # the first half alone can be looked up in the index of the order
        found = found.filter(**{f"{column}__lte": value}).exclude(Q(**{column: value}) & Q(pk__gte=pk))
    people = list(found.prefetch_related("tags")[: size + 1])
    shown = people[:size]
    older = _written(column, shown[-1]) if len(people) > size else ""
    return Listed(shown, older)


def _place(column: str, before: str) -> tuple[datetime | int, int] | None:
    value, _, pk = before.rpartition("_")
    if not number(pk):
        return None
    if column != "last_seen":
        return (number(value), number(pk)) if value.isascii() and value.isdecimal() else None
    try:
        return datetime.fromisoformat(value).astimezone(UTC), int(pk)
    except (ValueError, OverflowError):
        return None


def _written(column: str, person: Person) -> str:
    value = getattr(person, column)
    return f"{value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value}_{person.pk}"


def names_of(people: Sequence[Person]) -> dict[int, list[Author]]:
    """Their names on the networks, those with most posts first, eight each at most."""
    found: dict[int, list[Author]] = {one.pk: [] for one in people}
    for row in Author.everywhere.filter(person__in=found).order_by("person", F("post_count").desc(nulls_last=True)):
        if len(found[row.person_id]) < 8:
            found[row.person_id].append(row)
    return found


def networks(workspace: Workspace) -> list[str]:
    """All that people are known from; hops along the index from one to the next."""
    found: list[str] = []
    last = ""
    while len(found) < 100:
        above = Author.of(workspace).filter(network__gt=last).order_by("network")
        following = above.values_list("network", flat=True).first()
        if following is None:
            break
        found.append(following)
        last = following
    return found
