"""An answer in parts: rows of the outbox that leave one after the other, each on the one before. Until they have left
they are one thing: held, approved, changed and called back together."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from django.db.models import QuerySet
from django.utils import timezone
from msgspec import Struct

from hubbub.core.labelled import apart, joined

from . import answers, approvals
from .models import Actor, Approval, ApprovalState, Draft, HeldFor, Outbox, OutboxState
from .outbox import ANSWERS, NOUN, UNSENT, hold_conversation, stir

LEFT_OUT = "Left out when the words were changed"
MARK = r"\[Part \d+ of \d+\]"  # any line that may stand above a part


class Parts(Struct, frozen=True):
    """Those of an answer that have not left, in their order; of what goes as one, or has left: that row alone."""

    rows: Sequence[Outbox]
    left: Sequence[int] = ()  # those before them that have left, as their ids

    @property
    def first(self) -> Outbox:
        """The one that leaves next: what is decided about it is decided about all."""
        return self.rows[0]

    @property
    def labels(self) -> list[str]:
        """The line above each part where several are read as one text."""
        begin, total = len(self.left) + 1, len(self.left) + len(self.rows)
        return [f"[Part {number} of {total}]" for number in range(begin, total + 1)]

    @property
    def text(self) -> str:
        """All words that would leave, as people read and change them."""
        if len(self.rows) == 1:
            return self.first.text
        return joined(((label, row.text) for label, row in zip(self.labels, self.rows, strict=True)), MARK)

    def read(self, words: str) -> list[str]:
        """The words of each part, where `text` was changed to these; a part that was emptied is left out.
        Raises `approvals.Unapprovable` where it cannot be told which are whose."""
        if len(self.rows) == 1:
            return [words]
        found = apart(words, MARK)
        if found is None or [label for label, _ in found] != self.labels:
            raise approvals.Unapprovable(
                "The lines in square brackets say where each part begins: leave them as they are, and change what is "
                "between. A line of your own that looks like one begins with \\."
            )
        return [text for _, text in found if text]

    @property
    def approved(self) -> bool:
        """Whether these very words were approved, in the newest approval that was asked for."""
        ids = [*self.left, *(row.pk for row in self.rows)]
        asked = Approval.of(self.first.workspace).filter(noun=NOUN, noun_id__in=ids)
        last = asked.order_by("-pk").first()
        if last is None or last.state != ApprovalState.APPROVED:
            return False
        # whatever has left, or was left out, since: what is to come must be what was to come then
        said = [text for _, text in apart(last.words, MARK) or () if text]
        alone = len(ids) == 1 and last.words == self.text
        return alone or said[-len(self.rows) :] == [row.text.strip() for row in self.rows]


def of(row: Outbox, *, lock: bool = False) -> Parts:
    """The parts that leave, or do not, with this row. `lock`: nobody else's to change until the transaction ends; the
    caller holds the conversation."""
    rows = Outbox.of(row.workspace).select_related("source", "post__author", "post__conversation", "workspace")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    here = rows.get(pk=row.pk)
    if here.verb not in ANSWERS:
        return Parts([here])
    earlier = list(_before(rows, here))
    unsent = [one for one in earlier if one.state in UNSENT]
    left = [one.pk for one in earlier if one.state == OutboxState.SENT]
    return Parts([*reversed(unsent), here, *_after(rows, here)], left)


def _before(rows: QuerySet[Outbox], row: Outbox) -> Iterator[Outbox]:
    while (found := rows.filter(followed_by=row.pk, verb__in=ANSWERS).first()) is not None:
        yield found
        row = found


def _after(rows: QuerySet[Outbox], row: Outbox) -> Iterator[Outbox]:
    while (found := rows.filter(follows=row.pk, verb__in=ANSWERS, state__in=UNSENT).order_by("pk").first()) is not None:
        yield found
        row = found


def after(row: Outbox) -> list[Outbox]:
    """The parts that leave after this one, where none of them has."""
    return list(_after(Outbox.of(row.workspace), row))


def stand(row: Outbox, state: OutboxState, *, held_for: str = HeldFor.NONE, error: str = "") -> list[Outbox]:
    """What leaves after this one stands as it does: it leaves no more, or again. Gives those rows."""
    rows = after(row)
    for one in rows:
        one.state, one.held_for, one.error = state, held_for, error
        one.save(update_fields=["state", "held_for", "error"])
    return rows


def take(parts: Parts, words: Sequence[str]) -> Parts:
    """They have these words from here on, part by part; those that are left over do not leave. Gives the others."""
    rows = []
    for row, text in zip_longest(parts.rows, words):
        if row is None:
            raise ValueError(f"{len(words)} texts for {len(parts.rows)} parts")
        if text is None:
            row.state, row.held_for, row.error = OutboxState.DROPPED, HeldFor.NONE, LEFT_OUT
        else:
            rows.append(row)
            row.text = text
        row.save(update_fields=["text", "state", "held_for", "error"])
    return Parts(rows, parts.left)


def give_back(parts: Parts) -> None:
    """What was to be sent will not be: its words and files are a draft of their writer again, beside the one that
    they may have begun since."""
    row = parts.first
    # other words for what stands there already go back to the post that they answer; ours may not be read yet
    answered = row.follows.post if row.verb == "edit" and row.follows else row.post
    talk = answered.conversation_id if answered else None
    files = list(row.attachments.all())
    if row.by_member_id is None or talk is None or not (row.text or files):
        return
    drafts = Draft.of(row.workspace).filter(conversation=talk, member=row.by_member_id)
    kept, words = drafts.filter(outbox=row).first(), "\n\n".join(one.text for one in parts.rows)
    if kept is None:
        kept = Draft(workspace_id=row.workspace_id, conversation_id=talk, member_id=row.by_member_id, post=answered)
        kept.version, kept.outbox, kept.sent = 0, row, timezone.now()
    if "".join(kept.text.split()) != "".join(words.split()):  # else it stays in one piece, as it was written
        kept.text = words
    if not drafts.filter(sent__isnull=True).exists():  # else it is offered beside that
        kept.outbox = kept.sent = None
    kept.version, kept.at = kept.version + 1, timezone.now()
    kept.save()
    kept.attachments.set(files)


def _hold(approval: Approval) -> bool:
    row = _about(approval)
    if row is None:
        return False
    hold_conversation(row)
    of(row, lock=True)
    return True


def _about(approval: Approval) -> Outbox | None:
    rows = Outbox.everywhere.select_related("workspace", "post")
    return rows.filter(workspace=approval.workspace_id, pk=approval.noun_id).first()


def _ended(approval: Approval, by: Actor) -> None:
    """Due at their time, with the words that were approved; or called back, and their words a draft again."""
    row = _about(approval)
    if row is None or row.state != OutboxState.HELD:
        return
    parts = of(row)
    if approval.state == ApprovalState.APPROVED:
        parts = take(parts, parts.read(approval.words)) if approval.edited else parts
        _move(parts, OutboxState.WAITING)
    else:
        not_sent(parts, f"Not approved: {approval.why}", by=by, why="the reply was not approved")
    stir(row)


def not_sent(parts: Parts, error: str, *, by: Actor, why: str = "") -> None:
    """They do not leave, and are a draft again. `error`: what they say; `why`: what the log says, where it is less."""
    _move(parts, OutboxState.DROPPED, error)
    give_back(parts)
    if not parts.left:
        answers.unsaid(parts.first, by=by, why=why or error)


def _move(parts: Parts, state: OutboxState, error: str = "") -> None:
    now = timezone.now()
    for row in parts.rows:
        row.state, row.held_for, row.error = state, HeldFor.NONE, error
        row.due = max(row.at or row.due, now)
        row.save(update_fields=["state", "held_for", "error", "due"])


approvals.HANDLERS[NOUN] = approvals.Handler(hold=_hold, ended=_ended)
