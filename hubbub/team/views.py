"""Pages of the team room: members and their roles, API tokens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hubbub.store.models import Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo
from hubbub.ui.once import show_once, shown_once

from . import actions, queries
from .forms import MemberForm, RoleForm, TokenForm


def _to(request: MemberRequest, name: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(name, args=[request.workspace.slug]), status=303)


def _hand_over(request: MemberRequest, email: str, secret: str) -> None:
    link = request.build_absolute_uri(reverse("enter", args=[secret]))
    show_once(request, f"The sign-in link of {email}: it opens once, within {actions.LINK_HOURS} hours", link)


@never_cache
@page(Role.VIEWER)
def members(request: MemberRequest) -> HttpResponse:
    """Who is in the workspace, and what each role may do."""
    return render(
        request,
        "team/members.html",
        {
            "members": queries.members(request.workspace),
            "table": queries.roles_table(),
            "roles": list(Role),
            "may_change": request.role.may(Role.ADMIN),
            "shown": shown_once(request),
        },
    )


@page(Role.ADMIN)
def add_member(request: MemberRequest) -> HttpResponse:
    """Invite somebody."""
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.add_member(
                request.workspace,
                form.cleaned_data["email"],
                Role(form.cleaned_data["role"]),
                name=form.cleaned_data["name"],
                by=request.member,
                now=timezone.now(),
            )
        except Refusal as no:
            form.add_error("email", str(no))
        else:
            email = added.member.user.email
            if added.secret:
                _hand_over(request, email, added.secret)
            else:
                messages.success(request, f"Added. {email} has an account already and signs in as always.")
            return _to(request, "team:members")
    return render(request, "team/add_member.html", {"form": form, "roles": list(Role)})


@require_POST
@page(Role.ADMIN)
def change_role(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    member = queries.member_of(request.workspace, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the roles in the list.")
        return _to(request, "team:members")
    before = member.role
    try:
        actions.change_role(member, Role(form.cleaned_data["role"]), by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    else:
        undo = reverse("team:role", args=[request.workspace.slug, pk])
        offer_undo(request, f"{member}: {Role(form.cleaned_data['role']).word}.", undo, [("role", before)])
    return _to(request, "team:members")


@require_POST
@page(Role.ADMIN)
def deactivate(request: MemberRequest, pk: int) -> HttpResponse:
    """Close the workspace to a member."""
    member = queries.member_of(request.workspace, pk)
    try:
        actions.deactivate(member, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    else:
        undo = reverse("team:reactivate", args=[request.workspace.slug, pk])
        offer_undo(request, f"{member} can no longer come in, and their tokens are closed.", undo, [])
    return _to(request, "team:members")


@require_POST
@page(Role.ADMIN)
def reactivate(request: MemberRequest, pk: int) -> HttpResponse:
    """Open it again."""
    member = queries.member_of(request.workspace, pk)
    actions.reactivate(member, by=request.member)
    messages.success(request, f"{member} is back as {Role(member.role).word.lower()}.")
    return _to(request, "team:members")


@require_POST
@page(Role.ADMIN)
def new_link(request: MemberRequest, pk: int) -> HttpResponse:
    """A new sign-in link to hand over."""
    member = queries.member_of(request.workspace, pk)
    try:
        _hand_over(request, member.user.email, actions.renew_link(member, by=request.member, now=timezone.now()))
    except Refusal as no:
        messages.error(request, str(no))
    return _to(request, "team:members")


@never_cache
@page(Role.VIEWER)
def tokens(request: MemberRequest) -> HttpResponse:
    """The member's own tokens; for an admin everybody's."""
    seen = queries.tokens_seen_by(request.member, request.role)[:500]
    return render(
        request,
        "team/tokens.html",
        {
            "rows": queries.token_rows(seen, timezone.now()),
            "all": request.role.may(Role.ADMIN),
            "shown": shown_once(request),
            "api": request.build_absolute_uri("/api/"),
        },
    )


@page(Role.VIEWER)
def new_token(request: MemberRequest) -> HttpResponse:
    """Make a token; its secret is shown on the next page, once."""
    form = TokenForm(request.POST or None, most=request.role)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_token(
                request.member,
                form.cleaned_data["name"],
                Role(form.cleaned_data["role"]),
                form.cleaned_data["ends"],
                by=request.member,
                now=timezone.now(),
            )
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            show_once(request, f"The token “{made.token.name}”", made.secret)
            return _to(request, "team:tokens")
    return render(request, "team/new_token.html", {"form": form})


@require_POST
@page(Role.VIEWER)
def revoke_token(request: MemberRequest, pk: int) -> HttpResponse:
    """Close a token for good."""
    token = queries.token_seen_by(request.member, request.role, pk)
    actions.revoke_token(token, by=request.member)
    messages.success(request, f"“{token}” no longer opens anything.")
    return _to(request, "team:tokens")


def closed(request: HttpRequest, **_where: str) -> HttpResponse:
    """Where an account page of allauth would be that has no place here: people are invited by an admin."""
    return render(request, "account/closed.html", status=404)
