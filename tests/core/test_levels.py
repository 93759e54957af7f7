"""Levels: from which numbers on, and that no more of anything good ever lowers one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from hubbub.core.levels import LEAST, LEVELS, STARTING, Asks, Doing, Slip, Thresholds, because, checked, level_of

CORE = Doing(posts_30=6, posts_90=30, weeks=9, answers=10, removed_share=0.1)


@pytest.mark.parametrize(
    ("doing", "level"),
    [
        (Doing(), "newcomer"),
        (Doing(posts_30=3, posts_90=3, weeks=3), "newcomer"),
        (Doing(posts_90=4, weeks=2), "newcomer"),
        (Doing(posts_90=4, weeks=3), "regular"),
        (Doing(posts_90=4, weeks=3, removed_share=0.51), "newcomer"),
        (Doing(posts_90=12, weeks=6, answers=4), "contributor"),
        (Doing(posts_90=12, weeks=6, answers=3), "regular"),
        (CORE, "core"),
        (structs.replace(CORE, removed_share=0.15), "contributor"),
        (structs.replace(CORE, posts_30=5), "contributor"),
    ],
)
def test_level(doing: Doing, level: str) -> None:
    assert level_of(doing) == level


numbers = st.integers(0, 60)
doings = st.builds(
    Doing, numbers, numbers, st.integers(0, 14), numbers, numbers, numbers, st.floats(0, 1, allow_nan=False)
)


@given(doings, st.sampled_from(LEAST), st.integers(1, 20))
def test_more_never_lowers_a_level(doing: Doing, name: str, more: int) -> None:
    raised = structs.replace(doing, **{name: getattr(doing, name) + more})
    assert LEVELS.index(level_of(raised)) >= LEVELS.index(level_of(doing))


@pytest.mark.parametrize(
    ("thresholds", "says"),
    [
        (Thresholds(regular=Asks()), "everybody would be one"),
        (Thresholds(core=Asks(posts_90=3, weeks=9, answers=10, removed_share=0.1)), "fewer posts in 90 days"),
        (Thresholds(regular=Asks(weeks=15)), "14 weeks at most"),
        (Thresholds(contributor=Asks(posts_90=12, weeks=6, answers=4, removed_share=0.9)), "allows more"),
        (Thresholds(regular=Asks(posts_90=10_001)), "0 to 10,000"),
    ],
)
def test_thresholds_that_cannot_be_meant(thresholds: Thresholds, says: str) -> None:
    with pytest.raises(Slip, match=says):
        checked(thresholds)


def test_what_a_workspace_starts_with_is_meant() -> None:
    assert checked(STARTING) is STARTING


@pytest.mark.parametrize(
    ("doing", "says"),
    [
        (Doing(), "no post in our places in 90 days; to regular: 0 of 4 posts in 90 days, 0 of 3 weeks with a post"),
        (CORE, "6 posts in 30 days, 30 posts in 90 days, 9 weeks with a post, 10 replies to others, 10 % taken away"),
        (
            Doing(posts_30=1, posts_90=1, weeks=1, answers=1),
            (
                "1 post in 30 days, 1 post in 90 days, 1 week with a post, 1 reply to others; "
                "to regular: 1 of 4 posts in 90 days, 1 of 3 weeks with a post"
            ),
        ),
    ],
)
def test_why(doing: Doing, says: str) -> None:
    assert because(doing) == says
