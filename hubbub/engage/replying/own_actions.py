"""What we do to answers of ours that stand on a network: other words, or away with it."""

from datetime import timedelta

from django.db import transaction

from hubbub.engage.actions import words_of
from hubbub.store import approvals, outbox
from hubbub.store.audit import audit
from hubbub.store.models import HeldFor, Member, Outbox, OutboxState, Post
from hubbub.store.outbox import ANSWERS, UNSENT, Timing
from hubbub.ui.api import Refusal

from . import composing
from .actions import ask


@transaction.atomic
def edit(sent: Outbox, text: str, *, by: Member, why: str, nonce: str = "", delay: timedelta = timedelta()) -> Outbox:
    """Say it in other words. `why` is for the log; the network is told the words alone."""
    words = words_of(text, "reply")
    if known := _asked_before(sent, "edit", nonce, words):
        return known
    row, own = _standing(sent, "edit")
    if words == (own.text if own else row.text):
        raise Refusal("These are the words that stand there already")
    if row.post is not None:
        composing.check(row.source, row.post, [words])
    rule = approvals.needed(by, row.source, "replies")
    made = _put(row, own, "edit", words, by, why, nonce, delay)
    if rule and made.state == OutboxState.WAITING and not made.tries:
        made.state, made.held_for = OutboxState.HELD, HeldFor.APPROVAL
        made.save(update_fields=["state", "held_for"])
        ask(made, rule, by)
    return made


@transaction.atomic
def delete(sent: Outbox, *, by: Member, why: str, nonce: str = "", delay: timedelta = timedelta()) -> Outbox:
    """Take it away there. It cannot be put back, only said again."""
    if known := _asked_before(sent, "delete", nonce, ""):
        return known
    row, own = _standing(sent, "delete")
    return _put(row, own, "delete", "", by, why, nonce, delay)


def _asked_before(sent: Outbox, verb: str, nonce: str, words: str) -> Outbox | None:
    """The row that the same form made before (a double click), which is no second wish."""
    outbox.hold_conversation(sent)
    place = own_post(sent) or sent.source
    known = Outbox.of(sent.workspace).filter(key=outbox.key_of(place, verb, nonce)).first() if nonce else None
    if known is not None and (known.text != words or known.state == OutboxState.DROPPED):
        raise Refusal("This form was sent before. Look what became of that, then send again.")
    return known


def own_post(row: Outbox) -> Post | None:
    """The post of ours that the answer became, once it was read."""
    if not row.result_id:
        return None
    return Post.of(row.workspace).filter(source=row.source_id, native_id=row.result_id).first()


def _standing(sent: Outbox, verb: str) -> tuple[Outbox, Post | None]:
    """The answer, locked after its conversation, and its post. Raises Refusal."""
    outbox.hold_conversation(sent)
    rows = Outbox.of(sent.workspace).select_related("source", "post__author", "workspace")
    row = rows.select_for_update(of=("self",)).get(pk=sent.pk)
    if row.verb not in ANSWERS or row.state != OutboxState.SENT or not row.result_id:
        raise Refusal("Only a reply that stands on its network can be changed or deleted there")
    if verb not in row.source.can:
        doing = "changed" if verb == "edit" else "deleted"
        raise Refusal(f"{row.source} lets no reply be {doing} from here: open it there")
    if row.followed_by.filter(verb="delete").exclude(state=OutboxState.DROPPED).exists():
        raise Refusal("It is deleted already, or about to be")
    if row.followed_by.filter(verb="edit", state__in=UNSENT).exists():
        raise Refusal("Another change of it is still on its way: wait for that, or call it back")
    return row, own_post(row)


def _put(
    row: Outbox, own: Post | None, verb: str, words: str, by: Member, why: str, nonce: str, delay: timedelta
) -> Outbox:
    if not why.strip():
        raise Refusal("Say why: it stands in the log")
    made = outbox.put(
        own,
        verb,
        by=by,
        why=why.strip(),
        text=words,
        nonce=nonce,
        source=row.source,
        thread=row.post.thread if row.post else "",
        follows=row,
        timing=Timing(delay=delay),
    )
    before = {"words": composing.digest(own.text if own else row.text)}
    audit(made, verb, by=by, why=why.strip(), before=before, after={"of": row.pk, "words": composing.digest(words)})
    outbox.stir(row)
    return made
