"""Scripted IMAP and SMTP servers on loopback: they answer what our connector asks, or go wrong in a chosen way."""

import re
import socketserver
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

Messages = dict[int, bytes]  # by number


class Imap(socketserver.StreamRequestHandler):
    """One folder of messages, the same for everybody. The password is "pw"."""

    disable_nagle_algorithm = True
    messages: Messages = {}
    capabilities = "IMAP4rev1 IDLE MOVE UIDPLUS"
    wrong: str = ""  # what goes wrong after signing in

    def handle(self) -> None:
        try:
            self._talk()
        except OSError:  # the client has had enough
            return

    def _talk(self) -> None:
        if self.wrong == "silence from the start":
            self.rfile.read()
            return
        self._say("* OK ready" if self.wrong != "another protocol" else "HTTP/1.1 400 Bad Request")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            word = command.split(" ")[0].upper()
            if word == "LOGIN" and not command.endswith('"pw"'):
                self._say(f"{tag} NO [AUTHENTICATIONFAILED] Authentication failed.")
                continue
            if word in {"EXAMINE", "SELECT"} and self.wrong and not self._goes_wrong():
                return
            for answer in self._answers(word, command):
                self.wfile.write(answer if isinstance(answer, bytes) else f"* {answer}\r\n".encode())
            self._say(f"{tag} OK done")
            if word == "LOGOUT":
                return

    def _goes_wrong(self) -> bool:
        """Whether the connection goes on."""
        if self.wrong == "half an answer":
            self.wfile.write(b"* 3 EXI")
        elif self.wrong == "silence":
            self.rfile.read()
        elif self.wrong == "an answer that never ends":
            while True:
                self._say("* OK still at it")
        elif self.wrong == "a line that never ends":
            while True:
                self.wfile.write(b"*" * 10_000)
        elif self.wrong == "more than fits":
            self._say("* 1 FETCH (BODY[] {3000000000}")
            while True:
                self.wfile.write(b" " * 1_000_000)
        return False

    def _answers(self, word: str, command: str) -> Iterator[str | bytes]:
        upper = command.upper()
        if word == "CAPABILITY":
            yield f"CAPABILITY {self.capabilities}"
        elif word in {"EXAMINE", "SELECT"}:
            yield f"{len(self.messages)} EXISTS"
            yield "OK [UIDVALIDITY 7] good"
        elif word == "LIST":
            yield 'LIST () "/" INBOX'
        elif upper.startswith("UID SEARCH"):
            found = list(self.messages)
            if interval := re.search(r"UID SEARCH UID (\d+):\*", upper):
                found = [uid for uid in found if uid >= int(interval[1])] or found[-1:]
            elif "HEADER" in upper:
                found = []
            yield f"SEARCH {' '.join(map(str, found))}"
        elif upper.startswith("UID FETCH"):
            yield from self._fetched(command)

    def _fetched(self, command: str) -> Iterator[bytes]:
        for uid in map(int, command.split(" ")[2].split(",")):
            raw = self.messages[uid]
            head = f'* {uid} FETCH (UID {uid} INTERNALDATE "22-Nov-2026 12:00:00 +0000" '
            if "RFC822.SIZE" in command:
                yield f"{head}RFC822.SIZE {len(raw)})\r\n".encode()
            else:
                yield f"{head}BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Smtp(socketserver.StreamRequestHandler):
    """Takes everything, unless a command's answer is set to something else; "" hangs up."""

    disable_nagle_algorithm = True
    answers: dict[str, str] = {}
    taken: list[bytes] = []

    def handle(self) -> None:
        try:
            self._talk()
        except OSError:
            return

    def _talk(self) -> None:
        if not self._answer("HELLO", "220 ready"):
            return
        while line := self.rfile.readline().decode().strip():
            word = line.split(" ")[0].upper()
            usual = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "235 yes", "DATA": "354 go on"}.get(word, "250 OK")
            if not self._answer(word, usual):
                return
            if word == "DATA" and self.answers.get("DATA", "354").startswith("354"):
                message = b""
                while (piece := self.rfile.readline()) != b".\r\n":
                    message += piece
                self.taken.append(message)
                if not self._answer("END", "250 taken"):
                    return

    def _answer(self, word: str, usual: str) -> bool:
        answer = self.answers.get(word, usual)
        if answer:
            self.wfile.write(f"{answer}\r\n".encode())
        return bool(answer)


@contextmanager
def serving(handler: type[socketserver.BaseRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve until the end; host and port."""
    stop, where = served(handler, tls)
    yield where
    stop()


def served(
    handler: type[socketserver.BaseRequestHandler], tls: ssl.SSLContext | None = None
) -> tuple[Callable[[], None], str]:
    """How to end it, and where it is."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return stop, f"127.0.0.1:{server.server_address[1]}"


def imap(messages: Messages, wrong: str = "", capabilities: str = Imap.capabilities) -> type[Imap]:
    """An IMAP server's handler with these messages."""
    return type("Imap", (Imap,), {"messages": messages, "wrong": wrong, "capabilities": capabilities})


def smtp(**answers: str) -> type[Smtp]:
    """An SMTP server's handler that gives these answers to commands (HELLO is its greeting, END that to the words)."""
    return type("Smtp", (Smtp,), {"answers": answers, "taken": []})
