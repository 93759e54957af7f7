"""What networks are called on pages."""

import pytest

from hubbub.connectors import connectors
from hubbub.ui.networks import network_name


@pytest.mark.parametrize(
    ("network", "called"),
    [
        ("wordpress", "WordPress"),
        ("mastodon mastodon.social", "Mastodon (mastodon.social)"),
        ("hacker_news", "Hacker News"),
        ("files Coffee forum", "File (Coffee forum)"),
        ("carrier_pigeon loft.example.org", "Carrier pigeon (loft.example.org)"),  # not installed any more
    ],
)
def test_what_it_is_called(network: str, called: str) -> None:
    assert network_name(network) == called


def test_nobody_is_shown_the_name_of_a_kind() -> None:
    assert [kind for kind in connectors() if network_name(kind) == kind] == []
