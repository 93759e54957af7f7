"""The part's calls for scripts."""

from django.db.models import Count
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status

from hubbub.store.models import Role, Tag
from hubbub.ui.access import MemberRequest, call

from . import actions

router = Router()


class TagOut(Schema):
    """A tag, and on how many conversations it is."""

    id: int
    name: str
    conversations: int


class TagIn(Schema):
    """Another name, or the id of the tag that it is to be merged into."""

    name: str = ""
    into: int | None = None
    why: str = ""


@router.get("/tags", response=list[TagOut], summary="All tags")
@call(Role.VIEWER)
def tags(request: MemberRequest) -> list[TagOut]:
    """By name."""
    rows = Tag.of(request.workspace).annotate(number=Count("conversations")).order_by("name")
    return [TagOut(id=row.pk, name=row.name, conversations=row.number) for row in rows]


@router.post("/tags/{tag}", response=TagOut, summary="Rename a tag, or merge it into another")
@call(Role.MANAGER)
def change_tag(request: MemberRequest, tag: int, wish: TagIn) -> TagOut:
    """Gives the tag that stays."""
    row = get_object_or_404(Tag.of(request.workspace), pk=tag)
    if wish.into is not None:
        into = get_object_or_404(Tag.of(request.workspace), pk=wish.into)
        row = actions.merge(row, into, by=request.member, why=wish.why)
    else:
        row = actions.rename(row, wish.name, by=request.member, why=wish.why)
    return TagOut(id=row.pk, name=row.name, conversations=row.conversations.count())


@router.delete("/tags/{tag}", response={204: None}, summary="Delete a tag")
@call(Role.MANAGER)
def delete_tag(request: MemberRequest, tag: int) -> Status[None]:
    """Off everything that had it."""
    actions.delete(get_object_or_404(Tag.of(request.workspace), pk=tag), by=request.member)
    return Status(204, None)
