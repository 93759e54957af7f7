"""What relationships weigh, and what somebody was to us at a moment."""

from datetime import UTC, datetime, timedelta

import pytest

from hubbub.core.relations import NAMES, RELATIONS, STAGES, Stands, Weights, kinds_at, weight

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kinds", "factor", "words"),
    [
        ((), 1.0, ""),
        (("team",), 1.0, "team: counts 1\N{MULTIPLICATION SIGN}"),
        (("influencer", "customer"), 3.0, "customer, influencer: counts 3\N{MULTIPLICATION SIGN}"),
        (("fan",), 1.2, "fan: counts 1.2\N{MULTIPLICATION SIGN}"),
    ],
)
def test_weight(kinds: tuple[str, ...], factor: float, words: str) -> None:
    found = weight(kinds, Weights(influencer=3.0), 40.0, 7)
    assert (found.factor, found.words, found.reach, found.followers) == (factor, words, 40.0, 7)


STANDS = (Stands("customer", NOON), Stands("fan", NOON - HOUR, NOON + HOUR))


@pytest.mark.parametrize(
    ("hours", "kinds"),
    [(-2, {"none"}), (-1, {"fan"}), (0, {"fan", "customer"}), (0.99, {"fan", "customer"}), (1, {"customer"})],
)
def test_as_of_then(hours: float, kinds: set[str]) -> None:
    assert kinds_at(STANDS, NOON + hours * HOUR) == kinds


@pytest.mark.parametrize("kind", RELATIONS)
def test_every_kind_has_stages_to_start_with(kind: str) -> None:
    stages = STAGES[kind]
    assert NAMES[kind]
    assert len({one.name for one in stages}) == len(stages) > 1
    assert any(one.active for one in stages)
    assert not stages[0].active
