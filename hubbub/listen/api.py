"""The room's calls for scripts about sources and posts; each does its thing through the same action as the page."""

from datetime import UTC, datetime
from typing import Annotated

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import File, Form, Status
from ninja.files import UploadedFile
from pydantic import Field

from hubbub.connectors import Connector, Found, connector
from hubbub.core import query as language
from hubbub.core.failures import Broken
from hubbub.store import word_lists
from hubbub.store.models import Post, Role, Source
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import before_of, write_before

from . import actions, queries, shapes, site_actions, trying, uploads
from .api_topics import router, topic_of
from .queries import Choice

__all__ = ["router"]  # topics' calls and these are one router

MOST = 200  # posts of one answer


@router.get("/sources", response=list[shapes.SourceOut], summary="Sources with their health")
@call(Role.VIEWER)
def sources(request: MemberRequest) -> list[shapes.SourceOut]:
    """All of them; secrets are never told."""
    now = timezone.now()
    return [shapes.source_out(source, now) for source in Source.of(request.workspace).order_by("name")]


@router.post("/sources", response={201: shapes.SourceOut}, summary="Add a source")
@call(Role.MANAGER)
def add_source(request: MemberRequest, wanted: shapes.SourceIn) -> Status[shapes.SourceOut]:
    """It is tried first, and saved only if the try went well. What each kind asks for: docs/networks.md."""
    answers, found = trying.checked(_connector(wanted.kind), wanted.settings, wanted.secrets)
    return Status(201, _add(request, wanted.kind, wanted.name, answers, found))


@router.post("/sources/try", response=shapes.SourceTriedOut, summary="Try a source's settings")
@call(Role.MANAGER)
def try_source(request: MemberRequest, wanted: shapes.SourceIn) -> shapes.SourceTriedOut:
    """Nothing is saved here and nothing changed there."""
    _, found = trying.checked(_connector(wanted.kind), wanted.settings, wanted.secrets)
    return shapes.SourceTriedOut.of(found)


@router.post("/sources/file", response={201: shapes.SourceOut}, summary="Upload a file of posts as a source")
@call(Role.MANAGER)
def add_file(
    request: MemberRequest, file: File[UploadedFile], name: Form[str] = "", encoding: Form[str] = ""
) -> Status[shapes.SourceOut]:
    """JSON lines or CSV, as docs/networks.md describes them; sent as multipart/form-data."""
    uploads.sweep(request.workspace, timezone.now())
    upload = uploads.keep(request.workspace, file)
    try:
        kept = trying.Kept(uploads={"file": upload})
        answers, found = trying.checked(_connector("files"), {"encoding": encoding} if encoding else {}, {}, kept)
        return Status(201, _add(request, "files", name.replace("\0", ""), answers, found))
    except Refusal:
        uploads.drop(request.workspace, upload.path)
        raise


def _connector(kind: str) -> Connector:
    try:
        return connector(kind)
    except Broken as broken:
        raise Refusal(str(broken)) from None


def _add(request: MemberRequest, kind: str, name: str, answers: trying.Answers, found: Found) -> shapes.SourceOut:
    draft = actions.SourceDraft(kind, name.strip()[:100], answers.settings, answers.secrets, found)
    now = timezone.now()
    return shapes.source_out(actions.add_source(request.workspace, draft, by=request.member, now=now), now)


@router.get("/sources/{pk}", response=shapes.WholeSourceOut, summary="A source, and what could not be taken from it")
@call(Role.VIEWER)
def source(request: MemberRequest, pk: int) -> shapes.WholeSourceOut:
    """Secrets are never told."""
    return shapes.WholeSourceOut.of(queries.source_row(_source(request, pk), now=timezone.now()))


@router.patch("/sources/{pk}", response=shapes.SourceOut, summary="Change a source's name, settings or secrets")
@call(Role.MANAGER)
def change_source(request: MemberRequest, pk: int, change: shapes.SourceChange) -> shapes.SourceOut:
    """It is tried first, and saved only if the try went well. Secrets that it keeps are not sent to another server."""
    source, now = _source(request, pk), timezone.now()
    answers, found = trying.rechecked(source, _connector(source.kind), change.settings, change.secrets)
    typed = set(trying.account_fills(source)) & set(change.secrets)  # a key of its own, from now on
    signed_in = source.our_account if source.signed_in and not typed else None
    name = change.name.strip()[:100]
    draft = actions.SourceDraft(source.kind, name, answers.settings, answers.secrets, found, signed_in)
    actions.change_source(source, draft, by=request.member, now=now, why=change.why)
    return shapes.source_out(source, now)


@router.delete("/sources/{pk}", response={204: None}, summary="Delete a source with its posts")
@call(Role.MANAGER)
def delete_source(request: MemberRequest, pk: int, why: str = "") -> Status[None]:
    """With its posts, their mentions, verdicts and conversations. There is no way back: pausing it is one."""
    actions.delete_source(_source(request, pk), by=request.member, why=why)
    return Status(204, None)


@router.post("/sources/{pk}/read-now", response=shapes.SourceOut, summary="Read a source now")
@call(Role.MANAGER)
def read_source_now(request: MemberRequest, pk: int, why: str = "") -> shapes.SourceOut:
    """It does not wait for its next turn."""
    source, now = _source(request, pk), timezone.now()
    actions.read_now(source, by=request.member, now=now, why=why)
    return shapes.source_out(source, now)


@router.post("/sources/{pk}/key", response={201: shapes.SiteKeyOut}, summary="Make the key that a site signs with")
@call(Role.MANAGER)
def make_site_key(request: MemberRequest, pk: int, why: str = "") -> Status[shapes.SiteKeyOut]:
    """Of a source that is sent to. The key before it counts for a week more."""
    made = site_actions.make_key(_source(request, pk), by=request.member, now=timezone.now(), why=why)
    return Status(201, shapes.SiteKeyOut(key=made.key, public=made.public, older_until=made.older_until))


@router.post("/sources/{pk}/pause", response=shapes.SourceOut, summary="Pause a source")
@call(Role.MANAGER)
def pause_source(request: MemberRequest, pk: int, why: str = "") -> shapes.SourceOut:
    """It is read no more for the time being."""
    source = _source(request, pk)
    actions.pause([source], by=request.member, why=why)
    return shapes.source_out(source, timezone.now())


@router.post("/sources/{pk}/resume", response=shapes.SourceOut, summary="Resume a source")
@call(Role.MANAGER)
def resume_source(request: MemberRequest, pk: int, why: str = "") -> shapes.SourceOut:
    """It is read again at once; also one that is broken or was read to its end."""
    source, now = _source(request, pk), timezone.now()
    actions.resume([source], by=request.member, now=now, why=why)
    return shapes.source_out(source, now)


def _source(request: MemberRequest, pk: int) -> Source:
    return get_object_or_404(Source.of(request.workspace).select_related("workspace"), pk=pk)


@router.get("/posts", response=shapes.PostsOut, summary="The stream of posts")
@call(Role.VIEWER)
def posts(
    request: MemberRequest,
    q: str = "",
    topic: int | None = None,
    source: int | None = None,
    all: bool = False,  # noqa: A002 - the page's own parameter
    since: datetime | None = None,
    until: datetime | None = None,
    before: str = "",
    size: Annotated[int, Field(ge=1, le=MOST)] = 50,
) -> shapes.PostsOut:
    """Mentions, newest first, filtered in the query language (`q`); `all` for posts that no topic caught too.

    `since` and `until` (not included) are moments in UTC unless they say otherwise.
    """
    query = word_lists.read(q, language.Use.VIEW, request.workspace) if q.strip() else None
    choice = Choice(
        topic=topic_of(request, topic) if topic is not None else None,
        source=get_object_or_404(Source.of(request.workspace), pk=source) if source is not None else None,
        everything=all,
        since=_moment(since),
        until=_moment(until),
    )
    found = queries.stream(request.workspace, choice, query, now=timezone.now(), before=before_of(before), size=size)
    if found.slips:
        raise language.QueryError(tuple(found.slips))
    rows = queries.rows(request.workspace, found, choice.topic)
    return shapes.PostsOut(
        posts=[shapes.PostOut.of(row) for row in rows],
        before=write_before(found.older) if found.older else "",
        looked_at=found.looked_at,
    )


def _moment(given: datetime | None) -> datetime | None:
    if given is None:
        return None
    try:
        return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except OverflowError:
        raise Refusal(f"{given.isoformat()} lies outside the years that can be told in UTC.") from None


@router.get("/posts/{pk}", response=shapes.PostOut, summary="A post")
@call(Role.VIEWER)
def post(request: MemberRequest, pk: int) -> shapes.PostOut:
    """With its topics and the words that made them match; its history: GET /moderate/posts/{pk}."""
    with_all = Post.of(request.workspace).select_related("workspace", "author", "source")
    return shapes.PostOut.of(queries.whole(get_object_or_404(with_all, pk=pk)).row)
