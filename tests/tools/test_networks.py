"""docs/networks.md says what the connectors declare, no more and no less."""

from hubbub.connectors import BUILT_IN, connector
from tools.networks import PAGE, page


def test_the_page_is_as_the_connectors_declare() -> None:
    fresh = page([connector(kind) for kind in BUILT_IN])
    assert PAGE.read_text() == fresh, (
        "docs/networks.md is stale: run `.venv/bin/python -m tools.networks` and commit it"
    )


def test_it_says_honestly_what_was_tried() -> None:
    told = PAGE.read_text()
    for kind in BUILT_IN:
        for proof in connector(kind).tested:
            assert f"{'**A real server**: ' if proof.real else ''}{proof.against}." in told
