"""Calls about what is done to people and words, about batches and taking them back, about stopped rules."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router

from hubbub.store.models import Batch, Person, Post, Redaction, Role, Rule, Sanction, Undoing
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import batches_queries as queries
from . import breaker_actions, handling, redactions, sanctions, undoing
from . import shapes_deeds as shapes

router = Router()


def _post(request: MemberRequest, pk: int) -> Post:
    return get_object_or_404(Post.of(request.workspace).select_related("workspace", "source", "author"), pk=pk)


def _rule(request: MemberRequest, pk: int) -> Rule:
    return get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)


@router.post("/posts/{pk}/treat", response=shapes.TreatedOut, summary="Warn, mute, ban or block whoever wrote a post")
@call(Role.MODERATOR)
def treat(request: MemberRequest, pk: int, wish: shapes.TreatIn) -> shapes.TreatedOut:
    """Only what the post's source can do; with their posts of the last `days`, as one batch."""
    if wish.until is not None and wish.until.tzinfo is None:
        raise Refusal("Say in which zone the moment is: 2030-01-01T12:00:00Z")
    done = sanctions.treat_with_posts(
        _post(request, pk), wish.verb, by=request.member, why=wish.why, until=wish.until, days=wish.days
    )
    batch = done.batch.pk if done.batch else None
    return shapes.TreatedOut(sanction=shapes.SanctionOut.of(done.sanction), batch=batch, refused=list(done.refused))


@router.post("/posts/{pk}/handle", response=shapes.AskedOut, summary="Lock, label or report a post on its network")
@call(Role.MODERATOR)
def handle(request: MemberRequest, pk: int, wish: shapes.HandleIn) -> shapes.AskedOut:
    """Only what the post's source can do."""
    sent = handling.handle(_post(request, pk), wish.verb, by=request.member, why=wish.why, label=wish.label)
    return shapes.AskedOut(outbox=sent.pk)


@router.post("/posts/{pk}/redact", response=shapes.RedactedOut, summary="Cover words of a post, here and there")
@call(Role.MODERATOR)
def redact(request: MemberRequest, pk: int, wish: shapes.RedactIn) -> shapes.RedactedOut:
    """The original is kept and can be put back."""
    post = _post(request, pk)
    kept = redactions.redact(post, redactions.places(post.text, wish.words), by=request.member, why=wish.why)
    return shapes.RedactedOut(redaction=kept.pk, text=kept.text)


@router.post("/redactions/{pk}/undo", response=shapes.AskedOut, summary="Put covered words back")
@call(Role.MODERATOR)
def unredact(request: MemberRequest, pk: int, wish: shapes.ReasonIn) -> shapes.AskedOut:
    """On the network too, unless it was never told."""
    kept = get_object_or_404(Redaction.of(request.workspace).select_related("post__workspace"), pk=pk)
    sent = redactions.unredact(kept, by=request.member, why=wish.why)
    return shapes.AskedOut(outbox=sent.pk if sent else None)


@router.get("/people/{pk}/sanctions", response=list[shapes.SanctionOut], summary="What was done to a person")
@call(Role.VIEWER)
def person_sanctions(request: MemberRequest, pk: int) -> list[shapes.SanctionOut]:
    """In every place, newest first, at most a hundred."""
    person = get_object_or_404(Person.of(request.workspace).select_related("workspace"), pk=pk)
    return [shapes.SanctionOut.of(row) for row in sanctions.of_person(person)[:100]]


@router.post("/sanctions/{pk}/lift", response=shapes.SanctionOut, summary="Lift a mute, ban or block")
@call(Role.MODERATOR)
def lift(request: MemberRequest, pk: int, wish: shapes.ReasonIn) -> shapes.SanctionOut:
    """On the network too, unless it was never told."""
    found = get_object_or_404(Sanction.of(request.workspace).select_related("workspace"), pk=pk)
    return shapes.SanctionOut.of(sanctions.lift(found, by=request.member, why=wish.why))


@router.get("/batches", response=shapes.BatchesOut, summary="What was done to many posts at once")
@call(Role.VIEWER)
def batches(request: MemberRequest, before: str = "") -> shapes.BatchesOut:
    """By people, by rules a day at a time, by bans; newest first."""
    found = queries.batches(request.workspace, before_of(before))
    older = write_before(found.older) if found.older else None
    return shapes.BatchesOut(items=[shapes.BatchOut.of(row) for row in found.rows], before=older)


@router.get("/batches/{pk}/preview", response=shapes.UndoPreviewOut, summary="What taking a batch back would mean")
@call(Role.VIEWER)
def batch_preview(request: MemberRequest, pk: int) -> shapes.UndoPreviewOut:
    """Changes nothing."""
    found = get_object_or_404(Batch.of(request.workspace), pk=pk)
    return shapes.UndoPreviewOut.of(undoing.preview(request.workspace, undoing.Wish(batch=found)))


@router.post("/batches/{pk}/undo", response=shapes.UndoingOut, summary="Take a batch back")
@call(Role.MODERATOR)
def batch_undo(request: MemberRequest, pk: int, wish: shapes.ReasonIn) -> shapes.UndoingOut:
    """A few at once, more in the background."""
    found = get_object_or_404(Batch.of(request.workspace), pk=pk)
    begun = undoing.start(request.workspace, undoing.Wish(batch=found), by=request.member, why=wish.why)
    return shapes.UndoingOut.of(begun, queries.report(begun))


@router.post("/rules/{pk}/undo", response=shapes.UndoingOut, summary="Take back what a rule did")
@call(Role.MODERATOR)
def rule_undo(request: MemberRequest, pk: int, wish: shapes.RuleUndoIn) -> shapes.UndoingOut:
    """All of it, or since a version or a day."""
    asked = undoing.Wish(rule=_rule(request, pk), version=wish.version, day=wish.day)
    begun = undoing.start(request.workspace, asked, by=request.member, why=wish.why)
    return shapes.UndoingOut.of(begun, queries.report(begun))


@router.get("/undoings/{pk}", response=shapes.UndoingOut, summary="How a taking back goes")
@call(Role.VIEWER)
def undoing_report(request: MemberRequest, pk: int) -> shapes.UndoingOut:
    """Progress, and what could not be taken back."""
    found = get_object_or_404(Undoing.of(request.workspace).select_related("workspace"), pk=pk)
    return shapes.UndoingOut.of(found, queries.report(found))


@router.post("/undoings/{pk}/stop", response=shapes.UndoingOut, summary="Stop a taking back")
@call(Role.MODERATOR)
def undoing_stop(request: MemberRequest, pk: int) -> shapes.UndoingOut:
    """The rest stays as it is."""
    found = get_object_or_404(Undoing.of(request.workspace).select_related("workspace"), pk=pk)
    return shapes.UndoingOut.of(undoing.stop(found, by=request.member))


@router.get("/rules/{pk}/breaker", response=shapes.MeterOut, summary="How much a rule did and may do")
@call(Role.VIEWER)
def rule_breaker(request: MemberRequest, pk: int) -> shapes.MeterOut:
    """And whether it was stopped."""
    return shapes.MeterOut.of(queries.meter(_rule(request, pk), timezone.now()))


@router.post("/rules/{pk}/restart", response=shapes.MeterOut, summary="Let a stopped rule act again")
@call(Role.MODERATOR)
def rule_restart(request: MemberRequest, pk: int, wish: shapes.ReasonIn) -> shapes.MeterOut:
    """What it did before no longer counts against it."""
    rule = _rule(request, pk)
    breaker_actions.restart(rule, by=request.member, why=wish.why)
    return shapes.MeterOut.of(queries.meter(rule, timezone.now()))
