"""Several texts as one: whatever words they hold, they come apart as they were put together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.labelled import apart, joined

MARK = r"\[Part \d+\]"


def labels(many: int) -> list[str]:
    return [f"[Part {number}]" for number in range(1, many + 1)]


lines = st.sampled_from(
    ["", "a", "[Part 1]", "[Part 2]", "\\[Part 1]", "\\\\[Part 2]", " [Part 1]", "[Part 1] b", "\\"]
)
texts = st.lists(lines, max_size=5).map("\n".join) | st.text(max_size=20)


@given(st.lists(texts, max_size=4))
def test_they_come_apart_as_they_were(given: list[str]) -> None:
    pieces = list(zip(labels(len(given)), given, strict=True))
    told = [(label, words.replace("\r\n", "\n").strip()) for label, words in pieces]
    assert apart(joined(pieces, MARK), MARK) == told


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("[Part 1]\na", [("[Part 1]", "a")]),
        ("[Part 1]\n\n[Part 2]\n", [("[Part 1]", ""), ("[Part 2]", "")]),
        ("[Part 2]\nb\n[Part 1]\na", [("[Part 2]", "b"), ("[Part 1]", "a")]),
        ("x", None),
        ("\n[Part 1]\r\na\r\n\r\nb\r\n[Part 2]", [("[Part 1]", "a\n\nb"), ("[Part 2]", "")]),
        ("x\n[Part 1]\na", None),  # nobody's words
        ("[Part 1]\na\n[Part 1]\nb", [("[Part 1]", "a"), ("[Part 1]", "b")]),  # whoever asks sees that it stands twice
        ("[Part 1]\n\\[Part 1]\n\\\\[Part 7]", [("[Part 1]", "[Part 1]\n\\[Part 7]")]),
        ("[Part 1]\n\\o/", [("[Part 1]", "\\o/")]),  # a backslash elsewhere is a backslash
    ],
)
def test_apart(text: str, found: list[tuple[str, str]] | None) -> None:
    assert apart(text, MARK) == found
