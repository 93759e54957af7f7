"""Ozone's side of moderation: its log of events, the posts and accounts that they are about, and how it is asked."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Author, Post, PostState

from ._atproto import Account, Params, RefusedError, Shape, utc
from ._bluesky_posts import NAME_LENGTH, WEB, Label, Record, from_record, parts, state_of
from ._connector import Settings
from ._http import Http
from ._text import tidy

DEFS = "tools.ozone.moderation.defs#"
REPORT, TAKEDOWN, REVERSE = f"{DEFS}modEventReport", f"{DEFS}modEventTakedown", f"{DEFS}modEventReverseTakedown"
ACKNOWLEDGE, LABEL = f"{DEFS}modEventAcknowledge", f"{DEFS}modEventLabel"
STRONG, REPO = "com.atproto.repo.strongRef", "com.atproto.admin.defs#repoRef"
NOT_IN_TEAM = (
    "This account is not in the labeler's team. In Ozone, under Configure → Team, somebody has to add it as a "
    "moderator."
)
PAGE = 100
AT_ONCE = 50  # posts or accounts that one question names


class Subject(Struct, frozen=True, rename={"type": "$type"}, omit_defaults=True):
    """What an event is about: a record, or an account as a whole."""

    type: str = ""
    uri: str = ""
    cid: str = ""
    did: str = ""

    @property
    def id(self) -> str:
        """As a post of ours is called; "" for what is neither (a private message)."""
        if self.type == STRONG:
            return self.uri
        return self.did if self.type == REPO else ""


class _What(Struct, frozen=True, rename="camel"):
    type: str = msgspec.field(default="", name="$type")
    comment: str = ""
    report_type: str = ""
    acknowledge_account_subjects: bool = False


class _Tool(Struct, frozen=True):
    name: str = ""
    meta: dict[str, object] = {}


class Event(Struct, frozen=True, rename="camel"):
    """One entry of the log."""

    id: int
    event: _What = _What()
    subject: Subject = Subject()
    created_by: str = ""
    creator_handle: str = ""
    created_at: str = ""
    mod_tool: _Tool | None = None

    @property
    def ms(self) -> int:
        """When it was written, in ms since 1970."""
        at = utc(self.created_at)
        return int(at.timestamp() * 1000) if at else 0

    @property
    def key(self) -> str:
        """The key of the act that it came of; "" where it was not ours."""
        key = self.mod_tool.meta.get("key") if self.mod_tool else ""
        return key if isinstance(key, str) else ""


class _Events(Struct, frozen=True):
    events: tuple[Event, ...] = ()
    cursor: str = ""


class _Status(Struct, frozen=True, rename="camel"):
    takendown: bool = False
    review_state: str = ""
    subject: Subject = Subject()


class _Statuses(Struct, frozen=True, rename="camel"):
    subject_statuses: tuple[_Status, ...] = ()


class _Moderation(Struct, frozen=True, rename="camel"):
    subject_status: _Status | None = None


class _Related(Struct, frozen=True, rename="camel"):
    type: str = msgspec.field(default="", name="$type")
    display_name: str = ""
    description: str = ""


class _Repo(Struct, frozen=True, rename="camel"):
    """An account as moderators see it."""

    did: str = ""
    handle: str = ""
    related_records: tuple[_Related, ...] = ()
    moderation: _Moderation = _Moderation()
    labels: tuple[Label, ...] = ()
    type: str = msgspec.field(default="", name="$type")

    @property
    def profile(self) -> _Related:
        """How the account shows itself."""
        return next((one for one in self.related_records if one.type == "app.bsky.actor.profile"), _Related())

    @property
    def taken_down(self) -> bool:
        """Whether the whole account is out of sight."""
        return bool(self.moderation.subject_status and self.moderation.subject_status.takendown)

    def as_author(self) -> Author:
        """The account as an author."""
        name = tidy(self.profile.display_name)[:NAME_LENGTH]
        return Author(self.did, handle=self.handle, name=name, url=f"{WEB}/{self.did}")


class _Records(Struct, frozen=True):
    records: tuple[msgspec.Raw, ...] = ()


class _Repos(Struct, frozen=True):
    repos: tuple[_Repo, ...] = ()


class _RecordView(Struct, frozen=True):
    """A record as moderators see it, though the public may not."""

    uri: str
    cid: str = ""
    value: Record = Record()
    repo: _Repo = _Repo()
    moderation: _Moderation = _Moderation()
    labels: tuple[Label, ...] = ()
    type: str = msgspec.field(default="", name="$type")


class _Viewer(Struct, frozen=True):
    role: str = ""


class _Config(Struct, frozen=True):
    viewer: _Viewer = _Viewer()


class Seen(Struct, frozen=True):
    """A post or account with what moderators made of it."""

    post: Post
    mark: str  # the same as long as nobody edits or moderates it
    subject: Subject
    taken_down: bool
    labels: frozenset[str]  # that this labeler gave


class Desk:
    """One labeler's Ozone, asked through our account's server. Methods raise Retry, Broken or RefusedError."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self.account = Account(settings, http)
        self.did = self.account.did
        labeler = settings.get("labeler", "").strip().removeprefix("@")
        if not labeler:
            raise Broken("The labeler is missing. Enter its identity (did:plc:…) or its handle.")
        if not labeler.startswith("did:"):
            labeler = self.account.get("com.atproto.identity.resolveHandle", _Repo, {"handle": labeler}).did
        self.labeler = labeler
        self._proxy = f"{labeler}#atproto_labeler"

    def role(self) -> str:
        """What our account may do there: "moderator", "admin", "triage"; "" where it is not in the team."""
        config = self._get("tools.ozone.server.getConfig", _Config, {})
        return config.viewer.role.rpartition("#role")[2].lower()

    def events(self, since: int, page: str) -> tuple[Sequence[Event], str]:
        """A page of what happened since (ms), oldest first, and the mark of the next page ("" at the end)."""
        asked: dict[str, str | int | list[str]] = {"sortDirection": "asc", "limit": PAGE}
        asked["types"] = [REPORT, TAKEDOWN, REVERSE, ACKNOWLEDGE, LABEL]
        if since:
            asked["createdAfter"] = _text(since)
        if page:
            asked["cursor"] = page
        found = self._get("tools.ozone.moderation.queryEvents", _Events, asked)
        return found.events, found.cursor if len(found.events) == PAGE else ""

    def events_of(self, subject: str, kind: str) -> Sequence[Event]:
        """The newest hundred events of one kind about a post or an account."""
        asked: Params = {"subject": subject, "types": [kind], "limit": PAGE}
        return self._get("tools.ozone.moderation.queryEvents", _Events, asked).events

    def waiting(self, many: int) -> list[str]:
        """Posts and accounts that wait for a moderator, reported last first."""
        asked: Params = {"reviewState": f"{DEFS}reviewOpen", "limit": many}
        found = self._get("tools.ozone.moderation.queryStatuses", _Statuses, asked)
        return [one.subject.id for one in found.subject_statuses if one.subject.id]

    def emit(self, body: dict[str, object]) -> None:
        """Write into the log, by which it comes true."""
        with _explained():
            self.account.post("tools.ozone.moderation.emitEvent", Event, body, proxy=self._proxy)

    def _get(self, method: str, shape: type[Shape], params: Params) -> Shape:
        with _explained():
            return self.account.get(method, shape, params, proxy=self._proxy)

    def look(self, subjects: Iterable[str]) -> dict[str, Seen]:
        """Posts and accounts as they stand now; what its author took away is missing."""
        ids = list(dict.fromkeys(subjects))
        uris, dids = [one for one in ids if one.startswith("at://")], [one for one in ids if one.startswith("did:")]
        found: dict[str, Seen] = {}
        for start in range(0, len(uris), AT_ONCE):
            asked: Params = {"uris": uris[start : start + AT_ONCE]}
            answer = self._get("tools.ozone.moderation.getRecords", _Records, asked)
            for raw in answer.records:
                view = _record(raw)
                if view is not None:
                    found[view.uri] = self._post(view)
        for start in range(0, len(dids), AT_ONCE):
            asked = {"dids": dids[start : start + AT_ONCE]}
            repos = self._get("tools.ozone.moderation.getRepos", _Repos, asked)
            found |= {one.did: self._account(one) for one in repos.repos if not one.type.endswith("NotFound")}
        return found

    def _post(self, view: _RecordView) -> Seen:
        status = view.moderation.subject_status
        down = bool(status and status.takendown)
        state: PostState = "removed" if down or view.repo.taken_down else state_of(view.labels)
        post = from_record(view.uri, view.value, view.repo.as_author(), state=state)
        return Seen(
            post, f"{view.cid[-6:]}{state[0]}", Subject(STRONG, view.uri, view.cid), down, self._ours(view.labels)
        )

    def _account(self, repo: _Repo) -> Seen:
        """A reported account as a post: what it says about itself."""
        state: PostState = "removed" if repo.taken_down else "visible"
        profile = repo.profile
        post = Post(
            id=repo.did,
            title=f"Account @{repo.handle}",
            text=tidy(f"{profile.display_name}\n{profile.description}"),
            url=f"{WEB}/{repo.did}",
            author=repo.as_author(),
            state=state,
        )
        mark = f"{_hash(post.text)}{state[0]}"
        return Seen(post, mark, Subject(REPO, did=repo.did), repo.taken_down, self._ours(repo.labels))

    def _ours(self, labels: Sequence[Label]) -> frozenset[str]:
        return frozenset(one.val for one in labels if one.src == self.labeler and not one.neg)


@contextmanager
def _explained() -> Iterator[None]:
    """What our account's server and Ozone say of a wrong set-up, in words that help."""
    try:
        yield
    except RefusedError as refused:
        if "not a moderator" in refused.message.lower():
            raise Broken(NOT_IN_TEAM) from None
        if "proxy did" in refused.message.lower():
            raise Broken("There is no labeler under this handle or identity. Enter those of your labeler.") from None
        raise


def _hash(text: str) -> str:
    """A text in six letters."""
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def _record(raw: msgspec.Raw) -> _RecordView | None:
    """None for what is not there, and for what has a form that we do not know."""
    try:
        view = msgspec.json.decode(raw, type=_RecordView)
    except msgspec.ValidationError:
        return None
    return None if view.type.endswith("NotFound") or not parts(view.uri)[0] else view


def _text(ms: int) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
