"""Labels: a judgement in parts and put together again; title and text as one; copies lift spam."""

import pytest

from hubbub.core.text import labels
from hubbub.core.text.judgement import NOT_JUDGED, Judgement
from hubbub.core.text.labels import Judged, Label
from hubbub.core.text.layered import _copied
from hubbub.core.text.whole import place, whole

SAID = Judgement("en", 0.9, "negative", -0.6, 0.8, 0.7, 0.1, "complaint", 0.6)


@pytest.mark.parametrize("said", [SAID, NOT_JUDGED])
@pytest.mark.parametrize("field", labels.FIELDS)
def test_what_is_taken_out_and_put_back_changes_nothing(said: Judgement, field: Judged) -> None:
    assert labels.put(said, field, labels.label(said, field)) == said


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("language", Label("en", 0.9)),
        ("sentiment", Label("negative", 0.8, -0.6)),
        ("toxicity", Label("yes", 0.7, 0.7)),
        ("spam", Label("no", 0.9, 0.1)),
        ("intent", Label("complaint", 0.6)),
    ],
)
def test_each_field_as_a_label(field: Judged, label: Label) -> None:
    assert labels.label(SAID, field) == label
    assert labels.label(NOT_JUDGED, field).value == ""


@pytest.mark.parametrize("field", labels.FIELDS)
def test_a_persons_word_reads_as_it_was_said(field: Judged) -> None:
    for value in labels.CLASSES[field] or ("en", "gsw"):
        assert labels.fits(field, value)
        held = labels.put(SAID, field, labels.of_person(field, value))
        assert (labels.label(held, field).value, labels.label(held, field).sure) == (value, 1.0)


@pytest.mark.parametrize(
    ("field", "value"), [("language", "English"), ("language", ""), ("spam", "1"), ("sentiment", "Negative")]
)
def test_what_fits_not(field: Judged, value: str) -> None:
    assert not labels.fits(field, value)


@pytest.mark.parametrize(
    ("title", "text", "is_"),
    [
        ("", "a text", "a text"),
        ("A title", "", "A title"),
        ("A title", "a text", "A title\na text"),
        ("I like", "I like it", "I like it"),
        ("", "", ""),
    ],
)
def test_title_and_text_are_one(title: str, text: str, is_: str) -> None:
    assert whole(title, text) == is_
    for start in range(len(is_)):
        if is_[start] != "\n":
            field, first, last = place(title, text, start, start + 1)
            assert {"title": title, "text": text}[field][first:last] == is_[start]


@pytest.mark.parametrize(
    ("spam", "seen", "low", "high"),
    [(0.3, 0, 0.3, 0.3), (0.3, 10, 0.65, 0.75), (0.05, 10, 0.15, 0.25), (1.0, 5, 1.0, 1.0), (0.0, 1_000, 0.0, 0.1)],
)
def test_copies_by_others_lift_spam(spam: float, seen: int, low: float, high: float) -> None:
    lifted = _copied(Judgement(spam=spam), seen).spam
    assert lifted is not None
    assert low <= lifted <= high
    assert _copied(NOT_JUDGED, 10) == NOT_JUDGED
