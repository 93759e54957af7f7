"""The room's calls about rules and word lists; each does its thing through the same action as the page."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from msgspec.structs import replace
from ninja import File, Router, Status
from ninja.files import UploadedFile

from hubbub.core import query as language
from hubbub.store import word_lists
from hubbub.store.models import Role, Rule, WordList
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.lists import before_of, write_before

from . import (
    lists_actions,
    lists_queries,
    rules_actions,
    rules_file,
    rules_queries,
    rules_states,
    rules_versions,
    rules_weeks,
    shapes,
    shapes_rules,
)

router = Router()
FREE = frozenset({"lasts", "expires"})  # null takes them away


@router.get("/rules", response=list[shapes.ListedRuleOut], summary="Rules, and how often each held")
@call(Role.VIEWER)
def rules(request: MemberRequest) -> list[shapes.ListedRuleOut]:
    """In the order in which they are tried."""
    listed = rules_queries.rules(request.workspace, timezone.now())
    return [shapes.ListedRuleOut.of_listed(one) for one in listed]


@router.post("/rules", response={201: shapes.RuleOut}, summary="Make a rule")
@call(Role.MANAGER)
def make_rule(request: MemberRequest, wish: shapes.RuleIn) -> Status[shapes.RuleOut]:
    """A new one, tried last; a draft unless it says otherwise. One that is to be live needs a `why`."""
    given = wish.dict()
    why = given.pop("why")
    made = rules_actions.make(request.workspace, rules_actions.Draft(**given), by=request.member, why=why)
    return Status(201, shapes.RuleOut.of(made))


@router.post("/rules/try", response=shapes.RuleTriedOut, summary="Try a rule's condition on the newest posts")
@call(Role.MANAGER)
def try_rule(request: MemberRequest, wish: shapes.ConditionIn) -> shapes.RuleTriedOut:
    """Nothing is saved, nothing is done."""
    query = word_lists.read(wish.when, language.Use.RULE, request.workspace)
    return shapes.RuleTriedOut.of(rules_queries.tried(request.workspace, query, timezone.now()))


@router.get("/rules/file", summary="All rules as rules.toml")
@call(Role.VIEWER)
def rules_toml(request: MemberRequest) -> HttpResponse:
    """In the order in which they are tried; POST takes the same file."""
    text = rules_file.write_rules(Rule.of(request.workspace), WordList.of(request.workspace))
    return HttpResponse(text, content_type="application/toml; charset=utf-8")


@router.post("/rules/file", response=shapes.ImportedOut, summary="Make or change rules from a rules.toml")
@call(Role.MANAGER)
def import_rules(request: MemberRequest, file: File[UploadedFile]) -> shapes.ImportedOut:
    """By their names, all or none; they come after those that the file does not name. Sent as multipart/form-data."""
    read = rules_file.read_file(file.read(rules_file.LARGEST + 1), word_lists.of(request.workspace))
    made, changed = rules_file.take(request.workspace, read, by=request.member, why=f"from {file.name}")
    return shapes.ImportedOut(made=made, changed=changed, unchanged=len(read.rules) - made - changed)


def _rule(request: MemberRequest, pk: int) -> Rule:
    return get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)


@router.get("/rules/{pk}", response=shapes.RuleOut, summary="A rule")
@call(Role.VIEWER)
def rule(request: MemberRequest, pk: int) -> shapes.RuleOut:
    """One rule."""
    return shapes.RuleOut.of(_rule(request, pk))


@router.patch("/rules/{pk}", response=shapes.RuleOut, summary="Change a rule, or its place in the order")
@call(Role.MANAGER)
def change_rule(request: MemberRequest, pk: int, wish: shapes.RuleChange) -> shapes.RuleOut:
    """What is left out stays; `position` counts from 0, beyond the end means the end. What a live rule does changes
    only as it was replayed, or with a `why`; so does a rule go live. `lasts` and `expires` are taken away by null."""
    found = _rule(request, pk)
    given = {name: value for name, value in wish.dict(exclude_unset=True).items() if value is not None or name in FREE}
    version, position, why = given.pop("version", None), given.pop("position", None), given.pop("why", "")
    draft = replace(rules_actions.draft_of(found), **given)
    found = rules_actions.change(found, draft, by=request.member, version=version, why=why)
    if position is not None:
        rules_actions.place(found, position, by=request.member)
    return shapes.RuleOut.of(_rule(request, pk))


@router.get("/rules/{pk}/hits", response=shapes.HitsOut, summary="The posts that a rule held for")
@call(Role.VIEWER)
def rule_hits(
    request: MemberRequest, pk: int, before: str = "", week: date | None = None, said: str = ""
) -> shapes.HitsOut:
    """Newest first, in shadow as well. `week`: of seven days from that one; `said`: "right" or "wrong", as people saw
    it later."""
    asked = rules_weeks.Asked(week, said if said in ("right", "wrong") else "")
    found = rules_queries.hits(_rule(request, pk), before_of(before), asked=asked)
    return shapes.HitsOut(
        items=[shapes.HitOut.of_hit(row) for row in found.verdicts],
        before=write_before(found.older) if found.older else None,
    )


@router.delete("/rules/{pk}", response={204: None}, summary="Delete a rule")
@call(Role.MANAGER)
def delete_rule(request: MemberRequest, pk: int, why: str = "") -> Status[None]:
    """What it said of posts stays to be read."""
    rules_actions.delete(_rule(request, pk), by=request.member, why=why)
    return Status(204, None)


@router.post("/rules/{pk}/state", response=shapes.RuleOut, summary="Draft, shadow or live")
@call(Role.MANAGER)
def move_rule(request: MemberRequest, pk: int, wish: shapes_rules.StateIn) -> shapes.RuleOut:
    """Live needs that this version was replayed or ran in shadow, or a `why`."""
    moved = rules_states.move_to(_rule(request, pk), wish.state, by=request.member, why=wish.why, version=wish.version)
    return shapes.RuleOut.of(moved)


@router.get("/rules/{pk}/versions", response=list[shapes_rules.RuleVersionOut], summary="What a rule said before")
@call(Role.VIEWER)
def versions(request: MemberRequest, pk: int) -> list[shapes_rules.RuleVersionOut]:
    """Newest first, with who wrote each and why."""
    return [shapes_rules.RuleVersionOut.of(one.row) for one in rules_versions.versions(_rule(request, pk))]


@router.post("/rules/{pk}/versions/{number}", response=shapes.RuleOut, summary="Bring an earlier version back")
@call(Role.MANAGER)
def bring_back(request: MemberRequest, pk: int, number: int, wish: shapes_rules.RuleWhyIn) -> shapes.RuleOut:
    """As a new version."""
    found = rules_versions.version_of(_rule(request, pk), number)
    return shapes.RuleOut.of(rules_actions.bring_back(found, by=request.member, why=wish.why))


@router.get("/rules/{pk}/weeks", response=shapes_rules.WeeksOut, summary="How often a rule was right, week by week")
@call(Role.VIEWER)
def weeks(request: MemberRequest, pk: int) -> shapes_rules.WeeksOut:
    """By what people did later with the posts that it held for, the newest week first."""
    found = _rule(request, pk)
    return shapes_rules.WeeksOut.of(found, rules_weeks.record(found, timezone.now()))


@router.post("/rules/{pk}/line", response=shapes_rules.WeeksOut, summary="Draw the line below which a rule is shown")
@call(Role.MANAGER)
def line(request: MemberRequest, pk: int, wish: shapes_rules.LineIn) -> shapes_rules.WeeksOut:
    """A precision from 0 to 1; null draws none."""
    found = rules_actions.set_line(_rule(request, pk), wish.least, by=request.member, why=wish.why)
    return shapes_rules.WeeksOut.of(found, rules_weeks.record(found, timezone.now()))


def _list(request: MemberRequest, pk: int) -> WordList:
    return get_object_or_404(WordList.of(request.workspace).select_related("workspace"), pk=pk)


@router.get("/lists", response=list[shapes_rules.ListOut], summary="Word lists")
@call(Role.VIEWER)
def lists(request: MemberRequest) -> list[shapes_rules.ListOut]:
    """By name, with the rules that ask for each."""
    return [shapes_rules.ListOut.of(one) for one in lists_queries.lists(request.workspace)]


@router.post("/lists", response={201: shapes_rules.ListOut}, summary="Make a word list")
@call(Role.MANAGER)
def make_list(request: MemberRequest, wish: shapes_rules.ListIn) -> Status[shapes_rules.ListOut]:
    """Every entry that cannot be one is named; then nothing is saved."""
    made = lists_actions.make_list(request.workspace, wish.draft(), by=request.member, why=wish.why)
    return Status(201, shapes_rules.ListOut.of(lists_queries.listed(made)))


@router.get("/lists/{pk}", response=shapes_rules.ListOut, summary="A word list")
@call(Role.VIEWER)
def word_list(request: MemberRequest, pk: int) -> shapes_rules.ListOut:
    """With all its entries."""
    return shapes_rules.ListOut.of(lists_queries.listed(_list(request, pk)))


@router.put("/lists/{pk}", response=shapes_rules.ListOut, summary="Change a word list")
@call(Role.MANAGER)
def change_list(request: MemberRequest, pk: int, wish: shapes_rules.ListIn) -> shapes_rules.ListOut:
    """All of it; with `version` it is refused where somebody changed the list meanwhile."""
    changed = lists_actions.change_list(
        _list(request, pk), wish.draft(), by=request.member, version=wish.version, why=wish.why
    )
    return shapes_rules.ListOut.of(lists_queries.listed(changed))


@router.post("/lists/{pk}/add", response=shapes_rules.ListOut, summary="Add entries to a word list")
@call(Role.MANAGER)
def add_entries(request: MemberRequest, pk: int, wish: shapes_rules.ListEntriesIn) -> shapes_rules.ListOut:
    """Beside those that are there; with `replace` in their place."""
    found = _list(request, pk)
    lists_actions.add_entries(
        found, "\n".join(wish.entries), by=request.member, replace=wish.replace, why=wish.why or "added by a script"
    )
    return shapes_rules.ListOut.of(lists_queries.listed(_list(request, pk)))


@router.post("/lists/{pk}/try", response=shapes_rules.ListTriedOut, summary="What a word list finds in a text")
@call(Role.VIEWER)
def try_list(request: MemberRequest, pk: int, wish: shapes_rules.ListTextIn) -> shapes_rules.ListTriedOut:
    """Nothing is saved."""
    found = _list(request, pk)
    tried = lists_queries.tried(found.entries, wish.text, seen_through=found.seen_through)
    return shapes_rules.ListTriedOut(spans=[(start, end) for _, start, end in tried.spans], found=list(tried.found))


@router.delete("/lists/{pk}", response={204: None}, summary="Delete a word list")
@call(Role.MANAGER)
def delete_list(request: MemberRequest, pk: int, why: str = "") -> Status[None]:
    """Refused where a rule asks for it."""
    lists_actions.delete_list(_list(request, pk), by=request.member, why=why)
    return Status(204, None)
