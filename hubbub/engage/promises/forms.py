"""What the forms about promises and hours ask for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms

from hubbub.core.hours import WEEKDAYS
from hubbub.core.promises import written_length
from hubbub.engage.queries import responders
from hubbub.store.models import Hours, Member, Priority, Promise, Team, Workspace
from hubbub.ui.api import Refusal

from .actions import PromiseDraft, minutes, nudge_of
from .hours_actions import HoursDraft


class HoursForm(forms.Form):
    """When somebody is there."""

    name = forms.CharField(label="Name", max_length=100, help_text="Office, Weekend shift …")
    zone = forms.CharField(
        label="Time zone",
        max_length=60,
        help_text="Begin to type a city.",
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    standard = forms.BooleanField(
        label="These are the workspace's own: its pages show the time of this zone", required=False
    )

    def __init__(self, *args: Any, hours: Hours | None = None, **kwargs: Any) -> None:
        if hours is not None:
            days = {f"day_{number}": text for number, text in enumerate(hours.week)}
            kwargs["initial"] = {"name": hours.name, "zone": hours.zone, "standard": hours.standard, **days}
        super().__init__(*args, **kwargs)
        for number, name in enumerate(WEEKDAYS):
            self.fields[f"day_{number}"] = forms.CharField(
                label=name,
                required=False,
                max_length=200,
                help_text="" if number else "9:00-12:30, 13:30-17:00; over midnight 22:00-6:00; all day; empty: closed",
            )
        if hours is not None and hours.standard:
            del self.fields["standard"]

    def draft(self) -> HoursDraft:
        """What was entered; only after is_valid()."""
        given = self.cleaned_data
        week = tuple(given[f"day_{number}"] for number in range(7))
        return HoursDraft(given["name"], given["zone"].strip(), week, bool(given.get("standard")))


def zones() -> list[str]:
    """Those to choose from: places, and UTC."""
    places = (one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "SystemV/")))
    return [*sorted(places), "UTC"]


class HolidayForm(forms.Form):
    """A day that is different."""

    day = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.CharField(label="Name", required=False, max_length=100)
    spans = forms.CharField(
        label="Hours on that day", required=False, max_length=200, help_text="9:00-12:00; empty: closed"
    )
    yearly = forms.BooleanField(label="Every year on this day", required=False)


class CalendarForm(forms.Form):
    """A file of public holidays."""

    file = forms.FileField(
        label="Calendar file (.ics)", help_text="Public holidays of your country, as calendars offer them."
    )


class TryForm(forms.Form):
    """A question, to see by when it would be answered."""

    asked = forms.DateTimeField(
        label="Asked at",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    length = forms.CharField(label="Promised", max_length=40, initial="4 h", help_text="30 min, 4 h, 1 h 30 min")


class PromiseForm(forms.Form):
    """How soon, whom, and what then."""

    name = forms.CharField(label="Name", max_length=100, help_text="Complaints, Urgent ones, Everything else …")
    query = forms.CharField(
        label="Which conversations",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "code"}),
        help_text="In the query language: intent:complaint, source:mastodon … Held against the newest post that is not "
        "yours. Empty: all.",
    )
    priorities = forms.MultipleChoiceField(
        label="Of which priority", required=False, choices=Priority.choices, widget=forms.CheckboxSelectMultiple
    )
    first = forms.CharField(
        label="First reply within",
        required=False,
        max_length=40,
        help_text="30 min, 4 h, 1 h 30 min of the hours below",
    )
    following = forms.CharField(label="Every later reply within", required=False, max_length=40)
    hours = forms.ModelChoiceField(
        Hours.everywhere.none(), label="In which hours", required=False, empty_label="Round the clock"
    )
    pauses_snoozed = forms.BooleanField(
        label="Its clock stands while snoozed, too (it always does while you wait for them)", required=False
    )
    nudge = forms.CharField(
        label="Remind those on it",
        required=False,
        max_length=40,
        help_text="After a share of the time (75 %), or a time before it breaks (30 min). Empty: never.",
    )
    tell = forms.ModelMultipleChoiceField(
        Member.everywhere.none(), label="Once broken, tell", required=False, widget=forms.CheckboxSelectMultiple
    )
    tell_managers = forms.BooleanField(label="… all managers and admins", required=False)
    tell_team = forms.ModelChoiceField(Team.everywhere.none(), label="… the team", required=False, empty_label="none")
    raise_to = forms.ChoiceField(
        label="… and set the priority to", required=False, choices=[("", "as it is"), *Priority.choices]
    )
    give_to = forms.ModelChoiceField(
        Member.everywhere.none(), label="… and give it to", required=False, empty_label="whoever has it"
    )

    def __init__(self, *args: Any, workspace: Workspace, promise: Promise | None = None, **kwargs: Any) -> None:
        if promise is not None:
            kwargs["initial"] = _initial(promise)
        super().__init__(*args, **kwargs)
        active = Member.of(workspace).filter(active=True).select_related("user").order_by("user__name", "pk")
        able = [one.pk for one in responders(workspace)]
        for name, rows in (
            ("hours", Hours.of(workspace).order_by("-standard", "name")),
            ("tell", active),
            ("tell_team", Team.of(workspace).order_by("name")),
            ("give_to", active.filter(pk__in=able)),
        ):
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows

    def clean_nudge(self) -> str:
        """As it was written, once it can be read."""
        return self._read("nudge", nudge_of)

    def clean_first(self) -> str:
        """The same."""
        return self._read("first", minutes)

    def clean_following(self) -> str:
        """The same."""
        return self._read("following", minutes)

    def _read(self, name: str, reads: Callable[[str], object]) -> str:
        text = str(self.cleaned_data[name])
        try:
            reads(text)
        except Refusal as no:
            raise forms.ValidationError(str(no)) from None
        return text

    def draft(self) -> PromiseDraft:
        """What was entered; only after is_valid()."""
        given = self.cleaned_data
        percent, before = nudge_of(given["nudge"])
        return PromiseDraft(
            name=given["name"],
            query=given["query"],
            priorities=given["priorities"],
            first_minutes=minutes(given["first"]),
            next_minutes=minutes(given["following"]),
            hours=given["hours"],
            pauses_snoozed=given["pauses_snoozed"],
            nudge_percent=percent,
            nudge_minutes=before,
            tell_managers=given["tell_managers"],
            tell=list(given["tell"]),
            tell_team=given["tell_team"],
            raise_to=given["raise_to"],
            give_to=given["give_to"],
        )


def _initial(promise: Promise) -> dict[str, object]:
    percent = promise.nudge_percent
    return {
        "name": promise.name,
        "query": promise.query,
        "priorities": promise.priorities,
        "first": _length(promise.first_minutes),
        "following": _length(promise.next_minutes),
        "hours": promise.hours_id,
        "pauses_snoozed": promise.pauses_snoozed,
        "nudge": f"{percent} %" if percent else _length(promise.nudge_minutes),
        "tell": list(promise.tell.values_list("pk", flat=True)),
        "tell_managers": promise.tell_managers,
        "tell_team": promise.tell_team_id,
        "raise_to": promise.raise_to,
        "give_to": promise.give_to_id,
    }


def _length(number: int | None) -> str:
    return written_length(timedelta(minutes=number)) if number else ""
