"""What the forms of opportunities ask for."""

from django import forms

from hubbub.core.fit import Weights
from hubbub.store.models import Stance


class HouseRulesForm(forms.Form):
    """What one place allows."""

    stance = forms.ChoiceField(
        label="Businesses there", required=False, choices=[("", "Nobody has read its rules yet"), *Stance.choices]
    )
    note = forms.CharField(
        label="What to mind", required=False, max_length=500, help_text="“Say that you work for us. No links.”"
    )
    url = forms.CharField(label="Where its rules can be read", required=False, max_length=1000)


def _share(label: str) -> forms.FloatField:
    return forms.FloatField(
        label=label, min_value=0, max_value=1, widget=forms.NumberInput(attrs={"step": "0.05", "inputmode": "decimal"})
    )


class WeightsForm(forms.Form):
    """What is held for a good opportunity."""

    unhappy = _share("Somebody is unhappy with a rival")
    rival = _share("A rival is spoken of")
    field = _share("Our field is spoken of")
    statement = _share("Nothing is asked")
    half_life = forms.FloatField(label="Half as fresh after so many hours", min_value=1, max_value=720)
    days = forms.FloatField(label="Let go after so many days", min_value=1, max_value=30)
    least = forms.FloatField(
        label="Offered from this fit on", min_value=0, max_value=100, help_text="0 … 100, of one that was just said."
    )

    def weights(self) -> Weights:
        """What was entered; only after is_valid()."""
        return Weights(**self.cleaned_data)
