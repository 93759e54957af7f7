"""Pages of relationships: the board, the list, one relationship."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from hubbub.core.relations import NAMES, PLURALS, RELATIONS
from hubbub.store import capped, merging, suggestions
from hubbub.store import relations as stored
from hubbub.store.models import Relationship, Role, SuggestionState, Tag
from hubbub.ui.access import MemberRequest, page

from . import queries
from .forms import DescribeForm, PlanForm
from .queries import SORTS, Wanted, is_id

TAGS = 200  # that the filter offers
KINDS = tuple((kind, PLURALS[kind]) for kind in RELATIONS)


def wanted_of(request: MemberRequest) -> Wanted:
    """Which relationships the request asks for; what cannot be meant is left out."""
    asked = request.GET
    kind, sort, owner = asked.get("kind", ""), asked.get("sort", "next"), asked.get("owner", "")
    stage, person = asked.get("stage", ""), asked.get("person", "")
    return Wanted(
        kind=kind if kind in RELATIONS else "",
        stage=int(stage) if is_id(stage) else 0,
        owner=owner if owner in ("me", "nobody") or is_id(owner) else "",
        tag=asked.get("tag", "").strip()[:50],
        overdue=asked.get("overdue") == "1",
        person=int(person) if is_id(person) else 0,
        ended=asked.get("ended") == "1",
        active=asked.get("active") == "1",
        sort=sort if sort in SORTS else "next",
        after=asked.get("after", ""),
    )


def query_of(wanted: Wanted, view: str, **changed: object) -> str:
    """The same as a query string, with changes; "" where nothing is asked."""
    said: dict[str, object] = {
        "view": view if view == "list" else "",
        "kind": wanted.kind,
        "stage": wanted.stage,
        "owner": wanted.owner,
        "tag": wanted.tag,
        "overdue": int(wanted.overdue),
        "person": wanted.person,
        "ended": int(wanted.ended),
        "active": int(wanted.active),
        "sort": wanted.sort if wanted.sort != "next" else "",
        "after": wanted.after,
    } | changed
    given = {name: value for name, value in said.items() if value}
    return f"?{urlencode(given)}" if given else ""


@page(Role.VIEWER)
def relations(request: MemberRequest) -> HttpResponse:
    """The board of one kind, or the list."""
    wanted = wanted_of(request)
    only_listed = wanted.stage or wanted.person or wanted.ended or wanted.active or wanted.sort != "next"
    view = "list" if request.GET.get("view") == "list" or only_listed else "board"
    now = timezone.now()
    context: dict[str, object] = {
        **shared(request, wanted, view),
        "numbers": queries.numbers(request.workspace),
        "sorts": SORTS.items(),
        "tags": list(Tag.of(request.workspace).order_by("name").values_list("name", flat=True)[:TAGS]),
        "suggested": capped.shown(
            capped.count(suggestions.visible(request.workspace, now).filter(state=SuggestionState.OPEN))
        ),
    }  # fmt: skip
    if view == "list":
        context |= _list(request, wanted, now)
    else:
        kind = wanted.kind or _first(context["numbers"])
        columns = queries.board(request.workspace, kind, wanted, request.member, now)
        context |= {"columns": columns, "kind": kind, "kind_name": PLURALS[kind]}
        context["empty"] = not any(column.lines for column in columns)
    return render(request, f"engage/relations/{view}.html", context)


def _first(numbers: object) -> str:
    """The kind that a board shows where none is asked for: influencers, unless only others stand."""
    known = numbers if isinstance(numbers, Mapping) else {}
    if known.get("influencer") == "0":
        return next((kind for kind in RELATIONS if known.get(kind) != "0"), "influencer")
    return "influencer"


def _list(request: MemberRequest, wanted: Wanted, now: datetime) -> dict[str, object]:
    found = queries.listed(request.workspace, wanted, request.member, now)
    kinds = stored.stages(request.workspace)
    return {
        "found": found,
        "kind": wanted.kind,
        "older": query_of(wanted, "list", after=found.next) if found.next else "",
        "newer": query_of(wanted, "list", after="") or "?" if wanted.after else "",
        "stages": [(NAMES[kind], kinds[kind]) for kind in RELATIONS if not wanted.kind or kind == wanted.kind],
        "chosen_stage": next((one for rows in kinds.values() for one in rows if one.pk == wanted.stage), None),
        "filtered": wanted != Wanted(sort=wanted.sort),
    }


def shared(request: MemberRequest, wanted: Wanted, view: str) -> dict[str, object]:
    """What all pages with relationships show."""
    return {
        "wanted": wanted,
        "view": view,
        "kinds": KINDS,
        "here": query_of(wanted, view),
        "as_board": query_of(Wanted(kind=wanted.kind, owner=wanted.owner, tag=wanted.tag, overdue=wanted.overdue), ""),
        "as_list": query_of(wanted, "list"),
        "owners": queries.owners(request.workspace),
        "may_act": request.role.may(Role.RESPONDER),
        "may_change": request.role.may(Role.MANAGER),
    }


@page(Role.VIEWER)
def relation(request: MemberRequest, relationship_id: int) -> HttpResponse:
    """One relationship with everything about it."""
    rows = Relationship.of(request.workspace).select_related(*queries.WITH)
    found = get_object_or_404(rows, pk=relationship_id)
    now = timezone.now()
    line = queries.lines(request.workspace, [found], stored.today(request.workspace, now))[0]
    context = {
        **shared(request, Wanted(), "board"),
        "line": line,
        "row": found,
        "stands_as": merging.standing(found.person) if found.person.merged_into_id else None,
        "stages": stored.stages_of(request.workspace, found.kind),
        "plan": PlanForm(initial={"next_step": found.next_step, "next_on": found.next_on}),
        "describe": DescribeForm(initial={"worth": found.worth, "since": found.since.date(), "notes": found.notes}),
        "history": queries.history(found),
        "regard": queries.regard(found.person, now),
        "accounts": queries.accounts(request.workspace, [found.person_id]).get(found.person_id, ()),
        "plural": PLURALS[found.kind],
    }
    return render(request, "engage/relations/relation.html", context)
