"""What is done from the pages of relationships; each goes back to where it was asked for."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hubbub.core.relations import NAMES
from hubbub.store.models import Audit, Member, Person, Relationship, Role, Stage
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo

from . import actions
from .forms import DescribeForm, PlanForm
from .queries import is_id


def back(request: MemberRequest, fallback: str) -> HttpResponse:
    """Where the form says that it stands, if that is here."""
    there = request.POST.get("back", "")
    fit = url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(there if there and fit else fallback, status=303)


def relation_url(request: MemberRequest, pk: int) -> str:
    """The page of a relationship."""
    return reverse("engage:relation", args=[request.workspace.slug, pk])


def undoable(request: MemberRequest, says: str, acts: Sequence[Audit]) -> None:
    """Say what was done, with a button that takes it back."""
    fields = [("entry", str(act.pk)) for act in acts] + [("back", request.POST.get("back", ""))]
    offer_undo(request, says, reverse("engage:relations_undo", args=[request.workspace.slug]), fields)


def _stage(request: MemberRequest, given: QueryDict) -> Stage:
    asked = given.get("stage", "")
    found = Stage.of(request.workspace).filter(pk=int(asked)).first() if is_id(asked) else None
    if found is None:
        raise Refusal("There is no such stage: it may have been removed meanwhile. Look at the board again.")
    return found


def _owner(request: MemberRequest, given: QueryDict) -> Member | None:
    asked = given.get("owner", "")
    if not asked or asked == "nobody":
        return None
    if asked == "me":
        return request.member
    found = Member.of(request.workspace).filter(pk=int(asked)).select_related("user") if is_id(asked) else None
    member = found.first() if found is not None else None
    if member is None:
        raise Refusal("There is no such member in this workspace")
    return member


@page(Role.RESPONDER)
@require_POST
def begin(request: MemberRequest, person_id: int) -> HttpResponse:
    """A person enters a pipeline."""
    person = get_object_or_404(Person.of(request.workspace).select_related("workspace"), pk=person_id)
    fallback = reverse("engage:person", args=[request.workspace.slug, person.pk])
    try:
        row = actions.begin(person, request.POST.get("kind", ""), by=request.member, owner=request.member)
        messages.success(
            request, f"{person} is among the {NAMES[row.kind].lower()} relationships now, in “{row.stage}”."
        )
    except Refusal as no:
        messages.error(request, str(no))
    return back(request, fallback)


@page(Role.RESPONDER)
@require_POST
def act(request: MemberRequest, relationship_id: int) -> HttpResponse:
    """One act upon one relationship: `act` says which."""
    rows = Relationship.of(request.workspace).select_related("workspace", "person", "stage")
    row = get_object_or_404(rows, pk=relationship_id)
    try:
        _do(request, row, request.POST.get("act", ""))
    except Refusal as no:
        messages.error(request, str(no))
    return back(request, relation_url(request, row.pk))


def _do(request: MemberRequest, row: Relationship, verb: str) -> None:
    by, given = request.member, request.POST
    match verb:
        case "move":
            stage = _stage(request, given)
            if done := actions.move(row, stage, by=by):
                undoable(request, f"{row.person} stands in “{stage}” now.", [done])
        case "give":
            if done := actions.give(row, _owner(request, given), by=by):
                undoable(request, f"{row.person}: given to {done.after['owner_name']}.", [done])
        case "plan":
            step, on = _planned(given)
            if done := actions.plan(row, step, on, by=by):
                undoable(request, f"{row.person}: {f'next, {step}' if step else 'nothing is next'}.", [done])
        case "step done":
            step = row.next_step
            actions.touched(row, by=by, why=step)
            if done := actions.plan(row, "", None, by=by, why="done"):
                undoable(request, f"{row.person}: “{step}” is done. What is next?", [done])
        case _:
            _more(request, row, verb)


def _more(request: MemberRequest, row: Relationship, verb: str) -> None:
    by, given = request.member, request.POST
    match verb:
        case "touch":
            actions.touched(row, _moment(given), by=by, why=given.get("why", ""))
            messages.success(request, f"{row.person}: the last touch is set.")
        case "describe":
            _describe(request, row)
        case "end":
            undoable(request, f"{row}: ended.", [actions.end(row, by=by, why=given.get("why", ""))])
        case "resume":
            actions.resume(row, by=by)
            messages.success(request, f"{row}: goes on.")
        case _:
            raise Refusal("That cannot be done to a relationship")


def _planned(given: QueryDict) -> tuple[str, date | None]:
    form = PlanForm(given)
    if not form.is_valid():
        raise Refusal(_first_error(form))
    return form.cleaned_data["next_step"], form.cleaned_data["next_on"]


def _moment(given: QueryDict) -> datetime | None:
    text = given.get("on", "")
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(12), UTC)
    except ValueError:
        raise Refusal(f"{text!r} is no day: write it as 2026-11-30") from None


def _describe(request: MemberRequest, row: Relationship) -> None:
    form = DescribeForm(request.POST)
    if not form.is_valid():
        raise Refusal(_first_error(form))
    said = form.cleaned_data
    actions.describe(row, by=request.member, worth=said["worth"], notes=said["notes"], since=said["since"])
    messages.success(request, "Saved.")


def _first_error(form: PlanForm | DescribeForm) -> str:
    name, errors = next(iter(form.errors.items()))
    return f"{form.fields[name].label}: {errors[0]}"


@page(Role.RESPONDER)
@require_POST
def bulk(request: MemberRequest) -> HttpResponse:
    """Stage or owner of many."""
    pks = [int(pk) for pk in request.POST.getlist("pk") if is_id(pk)]
    try:
        if request.POST.get("act") == "give":
            owner = _owner(request, request.POST)
            acts = actions.give_all(request.workspace, pks, owner, by=request.member)
            says = f"{len(acts)} given to {owner or 'nobody'}"
        else:
            stage = _stage(request, request.POST)
            acts = actions.move_all(request.workspace, pks, stage, by=request.member)
            says = f"{len(acts)} moved into “{stage}”"
        if left := len(pks) - len(acts):
            says += f"; {left} left as they are"
        if acts:
            undoable(request, f"{says}.", acts)
        else:
            messages.info(request, f"{says}: they stand so already, or in another pipeline.")
    except Refusal as no:
        messages.error(request, str(no))
    return back(request, reverse("engage:relations", args=[request.workspace.slug]))


@page(Role.RESPONDER)
@require_POST
def undo(request: MemberRequest) -> HttpResponse:
    """Take back what the last page did."""
    entries = [int(pk) for pk in request.POST.getlist("entry") if is_id(pk)]
    try:
        number = actions.undo(request.workspace, entries, by=request.member)
        messages.success(request, f"Taken back: {number}." if number else "Nothing was taken back: it changed since.")
    except Refusal as no:
        messages.error(request, str(no))
    return back(request, reverse("engage:relations", args=[request.workspace.slug]))
