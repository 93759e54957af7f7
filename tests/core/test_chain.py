"""The chain's arithmetic: what changes a digest or a link, and that an export can be checked with a few lines."""

import hashlib
import json

import pytest

from hubbub.core.chain import BEGIN, apart, digest, link

ENTRY = {"id": 7, "by": "Ann", "after": {"b": 1.5, "a": None}, "why": "“spam”"}


def test_a_digest_is_what_the_docs_say() -> None:
    """Anybody can make it anew, with any JSON library."""
    written = json.dumps(ENTRY, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert digest(ENTRY) == hashlib.sha256(written).digest()
    assert digest(dict(reversed(ENTRY.items()))) == digest(ENTRY)


@pytest.mark.parametrize(
    "other", [{**ENTRY, "why": "“ham”"}, {**ENTRY, "id": 8}, {**ENTRY, "more": ""}, {"id": 7, "by": "Ann"}]
)
def test_any_change_changes_it(other: dict[str, object]) -> None:
    assert digest(other) != digest(ENTRY)


def test_a_link_names_all_that_it_seals() -> None:
    one, two = digest({"id": 1}), digest({"id": 2})
    made = link(BEGIN, 1, "audit", [1, 2], [one, two])
    head = json.dumps([BEGIN, 1, "audit", [1, 2]], separators=(",", ":")).encode()
    assert made == hashlib.sha256(head + one + two).hexdigest()
    others = {
        link(made, 1, "audit", [1, 2], [one, two]),
        link(BEGIN, 2, "audit", [1, 2], [one, two]),
        link(BEGIN, 1, "verdict", [1, 2], [one, two]),
        link(BEGIN, 1, "audit", [2, 1], [one, two]),
        link(BEGIN, 1, "audit", [1, 2], [two, one]),
        link(BEGIN, 1, "audit", [1], [one]),
    }
    assert len(others | {made}) == 7


def test_each_entry_needs_a_digest() -> None:
    with pytest.raises(ValueError, match="needs one digest"):
        link(BEGIN, 1, "audit", [1, 2], [digest({"id": 1})])


def test_digests_are_kept_in_a_row() -> None:
    some = [digest({"id": number}) for number in range(3)]
    assert apart(b"".join(some)) == some
    assert apart(b"") == []
