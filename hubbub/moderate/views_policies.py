"""Pages about policies: their list, one policy, its versions, the files; and the guidelines that everybody may read."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hubbub.store.models import Moderation, Policy, Role, Workspace
from hubbub.store.queue.ranking import settings_of
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import policies_actions, policies_file, policies_queries
from .policies_forms import PolicyForm
from .views import see


def _list_url(request: MemberRequest) -> str:
    return reverse("moderate:policies", args=[request.workspace.slug])


def _list(request: MemberRequest, error: str = "") -> HttpResponse:
    context = {
        "policies": policies_queries.listed(request.workspace),
        "settings": settings_of(request.workspace),
        "public_url": request.build_absolute_uri(reverse("guidelines", args=[request.workspace.slug])),
        "may_change": request.role.may(Role.MANAGER),
        "error": error,
    }
    return render(request, "moderate/policies.html", context, status=422 if error else 200)


@page(Role.VIEWER)
def policies(request: MemberRequest) -> HttpResponse:
    """The community's guidelines, in their order."""
    return _list(request)


@page(Role.MANAGER)
def policy_new(request: MemberRequest) -> HttpResponse:
    """Write one."""
    return _edit(request, Policy(workspace=request.workspace))


@page(Role.VIEWER, to_write=Role.MANAGER)
def policy(request: MemberRequest, pk: int) -> HttpResponse:
    """Read one; managers change it."""
    found = policies_queries.policy_of(request.workspace, pk)
    if request.role.may(Role.MANAGER):
        return _edit(request, found)
    return render(request, "moderate/policy_read.html", {"policy": found})


def _edit(request: MemberRequest, found: Policy) -> HttpResponse:
    form = PolicyForm(request.POST or None, instance=found, initial={"version": found.version if found.pk else None})
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, found.pk, form)
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, f"“{saved}” is saved, as version {saved.version}.")
            return see(f"{_list_url(request)}#policy-{saved.pk}")
    context = {"form": form, "policy": found}
    return render(request, "moderate/policy.html", context, status=422 if form.errors else 200)


def _save(request: MemberRequest, pk: int | None, form: PolicyForm) -> Policy:
    why = form.cleaned_data["why"].strip()
    if pk is None:
        slug = policies_queries.free_slug(request.workspace, form.cleaned_data["name"])
        return policies_actions.make(request.workspace, form.guideline(slug), by=request.member, why=why)
    found = policies_queries.policy_of(request.workspace, pk)  # as stored: the form has changed its own copy
    version = form.cleaned_data["version"]
    given = form.guideline(found.slug)
    return policies_actions.change(found, given, by=request.member, version=version, why=why)


@page(Role.VIEWER)
def policy_versions(request: MemberRequest, pk: int) -> HttpResponse:
    """All versions, newest first; `?old=1&new=3` compares any two."""
    found = policies_queries.policy_of(request.workspace, pk)
    rows = policies_queries.versions(found)
    asked = [request.GET.get(name, "") for name in ("old", "new")]
    pair = [policies_queries.version_of(found, int(one)) for one in asked] if all(map(_is_number, asked)) else []
    context = {
        "policy": found,
        "rows": rows,
        "old": pair[0] if pair else None,
        "new": pair[1] if pair else None,
        "changes": policies_queries.compared(*pair) if pair else [],
    }
    return render(request, "moderate/policy_versions.html", context)


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 10


@page(Role.VIEWER)
def policies_export(request: MemberRequest) -> HttpResponse:
    """policies.toml, to be kept or taken elsewhere."""
    found = [one.policy for one in policies_queries.listed(request.workspace)]
    text = policies_file.write_policies(sorted(found, key=lambda one: one.number))
    return _file(text, "application/toml", f"{request.workspace.slug}-policies.toml")


@page(Role.VIEWER)
def policies_markdown(request: MemberRequest) -> HttpResponse:
    """The guidelines as Markdown."""
    return _file(_markdown(request.workspace), "text/markdown", f"{request.workspace.slug}-guidelines.md")


@page(Role.VIEWER)
def policies_text(request: MemberRequest) -> HttpResponse:
    """The guidelines as plain text."""
    return _file(_text(request.workspace), "text/plain", f"{request.workspace.slug}-guidelines.txt")


def _file(text: str, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@page(Role.MANAGER)
@require_POST
def policies_import(request: MemberRequest) -> HttpResponse:
    """Policies from a file: by their slugs made or changed, all or none."""
    upload = request.FILES.get("file")
    content = upload.read(policies_file.LARGEST + 1) if upload else b""
    try:
        given = policies_file.read_policies(content)
        made, changed = policies_actions.take_all(
            request.workspace, given, by=request.member, why=f"from {upload.name}" if upload else ""
        )
    except Refusal as no:
        return _list(request, str(no))
    messages.success(request, f"{made} made, {changed} changed, {len(given) - made - changed} as they were.")
    return see(_list_url(request))


@page(Role.MANAGER)
@require_POST
def policies_publish(request: MemberRequest) -> HttpResponse:
    """Whether everybody may read the guidelines, and what stands above them."""
    public, intro = request.POST.get("public") == "on", request.POST.get("intro", "")
    try:
        policies_actions.publish(request.workspace, public, intro, by=request.member)
    except Refusal as no:
        return _list(request, str(no))
    says = "Everybody who has the address can read the guidelines." if public else "Only members read the guidelines."
    messages.success(request, f"Saved. {says}")
    return see(_list_url(request))


# ---- without signing in, where a manager has switched that on


def _public(community: str) -> Workspace:
    shown = Moderation.public_of(community)
    if shown is None:
        raise Http404("There are no guidelines here, or they are not public")
    return shown.workspace


@require_safe
def guidelines(request: HttpRequest, community: str) -> HttpResponse:
    """The guidelines for everybody."""
    found = _public(community)
    context = {
        "community": found,
        "intro": settings_of(found).guidelines_intro,
        "policies": policies_queries.in_force(found),
    }
    return render(request, "moderate/guidelines.html", context)


@require_safe
def guidelines_markdown(_request: HttpRequest, community: str) -> HttpResponse:
    """The same as Markdown."""
    return HttpResponse(_markdown(_public(community)), content_type="text/markdown; charset=utf-8")


@require_safe
def guidelines_text(_request: HttpRequest, community: str) -> HttpResponse:
    """The same as plain text."""
    return HttpResponse(_text(_public(community)), content_type="text/plain; charset=utf-8")


def _markdown(workspace: Workspace) -> str:
    intro = settings_of(workspace).guidelines_intro
    return policies_file.as_markdown(workspace.name, intro, policies_queries.in_force(workspace))


def _text(workspace: Workspace) -> str:
    intro = settings_of(workspace).guidelines_intro
    return policies_file.as_text(workspace.name, intro, policies_queries.in_force(workspace))
