"""Near-duplicates: what is grouped, and what stays apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.text.sameness import alike, bands, likeness, same, signature, signatures

NEWS = "The council of Ghent votes tonight on a new plan for cheaper trams and more bicycle lanes in the old town"
ODD = st.text(st.characters(), max_size=200)  # holds NUL and lone surrogates


def met(one: str, two: str) -> bool:
    first, second = signature(one), signature(two)
    assert first is not None
    assert second is not None
    return bool(set(bands(first)) & set(bands(second))) and alike(first, second)


@pytest.mark.parametrize(
    "copy",
    [
        NEWS,
        NEWS.upper(),
        f"RT @someone: {NEWS}",
        f"{NEWS} https://t.co/abc123",
        f"{NEWS} #ghent #trams",
        f"{NEWS} - The Daily Planet",
        f"{NEWS} | Reuters",
        f"Wow! {NEWS}",
        f"{NEWS} \U0001f68b\U0001f6b2",
        NEWS.replace("cheaper", "better"),
        NEWS[:90] + "\N{HORIZONTAL ELLIPSIS}",
    ],
)
def test_edited_copies_are_the_same(copy: str) -> None:
    assert met(NEWS, copy)
    assert same(NEWS, copy)
    assert same(copy, NEWS)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (
            NEWS,
            NEWS.replace("Ghent", "Leuven"),
        ),
        (
            "Shares of Apple rise 3 percent in early trading on Friday after strong results",
            "Shares of Apple rise 7 percent in early trading on Friday after strong results",
        ),
        (
            "Shares of Apple rise 3 percent in early trading on Friday after strong results",
            "Shares of Tesla rise 3 percent in early trading on Friday after strong results",
        ),
        (NEWS, "I had the best soup of my life in a small place behind the station last night, go there"),
        ("thanks!", "thanks!"),
        ("thank you so much", "thank you so much"),
        ("", ""),
    ],
)
def test_different_posts_stay_apart(one: str, two: str) -> None:
    assert not same(one, two)


@pytest.mark.parametrize(
    "text",
    ["", "thanks!", "happy new year to you", "a b c d e f g h", "@a @b @c @d @e @f @g @h", "https://a.example/ " * 9],
)
def test_too_short_to_tell(text: str) -> None:
    assert signature(text) is None


def test_scripts_without_spaces() -> None:
    text = "今日はとてもいい天気なので公園を散歩しました"
    assert met(text, text + " https://t.co/x")
    assert same(text, text + " #tag")


@given(st.lists(ODD, max_size=8))
def test_any_text_has_an_answer_and_a_batch_is_its_texts(texts: list[str]) -> None:
    found = signatures(texts)
    assert found == [signature(text) for text in texts]
    for value in found:
        assert value is None or -(2**63) <= value < 2**63
        if value is not None:
            assert len(set(bands(value))) == len(bands(value))
            assert all(0 <= key < 2**63 for key in bands(value))
            assert likeness(value, value) == 8


@given(ODD, ODD)
def test_same_is_symmetric(one: str, two: str) -> None:
    assert same(one, two) == same(two, one)


@pytest.mark.parametrize("text", ["x" * 3_000_000, "spam and eggs " * 220_000, "\0" * 3_000_000, "\ud800 " * 1_000_000])
def test_long_texts(text: str) -> None:
    assert signatures([text, "a"]) == [signature(text), None]
    same(text, text)


def test_the_signature_is_the_same_everywhere() -> None:
    """It is stored: another machine, or another run, must find the same."""
    assert signature(NEWS) == 6240499148421337699
