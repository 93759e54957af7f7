"""The room's calls for scripts; each does its thing through the same action as the page."""

from typing import Literal

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from hubbub.core import query as language
from hubbub.engage.helpful.api import router as helpful_router
from hubbub.engage.opportunities.api import router as opportunities_router
from hubbub.engage.promises.api import router as promises_router
from hubbub.store.models import Conversation, ConversationStatus, Member, Role
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import actions, queries, shapes, undoing
from .api_acts import router as acts_router
from .approvals.api import router as approvals_router
from .calendar.api import router as calendar_router
from .current import current_of, page
from .opening.api import router as opening_router
from .ordering import write_place
from .people.api import router as people_router
from .presence.api import router as presence_router
from .relations.api import router as relations_router
from .relations.api_settings import router as relation_settings_router
from .replying.api import router as replying_router
from .replying.queries import outbox_counts
from .replying.shapes import OutboxOut
from .saved.api import router as saved_router
from .saved.queries import visible
from .tags.api import router as tags_router
from .teams.api import router as teams_router
from .thread import thread

router = Router()
router.add_router("", acts_router)
router.add_router("", people_router)
router.add_router("", calendar_router)
router.add_router("", opening_router)
router.add_router("", tags_router)
router.add_router("", teams_router)
router.add_router("", helpful_router)
router.add_router("", promises_router)
router.add_router("", opportunities_router)
router.add_router("", replying_router)
router.add_router("", approvals_router)
router.add_router("", relations_router)
router.add_router("", relation_settings_router)
router.add_router("", saved_router)
router.add_router("", presence_router)
Tab = Literal["open", "waiting", "snoozed", "done", "mine", "unassigned", "all"]
Order = Literal["priority", "newest", "oldest", "promise"]


def _find(request: MemberRequest, pk: int) -> Conversation:
    found = Conversation.of(request.workspace).select_related("workspace", "source", "author", "assignee__user", "team")
    return get_object_or_404(found, pk=pk)


def _out(request: MemberRequest, pk: int) -> shapes.ConversationOut:
    return shapes.ConversationOut.of(_find(request, pk))


def _status(wanted: str) -> ConversationStatus:
    if wanted not in ConversationStatus.values:
        raise Refusal(f"{wanted!r} is no status: say open, waiting or done; to let it sleep, call snooze")
    return ConversationStatus(wanted)


@router.get("/conversations", response=shapes.ConversationsOut, summary="The inbox: conversations by their state")
@call(Role.VIEWER)
def conversations(
    request: MemberRequest,
    status: Tab = "open",
    q: str = "",
    before: str = "",
    view: int | None = None,
    sort: Order | None = None,
) -> shapes.ConversationsOut:
    """Newest first, or in the order of `sort`: by priority, by who waits longest, by the time left on the promise.
    `q` is held against each conversation's newest post that is not ours; `view` is a saved view in place of the status,
    in its own order; `before` as answered, with the same order."""
    given = QueryDict(mutable=True)
    given.update({"tab": status, "q": q, "before": before})
    if view is not None:
        get_object_or_404(visible(request.member), pk=view)
        given["view"] = str(view)
    if sort or view is None:
        given["sort"] = sort or "newest"
    listed = current_of(request.member, given)
    if listed.filter.slips:
        raise language.QueryError(tuple(listed.filter.slips))
    found = page(listed, size=50)
    if found.slips:
        raise language.QueryError(tuple(found.slips))
    prefetch_related_objects(found.conversations, "tags")
    return shapes.ConversationsOut(
        items=[shapes.ConversationOut.of(row) for row in found.conversations],
        before=write_place(found.older) if found.older else None,
        looked_at=found.looked_at,
    )


@router.get("/counts", response=shapes.CountsOut, summary="How many conversations and outbox rows stand where")
@call(Role.VIEWER)
def counts(request: MemberRequest) -> shapes.CountsOut:
    """Those that ask for work; what is done or sent is not counted."""
    return shapes.CountsOut(
        conversations=dict(queries.counts(request.member)), outbox=dict(outbox_counts(request.workspace))
    )


@router.post("/conversations/status", response=shapes.ChangedOut, summary="Set the state of many conversations")
@call(Role.RESPONDER)
def status_of_many(request: MemberRequest, wish: shapes.StatusesIn) -> shapes.ChangedOut:
    """All or none; those that stood so already are passed over, unknown ids too."""
    wanted = _status(wish.status)
    acts = actions.set_status_of(request.workspace, wish.conversations, wanted, by=request.member, why=wish.why)
    return shapes.ChangedOut(changed=len(acts), entries=[act.pk for act in acts])


@router.post("/conversations/assign", response=shapes.ChangedOut, summary="Give many conversations to a member")
@call(Role.RESPONDER)
def assign_many(request: MemberRequest, wish: shapes.AssignsIn) -> shapes.ChangedOut:
    """Or to nobody. All or none; those that stood so already are passed over, unknown ids too."""
    to = _member(request, wish.assignee)
    acts = actions.assign_all(request.workspace, wish.conversations, to, by=request.member, why=wish.why)
    return shapes.ChangedOut(changed=len(acts), entries=[act.pk for act in acts])


@router.post("/undo", response=shapes.UndoneOut, summary="Take back states and assignments")
@call(Role.RESPONDER)
def undo(request: MemberRequest, wish: shapes.EntriesIn) -> shapes.UndoneOut:
    """By their entries in the log, newest first; what was changed again since is left alone."""
    return shapes.UndoneOut(undone=undoing.undo(request.workspace, wish.entries, by=request.member))


@router.get(
    "/conversations/{int:pk}", response=shapes.ThreadOut, summary="A conversation with its posts, notes and replies"
)
@call(Role.VIEWER)
def conversation(request: MemberRequest, pk: int, until: str = "") -> shapes.ThreadOut:
    """With its newest posts, or those before `until`."""
    found = _find(request, pk)
    read = thread(found, now=timezone.now(), until=before_of(until))
    return shapes.ThreadOut(
        conversation=shapes.ConversationOut.of(found),
        posts=[
            shapes.ThreadPostOut.of(
                item.post, [(str(field), int(str(start)), int(str(end))) for field, start, end in item.spans]
            )
            for item in read.items
            if item.post
        ],
        notes=[shapes.NoteOut.of(item.note) for item in read.items if item.note],
        replies=[OutboxOut.of(item.reply) for item in read.items if item.reply],
        until=write_before(read.earlier) if read.earlier else None,
    )


@router.post("/conversations/{pk}/status", response=shapes.ConversationOut, summary="Set a conversation's state")
@call(Role.RESPONDER)
def status(request: MemberRequest, pk: int, wish: shapes.StatusIn) -> shapes.ConversationOut:
    """Open, waiting or done."""
    actions.set_status(_find(request, pk), _status(wish.status), by=request.member, why=wish.why)
    return _out(request, pk)


@router.post("/conversations/{pk}/assign", response=shapes.ConversationOut, summary="Give a conversation to a member")
@call(Role.RESPONDER)
def assign(request: MemberRequest, pk: int, wish: shapes.AssignIn) -> shapes.ConversationOut:
    """By e-mail address, to “me”, or (null) to nobody."""
    actions.assign(_find(request, pk), _member(request, wish.assignee), by=request.member, why=wish.why)
    return _out(request, pk)


def _member(request: MemberRequest, wanted: str | None) -> Member | None:
    if not wanted:
        return None
    if wanted == "me":
        return request.member
    found = Member.of(request.workspace).select_related("user").filter(user__email__iexact=wanted).first()
    if found is None:
        raise Refusal(f"No member of this workspace has the address {wanted}")
    return found


@router.post("/conversations/{pk}/note", response={201: shapes.NoteOut}, summary="Write a note for colleagues")
@call(Role.RESPONDER)
def note(request: MemberRequest, pk: int, wish: shapes.NoteIn) -> Status[shapes.NoteOut]:
    """It is never sent."""
    return Status(201, shapes.NoteOut.of(actions.note(_find(request, pk), wish.text, by=request.member)))
