"""The room's calls for scripts; each does its thing through the same action as the page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from hubbub.connectors import connector
from hubbub.core import query as language
from hubbub.core.failures import Broken
from hubbub.store.models import Post, Role, Source, Topic
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.api import Refusal
from hubbub.ui.lists import read_before, write_before

from . import actions, queries, trying
from .queries import Choice

router = Router()

MOST = 200  # posts of one answer


class TopicIn(Schema):
    """A topic as it is written."""

    name: str
    query: str
    kind: str = "brand"


class TopicChange(Schema):
    """What of a topic is to change; what is left out stays."""

    name: str | None = None
    query: str | None = None
    kind: str | None = None
    active: bool | None = None


class TopicOut(Schema):
    """A topic. `mentions_…` are by the hourly counts; `reread` of `to_reread` stored posts were gone through."""

    id: int
    name: str
    kind: str
    query: str
    active: bool
    version: int
    mentions_7_days: int
    mentions_30_days: int
    rereading: bool
    reread: int
    to_reread: int


class Newest(Schema):
    """How many of the newest stored posts."""

    newest: int


class SourceIn(Schema):
    """A source: what its connector asks for, the secret fields apart."""

    kind: str
    name: str = ""
    settings: dict[str, str] = {}
    secrets: dict[str, str] = {}


class SourceOut(Schema):
    """A source and how it does. Secrets and paths are never told."""

    id: int
    name: str
    kind: str
    settings: dict[str, str]
    owned: bool
    can: list[str]
    state: str
    health: str
    error: str
    last_success: datetime | None
    next_try: datetime | None
    posts_taken: int
    refused: int
    done: int | None
    total: int | None


class PostOut(Schema):
    """A post as it was taken in. `url` is empty where it is no web address."""

    id: int
    source: int
    native_id: str
    type: str
    author: str
    handle: str
    title: str
    text: str
    url: str
    published: datetime
    lang: str
    state: str
    decision: str
    ours: bool
    conversation: int | None
    topics: list[str]
    spans: list[tuple[str, int, int]]


class PostsOut(Schema):
    """A page of posts, newest first; `before` leads to the next one, empty at the end."""

    posts: list[PostOut]
    before: str
    looked_at: int


def topics_out(request: MemberRequest, only: Topic | None = None) -> list[TopicOut]:
    """Topics with their numbers."""
    return [
        TopicOut(
            id=row.topic.pk,
            name=row.topic.name,
            kind=row.topic.kind,
            query=row.topic.query,
            active=row.topic.active,
            version=row.topic.version,
            mentions_7_days=row.week,
            mentions_30_days=row.month,
            rereading=row.topic.reading_below is not None,
            reread=row.topic.reread,
            to_reread=row.topic.to_reread,
        )
        for row in queries.topic_rows(request.workspace, now=timezone.now(), only=only)
    ]


@router.get("/topics", response=list[TopicOut], summary="Topics")
@call(Role.VIEWER)
def topics(request: MemberRequest) -> list[TopicOut]:
    """All of them, the active ones first."""
    return topics_out(request)


@router.post("/topics", response={201: TopicOut}, summary="Add a topic")
@call(Role.MANAGER)
def add_topic(request: MemberRequest, draft: TopicIn) -> Status[TopicOut]:
    """It is listened for from the next post on."""
    wanted = actions.TopicDraft(draft.name.strip()[:100], draft.query, draft.kind)
    topic = actions.add_topic(request.workspace, wanted, by=request.member)
    return Status(201, topics_out(request, topic)[0])


@router.patch("/topics/{pk}", response=TopicOut, summary="Change a topic")
@call(Role.MANAGER)
def change_topic(request: MemberRequest, pk: int, change: TopicChange) -> TopicOut:
    """What is left out stays as it is."""
    topic = _topic(request, pk)
    draft = actions.TopicDraft(
        name=(topic.name if change.name is None else change.name).strip()[:100],
        query=topic.query if change.query is None else change.query,
        kind=topic.kind if change.kind is None else change.kind,
    )
    actions.change_topic(topic, draft, by=request.member)
    if change.active is not None:
        actions.set_active([topic], change.active, by=request.member)
    return topics_out(request, topic)[0]


@router.delete("/topics/{pk}", response={204: None}, summary="Delete a topic")
@call(Role.MANAGER)
def delete_topic(request: MemberRequest, pk: int) -> Status[None]:
    """With its mentions, its counts and the KPIs counted on it."""
    actions.delete_topic(_topic(request, pk), by=request.member)
    return Status(204, None)


@router.post("/topics/{pk}/apply", response=TopicOut, summary="Hold a topic against stored posts")
@call(Role.MANAGER)
def apply_topic(request: MemberRequest, pk: int, how_many: Newest) -> TopicOut:
    """It is done in the background; GET /topics tells how far it is."""
    topic = _topic(request, pk)
    actions.apply_topic(topic, how_many.newest, by=request.member)
    return topics_out(request, topic)[0]


def _topic(request: MemberRequest, pk: int) -> Topic:
    return get_object_or_404(Topic.of(request.workspace).select_related("workspace"), pk=pk)


def source_out(source: Source) -> SourceOut:
    """One source."""
    row = queries.source_row(source, now=timezone.now())
    return SourceOut(
        id=source.pk,
        name=source.name,
        kind=source.kind,
        settings={name: value for name, _, value in trying.shown_settings(source)},
        owned=source.owned,
        can=list(source.can),
        state=source.state,
        health=row.health,
        error=source.error,
        last_success=source.last_success,
        next_try=source.due if source.state == "active" else None,
        posts_taken=source.posts_taken,
        refused=source.refused_count,
        done=source.done,
        total=source.total,
    )


@router.get("/sources", response=list[SourceOut], summary="Sources")
@call(Role.VIEWER)
def sources(request: MemberRequest) -> list[SourceOut]:
    """All of them with their health; secrets are never told."""
    return [source_out(source) for source in Source.of(request.workspace).order_by("name")]


@router.post("/sources", response={201: SourceOut}, summary="Add a source")
@call(Role.MANAGER)
def add_source(request: MemberRequest, wanted: SourceIn) -> Status[SourceOut]:
    """It is tried first, and saved only if the try went well."""
    try:
        chosen = connector(wanted.kind)
    except Broken as broken:
        raise Refusal(str(broken)) from None
    answers, found = trying.checked(chosen, wanted.settings, wanted.secrets)
    name = wanted.name.strip()[:100]
    draft = actions.SourceDraft(wanted.kind, name, answers.settings, answers.secrets, found)
    source = actions.add_source(request.workspace, draft, by=request.member, now=timezone.now())
    return Status(201, source_out(source))


@router.post("/sources/{pk}/read-now", response=SourceOut, summary="Read a source now")
@call(Role.MANAGER)
def read_source_now(request: MemberRequest, pk: int) -> SourceOut:
    """It does not wait for its next turn."""
    source = _source(request, pk)
    actions.read_now(source, by=request.member, now=timezone.now())
    return source_out(source)


@router.post("/sources/{pk}/pause", response=SourceOut, summary="Pause a source")
@call(Role.MANAGER)
def pause_source(request: MemberRequest, pk: int) -> SourceOut:
    """It is read no more for the time being."""
    source = _source(request, pk)
    actions.pause([source], by=request.member)
    return source_out(source)


@router.post("/sources/{pk}/resume", response=SourceOut, summary="Resume a source")
@call(Role.MANAGER)
def resume_source(request: MemberRequest, pk: int) -> SourceOut:
    """It is read again at once; also one that is broken or was read to its end."""
    source = _source(request, pk)
    actions.resume([source], by=request.member, now=timezone.now())
    return source_out(source)


def _source(request: MemberRequest, pk: int) -> Source:
    return get_object_or_404(Source.of(request.workspace).select_related("workspace"), pk=pk)


def post_out(row: queries.Row) -> PostOut:
    """One post."""
    post, author = row.post, row.post.author
    return PostOut(
        id=post.pk,
        source=post.source_id,
        native_id=post.native_id,
        type=post.type,
        author=author.name if author else "",
        handle=author.handle if author else "",
        title=post.title,
        text=post.text,
        url=row.url,
        published=post.published,
        lang=post.lang,
        state=post.state,
        decision=post.decision,
        ours=post.ours,
        conversation=post.conversation_id,
        topics=[topic.name for topic in row.topics],
        spans=[*_triples("text", row.spans), *_triples("title", row.title_spans)],
    )


def _triples(field: str, spans: queries.Spans) -> Sequence[tuple[str, int, int]]:
    return [(field, int(span[-2]), int(span[-1])) for span in spans]


@router.get("/posts", response=PostsOut, summary="Posts")
@call(Role.VIEWER)
def posts(
    request: MemberRequest,
    q: str = "",
    topic: int | None = None,
    source: int | None = None,
    all: bool = False,  # noqa: A002 - the page's own parameter
    before: str = "",  # noqa: ARG001 - declared for the documentation; `read_before` takes it from the address
    size: Annotated[int, Field(ge=1, le=MOST)] = 50,
) -> PostsOut:
    """Mentions, newest first, filtered in the query language (`q`); `all` for posts that no topic caught too."""
    query = language.parse(q, language.Use.VIEW) if q.strip() else None
    choice = Choice(
        topic=_topic(request, topic) if topic is not None else None,
        source=get_object_or_404(Source.of(request.workspace), pk=source) if source is not None else None,
        everything=all,
    )
    found = queries.stream(request.workspace, choice, query, now=timezone.now(), before=read_before(request), size=size)
    rows = queries.rows(request.workspace, found, choice.topic)
    return PostsOut(
        posts=[post_out(row) for row in rows],
        before=write_before(found.older) if found.older else "",
        looked_at=found.looked_at,
    )


@router.get("/posts/{pk}", response=PostOut, summary="A post")
@call(Role.VIEWER)
def post(request: MemberRequest, pk: int) -> PostOut:
    """One post with its topics and the words that made them match."""
    with_all = Post.of(request.workspace).select_related("workspace", "author", "source")
    return post_out(queries.whole(get_object_or_404(with_all, pk=pk)).row)
