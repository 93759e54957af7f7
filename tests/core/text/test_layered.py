"""Who judges in one workspace: its languages, and copies seen before, change what the shipped analysers say."""

import pytest

from hubbub.core.text.layered import Layered
from hubbub.store.shipped import shipped

GERMAN = "Das Essen war leider ganz schrecklich und der Kellner unfreundlich"
ENGLISH = "The food was lovely and the waiter was so kind"


@pytest.mark.parametrize(
    ("listed", "text", "language"),
    [
        ((), GERMAN, "de"),
        (("de", "en"), GERMAN, "de"),
        (("de", "en"), ENGLISH, "en"),
        (("en",), ENGLISH, "en"),
        (("fr", "ja"), ENGLISH, ""),
    ],
)
def test_a_workspace_lists_its_languages(listed: tuple[str, ...], text: str, language: str) -> None:
    assert Layered(shipped(), languages=listed).judge([text])[0].language == language


def test_listing_leaves_the_shared_analysers_as_they_are() -> None:
    Layered(shipped(), languages=("fr",)).judge([ENGLISH])
    assert shipped().judge([ENGLISH])[0].language == "en"


def test_a_language_that_is_not_listed_is_not_judged_either() -> None:
    judgement = Layered(shipped(), languages=("en",)).judge([GERMAN])[0]
    assert (judgement.language, judgement.sentiment, judgement.intent) == ("", None, None)


def test_copies_seen_before_speak_for_spam() -> None:
    text = "Join the fan club of the little red tram today"
    found = [one.spam or 0.0 for one in Layered(shipped()).judge([text] * 3, seen=[0, 3, 30])]
    assert found[0] < found[1] < found[2]
