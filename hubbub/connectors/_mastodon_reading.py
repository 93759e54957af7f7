"""Following what a Mastodon server shows: a timeline or our notifications, page by page or as a stream; reports."""

import hashlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, structs

from hubbub.core.post import Post

from ._connector import BEAT, Batch, Report
from ._http import Http, Lines
from ._mastodon_posts import AdminReport, Notification, Status, as_post, author_of, aware, order
from ._mastodon_server import NEEDS_TOKEN, PAGE, TIMELINES, Item, Server

STEPS = 5  # pages that one fetch reads
FIRST = 20  # pages of what was said before we came
WATCHED = 400  # the newest posts, whose edits and deletions are followed
ASKED = 20  # missing posts that one fetch asks about
REPORTS = 10  # pages of open reports
GREETING = 15.0  # seconds that a server may take to greet
SILENCE = 60.0  # seconds without even a sign of life, which Mastodon gives every 15, after which a stream is dead
LOOK_AGAIN = 300.0  # seconds between two looks, while it streams, at what servers stream to nobody
AT_ONCE = 100  # events of a stream in one batch
STREAMS: Mapping[str, str] = {
    "hashtag": "/api/v1/streaming/hashtag",
    "public": "/api/v1/streaming/public",
    "local": "/api/v1/streaming/public/local",
    "home": "/api/v1/streaming/user",
    "notifications": "/api/v1/streaming/user/notification",
}


class Gap(Struct, frozen=True):
    """What lies between two places and is being read, downwards."""

    top: str  # the newest that was there when it began
    down: str  # so far it was read
    left: int = -1  # pages that are read at most; -1: until the end


class Place(Struct, frozen=True):
    """The cursor. It knows numbers that the server gave and no time, so that no clock can mislead it."""

    of: str = ""  # what is read, where; of something else it begins anew
    begun: bool = False
    last: str = ""  # all up to here was read
    gap: Gap | None = None
    seen: dict[str, str] = {}  # the newest: number → mark, and the post's number where that is another
    floor: str = ""  # up to here nothing is watched any more
    turn: int = 1  # the page of older ones that is looked through next


def fetch(server: Server, cursor: str) -> Batch:
    """What was said, edited or deleted since, oldest first."""
    if server.reads == "reports":
        return _reports(server, cursor)
    place = _place(server, cursor)
    if place.gap is not None:
        return _close(server, place, place.gap, [])
    newest = server.page()
    if server.reads in NEEDS_TOKEN:
        server.me()  # says so where the account has moved away
    fresh = [item for item in newest if order(item.key) > order(place.last)]
    if fresh and len(fresh) == len(newest):  # nothing on the page is known: more may lie below
        gap = Gap(fresh[0].key, fresh[-1].key, -1 if place.begun else FIRST - 1)
        return _close(server, place, gap, fresh)
    return _look_again(server, place, newest)


def _place(server: Server, cursor: str) -> Place:
    of = f"{server.host} {server.reads} {server.what}"
    place = msgspec.json.decode(cursor, type=Place) if cursor else Place()
    return place if place.of == of else Place(of=of)


def _close(server: Server, place: Place, gap: Gap, found: Sequence[Item]) -> Batch:
    """Read on downwards until something known comes, an empty page, or the first read's limit."""
    items = list(found)
    closed = gap.left == 0
    for _ in range(STEPS):
        if closed:
            break
        page = server.page(gap.down)
        items += [item for item in page if order(item.key) > order(place.last)]
        left = gap.left - 1 if gap.left > 0 else gap.left
        gap = structs.replace(gap, down=page[-1].key if page else gap.down, left=left)
        closed = not page or left == 0 or order(page[-1].key) <= order(place.last)
    taken = [item for item in items if place.seen.get(item.key) != _mark(item)]
    place = _watching(place, taken)
    if closed:
        floor = place.floor if place.begun else max(place.floor, gap.down, key=order)
        place = structs.replace(place, begun=True, last=max(place.last, gap.top, key=order), floor=floor, gap=None)
    else:
        place = structs.replace(place, gap=gap)
    return _batch(server, place, taken, more=True)


def _look_again(server: Server, place: Place, newest: Sequence[Item]) -> Batch:
    """Compare the newest page, and one of older ones in turn, with what was seen of them."""
    pages: list[tuple[Sequence[Item], str]] = [(newest, "")]
    below = sorted((key for key in place.seen if not newest or order(key) < order(newest[-1].key)), key=order)[::-1]
    turn = place.turn if (place.turn - 1) * PAGE < len(below) else 1
    if newest and below:
        upper = newest[-1].key if turn == 1 else below[(turn - 1) * PAGE - 1]
        pages.append((server.page(upper), upper))
    here = {item.key: item for page, _ in pages for item in page}
    changed = [
        item
        for key, item in here.items()
        if (place.seen[key] != _mark(item) if key in place.seen else order(key) > order(place.floor))
    ]
    gone, let_go = _missing(server, place, pages)
    seen = {key: mark for key, mark in place.seen.items() if key not in let_go}
    last = max([place.last, *(item.key for item in newest)], key=order)
    place = structs.replace(place, begun=True, last=last, seen=seen, turn=turn + 1)
    return _batch(server, _watching(place, changed), changed, gone=gone)


def _missing(
    server: Server, place: Place, pages: Sequence[tuple[Sequence[Item], str]]
) -> tuple[Sequence[str], frozenset[str]]:
    """Posts that are gone, and the numbers that need no more watching: what should stand on a page, and does not.

    A post may be missing though it stands: it lost its hashtag, or its author was muted. So each is asked for.
    """
    missing: list[str] = []
    for page, upper in pages:
        keys = {item.key for item in page}
        lowest = min(keys, key=order, default="")
        within = (key for key in place.seen if not upper or order(key) < order(upper))
        missing += [key for key in within if key not in keys and order(key) >= order(lowest)]
        if not upper and not keys:
            break
    gone: list[str] = []
    asked = list(dict.fromkeys(missing))[:ASKED]
    for key in asked:
        number = post_number(key, place.seen[key])
        if server.status(number) is None:
            gone.append(number)
    return gone, frozenset(asked)


def _batch(
    server: Server, place: Place, items: Sequence[Item], *, more: bool = False, gone: Sequence[str] = ()
) -> Batch:
    posts = {item.status.id: item for item in sorted(items, key=lambda item: order(item.key))}
    return Batch(
        [as_post(item.status, server.host) for item in posts.values()],
        msgspec.json.encode(place).decode(),
        more=more,
        gone=gone,
        at=max((aware(item.status.edited_at or item.status.created_at) for item in items), default=None),
    )


def _mark(item: Item) -> str:
    """The same as long as nobody edits the post."""
    said = item.status.reblog or item.status
    told = f"{said.edited_at}\0{said.spoiler_text}\0{said.content}"
    mark = hashlib.sha256(told.encode()).hexdigest()[:8]
    return mark if item.status.id == item.key else f"{mark} {item.status.id}"


def post_number(key: str, mark: str) -> str:
    """The number of the post that was seen under this key."""
    return mark.partition(" ")[2] or key


def _watching(place: Place, items: Iterable[Item]) -> Place:
    """The place with these marks, as many as we watch."""
    seen = {**place.seen, **{item.key: _mark(item) for item in items}}
    keys = sorted(seen, key=order)
    floor = max([place.floor, *keys[:-WATCHED]], key=order)
    return structs.replace(place, seen={key: seen[key] for key in keys[-WATCHED:]}, floor=floor)


# --- reports


class _Reports(Struct, frozen=True):
    of: str = ""
    seen: dict[str, str] = {}  # open ones: number → when it was changed


def _reports(server: Server, cursor: str) -> Batch:
    """The open reports with the posts that they are about, and those that were dealt with since."""
    place = msgspec.json.decode(cursor, type=_Reports) if cursor else _Reports()
    if place.of != server.host:
        place = _Reports(of=server.host)
    server.page(limit=1)  # says so where no token was given
    server.me()
    found: dict[str, AdminReport] = {}
    before = ""
    for _ in range(REPORTS):
        params: dict[str, str | int] = {"limit": 100, **({"max_id": before} if before else {})}
        page = server.ask(TIMELINES["reports"], params=params).json(tuple[AdminReport, ...])
        fresh = [report for report in page if not before or order(report.id) < order(before)]
        if not fresh:
            break
        found |= {report.id: report for report in fresh}
        before = fresh[-1].id
    changed = [report for key, report in found.items() if place.seen.get(key) != str(report.updated_at)]
    for number in [key for key in place.seen if key not in found]:
        answer = server.ask(f"{TIMELINES['reports']}/{number}", accept=frozenset({404}))
        if answer.status == 200:
            changed.append(answer.json(AdminReport))
    changed.sort(key=lambda report: order(report.id))
    posts = {status.id: as_post(status, server.host) for report in changed for status in report.statuses}
    after = _Reports(place.of, {key: str(report.updated_at) for key, report in found.items()})
    reports = [told for report in changed for told in _told(server, report)]
    return Batch(list(posts.values()), msgspec.json.encode(after).decode(), reports=reports)


def _told(server: Server, report: AdminReport) -> Iterator[Report]:
    """One for each post: a report about several is several here."""
    by = report.account.account if report.account else None
    for number, status in enumerate(report.statuses):
        yield Report(
            id=report.id if number == 0 else f"{report.id}/{status.id}",
            post=status.id,
            why=" · ".join(part for part in (report.category, report.comment) if part),
            by=author_of(by, server.host) if by else None,
            at=aware(report.created_at) if report.created_at else None,
            open=not report.action_taken,
        )


# --- streams


def stream(server: Server, cursor: str, http: Http) -> Iterator[Batch]:
    """What happens, from now on; first what was missed, read once the stream is open, so that nothing falls between."""
    params = {"tag": server.tag} if server.reads == "hashtag" else {}
    address = f"{_address(server)}{STREAMS[server.reads]}"
    with http.lines(address, params=params, headers=server.headers, silence=SILENCE) as lines:
        lines.receive(GREETING)  # from here on we are told
        cursor = yield from _missed(server, cursor)
        looked = monotonic()
        for events in _events(lines):
            batch = _happened(server, _place(server, cursor), events) if events else Batch([], cursor)
            cursor = batch.cursor
            yield batch
            if monotonic() - looked > LOOK_AGAIN:  # edits and deletions of mentions, posts that came late
                cursor = yield from _missed(server, cursor)
                looked = monotonic()


def _missed(server: Server, cursor: str) -> Generator[Batch, None, str]:
    """What polling finds, batch by batch; returns how far that is."""
    while True:
        batch = fetch(server, cursor)
        cursor = batch.cursor
        yield batch
        if not batch.more:
            return cursor


def _address(server: Server) -> str:
    """Where the server streams: it may have another host of its own domain for it."""
    told = server.instance().configuration.urls.streaming or ""
    there = urlsplit(told)
    scheme = {"wss": "https", "ws": "http"}.get(there.scheme, there.scheme)
    host, own = there.hostname or "", urlsplit(server.address)
    secure = scheme == "https" or scheme == own.scheme
    if secure and host.endswith(f".{own.hostname}"):
        return f"{scheme}://{there.netloc}"
    return server.address


def _events(lines: Lines) -> Iterator[Sequence[tuple[str, str]]]:
    """Names and data of what came together; empty where nothing came for a while."""
    events: list[tuple[str, str]] = []
    name, data = "", ""
    while True:
        line = None if len(events) >= AT_ONCE else lines.receive(0.0 if events else BEAT)
        if line is None or (line.startswith(":") and not events):  # quiet, or the server's own sign of life
            yield events
            events = []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data = f"{data}\n{value}" if data else value
        elif not line and name:
            events.append((name, data))
            name, data = "", ""


def _happened(server: Server, place: Place, events: Sequence[tuple[str, str]]) -> Batch:
    """What these events bring, and the place after them."""
    items: dict[str, Item] = {}
    gone: list[str] = []
    for name, data in events:
        keys = [key for key, mark in place.seen.items() if post_number(key, mark) == data] if name == "delete" else []
        if name == "delete":
            for key in (*keys, data):
                items.pop(key, None)
            gone.append(data)
            place = structs.replace(place, seen={key: mark for key, mark in place.seen.items() if key not in keys})
        elif (item := _item(server, place, name, data)) is not None:
            items[item.key] = item
    taken = [item for item in items.values() if place.seen.get(item.key) != _mark(item)]
    last = max([place.last, *(item.key for item in taken)], key=order)
    place = structs.replace(_watching(place, taken), last=last)
    return _batch(server, place, taken, gone=gone)


def _item(server: Server, place: Place, name: str, data: str) -> Item | None:
    """What an event brings here; None: nothing that is read here, or nothing that can be read."""
    with suppress(msgspec.DecodeError):  # the next poll brings it
        if server.reads == "notifications":
            if name == "notification":
                told = msgspec.json.decode(data, type=Notification)
                return Item(told.id, told.status) if told.status and told.type == "mention" else None
            if name in {"status.update", "status_update"}:
                status = msgspec.json.decode(data, type=Status)
                known = (key for key, mark in place.seen.items() if post_number(key, mark) == status.id)
                return next((Item(key, status) for key in known), None)
            return None
        if name in {"update", "status.update", "status_update"}:
            status = msgspec.json.decode(data, type=Status)
            return Item(status.id, status)
    return None


def sample(server: Server, many: int = 5) -> Sequence[Post]:
    """The newest posts, newest first."""
    if server.reads == "reports":
        found = server.ask(TIMELINES["reports"], params={"limit": many}).json(tuple[AdminReport, ...])
        return [as_post(status, server.host) for report in found for status in report.statuses][:many]
    return [as_post(item.status, server.host) for item in server.page()[:many]]


def streams(server: Server) -> bool:
    """Whether there is a stream: servers open theirs to those who are signed in."""
    return server.signed_in and server.reads in STREAMS
