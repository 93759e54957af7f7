"""The shapes of Lemmy's API (version 3), and how its posts and comments become ours."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Author, Media, Post, PostState

from ._connector import Report
from ._text import tidy


class Person(Struct, frozen=True):
    """Whoever writes; known by number on the server that is read."""

    id: int
    name: str
    actor_id: str
    display_name: str | None = None
    published: str = ""

    def as_author(self, home: str) -> Author:
        """A handle names its server where that is not the one we read."""
        host = urlsplit(self.actor_id).hostname or ""
        handle = self.name if host in {"", home} else f"{self.name}@{host}"
        name = self.display_name or self.name
        return Author(str(self.id), handle, name, self.actor_id, when(self.published) if self.published else None)


class Community(Struct, frozen=True):
    """A community, by its number on the server that is read."""

    id: int
    name: str
    actor_id: str = ""

    def named(self, home: str) -> str:
        """As one asks for it on the server `home`: those of other servers with theirs."""
        host = urlsplit(self.actor_id).hostname or ""
        return self.name if host in {"", home} else f"{self.name}@{host}"


class ThePost(Struct, frozen=True):
    """A post, which begins a thread."""

    id: int
    name: str
    published: str
    ap_id: str
    creator_id: int = 0
    community_id: int = 0
    url: str | None = None
    body: str | None = None
    removed: bool = False
    deleted: bool = False
    locked: bool = False
    featured_community: bool = False
    featured_local: bool = False
    updated: str | None = None
    thumbnail_url: str | None = None


class TheComment(Struct, frozen=True):
    """A comment; its path names all that stand above it: "0.12.34" answers comment 12."""

    id: int
    post_id: int
    content: str
    published: str
    ap_id: str
    path: str
    creator_id: int = 0
    removed: bool = False
    deleted: bool = False
    updated: str | None = None


class Counts(Struct, frozen=True):
    """Votes and answers."""

    upvotes: int = 0
    comments: int | None = None
    child_count: int | None = None


class PostView(Struct, frozen=True):
    """A post with what stands around it."""

    post: ThePost
    creator: Person
    community: Community
    counts: Counts = Counts()
    my_vote: int | None = None
    creator_banned_from_community: bool = False

    @property
    def pinned(self) -> bool:
        """Lists show it above the others, however old it is."""
        return self.post.featured_community or self.post.featured_local

    def as_post(self, home: str) -> Post:
        """Of the post, its thread's beginning."""
        it = self.post
        return Post(
            id=f"post:{it.id}",
            title=tidy(it.name),
            text=tidy(it.body or ""),
            url=it.ap_id,
            author=self.creator.as_author(home),
            published=when(it.published),
            thread=f"post:{it.id}",
            edited=it.updated is not None,
            state=_state(it.removed),
            likes=self.counts.upvotes,
            replies=self.counts.comments,
            links=(it.url,) if it.url else (),
            media=(Media("image", it.thumbnail_url),) if it.thumbnail_url else (),
        )


class CommentView(Struct, frozen=True):
    """A comment with what stands around it."""

    comment: TheComment
    creator: Person
    community: Community
    counts: Counts = Counts()
    my_vote: int | None = None
    creator_banned_from_community: bool = False

    def as_post(self, home: str) -> Post:
        """Of the comment."""
        it = self.comment
        above = it.path.split(".")[1:-1]
        return Post(
            id=f"comment:{it.id}",
            text=tidy(it.content),
            url=it.ap_id,
            type="comment",
            author=self.creator.as_author(home),
            published=when(it.published),
            parent=f"comment:{above[-1]}" if above else f"post:{it.post_id}",
            thread=f"post:{it.post_id}",
            edited=it.updated is not None,
            state=_state(it.removed),
            likes=self.counts.upvotes,
            replies=self.counts.child_count,
        )


class _CommunityView(Struct, frozen=True):
    community: Community


class OneCommunity(Struct, frozen=True):
    """The wrapper around a community."""

    community_view: _CommunityView


class Posts(Struct, frozen=True):
    """A page of posts."""

    posts: tuple[PostView, ...]


class Comments(Struct, frozen=True):
    """A page of comments."""

    comments: tuple[CommentView, ...]


class OnePost(Struct, frozen=True):
    """The wrapper around a post."""

    post_view: PostView


class OneComment(Struct, frozen=True):
    """The wrapper around a comment."""

    comment_view: CommentView


class TheReport(Struct, frozen=True):
    """A member's report, without what it is of."""

    id: int
    reason: str
    published: str
    resolved: bool = False


class PostReportView(Struct, frozen=True):
    """A report of a post."""

    post_report: TheReport
    post: ThePost
    creator: Person


class CommentReportView(Struct, frozen=True):
    """A report of a comment."""

    comment_report: TheReport
    comment: TheComment
    creator: Person


class PostReports(Struct, frozen=True):
    """A page of reports of posts."""

    post_reports: tuple[PostReportView, ...]


class CommentReports(Struct, frozen=True):
    """A page of reports of comments."""

    comment_reports: tuple[CommentReportView, ...]


class _LocalUser(Struct, frozen=True):
    admin: bool = False


class _LocalUserView(Struct, frozen=True):
    local_user: _LocalUser
    person: Person


class _Moderates(Struct, frozen=True):
    community: Community


class Me(Struct, frozen=True):
    """Our account, and what it moderates."""

    local_user_view: _LocalUserView
    moderates: tuple[_Moderates, ...] = ()
    follows: tuple[_Moderates, ...] = ()

    @property
    def id(self) -> str:
        """Our author id there."""
        return str(self.local_user_view.person.id)


class _TheSite(Struct, frozen=True):
    name: str


class _SiteView(Struct, frozen=True):
    site: _TheSite


class About(Struct, frozen=True):
    """The server, and who is signed in."""

    site_view: _SiteView
    version: str = ""
    my_user: Me | None = None


def when(text: str) -> datetime:
    """Lemmy's time, which older versions write without a zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Broken("The Lemmy server writes dates in a form that Hubbub does not know.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def report_of(native: str, report: TheReport, by: Person, home: str) -> Report:
    """A member's report. Its id tells reports of posts from those of comments."""
    kind = native.partition(":")[0]
    return Report(
        f"{kind}:{report.id}", native, report.reason, by.as_author(home), when(report.published), not report.resolved
    )


def _state(removed: bool) -> PostState:
    return "removed" if removed else "visible"
