"""What a form, a line of a file or a script wants an item of the calendar to be."""

from datetime import datetime

from msgspec import Struct

from hubbub.store.models import Attachment, Kpi, Member, Objective, Post, Source, Topic


class Wording(Struct, frozen=True):
    """One network's version."""

    source: Source
    place: str = ""
    text: str | None = None  # None: the words of the item
    title: str = ""
    due: datetime | None = None  # a moment of its own, aware; None: that of the item
    attachments: tuple[Attachment, ...] | None = None  # None: the files of the item


class Draft(Struct, frozen=True):
    """The whole item."""

    title: str
    text: str = ""
    wordings: tuple[Wording, ...] = ()
    due: datetime | None = None  # aware
    campaign: str = ""
    notes: str = ""
    owner: Member | None = None
    topic: Topic | None = None
    objective: Objective | None = None
    kpi: Kpi | None = None
    tags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    about: tuple[Post, ...] = ()
