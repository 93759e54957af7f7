"""Pages of approvals: what waits, one of it with its thread, the rules."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.engage.replying import composer
from hubbub.store import parts
from hubbub.store.approvals import Unapprovable, fingerprint
from hubbub.store.models import Approval, ApprovalState, Approving, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.ids import id_of
from hubbub.ui.lists import links, read_before

from . import actions, queries
from .forms import RuleForm


def _see(name: str, *args: object) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"engage:{name}", args=args), status=303)


@page(Role.VIEWER)
def approvals(request: MemberRequest) -> HttpResponse:
    """What waits for the reader's word, and the rest."""
    asked = request.GET.get("tab", "")
    tab = asked if asked in queries.TABS else "mine"
    found, numbers = queries.listed(request.member, tab, read_before(request)), queries.counts(request.member)
    about = queries.subjects(found.rows)
    return render(
        request,
        "engage/approvals/list.html",
        {
            "rows": [(row, about.get(row.pk), fingerprint(row)) for row in found.rows],
            "tab": tab,
            "tabs": [(value, name, numbers.get(value, "")) for value, name in queries.TABS.items()],
            "page": links(request, found.older),
        },
    )


def _find(request: MemberRequest, pk: int) -> Approval:
    return get_object_or_404(Approval.of(request.workspace).select_related("workspace", "asked_by__user"), pk=pk)


@page(Role.VIEWER)
def approval(request: MemberRequest, pk: int) -> HttpResponse:
    """One, with what it answers and what came since."""
    return _one(request, _find(request, pk))


def _one(request: MemberRequest, row: Approval, error: str = "", status: int = 200) -> HttpResponse:
    about = actions.subject(row)
    came = queries.since(about)
    given = request.POST.get("text", row.words)
    meanwhile = request.POST.get("read", "") not in ("", fingerprint(row))
    found = parts.of(about) if about else None
    post = about.post if about and found and len(found.rows) > 1 else None
    return render(
        request,
        "engage/approvals/one.html",
        {
            "row": row,
            "about": about,
            "files": queries.files(row, about),
            "preview": composer.shown_as(post.source, post, _pieces(row, found)) if post and found else None,
            "parts": found.rows if found else (),
            "read": fingerprint(row),
            "text": row.words if meanwhile else given,
            "yours": given if meanwhile and given != row.words else "",
            "came": came,
            "seen": max([post.pk for post in came], default=(about.seen or 0) if about else 0),
            "votes": row.votes.order_by("pk"),
            "approvers": row.approvers.select_related("user"),
            "may_vote": _may_vote(request, row),
            "error": error,
            "why": request.POST.get("why", ""),
            "unsaid": bool(error) and request.POST.get("vote") == "no",
        },
        status=status,
    )


def _pieces(row: Approval, found: parts.Parts) -> list[str]:
    """The words of each part as they would leave, perhaps as another approver changed them."""
    try:
        return found.read(row.words)
    except Unapprovable:  # some have left since
        return [one.text for one in found.rows]


def _may_vote(request: MemberRequest, row: Approval) -> bool:
    mine = row.approvers.filter(pk=request.member.pk).exists() and row.asked_by_id != request.member.pk
    return mine and row.state == ApprovalState.OPEN and request.role.may(Role.RESPONDER)


@page(Role.RESPONDER)
@require_POST
def approval_vote(request: MemberRequest, pk: int) -> HttpResponse:
    """Yes, perhaps in other words, or no with the reason; then the next that waits."""
    row, yes = _find(request, pk), request.POST.get("vote") == "yes"
    seen = request.POST.get("seen", "")
    try:
        done = actions.vote(
            row,
            by=request.member,
            yes=yes,
            why=request.POST.get("why", ""),
            read=request.POST.get("read", ""),
            text=request.POST.get("text") if yes else None,
            seen=id_of(seen),
        )
    except Refusal as no:
        row.refresh_from_db()
        return _one(request, row, str(no), 422)
    messages.success(request, _said(done, yes=yes))
    following = queries.listed(request.member, "mine").rows
    if following:
        return _see("approval", request.workspace.slug, following[0].pk)
    return _see("approvals", request.workspace.slug)


def _said(row: Approval, *, yes: bool) -> str:
    match row.state:
        case ApprovalState.APPROVED:
            return "Approved: it leaves at its time."
        case ApprovalState.WITHDRAWN:
            return "What it was about is gone: nothing is sent."
        case ApprovalState.OPEN:
            return "You approved it; others are still asked." if yes else "You refused it."
    return "Refused: whoever wrote it reads why."


@page(Role.VIEWER, to_write=Role.MANAGER)
def approving(request: MemberRequest) -> HttpResponse:
    """The rules, and a new one."""
    form = RuleForm(request.workspace, request.POST or None)
    return _rules(request, form)


@page(Role.VIEWER, to_write=Role.MANAGER)
def approving_rule(request: MemberRequest, pk: int) -> HttpResponse:
    """One rule: changed, or taken away."""
    rules = Approving.of(request.workspace).select_related("workspace", "member__user", "source")
    row = get_object_or_404(rules, pk=pk)
    if request.POST.get("act") == "delete":
        actions.delete_rule(row, by=request.member)
        messages.success(request, "The rule is taken away. What waits already goes on waiting.")
        return _see("approving", request.workspace.slug)
    return _rules(request, RuleForm(request.workspace, request.POST or None, row=row), row)


def _rules(request: MemberRequest, form: RuleForm, row: Approving | None = None) -> HttpResponse:
    error = ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_rule(request.workspace, form.rule, by=request.member, row=row)
        except Refusal as no:
            error = str(no)
        else:
            messages.success(request, "Saved. It holds for what is written from now on.")
            return _see("approving", request.workspace.slug)
    shown = {
        "rules": queries.rules(request.workspace), "form": form, "row": row, "error": error,
        "may_set": request.role.may(Role.MANAGER),
    }  # fmt: skip
    return render(request, "engage/approvals/rules.html", shown, status=422 if error or form.errors else 200)
