"""Who is named in a note."""

import pytest

from hubbub.core.mentions import directory, mentions

KNOWN = directory(
    [(1, "Alice", "alice@example.org"), (2, "Alice B", "ab@example.org"), (3, "Bob", "bob@example.org")],
    [(9, "Front desk"), (8, "Support")],
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@bob look", {("member", 3)}),
        ("@Bob, @BOB!", {("member", 3)}),
        ("ask @bob@example.org", {("member", 3)}),
        ("mail bob@example.org", set()),
        ("@bob@other.org", set()),
        ("@bobby", set()),
        ('@"Alice B" please', {("member", 2)}),
        ("@Alice B please", {("member", 2)}),
        ("@alice", {("member", 1), ("member", 2)}),
        ("@front desk and @support", {("team", 9), ("team", 8)}),
        ("@nobody", set()),
        ("@", set()),
        ('@"', set()),
        ("(@bob)", {("member", 3)}),
    ],
)
def test_named(text: str, named: set[tuple[str, int]]) -> None:
    found = mentions(text, KNOWN)
    assert {who for one in found for who in one.who} == named
    assert all(text[one.start] == "@" for one in found)
