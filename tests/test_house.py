"""The rules of the house that no tool checks: how rows are reached, how long things are, what is said about them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from hubbub.store.models import Owned
from tools.ratchet import LIMITS, ROOT, Found, files, functions, judge, measure

HUBBUB = ROOT / "hubbub"
ROOMS = ("listen", "engage", "moderate", "measure", "plan", "team")
SOURCES = list(files("hubbub"))
ROOM_SOURCES = list(files(*(f"hubbub/{room}" for room in ROOMS)))
TEMPLATES = sorted(HUBBUB.rglob("templates/**/*.html"))

# a row is created with its workspace named, never looked for across workspaces
CREATING = {"none", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
# who belongs to no workspace: the workspace itself, and people, who may be members of several
UNOWNED = {"Workspace", "User", "SignInLink"}
# whole pages that cannot stand on the base page
STANDING_ALONE = {"500.html"}  # shown when nothing else works, so it needs nothing


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def everywheres(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and use of each `.everywhere` that is not the creation of a row with its workspace."""
    creating = {
        id(call.func.value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in CREATING
        if call.func.attr in {"bulk_create", "bulk_update", "none"}  # of rows that are at hand
        or {"workspace", "workspace_id"} & {word.arg for word in call.keywords}
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "everywhere" and id(node) not in creating:
            yield node.lineno, ast.unparse(node)


@pytest.mark.parametrize("path", ROOM_SOURCES, ids=name_of)
def test_rooms_reach_rows_through_their_workspace(path: Path) -> None:
    wrong = [f"line {line}: {use}; say .of(workspace)" for line, use in everywheres(ast.parse(path.read_text()))]
    assert not wrong, wrong


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("Post.everywhere.filter(pk=1)", True),
        ("Post.everywhere.create(text='x')", True),
        ("Post.everywhere.create(workspace=w, text='x')", False),
        ("Post.everywhere.bulk_create(rows)", False),
        ("rows = Post.everywhere", True),
    ],
)
def test_that_check_sees_what_it_should(code: str, found: bool) -> None:
    assert bool(list(everywheres(ast.parse(code)))) is found


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_and_functions_are_short(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= LIMITS["file_lines"]
    assert not [place for place, size in functions(path) if size > LIMITS["function_lines"]]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_what_is_public_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree) or not path.read_text().strip(), "the first line says what lives here"
    assert not list(silent(tree))


def silent(tree: ast.Module) -> Iterator[str]:
    """Public classes and functions, and public methods of public classes, that say nothing about themselves.

    Names that Django or a base class gave (Meta, save, get, forms' clean_…) are known from there.
    """
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield f"line {node.lineno}: {node.name}"
        if isinstance(node, ast.ClassDef) and not node.bases:
            yield from (
                f"line {inner.lineno}: {node.name}.{inner.name}"
                for inner in node.body
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_")
                if not ast.get_docstring(inner)
            )


def test_every_row_belongs_to_a_workspace() -> None:
    free = {model.__name__ for model in apps.get_app_config("store").get_models() if not issubclass(model, Owned)}
    assert free == UNOWNED


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.name not in STANDING_ALONE], ids=name_of)
def test_whole_pages_stand_on_the_base_page(path: Path) -> None:
    text = path.read_text()
    short = str(path).rpartition("templates/")[2]
    if short == "ui/base.html":
        return
    assert not re.search(r"<html|<body", text, re.IGNORECASE)
    # what has the page's heading is a page; a part that carries it is named so: _head.html
    if "<h1" in text and not path.name.startswith("_") and "elements" not in path.parts:
        assert re.match(r"\s*{%\s*extends\s", text)


@pytest.mark.parametrize(
    ("number", "kept", "grew", "shrank"),
    [(10, 10, False, False), (11, 10, True, False), (9, 10, False, True), (401, 500, True, False)],
)
def test_the_ratchet_goes_one_way(number: int, kept: int, grew: bool, shrank: bool) -> None:
    worse, better = judge({"file_lines": Found(number, "a.py")}, {"file_lines": kept})
    assert (bool(worse), bool(better)) == (grew, shrank)


def test_the_ratchet_measures_this_code() -> None:
    now = measure()
    assert now["file_lines"].number > 50
    assert now["function_lines"].place.partition(":")[0].endswith(".py")
