"""A real Misago forum for the tests, started once a run by misago.sh."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from .starting import started

PASSWORD = "Passw0rd!x"


class Misago:
    """A real forum: its address, a moderator's credentials, and its own side, past every API."""

    def __init__(self, address: str, folder: str) -> None:
        self.address = address
        self._folder = Path(folder)
        self.category = 0
        self._server_side: subprocess.Popen[str] | None = None

    @property
    def settings(self) -> dict[str, str]:
        """What a source needs to read and moderate here."""
        return {"site": self.address, "user": "mod", "password": PASSWORD}

    def side(self, command: str, *arguments: object) -> object:
        """Do something on the server itself; the commands stand in misago/side.py."""
        if self._server_side is None:
            env = {**os.environ, "DJANGO_SETTINGS_MODULE": "peer_settings"}
            run = self._folder / "misago_run"
            words = [self._folder / "misago" / "bin" / "python", run / "side.py"]
            self._server_side = subprocess.Popen(
                words, env=env | {"PYTHONPATH": str(run)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert self._server_side.stdin is not None
        assert self._server_side.stdout is not None
        self._server_side.stdin.write(json.dumps([command, *map(str, arguments)]) + "\n")
        self._server_side.stdin.flush()
        answer = self._server_side.stdout.readline()
        assert answer, "the forum's side broke down; its error stands above"
        return json.loads(answer)

    def end(self) -> None:
        """The end of the process that works on the server itself."""
        if self._server_side is not None:
            self._server_side.communicate()

    def reset(self) -> None:
        """No thread at all."""
        category = self.side("reset")
        assert isinstance(category, int)
        self.category = category

    def thread(self, title: str, text: str, *more: str) -> tuple[int, int]:
        """A thread with its first post: their numbers."""
        made = self.side("thread", title, text, *more)
        assert isinstance(made, list)
        return made[0], made[1]

    def reply(self, thread: int, text: str, *more: str) -> int:
        """An answer's number."""
        made = self.side("reply", thread, text, *more)
        assert isinstance(made, int)
        return made

    def posts(self) -> dict[int, dict[str, object]]:
        """What stands in the forum's table, by number: thread, who, text, hidden, unapproved."""
        rows = self.side("posts")
        assert isinstance(rows, list)
        return {
            row[0]: dict(zip(("thread", "who", "text", "hidden", "unapproved"), row[1:], strict=True)) for row in rows
        }

    @contextmanager
    def sign_in(self, name: str) -> Iterator[httpx2.Client]:
        """A member's own browser."""
        with httpx2.Client(base_url=self.address, trust_env=False) as client:
            client.get("/")
            body = {"username": name, "password": PASSWORD}
            client.post(
                "/api/auth/", json=body, headers={"x-csrftoken": client.cookies["csrftoken"]}
            ).raise_for_status()
            client.headers["x-csrftoken"] = client.cookies["csrftoken"]
            yield client


@pytest.fixture(scope="session")
def running_misago() -> Iterator[Misago]:
    forum = Misago(*started("misago.sh", "Misago").split())
    yield forum
    forum.end()


@pytest.fixture
def misago(running_misago: Misago) -> Misago:
    """The real forum without any thread."""
    running_misago.reset()
    return running_misago
