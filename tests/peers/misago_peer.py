"""A real Misago forum for the tests, started once a run by misago.sh."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

HERE = Path(__file__).parent
PASSWORD = "Passw0rd!x"


class Misago:
    """A real forum: its address, a moderator's credentials, and its own side, past every API."""

    def __init__(self, address: str, folder: str) -> None:
        self.address = address
        self._folder = Path(folder)
        self.category = 0

    @property
    def settings(self) -> dict[str, str]:
        """What a source needs to read and moderate here."""
        return {"site": self.address, "user": "mod", "password": PASSWORD}

    def side(self, command: str, *arguments: object) -> object:
        """Do something on the server itself; the commands stand in misago/side.py."""
        env = {**os.environ, "PYTHONPATH": str(self._folder / "misago_run"), "DJANGO_SETTINGS_MODULE": "peer_settings"}
        python = self._folder / "misago" / "bin" / "python"
        words = [str(python), str(self._folder / "misago_run" / "side.py"), command, *map(str, arguments)]
        done = subprocess.run(words, capture_output=True, text=True, env=env, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

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
    script = HERE / "misago.sh"
    started = subprocess.run([script], capture_output=True, text=True, timeout=600, check=False)
    if started.returncode == 3:
        pytest.skip(f"Misago could not be installed: {started.stderr.strip()}")
    assert started.returncode == 0, started.stderr
    yield Misago(*started.stdout.split())
    subprocess.run([script, "stop"], check=True, timeout=60)


@pytest.fixture
def misago(running_misago: Misago) -> Misago:
    """The real forum without any thread."""
    running_misago.reset()
    return running_misago
