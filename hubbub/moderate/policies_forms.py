"""What the forms about policies send, read and checked."""

from django import forms

from hubbub.core.policies import DAYS_MOST, POINTS_MOST, Guideline
from hubbub.store.models import Policy


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes no parameter when it runs
    """One policy."""

    class Meta:
        model = Policy
        fields = ("name", "text", "breaks", "fine", "severity", "points", "points_days", "covered", "active")
        labels = {
            "name": "Name",
            "text": "The rule, in plain words",
            "breaks": "What breaks it",
            "fine": "What does not",
            "severity": "Severity",
            "points": "Strike points of a breach",
            "points_days": "So many days they count",
            "covered": "In the queue, show such a text only after a click",
            "active": "In force (else it is retired: kept to be read, and nothing new rests on it)",
        }
        help_texts = {
            "name": "As members read it: “Stay with the subject”.",
            "breaks": "Examples, one a line.",
            "fine": "Examples, one a line. They keep people from removing too much.",
            "severity": "Graver breaches come first in the queue.",
        }
        widgets = {
            "text": forms.Textarea(attrs={"rows": 4}),
            "breaks": forms.Textarea(attrs={"rows": 4}),
            "fine": forms.Textarea(attrs={"rows": 4}),
        }

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    points = forms.IntegerField(label="Strike points of a breach", min_value=0, max_value=POINTS_MOST)
    points_days = forms.IntegerField(label="So many days they count", min_value=1, max_value=DAYS_MOST)
    why = forms.CharField(
        label="Why", required=False, max_length=500, help_text="For the log and the list of versions."
    )

    def guideline(self, slug: str) -> Guideline:
        """What was entered; only after is_valid()."""
        given = self.cleaned_data
        names = ("name", "text", "breaks", "fine", "points", "points_days", "covered", "active")
        return Guideline(slug=slug, severity=int(given["severity"]), **{name: given[name] for name in names})
