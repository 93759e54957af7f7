"""Pages about rules: their list, one rule, its state, what it hit, rules.toml."""

from collections.abc import Sequence
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub.core import query as language
from hubbub.core.query.advice import Advice, advise
from hubbub.store import word_lists
from hubbub.store.models import Replay, Role, Rule, WordList
from hubbub.store.search import Found
from hubbub.ui import writing
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import links, read_before

from . import replays_actions, rules_actions, rules_file, rules_queries, rules_states, rules_weeks
from .rules_forms import ReplayForm, RuleForm, rule_form
from .views import see


def list_url(request: MemberRequest) -> str:
    """The page of all rules."""
    return reverse("moderate:rules", args=[request.workspace.slug])


def find_rule(request: MemberRequest, pk: int) -> Rule:
    """A rule of this workspace, or 404."""
    return get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)


def rule_url(request: MemberRequest, pk: int) -> str:
    """The page of one rule."""
    return reverse("moderate:rule", args=[request.workspace.slug, pk])


def _list(request: MemberRequest, error: str = "") -> HttpResponse:
    context = {
        "rules": rules_queries.rules(request.workspace, timezone.now()),
        "may_change": request.role.may(Role.MANAGER),
        "error": error,
    }
    return render(request, "moderate/rules.html", context, status=422 if error else 200)


@page(Role.VIEWER)
def rules(request: MemberRequest) -> HttpResponse:
    """In the order in which they are tried."""
    return _list(request)


@page(Role.MANAGER)
def rule_new(request: MemberRequest) -> HttpResponse:
    """Write a rule."""
    return _edit(request, Rule(workspace=request.workspace))


@page(Role.VIEWER, to_write=Role.MANAGER)
def rule(request: MemberRequest, pk: int) -> HttpResponse:
    """Read a rule, its state, its last weeks; managers change it."""
    found = find_rule(request, pk)
    if request.role.may(Role.MANAGER):
        return _edit(request, found)
    return render(request, "moderate/rule_read.html", _around(found))


def _around(found: Rule) -> dict[str, object]:
    """What a rule's page shows beside what it says."""
    now = timezone.now()
    return {
        "rule": found,
        "shown_state": found.shown_state(now.date()),
        "tried_before": rules_states.tried(found),
        "replays": list(Replay.of(found.workspace).filter(rule=found).defer("kept").order_by("-pk")[:3]),
        "record": rules_weeks.record(found, now),
        "abilities": rules_queries.abilities(found.workspace, found.then, found.sources),
    }


def _edit(request: MemberRequest, found: Rule) -> HttpResponse:
    field = writing.Field("when", language.Use.RULE, word_lists.of(request.workspace))
    posted = request.method == "POST"
    stored = find_rule(request, found.pk) if found.pk else found  # the form writes into its own copy
    if posted:
        written = writing.sent(request.POST, field)
        form = rule_form(found, writing.form_data(request.POST, written, field))
    else:
        written = writing.begun(found.when, as_lists=request.GET.get("with") == "lists", field=field)
        form = rule_form(found)
    looks = posted and not writing.wants_to_save(request.POST)
    sound = posted and form.is_valid()
    if sound and written.lists is not None and not written.lists.is_valid():
        sound = False
    if sound and not looks:
        try:
            return _save(request, stored, form)
        except Refusal as no:
            form.add_error(None, str(no))
    if written.says:
        messages.info(request, written.says)
    when = form.cleaned_data.get("when") if posted and hasattr(form, "cleaned_data") else None
    tried = _try(request, when) if looks and request.POST.get("do") == "try" and when else None
    if looks and not sound and "when" not in form.errors:
        form.errors.clear()  # the rest is asked for when it is saved
    context = {
        "form": form,
        "written": written,
        "tried": tried,
        "places": _places(tried),
        "advice": _advice(written.text, field),
        "looked": rules_queries.TRIED,
        "word_lists": WordList.of(request.workspace).only("pk", "name"),
        "can": rules_queries.abilities(request.workspace, *_chosen(form)),
        **(_around(stored) if stored.pk else {"rule": stored}),
    }
    return render(request, "moderate/rule.html", context, status=422 if form.errors and posted else 200)


def _chosen(form: RuleForm) -> tuple[str, Sequence[str]]:
    return str(form["then"].value() or ""), list(form["sources"].value() or [])


def _advice(text: str, field: writing.Field) -> tuple[Advice, ...]:
    """What may be worth another look in a condition that can be read."""
    try:
        return advise(language.parse(text, field.use, field.lists)) if text.strip() else ()
    except language.QueryError:
        return ()


def _save(request: MemberRequest, stored: Rule, form: RuleForm) -> HttpResponse:
    """Saved, or replayed without being saved, as its button says. Raises Refusal."""
    wish, why = request.POST.get("save", ""), form.cleaned_data["why"].strip()
    draft = form.draft(stored.state if stored.pk else "draft")
    days = ReplayForm(request.POST).chosen()
    if stored.pk and wish == "replay":
        replay = replays_actions.begin(stored, draft, by=request.member, days=days, why=why)
        return see(reverse("moderate:replay", args=[request.workspace.slug, replay.pk]))
    if stored.pk:
        version = form.cleaned_data["version"]
        saved = rules_actions.change(stored, draft, by=request.member, version=version, why=why)
    else:
        saved = rules_actions.make(request.workspace, draft, by=request.member, why=why)
    if wish == "replay":
        replay = replays_actions.begin(saved, by=request.member, days=days)
        return see(reverse("moderate:replay", args=[request.workspace.slug, replay.pk]))
    messages.success(request, f"“{saved}” is saved, as version {saved.version}: {saved.state}.")
    return see(rule_url(request, saved.pk))


def _try(request: MemberRequest, when: str) -> Found:
    query = word_lists.read(when, language.Use.RULE, request.workspace)
    return rules_queries.tried(request.workspace, query, timezone.now())


def _places(tried: Found | None) -> dict[int, Sequence[tuple[str, int, int]]]:
    found = tried.spans.items() if tried else ()
    return {pk: [(one.field, one.start, one.end) for one in spans] for pk, spans in found}


@page(Role.MANAGER)
@require_POST
def rule_state(request: MemberRequest, pk: int) -> HttpResponse:
    """To draft, shadow or live."""
    found = find_rule(request, pk)
    version = request.POST.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else None
    try:
        why = request.POST.get("why", "")
        moved = rules_states.move_to(found, request.POST.get("to", ""), by=request.member, why=why, version=seen)
        messages.success(request, f"“{moved}” is {moved.state} now.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(rule_url(request, pk))


@page(Role.MANAGER)
@require_POST
def rule_line(request: MemberRequest, pk: int) -> HttpResponse:
    """The precision below which the rule is pointed out."""
    text = request.POST.get("least", "").strip().replace(",", ".").removesuffix("%").strip()
    try:
        least = float(text) / 100 if text else None
    except ValueError:
        least = -1.0
    try:
        rules_actions.set_line(find_rule(request, pk), least, by=request.member)
        messages.success(request, "The line is drawn." if text else "There is no line any more.")
    except Refusal as no:
        messages.error(request, str(no))
    return see(rule_url(request, pk))


@page(Role.VIEWER)
def rule_hits(request: MemberRequest, pk: int) -> HttpResponse:
    """The posts that a rule held for; of one week, or those that people saw otherwise."""
    found = find_rule(request, pk)
    asked = rules_weeks.Asked(week=_day(request.GET.get("week", "")), said=_said(request.GET.get("said", "")))
    hits = rules_queries.hits(found, read_before(request), asked=asked)
    context = {"rule": found, "verdicts": hits.verdicts, "page": links(request, hits.older), "asked": asked}
    return render(request, "moderate/rule_hits.html", context)


def _said(text: str) -> str:
    return text if text in ("right", "wrong") else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@page(Role.MANAGER)
@require_POST
def rule_move(request: MemberRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    steps = -1 if request.POST.get("to") == "up" else 1
    rules_actions.move(find_rule(request, pk), steps, by=request.member)
    return see(f"{list_url(request)}#rule-{pk}")


@page(Role.MANAGER)
@require_POST
def rule_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Away with it."""
    found = find_rule(request, pk)
    rules_actions.delete(found, by=request.member)
    messages.success(request, f"“{found}” is deleted. What it said of posts stays to be read.")
    return see(list_url(request))


@page(Role.VIEWER)
def rules_export(request: MemberRequest) -> HttpResponse:
    """rules.toml, to be kept or tried with `hubbub moderate`."""
    text = rules_file.write_rules(Rule.of(request.workspace), WordList.of(request.workspace))
    answer = HttpResponse(text, content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.workspace.slug}-rules.toml"'
    return answer


@page(Role.MANAGER)
@require_POST
def rules_import(request: MemberRequest) -> HttpResponse:
    """Rules and word lists from a file: by name made or changed, all or none."""
    upload = request.FILES.get("file")
    content = upload.read(rules_file.LARGEST + 1) if upload else b""
    try:
        read = rules_file.read_file(content, word_lists.of(request.workspace))
        why = f"from {upload.name}" if upload else ""
        made, changed = rules_file.take(request.workspace, read, by=request.member, why=why)
    except Refusal as no:
        return _list(request, str(no))
    lists = f" {len(read.lists)} word lists were taken." if read.lists else ""
    same = len(read.rules) - made - changed
    messages.success(request, f"{made} made, {changed} changed, {same} were so already.{lists}")
    return see(list_url(request))
