"""Calls about people, through the same actions as the pages."""

from datetime import UTC, datetime, time
from typing import Literal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from hubbub.core import query as language
from hubbub.core.levels import Level
from hubbub.engage.person import card, posts_of
from hubbub.engage.shapes import PersonOut, PersonPostsOut, ThreadPostOut
from hubbub.store import merging, word_lists
from hubbub.store.models import Consent, Likeness, Merging, Person, PersonNote, Post, Role, Tag
from hubbub.store.search import search
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import (
    actions,
    erasing_actions,
    exporting,
    listing,
    merging_actions,
    queries,
    settings_actions,
    shapes,
)

router = Router()
Sort = Literal["seen", "posts", "followers", "newest"]


def _person(request: MemberRequest, pk: int) -> Person:
    return get_object_or_404(Person.of(request.workspace).select_related("workspace"), pk=pk)


def _listed(request: MemberRequest, pk: int) -> shapes.ListedPersonOut:
    row = _person(request, pk)
    refuses = bool(queries.no_contact([pk]))
    return shapes.ListedPersonOut.of(row, listing.names_of([row])[pk], no_contact=refuses)


@router.get("/people", response=shapes.PeopleOut, summary="People: found by name, tag, network, field or level")
@call(Role.VIEWER)
def people(
    request: MemberRequest,
    q: str = "",
    tag: str = "",
    network: str = "",
    field: str = "",
    value: str = "",
    level: Level | None = None,
    sort: Sort = "seen",
    before: str = "",
) -> shapes.PeopleOut:
    """`q`: words of names and handles, each from its beginning; `tag` and `field` by name; `before` as answered."""
    found = Tag.of(request.workspace).filter(name__iexact=tag).first() if tag else None
    asked_field = next((one for one in queries.fields(request.workspace) if one.name.lower() == field.lower()), None)
    if (tag and found is None) or (field and asked_field is None):
        raise Refusal(f"There is no tag or field called “{(tag if found is None and tag else field)[:60]}” here")
    asked = listing.Asked(
        q=q[:200], tag=found.pk if found else 0, network=network, field=asked_field.pk if asked_field else 0,
        value=value, level=level or "", sort=sort,
    )  # fmt: skip
    page = listing.page(request.workspace, asked, before)
    names, refusing = listing.names_of(page.people), queries.no_contact([one.pk for one in page.people])
    return shapes.PeopleOut(
        items=[shapes.ListedPersonOut.of(one, names[one.pk], no_contact=one.pk in refusing) for one in page.people],
        before=page.older or None,
    )


@router.post("/people", response={201: shapes.ListedPersonOut}, summary="Add somebody whom no network has brought")
@call(Role.RESPONDER)
def add(request: MemberRequest, wish: shapes.PersonAddIn) -> Status[shapes.ListedPersonOut]:
    """By name."""
    made = actions.add(request.workspace, wish.name, by=request.member, why=wish.why)
    return Status(201, _listed(request, made.pk))


@router.post("/people/tag", response=shapes.TaggedOut, summary="Put tags on many people")
@call(Role.RESPONDER)
def tag_many(request: MemberRequest, wish: shapes.TagPeopleIn) -> shapes.TaggedOut:
    """All or none; who has a tag already is passed over, unknown ids too."""
    acts = actions.tag_all(request.workspace, wish.people, wish.tags, by=request.member)
    return shapes.TaggedOut(entries=[act.pk for act in acts])


@router.get("/people/likenesses", response=list[shapes.LikenessOut], summary="Who may be one person, with the reasons")
@call(Role.VIEWER)
def likenesses(request: MemberRequest) -> list[shapes.LikenessOut]:
    """The hundred strongest that nobody has decided about."""
    return [shapes.LikenessOut.of(row) for row in queries.open_likenesses(request.workspace, size=99)]


def _likeness(request: MemberRequest, pk: int) -> Likeness:
    rows = Likeness.of(request.workspace).select_related("workspace", "first__person", "second__person")
    return get_object_or_404(rows, pk=pk)


@router.post("/people/likenesses/{likeness_id}/merge", response=shapes.MergingOut, summary="They are one person")
@call(Role.RESPONDER)
def likeness_merge(request: MemberRequest, likeness_id: int, wish: shapes.PersonWhyIn) -> shapes.MergingOut:
    """Who posted most stays."""
    row = merging_actions.merge_alike(_likeness(request, likeness_id), keep=0, by=request.member, why=wish.why)
    return shapes.MergingOut.of(row)


@router.post("/people/likenesses/{likeness_id}/refuse", response={204: None}, summary="They are two people")
@call(Role.RESPONDER)
def likeness_refuse(request: MemberRequest, likeness_id: int, wish: shapes.PersonWhyIn) -> Status[None]:
    """It is not suggested again."""
    merging_actions.refuse(_likeness(request, likeness_id), by=request.member, why=wish.why)
    return Status(204, None)


@router.post("/people/mergings/{merging_id}/undo", response=shapes.ListedPersonOut, summary="Part two people again")
@call(Role.RESPONDER)
def unmerge(request: MemberRequest, merging_id: int, wish: shapes.PersonWhyIn) -> shapes.ListedPersonOut:
    """Gives who is there again, with all that was theirs."""
    row = get_object_or_404(Merging.of(request.workspace).select_related("target", "source"), pk=merging_id)
    parted = merging_actions.unmerge(row, by=request.member, why=wish.why)
    return _listed(request, parted.pk)


@router.get(
    "/people/fields", response=list[shapes.PersonFieldOut], summary="What the workspace wants to know of people"
)
@call(Role.VIEWER)
def fields(request: MemberRequest) -> list[shapes.PersonFieldOut]:
    """In their order, retired ones among them."""
    return [shapes.PersonFieldOut.of(row) for row in queries.fields(request.workspace, retired=True)]


@router.post("/people/fields", response={201: shapes.PersonFieldOut}, summary="Define something to know of people")
@call(Role.MANAGER)
def define_field(request: MemberRequest, wish: shapes.PersonFieldIn) -> Status[shapes.PersonFieldOut]:
    """A field of the workspace's own."""
    row = settings_actions.keep_field(
        request.workspace, None, name=wish.name, kind=wish.kind, choices=wish.choices, by=request.member
    )
    return Status(201, shapes.PersonFieldOut.of(row))


@router.get("/people/matters", response=list[shapes.MatterOut], summary="What people can agree to")
@call(Role.VIEWER)
def matters(request: MemberRequest) -> list[shapes.MatterOut]:
    """In their order."""
    return [shapes.MatterOut.of(row) for row in queries.kinds(request.workspace)]


@router.post("/people/consents/{consent_id}/withdraw", response=shapes.ConsentOut, summary="They take a consent back")
@call(Role.RESPONDER)
def withdraw(request: MemberRequest, consent_id: int, wish: shapes.PersonWhyIn) -> shapes.ConsentOut:
    """It stays in the history."""
    found = get_object_or_404(Consent.of(request.workspace).select_related("workspace"), pk=consent_id)
    return shapes.ConsentOut.of(actions.withdraw_consent(found, by=request.member, why=wish.why))


@router.delete("/people/remarks/{remark_id}", response={204: None}, summary="Remove a note about a person")
@call(Role.RESPONDER)
def remove_note(request: MemberRequest, remark_id: int) -> Status[None]:
    """One's own, or as a manager anybody's."""
    found = get_object_or_404(PersonNote.of(request.workspace).select_related("person"), pk=remark_id)
    actions.remove_note(found, by=request.member)
    return Status(204, None)


@router.get("/people/{pk}/known", response=shapes.KnownOut, summary="What is known of a person beside their posts")
@call(Role.VIEWER)
def known(request: MemberRequest, pk: int) -> shapes.KnownOut:
    """Tags, fields, consents, notes, merges."""
    row = _person(request, pk)
    return shapes.KnownOut.of(
        row, queries.known(row), queries.agreements(row), queries.notes(row), queries.mergings(row)
    )


@router.post("/people/{pk}/edit", response=shapes.ListedPersonOut, summary="Say what a person is called")
@call(Role.RESPONDER)
def edit(request: MemberRequest, pk: int, wish: shapes.PersonEditIn) -> shapes.ListedPersonOut:
    """Name and about; what is left out stays."""
    row = _person(request, pk)
    name = row.name if wish.name is None else wish.name
    about = row.about if wish.about is None else wish.about
    actions.edit(row, name=name, about=about, by=request.member, why=wish.why)
    return _listed(request, pk)


@router.post("/people/{pk}/note", response={201: shapes.PersonNoteOut}, summary="Write a note about a person")
@call(Role.RESPONDER)
def note(request: MemberRequest, pk: int, wish: shapes.PersonTextIn) -> Status[shapes.PersonNoteOut]:
    """It is never sent."""
    return Status(201, shapes.PersonNoteOut.of(actions.note(_person(request, pk), wish.text, by=request.member)))


@router.post("/people/{pk}/fields", response=shapes.KnownOut, summary="Keep what is known in the fields")
@call(Role.RESPONDER)
def keep_fields(request: MemberRequest, pk: int, wish: shapes.PersonFieldsIn) -> shapes.KnownOut:
    """By the names of the fields, all or none; an empty value takes it away."""
    row = _person(request, pk)
    ids = {one.name.casefold(): one.pk for one in queries.fields(request.workspace, retired=True)}
    unknown = [name for name in wish.fields if name.casefold() not in ids]
    if unknown:
        raise Refusal(f"There is no field called “{unknown[0][:60]}” here")
    given = {ids[name.casefold()]: value for name, value in wish.fields.items()}
    actions.keep_values(row, given, by=request.member)
    return shapes.KnownOut.of(
        row, queries.known(row), queries.agreements(row), queries.notes(row), queries.mergings(row)
    )


@router.post("/people/{pk}/consents", response={201: shapes.ConsentOut}, summary="Note what a person agreed to")
@call(Role.RESPONDER)
def consent(request: MemberRequest, pk: int, wish: shapes.ConsentIn) -> Status[shapes.ConsentOut]:
    """Or refused. What they said before stays in the history."""
    row, post = _person(request, pk), None
    if wish.post is not None:
        post = get_object_or_404(Post.of(request.workspace).filter(author__person=pk), pk=wish.post)
    day = wish.at if wish.at and wish.at != timezone.now().date() else None
    made = actions.record_consent(
        row, wish.kind, agreed=wish.agreed, source=wish.source, told=wish.told, post=post, by=request.member,
        at=datetime.combine(day, time(tzinfo=UTC)) if day else None,
    )  # fmt: skip
    return Status(201, shapes.ConsentOut.of(made))


@router.post("/people/{pk}/merge", response=shapes.MergingOut, summary="Make two people one")
@call(Role.RESPONDER)
def merge(request: MemberRequest, pk: int, wish: shapes.MergeIn) -> shapes.MergingOut:
    """`other` becomes part of this person; it can be taken back."""
    target = _person(request, pk)
    source = Person.of(request.workspace).select_related("workspace").filter(pk=wish.other).first()
    if source is None:
        raise Refusal(f"No person of this workspace has the number {wish.other}")
    return shapes.MergingOut.of(merging_actions.merge(target, source, by=request.member, why=wish.why))


@router.get("/people/{pk}/everything", summary="All that is held about a person, for whoever asks")
@call(Role.MANAGER)
def everything(request: MemberRequest, pk: int) -> HttpResponse:
    """As JSON; that it was handed out stands in the log."""
    row = _person(request, pk)
    erasing_actions.handed_out(row, "JSON", by=request.member)
    return HttpResponse(exporting.everything(row), content_type="application/json; charset=utf-8")


@router.post("/people/{pk}/erase", response=shapes.ErasedOut, summary="Erase everything about a person, for good")
@call(Role.ADMIN)
def erase(request: MemberRequest, pk: int, wish: shapes.EraseIn) -> shapes.ErasedOut:
    """`typed` must be the person's number."""
    gone = erasing_actions.erase(_person(request, pk), typed=wish.typed, by=request.member, why=wish.why)
    return shapes.ErasedOut(posts=gone.posts, names=gone.names)


@router.get("/people/{pk}", response=PersonOut, summary="A person with their names on the networks")
@call(Role.VIEWER)
def person(request: MemberRequest, pk: int) -> PersonOut:
    """And how much they wrote; conversations and posts say who their person is. Merged: who they are now."""
    return PersonOut.of(card(merging.standing(_person(request, pk)), last=0))


@router.get("/people/{pk}/posts", response=PersonPostsOut, summary="What a person wrote, on all networks")
@call(Role.VIEWER)
def person_posts(request: MemberRequest, pk: int, q: str = "", before: str = "") -> PersonPostsOut:
    """Newest first, filtered in the query language (`q`)."""
    query = word_lists.read(q, language.Use.VIEW, request.workspace) if q.strip() else None
    held = card(merging.standing(_person(request, pk)), last=0)
    theirs = posts_of(held.person, held.identities)
    found = search(theirs, query, now=timezone.now(), before=before_of(before))
    return PersonPostsOut(
        items=[
            ThreadPostOut.of(post, [(one.field, one.start, one.end) for one in found.spans.get(post.pk, ())])
            for post in found.posts
        ],
        before=write_before(found.older) if found.older else None,
        looked_at=found.looked_at,
    )
