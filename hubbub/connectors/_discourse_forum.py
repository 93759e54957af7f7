"""What a Discourse forum says and takes: the shapes of its API, asking it, and how its posts become ours."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Author, Media, Post, PostState

from ._answer import Answer
from ._connector import Report, Settings
from ._http import Http, Parts
from ._marks import uncommented
from ._markup import picture
from ._media import Attached
from ._text import images_in, links_in, plain, tidy

Shape = TypeVar("Shape")

LIKE, OFF_TOPIC = 2, 3  # what Discourse calls types of action on a post


class Said(Struct, frozen=True):
    """A post. Its number is its place in the topic."""

    id: int
    topic_id: int
    created_at: datetime
    post_number: int = 1
    username: str = ""
    name: str | None = None
    user_id: int = 0
    cooked: str = ""
    raw: str | None = None
    topic_slug: str = ""
    topic_title: str = ""
    category_id: int | None = None
    reply_to_post_number: int | str | None = None  # the description says text, servers send a number
    version: int = 1
    hidden: bool = False
    deleted_at: str | None = None
    user_deleted: bool = False
    reply_count: int | None = None
    reads: int | None = None
    reviewable_id: int | None = None
    reviewable_score_pending_count: int = 0
    actions_summary: tuple["_Action", ...] = ()

    @property
    def state(self) -> PostState:
        """As readers see it."""
        if self.deleted_at:
            return "removed"
        return "hidden" if self.hidden else "visible"

    @property
    def liked(self) -> bool:
        """By our account."""
        return any(one.id == LIKE and one.acted for one in self.actions_summary)

    def as_post(self, site: str, title: str = "", slug: str = "") -> Post:
        """`title` and `slug` where the topic was asked for and its posts do not name it. The parent is named by its
        number in the topic, and so are all posts: an answer says no more of what it answers."""
        first = self.post_number == 1
        likes = next((one.count for one in self.actions_summary if one.id == LIKE), 0)
        above = str(self.reply_to_post_number or "1")
        return Post(
            id=f"{self.topic_id}/{self.post_number}",
            title=tidy(self.topic_title or title) if first else "",
            text=tidy(uncommented(self.raw)) if self.raw is not None else plain(self.cooked),
            url=f"{site}/t/{self.topic_slug or slug or '-'}/{self.topic_id}/{self.post_number}",
            type="post" if first else "comment",
            author=self._author(site),
            published=self.created_at.astimezone(UTC),
            parent="" if first else f"{self.topic_id}/{above}",
            thread=f"{self.topic_id}",
            edited=self.version > 1,
            state=self.state,
            likes=likes,
            replies=self.reply_count,
            views=self.reads,
            links=links_in(self.cooked),
            media=tuple(Media("image", url) for url in images_in(self.cooked) if "/images/emoji/" not in url),
        )

    def _author(self, site: str) -> Author | None:
        if not self.username:
            return None
        url = f"{site}/u/{self.username}"
        return Author(str(self.user_id or self.username), self.username, self.name or self.username, url)

    def report(self) -> Report:
        """What members' flags amount to."""
        many = self.reviewable_score_pending_count
        return Report(
            f"review:{self.reviewable_id}",
            f"{self.topic_id}/{self.post_number}",
            f"{many} {'flag' if many == 1 else 'flags'} of members wait for review",
            open=many > 0,
        )


class _Action(Struct, frozen=True):
    id: int
    count: int = 0
    acted: bool = False


class Latest(Struct, frozen=True):
    """The newest posts of the forum."""

    latest_posts: tuple[Said, ...] = ()


class Stream(Struct, frozen=True):
    """All post ids of a topic, and some of its posts."""

    stream: tuple[int, ...] = ()
    posts: tuple[Said, ...] = ()


class Topic(Struct, frozen=True):
    """A topic, with its posts' ids."""

    id: int
    title: str = ""
    slug: str = ""
    closed: bool = False
    post_stream: Stream = Stream()


class SomePosts(Struct, frozen=True):
    """Posts of a topic that were asked for by id."""

    post_stream: Stream


class Hit(Struct, frozen=True):
    """What a search finds: the beginning of its words at most, and where it stands."""

    id: int
    topic_id: int = 0
    post_number: int = 0

    @property
    def name(self) -> str:
        """Our id of the post."""
        return f"{self.topic_id}/{self.post_number}"


class Hits(Struct, frozen=True):
    """What a search found."""

    posts: tuple[Hit, ...] = ()


class Category(Struct, frozen=True):
    """A category, perhaps below another."""

    id: int
    slug: str = ""
    name: str = ""
    parent_category_id: int | None = None
    permission: int | None = None  # of our account: 1 is all, also to begin topics; None: the forum does not say

    def is_called(self, name: str) -> bool:
        """By its name, the last part of its address, or its number."""
        return name.casefold() in {self.slug.casefold(), self.name.casefold(), str(self.id)}


class Upload(Struct, frozen=True):
    """A file that the forum keeps."""

    url: str = ""
    short_url: str | None = None
    width: int | None = None
    height: int | None = None

    def markdown(self, file: Attached) -> str:
        """As it stands in a post."""
        there, kind = self.short_url or self.url, file.mime.partition("/")[0]
        if kind == "image":
            size = f"|{self.width}x{self.height}" if self.width and self.height else ""
            return picture(file.alt.replace("|", "/"), there).replace("](", f"{size}](", 1)
        if kind in {"video", "audio"}:
            return picture(f"{file.name.replace('|', '/')}", there).replace("](", f"|{kind}](", 1)
        return picture(file.name.replace("|", "/"), there)[1:].replace("](", "|attachment](", 1)


class About(Struct, frozen=True):
    """The forum."""

    title: str = ""


class TheSite(Struct, frozen=True):
    """What the forum says of itself: its categories."""

    categories: tuple[Category, ...] = ()


class User(Struct, frozen=True):
    """An account, with its roles."""

    id: int
    username: str
    admin: bool = False
    moderator: bool = False


class OneUser(Struct, frozen=True):
    """The wrapper around an account."""

    user: User


class _Refusal(Struct, frozen=True):
    errors: tuple[str, ...] = ()
    error_type: str = ""


class NotThere(Broken):
    """What was asked for does not stand there any more."""


class Forum:
    """One forum, asked with or without a key. Raises Retry and Broken alone."""

    def __init__(self, settings: Settings, http: Http) -> None:
        address = settings.get("site", "").strip().rstrip("/")
        if not address:
            raise Broken("The address of the forum is missing. Enter it, for example https://meta.discourse.org.")
        self.address = address if "://" in address else f"https://{address}"
        self.host = urlsplit(self.address).netloc.rpartition("@")[2]
        self.words = settings.get("words", "").strip()
        self.category = settings.get("category", "").strip().strip("/").removeprefix("c/").casefold()
        self.topic = settings.get("topic", "").strip()
        self.user = settings.get("user", "").strip()
        self._key = settings.get("key", "").strip()
        self._http = http

    @property
    def signed_in(self) -> bool:
        """Whether there is a key and the name of whom it speaks for."""
        return bool(self._key and self.user)

    def get(self, path: str, shape: type[Shape], params: Mapping[str, str | int] | None = None) -> Shape:
        """Read. Raises NotThere where the forum says so of a single post."""
        return self._ask("GET", path, params=params).json(shape)

    def send(self, method: str, path: str, body: object, shape: type[Shape]) -> Shape:
        """Write, and read what it says then."""
        return self._ask(method, path, body=body).json(shape)

    def upload(self, file: Attached) -> Upload:
        """Keep a file there. The same content is the same upload, however often it is sent."""
        body = Parts("file", file.name, file.mime, file.data, {"type": "composer", "synchronous": "true"})
        return self._ask("POST", "uploads.json", upload=body).json(Upload)

    def tell(self, method: str, path: str, body: object = None) -> None:
        """Write where the answer is of no use; it must be the forum's all the same."""
        answer = self._ask(method, path, body=body)
        if answer.status != 204 and not (method == "DELETE" and not answer.body and not answer.kind.startswith("text")):
            answer.json(msgspec.Raw)

    def post(self, native: str) -> Said:
        """A post as it stands now."""
        topic, number = apart(native)
        return self.get(f"posts/by_number/{topic}/{number}.json", Said)

    def in_topic(self, topic: str) -> Topic:
        """A topic with all its posts' ids."""
        return self.get(f"t/{topic}.json", Topic)

    def _ask(
        self, method: str, path: str, *, params: Mapping[str, str | int] | None = None, body: object = None,
        upload: Parts | None = None, accept: Collection[int] = (400, 403, 404, 410, 422),
    ) -> Answer:  # fmt: skip
        headers = {"api-key": self._key, "api-username": self.user} if self.signed_in else {}
        answer = self._http.request(
            method, f"{self.address}/{path}", params=params, json=body, body=upload, headers=headers, accept=accept
        )
        if answer.status < 400:
            return answer
        says = self._says(answer)
        if answer.status == 403 and "invalid_access" in answer.text()[:2000] and self.signed_in and not says:
            raise Broken(f"{answer.host} does not accept the key or the user name. Enter them anew.", sign_in=True)
        if answer.status in {404, 410}:
            raise NotThere(
                f"{answer.host} answered {answer.status}: there is nothing at this address. Check the address."
            )
        if answer.status == 403:
            raise Broken(f"{answer.host} answered 403: it does not allow this. {says or 'Check what the key may do.'}")
        raise Broken(f"{answer.host} refuses this: {says or 'it does not say why.'}")

    @staticmethod
    def _says(answer: Answer) -> str:
        """What it says of the mistake, for people: "Body is too short (minimum is 20 characters)"."""
        try:
            errors = msgspec.json.decode(answer.body, type=_Refusal).errors
        except msgspec.DecodeError:
            return ""
        said = errors[0][:200].rstrip(". ") if errors else ""
        return f"“{said}”." if said else ""


def apart(native: str) -> tuple[int, int]:
    """The topic and the place in it that our id of a post names. Raises Broken."""
    topic, _, number = native.partition("/")
    if not topic.isdecimal() or not number.isdecimal():
        raise Broken("This was not read from a Discourse forum: its id names no topic.")
    return int(topic), int(number)
