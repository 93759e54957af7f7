"""How far a judgement can be trusted, and what to ask next."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.text.trust import Askable, Z, more_labels, share, teaching, trust


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [  # worked by hand from Wilson's formula
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (1, 1, 0.2065, 1.0),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson(hits: int, of: int, low: float, high: float) -> None:
    found = share(hits, of)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_nothing_counted_is_no_share() -> None:
    assert share(0, 0).share is None
    assert trust([], ["yes", "no"]).macro_recall is None


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_share_lies_in_its_interval(pair: tuple[int, int]) -> None:
    found = share(*pair)
    assert found.share is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.share <= found.high <= 1


def test_classes_from_both_sides() -> None:
    pairs = [("good", "good")] * 6 + [("good", "bad")] * 2 + [("bad", "bad")] * 2 + [("", "bad")] * 4
    found = trust(pairs, ["good", "bad", "other"])
    good, bad, other = found.classes
    assert (good.right.hits, good.right.of) == (6, 8)
    assert (good.found.hits, good.found.of) == (6, 6)
    assert (bad.right.hits, bad.right.of) == (2, 2)
    assert (bad.found.hits, bad.found.of) == (2, 8)
    assert other.found.share is None
    assert (found.right.hits, found.right.of) == (8, 14)
    assert found.macro_recall == pytest.approx((1 + 0.25) / 2)
    assert found.confusion["good", "bad"] == 2


@pytest.mark.parametrize(
    ("posts", "labels", "wanted", "asked"),
    [
        ([], {}, 5, []),
        ([Askable(1, "a", 0.9), Askable(2, "a", 0.4)], {}, 5, [2, 1]),  # least sure first
        ([Askable(1, "a", 0.3, alike=7), Askable(2, "a", 0.2, alike=7)], {}, 5, [2]),  # one a group
        ([Askable(1, "a", 0.3), Askable(2, "a", 0.4), Askable(3, "b", 0.9)], {}, 2, [1, 3]),  # classes in turn
        ([Askable(1, "a", 0.3), Askable(2, "b", 0.9)], {"a": 5}, 1, [2]),  # the class with fewer labels
        ([Askable(1, "a", 0.3), Askable(1, "a", 0.3)], {}, 5, [1]),
    ],
)
def test_what_to_ask(posts: list[Askable], labels: Mapping[str, int], wanted: int, asked: list[int]) -> None:
    assert teaching(posts, labels, wanted) == asked
    assert teaching(posts[::-1], labels, wanted) == asked


@pytest.mark.parametrize(("hits", "of"), [(0, 0), (4, 4), (1, 2), (84, 90), (500, 1000), (99, 100), (380, 400)])
def test_labels_that_are_missing_for_five_points(hits: int, of: int) -> None:
    found = share(hits, of)
    more = more_labels(found)
    if found.low is None or found.high is None:
        assert more is None
        return
    assert more is not None
    likely = (found.low + found.high) / 2

    def width(labels: int) -> float:
        low, high = (share(0, 1).low, 1.0) if not labels else _ends(likely, labels)
        assert low is not None
        return (high - low) / 2

    assert width(of + more) <= 0.05
    assert more == 0 or width(of + more - 1) > 0.05


def _ends(p: float, of: int) -> tuple[float, float]:
    """Wilson's interval by its own equation: where |x - p| is z standard deviations of x."""
    a, b, c = 1 + Z * Z / of, -(2 * p + Z * Z / of), p * p
    root = (b * b - 4 * a * c) ** 0.5
    return (-b - root) / (2 * a), (-b + root) / (2 * a)
