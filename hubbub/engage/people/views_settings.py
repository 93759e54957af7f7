"""What a workspace wants to know of people, what they can agree to, what may be merged by itself."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from hubbub.store.models import ConsentKind, PeopleSettings, PersonField, Role
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import queries, settings_actions
from .forms import FieldForm, MatterForm, SettingsForm


def _home(request: MemberRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("engage:people_settings", args=[request.workspace.slug]), status=303)


@page(Role.VIEWER, to_write=Role.MANAGER)
def people_settings(request: MemberRequest) -> HttpResponse:
    """All of it on one page."""
    known = PeopleSettings.of(request.workspace).first()
    form = SettingsForm({"merge_proven": bool(known and known.merge_proven)})
    if request.method == "POST":
        form = SettingsForm(request.POST)
        form.is_valid()
        settings_actions.set_merging(request.workspace, proven=form.cleaned_data["merge_proven"], by=request.member)
        messages.success(request, "Saved")
        return _home(request)
    return render(
        request,
        "engage/people/settings.html",
        {
            "form": form,
            "fields": queries.fields(request.workspace, retired=True),
            "matters": queries.kinds(request.workspace),
            "may_write": request.role.may(Role.MANAGER),
        },
    )


@page(Role.MANAGER)
def person_field_new(request: MemberRequest) -> HttpResponse:
    """One more thing to know."""
    return _field(request, None)


@page(Role.MANAGER)
def person_field(request: MemberRequest, field_id: int) -> HttpResponse:
    """Change, retire or bring back a field."""
    found = get_object_or_404(PersonField.of(request.workspace), pk=field_id)
    if request.method == "POST" and request.POST.get("do") == "retire":
        settings_actions.retire_field(found, retired=not found.retired, by=request.member)
        return _home(request)
    return _field(request, found)


def _field(request: MemberRequest, found: PersonField | None) -> HttpResponse:
    start = {"name": found.name, "kind": found.kind, "choices": "\n".join(found.choices)} if found else None
    form = FieldForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            settings_actions.keep_field(
                request.workspace, found, name=given["name"], kind=given["kind"], choices=form.listed(),
                by=request.member,
            )  # fmt: skip
            return _home(request)
        except Refusal as no:
            form.add_error(None, str(no))
    title = f"Field: {found.name}" if found else "New field"
    status = 422 if request.method == "POST" else 200
    return render(request, "engage/people/define.html", {"form": form, "row": found, "title": title}, status=status)


@page(Role.MANAGER)
def consent_kind_new(request: MemberRequest) -> HttpResponse:
    """One more matter."""
    return _matter(request, None)


@page(Role.MANAGER)
def consent_kind(request: MemberRequest, matter_id: int) -> HttpResponse:
    """Change, retire or bring back a matter of consent."""
    found = get_object_or_404(ConsentKind.of(request.workspace), pk=matter_id)
    if request.method == "POST" and request.POST.get("do") == "retire":
        settings_actions.retire_matter(found, retired=not found.retired, by=request.member)
        return _home(request)
    return _matter(request, found)


def _matter(request: MemberRequest, found: ConsentKind | None) -> HttpResponse:
    form = MatterForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            settings_actions.keep_matter(
                request.workspace, found.pk if found else None, name=given["name"], explains=given["explains"],
                contact=given["contact"], by=request.member,
            )  # fmt: skip
            return _home(request)
        except Refusal as no:
            form.add_error(None, str(no))
    title = f"Consent: {found.name}" if found else "New matter of consent"
    status = 422 if request.method == "POST" else 200
    return render(request, "engage/people/define.html", {"form": form, "row": found, "title": title}, status=status)
