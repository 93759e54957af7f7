"""Bluesky's stream: what of it becomes posts, deletions and people; where it goes on; what it cannot know any more."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from websockets.sync.server import ServerConnection

from hubbub.connectors import Batch, Http, Naming, Streaming, connector
from hubbub.connectors._bluesky_events import Gathering
from hubbub.connectors._bluesky_wire import Jetstream, Repos, StartAnew
from hubbub.core.failures import Retry
from hubbub.core.post import Author, Media, Post

from .conftest import Reply, Server
from .jetstream import POST, Jet, account, commit, deleted, frame, identity, record, wrote
from .ws_server import WsServer, answer

NETWORK = connector("bluesky_stream")
ANN, BEN = "did:plc:ann", "did:plc:ben"
NOW = datetime.now(UTC)
T = int(NOW.timestamp()) * 1_000_000 - 3_600_000_000  # an hour ago
LINK = {"$type": "app.bsky.richtext.facet#link", "uri": "https://acme.example/x"}
NAMES = {"$type": "app.bsky.richtext.facet#mention", "did": BEN}


def uri(did: str, rkey: str) -> str:
    return f"at://{did}/{POST}/{rkey}"


def gather(*events: dict[str, object]) -> Batch:
    gathering, wire = Gathering(), Jetstream()
    for event in events:
        wire.read(json.dumps(event), gathering)
    return gathering.batch("c")


def blob(name: str) -> dict[str, object]:
    return {"$type": "blob", "ref": {"$link": name}, "mimeType": "image/jpeg", "size": 7}


FULL = record(
    "look  at\u0000 this\n@ben",
    langs=["en-GB", "de"],
    facets=[{"index": {"byteStart": 0, "byteEnd": 4}, "features": [LINK, NAMES]}],
    reply={"root": {"uri": uri(BEN, "r"), "cid": "x"}, "parent": {"uri": uri(BEN, "p"), "cid": "x"}},
    embed={
        "$type": "app.bsky.embed.recordWithMedia",
        "record": {"$type": "app.bsky.embed.record", "record": {"uri": uri(BEN, "q"), "cid": "x"}},
        "media": {"$type": "app.bsky.embed.images", "images": [{"alt": "a", "image": blob("bafpic")}]},
    },
)


def test_a_post_with_all_that_it_has() -> None:
    batch = gather(wrote(ANN, "1", FULL, T))
    assert batch.sift
    assert batch.at == datetime.fromtimestamp(T / 1e6, UTC)
    assert batch.posts == [
        Post(
            id=uri(ANN, "1"),
            text="look at this\n@ben",
            url=f"https://bsky.app/profile/{ANN}/post/1",
            type="comment",
            author=Author(ANN, name=ANN, url=f"https://bsky.app/profile/{ANN}"),
            published=datetime(2026, 11, 20, 12, tzinfo=UTC),
            lang="en",
            parent=uri(BEN, "p"),
            thread=uri(BEN, "r"),
            links=("https://acme.example/x",),
            media=(Media("image", f"https://cdn.bsky.app/img/feed_fullsize/plain/{ANN}/bafpic@jpeg"),),
            refers=(BEN, uri(BEN, "q")),
        )
    ]


@pytest.mark.parametrize(
    ("embed", "links", "media", "refers"),
    [
        ({"$type": "app.bsky.embed.external", "external": {"uri": "https://a.example/", "title": "t"}}, 1, 0, 0),
        ({"$type": "app.bsky.embed.video", "video": blob("bafvid")}, 0, 1, 0),
        ({"$type": "app.bsky.embed.record", "record": {"uri": uri(BEN, "q"), "cid": "x"}}, 0, 0, 1),
        ({"$type": "com.example.other", "thing": 7}, 0, 0, 0),
        ({"$type": "app.bsky.embed.images", "images": "none"}, 0, 0, 0),
        (None, 0, 0, 0),
    ],
)
def test_what_hangs_on_a_post(embed: object, links: int, media: int, refers: int) -> None:
    (post,) = gather(wrote(ANN, "1", record("x", embed=embed), T)).posts
    assert (post.text, len(post.links), len(post.media), len(post.refers)) == ("x", links, media, refers)


@pytest.mark.parametrize(
    ("events", "posts", "gone", "gone_authors"),
    [
        ([wrote(ANN, "1", record("a"), T), deleted(ANN, "1", T + 1)], [], ["1"], []),
        ([deleted(ANN, "1", T), wrote(ANN, "1", record("a"), T + 1)], ["a"], [], []),
        ([wrote(ANN, "1", record("a"), T), wrote(ANN, "1", record("b"), T + 1, "update")], ["b"], [], []),
        ([account(ANN, T, "takendown")], [], [], [ANN]),
        ([account(ANN, T, "suspended")], [], [], [ANN]),
        ([account(ANN, T, "deleted")], [], [], [ANN]),
        ([account(ANN, T, "deactivated")], [], [], [ANN]),
        ([account(ANN, T, "throttled")], [], [], []),
        ([account(ANN, T, "takendown"), account(ANN, T + 1)], [], [], []),
        (
            [wrote(ANN, "1", record("a"), T), wrote(BEN, "2", record("b"), T), account(ANN, T, "deleted")],
            ["b"],
            [],
            [ANN],
        ),
        ([{"did": ANN, "time_us": T, "kind": "something new"}], [], [], []),
        ([wrote(ANN, "1", {"text": 7}, T), wrote(ANN, "2", record("b", langs=None), T)], ["b"], [], []),
        ([{"did": 7}], [], [], []),
    ],
)
def test_what_happens(
    events: list[dict[str, object]], posts: list[str], gone: list[str], gone_authors: list[str]
) -> None:
    batch = gather(*events)
    assert [post.text for post in batch.posts] == posts
    assert list(batch.gone) == [uri(ANN, one) for one in gone]
    assert list(batch.gone_authors) == gone_authors


def test_an_edited_post_says_so_and_handles_are_told() -> None:
    batch = gather(wrote(ANN, "1", record("b"), T, "update"), identity(ANN, T, "ann.example"))
    assert batch.posts[0].edited
    assert list(batch.authors) == [Author(ANN, handle="ann.example")]


def test_the_binary_stream_tells_the_same() -> None:
    gathering, wire = Gathering(), Repos()
    told = [
        commit(ANN, 5, ("create", f"{POST}/1", record("hello", langs=["en"])), ("create", "app.bsky.feed.like/1", {})),
        commit(ANN, 6, ("update", f"{POST}/1", record("hello you"))),
        commit(BEN, 7, ("delete", f"{POST}/9", None)),
        commit(BEN, 8, ("create", "app.bsky.feed.like/1", {"x": 1})),
        frame("#identity", {"seq": 9, "did": BEN, "time": "2026-11-20T12:00:01Z", "handle": "ben.example"}),
        frame(
            "#account", {"seq": 10, "did": BEN, "time": "2026-11-20T12:00:02Z", "active": False, "status": "deleted"}
        ),
        frame("#sync", {"seq": 11, "did": BEN, "time": "2026-11-20T12:00:03Z", "blocks": b"", "rev": "3"}),
    ]
    assert [wire.read(one, gathering) for one in told] == [str(number) for number in range(5, 12)]
    batch = gathering.batch("11")
    assert [(post.id, post.text, post.edited) for post in batch.posts] == [(uri(ANN, "1"), "hello you", True)]
    assert (list(batch.gone), list(batch.gone_authors)) == ([uri(BEN, "9")], [BEN])
    assert batch.authors[0].handle == "ben.example"
    assert batch.at == datetime(2026, 11, 20, 12, 0, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "failure"),
    [
        (b"", Retry),
        (b"\xff\xff", Retry),
        (b"\x81" * 5000, Retry),
        ("text", Retry),
        (frame("#commit", {})[:5], Retry),
        (b"\xa1\x62op\x20" + b"\xa1\x65error\x70ConsumerTooSlow", Retry),
        (b"\xa1\x62op\x20" + b"\xa1\x65error\x6cFutureCursor", StartAnew),
    ],
)
def test_what_is_no_frame(message: str | bytes, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        Repos().read(message, Gathering())


def test_a_commit_without_its_blocks_is_passed_over() -> None:
    gathering = Gathering()
    body: dict[str, object] = {"seq": 5, "repo": ANN, "ops": [], "blocks": b"\xff", "time": ""}
    op: dict[str, object] = {"action": "create", "path": f"{POST}/1", "cid": b"x"}
    assert Repos().read(frame("#commit", body | {"ops": [op]}), gathering) == "5"
    assert gathering.batch("").posts == []


def test_a_cursor_that_the_server_keeps_no_longer_is_said() -> None:
    gathering = Gathering()
    Repos().read(frame("#info", {"name": "OutdatedCursor", "message": "x"}), gathering)
    assert "no longer keeps" in gathering.batch("").refused[0].why


# --- over a connection


@pytest.fixture
def jet() -> Iterator[Jet]:
    jet = Jet([wrote(ANN, f"k{at}", record(f"post {at}"), T + at * 10_000_000) for at in range(10)])
    yield jet
    jet.stop()


def settings(jet: Jet, **more: str) -> dict[str, str]:
    return {"stream": "jetstream", "address": jet.url, **more}


def first(given: dict[str, str], cursor: str, http: Http, number: int = 1) -> list[Batch]:
    assert isinstance(NETWORK, Streaming)
    stream = NETWORK.stream(given, cursor, http)
    with closing(stream):
        return list(islice(stream, number))


def test_it_goes_on_where_it_stopped(jet: Jet, http: Http) -> None:
    (one,) = first(settings(jet), "", http)
    assert len(one.posts) == 10
    jet.events.append(deleted(ANN, "k9", T + 100_000_000))
    (two,) = first(settings(jet), one.cursor, http)
    assert (list(two.posts), list(two.gone)) == ([], [uri(ANN, "k9")])
    assert jet.cursors == ["", str(T + 90_000_000 - 5_000_000)]


def test_nothing_is_said_where_nothing_happens(jet: Jet, http: Http) -> None:
    one, two = first(settings(jet), "", http, 2)
    assert (list(two.posts), two.cursor, two.at, two.sift) == ([], one.cursor, None, True)


def test_what_the_server_no_longer_has_is_said(jet: Jet, http: Http) -> None:
    old = int((NOW - timedelta(days=4)).timestamp()) * 1_000_000
    jet.oldest = T + 50_000_000
    (batch,) = first(settings(jet), f"{old} {ANN}/x", http)
    assert len(batch.posts) == 5
    (line,) = batch.refused
    assert f"{NOW - timedelta(days=4):%-d %B}" in line.where
    assert "no longer keeps" in line.why


@pytest.mark.parametrize("age", [timedelta(minutes=30), timedelta(days=4)])
def test_a_server_that_refuses_an_old_cursor_is_read_from_now_on(jet: Jet, http: Http, age: timedelta) -> None:
    jet.server.refuse = lambda one, asked: answer(400)(one, asked) if "cursor" in asked.path else None
    cursor = f"{int((NOW - age).timestamp()) * 1_000_000} {ANN}/x"
    if age < timedelta(hours=12):
        with pytest.raises(Exception, match="does not understand"):
            first(settings(jet), cursor, http)
    else:
        (batch,) = first(settings(jet), cursor, http)
        assert "no longer keeps" in batch.refused[0].why


def test_a_number_of_another_server_begins_anew(http: Http) -> None:
    def play(connection: ServerConnection) -> None:
        assert connection.request is not None
        if "cursor=77" in connection.request.path:
            connection.send(b"\xa1\x62op\x20" + b"\xa1\x65error\x6cFutureCursor")
        else:
            connection.send(commit(ANN, 5, ("create", f"{POST}/1", record("hello"))))
        connection.recv()

    server = WsServer(play)
    given = {"stream": "repos", "address": f"http://127.0.0.1:{server.port}"}
    (batch,) = first(given, "77", http)
    server.stop()
    assert ([post.text for post in batch.posts], batch.cursor, len(batch.refused)) == (["hello"], "5", 1)
    assert server.asked[0].path == "/xrpc/com.atproto.sync.subscribeRepos?cursor=77"


def test_an_address_may_have_a_path_and_a_key(jet: Jet, http: Http) -> None:
    jet.server.refuse = answer(404)
    with pytest.raises(Exception, match="nothing at this address") as raised:
        first(settings(jet) | {"address": f"{jet.url}/mine?key=s3cret"}, "", http)
    assert jet.server.asked[0].path == f"/mine?key=s3cret&wantedCollections={POST}"
    assert "s3cret" not in str(raised.value)


# --- names


Named = Callable[[list[str]], list[Author]]


def test_names_are_asked_for_together(server: Server, http: Http) -> None:
    assert isinstance(NETWORK, Naming)
    profiles = [{"did": ANN, "handle": "ann.example", "displayName": "Ann", "createdAt": "2024-01-01T00:00:00Z"}]
    server.answers["/xrpc/app.bsky.actor.getProfiles"] = Reply(200, {}, json.dumps({"profiles": profiles}).encode())
    given = {"names": server.url}
    (ann,) = NETWORK.name(given, [ANN, BEN], http)
    assert (ann.id, ann.handle, ann.name, ann.created) == (ANN, "ann.example", "Ann", datetime(2024, 1, 1, tzinfo=UTC))
    NETWORK.name(given, [f"did:{at}" for at in range(26)], http)
    assert [one.target.count("actors=") for one in server.asked] == [2, 25, 1]


def test_who_does_not_name_is_left_alone_for_a_while(server: Server, http: Http) -> None:
    assert isinstance(NETWORK, Naming)
    server.answers["*"] = Reply(500)
    with pytest.raises(Retry):
        NETWORK.name({"names": server.url}, [ANN], http)
    asked = len(server.asked)
    assert list(NETWORK.name({"names": server.url}, [ANN], http)) == []
    assert len(server.asked) == asked


def test_an_edit_that_was_the_last_is_made_again_after_what_it_replaced() -> None:
    """Going on begins a little earlier: the older wording comes again, and must not stay."""
    events = [wrote(ANN, "1", record("a"), T), wrote(ANN, "1", record("b"), T + 1, "update")]
    for told, texts in ((events, ["b"]), (events[1:], [])):
        gathering, wire = Gathering(), Jetstream(f"{T + 1} {ANN}/1")
        for event in told:
            wire.read(json.dumps(event), gathering)
        assert [post.text for post in gathering.batch("").posts] == texts
