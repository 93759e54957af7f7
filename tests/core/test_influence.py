"""Influence: the formula, and that one post that everybody saw does not make it."""

import re
from math import log10

import pytest

from hubbub.core.influence import BY, echo, formula, influence


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
    assert told[2] == f"Together {found.score:.1f}"


@pytest.mark.parametrize("echoes", [(), (2, 3), (0, 1, 1, 2), (1_000, 1_501), (4, 6, 8)])
@pytest.mark.parametrize("followers", [0, 7, 12_345])
def test_whoever_works_out_what_is_told_comes_to_what_is_told(followers: int, echoes: tuple[int, ...]) -> None:
    """Also where the median lies between two numbers."""
    told = formula(influence(followers, list(echoes)))
    sums = []
    for part in told[:2]:
        sum_, _, result = part.rpartition(": ")[2].replace(",", "").replace(BY, "*").rpartition(" = ")
        factor, inner = re.fullmatch(r"(\d+) \* log10\((.+)\)", sum_).groups()
        one, _, rest = inner.partition(" + ")
        product, _, below = rest.partition(" / ")
        echo_, _, posts = product.partition(" * ")
        worked = int(factor) * log10(float(one) + float(echo_) * float(posts or 1) / float(below or 1))
        assert f"{worked:.1f}" == result
        sums.append(worked)
    assert told[2] == f"Together {sum(sums):.1f}"
