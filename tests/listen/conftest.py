"""A network of our own for the room's tests: it answers as its settings say, and asks nobody."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from pytest_django.fixtures import Settings as Wrapper

import hubbub.connectors
from hubbub.connectors import Batch, Field, Found, Http, Settings, Verb
from hubbub.connectors._connector import ReadOnly
from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Author, Post


class Shed(ReadOnly):
    """A place behind a password. The address decides: "gone" is broken, "busy" may work later."""

    kind = "shed"
    label = "Shed"
    about = "A place for tests."
    fields = (
        Field("url", "Address", kind="url"),
        Field("user", "User name", required=False),
        Field("password", "Password", kind="secret"),
        Field("pin", "Pin", kind="secret", required=False),
        Field("mood", "Mood", kind="choice", required=False, choices=(("calm", "Calm"), ("loud", "Loud"))),
    )
    can: ClassVar[frozenset[Verb]] = frozenset({"reply", "hide"})
    every = 600

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []

    def check(self, settings: Settings, http: Http) -> Found:
        self.asked.append(dict(settings))
        if "gone" in settings["url"]:
            raise Broken(f"Nothing is at {settings['url']}; the password {settings['password']} was not taken.")
        if "busy" in settings["url"]:
            raise Retry("It is busy.")
        sample = Post(id="1", text="<b>hello</b>", author=Author(id="x", name="Xenia"))
        can = self.can if settings.get("user") else frozenset()
        return Found("One post is there.", name="The shed", can=can, account="me", sample=(sample,))

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        return Batch((), cursor)


class _Point:
    name = "shed"

    def __init__(self, shed: Shed) -> None:
        self.load = lambda: shed


@pytest.fixture
def shed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shed]:
    """The network "shed", installed while the test lasts. `asked` holds the settings of every try."""
    made = Shed()
    monkeypatch.setattr(hubbub.connectors, "entry_points", lambda group: [_Point(made)])
    hubbub.connectors.connectors.cache_clear()
    yield made
    monkeypatch.undo()
    hubbub.connectors.connectors.cache_clear()


@pytest.fixture
def uploads(settings: Wrapper, tmp_path: Path) -> Path:
    """Where uploads lie while the test lasts."""
    settings.UPLOADS = tmp_path / "uploads"
    return tmp_path / "uploads"
