"""The room's calls for scripts about topics; each does its thing through the same action as the page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from hubbub.core import query as language
from hubbub.core.query import builder, foreign
from hubbub.store.models import Role, Topic, TopicVersion
from hubbub.ui.access import MemberRequest, call

from . import shapes, topic_actions, topics_file, trial, versions
from . import shapes_queries as queries
from .topic_rows import topic_rows

router = Router()


def topics_out(request: MemberRequest, only: Topic | None = None) -> list[shapes.TopicOut]:
    """Topics with their numbers."""
    rows = topic_rows(request.workspace, now=timezone.now(), only=only)
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
    topic = topic_actions.add_topic(request.workspace, wanted, by=request.member, why=draft.why)
    return Status(201, topics_out(request, topic)[0])


@router.post("/topics/preview", response=queries.PreviewOut, summary="Try a topic's query on stored posts")
@call(Role.VIEWER)
def preview_topic(request: MemberRequest, wish: queries.PreviewIn) -> queries.PreviewOut:
    """What it catches among the newest, with advice; with `topic` also what it adds to and loses against that one.
    Nothing is saved."""
    query = language.parse(wish.query, language.Use.TOPIC)
    saved = language.parse(topic_of(request, wish.topic).query, language.Use.TOPIC) if wish.topic is not None else None
    found = trial.preview(request.workspace, query, now=timezone.now(), saved=saved)
    return queries.PreviewOut.of(found, wish.query)


@router.post("/topics/chart", response=queries.ChartOut, summary="What a query would have caught in the last 90 days")
@call(Role.VIEWER)
def chart_topic(request: MemberRequest, wish: queries.QueryIn) -> queries.ChartOut:
    """By the day (UTC). An estimate where `every` is more than 1: every n-th stored post was looked at."""
    query = language.parse(wish.query, language.Use.TOPIC)
    return queries.ChartOut.of(trial.chart(request.workspace, query, now=timezone.now()))


@router.post("/topics/build", response=queries.BuiltOut, summary="Write a query from lists of words")
@call(Role.VIEWER)
def build_query(request: MemberRequest, lists: queries.Lists) -> queries.BuiltOut:
    """Any of, all of, none of, near. What cannot be read is answered with 422 and its slips."""
    query = builder.write(lists.parts())
    language.parse(query, language.Use.TOPIC)
    return queries.BuiltOut(query=query)


@router.post("/topics/lists", response=queries.ListsOut, summary="Show a query as lists of words")
@call(Role.VIEWER)
def list_query(request: MemberRequest, wish: queries.QueryIn) -> queries.ListsOut:
    """The other way; `lists` is null where the query is richer than lists can show."""
    return queries.ListsOut.of(builder.parts_of(language.parse(wish.query, language.Use.TOPIC)))


@router.post("/topics/translate", response=queries.TranslatedOut, summary="Translate a query of another tool")
@call(Role.VIEWER)
def translate_query(request: MemberRequest, wish: queries.ForeignIn) -> queries.TranslatedOut:
    """Brandwatch's or Talkwalker's; each difference is named. An empty `query`: nothing could be made of it."""
    tool = wish.tool or foreign.guess(wish.query)
    return queries.TranslatedOut.of(tool, foreign.translate(wish.query, tool))


@router.get("/topics/file", summary="All topics as topics.toml")
@call(Role.VIEWER)
def topics_toml(request: MemberRequest) -> HttpResponse:
    """POST takes the same file, and `hubbub match` reads it."""
    text = topics_file.write(Topic.of(request.workspace).order_by("name"))
    return HttpResponse(text, content_type="application/toml; charset=utf-8")


@router.post("/topics/file", response=queries.TakenOut, summary="Make or change topics from a topics.toml")
@call(Role.MANAGER)
def import_topics(request: MemberRequest, file: File[UploadedFile], why: Form[str] = "") -> queries.TakenOut:
    """By their names; none is deleted. What is refused is named with its line, the others are taken. Sent as
    multipart/form-data."""
    found = topics_file.read(file.read(topics_file.LARGEST + 1))
    because = why.replace("\0", "").strip()[:500] or f"from {file.name}"[:500]
    return queries.TakenOut.of(topics_file.take(request.workspace, found, by=request.member, why=because))


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
    topic_actions.change_topic(topic, draft, by=request.member, why=change.why, was=change.version)
    if change.active is not None:
        topic_actions.set_active([topic], change.active, by=request.member, why=change.why)
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


@router.get("/topics/{pk}/versions", response=list[queries.VersionOut], summary="A topic's versions")
@call(Role.VIEWER)
def topic_versions(request: MemberRequest, pk: int) -> list[queries.VersionOut]:
    """How it was written, newest first, the newest 200."""
    return [queries.VersionOut.of(row) for row in versions.versions(topic_of(request, pk))]


@router.post(
    "/topics/{pk}/versions/{version}/bring-back", response=shapes.TopicOut, summary="Bring a version of a topic back"
)
@call(Role.MANAGER)
def bring_back(request: MemberRequest, pk: int, version: int, wish: queries.BringBackIn) -> shapes.TopicOut:
    """As a new version with the old name, kind and query. `newest`: hold it against so many stored posts, too."""
    rows = TopicVersion.of(request.workspace).filter(topic=pk).select_related("topic__workspace")
    found = get_object_or_404(rows, pk=version)
    topic, number = found.topic, found.topic.version
    topic_actions.bring_back(found, by=request.member, why=wish.why)
    if wish.newest and topic.version != number and topic.active:
        topic_actions.apply_topic(topic, wish.newest, by=request.member, why=wish.why)
    return topics_out(request, topic)[0]


def topic_of(request: MemberRequest, pk: int) -> Topic:
    """The workspace's topic of that number; 404 where there is none."""
    return get_object_or_404(Topic.of(request.workspace).select_related("workspace"), pk=pk)
