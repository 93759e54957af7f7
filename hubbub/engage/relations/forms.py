"""The forms of relationships, their stages and settings."""

from django import forms

from hubbub.core.levels import LEAST, LEVELS, WEEKS, WORDS, Thresholds, asked_by
from hubbub.core.relations import HEAVIEST, LIGHTEST, NAMES, RELATIONS, Weights
from hubbub.core.suggesting import RANGES, Limits


class PlanForm(forms.Form):
    """What is next."""

    next_step = forms.CharField(label="Next step", max_length=300, required=False)
    next_on = forms.DateField(label="On", required=False, widget=forms.DateInput(attrs={"type": "date"}))


class DescribeForm(forms.Form):
    """What a relationship is worth, notes, since when it stands."""

    worth = forms.CharField(label="Worth", max_length=100, required=False, help_text="In your words: 12,000 a year.")
    since = forms.DateField(label="Since", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    notes = forms.CharField(
        label="Notes", max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )  # fmt: skip


class StageForm(forms.Form):
    """A stage of a pipeline."""

    name = forms.CharField(label="Name", max_length=40)
    active = forms.BooleanField(label="Who stands here counts as won", required=False)


class WeightsForm(forms.Form):
    """How many times each kind counts in the inbox."""

    def __init__(self, *args: object, own: Weights, **more: object) -> None:
        """`own`: the weights in force."""
        super().__init__(*args, **more)  # type: ignore[arg-type]
        for kind in RELATIONS:
            self.fields[kind] = forms.FloatField(
                label=NAMES[kind],
                min_value=LIGHTEST,
                max_value=HEAVIEST,
                initial=getattr(own, kind),
                widget=forms.NumberInput(attrs={"step": "0.1"}),
            )


class LevelsForm(forms.Form):
    """What each level asks for, a field a number: "core posts_90"."""

    def __init__(self, *args: object, own: Thresholds, **more: object) -> None:
        """`own`: the thresholds in force."""
        super().__init__(*args, **more)  # type: ignore[arg-type]
        for level in LEVELS[1:]:
            asks = asked_by(level, own)
            for name in LEAST:
                self.fields[f"{level}_{name}"] = forms.IntegerField(
                    label=f"{level}: {WORDS[name]}",
                    min_value=0,
                    max_value=WEEKS if name == "weeks" else 10_000,
                    initial=getattr(asks, name),
                )
            self.fields[f"{level}_removed"] = forms.IntegerField(
                label=f"{level}: per cent taken away at most",
                min_value=0,
                max_value=100,
                initial=round(100 * asks.removed_share),
            )

    def wanted(self) -> dict[str, dict[str, float]]:
        """Level → its numbers, as `settings_actions.read_levels` takes them. Of a valid form."""
        data = self.cleaned_data
        return {
            level: {
                **{name: float(data[f"{level}_{name}"]) for name in LEAST},
                "removed_share": data[f"{level}_removed"] / 100,
            }
            for level in LEVELS[1:]
        }

    def table(self) -> list[tuple[str, list[forms.BoundField]]]:
        """A row a number, with the fields of the three levels."""
        names = [*LEAST, "removed"]
        words = {**WORDS, "removed": "per cent taken away at most"}
        return [(words[name], [self[f"{level}_{name}"] for level in LEVELS[1:]]) for name in names]


_LIMITS = {
    "praises": "Compliments in 90 days, from which on to ask for a review",
    "influence": "Influence, from which on a mention must not wait",
    "waits_hours": "Hours that such a mention may wait",
    "silent_posts": "Posts in 90 days, from which on a rhythm can be told",
    "silent_factor": "Silent for so many times their usual gap",
    "silent_days": "And for so many days at least",
    "brand_mentions": "Posts in your topics, of what looks like a brand or an association",
    "helped_days": "Days since a complaint got its reply",
    "again_days": "Days that what was passed does not come again",
    "later_days": "Days after which “later” comes back",
}
_AT_ZERO = {"waits_hours": "0: it is suggested at once."}  # of all others: never


class LimitsForm(forms.Form):
    """From when on what is suggested."""

    def __init__(self, *args: object, own: Limits, **more: object) -> None:
        """`own`: the limits in force."""
        super().__init__(*args, **more)  # type: ignore[arg-type]
        for name, label in _LIMITS.items():
            low, high = RANGES[name]
            self.fields[name] = forms.IntegerField(
                label=label,
                min_value=low,
                max_value=high,
                initial=getattr(own, name),
                help_text=_AT_ZERO.get(name, "0: this is never suggested.") if low == 0 else "",
            )
