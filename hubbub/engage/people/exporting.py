"""People as files: CSV for spreadsheets, vCards for address books, and all about one person as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from django.db.models import Q
from msgspec import Struct, json

from hubbub.core import vcard
from hubbub.store import knowing, merging
from hubbub.store.models import (
    Author,
    Consent,
    Conversation,
    Outbox,
    Person,
    PersonField,
    PersonNote,
    PersonValue,
    Post,
    Relationship,
    Report,
    Sanction,
    Strike,
    Suggestion,
    Workspace,
)
from hubbub.ui import sheets

from . import importing, listing, queries

HEADS = (
    "id",
    "name",
    "about",
    "email",
    "network",
    "handle",
    "native_id",
    "url",
    "tags",
    "posts",
    "last seen",
    "followers",
)


class _Rest(Struct, frozen=True):
    """What is read for a page of people at once."""

    names: Mapping[int, Sequence[Author]]
    values: Mapping[tuple[int, int], str]
    agreed: Mapping[tuple[int, int], bool]


def pages(workspace: Workspace, asked: listing.Asked) -> Iterator[Sequence[Person]]:
    """All that are asked for, some at a time."""
    before = ""
    while True:
        found = listing.page(workspace, asked, before, size=500)
        yield found.people
        if not (before := found.older):
            return


def _rest(people: Sequence[Person]) -> _Rest:
    ids = [one.pk for one in people]
    values = knowing.values(ids).values_list("person_id", "field_id", "value")
    agreed: dict[tuple[int, int], bool] = {}
    for row in knowing.consents(ids):
        agreed.setdefault((row.person_id, row.kind_id), row.agreed)
    return _Rest(listing.names_of(people), {(one, field): value for one, field, value in values}, agreed)


def as_csv(workspace: Workspace, asked: listing.Asked) -> Iterator[str]:
    """The file, piece by piece; it begins with a byte order mark, by which spreadsheets know UTF-8."""
    fields = queries.fields(workspace)
    kinds = [kind for kind in queries.kinds(workspace) if kind.pk]
    heads = [*HEADS, *(_head(field) for field in fields), *(f"consent: {kind.name}" for kind in kinds)]
    yield "\ufeff" + _line(heads)
    for people in pages(workspace, asked):
        rest = _rest(people)
        for one in people:
            agreed = [rest.agreed.get((one.pk, kind.pk)) for kind in kinds]
            yield _line(
                [
                    *_cells(one, rest),
                    *(rest.values.get((one.pk, field.pk), "") for field in fields),
                    *({True: "yes", False: "no", None: ""}[said] for said in agreed),
                ]
            )


def _head(field: PersonField) -> str:
    """Its own name, unless a file of people means something else by that."""
    name = field.name.casefold()
    meant = name in {*HEADS, *importing.TARGETS} or name.startswith(("field: ", "consent: "))
    return f"field: {field.name}" if meant else field.name


def _cells(one: Person, rest: _Rest) -> list[str]:
    names = rest.names[one.pk]
    mails = [name.native_id for name in names if name.network.partition(" ")[0] == "mail"]
    first = next((name for name in names if name.network.partition(" ")[0] != "mail"), None)
    seen = one.seen.astimezone(UTC).isoformat() if one.seen else ""
    place = [first.network, first.handle, first.native_id, first.url] if first else ["", "", "", ""]
    tags = ", ".join(sorted(tag.name for tag in one.tags.all()))
    return [
        str(one.pk),
        one.name,
        one.about,
        " ".join(mails),
        *place,
        tags,
        str(one.post_count),
        seen,
        str(one.followers),
    ]


def _line(cells: Sequence[str]) -> str:
    return sheets.line(map(sheets.marked, cells))


def as_vcards(workspace: Workspace, asked: listing.Asked) -> Iterator[str]:
    """The cards of all that are asked for."""
    for people in pages(workspace, asked):
        rest = _rest(people)
        yield vcard.write([card(one, rest.names[one.pk]) for one in people])


def card(one: Person, names: Sequence[Author]) -> vcard.Card:
    """One person as a card. Reads the tags."""
    return vcard.Card(
        name=str(one),
        uid=f"hubbub:{one.workspace_id}:{one.pk}",
        note=one.about,
        emails=tuple(name.native_id for name in names if name.network.partition(" ")[0] == "mail"),
        accounts=tuple(dict.fromkeys(name.url for name in names if name.url)),
        tags=tuple(sorted(tag.name for tag in one.tags.all())),
    )


def everything(person: Person) -> bytes:
    """All that stands here about a person, for whoever asks what we hold of them, as JSON."""
    here = [person, *Person.of(person.workspace).filter(pk__in=merging.merged_into(person))]
    ids, about = [one.pk for one in here], [one.about for one in here if one.about]
    names = list(Author.of(person.workspace).filter(person__in=ids).order_by("pk"))
    authors = [name.pk for name in names]
    posts = Post.of(person.workspace).filter(author__in=authors).select_related("source").order_by("published")
    fields = {field.pk: field for field in PersonField.of(person.workspace)}
    consents = Consent.of(person.workspace).filter(person__in=ids).select_related("kind")
    held: dict[str, object] = {
        "person": {"id": person.pk, "names": [str(one) for one in here], "about": about},
        "identities": [_identity(name) for name in names],
        "tags": sorted({tag.name for one in here for tag in one.tags.all()}),
        "fields": [
            {"field": fields[value.field_id].name, "value": value.value}
            for value in PersonValue.of(person.workspace).filter(person__in=ids)
        ],
        "consents": [_consent(row) for row in consents],
        "notes": [
            {"at": _at(note.at), "by": note.by_name, "text": note.text}
            for note in PersonNote.of(person.workspace).filter(person__in=ids)
        ],
        "posts": [_post(post) for post in posts.iterator(chunk_size=1000)],
        "our replies": [
            {"at": _at(row.sent or row.created), "text": row.text, "state": row.state, "to": row.post_id}
            for row in Outbox.of(person.workspace)
            .filter(Q(post__author__in=authors) | Q(author__in=authors), verb__in=["reply", "message"])
            .order_by("pk")
        ],
        "conversations": [
            {"id": talk.pk, "subject": talk.subject, "status": talk.status}
            for talk in Conversation.of(person.workspace).filter(posts__author__in=authors).distinct()
        ],
        "relationships": [
            _relationship(row)
            for row in Relationship.of(person.workspace).filter(person__in=ids).select_related("stage").order_by("pk")
        ],
        "suggestions": [
            {"at": _at(row.found), "what": row.get_kind_display(), "why": row.reason, "guessed": row.guessed,
             "state": row.state}
            for row in Suggestion.of(person.workspace).filter(person__in=ids).order_by("pk")
        ],
        "reports that they made": [
            {"at": _at(row.at), "name": row.name, "email": row.email, "why": row.why}
            for row in Report.of(person.workspace).filter(reporter__in=authors).order_by("pk")
        ],
        "strikes": [
            {"given": _at(row.given), "points": row.points, "why": row.why}
            for row in Strike.of(person.workspace).filter(author__in=authors)
        ],
        "sanctions": [
            {"at": _at(row.at), "what": row.verb, "why": row.why}
            for row in Sanction.of(person.workspace).filter(author__in=authors)
        ],
    }  # fmt: skip
    return json.format(json.encode(held), indent=2)


def _at(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat() if when else None


def _identity(name: Author) -> dict[str, object]:
    return {
        "network": name.network, "id": name.native_id, "handle": name.handle, "name": name.name, "url": name.url,
        "about": name.about, "links": name.links, "picture": name.picture, "followers": name.followers,
        "first seen": _at(name.first_seen),
    }  # fmt: skip


def _consent(row: Consent) -> dict[str, object]:
    return {
        "matter": row.kind.name, "agreed": row.agreed, "at": _at(row.at), "how": row.source, "told": row.told,
        "noted by": row.by_name, "withdrawn": _at(row.withdrawn),
    }  # fmt: skip


def _relationship(row: Relationship) -> dict[str, object]:
    return {
        "kind": row.kind, "stage": row.stage.name, "since": _at(row.since), "next step": row.next_step,
        "next on": row.next_on.isoformat() if row.next_on else None, "worth": row.worth, "notes": row.notes,
        "last touch": _at(row.last_touch), "ended": _at(row.ended), "ended why": row.ended_why,
        "next steps before": [words for _, words in row.steps.values() if words],
    }  # fmt: skip


def _post(post: Post) -> dict[str, object]:
    return {
        "id": post.pk, "where": str(post.source), "published": _at(post.published), "title": post.title,
        "text": post.text, "url": post.url, "state": post.state, "sentiment": post.sentiment,
    }  # fmt: skip
