"""A real Isso for the tests, started once a run by isso.sh."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from .starting import started

HERE = Path(__file__).parent


class Isso:
    """A real Isso: its address, the site's, and its table."""

    def __init__(self, address: str, site: str, database: str) -> None:
        self.address = address
        self.site = site
        self._database = database
        self.visitor = httpx2.Client(base_url=address, trust_env=False)

    @property
    def settings(self) -> dict[str, str]:
        """What a source needs to read and moderate here."""
        more = {"home": self.site, "name": "Acme", "email": "team@acme.example"}
        return {"site": self.address, "password": "adminpw", **more}

    def reset(self) -> None:
        """No comment at all."""
        with closing(sqlite3.connect(self._database)) as database, database:
            database.execute("DELETE FROM comments")
            database.execute("DELETE FROM threads")
        self.visitor.cookies.clear()

    def say(self, text: str, *, name: str = "Ann", page: str = "cakes", parent: int | None = None) -> int:
        """Comment as a visitor does; the comment's number. It waits for approval."""
        body = {"text": text, "author": name, "parent": parent, "email": f"{name}@example.test"}
        answer = self.visitor.post("/new", params={"uri": f"/{page}.html"}, json=body)
        assert answer.status_code == 202, answer.text
        return int(answer.json()["id"])

    def edit(self, comment: int, text: str) -> None:
        """As its author does, from the same browser."""
        self.visitor.put(f"/id/{comment}", json={"text": text}).raise_for_status()

    def delete(self, comment: int) -> None:
        """As its author does, from the same browser."""
        self.visitor.delete(f"/id/{comment}").raise_for_status()

    def approve(self, *comments: int) -> None:
        """Past the API."""
        with closing(sqlite3.connect(self._database)) as database, database:
            database.executemany("UPDATE comments SET mode = 1 WHERE id = ?", [(one,) for one in comments])

    def many(self, count: int) -> list[int]:
        """So many comments of strangers, approved and not, answers among them; their numbers."""
        first = self.say("the first")
        with closing(sqlite3.connect(self._database)) as database, database:
            (page,) = database.execute("SELECT id FROM threads").fetchone()
            rows = [
                (page, first + one, first if one % 3 == 0 else None, one / 10, 1 + one % 2, "", f"comment {one}", b"")
                for one in range(1, count)
            ]
            columns = "(tid, id, parent, created, mode, remote_addr, text, voters)"
            database.executemany(f"INSERT INTO comments {columns} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return list(range(first, first + count))

    def comments(self) -> dict[int, tuple[int, str, str | None, int | None]]:
        """What stands in the table, by number: mode, text, author, parent."""
        with closing(sqlite3.connect(self._database)) as database:
            rows = database.execute("SELECT id, mode, text, author, parent FROM comments").fetchall()
        return {row[0]: row[1:] for row in rows}


@pytest.fixture(scope="session")
def running_isso() -> Iterator[Isso]:
    one = Isso(*started("isso.sh", "Isso").split())
    yield one
    one.visitor.close()


@pytest.fixture
def isso(running_isso: Isso) -> Isso:
    """The real Isso without any comment."""
    running_isso.reset()
    return running_isso
