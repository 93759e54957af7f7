"""`hubbub connectors`: all that there is, who brings it, and what cannot be used."""

import io
from importlib.metadata import EntryPoint

import pytest
from msgspec import json
from rich.console import Console

from hubbub.connectors import BUILT_IN, connector
from hubbub.engine.listing import Listed, list_connectors


def listed(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint, as_json: bool = True) -> tuple[int, str, str]:
    monkeypatch.setattr("hubbub.connectors.entry_points", lambda group: points)
    out, told = io.StringIO(), io.StringIO()
    number = list_connectors(as_json=as_json, out=out, told=Console(file=told))
    return number, out.getvalue(), told.getvalue()


def test_the_built_in_ones_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, out, told = listed(monkeypatch)
    lines = [json.decode(line, type=Listed) for line in out.splitlines()]
    assert [line.kind for line in lines] == list(BUILT_IN)
    assert {line.package for line in lines} == {"hubbub"}
    assert {line.kind: set(line.does) for line in lines} == {kind: set(connector(kind).can) for kind in BUILT_IN}
    assert (broken, told) == (0, "")


def test_people_are_shown_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    _, out, _ = listed(monkeypatch, as_json=False)
    assert "WordPress comments (comments; no key needed; from hubbub)" in out


@pytest.mark.parametrize(
    ("leads_to", "says"),
    [
        ("no_such_package:CONNECTOR", "cannot be imported: No module named 'no_such_package'"),
        ("hubbub.connectors.feed:NO_SUCH_NAME", "cannot be imported"),
        ("hubbub.connectors.feed:BATCH", "is no connector: it lacks kind"),
        ("hubbub.connectors.feed:CONNECTOR", "its kind “feed” is taken by another"),
    ],
)
def test_what_cannot_be_used_says_why(monkeypatch: pytest.MonkeyPatch, leads_to: str, says: str) -> None:
    broken, out, told = listed(monkeypatch, EntryPoint("pigeon", leads_to, "hubbub.connectors"))
    assert broken == 1
    assert "“pigeon”" in told
    assert says in told
    assert len(out.splitlines()) == len(BUILT_IN)  # the others are there all the same
