"""What we answer: put into the outbox once, with approval where it needs one, and not beside a colleague's answer."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from msgspec import Struct, structs

from hubbub.engage.actions import locked, set_status, words_of
from hubbub.engage.thread import conversation_outbox, newest_post
from hubbub.store import approvals, drafts, outbox, parts, saved_replies
from hubbub.store.audit import Plain, audit
from hubbub.store.models import (
    Approving,
    Attachment,
    Audit,
    Conversation,
    ConversationStatus,
    HeldFor,
    Member,
    Outbox,
    OutboxState,
    Post,
)
from hubbub.store.outbox import ANSWERS, Timing
from hubbub.ui.api import Refusal

from . import composing, file_actions

FARTHEST = timedelta(days=366)  # of a chosen time


class Conflict(Refusal):
    """Somebody else answered meanwhile; sending again with `sure` sends nevertheless."""


class UnfitTime(Refusal):
    """It is the time that must be mended, not the words."""


class Wish(Struct, frozen=True):
    """What a person wants to say, and how."""

    text: str
    verb: str = "reply"  # or "message": seen by its reader alone
    at: datetime | None = None  # the time that they chose, aware
    timing: str = ""  # why then, in words
    delay: timedelta = timedelta()  # in which it can be called back, where it goes at once
    files: Sequence[int] = ()  # ids of attachments
    in_parts: bool = False  # what is too long may go as several answers, one after the other
    nonce: str = ""  # the same one again gives the same row
    seen_row: int | None = None  # the newest answer in the outbox, the newest post of ours, and
    seen_post: int | None = None  # the newest post of all that the writer saw
    seen: int | None = None
    draft: int = 0  # which draft it was, in which version
    draft_version: int = 0
    sure: bool = False  # send although a colleague was quicker …
    shown_row: int | None = None  # … of whom the writer was shown so much before they said so; None: all there is
    shown_post: int | None = None
    then: ConversationStatus | None = None  # the conversation's state from here on


@transaction.atomic
def reply(
    conversation: Conversation,
    post: Post,
    text: str,
    *,
    by: Member,
    nonce: str = "",
    seen_row: int | None = None,
    seen_post: int | None = None,
    sure: bool = False,
    then: ConversationStatus | None = None,
    why: str = "",
) -> Outbox:
    """A public answer that goes at once; see `say`."""
    wish = Wish(text, nonce=nonce, seen_row=seen_row, seen_post=seen_post, sure=sure, then=then)
    return say(conversation, post, wish, by=by, why=why)


@transaction.atomic
def say(conversation: Conversation, post: Post, wish: Wish, *, by: Member, why: str = "") -> Outbox:
    """Put an answer to `post` into the outbox; the loop sends it. Gives its first row.

    Where a colleague has answered since `seen_row` and `seen_post`, Conflict is raised unless `sure`. Whoever answers
    in a conversation holds its row, so that of two at once the second sees the first.
    """
    words = words_of(wish.text, "reply") if wish.text.strip() or not wish.files else ""
    if gaps := saved_replies.missing(conversation.workspace, words, conversation):
        raise Refusal(saved_replies.refusal(gaps))
    if wish.verb not in ANSWERS or wish.verb not in conversation.source.can:
        raise Refusal(why_not(conversation) or f"{conversation.source} offers no private replies with its settings")
    row = locked(conversation)
    if not row.posts.filter(pk=post.pk).exists():  # it may have been moved since it was read
        raise Refusal("That post stands in another conversation: open it there and reply there")
    if known := _sent_before(row, post, wish, words):
        return known
    files = _files(conversation, wish, by)
    pieces = _pieces(conversation, post, words, wish)
    _check_time(wish.at)
    _refuse_second(row, by, *_known_to(wish))
    put = _put(row, post, pieces, structs.replace(wish, text=words), files, by, why)
    drafts.left(row, by, words, put, draft=wish.draft, version=wish.draft_version)
    Conversation.of(row.workspace).filter(pk=row.pk).update(stirred=True)
    if wish.then:
        set_status(conversation, wish.then, by=by, why="replied", answer=put)
    return put


def _sent_before(row: Conversation, post: Post, wish: Wish, words: str) -> Outbox | None:
    """The row that the same form made before."""
    if not wish.nonce:
        return None
    known = Outbox.of(row.workspace).filter(key=outbox.key_of(post, wish.verb, wish.nonce)).first()
    if known is None:
        return None
    said = Audit.of(row.workspace).filter(noun="outbox", noun_id=known.pk, verb=wish.verb).first()
    if said is None or said.after.get("words", composing.digest(words)) != composing.digest(words):
        raise Refusal("This form was sent before, with other words. Look what became of those, then send again.")
    if known.state == OutboxState.DROPPED:
        raise Refusal("This form was sent before, and called back since. Send it again if it is still to go.")
    return known


def _put(
    row: Conversation, post: Post, pieces: Sequence[str], wish: Wish, files: Sequence[Attachment], by: Member, why: str
) -> Outbox:
    rule = approvals.needed(by, row.source, "replies")
    seen = None
    if wish.at or rule:  # it waits: what comes meanwhile counts
        seen = wish.seen if wish.seen is not None else newest_post(row)
    timing = Timing(wish.at, wish.timing, seen, wish.delay)
    words = composing.digest(wish.text)
    first = before = None
    for number, piece in enumerate(pieces):
        nonce = f"{wish.nonce} {number}" if wish.nonce and number else wish.nonce
        made = outbox.put(
            post,
            wish.verb,
            by=by,
            why=why,
            text=piece,
            nonce=nonce,
            timing=timing,
            follows=before,
            attachments=() if number else files,
        )
        after: dict[str, Plain] = {"post": post.pk, "conversation": row.pk, "words": words}
        audit(made, wish.verb, by=by, why=why, after={**after, "at": wish.at} if wish.at else after)
        first, before = first or made, made
    if first is None:
        raise Refusal("The reply is empty: write something first")
    if rule:
        _hold(first, rule, by)
    return first


def _hold(row: Outbox, rule: Approving, by: Member) -> None:
    """Until it is approved, with all its parts."""
    row.state, row.held_for = OutboxState.HELD, HeldFor.APPROVAL
    row.save(update_fields=["state", "held_for"])
    parts.stand(row, OutboxState.HELD, held_for=HeldFor.APPROVAL)
    ask(row, rule, by)


def ask(row: Outbox, rule: Approving, by: Member) -> None:
    """Approval of what is held, part by part as it will stand there. Raises Refusal."""
    found = parts.of(row)
    try:
        approvals.ask(row, rule, by=by, text=found.text, says=what(row, len(found.rows)))
    except approvals.Unapprovable as no:
        raise Refusal(str(no)) from no


def what(row: Outbox, many: int = 1) -> str:
    """It in one line, without anybody's words or names."""
    kind = {"reply": "A reply", "message": "A private reply", "edit": "A change to a reply"}
    in_parts = f" in {many} parts" if many > 1 else ""
    return f"{kind.get(row.verb, row.verb.capitalize())}{in_parts} on {row.source}"


def why_not(conversation: Conversation) -> str:
    """Why nothing can be answered there, and what to do; "" where it can."""
    if any(verb in conversation.source.can for verb in ANSWERS):
        return ""
    return (
        f"{conversation.source} can only be read with the settings it has. "
        "Reply on the original page, or add credentials to the source."
    )


def _files(conversation: Conversation, wish: Wish, by: Member) -> list[Attachment]:
    chosen = list(Attachment.of(conversation.workspace).filter(pk__in=wish.files, by=by).order_by("pk"))
    if len(chosen) < len(set(wish.files)):
        raise Refusal(file_actions.GONE)
    if no := composing.unfit_files(conversation.source, wish.verb, chosen):
        raise Refusal(no)
    return chosen


def _pieces(conversation: Conversation, post: Post, words: str, wish: Wish) -> tuple[str, ...]:
    """The words, in several parts where they are too long and may be. Raises Refusal with the number."""
    measured = composing.measure(conversation.source, post, words)
    if measured.fits:
        return (words,)
    if not wish.in_parts:
        raise Refusal(measured.says)
    pieces = composing.in_parts(conversation.source, post, words)
    if not pieces or wish.verb != "reply":
        raise Refusal(measured.says)
    return pieces


def _check_time(at: datetime | None) -> None:
    if at is None:
        return
    now = timezone.now()
    if at <= now:
        raise UnfitTime("The time to send it at is over: choose a later one, or send it now")
    if at > now + FARTHEST:
        raise UnfitTime("The time to send it at is more than a year away: choose an earlier one")


def _known_to(wish: Wish) -> tuple[int | None, int | None]:
    """Up to which answer and which post of ours nothing is news to the writer. Who is sure has been shown one answer,
    and may not know of the next."""
    if not wish.sure:
        return wish.seen_row, wish.seen_post
    return wish.shown_row, wish.shown_post


def _refuse_second(conversation: Conversation, by: Member, seen_row: int | None, seen_post: int | None) -> None:
    replies = conversation_outbox(conversation).filter(verb__in=ANSWERS).exclude(state=OutboxState.DROPPED)
    if seen_row is not None:
        other = replies.filter(pk__gt=seen_row).exclude(by_member=by).order_by("-id").first()
        if other:
            did = "has a reply waiting there that was written" if other.state == OutboxState.HELD else "replied"
            raise Conflict(f"{other.by_name} {did} while you were writing. Read that first.")
    if seen_post is not None:
        # a reply of ours that left from here and has now come back as a post is no news
        own = replies.exclude(result_id="").values_list("result_id", flat=True)
        if conversation.posts.filter(ours=True, pk__gt=seen_post).exclude(native_id__in=list(own)).exists():
            raise Conflict("A reply of yours appeared on the network while you were writing. Read that first.")
