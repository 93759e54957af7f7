"""What the calls about helpful words take and answer with."""

from datetime import datetime

from ninja import Schema

from hubbub.store.models import Article, SavedReply, Sketch

from .queries import Offered


class SavedReplyIn(Schema):
    """What a saved reply is to be."""

    title: str
    text: str
    why: str = ""


class SavedReplyOut(Schema):
    """A saved reply."""

    id: int
    title: str
    text: str
    asks: list[str]
    used: int
    version: int
    changed: datetime

    @classmethod
    def of(cls, row: SavedReply) -> "SavedReplyOut":
        """As the API tells it."""
        return cls(
            id=row.pk, title=row.title, text=row.text, asks=row.asks, used=row.used, version=row.version,
            changed=row.changed,
        )  # fmt: skip


class ArticleIn(Schema):
    """What an article is to be."""

    title: str
    text: str
    url: str = ""
    keywords: str = ""
    why: str = ""


class ArticleOut(Schema):
    """An article."""

    id: int
    title: str
    text: str
    url: str
    keywords: str
    used: int
    version: int
    changed: datetime

    @classmethod
    def of(cls, row: Article) -> "ArticleOut":
        """As the API tells it."""
        return cls(
            id=row.pk, title=row.title, text=row.text, url=row.url, keywords=row.keywords, used=row.used,
            version=row.version, changed=row.changed,
        )  # fmt: skip


class OfferedOut(Schema):
    """Words that can be put into a reply."""

    kind: str
    id: int
    title: str
    text: str
    missing: list[str]
    because: list[str]

    @classmethod
    def of(cls, one: Offered) -> "OfferedOut":
        """As the API tells it."""
        return cls(
            kind=one.kind, id=one.pk, title=one.title, text=one.text, missing=list(one.missing),
            because=list(one.because),
        )  # fmt: skip


class SketchIn(Schema):
    """What a sketch is asked for."""

    conversation: int
    post: int | None = None
    wish: str = ""


class SketchOut(Schema):
    """A sketch of a draft; `told`: what the model was told, word for word."""

    id: int
    state: str
    text: str
    asks: list[str]
    strange: list[str]
    error: str
    told: str

    @classmethod
    def of(cls, row: Sketch) -> "SketchOut":
        """As the API tells it."""
        return cls(
            id=row.pk, state=row.state, text=row.text, asks=row.asks, strange=row.strange, error=row.error,
            told=row.told,
        )  # fmt: skip
