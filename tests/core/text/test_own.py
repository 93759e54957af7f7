"""A workspace's own layer: it learns what the shipped model gets wrong here, and says when it cannot."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.text.own import (
    CLASSES,
    Example,
    Field,
    Layer,
    NotEnough,
    apply,
    binary,
    choose,
    measure,
    refusal,
    train,
)

GOOD, BAD, PLAIN = (0.1, 0.1, 0.8), (0.8, 0.1, 0.1), (0.2, 0.6, 0.2)


def labelled(copies: int = 40) -> list[Example]:
    """A brewery's posts: here "sick" and "bitter" are praise, which the shipped model takes for blame."""
    made = []
    for number in range(copies):
        made += [
            Example(f"this bitter is sick, number {number}", BAD, "positive"),
            Example(f"lovely evening at the bar {number}", GOOD, "positive"),
            Example(f"waited an hour, rude staff {number}", BAD, "negative"),
            Example(f"open until ten on day {number}", PLAIN, "neutral"),
            Example(f"flat and warm again {number}", (0.5, 0.4, 0.1), "negative"),
        ]
    return made


def test_it_learns_what_the_words_mean_here() -> None:
    layer = train("sentiment", labelled(), model="1")
    texts = ["this bitter is sick", "rude staff again", "open on day 3"]
    answers = apply(layer, texts, [BAD, BAD, PLAIN])
    assert [choose("sentiment", answer)[0] for answer in answers] == ["positive", "negative", "neutral"]


def test_without_evidence_it_is_the_shipped_answer() -> None:
    """Words that nobody labelled, and shipped answers that were right: nothing moves far."""
    examples = [
        Example(f"{label} {number}", row, label)
        for number in range(100)
        for label, row in (("negative", BAD), ("neutral", PLAIN), ("positive", GOOD))
    ]
    layer = train("sentiment", examples, model="1")
    for row in (BAD, PLAIN, GOOD):
        (answer,) = apply(layer, ["unheard of"], [row])
        assert choose("sentiment", answer)[0] == choose("sentiment", row)[0]


def test_before_and_after() -> None:
    found = measure("sentiment", labelled())
    assert found.labels == 200
    assert found.before.right.share == pytest.approx(0.8)
    assert found.after.right.share == 1
    assert (found.mended, found.broken) == (40, 0)
    assert found.better


def test_copies_do_not_teach_their_own_answer() -> None:
    """Forty labels contradict the shipped model, but all are one text: in cross-validation nothing is known of it."""
    examples = [Example("same text here", BAD, "positive")] * 40 + [
        Example(f"quiet {number}", row, label)
        for number in range(80)
        for label, row in (("neutral", PLAIN), ("negative", BAD))
    ]
    found = measure("sentiment", examples)
    positive = found.after.classes[CLASSES["sentiment"].index("positive")]
    assert positive.found.hits == 0


def test_labels_that_agree_with_the_model_make_no_better_one() -> None:
    examples = [
        Example(f"{label} {number}", row, label)
        for number in range(100)
        for label, row in (("negative", BAD), ("neutral", PLAIN), ("positive", GOOD))
    ]
    found = measure("sentiment", examples)
    assert not found.better
    assert found.broken == 0


@pytest.mark.parametrize(
    ("field", "labels", "words"),
    [
        ("spam", [], "0 of the 200"),
        ("spam", ["spam"] * 199, "1 more post"),
        ("spam", ["spam"] * 300, "fine: 0"),
        ("spam", ["spam"] * 300 + ["fine"] * 9, "fine: 9"),
        ("sentiment", ["angry"] * 500, "0 of the 200"),
    ],
)
def test_refusals_say_what_is_missing(field: Field, labels: list[str], words: str) -> None:
    assert words in refusal(field, labels)
    with pytest.raises(NotEnough, match=words):
        train(field, [Example("x", (0.5, 0.5), label) for label in labels], model="1")
    with pytest.raises(NotEnough, match=words):
        measure(field, [Example("x", (0.5, 0.5), label) for label in labels])


def test_enough_labels_are_not_refused() -> None:
    assert refusal("spam", ["spam"] * 190 + ["fine"] * 10) == ""


def test_rows_and_labels_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="no class of sentiment"):
        train("sentiment", [*labelled(), Example("x", GOOD, "angry")], model="1")
    with pytest.raises(ValueError, match="were expected"):
        apply(train("sentiment", labelled(), model="1"), ["x"], [(0.5, 0.5)])


def test_kept_and_read_back() -> None:
    layer = train("sentiment", labelled(), model="7")
    assert layer.model == "7"
    assert Layer.from_bytes(layer.to_bytes()) == layer
    assert train("sentiment", labelled(), model="7").to_bytes() == layer.to_bytes()
    with pytest.raises(msgspec.DecodeError):
        Layer.from_bytes(b"no layer")


ODD = st.text(st.characters(), max_size=80)
LAYER = train("sentiment", labelled(), model="1")


@given(st.lists(st.tuples(ODD, st.lists(st.floats(0, 1), min_size=3, max_size=3)), max_size=5))
def test_any_text_has_an_answer_and_a_batch_is_its_texts(rows: list[tuple[str, list[float]]]) -> None:
    answers = apply(LAYER, [text for text, _ in rows], [row for _, row in rows])
    for (text, row), answer in zip(rows, answers, strict=True):
        assert sum(answer) == pytest.approx(1)
        assert answer == pytest.approx(apply(LAYER, [text], [row])[0])


def test_scores_of_two_classes() -> None:
    assert binary(0.25) == (0.75, 0.25)
    assert choose("toxicity", binary(0.5)) == ("toxic", 0.5)
