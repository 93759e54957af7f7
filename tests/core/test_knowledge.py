"""The knowledge base: articles are found by the words of a post."""

import pytest

from hubbub.core.knowledge import Article, common_among, helpful, words_of

TEXTS = [
    ("Returning a parcel", "You can return the parcel within thirty days. Refunds take five days.", "refund money"),
    ("Opening hours", "The shop is open from nine to six on weekdays and until two on Saturdays.", ""),
    ("Watering the plant", "Water the plant twice in the week, and never let it stand in the water.", "dry leaves"),
    ("配送について", "配送は三日かかります。", ""),
]
ARTICLES = [Article(number, words_of(*one)) for number, one in enumerate(TEXTS)]


@pytest.mark.parametrize(
    ("post", "first"),
    [
        ("Where is my refund? I sent the parcel back", 0),
        ("when are you refunding me", 0),
        ("Are you open on saturday", 1),
        ("its leaves are dry, do I need more water?", 2),
        ("配送はいつですか", 3),
        ("I love your logo", None),
        ("the and in to", None),
        ("", None),
    ],
)
def test_the_first_that_helps(post: str, first: int | None) -> None:
    found = helpful(post, ARTICLES)
    assert (found[0].article if found else None) == first


def test_it_says_which_words_led_there() -> None:
    (found,) = helpful("my refund, please: the parcel went back", ARTICLES)[:1]
    assert found.because[:2] in {("refund", "parcel"), ("parcel", "refund")}
    assert found.score > 0


def test_no_articles_help_with_nothing() -> None:
    assert helpful("refund", []) == []


@pytest.mark.parametrize(
    ("posts", "common"),
    [
        ({"the": 900, "rocket": 400, "refund": 12}, {"the", "rocket"}),
        ({"the": 3, "refund": 1}, set()),
        ({"refund": 0}, set()),
        ({}, set()),
    ],
)
def test_words_of_so_many_posts_tell_nothing(posts: dict[str, int], common: set[str]) -> None:
    assert common_among(posts) == common
    assert not common or helpful("rocket", [Article(1, words_of("Rocket", "Rocket", ""))], common) == []
