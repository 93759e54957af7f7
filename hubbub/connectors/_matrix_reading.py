"""Reading Matrix rooms: what a sync brings, and what stands between two syncs or before the first one.

A sync tells what happened since a token, and where it left something out. Those gaps are kept in the cursor and filled
page by page, going back; only then the next sync is asked for. So nothing is lost whenever we stop.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hubbub.core.post import Author, Post

from ._connector import Batch, Refused, Report
from ._matrix_posts import as_post
from ._matrix_server import Event, Homeserver, Joined, Messages, RefusedError, Sync, path, post_id

AT_ONCE = 50  # events of one room in one sync
PAGE = 100  # events of one page of history
BEFORE = 5000  # events of a room's history that are read when it is met for the first time
REPORTS = 100
WAIT = 15_000  # ms that a sync waits for something to happen
TYPES = ["m.room.message", "m.sticker", "m.room.redaction", "m.room.encryption", "m.room.name", "m.room.member"]


class Gap(Struct, frozen=True):
    """A stretch of a room's history to be read yet, going back."""

    room: str
    before: str  # token
    until: str = ""  # token; "": to the beginning
    left: int = BEFORE  # events, where it goes to the beginning


class Place(Struct, frozen=True):
    """The cursor."""

    site: str = ""
    since: str = ""
    gaps: tuple[Gap, ...] = ()
    rooms: tuple[str, ...] = ()  # that were met
    secret: tuple[str, ...] = ()  # of these, the end-to-end encrypted ones
    reports: int = -1  # how many reports were read; -1: this account may not read them


class _Reported(Struct, frozen=True):
    id: int
    room_id: str
    event_id: str
    user_id: str = ""
    reason: str | None = None
    received_ts: int = 0


class _Reports(Struct, frozen=True):
    event_reports: tuple[_Reported, ...] = ()


def read(server: Homeserver, place: Place, rooms: Sequence[str], *, wait: int = 0) -> Batch:
    """The next batch: a page of a gap if there is one, else what a sync brings; it waits up to `wait` ms."""
    if place.gaps:
        return _fill(server, place)
    asked: dict[str, str | int] = {"filter": _filter(rooms), "timeout": wait if place.since else 0}
    if place.since:
        asked["since"] = place.since
    else:
        place = replace(place, reports=_may_read_reports(server))
    sync = server.ask("v3/sync", Sync, asked)
    posts: dict[str, Post] = {}
    gone: list[str] = []
    gaps: list[Gap] = []
    refused: list[Refused] = []
    secret = set(place.secret)
    for room, joined in sync.rooms.join.items():
        known = room in place.rooms
        if _encrypted(joined) and room not in secret:
            secret.add(room)
            refused.append(Refused(_name(joined) or room, "This room is end-to-end encrypted; Hubbub cannot read it."))
        found, went = _read(server, room, joined.timeline.events, joined.state.events)
        posts |= found
        gone += went
        timeline = joined.timeline
        if timeline.prev_batch and timeline.limited:
            gaps.append(Gap(room, timeline.prev_batch, place.since if known else ""))
    after = replace(
        place,
        since=sync.next_batch,
        gaps=tuple(gaps),
        rooms=tuple(dict.fromkeys([*place.rooms, *sync.rooms.join])),
        secret=tuple(sorted(secret)),
    )
    reports, after = _reports(server, after)
    return Batch(
        _in_order(posts.values()),
        _cursor(after),
        more=bool(gaps),
        refused=tuple(refused),
        gone=tuple(gone),
        reports=reports,
        at=_newest(sync),
    )


def stream(server: Homeserver, place: Place, rooms: Sequence[str]) -> Iterator[Batch]:
    """What happens, as it happens; an empty batch where nothing does for 15 s."""
    while True:
        batch = read(server, place, rooms, wait=WAIT)
        place = msgspec.json.decode(batch.cursor, type=Place)
        yield batch


def _fill(server: Homeserver, place: Place) -> Batch:
    gap = place.gaps[0]
    asked: dict[str, str | int] = {"dir": "b", "from": gap.before, "limit": PAGE, "filter": _history()}
    if gap.until:
        asked["to"] = gap.until
    try:
        page = server.ask(path("rooms", gap.room, "messages"), Messages, asked)
    except RefusedError as refused:
        if refused.status != 403:
            raise
        page = Messages()  # we may not look back there, or are no longer in the room
    posts, gone = _read(server, gap.room, tuple(reversed(page.chunk)), page.state, first=not gap.until)
    left = gap.left - len(page.chunk)
    over = not page.chunk or not page.end or page.end == gap.until or (not gap.until and left <= 0)
    rest = place.gaps[1:] if over else (replace(gap, before=page.end or "", left=left), *place.gaps[1:])
    after = replace(place, gaps=rest)
    return Batch(_in_order(posts.values()), _cursor(after), more=bool(rest), gone=tuple(gone))


def _read(
    server: Homeserver, room: str, events: Sequence[Event], state: Iterable[Event], *, first: bool = False
) -> tuple[dict[str, Post], list[str]]:
    """Posts by id and what is gone. `first`: nothing older was read, so what changes it need not be followed."""
    names = {
        one.state_key: one.says.displayname or ""
        for one in (*state, *events)
        if one.type == "m.room.member" and one.state_key
    }
    posts: dict[str, Post] = {}
    gone: list[str] = []
    for event in events:
        if event.type == "m.room.redaction":
            target = event.redacts or event.says.redacts
            posts.pop(post_id(room, target), None)
            if target and not first:
                gone.append(post_id(room, target))
            continue
        found: Post | None
        if target := event.replaces:
            if first or event.is_redacted:  # the server tells the newest words along with the first ones
                continue
            found = _anew(server, room, target, event.sender, names)
        else:
            found = as_post(server, room, event, names)
        if found is not None:
            posts[found.id] = found
    return posts, gone


def _anew(server: Homeserver, room: str, event: str, sender: str, names: dict[str, str]) -> Post | None:
    """A message whose words were changed, as it is now; only its author can do that."""
    try:
        now = server.ask(path("rooms", room, "event", event), Event)
    except RefusedError as refused:
        if refused.status not in {403, 404}:
            raise
        return None
    return as_post(server, room, now, names) if now.sender == sender else None


def _may_read_reports(server: Homeserver) -> int:
    """0 where the account is an admin of a Synapse, which tells what members report."""
    try:
        server.send_to("GET", "_synapse/admin/v1/event_reports", params={"limit": 1})
    except RefusedError:
        return -1
    return 0


def _reports(server: Homeserver, place: Place) -> tuple[tuple[Report, ...], Place]:
    if place.reports < 0:
        return (), place
    asked: dict[str, str | int] = {"from": place.reports, "limit": REPORTS, "dir": "f"}
    try:
        answer = server.send_to("GET", "_synapse/admin/v1/event_reports", params=asked).json(_Reports)
    except RefusedError:  # an admin no longer
        return (), replace(place, reports=-1)
    found = tuple(
        Report(
            str(one.id),
            post_id(one.room_id, one.event_id),
            one.reason or "",
            Author(one.user_id, one.user_id.removeprefix("@")),
            datetime.fromtimestamp(one.received_ts / 1000, UTC) if one.received_ts else None,
        )
        for one in answer.event_reports
    )
    return found, replace(place, reports=place.reports + len(found))


def _filter(rooms: Sequence[str]) -> str:
    none: dict[str, object] = {"types": []}
    lazy = {"lazy_load_members": True, "include_redundant_members": True}
    about: dict[str, object] = {
        "timeline": {"limit": AT_ONCE, "types": TYPES, **lazy},
        "state": {"types": ["m.room.member", "m.room.name", "m.room.encryption"], **lazy},
        "ephemeral": none,
        "account_data": none,
    }
    if rooms:
        about["rooms"] = list(rooms)
    return msgspec.json.encode({"presence": none, "account_data": none, "room": about}).decode()


def _history() -> str:
    lazy = {"lazy_load_members": True, "include_redundant_members": True}
    return msgspec.json.encode({"types": TYPES, **lazy}).decode()


def _encrypted(joined: Joined) -> bool:
    return any(one.type == "m.room.encryption" for one in (*joined.state.events, *joined.timeline.events))


def _name(joined: Joined) -> str:
    named = [one for one in (*joined.state.events, *joined.timeline.events) if one.type == "m.room.name"]
    return (named[-1].says.name or "") if named else ""


def _newest(sync: Sync) -> datetime | None:
    newest = max((one.origin_server_ts for room in sync.rooms.join.values() for one in room.timeline.events), default=0)
    return datetime.fromtimestamp(newest / 1000, UTC) if newest else None


def _in_order(posts: Iterable[Post]) -> list[Post]:
    return sorted(posts, key=lambda post: (post.published or datetime.min.replace(tzinfo=UTC), post.id))


def _cursor(place: Place) -> str:
    return msgspec.json.encode(place).decode()
