"""Measures how long the code's files, functions and lines are and how often a check is silenced; no number may grow.

`python tools/ratchet.py` compares with tools/ratchet.json; `--set` writes what is measured now, after making it better.
"""

import ast
import io
import json
import sys
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "tools" / "ratchet.json"
FOLDERS = ("hubbub", "tools", "bench", "tests")
LIMITS = {"file_lines": 400, "function_lines": 60, "line_length": 120}  # whatever the file says
WORDS = {
    "file_lines": "lines in the longest file",
    "function_lines": "lines in the longest function",
    "line_length": "characters in the longest line",
    "type_ignores": "times `type: ignore`",
    "noqas": "times `noqa`",
}


class Found(NamedTuple):
    """A number, and the place that has it; counts have no place."""

    number: int
    place: str = ""


def files(*folders: str) -> Iterator[Path]:
    """The Python files of these folders, without what Django writes by itself."""
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Place and number of lines of each function in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def silenced(path: Path) -> tuple[int, int]:
    """How often comments in the file silence the type checker, and the linter."""
    kinds = [0, 0]
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type == tokenize.COMMENT:
            kinds[0] += "type: ignore" in token.string
            kinds[1] += "noqa" in token.string
    return kinds[0], kinds[1]


def measure() -> dict[str, Found]:
    """All numbers as they are now."""
    texts = [(path, path.read_text().splitlines()) for path in files(*FOLDERS)]
    lengths = [Found(size, place) for path, _ in texts for place, size in functions(path)]
    widths = [
        Found(len(line), f"{path.relative_to(ROOT)}:{number}")
        for path, lines in texts
        for number, line in enumerate(lines, 1)
    ]
    hushed = [silenced(path) for path, _ in texts]
    return {
        "file_lines": max(Found(len(lines), str(path.relative_to(ROOT))) for path, lines in texts),
        "function_lines": max(lengths),
        "line_length": max(widths),
        "type_ignores": Found(sum(types for types, _ in hushed)),
        "noqas": Found(sum(lints for _, lints in hushed)),
    }


def judge(now: Mapping[str, Found], kept: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """What grew, and what shrank, each in words."""
    grew, shrank = [], []
    for name, found in now.items():
        allowed = min(kept[name], LIMITS.get(name, kept[name]))
        at = f" ({found.place})" if found.place else ""
        if found.number > allowed:
            grew.append(f"{found.number} {WORDS[name]}{at}, {allowed} are allowed: make it {allowed} or fewer")
        elif found.number < kept[name]:
            shrank.append(f"{found.number} {WORDS[name]}, {kept[name]} are allowed: lower it with --set")
    return grew, shrank


def main() -> int:
    """0 when nothing grew."""
    now = measure()
    if "--set" in sys.argv:
        kept = {name: min(found.number, LIMITS.get(name, found.number)) for name, found in now.items()}
        KEPT.write_text(json.dumps(kept, indent=2) + "\n")
    grew, shrank = judge(now, json.loads(KEPT.read_text()))
    for line in [*grew, *shrank]:
        print(f"ratchet: {line}")
    return 1 if grew else 0


if __name__ == "__main__":
    sys.exit(main())
