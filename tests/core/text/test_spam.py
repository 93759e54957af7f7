"""Spam: what speaks for it, what does not, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.text.spam import MARKS, WEIGHTS, Spam

SPAM = Spam()


def score(text: str) -> float:
    value = SPAM.judge([text]).values[0]
    assert value is not None
    return value


@pytest.mark.parametrize(
    "text",
    [  # made up for this test
        "Hey everyone check out my channel and please subscribe, new videos every day!!!",
        "follow me and i will follow back, f4f l4l",
        "https://bit.ly/3xYzAbC",
        "Make money from home, earn cash every day, DM me on WhatsApp +44 7700 900123",
        "HUGE CRYPTO GIVEAWAY: send bitcoin and double your coins https://coins.example/x",
        "B\u0435st \u0440rice for r\u0435plica watches, order now and use code CHEAP",
    ],
)
def test_spam(text: str) -> None:
    assert score(text) > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "I can't believe they cancelled the show again",
        "The new album is out on Friday, so excited",
        "My order has not arrived, can somebody help?",
        "Great match yesterday, what a goal in the last minute! 😂😂",
        "The council votes tonight on cheaper trams https://news.example/trams",
        "love this song so much",
    ],
)
def test_no_spam(text: str) -> None:
    assert score(text) < 0.3


@pytest.mark.parametrize("text", ["", "   ", "😂😂😂", "!!!", "\0"])
def test_nothing_to_judge(text: str) -> None:
    assert SPAM.judge([text]).values == [None]


def test_why_names_the_stretches() -> None:
    text = "Nice song. Please check my channel"
    reasons = SPAM.why(text)
    assert reasons
    assert "my channel" in {text[reason.start : reason.end] for reason in reasons} | {text[-10:]}
    assert all(reason.weight > 0 for reason in reasons)
    assert all(text[reason.start : reason.end].strip() for reason in reasons)
    assert SPAM.why("love this song") == ()


def test_every_mark_has_a_weight() -> None:
    assert set(WEIGHTS) == set(MARKS)
    assert all(weight >= 0 for weight in WEIGHTS.values())  # no mark speaks for ham


@given(st.lists(st.text(st.characters(), max_size=120), max_size=4))
def test_any_text_has_an_answer_and_a_batch_is_its_texts(texts: list[str]) -> None:
    together = SPAM.judge(texts)
    for place, text in enumerate(texts):
        alone = SPAM.judge([text])
        assert alone.values == [together.values[place]]
        assert alone.sure == [together.sure[place]]
        SPAM.why(text)


@pytest.mark.parametrize(
    "text", ["spam http://a.example " * 130_000, "9" * 3_000_000, "<" * 3_000_000, "\ud800 " * 1_500_000]
)
def test_long_texts(text: str) -> None:
    assert len(SPAM.judge([text, "hello there"]).values) == 2
    SPAM.why(text)
