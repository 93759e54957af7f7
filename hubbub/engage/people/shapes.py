"""What the calls about people take and answer with."""

from datetime import date, datetime
from typing import Literal

from ninja import Field, Schema

from hubbub.store.models import Author, Consent, ConsentKind, Likeness, Merging, Person, PersonField, PersonNote
from hubbub.ui.api import RowId

from .queries import Agreement, Known


class NameOut(Schema):
    """A person's name on one network, as the list shows it."""

    network: str
    handle: str
    name: str
    url: str


class ListedPersonOut(Schema):
    """A person in the list."""

    id: int
    name: str
    about: str
    posts: int
    followers: int
    last_seen: datetime | None
    tags: list[str]
    names: list[NameOut]
    do_not_contact: bool

    @classmethod
    def of(cls, row: Person, names: list[Author], *, no_contact: bool) -> "ListedPersonOut":
        """Needs `tags` loaded."""
        return cls(
            id=row.pk,
            name=str(row),
            about=row.about,
            posts=row.post_count,
            followers=row.followers,
            last_seen=row.seen,
            tags=sorted(tag.name for tag in row.tags.all()),
            names=[NameOut(network=one.network, handle=one.handle, name=one.name, url=one.url) for one in names],
            do_not_contact=no_contact,
        )


class PeopleOut(Schema):
    """A page; `before` asks for the next one, null at the end."""

    items: list[ListedPersonOut]
    before: str | None


class PersonNoteOut(Schema):
    """A remark for colleagues."""

    id: int
    by: str
    text: str
    at: datetime

    @classmethod
    def of(cls, row: PersonNote) -> "PersonNoteOut":
        """From the row."""
        return cls(id=row.pk, by=row.by_name, text=row.text, at=row.at)


class ConsentOut(Schema):
    """What somebody said about a matter."""

    id: int
    kind: str
    agreed: bool
    at: datetime
    source: str
    told: str
    post: int | None
    by: str
    withdrawn: datetime | None

    @classmethod
    def of(cls, row: Consent) -> "ConsentOut":
        """Needs `kind` loaded."""
        return cls(
            id=row.pk,
            kind=row.kind.name,
            agreed=row.agreed,
            at=row.at,
            source=row.source,
            told=row.told,
            post=row.post_id,
            by=row.by_name,
            withdrawn=row.withdrawn,
        )


class MergingOut(Schema):
    """A merge: `source` became part of `target`."""

    id: int
    target: int
    source: int
    at: datetime
    by: str
    why: str
    reasons: list[str]

    @classmethod
    def of(cls, row: Merging) -> "MergingOut":
        """From the row."""
        return cls(
            id=row.pk,
            target=row.target_id,
            source=row.source_id,
            at=row.at,
            by=row.by_name,
            why=row.why,
            reasons=row.reasons,
        )


class KnownOut(Schema):
    """What is known beside the posts; `fields` by their names, `merged_values` those of people merged into this one."""

    tags: list[str]
    fields: dict[str, str]
    merged_values: dict[str, list[str]]
    agrees: dict[str, bool | None]  # matter → yes, no, or null: they said nothing
    consents: list[ConsentOut]
    notes: list[PersonNoteOut]
    mergings: list[MergingOut]

    @classmethod
    def of(
        cls,
        person: Person,
        known: list[Known],
        agreements: list[Agreement],
        notes: list[PersonNote],
        mergings: list[Merging],
    ) -> "KnownOut":
        """From what the page shows."""
        return cls(
            tags=sorted(person.tags.values_list("name", flat=True)),
            fields={one.field.name: one.value for one in known},
            merged_values={one.field.name: list(one.others) for one in known if one.others},
            agrees={one.kind.name: one.stands.agreed if one.stands else None for one in agreements},
            consents=[ConsentOut.of(row) for one in agreements for row in one.history],
            notes=[PersonNoteOut.of(row) for row in notes],
            mergings=[MergingOut.of(row) for row in mergings],
        )


class PersonAddIn(Schema):
    """Somebody whom no network has brought yet."""

    name: str
    why: str = ""


class PersonEditIn(Schema):
    """What is left out stays."""

    name: str | None = None
    about: str | None = None
    why: str = ""


class PersonTextIn(Schema):
    """A remark for colleagues."""

    text: str


class TagNamesIn(Schema):
    """Tags by their names; new ones are made."""

    tags: list[str] = Field(min_length=1, max_length=30)


class TagPeopleIn(TagNamesIn):
    """The same on many people, 500 at most."""

    people: list[RowId]


class TaggedOut(Schema):
    """The entries of the log by which it can be taken back."""

    entries: list[int]


class PersonFieldsIn(Schema):
    """Values by the names of the fields; an empty one takes it away."""

    fields: dict[str, str]


class ConsentIn(Schema):
    """What they said about a matter (by its name), on which day (default: today), and how it is known."""

    kind: str
    agreed: bool
    source: Literal["post", "link", "words"]
    told: str = ""
    at: date | None = None
    post: RowId | None = None


class PersonWhyIn(Schema):
    """Why, for the log."""

    why: str = ""


class MergeIn(Schema):
    """Who becomes part of the person."""

    other: RowId
    why: str = ""


class LikenessOut(Schema):
    """Two who may be one: `strength` from 0 to 1; `proven`: each says it of the other."""

    id: int
    first: int
    second: int
    strength: float
    proven: bool
    reasons: list[str]

    @classmethod
    def of(cls, row: Likeness) -> "LikenessOut":
        """Needs `first` and `second` loaded."""
        return cls(
            id=row.pk,
            first=row.first.person_id,
            second=row.second.person_id,
            strength=row.strength,
            proven=row.proven,
            reasons=[one["says"] for one in row.reasons],
        )


class PersonFieldOut(Schema):
    """A field of the workspace's own."""

    id: int
    name: str
    kind: str
    choices: list[str]
    retired: bool

    @classmethod
    def of(cls, row: PersonField) -> "PersonFieldOut":
        """From the row."""
        return cls(id=row.pk, name=row.name, kind=row.kind, choices=row.choices, retired=row.retired)


class PersonFieldIn(Schema):
    """A field to define."""

    name: str
    kind: Literal["text", "number", "date", "choice", "link"] = "text"
    choices: list[str] = Field(default=[], max_length=200)


class MatterOut(Schema):
    """A matter of consent; `contact`: who refuses it is not to be written to."""

    name: str
    explains: str
    contact: bool
    retired: bool

    @classmethod
    def of(cls, row: ConsentKind) -> "MatterOut":
        """From the row."""
        return cls(name=row.name, explains=row.explains, contact=row.contact, retired=row.retired)


class EraseIn(Schema):
    """`typed` must be the person's number: what is erased cannot be taken back."""

    typed: str
    why: str


class ErasedOut(Schema):
    """How much was erased."""

    posts: int
    names: int
