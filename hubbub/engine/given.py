"""Files that a command is given by name, whole; - is standard input."""

import sys
from pathlib import Path

STANDARD_INPUT = "-"


def text_of(path: Path) -> str:
    """What a TOML file holds, without a byte order mark. Raises OSError and UnicodeDecodeError."""
    if str(path) == STANDARD_INPUT:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    return path.read_text("utf-8-sig")


def name_of(path: Path | str) -> str:
    """How it is called when something is said of it."""
    return "standard input" if str(path) == STANDARD_INPUT else str(path)


def twice(*paths: Path | str | None) -> str:
    """Why these cannot be read one after the other, in words; "": they can."""
    asked = [path for path in paths if path is not None and str(path) == STANDARD_INPUT]
    return "Standard input (-) can be one file only: name the others" if len(asked) > 1 else ""
