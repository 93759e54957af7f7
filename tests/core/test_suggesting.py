"""What is suggested about whom: each kind at its edge, and not beyond."""

from datetime import UTC, datetime, timedelta

import pytest

from hubbub.core.suggesting import RANGES, Known, Limits, Remark, looks_like, proposed

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIMITS = Limits()


def remark(days: float, number: int = 1, **more: object) -> Remark:
    return Remark(number, NOW - timedelta(days=days), **{"home": True, **more})


def praise(number: int) -> list[Remark]:
    return [remark(number - at, at, intent="compliment") for at in range(number)]


def every(days: int, number: int, silent: int) -> list[Remark]:
    return [remark(silent + days * (number - 1 - at), at) for at in range(number)]


def complaint(answered: float | None, *after: Remark, **more: object) -> list[Remark]:
    when = None if answered is None else NOW - timedelta(days=answered)
    return [remark(20, 1, intent="complaint", sentiment="negative", answered=when, **more), *after]


def mention(hours: float, **more: object) -> list[Remark]:
    return [remark(hours / 24, 1, home=False, caught=True, ours=True, **more)]


def caught(number: int) -> list[Remark]:
    return [remark(number - at, at, home=False, caught=True) for at in range(number)]


BIG = {"influence": 55.0, "followers": 90_000}
OLD = NOW - timedelta(days=40)
KIND = remark(2, 2, sentiment="positive")
ANGRY = remark(2, 2, sentiment="negative")


@pytest.mark.parametrize(
    ("remarks", "known", "kinds"),
    [
        ([], {}, []),
        (praise(4), {}, []),
        (praise(5), {}, ["review"]),
        (praise(5), {"kinds": {"advocate"}}, []),
        (praise(5), {"kinds": {"team"}}, []),
        ([remark(1, at, intent="compliment", home=False) for at in range(9)], {}, []),  # of somebody else
        (mention(13), BIG, ["answer"]),
        (mention(11), BIG, []),  # not that long
        (mention(13, answered=NOW), BIG, []),
        (mention(13, done=True), BIG, []),
        (mention(13), {"influence": 49.0}, []),
        (mention(13), {"influence": 1.0, "kinds": {"influencer"}}, ["answer"]),
        (mention(24 * 31), BIG, []),  # too late for an answer
        (every(3, 8, 20), {}, []),
        (every(3, 8, 22), {}, ["silent"]),
        (every(10, 6, 39), {}, []),  # their own rhythm is slower
        (every(10, 6, 41), {}, ["silent"]),
        (every(3, 5, 40), {}, []),  # too few for a rhythm
        (complaint(19, KIND), {}, ["helped"]),
        (complaint(19, done=True), {}, ["helped"]),
        (complaint(19), {}, []),  # nobody knows whether that helped
        (complaint(None, KIND), {}, []),
        (complaint(21, KIND), {}, []),  # what was answered was something before
        (complaint(19, KIND, ANGRY), {}, []),
        (complaint(2, KIND), {}, []),
        (complaint(19, KIND), {"kinds": {"fan"}}, []),
        (caught(3), {"names": ("Open Data e.V.",)}, ["brand"]),
        (caught(2), {"names": ("Open Data e.V.",)}, []),
        (caught(3), {"names": ("Jane Doe",)}, []),
        (caught(3), {"names": ("Jane",), "kinds": {"brand"}, "quiet": OLD}, ["brand"]),
        (caught(3), {"names": ("Jane e.V.",), "kinds": {"brand"}, "quiet": NOW}, []),
    ],
)
def test_proposed(remarks: list[Remark], known: dict[str, object], kinds: list[str]) -> None:
    found = proposed(Known(remarks, **known), LIMITS, NOW)
    assert [one.kind for one in found] == kinds
    assert all(one.reason and one.posts for one in found)


@pytest.mark.parametrize("name", ["praises", "influence", "silent_posts", "brand_mentions", "helped_days"])
def test_nought_switches_a_kind_off(name: str) -> None:
    off = Limits(**{name: 0})
    everything = Known(
        [*praise(6), *mention(40), *every(2, 9, 30), *complaint(19, KIND), *caught(4)], (), 80.0, 1, ("A e.V.",)
    )
    assert len(proposed(everything, off, NOW)) < len(proposed(everything, LIMITS, NOW)) or name in {"silent_posts"}


@pytest.mark.parametrize(
    ("names", "sure"),
    [
        (("Acme GmbH",), "rather sure"),
        (("Friends of Trees e.V.",), "rather sure"),
        (("Acme Inc",), "rather sure"),
        (("", "acme_official"), "not sure"),
        (("Jo", "Federación de Vecinos"), "not sure"),
        (("Verein zur Pflege",), "not sure"),
        (("Jane Doe", "jane"), ""),
        (("Agatha", "kgb"), ""),
        (("Vereinigte Staaten",), ""),
    ],
)
def test_who_looks_like_an_organisation(names: tuple[str, ...], sure: str) -> None:
    found = looks_like(names)
    assert (sure in found) if sure else found == ""


def test_every_limit_has_a_range_that_it_starts_in() -> None:
    assert all(low <= getattr(LIMITS, name) <= high for name, (low, high) in RANGES.items())
    assert set(RANGES) == set(Limits.__struct_fields__)
