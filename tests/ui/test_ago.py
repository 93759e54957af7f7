"""How long ago, how long until, in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.ui.templatetags.ui import ago


@pytest.mark.parametrize(
    ("later", "says"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(minutes=-20), "20 min ago"),
        (timedelta(hours=-20), "20 h ago"),
        (timedelta(seconds=20), "in a moment"),  # not "in 1 min", of what goes out in ten seconds
        (timedelta(minutes=20, seconds=10), "in 20 min"),
        (timedelta(days=3, seconds=10), "in 3 d"),
    ],
)
def test_ago(later: timedelta, says: str) -> None:
    assert f">{says}</time>" in ago(timezone.now() + later)


def test_never() -> None:
    assert ago(None) == "never"
