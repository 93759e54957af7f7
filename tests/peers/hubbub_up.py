"""A whole Hubbub, started as its operator does, for the stories on real servers."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class Up:
    """Where it is served, and the one-time link of its admin."""

    address: str
    link: str
    data: Path
    process: "subprocess.Popen[bytes]"
    log: Path

    def end(self) -> str:
        """Ctrl-C; what it said."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        return self.log.read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """Without what the tests set for themselves; loopback is allowed, because the real servers stand there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUBBUB_", "DJANGO_"))}
    return {**kept, "HUBBUB_ALLOW_PRIVATE_HOSTS": "127.0.0.1"}


@contextmanager
def hubbub_up(data: Path, *words: str) -> Iterator[Up]:
    """Start, wait for the link, and end it whatever happens."""
    log = data.with_suffix(".log")
    command = [sys.executable, "-m", "hubbub.cli", "up", "--data", str(data), "--port", str(free_port()), *words]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(), stderr=out, stdout=out)
    try:
        address, link = _announced(log, process)
        yield Up(address, link, data, process, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _announced(log: Path, process: "subprocess.Popen[bytes]") -> tuple[str, str]:
    end = time.monotonic() + 600
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"(http://localhost:\d+)(/enter/\S+)", log.read_text())
        if found:
            return found[1], found[1] + found[2]
        time.sleep(0.1)
    raise AssertionError(f"hubbub up said no address:\n{log.read_text()}")
