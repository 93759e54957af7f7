"""A query made of lists, as form fields that work without scripts: templates/ui/builder.html shows them."""

from collections.abc import Mapping
from typing import Any

from django import forms

from hubbub.core.query.builder import NEAR, Nearness, Parts
from hubbub.core.query.lexer import FARTHEST


def _list(label: str, help_text: str) -> forms.CharField:
    attrs = {"rows": 3, "spellcheck": "false", "autocomplete": "off"}
    widget = forms.Textarea(attrs=attrs)
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=20_000, widget=widget)


class BuilderForm(forms.Form):
    """Lists of words, one entry a line. `lists` gives what was filled in, also where something of it is amiss."""

    any_of = _list("Any of these", "One a line: a word, words in a row, #hashtag, @handle, rocket*.")
    all_of = _list("All of these", "A post must hold every one of them.")
    none_of = _list("None of these", "A post that holds one of them is left out.")
    near_left = _list("One of these …", "Words, or words in a row.")
    near_right = _list("… near one of these", "In the same title or text.")
    within = forms.IntegerField(
        label="At most so many steps apart",
        help_text="Neighbours are 1 step apart.",
        min_value=1,
        max_value=FARTHEST,
        initial=NEAR,
        required=False,
    )
    forward = forms.BooleanField(label="In this order", required=False)

    def clean(self) -> dict[str, Any]:
        """Nearness needs two sides."""
        given: dict[str, Any] = super().clean() or {}
        left, right = _lines(given.get("near_left")), _lines(given.get("near_right"))
        if bool(left) != bool(right):
            self.add_error("near_right" if left else "near_left", "Near what? Write a word here too, or take them out.")
        return given

    def lists(self) -> Parts:
        """What stands in the fields now."""
        steps = str(self["within"].value() or "")
        within = int(steps) if steps.isdecimal() and 1 <= int(steps[:4]) <= FARTHEST else NEAR
        left, right = _lines(self["near_left"].value()), _lines(self["near_right"].value())
        return Parts(
            any_of=_lines(self["any_of"].value()),
            all_of=_lines(self["all_of"].value()),
            none_of=_lines(self["none_of"].value()),
            near=Nearness(left, right, within, bool(self["forward"].value())) if left or right else None,
        )


def _lines(text: object) -> tuple[str, ...]:
    return tuple(line.strip() for line in str(text or "").splitlines() if line.strip())


def builder_form(parts: Parts | None = None, data: Mapping[str, Any] | None = None) -> BuilderForm:
    """The fields as they were sent, or filled with the lists of a query."""
    if data is not None:
        return BuilderForm(data)
    parts = parts or Parts()
    near = parts.near or Nearness()
    return BuilderForm(
        initial={
            "any_of": "\n".join(parts.any_of),
            "all_of": "\n".join(parts.all_of),
            "none_of": "\n".join(parts.none_of),
            "near_left": "\n".join(near.left),
            "near_right": "\n".join(near.right),
            "within": near.within,
            "forward": near.forward,
        }
    )
