"""Pages about sources: the list with their health, adding one after a try, one source, pausing, deleting."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from msgspec import Struct, structs

from hubbub.connectors import Connector, Pushed, connector, connectors
from hubbub.core.failures import Broken, Retry
from hubbub.store.models import Account, Member, Role, Source, SourceState
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.door import door
from hubbub.ui.ids import ids_of
from hubbub.ui.lists import offer_undo

from . import actions, kinds, queries, signing
from .forms import SourceForm
from .trying import NOTHING, Kept, Tried, attempt, gather, kept_by, seal_kept, shown_settings
from .views_topics import back, go

SIGN_IN = frozenset({"sign-in", "sign-in-moderating"})  # what the form's buttons say


@page(Role.VIEWER)
def sources(request: MemberRequest) -> HttpResponse:
    """Where we listen."""
    rows = queries.source_rows(request.workspace, now=timezone.now())
    context = {
        "rows": rows,
        "accounts": queries.signed_out(request.workspace),
        "may_write": request.role.may(Role.MANAGER),
    }
    return render(request, "listen/sources.html", context)


@page(Role.VIEWER)
def source(request: MemberRequest, pk: int) -> HttpResponse:
    """One source: how it does, what it brought, what could not be taken."""
    row = queries.source_row(_source(request, pk), now=timezone.now())
    context = {
        "row": row,
        "accounts": [row.account] if row.signed_out else [],
        "source": row.source,
        "settings": shown_settings(row.source),
        "there": kinds.there(row.source),
        "keys": kinds.keys(row.source),
        "may_write": request.role.may(Role.MANAGER),
    }
    return render(request, "listen/source.html", context)


@page(Role.VIEWER)
def source_health(request: MemberRequest, pk: int) -> HttpResponse:
    """A part of a page: how one source does just now."""
    row = queries.source_row(_source(request, pk), now=timezone.now())
    template = "listen/health_facts.html" if "whole" in request.GET else "listen/health.html"
    return render(request, template, {"row": row})


def _source(request: MemberRequest, pk: int) -> Source:
    return get_object_or_404(Source.of(request.workspace).select_related("workspace", "our_account"), pk=pk)


class Asked(Struct, frozen=True):
    """A source's form after a request: the form, what was tried, what it keeps unseen."""

    form: SourceForm
    tried: Tried | None = None
    sealed: str = ""  # goes into a hidden field
    saved: Source | None = None
    account: Account | None = None  # signed in, whose keys the source uses
    way: str = ""  # a sign-in that was begun: its mark


def ask(request: MemberRequest, chosen: Connector, source: Source | None = None, *, brief: bool = False) -> Asked:
    """Read a source's form, try it where that is asked for, save it where the try went well and that is asked for."""
    kept = kept_by(source, chosen) if source else NOTHING
    account = _account(request, chosen, source)
    if request.method != "POST":
        answers = signing.remembered(request.session, chosen.kind)
        form = SourceForm(chosen, kept, source=source, brief=brief, account=account, answers=answers)
        return Asked(form, account=account)
    now = timezone.now()
    fresh = gather(chosen, request.POST, request.FILES, member=request.member, now=now)
    whole = fresh.over(kept)
    data = request.POST.dict()
    form = SourceForm(chosen, whole, data=data, source=source, fresh=fresh, brief=brief, account=account)
    sealed = seal_kept(fresh, kind=chosen.kind, member=request.member, now=now)
    if request.POST.get("do") in SIGN_IN:
        return _sign_in(request, chosen, form, Asked(form, sealed=sealed, account=account))
    if not form.is_valid():
        return Asked(form, sealed=sealed, account=account)
    filled = signing.fills(account)
    tried = attempt(chosen, {**form.answers().whole, **filled}, Kept({**whole.secrets, **filled}, whole.uploads))
    if tried.found is None or request.POST.get("do") != "save":
        return Asked(form, tried, sealed, account=account)
    try:
        return Asked(form, tried, saved=_save(request.member, chosen, form, tried, source))
    except Refusal as refusal:
        form.add_error("name" if "name" in form.fields else None, str(refusal))
        return Asked(form, tried, sealed, account=account)


def _account(request: MemberRequest, chosen: Connector, source: Source | None) -> Account | None:
    """The signed-in account that the form is about: the one it names, or the source's own; "0" is none."""
    named = request.POST.get("account") or request.GET.get("account", "")
    if not named and source is not None and source.signed_in:
        return source.our_account
    return signing.chosen_account(request.workspace, chosen, named)


def _sign_in(request: MemberRequest, chosen: Connector, form: SourceForm, asked: Asked) -> Asked:
    """Begin to sign in with what the form holds so far; what it lacks yet is asked for afterwards."""
    form.is_valid()
    answers, now = form.answers(), timezone.now()
    moderating = request.POST.get("do") == "sign-in-moderating"
    try:
        mark = signing.begin(
            request, chosen, answers.settings, secrets=answers.secrets, http=door(hurry=True), now=now,
            moderating=moderating, source=form.source,
        )  # fmt: skip
    except (Refusal, Retry, Broken) as failure:
        return structs.replace(asked, tried=Tried(str(failure), later=isinstance(failure, Retry)))
    return structs.replace(asked, way=mark)


def _save(by: Member, chosen: Connector, form: SourceForm, tried: Tried, source: Source | None) -> Source:
    answers, found = form.answers(), tried.found
    if found is None:
        raise AssertionError("only what went well is saved")
    draft = actions.SourceDraft(chosen.kind, answers.name, answers.settings, answers.secrets, found, form.account)
    if source is None:
        return actions.add_source(by.workspace, draft, by=by, now=timezone.now())
    actions.change_source(source, draft, by=by, now=timezone.now())
    return source


@page(Role.MANAGER)
def source_new(request: MemberRequest) -> HttpResponse:
    """Choose a kind; then answer what it asks, try it, save it."""
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if not kind:
        return render(request, "listen/source_kinds.html", kinds.choice(request.GET))
    if kind not in connectors():
        raise Http404(f"Nothing here can read sources of the kind “{kind[:40]}”")
    asked = ask(request, connectors()[kind])
    if asked.way:
        return _on_the_way(request, asked)
    if asked.saved is not None:
        if isinstance(connectors()[kind], Pushed):
            messages.success(request, f"“{asked.saved.name}” is saved. Now your site has to know how to send.")
            return go(request, "site", asked.saved.pk)
        messages.success(request, f"“{asked.saved.name}” is saved and will be read in a moment.")
        return go(request, "source", asked.saved.pk)
    return _form(request, asked, connectors()[kind])


@page(Role.MANAGER)
def source_edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change how a source is reached; its secrets stay unless they are replaced."""
    known = _source(request, pk)
    try:
        chosen = connector(known.kind)
    except Broken as broken:
        messages.error(request, str(broken))
        return go(request, "source", pk)
    asked = ask(request, chosen, known)
    if asked.way:
        return _on_the_way(request, asked)
    if asked.saved is not None:
        messages.success(request, f"“{asked.saved.name}” is saved.")
        return go(request, "source", pk)
    return _form(request, asked, chosen, known)


def _on_the_way(request: MemberRequest, asked: Asked) -> HttpResponse:
    return HttpResponseRedirect(
        f"{reverse('listen:sign_in', args=[request.workspace.slug])}?way={asked.way}", status=303
    )


def _form(request: MemberRequest, asked: Asked, chosen: Connector, known: Source | None = None) -> HttpResponse:
    failed = bool(asked.form.errors) or (asked.tried is not None and asked.tried.found is None)
    context = {
        "asked": asked,
        "form": asked.form,
        "connector": chosen,
        "source": known,
        "oauth": signing.declared(chosen),
        "back": signing.back_address(request),
        "verbs": sorted(asked.tried.found.can) if asked.tried and asked.tried.found else [],
    }
    return render(request, "listen/source_form.html", context, status=422 if failed else 200)


@page(Role.MANAGER)
@require_POST
def source_read_now(request: MemberRequest, pk: int) -> HttpResponse:
    """Do not wait for its next turn."""
    return _act_on_one(request, pk, "read-now")


@page(Role.MANAGER)
@require_POST
def source_pause(request: MemberRequest, pk: int) -> HttpResponse:
    """Read it no more for the time being."""
    return _act_on_one(request, pk, "pause")


@page(Role.MANAGER)
@require_POST
def source_resume(request: MemberRequest, pk: int) -> HttpResponse:
    """Read it again; also one that is broken."""
    return _act_on_one(request, pk, "resume")


def _act_on_one(request: MemberRequest, pk: int, act: str) -> HttpResponse:
    try:
        _act(request, [_source(request, pk)], act)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return go(request, "source", pk)


@page(Role.MANAGER)
@require_POST
def sources_act(request: MemberRequest) -> HttpResponse:
    """Pause or resume the chosen sources; pausing can be undone."""
    numbers = ids_of(request.POST.getlist("source"))
    chosen = list(Source.of(request.workspace).filter(pk__in=numbers).select_related("workspace"))
    _act(request, chosen, request.POST.get("do", ""))
    return back(request, "sources")


def _act(request: MemberRequest, chosen: list[Source], act: str) -> None:
    now, by, why = timezone.now(), request.member, request.POST.get("why", "")
    match act:
        case "read-now":
            for one in chosen:
                actions.read_now(one, by=by, now=now, why=why)
            messages.success(request, "It will be read in a moment.")
        case "pause":
            active = [one for one in chosen if one.state != SourceState.PAUSED]
            number = actions.pause(active, by=by, why=why)
            _undo(request, f"{_sources(number)} paused.", "resume", active)
        case "resume":
            resting = [one for one in chosen if one.state == SourceState.PAUSED]
            number = actions.resume(chosen, by=by, now=now, why=why)
            _undo(request, f"{_sources(number)} set going; read in a moment.", "pause", resting)
        case _:
            messages.error(request, "Choose what is to be done with the sources: pause or resume.")


def _sources(number: int) -> str:
    return "1 source" if number == 1 else f"{number} sources"


def _undo(request: MemberRequest, says: str, act: str, chosen: list[Source]) -> None:
    if not chosen:
        messages.success(request, says)
        return
    here = reverse("listen:sources_act", args=[request.workspace.slug])
    offer_undo(request, says, here, [("do", act), ("why", "undone"), *(("source", str(one.pk)) for one in chosen)])


@page(Role.MANAGER)
def source_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, saying what goes with it; then delete."""
    known = _source(request, pk)
    if request.method == "POST":
        gone = actions.delete_source(known, by=request.member, why=request.POST.get("why", ""))
        messages.success(request, f"“{known.name}” is deleted, and {gone:,} posts with it.")
        return go(request, "sources")
    return render(request, "listen/source_delete.html", {"source": known, "goes": queries.facts_about(known)})
