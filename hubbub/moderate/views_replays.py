"""Pages about replays, the posts behind their numbers, the sample to judge; and about a rule's versions."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.core.query import QueryError
from hubbub.store.models import Post, Replay, Role, Rule
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import id_of
from hubbub.ui.lists import links, read_before

from . import replays_actions, replays_queries, rules_actions, rules_versions
from .rules_forms import ReplayForm
from .views import see


def _find(request: MemberRequest, pk: int) -> Replay:
    rows = Replay.of(request.workspace).select_related("workspace", "rule__workspace")
    return get_object_or_404(rows, pk=pk)


def _rule(request: MemberRequest, pk: int) -> Rule:
    return get_object_or_404(Rule.of(request.workspace).select_related("workspace"), pk=pk)


def _url(request: MemberRequest, name: str, *which: int) -> str:
    return reverse(f"moderate:{name}", args=[request.workspace.slug, *which])


@page(Role.VIEWER)
def replays(request: MemberRequest) -> HttpResponse:
    """All replays, or those of one rule (`?rule=`), newest first."""
    number = request.GET.get("rule", "")
    rule = (
        Rule.of(request.workspace).filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    )
    rows, older = replays_queries.replays(request.workspace, rule, read_before(request))
    return render(request, "moderate/replays.html", {"replays": rows, "of": rule, "page": links(request, older)})


@page(Role.MANAGER)
@require_POST
def rule_replay(request: MemberRequest, pk: int) -> HttpResponse:
    """Try the rule, as it is saved, on stored posts."""
    try:
        begun = replays_actions.begin(_rule(request, pk), by=request.member, days=ReplayForm(request.POST).chosen())
    except (Refusal, QueryError) as no:
        messages.error(request, str(no))
        return see(_url(request, "rule", pk))
    return see(_url(request, "replay", begun.pk))


@page(Role.VIEWER)
def replay(request: MemberRequest, pk: int) -> HttpResponse:
    """What it found so far. While it is under way the page asks for itself again."""
    found = _find(request, pk)
    context = {
        "told": replays_queries.told(found),
        "replay": found,
        "may_change": request.role.may(Role.MANAGER),
        "may_judge": request.role.may(Role.MODERATOR),
    }
    return render(request, "moderate/replay.html", context)


@page(Role.MANAGER)
@require_POST
def replay_stop(request: MemberRequest, pk: int) -> HttpResponse:
    """Go no further."""
    try:
        replays_actions.stop(_find(request, pk), by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    return see(_url(request, "replay", pk))


@page(Role.MANAGER)
@require_POST
def replay_adopt(request: MemberRequest, pk: int) -> HttpResponse:
    """Save what was replayed as the rule's newest version."""
    try:
        rule = replays_actions.adopt(_find(request, pk), by=request.member, why=request.POST.get("why", ""))
    except (Refusal, QueryError) as no:
        messages.error(request, str(no))
        return see(_url(request, "replay", pk))
    messages.success(request, f"“{rule}” says so now, as version {rule.version}: {rule.state}.")
    return see(_url(request, "rule", rule.pk))


@page(Role.VIEWER)
def replay_posts(request: MemberRequest, pk: int) -> HttpResponse:
    """The posts behind a number: `?kind=`, of a `day`, a `source`, a `person`."""
    found, get = _find(request, pk), request.GET
    kind = get.get("kind", "")
    asked = replays_queries.Asked(
        kind=kind if kind in replays_queries.KINDS else "touched",
        day=_day(get.get("day", "")),
        source=_number(get.get("source", "")),
        person=_number(get.get("person", "")),
    )
    hits, older = replays_queries.hits(found, asked, read_before(request))
    context = {
        "replay": found,
        "hits": hits,
        "asked": asked,
        "words": replays_queries.KINDS[asked.kind],
        "page": links(request, older),
        "may_judge": request.role.may(Role.MODERATOR),
    }
    return render(request, "moderate/replay_posts.html", context)


def _number(text: str) -> int | None:
    return id_of(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@page(Role.VIEWER)
def replay_sample(request: MemberRequest, pk: int) -> HttpResponse:
    """Twenty posts to judge by hand."""
    found = _find(request, pk)
    result = replays_queries.result_of(found)
    rows = replays_queries.sample(found)
    context = {
        "replay": found,
        "sample": rows,
        "left": sum(one.judgement is None for one in rows),
        "trust": replays_queries.trust(found, result.rules[0]) if result else None,
        "may_judge": request.role.may(Role.MODERATOR),
    }
    return render(request, "moderate/replay_sample.html", context)


@page(Role.MODERATOR)
@require_POST
def replay_judge(request: MemberRequest, pk: int) -> HttpResponse:
    """Say of one post whether the rule is right there; then comes the next that nobody judged yet."""
    found = _find(request, pk)
    number = _number(request.POST.get("post", ""))
    post = get_object_or_404(Post.of(request.workspace), pk=number or 0)
    said = {"yes": True, "no": False}.get(request.POST.get("agrees", ""))
    try:
        replays_actions.judge(found, post, said, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    rows = replays_queries.sample(found)
    at = next((place for place, one in enumerate(rows) if one.post.pk == post.pk), -1)
    following = [*rows[at + 1 :], *rows[: at + 1]]
    after = next((one.post.pk for one in following if one.judgement is None), post.pk)
    return see(f"{_url(request, 'replay_sample', pk)}?at={after}#post-{after}")


@page(Role.VIEWER)
def rule_versions(request: MemberRequest, pk: int) -> HttpResponse:
    """All versions of a rule, newest first; `?old=1&new=3` compares any two."""
    found = _rule(request, pk)
    asked = [_number(request.GET.get(name, "")) for name in ("old", "new")]
    pair = [rules_versions.version_of(found, one) for one in asked if one is not None]
    if len(pair) != len(asked):
        pair = []
    context = {
        "rule": found,
        "rows": rules_versions.versions(found),
        "old": pair[0] if pair else None,
        "new": pair[1] if pair else None,
        "changes": rules_versions.compared(*pair) if pair else [],
        "may_change": request.role.may(Role.MANAGER),
    }
    return render(request, "moderate/rule_versions.html", context)


@page(Role.MANAGER)
@require_POST
def rule_bring_back(request: MemberRequest, pk: int, number: int) -> HttpResponse:
    """An earlier version becomes the newest."""
    found = rules_versions.version_of(_rule(request, pk), number)
    try:
        rule = rules_actions.bring_back(found, by=request.member, why=request.POST.get("why", "").strip())
    except (Refusal, QueryError) as no:
        messages.error(request, f"Not brought back: {no}")
        return see(_url(request, "rule_versions", pk))
    if rule.version == found.rule.version:
        messages.info(request, "The rule says that already.")
    else:
        messages.success(request, f"“{rule}” says that again, as version {rule.version}.")
    return see(_url(request, "rule", pk))
