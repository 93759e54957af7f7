"""The room's calls about replays; each does its thing through the same action as the page."""

from datetime import date

from django.shortcuts import get_object_or_404
from msgspec.structs import replace
from ninja import Router, Status

from hubbub.store.models import Post, Replay, Role, Rule
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import replays_actions, replays_queries, shapes, shapes_rules
from .rules_drafts import draft_of

router = Router()
CHANGES = ("when", "then", "label", "sources", "languages")


def _find(request: MemberRequest, pk: int) -> Replay:
    rows = Replay.of(request.workspace).select_related("workspace", "rule__workspace")
    return get_object_or_404(rows, pk=pk)


@router.post(
    "/rules/{pk}/replays", response={201: shapes_rules.ReplayOut}, summary="Try a rule, or a change, on stored posts"
)
@call(Role.MANAGER)
def begin(request: MemberRequest, pk: int, wish: shapes_rules.ReplayIn) -> Status[shapes_rules.ReplayOut]:
    """In the background: ask for the replay to see how far it is. Nothing is done to any post."""
    rule = get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)
    given = {name: getattr(wish, name) for name in CHANGES if getattr(wish, name) is not None}
    draft = replace(draft_of(rule), **given) if given else None
    begun = replays_actions.begin(rule, draft, by=request.member, days=wish.days, most=wish.most, why=wish.why)
    return Status(201, shapes_rules.ReplayOut.of(begun))


@router.get("/replays", response=shapes_rules.ReplaysOut, summary="Replays")
@call(Role.VIEWER)
def replays(request: MemberRequest, before: str = "") -> shapes_rules.ReplaysOut:
    """Newest first."""
    rows, older = replays_queries.replays(request.workspace, None, before_of(before))
    items = [shapes_rules.ReplayOut.of(row) for row in rows]
    return shapes_rules.ReplaysOut(items=items, before=write_before(older) if older else None)


@router.get("/replays/{pk}", response=shapes_rules.ReplayFoundOut, summary="What a replay found so far")
@call(Role.VIEWER)
def replay(request: MemberRequest, pk: int) -> shapes_rules.ReplayFoundOut:
    """Counts, precision and recall with their intervals, and what they mean in words."""
    return shapes_rules.ReplayFoundOut.found(replays_queries.told(_find(request, pk)))


@router.post("/replays/{pk}/stop", response=shapes_rules.ReplayOut, summary="Stop a replay")
@call(Role.MANAGER)
def stop(request: MemberRequest, pk: int, wish: shapes_rules.RuleWhyIn) -> shapes_rules.ReplayOut:
    """What was counted stays to be read."""
    return shapes_rules.ReplayOut.of(replays_actions.stop(_find(request, pk), by=request.member, why=wish.why))


@router.post("/replays/{pk}/adopt", response=shapes.RuleOut, summary="Save a replayed change as the rule's version")
@call(Role.MANAGER)
def adopt(request: MemberRequest, pk: int, wish: shapes_rules.RuleWhyIn) -> shapes.RuleOut:
    """Refused where somebody changed the rule since the replay was begun."""
    return shapes.RuleOut.of(replays_actions.adopt(_find(request, pk), by=request.member, why=wish.why))


@router.get("/replays/{pk}/posts", response=shapes_rules.ReplayPostsOut, summary="The posts behind a replay's numbers")
@call(Role.VIEWER)
def posts(
    request: MemberRequest,
    pk: int,
    kind: str = "touched",
    day: date | None = None,
    source: int | None = None,
    person: int | None = None,
    before: str = "",
) -> shapes_rules.ReplayPostsOut:
    """`kind`: touched, unchecked, agrees, contradicts, missed, adds or loses."""
    if kind not in replays_queries.KINDS:
        raise Refusal(f"{kind!r} is no kind of posts: say one of {', '.join(replays_queries.KINDS)}")
    asked = replays_queries.Asked(kind, day, source, person)
    rows, older = replays_queries.hits(_find(request, pk), asked, before_of(before))
    items = [shapes_rules.ReplayPostOut.of(row) for row in rows]
    return shapes_rules.ReplayPostsOut(items=items, before=write_before(older) if older else None)


@router.get("/replays/{pk}/sample", response=list[shapes_rules.SampleOut], summary="Posts to judge a replay by hand")
@call(Role.VIEWER)
def sample(request: MemberRequest, pk: int) -> list[shapes_rules.SampleOut]:
    """Twenty, drawn evenly from all that it would have touched."""
    return [shapes_rules.SampleOut.of(one) for one in replays_queries.sample(_find(request, pk))]


@router.post("/replays/{pk}/sample", response=list[shapes_rules.SampleOut], summary="Judge one of them")
@call(Role.MODERATOR)
def judge(request: MemberRequest, pk: int, wish: shapes_rules.SampleIn) -> list[shapes_rules.SampleOut]:
    """It counts at once, and for every later replay of the rule."""
    found = _find(request, pk)
    post = get_object_or_404(Post.of(request.workspace), pk=wish.post)
    replays_actions.judge(found, post, wish.agrees, by=request.member)
    return [shapes_rules.SampleOut.of(one) for one in replays_queries.sample(found)]
