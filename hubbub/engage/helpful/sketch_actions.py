"""Asking a language model for a sketch, and whether a workspace may. The asking itself is the engine's."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from hubbub.store.audit import audit, changes
from hubbub.store.models import Actor, Conversation, Member, Post, Sketch, Sketching, SketchState, Workspace
from hubbub.ui.api import Refusal

from . import queries

AN_HOUR = 30  # sketches that one member may ask for in an hour
LONGEST_TONE = 2_000


def is_named() -> bool:
    """Whether the operator named a server that could help."""
    return bool(settings.DRAFT_URL and settings.DRAFT_MODEL)


def sketching(workspace: Workspace) -> Sketching:
    """What this workspace has set; off where it has set nothing."""
    return Sketching.of(workspace).first() or Sketching(workspace=workspace, changed=timezone.now())


def may_help(workspace: Workspace) -> bool:
    """Whether a draft can be asked for here: the operator named a server, and an admin turned it on."""
    return is_named() and sketching(workspace).on


@transaction.atomic
def set_sketching(workspace: Workspace, *, on: bool, tone: str, by: Actor, why: str = "") -> Sketching:
    """Turn it on or off. Raises Refusal."""
    if on and not is_named():
        raise Refusal("The operator has named no server: HUBBUB_DRAFT_URL and HUBBUB_DRAFT_MODEL are not set")
    if len(tone) > LONGEST_TONE:
        raise Refusal(f"How you speak has {len(tone):,} characters; {LONGEST_TONE:,} is the most")
    row = Sketching.everywhere.get_or_create(workspace=workspace, defaults={"changed": timezone.now()})[0]
    before, after = changes(row, on=on, tone=tone.strip())
    if after:
        row.changed = timezone.now()
        row.save()
        audit(row, "change", by=by, why=why, before={"on": before.get("on", on)}, after={"on": on})
    return row


@transaction.atomic
def ask(conversation: Conversation, post: Post | None, wish: str, *, by: Member, why: str = "") -> Sketch:
    """Ask for a sketch of an answer to `post`; the loop has it written. Raises Refusal. Asked twice at once, there is
    one."""
    workspace = conversation.workspace
    if not may_help(workspace):
        raise Refusal("Help with drafts is off: an admin can turn it on under Engage settings")
    if len(wish) > 500:
        raise Refusal(f"What you wish for has {len(wish)} characters; 500 is the most")
    # held: two clicks at once are one after the other
    Conversation.of(workspace).select_for_update(no_key=True).filter(pk=conversation.pk).first()
    waiting = queries.newest_sketch(conversation, by)
    if waiting is not None and waiting.state == SketchState.ASKED:
        return waiting
    now = timezone.now()
    if Sketch.of(workspace).filter(by=by, at__gt=now - timedelta(hours=1)).count() >= AN_HOUR:
        raise Refusal(f"You asked for {AN_HOUR} drafts within an hour: wait a little, or write this one yourself")
    row = Sketch.everywhere.create(
        workspace=workspace, conversation=conversation, post=post, by=by, wish=wish.strip(), at=now
    )
    audit(row, "ask", by=by, why=why, after={"conversation": conversation.pk, "model": settings.DRAFT_MODEL})
    return row


def server() -> tuple[str, str]:
    """The host and the model that the operator named, for showing."""
    return urlsplit(settings.DRAFT_URL).hostname or "", settings.DRAFT_MODEL
