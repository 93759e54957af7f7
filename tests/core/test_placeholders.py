"""Placeholders: filled, named where they are not, never made by what is put in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.placeholders import amiss, fill, named, unfilled


@pytest.mark.parametrize(
    ("text", "values", "gives", "missing"),
    [
        ("Hello {name}!", {"name": "Carol"}, "Hello Carol!", ()),
        ("Hello { name }!", {"name": " Carol "}, "Hello Carol!", ()),
        ("Hello {name}, {order number}", {"name": "Carol"}, "Hello Carol, {order number}", ("order number",)),
        ("{a} {a}", {}, "{a} {a}", ("a",)),
        ("{a}", {"a": "  "}, "{a}", ("a",)),
        ("{a}", {"a": "{b}", "b": "no"}, "{b}", ()),
        ("none", {"a": "x"}, "none", ()),
    ],
)
def test_fill(text: str, values: dict[str, str], gives: str, missing: tuple[str, ...]) -> None:
    filled = fill(text, values)
    assert (filled.text, filled.missing) == (gives, missing)


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("Your {order number}", ["order number"], ["order number"]),
        ("Your {Order Number}", ["order number"], ["Order Number"]),
        ("Use {foo} in the code", ["order number"], []),
        ("{a} and {b}", ["b", "a"], ["a", "b"]),
    ],
)
def test_only_names_that_are_known_are_missed(text: str, names: list[str], found: list[str]) -> None:
    assert unfilled(text, names) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [("fine {name}", ""), ("{}", "no name"), ("a { b", "stands alone"), ("{" + "x" * 50 + "}", "too long")],
)
def test_amiss(text: str, says: str) -> None:
    assert says in amiss(text)
    assert bool(amiss(text)) is bool(says)


@given(st.text(alphabet="ab{} ", max_size=40), st.dictionaries(st.sampled_from(["a", "b", "ab"]), st.text("xy")))
def test_nothing_is_lost_and_nothing_stays_unnamed(text: str, values: dict[str, str]) -> None:
    filled = fill(text, values)
    assert set(filled.missing) == {name for name in named(text) if not values.get(name, "").strip()}
    if not amiss(text):  # of brackets in brackets, which cannot be saved, what is put in may stand in a pair
        assert fill(filled.text, {}).missing == filled.missing
