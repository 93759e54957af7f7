"""A server on loopback that answers as a test says, and a door that may go there without waiting."""

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hubbub.connectors import Http
from hubbub.connectors._guard import UnknownNameError, resolve
from hubbub.connectors._pace import Pace


class Reply(NamedTuple):
    """An answer. `body` as an iterator is sent piece by piece, without a length, until it ends or nobody listens."""

    status: int = 200
    headers: dict[str, str] = {}
    body: bytes | Callable[[], Iterator[bytes]] = b""


class Asked(NamedTuple):
    """A question that came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Server:
    """Answers by target ("/feed?x=1"), else by path, else with what is at "*"."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[str, Reply | list[Reply] | Callable[[Asked], Reply]] = {"*": Reply(404)}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("content-length", 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, self.path, headers, self.rfile.read(length))
                outer.asked.append(asked)
                reply = outer.reply_to(asked)
                try:
                    self._send(reply)
                except OSError:  # the client has had enough
                    self.close_connection = True

            do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = answer

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                headers = {name.lower(): value for name, value in reply.headers.items()}
                if isinstance(reply.body, bytes):
                    headers.setdefault("content-length", str(len(reply.body)))
                headers["connection"] = "close"
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in (reply.body,) if isinstance(reply.body, bytes) else reply.body():
                    self.wfile.write(piece)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def reply_to(self, asked: Asked) -> Reply:
        for key in (asked.target, asked.target.partition("?")[0], "*"):
            if key in self.answers:
                break
        answer = self.answers[key]
        if isinstance(answer, list):  # one after the other, the last one for ever
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer if isinstance(answer, Reply) else answer(asked)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A plain HTTP server."""
    one = Server()
    yield one
    one.stop()


class Authority(NamedTuple):
    """A certificate for 127.0.0.1 that signed itself, as a server and as a client want it."""

    serving: ssl.SSLContext
    trusting: ssl.SSLContext


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file: Path = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    trusting = ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())
    return Authority(serving, trusting)


@pytest.fixture
def tls_server(authority: Authority) -> Iterator[Server]:
    """An HTTPS server whose certificate nobody trusts."""
    one = Server(authority.serving)
    yield one
    one.stop()


@pytest.fixture
def slept() -> list[float]:
    """The pauses that `http` made, without waiting for them."""
    return []


def resolve_here(host: str, port: int) -> list[str]:
    """No name server is asked for a name that none knows: where none answers, each time would take seconds."""
    if host.endswith(".invalid"):
        raise UnknownNameError(host)
    return resolve(host, port)


@pytest.fixture
def http(slept: list[float]) -> Iterator[Http]:
    """A door that may go to loopback. Its clock ticks a second at each look, so that what never ends does end."""
    ticks = count(step=0.05)
    with Http(
        allow_private=["127.0.0.1"],
        total=30,
        pace=Pace(rate=1e6, burst=1_000_000),
        clock=lambda: next(ticks),
        sleep=slept.append,
        resolve=resolve_here,
    ) as door:
        yield door
