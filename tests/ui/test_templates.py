"""What holds for the templates of all rooms."""

import re
from pathlib import Path

import pytest

import hubbub

TEMPLATES = sorted(Path(hubbub.__file__).parent.glob("**/templates/**/*.*"))
UNFINISHED = re.compile(r"\{\{[^}\n]*\n|\{%[^%\n]*\n|\{#[^#\n]*\n")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_tag_goes_over_a_line(path: Path) -> None:
    """Django knows it for no tag then, and shows it to people as it is written."""
    assert UNFINISHED.findall(path.read_text()) == []
