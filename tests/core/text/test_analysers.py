"""What the shipped model says of plain texts and odd ones, alone and in batches."""

import hashlib
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.core.text.analysers import Analysers, Judged
from hubbub.core.text.features import READ
from hubbub.core.text.judgement import Judgement
from hubbub.store.shipped import shipped

MODEL = Path(__file__).parents[3] / "hubbub/core/text/model.bin"
CARD = Path(__file__).parents[3] / "docs/models.md"

ODD = (
    "",
    " \n\t ",
    "😀",
    "👨‍👩‍👧‍👦🏳️‍🌈🇩🇪",
    "\0\0a\0",
    "\ud800 half \udfff",
    "مرحبا كيف حالك اليوم يا صديقي العزيز",
    "\u202egnihtemos\u202c backwards",
    "z̷̢̛̗a̸̧̰͝l̵͓̊g̶̨̈́o̷ " * 50,
    "a" * 10_000,
    "!" * 10_000,
    "@" * 300 + "#" * 300,
    "://" * 500,
    "http://" * 500,
    "www." * 500,
    "www.example.com/x?y=1 http://a.b https://",
    "not " * 5_000,
    "good bad " * 333_334,  # 3 MB
    "\U0010ffff\U000e0041",
    "&amp;&lt;&gt;&quot;&#39;",
)


@pytest.fixture(scope="module")
def analysers() -> Analysers:
    return shipped()


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("I love this!", "positive"),
        ("what a wonderful day, thank you so much", "positive"),
        ("The crew was lovely and helpful :)", "positive"),
        ("great work 😍😍", "positive"),
        ("😍", "positive"),
        ("I hate this!", "negative"),
        ("The worst service I have ever had.", "negative"),
        ("this is not good at all", "negative"),
        ("awful app, it crashes all the time", "negative"),
        ("😡😡", "negative"),
        ("The shop opens on Monday at nine.", "neutral"),
        ("Barcelona play on Tuesday", "neutral"),
        ("", "neutral"),
    ],
)
def test_sentiment(analysers: Analysers, text: str, sentiment: str) -> None:
    judgement = analysers.judge([text])[0]
    assert judgement.sentiment == sentiment
    assert judgement.sentiment_score is not None
    low, high = {"negative": (-1.0, -0.2), "neutral": (-0.4, 0.4), "positive": (0.2, 1.0)}[sentiment]
    assert low <= judgement.sentiment_score <= high


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("This is GOOD!!!", "this is good"),
        ("very good", "good"),
        ("good", "not good"),
        ("a kind word", "a kind of word"),
        ("bad at first, but lovely in the end", "lovely at first, but bad in the end"),
    ],
)
def test_what_strengthens_and_what_turns(analysers: Analysers, more: str, less: str) -> None:
    above, below = analysers.judge([more, less])
    assert above.sentiment_score is not None
    assert below.sentiment_score is not None
    assert above.sentiment_score > below.sentiment_score


@pytest.mark.parametrize(
    ("text", "toxic"),
    [
        ("you are a fucking idiot", True),
        ("shut up you stupid bitch", True),
        ("Y0U STUPID MORON", True),
        ("The shop opens on Monday at nine.", False),
        ("Thank you, that was a great help!", False),
        ("My parcel has not arrived yet.", False),
    ],
)
def test_toxicity(analysers: Analysers, text: str, toxic: bool) -> None:
    found = analysers.judge([text])[0].toxicity
    assert found is not None
    assert (found >= 0.5) is toxic


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("thank you so much, you are the best", "compliment"),
        ("does anyone know when tickets go on sale?", "question"),
        ("please follow me back", "request"),
        ("Join us tonight for live music at the Fox, free entry! http://t.co/x", "promotion"),
        ("Sunday roast with the family", "other"),
    ],
)
def test_intent(analysers: Analysers, text: str, intent: str) -> None:
    assert analysers.judge([text])[0].intent == intent


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("Das Essen war leider ganz schrecklich und der Kellner unfreundlich", None),
        ("La comida estaba muy mala y el camarero no nos hizo ningún caso", None),
        ("Das Essen war gestern Abend wieder einmal so wie immer 😍😍", "positive"),
    ],
)
def test_another_language_is_not_guessed(analysers: Analysers, text: str, sentiment: str | None) -> None:
    judgement = analysers.judge([text])[0]
    assert judgement.language not in {"", "en"}
    assert (judgement.sentiment, judgement.toxicity, judgement.intent) == (sentiment, None, None)


def test_what_the_network_says_counts_where_the_text_is_too_short(analysers: Analysers) -> None:
    texts = ["ok 12", "The shop opens on Monday at nine, and closes late in the evening."]
    said = analysers.judge(texts, ["de", "de"])
    assert [judgement.language for judgement in said] == ["de", "en"]
    assert [judgement.sentiment is None for judgement in said] == [True, False]


def test_a_batch_is_as_one_by_one_in_any_order(analysers: Analysers) -> None:
    """Nothing leaks from a text into its neighbour."""
    texts = [*ODD, "I love this", "I hate this", "does it ship on Sunday?", "x http://a.b/c", "SHOUTING at me"] * 3
    alone = [analysers.judge([text])[0] for text in texts]
    assert analysers.judge(texts) == alone
    assert analysers.judge(texts[::-1]) == alone[::-1]


def test_no_texts(analysers: Analysers) -> None:
    assert analysers.judge([]) == []


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_have_an_answer(analysers: Analysers, text: str) -> None:
    fits(analysers.judge([text])[0])


@settings(max_examples=150)
@given(st.lists(st.text(st.characters(codec=None), max_size=60), max_size=5))
def test_any_text_has_an_answer(texts: list[str]) -> None:
    for judgement in shipped().judge(texts):
        fits(judgement)
    for text in texts[:1]:
        shipped().why(text, "sentiment")


def fits(judgement: Judgement) -> None:
    """Every number is where it belongs."""
    for chance in (judgement.toxicity, judgement.spam, judgement.sentiment_sure, judgement.intent_sure):
        assert chance is None or 0 <= chance <= 1
    assert judgement.sentiment_score is None or -1 <= judgement.sentiment_score <= 1
    assert (judgement.sentiment is None) == (judgement.sentiment_score is None)


def test_only_the_beginning_of_a_long_text_is_read(analysers: Analysers) -> None:
    start = ("fine words about nothing " * 300)[:READ]
    assert analysers.judge([start + " I hate you all, you fucking idiots"]) == analysers.judge([start])


@pytest.mark.parametrize(
    ("text", "field", "stretch"),
    [
        ("The food was terrible today", "sentiment", "terrible"),
        ("We love the new room 😍", "sentiment", "love"),
        ("well you are an idiot today", "toxicity", "idiot"),
        ("thanks for the quick answer", "intent", "thanks"),
    ],
)
def test_why_points_at_the_word(analysers: Analysers, text: str, field: Judged, stretch: str) -> None:
    reasons = analysers.why(text, field)
    assert text[reasons[0].start : reasons[0].end] == stretch
    assert reasons[0].weight > 0
    assert [abs(reason.weight) for reason in reasons] == sorted((abs(r.weight) for r in reasons), reverse=True)


def test_why_is_silent_where_nothing_is_judged(analysers: Analysers) -> None:
    assert analysers.why("Das Essen war leider ganz schrecklich und der Kellner unfreundlich", "sentiment") == ()


@pytest.mark.parametrize("field", ["sentiment", "toxicity", "spam", "intent"])
def test_chances_add_up(analysers: Analysers, field: Judged) -> None:
    for row in analysers.chances(["I love this", "", "Das ist ein langer deutscher Satz"], field):
        assert sum(row) == pytest.approx(1)


def test_the_card_names_the_shipped_file() -> None:
    assert hashlib.sha256(MODEL.read_bytes()).hexdigest() in CARD.read_text("utf-8")
    assert MODEL.stat().st_size <= 4_000_000


def test_the_version_names_model_and_code(analysers: Analysers) -> None:
    assert re.fullmatch(r"[\w.-]+", analysers.version)
    assert shipped() is analysers


def test_other_bytes_are_no_model() -> None:
    with pytest.raises(msgspec.DecodeError):
        Analysers.from_bytes(b"nonsense")
