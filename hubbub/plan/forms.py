"""Forms of the room."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from hubbub.core.kpi import MEASURES, About, Measure, Unit
from hubbub.store.models import Kpi, ObjectiveKind, Topic, Workspace

from . import queries
from .actions import HIGHEST, LONGEST, LOWEST

ABOUT = {About.TOPIC: "for a topic", About.EITHER: "for a topic or for everything", About.ALL: "for everything"}
UNITS = {
    Unit.COUNT: "a number",
    Unit.SHARE: "in per cent",
    Unit.NET: "in per cent",
    Unit.HOURS: "in hours",
    Unit.RATING: "in stars",
}
PER_CENT = (Unit.SHARE, Unit.NET)  # kept as 1, written as 100


class ObjectiveForm(forms.Form):
    """An objective in the business's own words."""

    kind = forms.ChoiceField(label="Which of the ten is it?", choices=ObjectiveKind.choices)
    name = forms.CharField(label="The objective", max_length=150, help_text="What is to be reached, in your own words.")
    why = forms.CharField(
        label="Why does it matter to the business?", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class KpiForm(forms.Form):
    """The number that says how far the objective is reached."""

    measure = forms.ChoiceField(label="What is measured")
    topic = forms.ModelChoiceField(
        Topic.everywhere.none(),
        required=False,
        empty_label="everything",
        label="For which topic",
        help_text="Some measures are counted for a topic, some for everything; the list of measures says which.",
    )
    days = forms.IntegerField(
        label="Over how many days, up to now",
        initial=30,
        min_value=1,
        max_value=LONGEST,
        help_text="Longer is steadier, shorter shows a change sooner.",
    )

    def __init__(self, *args: Any, workspace: Workspace, suggested: tuple[Measure, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = tuple(measure for measure in MEASURES.values() if measure not in suggested)
        groups = [(name, [_choice(one) for one in group]) for name, group in _grouped(suggested, others) if group]
        self.fields["measure"] = forms.ChoiceField(label="What is measured", choices=groups)
        topic = self.fields["topic"]
        if isinstance(topic, forms.ModelChoiceField):
            topic.queryset = queries.topics(workspace)


def _grouped(suggested: tuple[Measure, ...], others: tuple[Measure, ...]) -> list[tuple[str, tuple[Measure, ...]]]:
    return [("Suits this objective", suggested), ("Others", others)]


def _choice(measure: Measure) -> tuple[str, str]:
    return measure.key, f"{measure.name} ({ABOUT[measure.about]})"


class TargetForm(forms.Form):
    """What the KPI is to be, and by when."""

    value = forms.FloatField(label="Target")
    by_day = forms.DateField(
        label="By the end of", widget=forms.DateInput(attrs={"type": "date"}), help_text="A day (UTC) to come."
    )
    why = forms.CharField(
        label="Why this much by then?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the target, which is never changed afterwards: only a new one is set.",
    )

    def __init__(self, *args: Any, kpi: Kpi, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.measure = MEASURES[kpi.measure]
        better = "or more" if self.measure.better.value == "up" else "or less"
        scale = 100 if self.measure.unit in PER_CENT else 1
        self.fields["value"] = forms.FloatField(
            label=f"Target, {UNITS[self.measure.unit]}",
            min_value=LOWEST[self.measure.unit] * scale,
            max_value=HIGHEST[self.measure.unit] * scale,
            help_text=f"So much {better} is the aim.",
            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        )
        self.fields["by_day"].initial = timezone.now().date() + timedelta(days=90)

    def clean_value(self) -> float:
        """Per cents become a share of 1."""
        value: float = self.cleaned_data["value"]
        return value / 100 if self.measure.unit in PER_CENT else value


class ReasonForm(forms.Form):
    """Why something is put away."""

    why = forms.CharField(label="Why?", required=False, max_length=1000)
