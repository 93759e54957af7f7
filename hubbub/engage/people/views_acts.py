"""What the forms about people do: read the form, call one action, say what happened, show the person again."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubbub.store.models import Audit, Consent, Person, PersonNote, Post, Role, Tag
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo

from . import actions, listing, queries
from .forms import ConsentForm, EditForm
from .views import person_page


def find(request: MemberRequest, pk: int) -> Person:
    """A person of this workspace, or 404."""
    return get_object_or_404(Person.of(request.workspace).select_related("workspace"), pk=pk)


def see(request: MemberRequest, pk: int, part: str = "") -> HttpResponseRedirect:
    """The person's page, at one of its parts."""
    url = reverse("engage:person", args=[request.workspace.slug, pk])
    return HttpResponseRedirect(url + (f"#{part}" if part else ""), status=303)


def acted(request: MemberRequest, pk: int, part: str, act: Callable[[Person], object]) -> HttpResponse:
    """Do it and show the person; refused, the form stays as it was filled in and says why."""
    try:
        act(find(request, pk))
    except Refusal as no:
        return person_page(request, pk, slips={part: str(no)}, status=422)
    return see(request, pk, part)


def _list(request: MemberRequest) -> str:
    return reverse("engage:people", args=[request.workspace.slug]) + listing.read_asked(request.GET).url()


def _undo(request: MemberRequest, says: str, acts: Sequence[Audit]) -> None:
    url = reverse("engage:people_undo", args=[request.workspace.slug]) + listing.read_asked(request.GET).url()
    offer_undo(request, says, url, [("acts", str(act.pk)) for act in acts])


@page(Role.RESPONDER)
@require_POST
def people_bulk(request: MemberRequest) -> HttpResponse:
    """Put a tag on all that were chosen, or take it off."""
    names = request.POST.get("tag", "")
    pks = [number for text in request.POST.getlist("pk") if (number := listing.number(text))]
    off = request.POST.get("act") == "untag"
    found = Tag.of(request.workspace).filter(name__iexact=names.strip()).first() if off else None
    if not names.strip() or (off and found is None):
        known = f"No tag is called “{names.strip()[:50]}” here" if names.strip() else "Name the tag first"
        messages.error(request, known)
        return HttpResponseRedirect(_list(request), status=303)
    try:
        if found is not None:
            acts = actions.untag_all(request.workspace, pks, found, by=request.member)
        else:
            acts = actions.tag_all(request.workspace, pks, [names], by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
        return HttpResponseRedirect(_list(request), status=303)
    says = "no longer have" if off else "now have"
    many = len({act.noun_id for act in acts})
    if acts:
        _undo(request, f"{many} {'person' if many == 1 else 'people'} {says} the tag “{names.strip()}”.", acts)
    else:
        messages.info(request, "Nothing changed: it stood so already")
    return HttpResponseRedirect(_list(request), status=303)


@page(Role.RESPONDER)
@require_POST
def people_undo(request: MemberRequest) -> HttpResponse:
    """Take taggings back."""
    acts = [number for text in request.POST.getlist("acts") if (number := listing.number(text))]
    undone = actions.undo_tags(request.workspace, acts, by=request.member)
    messages.info(request, f"Taken back: {undone}" if undone else "Nothing was taken back: it was changed again since")
    return HttpResponseRedirect(_list(request), status=303)


@page(Role.RESPONDER)
@require_POST
def person_add(request: MemberRequest) -> HttpResponse:
    """Somebody whom no network has brought yet."""
    try:
        made = actions.add(request.workspace, request.POST.get("name", ""), by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
        return HttpResponseRedirect(_list(request), status=303)
    return see(request, made.pk)


@page(Role.RESPONDER)
@require_POST
def person_edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Name and about."""
    form = EditForm(request.POST)
    if not form.is_valid():
        return person_page(request, pk, slips={"edit": "The name is too long: 200 characters are the most"}, status=422)
    given = form.cleaned_data
    return acted(
        request, pk, "edit",
        lambda who: actions.edit(who, name=given["name"], about=given["about"], by=request.member),
    )  # fmt: skip


@page(Role.RESPONDER)
@require_POST
def person_note(request: MemberRequest, pk: int) -> HttpResponse:
    """A remark for colleagues."""
    text = request.POST.get("text", "")
    return acted(request, pk, "notes", lambda who: actions.note(who, text, by=request.member))


@page(Role.RESPONDER)
@require_POST
def person_note_remove(request: MemberRequest, remark_id: int) -> HttpResponse:
    """Take one away."""
    rows = PersonNote.of(request.workspace).select_related("person__workspace")
    found = get_object_or_404(rows, pk=remark_id)
    return acted(request, found.person_id, "notes", lambda _: actions.remove_note(found, by=request.member))


@page(Role.RESPONDER)
@require_POST
def person_tag(request: MemberRequest, pk: int) -> HttpResponse:
    """Put tags on."""
    names = request.POST.get("tag", "")
    return acted(request, pk, "tags", lambda who: actions.tag(who, [names], by=request.member))


@page(Role.RESPONDER)
@require_POST
def person_untag(request: MemberRequest, pk: int) -> HttpResponse:
    """Take one off."""
    found = get_object_or_404(Tag.of(request.workspace), pk=listing.number(request.POST.get("tag", "")))
    return acted(request, pk, "tags", lambda who: actions.untag(who, found, by=request.member))


@page(Role.RESPONDER)
@require_POST
def person_fields(request: MemberRequest, pk: int) -> HttpResponse:
    """What is known, all fields of the form at once or none."""
    given = {
        field.pk: request.POST[f"field-{field.pk}"]
        for field in queries.fields(request.workspace, retired=True)
        if f"field-{field.pk}" in request.POST
    }
    return acted(request, pk, "fields", lambda who: actions.keep_values(who, given, by=request.member))


@page(Role.RESPONDER)
@require_POST
def person_consent(request: MemberRequest, pk: int) -> HttpResponse:
    """What they said about a matter."""
    form = ConsentForm(request.POST)
    if not form.is_valid():
        wrong = "; ".join(f"{name}: {slips[0]}" for name, slips in form.errors.items())
        return person_page(request, pk, slips={"consent": f"This cannot be written down. {wrong}"}, status=422)
    given = form.cleaned_data
    post = None
    if given["post"]:
        post = Post.of(request.workspace).filter(pk=given["post"], author__person=pk).first()
        if post is None:
            slip = f"Post {given['post']} is none of theirs: its number stands at its end on this page"
            return person_page(request, pk, slips={"consent": slip}, status=422)
    return acted(
        request, pk, "consent",
        lambda who: actions.record_consent(
            who, given["kind"], agreed=given["agreed"] == "yes", at=given["at"], source=given["source"],
            told=given["told"], post=post, by=request.member,
        ),
    )  # fmt: skip


@page(Role.RESPONDER)
@require_POST
def consent_withdraw(request: MemberRequest, consent_id: int) -> HttpResponse:
    """They take it back."""
    found = get_object_or_404(Consent.of(request.workspace).select_related("workspace"), pk=consent_id)
    why = request.POST.get("why", "")
    return acted(
        request, found.person_id, "consent", lambda _: actions.withdraw_consent(found, by=request.member, why=why)
    )
