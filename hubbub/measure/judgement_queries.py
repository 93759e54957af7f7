"""What the room reads of judgements: one post's with its reasons and its history, how far they can be trusted, who
judges."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count, F, QuerySet, Sum
from msgspec import Struct

from hubbub.core.kpi import Window
from hubbub.core.text import labels
from hubbub.core.text.judgement import Reason
from hubbub.core.text.labels import Judged, Label
from hubbub.core.text.trust import Askable, Trust, teaching, trust
from hubbub.core.text.whole import place, whole
from hubbub.store import judgements, judges, sameness
from hubbub.store.models import (
    Correction,
    CorrectionEnd,
    Judge,
    JudgedDay,
    JudgedField,
    OwnModel,
    PastJudgement,
    Post,
    Workspace,
)
from hubbub.ui import judging

MOST_PAIRS = 50_000  # labels that are counted, the newest
ASKED_AMONG = 2_000  # newest judged posts among which those are sought whose labels teach most
WRONG = 50  # posts that it got wrong, of a page


class Part(Struct, frozen=True):
    """One field of a post's judgement. `held` is what counts; `model` what the model says."""

    field: Judged
    name: str  # in words
    held: Label
    model: Label
    word: Correction | None  # a person's, where one stands


class Whole(Struct, frozen=True):
    """Everything about one post's judgement."""

    post: Post
    judge: Judge | None
    parts: Sequence[Part]
    words: Sequence[Correction]  # all that people ever said of it, newest first
    past: Sequence[PastJudgement]
    group: sameness.Group | None


class Place(Struct, frozen=True):
    """A stretch of title or text that moved a judgement."""

    field: str
    start: int
    end: int
    weight: float  # above 0: spoke for it


def whole_of(post: Post) -> Whole:
    """The judgement of a post, in parts."""
    spoken = judgements.words_of([post]).get(post.pk, {})
    model = judgements.of_model(post, spoken)
    held = post.judgement
    return Whole(
        post=post,
        judge=post.judge,
        parts=[
            Part(
                field,
                str(JudgedField(field).label),
                labels.label(held, field),
                labels.label(model, field),
                spoken.get(field),
            )
            for field in labels.FIELDS
        ],
        words=list(Correction.of(post.workspace).filter(post=post).select_related("was_judge").order_by("-at", "-pk")),
        past=list(PastJudgement.of(post.workspace).filter(post=post).select_related("judge")[:20]),
        group=sameness.sizes([post], post.workspace).get(post.pk),
    )


def why(post: Post, field: Judged) -> list[Place]:
    """The words that moved what the model says, strongest first; none where another version judged it than the one that
    is shipped now, or the field was not judged."""
    judge = post.judge
    if judge is None or not judging.is_there() or judge.version != judging.shipped().version:
        return []
    reasons: Sequence[Reason] = judging.judging(judge).why(whole(post.title, post.text), field)
    return [Place(*place(post.title, post.text, one.start, one.end), one.weight) for one in reasons]


class Trusted(Struct, frozen=True):
    """How often one judgement was right, on this workspace's own labels."""

    field: Judged
    name: str
    all: Trust  # all labels, those that were asked for among them: harder posts than the rest
    unasked: Trust  # those that people gave of their own accord
    missing: str  # why no own layer can be trained for it yet; "" where it can, or where there is none


def trusted(workspace: Workspace, missing: Mapping[str, str]) -> list[Trusted]:
    """Each judgement by what the model had said when a person spoke: nobody's word taught it that answer. Only labels
    of the version in force are counted, and of the same own layer."""
    judge = newest_judge(workspace)
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    free: dict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = _labels(workspace, judge).values_list("field", "was", "value", "asked")
    for field, was, value, asked in rows.order_by("-at")[:MOST_PAIRS]:
        pairs[field].append((was, value))
        if not asked:
            free[field].append((was, value))
    return [
        Trusted(
            field,
            str(JudgedField(field).label),
            trust(pairs[field], _classes(field, pairs[field])),
            trust(free[field], _classes(field, pairs[field])),
            missing.get(field, ""),
        )
        for field in labels.FIELDS
    ]


def _labels(workspace: Workspace, judge: Judge | None) -> QuerySet[Correction]:
    """Words that stand or stood of a text, not those taken back; of what the judge in force had said."""
    ends = [CorrectionEnd.STANDS, CorrectionEnd.EDITED]
    return Correction.of(workspace).filter(end__in=ends, was_judge=judge).exclude(was_judge=None)


def _classes(field: Judged, pairs: Sequence[tuple[str, str]]) -> Sequence[str]:
    if labels.CLASSES[field]:
        return labels.CLASSES[field]
    return [name for name, _ in Counter(value for _, value in pairs).most_common(20)]


def wrong(workspace: Workspace, field: Judged, *, was: str = "", value: str = "", before: int = 0) -> list[Correction]:
    """Posts that the judge in force got wrong, newest word first: all, or one cell of the table of confusion. `before`:
    the id of the last one of the page before."""
    rows = _labels(workspace, newest_judge(workspace)).filter(field=field).exclude(value=F("was"))
    rows = rows.filter(was=was) if was else rows
    rows = rows.filter(value=value) if value else rows
    rows = rows.filter(pk__lt=before) if before else rows
    return list(rows.select_related("post__author", "post__source").order_by("-pk")[:WRONG])


def to_ask(workspace: Workspace, field: Judged, wanted: int = 20) -> list[Post]:
    """Posts whose labels would teach most: the least sure of the newest, none twice, no class forgotten."""
    rows = Post.of(workspace).filter(ours=False).exclude(judge=None).order_by("-published", "-id")
    newest = list(rows.defer("text", "title", "links", "media")[:ASKED_AMONG])
    counted = Correction.of(workspace).filter(field=field, end=CorrectionEnd.STANDS).order_by().values_list("value")
    have = dict(counted.annotate(number=Count("pk")))
    askable = []
    for post in newest:
        said = labels.label(post.judgement, field)
        if said.value and field not in (post.corrected or "").split():
            askable.append(Askable(post.pk, said.value, said.sure, post.alike_id or post.pk))
    chosen = teaching(askable, have, wanted)
    whole_posts = Post.of(workspace).select_related("author", "source").in_bulk(chosen)
    return [whole_posts[pk] for pk in chosen if pk in whole_posts]


class Judging(Struct, frozen=True):
    """Who judges, and how far the posts of before were read again."""

    judge: Judge | None
    under_way: bool
    own_models: Sequence[OwnModel]  # newest first
    languages: str


def judging_now(workspace: Workspace) -> Judging:
    """For the page and the API."""
    judge = newest_judge(workspace)
    return Judging(
        judge,
        judge is not None and judge.reading_below is not None,
        list(OwnModel.of(workspace).defer("layer").order_by("-pk")[:20]),
        workspace.languages,
    )


def newest_judge(workspace: Workspace) -> Judge | None:
    """The one in force."""
    return judges.current(workspace)


class Rests(Struct, frozen=True):
    """On which judge a part of a chart's posts rests."""

    judge: Judge
    posts: int


def rests_on(workspace: Workspace, window: Window) -> list[Rests]:
    """Who judged the posts of a window (whole days in UTC), most first: what a chart of sentiments rests on."""
    rows = JudgedDay.of(workspace).filter(day__gte=window.start.date(), day__lt=window.end.date(), posts__gt=0)
    counted = dict(rows.order_by().values_list("judge").annotate(sum=Sum("posts")))
    known = Judge.of(workspace).select_related("own").in_bulk(counted)
    return sorted((Rests(known[pk], posts) for pk, posts in counted.items()), key=lambda one: -one.posts)


def alike(post: Post, size: int = 50, before: datetime | None = None) -> list[Post]:
    """The posts of a group, newest first; `before`: published earlier than that."""
    rows = Post.of(post.workspace).filter(sameness.group_of(post)).select_related("author", "source")
    rows = rows.filter(published__lt=before) if before else rows
    return list(rows.order_by("-published", "-id")[:size])
