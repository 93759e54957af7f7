"""A long text in several posts: nothing lost, nothing too long, cut where a reader pauses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.connectors import Limits, length_of
from hubbub.core.splitting import split


@pytest.mark.parametrize(
    ("text", "most", "pieces"),
    [
        ("", 10, ()),
        ("short", 10, ("short",)),
        ("one two three", 8, ("one two", "three")),
        ("One two. Three four five", 16, ("One two.", "Three four five")),
        ("A first one.\n\nThe second one is longer.", 30, ("A first one.", "The second one is longer.")),
        (
            "Hi. then many words without an end",
            20,
            ("Hi. then many words", "without an end"),
        ),  # too little in the first
        ("abcdefghij", 4, ("abcd", "efgh", "ij")),
        ("ae\u0301ae\u0301", 2, ("a", "e\u0301", "a", "e\u0301")),
    ],
)
def test_cuts(text: str, most: int, pieces: tuple[str, ...]) -> None:
    assert split(text, most, len) == pieces


texts = st.text(st.sampled_from("ab cé👩\u200d🔬.!\n?"), max_size=300)
LIMITS = [Limits(counts="graphemes"), Limits(counts="bytes"), Limits(link=23)]


@given(texts, st.integers(12, 60), st.sampled_from(LIMITS))
def test_nothing_is_lost_and_all_fits(text: str, most: int, limits: Limits) -> None:
    pieces = split(text, most, lambda piece: length_of(piece, limits))
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(pieces)
    assert all(length_of(piece, limits) <= most for piece in pieces)


def test_an_address_is_not_cut() -> None:
    link = "https://example.org/" + "a" * 60
    limits = Limits(link=23)
    text = f"{'word ' * 10}{link} and some more words"
    pieces = split(text, 60, lambda piece: length_of(piece, limits))
    assert any(link in piece for piece in pieces)
    assert all(length_of(piece, limits) <= 60 for piece in pieces)
