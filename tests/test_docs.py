"""What can be done is written down: calls, settings, commands, networks, fields; and what is written down is there."""

import re
from pathlib import Path

import pytest
from ninja import Schema
from typer.main import get_command

from hubbub.cli import app
from hubbub.connectors import DOING, connectors
from hubbub.core.query import FIELDS
from tests.addresses import calls

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def text(name: str) -> str:
    """A page of the documentation."""
    return (DOCS / name).read_text()


def rows(page: str) -> list[list[str]]:
    """The cells of every table in it."""
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def quoted(cells: str) -> set[str]:
    """What stands between backticks."""
    return set(re.findall(r"`([^`]+)`", cells))


def test_every_call_is_written_down() -> None:
    told = {tuple(row) for row in rows(text("api.md")) if len(row) == 4 and "/api/" in row[1]}
    there = {(call.method, f"`{call.path}`", str(call.needs), call.operation["summary"]) for call in calls()}
    assert there - told == set(), "these calls stand not, or not so, in docs/api.md"
    assert told - there == set(), "docs/api.md tells of calls that are not there"


def test_every_call_has_a_summary_of_its_own() -> None:
    """Without one, ninja makes the function's name into one, and the page /api/docs says nothing."""
    made_up = [str(call) for call in calls() if call.operation["summary"] == _from_name(call.operation)]
    assert made_up == []


def _from_name(operation: object) -> str:
    name = str(operation["operationId"]).rpartition("_api_")[2]
    return name.replace("_", " ").title()


def test_no_two_shapes_share_a_name() -> None:
    """The description of the API knows shapes by their names alone: of two it would show one for both."""
    names = [shape.__name__ for shape in _shapes(Schema)]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def _shapes(above: type[Schema]) -> set[type[Schema]]:
    below = {shape for one in above.__subclasses__() for shape in {one, *_shapes(one)}}
    return {shape for shape in below if shape.__module__.startswith("hubbub.")}


def test_every_setting_is_written_down() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "hubbub").rglob("*.py"))
    read = set(re.findall(r"\bHUBBUB_[A-Z_]+\b", code))
    told = set(re.findall(r"\bHUBBUB_[A-Z_]+\b", text("operate.md")))
    assert read - told == set(), "these settings stand not in docs/operate.md"
    assert told - read == set(), "docs/operate.md tells of settings that nothing reads"


def test_every_command_is_written_down() -> None:
    there = {name for name, command in get_command(app).commands.items() if not command.hidden}
    told = {words.split()[1] for row in rows(text("operate.md")) for words in quoted(row[0]) if words[:7] == "hubbub "}
    assert there - told == set(), "these commands stand not in docs/operate.md"
    assert told - there == set(), "docs/operate.md tells of commands that are not there"


def test_every_network_is_written_down() -> None:
    told = rows(text("networks.md"))
    for kind, network in connectors().items():
        [row] = [row for row in told if row[0] == f"`{kind}`"]
        assert all(DOING[verb] in row[3] for verb in network.can), (kind, row[3])
        assert re.search(rf"^## .*\(`{kind}`\)$", text("networks.md"), re.MULTILINE), f"no chapter about {kind}"


def test_every_field_is_written_down() -> None:
    fields = [row for row in rows(text("query-language.md")) if len(row) == 3]
    told = {name for row in fields for name in quoted(row[0])}
    assert set(FIELDS) - told == set(), "these fields stand not in docs/query-language.md"
    assert told - set(FIELDS) == set(), "docs/query-language.md tells of fields that are not there"


def test_every_file_on_the_map_is_there() -> None:
    missing = []
    for row in rows(text("map.md")):
        known = [ROOT]  # a name alone stands beside one that was named before it
        for name in re.findall(r"`([^`]+)`", row[1] if len(row) == 2 else ""):
            if not re.fullmatch(r"[\w./*<>-]+", name) or not ("/" in name or "." in name):
                continue  # a decorator, a key
            pattern = re.sub(r"<[a-z]+>", "*", name).rstrip("/")
            found = [path for folder in known for path in folder.glob(pattern)]
            found = found or list((ROOT / "hubbub").glob(f"*/{pattern}"))  # "templates/<room>/": of every room
            if not found:
                missing.append(name)
            known += {path if path.is_dir() else path.parent for path in found}
    assert missing == []


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in sorted(DOCS.glob("*.md")))])
def test_every_link_leads_somewhere(page: str) -> None:
    here = ROOT / page
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", here.read_text(), flags=re.DOTALL))
    broken = []
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, place = link.partition("#")
        there = (here.parent / path).resolve() if path else here
        if not there.exists() or (place and place not in _places(there)):
            broken.append(link)
    assert broken == []


def _places(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
