"""Influence: the formula, and that one post that everybody saw does not make it."""

import pytest

from hubbub.core.influence import echo, formula, influence


@pytest.mark.parametrize(
    ("followers", "echoes", "score"),
    [
        (0, [], 0.0),
        (999_999, [], 60.0),
        (9_999, [], 40.0),
        (9_999, [20] * 1000, 66.4),
        (9_999, [20], 57.7),  # one post says less
        (0, [0, 0, 0, 0, 5_000], 0.0),  # the usual one counts
        (-5, [], 0.0),
    ],
)
def test_score(followers: int, echoes: list[int], score: float) -> None:
    assert influence(followers, echoes).score == pytest.approx(score, abs=0.05)


@pytest.mark.parametrize(
    ("likes", "replies", "shares", "number"),
    [(None, None, None, None), (0, None, None, 0), (1, 1, 1, 6), (None, 2, None, 4), (5, 0, 10, 35)],
)
def test_echo(likes: int | None, replies: int | None, shares: int | None, number: int | None) -> None:
    assert echo(likes, replies, shares) == number


def test_the_parts_add_up_and_are_told() -> None:
    found = influence(12_000, [4, 6, 8])
    assert found.score == found.audience + found.echo
    told = formula(found)
    assert "12,000 followers" in told[0]
    assert "3 posts" in told[1]
    assert told[2] == f"Together {found.score:.0f}"
