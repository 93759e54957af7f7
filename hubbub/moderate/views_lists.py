"""Pages about word lists: all of them, one with its try-it box, filling and taking away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.store.models import Role, WordList
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import lists_actions, lists_queries
from .rules_forms import WordListForm
from .views import see


def _find(request: MemberRequest, pk: int) -> WordList:
    return get_object_or_404(WordList.of(request.workspace).select_related("workspace"), pk=pk)


def _url(request: MemberRequest, name: str, *which: int) -> str:
    return reverse(f"moderate:{name}", args=[request.workspace.slug, *which])


@page(Role.VIEWER)
def word_lists(request: MemberRequest) -> HttpResponse:
    """All lists, and which rules name them."""
    context = {"lists": lists_queries.lists(request.workspace), "may_change": request.role.may(Role.MANAGER)}
    return render(request, "moderate/lists.html", context)


@page(Role.MANAGER)
def list_new(request: MemberRequest) -> HttpResponse:
    """Write a list."""
    return _edit(request, None)


@page(Role.VIEWER, to_write=Role.MANAGER)
def word_list(request: MemberRequest, pk: int) -> HttpResponse:
    """A list: its entries, what it would find in a text; managers change it."""
    return _edit(request, _find(request, pk))


def _edit(request: MemberRequest, found: WordList | None, added: str = "", bad: Refusal | None = None) -> HttpResponse:
    posted = request.method == "POST" and bad is None and not added
    begin = {}
    if found is not None:
        begin = {name: getattr(found, name) for name in ("name", "about", "entries", "seen_through", "version")}
    form = WordListForm(request.POST if posted else None, initial=begin)
    problem = bad
    if posted and form.is_valid() and "try" not in request.POST:
        try:
            return _save(request, found, form)
        except Refusal as no:
            problem = no
    text = request.POST.get("text", "") if posted else ""
    entries = str(form["entries"].value() or "")
    seen_through = bool(form["seen_through"].value())
    looks = "try" in request.POST
    if looks:
        form.errors.clear()
    context = {
        "form": form,
        "list": lists_queries.listed(found) if found else None,
        "bad": problem.bad if isinstance(problem, lists_actions.BadEntries) else [],
        "problem": "" if isinstance(problem, lists_actions.BadEntries) else str(problem or ""),
        "text": text,
        "added": added,
        "tried": lists_queries.tried(entries, text, seen_through=seen_through) if text else None,
        "may_change": request.role.may(Role.MANAGER),
    }
    amiss = problem is not None or (posted and bool(form.errors))
    return render(request, "moderate/list.html", context, status=422 if amiss else 200)


def _save(request: MemberRequest, found: WordList | None, form: WordListForm) -> HttpResponse:
    draft, why = form.draft(), form.cleaned_data["why"].strip()
    if found is None:
        saved = lists_actions.make_list(request.workspace, draft, by=request.member, why=why)
    else:
        version = form.cleaned_data["version"]
        saved = lists_actions.change_list(found, draft, by=request.member, version=version, why=why)
    number = len(saved.entries.splitlines())
    messages.success(request, f"“{saved}” is saved: {number:,} {'entry' if number == 1 else 'entries'}.")
    return see(_url(request, "list", saved.pk))


@page(Role.MANAGER)
@require_POST
def list_add(request: MemberRequest, pk: int) -> HttpResponse:
    """Entries that are pasted, or come in a file: beside those that are there, or in their place."""
    found, upload = _find(request, pk), request.FILES.get("file")
    text = request.POST.get("more", "")
    try:
        if upload:
            text = f"{text}\n{lists_actions.read_csv(upload.read(lists_actions.LARGEST + 1))}"
        why = f"from {upload.name}" if upload else "pasted"
        replace = request.POST.get("how") == "replace" and bool(text.strip())
        new, number = lists_actions.add_entries(found, text, by=request.member, replace=replace, why=why)
    except Refusal as no:
        return _edit(request, found, text.strip("\n"), no)
    messages.success(request, f"{new:,} new, {number:,} in all.")
    return see(_url(request, "list", pk))


@page(Role.MANAGER)
@require_POST
def list_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Away with it, where no rule names it."""
    found = _find(request, pk)
    try:
        lists_actions.delete_list(found, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
        return see(_url(request, "list", pk))
    messages.success(request, f"“{found}” is deleted.")
    return see(_url(request, "lists"))


@page(Role.VIEWER)
def list_export(request: MemberRequest, pk: int) -> HttpResponse:
    """The entries, one a line."""
    found = _find(request, pk)
    answer = HttpResponse(found.entries + "\n", content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.workspace.slug}-list-{found.pk}.txt"'
    return answer
