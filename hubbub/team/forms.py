"""Forms of the team room."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from hubbub.store.models import Role


class MemberForm(forms.Form):
    """Who is invited, and as what."""

    email = forms.EmailField(label="E-mail address", help_text="They sign in with it.")
    name = forms.CharField(label="Name", max_length=100, required=False, help_text="As colleagues know them.")
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.RESPONDER)


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label="Role", choices=Role.choices)


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label="What is it for?", max_length=100, help_text="Shown in the log with all that it does.")
    role = forms.ChoiceField(label="It may act as")
    ends = forms.DateField(
        label="It ends on",
        help_text="At the end of that day (UTC), at most a year from now.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, most: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(str(role), str(role.label)) for role in Role if most.may(role)]
        self.fields["role"] = forms.ChoiceField(label="It may act as", choices=roles, initial=Role.VIEWER)
        self.fields["ends"].initial = timezone.now().date() + timedelta(days=90)

    def clean_ends(self) -> datetime:
        """The end of the chosen day."""
        day: date = self.cleaned_data["ends"]
        return datetime.combine(day, time(23, 59, 59), timezone.get_current_timezone())
