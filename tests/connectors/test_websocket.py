"""Streams through the door: what is read, what is refused, what silence and broken connections become."""

import base64
import hashlib
import socket as sockets
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event, Thread
from time import sleep

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from hubbub.connectors import Http
from hubbub.connectors._http import Lines, WebSocket
from hubbub.connectors._pace import Pace
from hubbub.core.failures import Broken, Failure, Retry

from .conftest import Authority, Reply, Server
from .ws_server import Play, WsServer, answer

SECRET = "s3cret-token"
Serve = Callable[[Play], WsServer]


@pytest.fixture
def serving() -> Iterator[Serve]:
    """Make a server that plays; it ends with the test."""
    made: list[WsServer] = []

    def make(play: Play) -> WsServer:
        made.append(WsServer(play, protocols=["one", "two"]))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def impatient() -> Iterator[Http]:
    with Http(allow_private=True, connect=2.0, read=2.0, total=5.0, pace=Pace(1e6, 10**6)) as http:
        yield http


def until_closed(connection: ServerConnection) -> None:
    with suppress(ConnectionClosed):
        while True:
            connection.recv()


def to_the_end(stream: WebSocket | Lines) -> None:
    while True:
        stream.receive(0.1)


def test_texts_and_bytes_arrive_in_order(serving: Serve, impatient: Http) -> None:
    def play(connection: ServerConnection) -> None:
        connection.send("one")
        connection.send(b"two")
        connection.send(["thr", "", "ee"])  # in three frames
        connection.send("ü" * 100_000)
        connection.send("heard " + str(connection.recv()))
        until_closed(connection)

    server = serving(play)
    with impatient.websocket(server.url + "/x?y=1", headers={"X-Key": "k"}) as socket:
        assert [socket.receive(5.0) for _ in range(4)] == ["one", b"two", "three", "ü" * 100_000]
        assert socket.receive(0.0) is None
        socket.send("héllo")
        assert socket.receive(5.0) == "heard héllo"
    assert server.asked[0].path == "/x?y=1"
    assert server.asked[0].headers["x-key"] == "k"
    assert server.asked[0].headers["user-agent"].startswith("Hubbub/")


@pytest.mark.parametrize(("offered", "chosen"), [((), ""), (("two", "three"), "two")])
def test_the_protocol_that_the_server_chose_is_known(
    serving: Serve, impatient: Http, offered: tuple[str, ...], chosen: str
) -> None:
    server = serving(until_closed)
    with impatient.websocket(server.url, protocols=offered) as socket:
        assert socket.protocol == chosen


def test_a_ping_is_answered_while_we_read(serving: Serve, impatient: Http) -> None:
    def play(connection: ServerConnection) -> None:
        connection.send("answered" if connection.ping().wait(5.0) else "not answered")
        until_closed(connection)

    with impatient.websocket(serving(play).url) as socket:
        assert socket.receive(5.0) == "answered"


def test_a_quiet_server_that_answers_pings_is_no_silent_one(serving: Serve, impatient: Http) -> None:
    def play(connection: ServerConnection) -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                connection.recv(timeout=0.4)
        connection.send("still here")
        until_closed(connection)

    with impatient.websocket(serving(play).url, silence=0.4) as socket:
        said = None
        while said is None:
            said = socket.receive(0.05)
        assert said == "still here"


def test_signs_of_life_are_no_reason_to_wait_on(serving: Serve, impatient: Http) -> None:
    """Else a server could keep whoever reads from looking at anything else, such as being told to stop."""
    over = Event()

    def play(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            while not over.is_set():
                connection.pong()

    with impatient.websocket(serving(play).url) as socket:
        assert socket.receive(0.05) is None
        over.set()


def test_silence_is_noticed(impatient: Http) -> None:
    listening = silent_server()
    with (
        impatient.websocket(next(listening), silence=0.3) as socket,
        pytest.raises(Retry, match=r"127\.0\.0\.1:\d+ has been silent"),
    ):
        to_the_end(socket)
    assert next(listening, "") == "pinged"


def silent_server() -> Iterator[str]:
    """Opens a stream and never says another word: its address, then whether it was asked for a sign of life."""
    heard: list[bytes] = []
    listener = sockets.create_server(("127.0.0.1", 0))

    def play() -> None:
        connection, _ = listener.accept()
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        key = next(
            line.split(b": ")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")
        )
        sign = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        connection.sendall(
            b"HTTP/1.1 101 So\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: "
            + sign
            + b"\r\n\r\n"
        )
        while piece := connection.recv(4096):
            heard.append(piece)

    thread = Thread(target=play, daemon=True)
    thread.start()
    yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
    thread.join(5.0)
    listener.close()
    yield "pinged" if b"".join(heard)[:1] == b"\x89" else "not pinged"


FRAMES: dict[str, tuple[Play, type[Failure], str]] = {
    "it breaks off": (lambda one: one.socket.shutdown(2), Retry, "broke off"),
    "it breaks off within a frame": (
        lambda one: (one.socket.sendall(b"\x81\x7e\x01\x00abc"), one.socket.shutdown(2))[1],
        Retry,
        "broke off",
    ),
    "goodbye": (lambda one: one.close(1000), Retry, "ended the stream"),
    "it restarts": (lambda one: one.close(1012), Retry, "ended the stream"),
    "it has trouble": (lambda one: one.close(1011, SECRET), Retry, "ended the stream"),
    "it does not want us": (lambda one: one.close(1008, SECRET), Broken, "does not allow this"),
    "a frame too large": (
        lambda one: one.socket.sendall(b"\x81\x7f" + (9_000_000).to_bytes(8, "big")),
        Broken,
        "more than 8 MB in one message",
    ),
    "a message that never ends": (
        lambda one: one.send(iter(lambda: "x" * 100_000, None)),
        Broken,
        "more than 8 MB in one message",
    ),
    "what is no frame": (lambda one: one.socket.sendall(b"HTTP/1.1 200 OK\r\n" * 9), Retry, "not understood"),
    "a masked frame": (lambda one: one.socket.sendall(b"\x81\x81abcdx"), Retry, "not understood"),
}


@pytest.mark.parametrize("fault", FRAMES)
def test_what_ends_a_stream_is_said(serving: Serve, impatient: Http, fault: str) -> None:
    play, failure, says = FRAMES[fault]

    def first_a_word(connection: ServerConnection) -> None:
        connection.send("first")
        play(connection)

    server = serving(first_a_word)
    with impatient.websocket(f"{server.url}/?token={SECRET}", headers={"authorization": SECRET}) as socket:
        assert socket.receive(5.0) == "first"
        with pytest.raises(failure, match=says) as raised:
            to_the_end(socket)
    assert f"127.0.0.1:{server.port}" in str(raised.value)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "headers", "failure", "says"),
    [
        (401, {}, Broken, "does not accept the user name, password or token"),
        (403, {}, Broken, "does not allow this"),
        (404, {}, Broken, "nothing at this address"),
        (426, {}, Broken, "refuses the request"),
        (200, {}, Broken, "offers no stream at this address"),
        (429, {"retry_after": "7"}, Retry, "slow down"),
        (500, {}, Retry, "trouble of its own"),
        (302, {"location": "http://169.254.169.254/"}, Broken, "private network"),
        (302, {"location": "/"}, Broken, "without an end"),
    ],
)
def test_a_refusal_at_the_door_is_said(
    serving: Serve, status: int, headers: dict[str, str], failure: type[Failure], says: str
) -> None:
    server = serving(until_closed)
    server.refuse = answer(status, **headers)
    with (
        Http(allow_private=["127.0.0.1"], pace=Pace(1e6, 10**6)) as http,
        pytest.raises(failure, match=says) as raised,
        http.websocket(f"{server.url}/?token={SECRET}", protocols=[SECRET]),
    ):
        pass
    assert SECRET not in str(raised.value)
    if isinstance(raised.value, Retry) and headers:
        assert raised.value.after is not None
        assert raised.value.after.total_seconds() == 7
    if isinstance(raised.value, Broken):
        assert raised.value.sign_in is (status == 401)


def test_an_answer_without_an_end_in_place_of_a_stream_is_left(server: Server, http: Http) -> None:
    def drops() -> Iterator[bytes]:
        while True:
            yield b" "

    server.answers["*"] = Reply(body=drops)
    with pytest.raises(Retry, match="takes too long"), http.websocket(server.url):
        pass


def test_a_stream_may_have_moved(serving: Serve, impatient: Http) -> None:
    def play(connection: ServerConnection) -> None:
        connection.send("here")

    there, here = serving(play), serving(play)
    here.refuse = answer(307, location=there.url.replace("ws://127.0.0.1", "http://localhost") + "/new")
    with impatient.websocket(here.url, headers={"authorization": SECRET}, protocols=["one"]) as socket:
        assert socket.receive(5.0) == "here"
    assert "authorization" not in there.asked[0].headers
    assert "sec-websocket-protocol" not in there.asked[0].headers


def test_a_private_address_is_not_dialled(serving: Serve) -> None:
    server = serving(until_closed)
    with Http() as http, pytest.raises(Broken, match="private network"), http.websocket(server.url):
        pass
    assert server.asked == []


def test_over_tls(authority: Authority) -> None:
    server = WsServer(lambda one: one.send("safe"), tls=authority.serving)
    try:
        with Http(allow_private=True, tls=authority.trusting) as http, http.websocket(server.url) as socket:
            assert socket.receive(5.0) == "safe"
        with (
            Http(allow_private=True) as http,
            pytest.raises(Broken, match="certificate that cannot be trusted"),
            http.websocket(server.url),
        ):
            pass
    finally:
        server.stop()


def test_closing_says_goodbye(serving: Serve, impatient: Http) -> None:
    codes: list[int | None] = []

    def play(connection: ServerConnection) -> None:
        until_closed(connection)
        codes.append(connection.close_code)

    server = serving(play)
    with impatient.websocket(server.url):
        pass
    server.stop()
    assert codes == [1000]


# --- lines


def pieces(*these: bytes) -> Reply:
    return Reply(200, {"content-type": "text/event-stream"}, lambda: iter(these))


def test_lines_arrive_however_they_are_cut(server: Server, impatient: Http) -> None:
    server.answers["*"] = pieces(b"event: upd", b"ate\r\ndata: ", "ü".encode()[:1], "ü".encode()[1:] + b"\n\n:thump\n")
    with impatient.lines(server.url, params={"stream": "user"}, headers={"authorization": "Bearer x"}) as lines:
        assert [lines.receive(5.0) for _ in range(4)] == ["event: update", "data: ü", "", ":thump"]
        for _ in range(2):
            with pytest.raises(Retry, match=r"127\.0\.0\.1:\d+ ended the stream"):
                lines.receive(5.0)
    assert server.asked[0].target == "/?stream=user"
    assert server.asked[0].headers["authorization"] == "Bearer x"


@pytest.mark.parametrize(
    ("body", "failure", "says"),
    [
        (lambda: iter(lambda: b"x" * 65536, None), Broken, "more than 2 MB in one line"),
        (lambda: quiet(5.0), Retry, "silent"),
    ],
)
def test_lines_end_in_words(
    server: Server, impatient: Http, body: Callable[[], Iterator[bytes]], failure: type[Failure], says: str
) -> None:
    server.answers["*"] = Reply(200, {}, body)
    with (
        impatient.lines(f"{server.url}/?token={SECRET}", silence=0.3) as lines,
        pytest.raises(failure, match=says) as raised,
    ):
        to_the_end(lines)
    assert SECRET not in str(raised.value)


def quiet(seconds: float) -> Iterator[bytes]:
    yield b"\n"
    sleep(seconds)


@pytest.mark.parametrize(("status", "says"), [(401, "password or token"), (404, "nothing at this address")])
def test_lines_that_are_refused(server: Server, impatient: Http, status: int, says: str) -> None:
    server.answers["*"] = Reply(status)
    with pytest.raises(Broken, match=says), impatient.lines(server.url):
        pass


def test_lines_are_read_no_faster_than_they_are_taken(server: Server, impatient: Http) -> None:
    """Who does not take them holds the network back instead of filling the memory; closing ends the reading."""
    sent: list[int] = []

    def flood() -> Iterator[bytes]:
        while len(sent) < 100_000:
            sent.append(1)
            yield b"x" * 65535 + b"\n"

    server.answers["*"] = Reply(200, {}, flood)
    with impatient.lines(server.url) as lines:
        assert lines.receive(5.0) == "x" * 65535
    assert len(sent) < 10_000
