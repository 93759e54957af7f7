"""The room's calls for scripts about topics; each does its thing through the same action as the page."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from hubbub.core import query as language
from hubbub.store.models import Role, Topic
from hubbub.ui.access import MemberRequest, call

from . import queries, shapes, topic_actions, trial

router = Router()


def topics_out(request: MemberRequest, only: Topic | None = None) -> list[shapes.TopicOut]:
    """Topics with their numbers."""
    rows = queries.topic_rows(request.workspace, now=timezone.now(), only=only)
    return [shapes.TopicOut.of(row) for row in rows]


@router.get("/topics", response=list[shapes.TopicOut], summary="Topics with their mentions")
@call(Role.VIEWER)
def topics(request: MemberRequest) -> list[shapes.TopicOut]:
    """All of them, the active ones first."""
    return topics_out(request)


@router.post("/topics", response={201: shapes.TopicOut}, summary="Add a topic")
@call(Role.MANAGER)
def add_topic(request: MemberRequest, draft: shapes.TopicIn) -> Status[shapes.TopicOut]:
    """It is listened for from the next post on."""
    wanted = topic_actions.TopicDraft(draft.name.strip()[:100], draft.query, draft.kind)
    topic = topic_actions.add_topic(request.workspace, wanted, by=request.member)
    return Status(201, topics_out(request, topic)[0])


@router.post("/topics/preview", response=shapes.PreviewOut, summary="Try a topic's query on stored posts")
@call(Role.VIEWER)
def preview_topic(request: MemberRequest, wish: shapes.QueryIn) -> shapes.PreviewOut:
    """Nothing is saved."""
    query = language.parse(wish.query, language.Use.TOPIC)
    return shapes.PreviewOut.of(trial.preview(request.workspace, query, now=timezone.now()))


@router.get("/topics/{pk}", response=shapes.TopicOut, summary="A topic")
@call(Role.VIEWER)
def topic(request: MemberRequest, pk: int) -> shapes.TopicOut:
    """With its mentions, and how far it was held against stored posts."""
    return topics_out(request, topic_of(request, pk))[0]


@router.patch("/topics/{pk}", response=shapes.TopicOut, summary="Change a topic, let it rest, or wake it")
@call(Role.MANAGER)
def change_topic(request: MemberRequest, pk: int, change: shapes.TopicChange) -> shapes.TopicOut:
    """What is left out stays as it is."""
    topic = topic_of(request, pk)
    draft = topic_actions.TopicDraft(
        name=(topic.name if change.name is None else change.name).strip()[:100],
        query=topic.query if change.query is None else change.query,
        kind=topic.kind if change.kind is None else change.kind,
    )
    topic_actions.change_topic(topic, draft, by=request.member)
    if change.active is not None:
        topic_actions.set_active([topic], change.active, by=request.member)
    return topics_out(request, topic)[0]


@router.delete("/topics/{pk}", response={204: None}, summary="Delete a topic")
@call(Role.MANAGER)
def delete_topic(request: MemberRequest, pk: int, why: str = "") -> Status[None]:
    """With its mentions, its counts and the KPIs counted on it. The posts stay."""
    topic_actions.delete_topic(topic_of(request, pk), by=request.member, why=why)
    return Status(204, None)


@router.post("/topics/{pk}/apply", response=shapes.TopicOut, summary="Hold a topic against stored posts")
@call(Role.MANAGER)
def apply_topic(request: MemberRequest, pk: int, how_many: shapes.Newest) -> shapes.TopicOut:
    """It is done in the background; GET /topics/{pk} tells how far it is."""
    topic = topic_of(request, pk)
    topic_actions.apply_topic(topic, how_many.newest, by=request.member)
    return topics_out(request, topic)[0]


@router.post("/topics/{pk}/stop", response=shapes.TopicOut, summary="Stop holding it against stored posts")
@call(Role.MANAGER)
def stop_topic(request: MemberRequest, pk: int) -> shapes.TopicOut:
    """What was found so far stays. Where nothing is under way, nothing happens."""
    topic = topic_of(request, pk)
    if topic.reading_below is not None:
        topic_actions.stop_applying(topic, by=request.member)
    return topics_out(request, topic)[0]


def topic_of(request: MemberRequest, pk: int) -> Topic:
    """The workspace's topic of that number; 404 where there is none."""
    return get_object_or_404(Topic.of(request.workspace).select_related("workspace"), pk=pk)
