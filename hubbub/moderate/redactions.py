"""Redacting: words of somebody's post are replaced by a mark, here and on the network; the original is kept."""

import re
from collections.abc import Sequence
from hashlib import sha256

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hubbub.store import outbox, threads
from hubbub.store.audit import audit
from hubbub.store.models import Actor, Member, Outbox, OutboxState, Post, Redaction
from hubbub.ui.api import Refusal

MARK = "█"  # one for each character, so that places found in the text stay where they are

Span = tuple[int, int]


def places(text: str, words: Sequence[str]) -> list[Span]:
    """Where any of the words or phrases stands, whatever its case, as (start, end) of the text."""
    wanted = [re.escape(word.strip()) for word in words if word.strip()]
    if not wanted:
        return []
    return [found.span() for found in re.finditer("|".join(sorted(wanted, key=len, reverse=True)), text, re.IGNORECASE)]


def digest(text: str) -> str:
    """By which a form says which words it showed."""
    return sha256(text.encode()).hexdigest()[:16]


def covered(text: str, spans: Sequence[Span]) -> str:
    """The text with these places covered. Line breaks stay. Raises Refusal for places that it does not have."""
    letters = list(text)
    for start, end in spans:
        if not 0 <= start < end <= len(text):
            raise Refusal("The words have changed meanwhile: look at the post again")
        letters[start:end] = ["\n" if letter == "\n" else MARK for letter in letters[start:end]]
    return "".join(letters)


def current(post: Post) -> Redaction | None:
    """The newest that stands."""
    return Redaction.of(post.workspace).filter(post=post, undone__isnull=True).order_by("-pk").first()


@transaction.atomic
def redact(post: Post, spans: Sequence[Span], *, by: Actor, why: str, shown: str | None = None) -> Redaction:
    """Cover these places of the post's text. `shown`: the `digest` of the text that they were chosen in."""
    row = _locked(post)
    if "redact" not in row.source.can:
        raise Refusal(f"With its settings {row.source} cannot change what somebody wrote")
    if not why.strip():
        raise Refusal("Say why: the reason stands in the log")
    if shown is not None and shown != digest(row.text):
        raise Refusal("The words have changed meanwhile: look at the post again")
    text = covered(row.text, spans)
    if text == row.text:
        raise Refusal("Choose the words that are to be covered")
    threads.follow_words(row, row.title, text)
    original, row.text = row.text, text
    row.save(update_fields=["text"])
    sent = outbox.put(row, "redact", by=by, why=why, text=text)
    kept = Redaction.everywhere.create(
        workspace_id=row.workspace_id,
        post=row,
        original=original,
        text=text,
        by_member=by if isinstance(by, Member) else None,
        by_name=str(by)[:200],
        why=why.strip(),
        at=timezone.now(),
        sent=sent,
    )
    hidden = text.count(MARK) - original.count(MARK)
    audit(row, "redact", by=by, why=why.strip(), after={"covered": hidden, "redaction": kept.pk, "outbox": sent.pk})
    return kept


@transaction.atomic
def unredact(redaction: Redaction, *, by: Actor, why: str) -> Outbox | None:
    """Put the original back, on the network too. None: the network was never told. Raises Refusal."""
    row = _locked(redaction.post)
    kept = Redaction.of(row.workspace).select_for_update(of=("self",)).get(pk=redaction.pk)
    if kept.undone is not None:
        raise Refusal("The original stands there again already")
    newest = current(row)
    if newest is None or newest.pk != kept.pk:
        raise Refusal("More words were covered since: take that back first")
    if row.text != kept.text:
        raise Refusal("The author has changed the words since: the original would overwrite that")
    threads.follow_words(row, row.title, kept.original)
    row.text = kept.original
    row.save(update_fields=["text"])
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
    waiting = Outbox.of(row.workspace).filter(free, pk=kept.sent_id or 0, state=OutboxState.WAITING, tries=0)
    never_left = waiting.update(state=OutboxState.DROPPED) == 1
    sent = None if never_left else outbox.put(row, "redact", by=by, why=why, text=kept.original)
    kept.undone, kept.undo_sent = timezone.now(), sent
    kept.save(update_fields=["undone", "undo_sent"])
    audit(row, "unredact", by=by, why=why, after={"redaction": kept.pk, "outbox": sent.pk if sent else None})
    return sent


@transaction.atomic
def look(redaction: Redaction, *, by: Member) -> str:
    """The original words. Who looked stands in the log."""
    audit(redaction.post, "see original", by=by, after={"redaction": redaction.pk})
    return redaction.original


def _locked(post: Post) -> Post:
    rows = Post.of(post.workspace).select_related("source", "workspace")
    return rows.select_for_update(of=("self",)).get(pk=post.pk)
