"""What the forms about people ask for; the actions say what is wrong with the words."""

from django import forms
from django.utils import timezone

from hubbub.store.models import ConsentKind, ConsentSource, FieldKind

from . import actions


class EditForm(forms.Form):
    """What we call them."""

    name = forms.CharField(label="Name", required=False, max_length=actions.LONGEST)
    about = forms.CharField(
        label="About them", required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What everybody here should know at a glance. It is never sent.",
    )  # fmt: skip


class ConsentForm(forms.Form):
    """What they said about a matter."""

    kind = forms.CharField()
    agreed = forms.ChoiceField(choices=[("yes", "They agree"), ("no", "They refuse")])
    at = forms.DateField(required=False)
    source = forms.ChoiceField(choices=ConsentSource.choices)
    told = forms.CharField(required=False, max_length=2_000)
    post = forms.IntegerField(required=False, min_value=1)

    def clean_at(self) -> object:
        """The day, as the moment that is stored: today is now."""
        day = self.cleaned_data["at"]
        now = timezone.now()
        if day is None or day == now.date():
            return None
        return now.replace(year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0)


class FieldForm(forms.Form):
    """A field of the workspace's own."""

    name = forms.CharField(label="Name", max_length=60, help_text="For example: Customer number, City, Birthday.")
    kind = forms.ChoiceField(label="What its values are", choices=FieldKind.choices)
    choices = forms.CharField(
        label="Choices", required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line; only for “One of a list”.",
    )  # fmt: skip

    def listed(self) -> list[str]:
        """The choices; only after is_valid()."""
        lines = (" ".join(line.split()) for line in self.cleaned_data["choices"].splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class MatterForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when run
    """A matter of consent."""

    class Meta:
        model = ConsentKind
        fields = ["name", "explains", "contact"]
        labels = {
            "name": "Name",
            "explains": "What they agree to",
            "contact": "Who refuses it is not to be written to: the reply form warns",
        }


class SettingsForm(forms.Form):
    """How people are treated."""

    merge_proven = forms.BooleanField(
        label="Merge two people without asking where each says it of the other", required=False,
        help_text="A link in each profile to the other, or one that the network has verified. It stands in the log, "
        "managers are told, and it can be taken back. Everything else stays a suggestion.",
    )  # fmt: skip


class FileForm(forms.Form):
    """A file of people."""

    file = forms.FileField(
        label="File", help_text="CSV (from a spreadsheet: CSV UTF-8) or vCard (.vcf), 5 MB at most."
    )  # fmt: skip
