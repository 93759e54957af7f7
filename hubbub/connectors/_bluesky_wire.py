"""The two streams of an AT Protocol network: Jetstream's JSON, and the binary frames of subscribeRepos."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Protocol

import libipld
import msgspec
from msgspec import Struct

from hubbub.core.failures import Retry

from ._bluesky_events import Gathering, Written, written
from ._bluesky_posts import POST

JETSTREAM = "https://jetstream2.us-east.bsky.network"
RELAY = "https://bsky.network"
REWIND = 5_000_000  # microseconds; Jetstream's order is not exact; what comes twice changes nothing
LOOKBACK = timedelta(hours=12)  # that far back every server goes
JUMP = timedelta(minutes=10)  # without any event: something is missing, where the place we go on from is old

Asked = Mapping[str, str]


class Wire(Protocol):
    """One kind of stream."""

    home: ClassVar[str]  # the public server that serves where none is named
    path: ClassVar[str]

    def asked(self, cursor: str) -> Sequence[tuple[str, str]]:
        """What goes into the address to go on from a cursor; "" is from now on."""

    def old(self, cursor: str, now: datetime) -> bool:
        """Whether the server may no longer have what came after the cursor."""

    def read(self, message: str | bytes, gathering: Gathering) -> str:
        """Gather what one message tells; the cursor after it, "" where it has none. Raises Retry, StartAnew."""


class StartAnew(Exception):
    """The server cannot go on from our cursor, which is not one of its own."""


class _Commit(Struct, gc=False):
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: Written | None = None


class _BareCommit(Struct, gc=False):
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: object = None


class _Identity(Struct, gc=False):
    handle: str | None = None


class _Account(Struct, gc=False):
    active: bool = True
    status: str | None = None


class _Event(Struct, gc=False):
    """One message of Jetstream."""

    did: str = ""
    time_us: int = 0
    commit: _Commit | None = None
    identity: _Identity | None = None
    account: _Account | None = None


class _BareEvent(Struct, gc=False):
    """What tells of a post, with a record of whatever shape."""

    did: str = ""
    time_us: int = 0
    commit: _BareCommit | None = None


_event = msgspec.json.Decoder(_Event).decode
_bare = msgspec.json.Decoder(_BareEvent).decode


class Jetstream:
    """JSON, of posts alone. The cursor: microseconds since 1970, and which event was the last."""

    home: ClassVar[str] = JETSTREAM
    path: ClassVar[str] = "/subscribe"

    def __init__(self, cursor: str = "") -> None:
        self._last = cursor  # "" once something newer came
        self._again: set[str] = set()  # posts of which something came again
        self._from = _begin(cursor)  # where it went on, until the first event came; 0: from then on

    def asked(self, cursor: str) -> Sequence[tuple[str, str]]:
        """Only posts; accounts and identities come along always."""
        given = [("wantedCollections", POST)]
        if begin := _begin(cursor):
            given.append(("cursor", str(max(1, begin - REWIND))))
        return given

    def old(self, cursor: str, now: datetime) -> bool:
        """By its age: the cursor is a time."""
        return bool(cursor) and now - _moment(_begin(cursor)) > LOOKBACK

    def read(self, message: str | bytes, gathering: Gathering) -> str:
        """See `Wire`."""
        try:
            event: _Event = _event(message)
        except msgspec.ValidationError:
            event = self._plainly(message)
        except msgspec.DecodeError:
            raise Retry("It sent something that is not JSON; the stream is opened anew.") from None
        if not event.time_us:
            return ""
        at = _moment(event.time_us)
        if self._from:
            self._look_back(event.time_us, gathering)
        gathering.happened(at)
        commit = event.commit
        cursor = f"{event.time_us} {event.did}/{commit.rkey if commit else ''}"
        if self._last and self._read_before(event, cursor):
            return cursor
        if commit is not None:
            if commit.collection != POST:
                pass
            elif commit.operation == "delete":
                gathering.deleted(event.did, commit.rkey)
            elif commit.record is not None:
                gathering.wrote(event.did, commit.rkey, commit.record, edited=commit.operation == "update")
        elif event.account is not None:
            gathering.account(event.did, event.account.status or "", active=event.account.active)
        elif event.identity is not None:
            gathering.handle(event.did, event.identity.handle or "")
        return cursor

    def _read_before(self, event: _Event, cursor: str) -> bool:
        """Whether this is the last that was read before, and may be passed over: not where an older wording of the
        same post came again just now, which it must replace once more."""
        if event.time_us > _begin(self._last):
            self._last = ""
            return False
        post = cursor.partition(" ")[2]
        if cursor == self._last and post not in self._again:
            return True
        self._again.add(post)
        return False

    def _plainly(self, message: str | bytes) -> _Event:
        """A record that is not as it should be: what can be read of it."""
        try:
            bare = _bare(message)
        except msgspec.ValidationError:
            return _Event()
        event = _Event(bare.did, bare.time_us)
        if bare.commit is not None:
            given = bare.commit
            event.commit = _Commit(given.operation, given.collection, given.rkey, written(given.record))
        return event

    def _look_back(self, first: int, gathering: Gathering) -> None:
        """Say what the server no longer had, once the first event shows where it began."""
        began, self._from = self._from, 0
        since, until = _moment(began), _moment(first)
        if until - since > JUMP and datetime.now(UTC) - since > LOOKBACK:
            gathering.lost(f"{since:%-d %B %H:%M} to {until:%-d %B %H:%M} (UTC)", MISSING)


MISSING = "The network no longer keeps what was said then. Search it on the network itself, where that matters."


class Repos:
    """Binary, of everything; the cursor is a number that the server counts."""

    home: ClassVar[str] = RELAY
    path: ClassVar[str] = "/xrpc/com.atproto.sync.subscribeRepos"

    def asked(self, cursor: str) -> Sequence[tuple[str, str]]:
        """The last number that was read."""
        return [("cursor", cursor)] if cursor.isdecimal() else []

    def old(self, cursor: str, now: datetime) -> bool:
        """The server says so itself."""
        del cursor, now
        return False

    def read(self, message: str | bytes, gathering: Gathering) -> str:
        """See `Wire`."""
        try:
            header, body = libipld.decode_dag_cbor_multi(message if isinstance(message, bytes) else b"")
        except (ValueError, RecursionError):
            raise Retry("It sent something that is not understood; the stream is opened anew.") from None
        if not isinstance(header, dict) or not isinstance(body, dict):
            raise Retry("It sent something that is not understood; the stream is opened anew.")
        if header.get("op") != 1:
            if body.get("error") == "FutureCursor":
                raise StartAnew
            raise Retry("It ended the stream with an error.")
        return self._event(str(header.get("t")), body, gathering)

    def _event(self, kind: str, body: dict[str, object], gathering: Gathering) -> str:
        did, seq = _text(body, "did") or _text(body, "repo"), body.get("seq")
        gathering.happened(_time(_text(body, "time")))
        if kind == "#commit":
            self._commit(did, body, gathering)
        elif kind == "#account":
            gathering.account(did, _text(body, "status"), active=body.get("active") is not False)
        elif kind == "#identity":
            gathering.handle(did, _text(body, "handle"))
        elif kind == "#info" and body.get("name") == "OutdatedCursor":
            gathering.lost("a while that the server does not name", MISSING)
        return str(seq) if isinstance(seq, int) else ""

    def _commit(self, did: str, body: dict[str, object], gathering: Gathering) -> None:
        ops = [op for op in _list(body, "ops") if isinstance(op, dict) and _text(op, "path").startswith(f"{POST}/")]
        if not ops:
            return  # most commits are likes and follows: their blocks are not even looked at
        blocks = body.get("blocks")
        try:
            _, records = libipld.decode_car(blocks) if isinstance(blocks, bytes) and blocks else ({}, {})
        except (ValueError, RecursionError):
            records = {}
        for op in ops:
            rkey, action, cid = _text(op, "path").partition("/")[2], op.get("action"), op.get("cid")
            if action == "delete":
                gathering.deleted(did, rkey)
            elif isinstance(cid, bytes) and (record := written(records.get(cid))) is not None:
                gathering.wrote(did, rkey, record, edited=action == "update")


def _begin(cursor: str) -> int:
    time = cursor.partition(" ")[0]
    return int(time) if time.isdecimal() else 0


def _moment(microseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _text(body: Mapping[str, object], name: str) -> str:
    given = body.get(name)
    return given if isinstance(given, str) else ""


def _list(body: Mapping[str, object], name: str) -> Sequence[object]:
    given = body.get(name)
    return given if isinstance(given, list) else ()
