"""Masking: what is personal goes, the same words get the same mark, and all of it comes back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.masking import mask, unmask


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("Write to carol.b+x@example.co.uk, please", "Write to [e-mail 1], please"),
        ("See https://x.example/order?id=77 now.", "See [link 1] now."),
        ("www.example.org/a and www.example.org/a", "[link 1] and [link 1]"),
        ("Call +49 (0)30 1234-5678!", "Call [number 1]!"),
        ("order 4711000, again 4711000", "order [number 1], again [number 1]"),
        ("from 10.1.2.3 it fails", "from [address 1] it fails"),
        ("DE89 3704 0044 0532 0130 00 is my account", "[account 1] is my account"),
        ("ask @bob and @bob@social.example", "ask [person 1] and [person 2]"),
        ("in 2025 we had 12 of 30", "in 2025 we had 12 of 30"),
        ("[person 1] is written here", "[ person 1] is written here"),
        ("nothing", "nothing"),
    ],
)
def test_mask(text: str, gives: str) -> None:
    assert mask([text]).texts == (gives,)


def test_all_names_of_a_person_are_one_mark_in_all_texts() -> None:
    masked = mask(["Carol Baker wrote", "thanks @carolb, Carol!", "carolb?"], [["Carol Baker", "Carol", "carolb"]])
    assert masked.texts == ("[person 1] wrote", "thanks [person 1], [person 1]!", "[person 1]?")
    assert dict(masked.marks) == {"[person 1]": "Carol Baker"}


def test_a_name_within_a_word_stays() -> None:
    assert mask(["Annabel has an Anna"], [["Anna"]]).texts == ("Annabel has an [person 1]",)


def test_a_mark_that_stands_for_nothing_stays() -> None:
    assert unmask("[person 1] and [person 9]", [("[person 1]", "Carol")]) == "Carol and [person 9]"


PIECES = st.sampled_from(
    ["carol@example.org", "https://x.example/a?b=1", "+49 30 1234567", "@dave", "10.0.0.1", "word", ".", "[number 3]"]
)


@given(st.lists(PIECES, max_size=12).map(" ".join))
def test_it_comes_back_and_nothing_personal_is_left(text: str) -> None:
    masked = mask([text])
    assert unmask(masked.texts[0], masked.marks).replace("[ number", "[number") == text
    bare = re.sub(r"\[[^\]]*\]", "", masked.texts[0])
    assert not re.search(r"@|https?:|\d{5}", bare)
