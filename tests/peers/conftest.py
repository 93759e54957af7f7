"""Real servers for the tests, started once a run by the scripts beside this file: `make peers`."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest

from hubbub.connectors import Http
from hubbub.connectors._pace import Pace

from .atproto_peer import atproto
from .isso_peer import isso, running_isso
from .mail_peer import mailbox, running_mail
from .mastodon_peer import mastodon, running_mastodon
from .misago_peer import misago, running_misago
from .starting import begin, end, started
from .synapse_peer import synapse


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The AT Protocol's servers take minutes to install: their tests come last."""
    items.sort(key=lambda item: "atproto" in getattr(item, "fixturenames", ()))


def pytest_collection_finish(session: pytest.Session) -> None:
    """The servers of the tests that will run start beside each other while the first tests run."""
    if session.config.getoption("--peers") and not session.config.getoption("--collect-only"):
        begin(name for item in session.items for name in getattr(item, "fixturenames", ()))


def pytest_sessionfinish() -> None:
    """None of them outlives the run."""
    end()


class WordPress:
    """A real WordPress: its address, an administrator's credentials, and its own side, past every API."""

    def __init__(self, address: str, user: str, password: str, folder: str) -> None:
        self.address = address
        self.user = user
        self.password = password
        self._side = Path(folder) / "side.php"
        self.post = 0  # the article that a reset leaves: its id

    @property
    def settings(self) -> dict[str, str]:
        """What a source needs to read and moderate here."""
        return {"site": self.address, "user": self.user, "password": self.password}

    def side(self, command: str, *arguments: object) -> object:
        """Do something on the server itself; the commands stand in wordpress/side.php."""
        php = shutil.which("php") or "php"
        done = subprocess.run(
            [php, self._side, command, *map(str, arguments)], capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    def reset(self) -> int:
        """Nothing but one article, "Acme opens a second bakery"; its id."""
        made = self.side("reset")
        assert isinstance(made, dict)
        self.post = made["post"]
        return self.post

    def say(self, text: str, *, name: str = "Stranger", mail: str = "", parent: int = 0, site: str = "") -> int:
        """Comment as a visitor does, through the site's own form; the comment's id. It waits for approval."""
        form = {
            "comment": text,
            "author": name,
            "email": mail or f"{name.lower().replace(' ', '.')}@example.test",
            "url": site,
            "comment_post_ID": str(self.post),
            "comment_parent": str(parent),
            "submit": "Post",
        }
        before = {comment["id"] for comment in self.comments()}
        answer = httpx2.post(f"{self.address}/wp-comments-post.php", data=form, trust_env=False)
        assert answer.status_code == 302, answer.text
        (new,) = {comment["id"] for comment in self.comments()} - before
        return int(new)

    def comments(self) -> list[Mapping[str, str]]:
        """What stands in WordPress's table, oldest first: id, post, parent, author, text, state, agent, user.

        `state` is "1" (approved), "0" (waiting), "spam" or "trash".
        """
        rows = self.side("comments")
        assert isinstance(rows, list)
        return rows

    def state(self, comment: int | str) -> str:
        """The state of one comment; "" where it is gone."""
        return next((row["state"] for row in self.comments() if int(row["id"]) == int(comment)), "")

    def page(self) -> str:
        """The article's page as a visitor sees it."""
        return httpx2.get(f"{self.address}/?p={self.post}", follow_redirects=True, trust_env=False).text


@pytest.fixture(scope="session")
def running_wordpress() -> WordPress:
    return WordPress(*started("wordpress.sh", "WordPress").split())


@pytest.fixture
def wordpress(running_wordpress: WordPress) -> WordPress:
    """The real WordPress with one article and no comment."""
    running_wordpress.reset()
    return running_wordpress


@pytest.fixture
def http() -> Iterator[Http]:
    """A door that may go to loopback, as fast as it likes."""
    with Http(allow_private=["127.0.0.1"], pace=Pace(rate=1e6, burst=1_000_000)) as door:
        yield door
