"""The room's calls about the queue: what waits, taking the next post, letting go of it, asking somebody else."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from hubbub.core import query as language
from hubbub.store import queue as stored
from hubbub.store import word_lists
from hubbub.store.models import Decision, Policy, Post, Role, Workspace
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal

from . import opinions, queue_actions, queue_queries, shapes_queue
from .decisions import STATES

router = Router()


def named(workspace: Workspace, slug: str) -> Policy | None:
    """The policy with that slug, in force; "": none. Raises Refusal."""
    if not slug:
        return None
    found = Policy.of(workspace).filter(slug=slug, active=True).first()
    if found is None:
        raise Refusal(f"There is no policy {slug!r} in force here: GET /api/moderate/policies lists them")
    return found


def _query(workspace: Workspace, text: str) -> language.Query | None:
    return word_lists.read(text, language.Use.VIEW, workspace) if text.strip() else None


def _order(order: str) -> str:
    if order not in queue_queries.ORDERS:
        raise Refusal(f"{order!r} is no order of the queue: say one of {', '.join(queue_queries.ORDERS)}")
    return order


@router.get("/queue", response=shapes_queue.QueueOut, summary="What waits for a decision")
@call(Role.VIEWER)
def queue(request: MemberRequest, q: str = "", after: str = "", order: str = "score") -> shapes_queue.QueueOut:
    """By score (severity, reach, waiting), or `order`: oldest, newest, reach; `after` as answered."""
    spot = queue_queries.spot_of(after, _order(order))
    now, member = timezone.now(), request.member
    query = _query(request.workspace, q)
    found = queue_queries.page(request.workspace, query, now=now, order=order, after=spot, viewer=member)
    if found.slips:
        raise language.QueryError(tuple(found.slips))
    return shapes_queue.QueueOut(
        items=[shapes_queue.WaitingOut.of_waits(one) for one in found.waits],
        after=queue_queries.write_spot(found.after) if found.after else None,
        looked_at=found.looked_at,
    )


@router.post("/queue/next", response=shapes_queue.QueueTakenOut, summary="Take the next free post")
@call(Role.MODERATOR)
def take_next(request: MemberRequest, q: str = "", order: str = "score") -> shapes_queue.QueueTakenOut:
    """Nobody else is given it for five minutes; ask again to go on holding it. What you have open comes first."""
    now, query = timezone.now(), _query(request.workspace, q)
    plain = query is None and _order(order) == "score"
    among = None if plain else queue_queries.first_rows(request.workspace, query, now=now, order=order)
    row = queue_actions.take_next(request.member, now, among)
    waits = queue_queries.around(request.workspace, [row], now=now, viewer=request.member) if row else []
    if row is None or not waits:
        return shapes_queue.QueueTakenOut(post=None, until=None)
    return shapes_queue.QueueTakenOut(post=shapes_queue.WaitingOut.of_waits(waits[0]), until=row.lease_until)


def _post(request: MemberRequest, pk: int) -> Post:
    return get_object_or_404(Post.of(request.workspace).select_related("workspace"), pk=pk)


@router.post("/posts/{pk}/release", response={204: None}, summary="Let go of a post that you took")
@call(Role.MODERATOR)
def release(request: MemberRequest, pk: int) -> Status[None]:
    """Others may have it at once."""
    stored.release(request.member, _post(request, pk).pk)
    return Status(204, None)


@router.post("/posts/{pk}/skip", response={204: None}, summary="Pass a post over")
@call(Role.MODERATOR)
def skip(request: MemberRequest, pk: int) -> Status[None]:
    """It waits for others, and you are not given it again."""
    queue_actions.skip(_post(request, pk), by=request.member, now=timezone.now())
    return Status(204, None)


@router.post("/posts/{pk}/ask", response=shapes_queue.OpinionOut, summary="Ask for a second opinion")
@call(Role.MODERATOR)
def ask(request: MemberRequest, pk: int, wish: shapes_queue.OpinionIn) -> shapes_queue.OpinionOut:
    """Another person decides; you are refused until they did, or the question is taken back."""
    if wish.decision and wish.decision not in STATES:
        raise Refusal(f"{wish.decision!r} is no decision: say approved, hidden or removed, or nothing")
    policy, post = named(request.workspace, wish.policy), _post(request, pk)
    asked = opinions.ask(post, by=request.member, note=wish.note, decision=Decision(wish.decision), policy=policy)
    stored.release(request.member, post.pk)
    return shapes_queue.OpinionOut(opinion=asked.pk, asked=asked.asked)


@router.delete("/posts/{pk}/ask", response={204: None}, summary="Take back a question for a second opinion")
@call(Role.MODERATOR)
def withdraw(request: MemberRequest, pk: int) -> Status[None]:
    """Then you may decide yourself."""
    found = opinions.asked(_post(request, pk)).filter(by=request.member).first()
    if found is None:
        raise Refusal("You asked nobody about this post")
    opinions.withdraw(found, by=request.member)
    return Status(204, None)
