"""A WebSocket server on loopback that does as a test says."""

import ssl
from collections.abc import Callable, Collection
from contextlib import suppress
from threading import Thread

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

Play = Callable[[ServerConnection], None]
Judge = Callable[[ServerConnection, Request], Response | None]


class WsServer:
    """Plays `play` to everyone who connects; `refuse` may answer otherwise before. Both can be exchanged any time."""

    def __init__(self, play: Play, *, tls: ssl.SSLContext | None = None, protocols: Collection[str] = ()) -> None:
        self.play = play
        self.refuse: Judge = lambda _connection, _request: None
        self.asked: list[Request] = []
        self._server = serve(
            self._handle,
            "127.0.0.1",
            0,
            ssl=tls,
            process_request=self._judge,
            compression=None,
            ping_interval=None,
            close_timeout=0.2,
            select_subprotocol=lambda _one, offered: next((one for one in offered if one in protocols), None),
        )
        self.port = self._server.socket.getsockname()[1]
        self.url = f"{'wss' if tls else 'ws'}://127.0.0.1:{self.port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def _judge(self, connection: ServerConnection, request: Request) -> Response | None:
        self.asked.append(request)
        return self.refuse(connection, request)

    def _handle(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed, OSError):  # the client has had enough
            self.play(connection)

    def stop(self) -> None:
        self._server.shutdown()


def answer(status: int, **headers: str) -> Judge:
    """Refuse everyone with this status."""
    given = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    given["content-length"] = "0"
    return lambda _connection, _request: Response(status, "So", given)
