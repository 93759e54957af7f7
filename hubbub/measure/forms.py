"""What a reader of figures may ask for: which days, which topics."""

from datetime import date

from django import forms

from hubbub.store.models import Topic, Workspace

from .queries import LONGEST, Period, last

SPANS = (7, 30, 90)
USUAL = 30
EARLIEST, LATEST = 1970, 9000  # years: the period before must be there, too
MOST = 20  # topics that fit beside each other at all


class PeriodSlip(Exception):
    """The days that were asked for cannot be shown; the text says what to change."""


def read_period(first: date | None, to: date | None, days: int | None, today: date) -> Period:
    """The period of `from` and `to`, of `days`, or of the last thirty days. Raises PeriodSlip."""
    if first is None and to is None:
        return last(days or USUAL, today)
    if to is None:
        to = today
    if first is None:
        raise PeriodSlip(f"Say from which day on; {to} is only the last one.")
    if first > to:
        raise PeriodSlip(f"The first day, {first}, comes after the last day, {to}: change one of them.")
    if first.year < EARLIEST or to.year > LATEST:
        raise PeriodSlip(f"Days from the year {EARLIEST} to {LATEST} can be shown: change {first} or {to}.")
    if (to - first).days >= LONGEST:
        raise PeriodSlip(f"These are {(to - first).days + 1:,} days; at most {LONGEST} can be shown at once.")
    return Period(first, to)


class PeriodForm(forms.Form):
    """Read from the address, so that a view of figures can be kept and passed on."""

    days = forms.TypedChoiceField(
        coerce=int, choices=[(days, days) for days in SPANS], required=False, empty_value=None
    )
    to = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    topic = forms.ModelMultipleChoiceField(Topic.everywhere.none(), required=False, label="Topics")

    def __init__(self, data: object, *, workspace: Workspace, today: date) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # request.GET
        self.today = today
        # "from" is a word of Python's, so it cannot stand above
        self.fields["from"] = forms.DateField(
            required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )
        topics = self.fields["topic"]
        if isinstance(topics, forms.ModelMultipleChoiceField):
            topics.queryset = Topic.of(workspace).order_by("name")
            topics.error_messages["invalid_choice"] = "This workspace has no such topic."

    def clean_topic(self) -> list[int]:
        """Ids of the chosen topics, in the order of their names."""
        chosen = [topic.pk for topic in self.cleaned_data["topic"]]
        if len(chosen) > MOST:
            raise forms.ValidationError(f"Choose at most {MOST} topics: more do not fit beside each other.")
        return chosen

    def clean(self) -> None:
        """Sets `period`."""
        if self.errors:
            return
        found = self.cleaned_data
        try:
            self.cleaned_data["period"] = read_period(found["from"], found["to"], found["days"], self.today)
        except PeriodSlip as slip:
            raise forms.ValidationError(str(slip)) from None
