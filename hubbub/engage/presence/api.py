"""Calls about who is here, what changed, and one's own drafts."""

from datetime import datetime, timedelta

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from hubbub.store import drafts, presence
from hubbub.store.models import Conversation, Post, Role
from hubbub.ui.access import MemberRequest, call

from . import actions, shapes
from .live import MOST, OVERLAP

router = Router()


def _find(request: MemberRequest, pk: int) -> Conversation:
    return get_object_or_404(Conversation.of(request.workspace).select_related("workspace"), pk=pk)


@router.get("/live", response=shapes.ChangesOut, summary="What changed in the inbox since, and who is here")
@call(Role.VIEWER)
def live(request: MemberRequest, since: datetime | None = None) -> shapes.ChangesOut:
    """Ask every two seconds or more; what changed in the last three seconds may be told twice."""
    now = timezone.now()
    begin = since or now - timedelta(minutes=1)
    begin = begin if begin.tzinfo else begin.replace(tzinfo=now.tzinfo)
    moved = Conversation.of(request.workspace).filter(settled__gt=begin - OVERLAP).order_by("-settled")
    return shapes.ChangesOut(
        until=now,
        changed=list(moved.values_list("pk", flat=True)[:MOST]),
        people=[
            shapes.HereOut(conversation=one.conversation, member=one.member, name=one.name, writing=one.writing)
            for one in presence.here(request.workspace, now)
        ],
    )


@router.post("/conversations/{pk}/presence", response={204: None}, summary="Say that you have a conversation open")
@call(Role.VIEWER)
def see(request: MemberRequest, pk: int, wish: shapes.SeeIn) -> Status[None]:
    """For twelve seconds; that you write, for six."""
    actions.see(_find(request, pk), by=request.member, writing=wish.writing)
    return Status(204, None)


@router.delete("/conversations/{pk}/presence", response={204: None}, summary="Say that you have closed it")
@call(Role.VIEWER)
def leave(request: MemberRequest, pk: int) -> Status[None]:
    """It ends by itself, too."""
    actions.leave(_find(request, pk), by=request.member)
    return Status(204, None)


@router.get("/conversations/{pk}/drafts", response=list[shapes.OwnDraftOut], summary="Your drafts for a conversation")
@call(Role.RESPONDER)
def drafts_of(request: MemberRequest, pk: int) -> list[shapes.OwnDraftOut]:
    """The newest first; nobody else can read them."""
    return [shapes.OwnDraftOut.of(one) for one in drafts.of(_find(request, pk), request.member)]


@router.post("/conversations/{pk}/drafts", response=shapes.KeptOut, summary="Keep a draft")
@call(Role.RESPONDER)
def keep(request: MemberRequest, pk: int, wish: shapes.DraftIn) -> shapes.KeptOut:
    """Where another window has changed it since `version`, both stand."""
    conversation = _find(request, pk)
    post = Post.of(request.workspace).filter(pk=wish.post).first() if wish.post else None
    kept = actions.keep(
        conversation,
        wish.text,
        by=request.member,
        draft=wish.draft,
        version=wish.version,
        post=post,
        files=wish.files,
    )
    return shapes.KeptOut(draft=kept.draft, version=kept.version, apart=kept.apart)


@router.delete(
    "/conversations/{pk}/drafts/{draft_id}", response={204: None}, summary="Throw a draft of yours away"
)  # fmt: skip
@call(Role.RESPONDER)
def forget(request: MemberRequest, pk: int, draft_id: int) -> Status[None]:
    """It is gone."""
    actions.forget(_find(request, pk), draft_id, by=request.member)
    return Status(204, None)
