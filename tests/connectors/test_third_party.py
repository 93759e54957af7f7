"""The connector of docs/connectors.md, installed as a package would be, tried as the built-in ones are."""

import re
import sys
from collections.abc import Callable, Iterator
from importlib import invalidate_caches
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from msgspec import json

from hubbub.connectors import Act, Connector, Http, connectors, installed

from . import test_contract as contract
from .conftest import Asked, Reply, Server
from .working import MANY, Works

PAGE = Path(__file__).parents[2] / "docs" / "connectors.md"
LONGEST = 90  # lines, with those that are empty


def example() -> str:
    """The first block of Python on the page."""
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def guestbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connector]:
    """The example in a package of its own, found by its entry point."""
    (tmp_path / "hubbub_guestbook.py").write_text(example())
    told = tmp_path / "hubbub_guestbook-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: hubbub-guestbook\nVersion: 1.0\n")
    entry = re.search(r"```toml\n.*?\n(guestbook = )\"(.*?)\"", PAGE.read_text(), re.DOTALL)
    assert entry
    (told / "entry_points.txt").write_text(f"[hubbub.connectors]\n{entry[1]}{entry[2]}\n")
    monkeypatch.syspath_prepend(tmp_path)
    invalidate_caches()
    connectors.cache_clear()
    yield connectors()["guestbook"]
    connectors.cache_clear()
    sys.modules.pop("hubbub_guestbook", None)


def working(_tmp_path: Path, server: Server) -> Works:
    """A guestbook with many entries."""

    def entries(asked: Asked) -> Reply:
        query = dict(parse_qsl(asked.target.partition("?")[2]))
        if asked.method == "POST" or "mark" in query:
            return Reply(body=json.encode(entry(1)) if asked.method == "POST" else b'{"total": 0, "entries": []}')
        first, most = int(query.get("after", 0)), int(query.get("most", 5))
        numbers = range(MANY, MANY - 5, -1) if "newest" in query else range(first + 1, min(MANY, first + most) + 1)
        return Reply(body=json.encode({"total": MANY, "entries": [entry(number) for number in numbers]}))

    server.answers["/entries"] = entries
    return Works({"site": server.url})


def entry(number: int) -> dict[str, object]:
    return {"id": number, "text": f"post {number}", "name": "Ann", "written": "2026-11-01T12:00:00Z"}


def test_it_is_short() -> None:
    assert len(example().splitlines()) <= LONGEST


def test_it_is_listed_with_its_package(guestbook: Connector) -> None:
    [found] = [one for one in installed() if one.package != "hubbub"]
    assert (found.package, found.connector, found.trouble) == ("hubbub-guestbook", guestbook, "")


def test_it_declares_itself(guestbook: Connector) -> None:
    contract.test_it_declares_itself(guestbook)


@pytest.mark.parametrize(
    "check", [contract.test_a_check_names_what_it_found, contract.test_every_post_comes_once,
              contract.test_it_goes_on_from_every_cursor, contract.test_what_can_only_be_read_says_so],
)  # fmt: skip
def test_it_reads(
    check: Callable[..., None],
    guestbook: Connector,
    tmp_path: Path,
    server: Server,
    http: Http,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(contract.WORKING, "guestbook", working)
    check("guestbook", tmp_path, server, http)


@pytest.mark.parametrize("fault", contract.FAULTS)
def test_its_faults_have_a_name(guestbook: Connector, fault: str, server: Server, http: Http) -> None:
    contract.test_faults_have_a_name(guestbook, fault, server, http)


def test_a_missing_address_is_said(guestbook: Connector, http: Http) -> None:
    contract.test_a_missing_address_is_said(guestbook, http)


def test_it_acts(guestbook: Connector, tmp_path: Path, server: Server, http: Http) -> None:
    settings = {**working(tmp_path, server).settings, "token": "t"}
    done = guestbook.act(settings, Act("hide", "1", "k1"), http)
    assert (done.id, done.state) == ("1", "hidden")
    assert guestbook.find(settings, Act("hide", "1", "k1"), http) is None
    assert b'"mark":"k1"' in server.asked[0].body
