"""`hubbub up`: web and worker as one process tree, started, watched and ended in order."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence

from msgspec import Struct

log = logging.getLogger(__name__)

WAIT_FOR_END = 40.0  # seconds that a process gets to finish what it has in hand
RESTART_AFTER = 1.0  # doubled at every death, until it has lived for a minute
STEADY = 60.0


class Child(Struct):
    """One process of the tree. Its standard input is a pipe from us: when we die, it ends too."""

    name: str
    words: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = RESTART_AFTER

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C reaches only us and we end the others in order."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # our own command
            [sys.executable, "-m", "hubbub.cli", *self.words, "--child"], stdin=subprocess.PIPE, start_new_session=True
        )

    def end(self) -> None:
        """Ask it to finish; insist only after a while."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(WAIT_FOR_END)
        except subprocess.TimeoutExpired:
            log.warning("%s did not end by itself and was stopped; what it had in hand is done again later", self.name)
            self.process.kill()
            self.process.wait()


def run_tree(children: Sequence[Child], *, stop: threading.Event) -> None:
    """Start them in order, start again what dies, and end them in order when `stop` is set."""
    for child in children:
        child.start()
    try:
        while not stop.wait(0.2):
            for child in children:
                _watch(child, stop)
    finally:
        for child in children:  # web first: nothing new comes in while the worker finishes
            child.end()


def _watch(child: Child, stop: threading.Event) -> None:
    if child.process is None or child.process.poll() is None:
        return
    if time.monotonic() - child.started > STEADY:
        child.pause = RESTART_AFTER
    log.warning("%s ended (%s); starting it again in %.0f s", child.name, child.process.returncode, child.pause)
    if not stop.wait(child.pause):
        child.pause = min(child.pause * 2, STEADY)
        child.start()


def end_with_parent() -> None:
    """In a child: end in order when the parent is gone, however it went."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent").start()


EVERYWHERE = frozenset({"0.0.0.0", "::"})  # hosts that mean: at every address of this machine


def in_address(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def local_address(host: str, port: int) -> str:
    """Where this machine itself reaches what is served at `host`."""
    near = {"127.0.0.1": "localhost", "0.0.0.0": "localhost", "::": "::1"}.get(host, host)
    return f"http://{in_address(near)}:{port}"


def free_port(host: str, wanted: int | None, first: int = 8000) -> int:
    """The port to serve at: `wanted`, or the first free one from `first`. Exits with the mend if there is none."""
    for port in [wanted] if wanted else range(first, first + 50):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as taken:
                problem = taken
                continue
            return port
    raise SystemExit(f"Cannot serve at {host}:{wanted or first}: {problem.strerror}. Choose another with --port")


def wait_until_answers(address: str, *, stop: threading.Event, seconds: float = 60.0) -> bool:
    """Whether the web process answers within that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not stop.wait(0.1):
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):  # our own address
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            continue
    return False
