"""What the calendar's calls take and answer with. Times are in UTC."""

from datetime import datetime

from ninja import Schema

from hubbub.core.besttimes import Suggestion
from hubbub.store.models import Asked, Planned, PlannedVersion
from hubbub.ui.api import RowId

from .times import in_words


class WordingIn(Schema):
    """One network's version. `text` null: the words of the item; `attachments` null: its files; `due` null: its
    moment."""

    source: RowId
    place: str = ""
    text: str | None = None
    title: str = ""
    due: datetime | None = None
    attachments: list[RowId] | None = None


class PlannedPostIn(Schema):
    """A whole item; what is left out is empty."""

    title: str = ""
    text: str = ""
    wordings: list[WordingIn] = []
    due: datetime | None = None
    campaign: str = ""
    notes: str = ""
    owner: str | None = None  # an e-mail address; null: whoever asks
    topic: RowId | None = None
    objective: RowId | None = None
    kpi: RowId | None = None  # of that objective
    tags: list[str] = []
    attachments: list[RowId] = []
    about: list[RowId] = []  # posts that it answers


class PlannedWhyIn(Schema):
    """Why it is done, for the log."""

    why: str = ""


class PlannedMoveIn(Schema):
    """Another moment."""

    due: datetime
    why: str = ""


class PlannedRepeatIn(Schema):
    """How it comes again: a rule as in RFC 5545, "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10"."""

    rule: str
    variations: list[str] = []
    why: str = ""


class WordingOut(Schema):
    """One network's version, and what came of it."""

    id: int
    source: int
    place: str
    text: str  # as it was sent, or would be now without tags on its links
    title: str
    due: datetime | None
    state: str
    error: str
    sent: datetime | None
    url: str
    likes: int | None
    replies: int | None
    shares: int | None

    @classmethod
    def of(cls, row: PlannedVersion, item: Planned) -> "WordingOut":
        """Needs `post` loaded."""
        post = row.post
        return cls(
            id=row.pk,
            source=row.source_id,
            place=row.place,
            text=row.sent_text or (item.text if row.same else row.text),
            title=row.title,
            due=row.due,
            state=row.state,
            error=row.error,
            sent=row.sent,
            url=row.result_url,
            likes=post.likes if post else None,
            replies=post.replies if post else None,
            shares=post.shares if post else None,
        )


class PlannedPostOut(Schema):
    """One item with its versions."""

    id: int
    title: str
    text: str
    state: str
    due: datetime | None
    campaign: str
    owner: str | None  # an e-mail address
    notes: str
    topic: int | None
    objective: int | None
    kpi: int | None
    tags: list[str]
    series: int | None
    changed: datetime
    wordings: list[WordingOut]

    @classmethod
    def of(cls, row: Planned) -> "PlannedPostOut":
        """Best with `owner__user`, `tags` and `versions__post` prefetched."""
        return cls(
            id=row.pk,
            title=row.title,
            text=row.text,
            state=row.state,
            due=row.due,
            campaign=row.campaign,
            owner=row.owner.user.email if row.owner else None,
            notes=row.notes,
            topic=row.topic_id,
            objective=row.objective_id,
            kpi=row.kpi_id,
            tags=sorted(tag.name for tag in row.tags.all()),
            series=row.series_id,
            changed=row.changed,
            wordings=[WordingOut.of(one, row) for one in row.versions.all()],
        )


class PlannedPostsOut(Schema):
    """Items in the order of their moments."""

    items: list[PlannedPostOut]
    after: int | None  # ask with it for the next page; null at the end


class BestTimeOut(Schema):
    """Hours of the week, by the workspace's clock, in which posts of ours did well."""

    weekday: int  # 0 is Monday
    start: int
    end: int
    posts: int
    ratio: float  # of what is usual
    sureness: str
    says: str

    @classmethod
    def of(cls, one: Suggestion) -> "BestTimeOut":
        """Of what core found."""
        given = {name: getattr(one, name) for name in ("weekday", "start", "end", "posts", "ratio", "sureness")}
        return cls(**given, says=in_words(one))


class BestTimesOut(Schema):
    """What our own past says; no suggestions where there are too few posts."""

    zone: str
    posts: int
    suggestions: list[BestTimeOut]


class AskedQuestionOut(Schema):
    """A question that several people ask."""

    id: int
    says: str
    people: int
    questions: int
    newest: datetime
    put_away: bool
    planned: int | None
    posts: list[int]  # the newest

    @classmethod
    def of(cls, row: Asked) -> "AskedQuestionOut":
        """With its posts."""
        return cls(
            id=row.pk,
            says=row.says,
            people=row.people,
            questions=row.questions,
            newest=row.newest,
            put_away=row.put_away is not None,
            planned=row.planned_id,
            posts=list(row.posts.order_by("-published").values_list("pk", flat=True)[:20]),
        )


class AskedQuestionsOut(Schema):
    """What most people ask first."""

    items: list[AskedQuestionOut]
    counted: datetime | None
