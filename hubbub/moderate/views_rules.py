"""Pages about rules: their list, one rule, what it hit, rules.toml."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.core.query import Use
from hubbub.store import word_lists
from hubbub.store.models import Role, Rule
from hubbub.store.search import Found
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import links, read_before

from . import rules_actions, rules_file, rules_queries
from .forms import RuleForm
from .views import see


def _list_url(request: MemberRequest) -> str:
    return reverse("moderate:rules", args=[request.workspace.slug])


def _find(request: MemberRequest, pk: int) -> Rule:
    return get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)


@page(Role.VIEWER)
def rules(request: MemberRequest) -> HttpResponse:
    """In the order in which they are tried."""
    listed = rules_queries.rules(request.workspace, timezone.now())
    return render(
        request, "moderate/rules.html", {"rules": listed, "may_change": request.role.may(Role.MANAGER), "error": ""}
    )


@page(Role.MANAGER)
def rule_new(request: MemberRequest) -> HttpResponse:
    """Write a rule."""
    return _edit(request, Rule(workspace=request.workspace, state="shadow"))


@page(Role.VIEWER, to_write=Role.MANAGER)
def rule(request: MemberRequest, pk: int) -> HttpResponse:
    """Read a rule; managers change it."""
    found = _find(request, pk)
    if request.role.may(Role.MANAGER):
        return _edit(request, found)
    return render(request, "moderate/rule_read.html", {"rule": found})


def _edit(request: MemberRequest, found: Rule) -> HttpResponse:
    version = found.version if found.pk else None
    form = RuleForm(request.POST or None, instance=found, initial={"version": version})
    tried: Found | None = None
    if request.method == "POST" and form.is_valid():
        if "try" in request.POST:
            tried = _try(request, form.cleaned_data["when"])
        else:
            try:
                saved = _save(request, found.pk, form)
            except Refusal as no:
                form.add_error(None, str(no))
            else:
                messages.success(request, f"“{saved}” is saved: {saved.get_state_display().lower()}.")
                return see(_list_url(request))
    return render(
        request,
        "moderate/rule.html",
        {"form": form, "rule": found, "tried": tried, "places": _places(tried), "looked": rules_queries.TRIED},
        status=422 if form.errors else 200,
    )


def _save(request: MemberRequest, pk: int | None, form: RuleForm) -> Rule:
    if pk is None:
        return rules_actions.make(request.workspace, form.draft(), by=request.member)
    found = _find(request, pk)  # as stored: the form has changed its own copy
    return rules_actions.change(found, form.draft(), by=request.member, version=form.cleaned_data["version"])


def _try(request: MemberRequest, when: str) -> Found:
    return rules_queries.tried(request.workspace, word_lists.read(when, Use.RULE, request.workspace), timezone.now())


def _places(tried: Found | None) -> dict[int, Sequence[tuple[str, int, int]]]:
    found = tried.spans.items() if tried else ()
    return {pk: [(one.field, one.start, one.end) for one in spans] for pk, spans in found}


@page(Role.VIEWER)
def rule_hits(request: MemberRequest, pk: int) -> HttpResponse:
    """The posts that a rule held for."""
    found = _find(request, pk)
    hits = rules_queries.hits(found, read_before(request))
    return render(
        request,
        "moderate/rule_hits.html",
        {"rule": found, "verdicts": hits.verdicts, "page": links(request, hits.older)},
    )


@page(Role.MANAGER)
@require_POST
def rule_move(request: MemberRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    steps = -1 if request.POST.get("to") == "up" else 1
    rules_actions.move(_find(request, pk), steps, by=request.member)
    return see(f"{_list_url(request)}#rule-{pk}")


@page(Role.MANAGER)
@require_POST
def rule_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Away with it."""
    found = _find(request, pk)
    rules_actions.delete(found, by=request.member)
    messages.success(request, f"“{found}” is deleted. What it said of posts stays to be read.")
    return see(_list_url(request))


@page(Role.VIEWER)
def rules_export(request: MemberRequest) -> HttpResponse:
    """rules.toml, to be kept or tried with `hubbub moderate`."""
    text = rules_file.write_rules(Rule.of(request.workspace))
    answer = HttpResponse(text, content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.workspace.slug}-rules.toml"'
    return answer


@page(Role.MANAGER)
@require_POST
def rules_import(request: MemberRequest) -> HttpResponse:
    """Rules from a file: by name made or changed, all or none."""
    upload = request.FILES.get("file")
    content = upload.read(rules_file.LARGEST + 1) if upload else b""
    try:
        drafts = rules_file.read_rules(content)
        why = f"from {upload.name}" if upload else ""
        made, changed = rules_actions.take_all(request.workspace, drafts, by=request.member, why=why)
    except Refusal as no:
        listed = rules_queries.rules(request.workspace, timezone.now())
        return render(
            request, "moderate/rules.html", {"rules": listed, "may_change": True, "error": str(no)}, status=422
        )
    messages.success(request, f"{made} made, {changed} changed, {len(drafts) - made - changed} were so already.")
    return see(_list_url(request))
