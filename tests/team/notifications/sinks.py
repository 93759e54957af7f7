"""Servers of this machine that take what is sent: HTTP for Apprise, SMTP for e-mail."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Sink:
    """What arrived, and what is to be answered."""

    def __init__(self) -> None:
        self.port = 0
        self.took: list[str] = []
        self.answer = 200  # HTTP
        self.refuses = ""  # the SMTP answer to DATA, if not 250
        self.arrived = threading.Event()
        self.go_on = threading.Event()  # the answer waits for it
        self.go_on.set()

    def take(self, text: str) -> None:
        self.took.append(text)
        self.arrived.set()
        self.go_on.wait(30)


@contextmanager
def http_sink() -> Iterator[Sink]:
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sink.take(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
            self.send_response(sink.answer)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler), sink):
        yield sink


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    sink = Sink()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 sink\r\n")
            while line := self.rfile.readline().decode().strip():
                match line[:4].upper():
                    case "DATA":
                        self.wfile.write(b"354 go on\r\n")
                        lines = []
                        while (piece := self.rfile.readline().decode()) != ".\r\n":
                            lines.append(piece)
                        sink.take("".join(lines))
                        self.wfile.write(f"{sink.refuses or '250 taken'}\r\n".encode())
                    case "QUIT":
                        self.wfile.write(b"221 bye\r\n")
                        return
                    case _:
                        self.wfile.write(b"250 yes\r\n")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads = True, True

    with _serving(Server(("127.0.0.1", 0), Handler), sink):
        yield sink


@contextmanager
def _serving(server: Any, sink: Sink) -> Iterator[None]:
    sink.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        sink.go_on.set()
        server.shutdown()
        server.server_close()
