"""Saved replies and articles: written, changed, read from a file. Each act leaves an entry in the log."""

from collections.abc import Callable, Sequence

from django.db import transaction
from msgspec import Struct

from hubbub.core.knowledge import words_of
from hubbub.core.placeholders import amiss, named
from hubbub.store.cleaning import web
from hubbub.store.models import Actor, Article, SavedReply, Workspace
from hubbub.ui.api import Refusal

from . import kept, table

LONGEST = 10_000  # characters of a saved reply or an article


class ReplyDraft(Struct, frozen=True):
    """What a saved reply is to be."""

    title: str
    text: str


class ArticleDraft(Struct, frozen=True):
    """What an article is to be; `keywords`: words that people use and the text does not."""

    title: str
    text: str
    url: str = ""
    keywords: str = ""


@transaction.atomic
def save_reply(
    workspace: Workspace,
    draft: ReplyDraft,
    *,
    by: Actor,
    row: SavedReply | None = None,
    version: int | None = None,
    why: str = "",
) -> SavedReply:
    """A new saved reply, or `row` with other words. Raises Refusal."""
    title, text = kept.title_of(draft.title, 100), _text(draft.text)
    if wrong := amiss(text):
        raise Refusal(wrong)
    fields = {"title": title, "text": text, "asks": named(text)}
    if row is None:
        return kept.make(SavedReply, workspace, fields, by, why)
    return kept.change(row, fields, by, why, version)


@transaction.atomic
def save_article(
    workspace: Workspace,
    draft: ArticleDraft,
    *,
    by: Actor,
    row: Article | None = None,
    version: int | None = None,
    why: str = "",
) -> Article:
    """A new article, or `row` with other words. Raises Refusal."""
    title, text = kept.title_of(draft.title, 150), _text(draft.text)
    url, keywords = draft.url.strip(), " ".join(draft.keywords.split())
    if url and not web(url):
        raise Refusal(f"“{url[:80]}” is no web address: it begins with https://")
    if len(keywords) > 500:
        raise Refusal(f"The keywords have {len(keywords)} characters; 500 is the most")
    words = words_of(title, text, keywords)
    fields = {"title": title, "text": text, "url": url, "keywords": keywords, "words": words}
    if row is None:
        return kept.make(Article, workspace, fields, by, why)
    return kept.change(row, fields, by, why, version)


class Line(Struct, frozen=True):
    """A line of a file that could not be taken."""

    number: int
    says: str


class Taken(Struct, frozen=True):
    """What became of a file."""

    new: int
    changed: int
    same: int
    bad: Sequence[Line]


@transaction.atomic
def read_replies(workspace: Workspace, content: bytes, *, by: Actor, try_out: bool) -> Taken:
    """A CSV with the columns title and text; a title that is there gets the file's words. `try_out`: saves nothing."""
    known = {row.title.casefold(): row for row in SavedReply.of(workspace).filter(gone__isnull=True)}

    def save(cells: dict[str, str]) -> str:
        row = known.get(" ".join(cells["title"].split()).casefold())
        version = row.version if row else 0
        draft = ReplyDraft(cells["title"], cells["text"])
        saved = save_reply(workspace, draft, by=by, row=row, why="from a file")
        known[saved.title.casefold()] = saved
        return _became(version, saved.version, new=row is None)

    return _read(content, ("title", "text"), save, try_out=try_out)


@transaction.atomic
def read_articles(workspace: Workspace, content: bytes, *, by: Actor, try_out: bool) -> Taken:
    """A CSV with the columns title and text, and url and keywords if wanted; like `read_replies`."""
    known = {row.title.casefold(): row for row in Article.of(workspace).filter(gone__isnull=True)}

    def save(cells: dict[str, str]) -> str:
        row = known.get(" ".join(cells["title"].split()).casefold())
        version = row.version if row else 0
        draft = ArticleDraft(cells["title"], cells["text"], cells.get("url", ""), cells.get("keywords", ""))
        saved = save_article(workspace, draft, by=by, row=row, why="from a file")
        known[saved.title.casefold()] = saved
        return _became(version, saved.version, new=row is None)

    return _read(content, ("title", "text"), save, try_out=try_out)


def _became(before: int, after: int, *, new: bool) -> str:
    return "new" if new else "same" if before == after else "changed"


def _read(content: bytes, needed: Sequence[str], save: Callable[[dict[str, str]], str], *, try_out: bool) -> Taken:
    counts = {"new": 0, "changed": 0, "same": 0}
    bad: list[Line] = []
    for number, cells in table.rows(content, needed):
        try:
            with transaction.atomic():
                counts[save(cells)] += 1
        except Refusal as no:
            bad.append(Line(number, str(no)))
    if try_out:
        transaction.set_rollback(True)
    return Taken(counts["new"], counts["changed"], counts["same"], bad)


def _text(text: str) -> str:
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise Refusal("The text is empty: write something first")
    if len(words) > LONGEST:
        raise Refusal(f"The text has {len(words):,} characters; {LONGEST:,} is the most")
    return words
