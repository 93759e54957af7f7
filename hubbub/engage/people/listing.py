"""The list of people: whom a request asks for, in which order, and one page of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from msgspec import Struct, structs

from hubbub.core.levels import LEVELS
from hubbub.store import knowing
from hubbub.store.models import Author, ConsentKind, Person, PersonField, Tag, Workspace
from hubbub.store.peopling import words
from hubbub.ui.networks import network_name

PAGE = 50
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
    level: str = ""  # in our own places
    sort: str = "seen"

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order is asked for."""
        return any([self.q, self.tag, self.network, self.consent, self.field and self.value, self.level])

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
    sort, consent, level = data.get("sort", ""), data.get("consent", ""), data.get("level", "")
    kind, _, says = consent.partition(" ")
    return Asked(
        q=data.get("q", "").strip()[:200],
        tag=number(data.get("tag", "")),
        network=data.get("network", "")[:300],
        consent=consent if number(kind) and says in ("yes", "no") else "",
        field=number(data.get("field", "")),
        value=data.get("value", "").strip()[:500],
        level=level if level in LEVELS else "",
        sort=sort if sort in SORTS else "seen",
    )


def in_words(workspace: Workspace, asked: Asked) -> list[str]:
    """What is asked for, for the log: names and values that were looked for are people's own, and left out."""
    said = ["words of names"] if asked.q else []
    if asked.tag:
        said.append(f"tag {Tag.of(workspace).filter(pk=asked.tag).values_list('name', flat=True).first() or asked.tag}")
    if asked.network:
        said.append(f"network {network_name(asked.network)}")
    if asked.consent:
        kind, _, says = asked.consent.partition(" ")
        named = ConsentKind.of(workspace).filter(pk=int(kind)).values_list("name", flat=True).first()
        said.append(f"consent {named or kind}: {says}")
    if asked.field and asked.value:
        named = PersonField.of(workspace).filter(pk=asked.field).values_list("name", flat=True).first()
        said.append(f"a value of {named or asked.field}")
    if asked.level:
        said.append(f"level {asked.level}")
    return said


def number(text: str) -> int:
    """The id that is meant, 0 where none is."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def rows(workspace: Workspace, asked: Asked) -> QuerySet[Person]:
    """Those people, in no order."""
    found = Person.of(workspace).filter(merged_into=None, erased=None)
    for word in words(asked.q)[:6]:
        found = knowing.called(found, workspace, word)
    if asked.tag:
        found = knowing.tagged(found, asked.tag)
    if asked.network:
        found = knowing.at_network(found, workspace, asked.network)
    if asked.consent:
        kind, _, says = asked.consent.partition(" ")
        found = knowing.consenting(found, workspace, int(kind), agreed=says == "yes")
    if asked.field and asked.value:
        found = knowing.having(found, workspace, asked.field, asked.value)
    if asked.level:
        found = knowing.at_level(found, workspace, asked.level)
    return found


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
    for row in knowing.names(list(found)):
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
