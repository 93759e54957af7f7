"""What follows from an act's fate on the network: what was refused comes back to the queue, what arrived stands."""

from collections.abc import Mapping

from django.utils import timezone

from hubbub.connectors import TAKEN_BACK
from hubbub.moderate import aftermath
from hubbub.moderate.actions import last_act
from hubbub.moderate.effects import HANDLING, TREATING
from hubbub.store import answers, statements
from hubbub.store.audit import audit
from hubbub.store.models import (
    Decision,
    Outbox,
    OutboxState,
    Post,
    Redaction,
    Sanction,
    SanctionState,
    StatementEnd,
    System,
)
from hubbub.store.outbox import LEADS

# what moderation asks for; what we say ourselves waits in the outbox alone
ABOUT_PEOPLE = frozenset({*TREATING, *(str(TAKEN_BACK[verb]) for verb in TREATING if verb in TAKEN_BACK)})
MODERATING = frozenset({*LEADS, *HANDLING, *ABOUT_PEOPLE, "redact"})
UNSENT = (OutboxState.WAITING, OutboxState.FAILED)
DECIDED: Mapping[str, Decision] = {
    "visible": Decision.APPROVED,
    "pending": Decision.QUEUED,
    "hidden": Decision.HIDDEN,
    "spam": Decision.REMOVED,
    "removed": Decision.REMOVED,
}


def hold(row: Outbox) -> None:
    """Lock its post first, as those do who decide about it, so that nobody waits for the other in a ring."""
    if row.verb in MODERATING and row.post_id is not None:
        answers.hold([row.post_id])
        _locked(row)


def refused(row: Outbox, why: str) -> None:
    """The network will not do it, or a day of trying was not enough. In the transaction that says so on the row."""
    if row.verb not in MODERATING or row.post_id is None:
        return
    _sanctions_refused(row, why)
    post = _locked(row)
    if row.verb == "redact":
        _words_stay(row, post)
    if row.verb in LEADS and not _stays(row, post):
        return
    _back_to_the_queue(row, post, why)


def _locked(row: Outbox) -> Post:
    rows = Post.of(row.workspace).select_related("workspace", "source").select_for_update(of=("self",))
    return rows.get(pk=row.post_id or 0)


def _stays(row: Outbox, post: Post) -> bool:
    """The post stands there as before. False: something newer is asked for already, which decides."""
    newer = Outbox.of(row.workspace).filter(post=post, pk__gt=row.pk, verb__in=LEADS, state__in=UNSENT).order_by("pk")
    first = newer.first()
    if first is not None:
        Outbox.of(row.workspace).filter(pk=first.pk).update(was=row.was or first.was)
        return False
    post.state = row.was or post.state
    return True


def _words_stay(row: Outbox, post: Post) -> None:
    """A redaction that the network refused: what stands there is the original."""
    kept = Redaction.of(row.workspace).filter(post=post, sent=row, undone__isnull=True).first()
    if kept is not None and post.text == kept.text:
        post.text, kept.undone = kept.original, timezone.now()
        kept.save(update_fields=["undone"])
    back = Redaction.of(row.workspace).filter(post=post, undo_sent=row).first()
    if back is not None and post.text == back.original:
        post.text, back.undone, back.undo_sent = back.text, None, None
        back.save(update_fields=["undone", "undo_sent"])


def _back_to_the_queue(row: Outbox, post: Post, why: str) -> None:
    before, post.decision, post.decided = {"decision": post.decision}, Decision.QUEUED, timezone.now()
    post.save(update_fields=["decision", "decided", "state", "text"])
    answers.stir([post.pk])  # what stands there after all waits again
    if row.verb in LEADS:
        statements.end(post, StatementEnd.REFUSED)
    audit(
        post,
        "refused" if row.verb in LEADS else "not done",
        by=System(row.source.name),
        why=f"{row.verb}: {why}",
        before=before,
        after={"decision": post.decision, "state": post.state, "outbox": row.pk},
    )
    aftermath.settle(post, by=System(row.source.name), why="The network would not do it: it waits for a person again")


def _sanctions_refused(row: Outbox, why: str) -> None:
    if row.verb not in ABOUT_PEOPLE:
        return
    theirs = Sanction.of(row.workspace)
    for one in theirs.filter(sent=row, state=SanctionState.ASKED):
        one.state, one.error = SanctionState.REFUSED, why
        one.save(update_fields=["state", "error"])
        statements.end_sanction(one, StatementEnd.REFUSED)
        audit(one, "refused", by=System(row.source.name), why=why, after={"state": one.state})
    for one in theirs.filter(ended_sent=row, state=SanctionState.LIFTING):
        # it stands there still; the loop does not try for ever: a person lifts it again, or there by hand
        one.state, one.error, one.until, one.ended = SanctionState.DONE, why, None, None
        one.save(update_fields=["state", "error", "until", "ended"])
        statements.sanction_stands_again(one)
        audit(one, "not lifted", by=System(row.source.name), why=why, after={"state": one.state})


def arrived(row: Outbox) -> None:
    """The network has done it."""
    if row.verb in ABOUT_PEOPLE:
        theirs = Sanction.of(row.workspace)
        theirs.filter(sent=row, state__in=[SanctionState.ASKED, SanctionState.REFUSED]).update(
            state=SanctionState.DONE, error=""
        )
        theirs.filter(ended_sent=row, state=SanctionState.LIFTING).update(state=SanctionState.LIFTED, error="")
        if row.post_id is not None:
            aftermath.settle(_locked(row), by=System(row.source.name))
    if row.verb in LEADS and row.post_id is not None:
        _decided_after_all(row)


def _decided_after_all(row: Outbox) -> None:
    """Tried again by hand after a refusal: then what was decided stands again."""
    post = _locked(row)
    last = last_act(post)
    if last is None or last.verb != "refused" or last.after.get("outbox") != row.pk:
        return
    before, post.decision, post.decided = {"decision": post.decision}, DECIDED[LEADS[row.verb]], timezone.now()
    post.save(update_fields=["decision", "decided"])
    statements.stand_again(post)
    audit(post, "done after all", by=System(row.source.name), before=before, after={"decision": post.decision})
    aftermath.settle(post, by=System(row.source.name))
