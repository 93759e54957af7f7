"""A Bluesky labeler's Ozone: what members report comes in; labels, takedowns and acknowledgements go back."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Author, Post, PostState

from ._atproto import ACCOUNT_FIELDS, KEYS, TRIED, RefusedError, in_words, utc
from ._bluesky_posts import WEB, parts, web_url
from ._connector import Act, Batch, Declared, Done, Field, Found, Reads, Report, Settings, Verb
from ._http import Http
from ._ozone_desk import ACKNOWLEDGE, LABEL, NOT_IN_TEAM, REPO, REPORT, REVERSE, TAKEDOWN, Desk, Event, Seen, Subject
from ._text import tidy

VERBS: frozenset[Verb] = frozenset({"label", "unlabel", "remove", "restore", "resolve", "ban", "unban"})
TRIAGE: frozenset[Verb] = frozenset({"resolve"})
EVENTS: Mapping[Verb, str] = {
    "label": LABEL, "unlabel": LABEL, "remove": TAKEDOWN, "restore": REVERSE, "resolve": ACKNOWLEDGE, "ban": TAKEDOWN,
    "unban": REVERSE,
}  # fmt: skip
FULL = 150  # posts after which a batch ends
OVERLAP = 30_000  # ms of the log that are read again: an event may be written a little after a later one
WATCHED = 500  # posts and accounts whose state we follow
LOOKED_AT = 200  # of them at each fetch: the newest, and others in turn
NEWEST = 100
OPEN_MOST = 5000  # reports of which we remember that they wait


class _Place(Struct, frozen=True):
    """The cursor."""

    labeler: str = ""
    since: int = 0  # when the newest event happened that was taken, ms
    recent: dict[int, int] = {}  # events of the last moments that were taken, and when they happened
    waiting: dict[str, list[int]] = {}  # post or account → its reports that nobody dealt with
    seen: dict[str, str] = {}  # post or account → its mark; the one touched last comes last
    turn: int = 0


class Ozone(Declared):
    """A connector that reads a labeler's log and writes into it, as a member of its team."""

    kind = "ozone"
    label = "Bluesky labeler (Ozone)"
    called = "Bluesky"
    about = "What members report to the Bluesky labeler that you run; label, take down and acknowledge here."
    fields = (
        *ACCOUNT_FIELDS,
        Field(
            "labeler",
            "The labeler",
            "Its handle, or its identity (did:plc:…). The account above must be a member of its team in Ozone.",
            placeholder="moderation.acme.example",
        ),
    )
    can: ClassVar[frozenset[Verb]] = VERBS
    every = 60
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll", "reports"})
    names: ClassVar[Mapping[Verb, str]] = {
        "label": "Label",
        "unlabel": "Negate label",
        "remove": "Takedown",
        "restore": "Reverse takedown",
        "resolve": "Acknowledge",
        "ban": "Takedown of the account; with an end: suspend",
        "unban": "Reverse takedown of the account",
    }
    keys = (
        f"{KEYS}\n\nIn Ozone, under **Configure → Team**, add that account as a moderator; as triage it can only "
        "acknowledge."
    )
    tested = TRIED

    def check(self, settings: Settings, http: Http) -> Found:
        """Sign in, and ask what our account may do there."""
        return in_words(lambda: _in_team(Desk(settings, http)))

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """What was reported and decided since, with the posts and accounts that it was about."""
        return in_words(lambda: _Reading(Desk(settings, http), cursor).fetch())

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Write the event that brings it about; what stands already stays so."""
        return in_words(lambda: _act(Desk(settings, http), act))

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """The event that carries the act's key, in Ozone's log."""
        return in_words(lambda: _find(Desk(settings, http), act))


CONNECTOR = Ozone()


def _in_team(desk: Desk) -> Found:
    role = desk.role()
    if not role:
        raise Broken(NOT_IN_TEAM)
    waiting = list(desk.look(desk.waiting(100)).values())
    can = TRIAGE if role == "triage" else VERBS
    more = " or more" if len(waiting) == 100 else ""
    says = f"{len(waiting)}{more} posts and accounts wait for a moderator. Signed in as {role}"
    says += ", who can label, take down and acknowledge." if can == VERBS else ", who can only acknowledge."
    return Found(says, "Ozone", can, desk.did, sample=[one.post for one in waiting[:5]])


class _Reading:
    """One fetch."""

    def __init__(self, desk: Desk, cursor: str) -> None:
        place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
        self._desk = desk
        self._place = place if place.labeler == desk.labeler else _Place(labeler=desk.labeler)
        self._recent = dict(self._place.recent)
        self._waiting = {subject: list(reports) for subject, reports in self._place.waiting.items()}
        self._seen = dict(self._place.seen)
        self._reports: dict[int, Report] = {}
        self._touched: dict[str, None] = {}
        self._posts: dict[str, Post] = {}
        self._gone: list[str] = []

    def fetch(self) -> Batch:
        since, page, more = max(0, self._place.since - OVERLAP), "", True
        newest = self._place.since
        while more and len(self._touched) < FULL:
            events, page = self._desk.events(since, page)
            for event in events:
                newest = max(newest, event.ms)
                if event.id not in self._recent:
                    self._recent[event.id] = event.ms
                    self._take(event)
            more = bool(page)
        turn = self._look(self._place.turn, whole=not more)
        place = _Place(
            self._place.labeler,
            newest,
            {number: at for number, at in self._recent.items() if at >= newest - OVERLAP},
            dict(list(self._waiting.items())[-OPEN_MOST:]),
            dict(list(self._seen.items())[-WATCHED:]),
            turn,
        )
        return Batch(
            list(self._posts.values()),
            msgspec.json.encode(place).decode(),
            more,
            gone=tuple(self._gone),
            reports=list(self._reports.values()),
        )

    def _take(self, event: Event) -> None:
        subject, kind = event.subject.id, event.event.type
        if not subject:
            return
        self._touched[subject] = None
        if kind == REPORT:
            self._waiting.setdefault(subject, []).append(event.id)
            by = Author(event.created_by, event.creator_handle, url=f"{WEB}/{event.created_by}")
            self._reports[event.id] = Report(
                str(event.id), subject, _why(event), by, utc(event.created_at), url=web_url(subject)
            )
        elif kind in {ACKNOWLEDGE, TAKEDOWN}:
            self._close(subject)
            if event.event.acknowledge_account_subjects:
                for one in [other for other in self._waiting if parts(other)[0] == event.subject.did]:
                    self._close(one)

    def _close(self, subject: str) -> None:
        for number in self._waiting.pop(subject, []):
            known = self._reports.get(number, Report(str(number), subject))
            self._reports[number] = msgspec.structs.replace(known, open=False)

    def _look(self, turn: int, *, whole: bool) -> int:
        """See what the events were about; once there are no more, also what we saw before. Returns the next turn."""
        looked = dict(self._touched)
        if whole:
            names = list(reversed(self._seen))
            older = names[NEWEST:]
            turn = turn if turn < len(older) else 0
            looked |= dict.fromkeys(names[:NEWEST] + older[turn : turn + LOOKED_AT - NEWEST])
            turn += LOOKED_AT - NEWEST
        found = self._desk.look(looked)
        for subject in looked:
            before, now = self._seen.get(subject), found.get(subject)
            if now is None:
                if before is not None:
                    del self._seen[subject]
                    self._gone.append(subject)
                continue
            if subject in self._touched:
                self._seen.pop(subject, None)  # it comes last again
            self._seen[subject] = now.mark
            if before != now.mark:
                edited = before is not None and before[:6] != now.mark[:6]
                self._posts[subject] = msgspec.structs.replace(now.post, edited=edited)
        return turn


def _why(event: Event) -> str:
    """What the reporter chose and wrote: "spam: Sells gold"."""
    reason = event.event.report_type.rpartition("#")[2].removeprefix("reason").lower()
    return ": ".join(part for part in (reason, tidy(event.event.comment)) if part)


# --- acting


def _act(desk: Desk, act: Act) -> Done:
    seen = _seen(desk, act)
    if _stands(seen, act):
        return _done(act, seen)
    what: dict[str, object] = {"$type": EVENTS[act.verb], "comment": act.why}
    if act.verb in {"label", "unlabel"}:
        if not act.label:
            raise Broken("Say which label it is to have.")
        given = act.verb == "label"
        what |= {"createLabelVals": [act.label] if given else [], "negateLabelVals": [] if given else [act.label]}
    if act.until is not None and act.verb in {"ban", "label"}:
        what["durationInHours"] = max(1, math.ceil((act.until - datetime.now(UTC)).total_seconds() / 3600))
    body = {
        "event": what,
        "subject": seen.subject,
        "createdBy": desk.did,
        "externalId": act.key,
        "modTool": {"name": "hubbub", "meta": {"key": act.key}},
    }
    try:
        desk.emit(body)
    except RefusedError as refused:
        if refused.code != "DuplicateExternalId" and "already taken down" not in refused.message.lower():
            raise
    return _done(act, seen)


def _find(desk: Desk, act: Act) -> Done | None:
    about = _about(act)
    arrived = any(event.key == act.key for event in desk.events_of(about, EVENTS[act.verb]))
    return _done(act, _seen(desk, act)) if arrived else None


def _about(act: Act) -> str:
    """The post, or the account where the verb is about its author."""
    if act.verb in {"ban", "unban"}:
        return act.author or parts(act.post)[0] or act.post
    return act.post


def _seen(desk: Desk, act: Act) -> Seen:
    about = _about(act)
    seen = desk.look([about]).get(about)
    if seen is None:
        if about.startswith("did:"):  # an account that is gone can still be closed in the log
            return Seen(Post(about, ""), "", Subject(REPO, did=about), taken_down=False, labels=frozenset())
        raise Broken("The post is no longer there: its author took it away.")
    return seen


def _stands(seen: Seen, act: Act) -> bool:
    """Whether nothing is left to do. An acknowledgement can always be written."""
    if act.verb in {"remove", "ban"}:
        return seen.taken_down and act.until is None
    if act.verb in {"restore", "unban"}:
        return not seen.taken_down
    if act.verb in {"label", "unlabel"}:
        return bool(act.label) and (act.label in seen.labels) is (act.verb == "label")
    return False


def _done(act: Act, seen: Seen) -> Done:
    states: dict[Verb, PostState] = {"remove": "removed", "restore": "visible"}
    state = states.get(act.verb, seen.post.state)
    return Done(act.post or _about(act), web_url(act.post), state)
