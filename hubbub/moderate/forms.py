"""What the room's forms send, read and checked."""

from django import forms

from hubbub.core.queue import HIGHEST_WEIGHT, LONGEST, SHORTEST, Weights
from hubbub.store.models import Cover, Decision, Policy, Workspace
from hubbub.ui.api import Refusal

from .queue_actions import MOST_MINUTES, MOST_POSTS

DECISIONS = [(one.value, one.label) for one in (Decision.APPROVED, Decision.HIDDEN, Decision.REMOVED)]


class DecisionForm(forms.Form):
    """A decision, the policy that it rests on (its slug), why, and which one stood when the page was opened."""

    decision = forms.ChoiceField(choices=DECISIONS)
    policy = forms.CharField(required=False, max_length=60)
    why = forms.CharField(required=False, max_length=500)
    was = forms.CharField(required=False, max_length=8)

    def chosen(self, workspace: Workspace) -> Policy | None:
        """The policy that was chosen; of an approved post none. Only after is_valid(). Refusal: there is no such."""
        slug = self.cleaned_data["policy"]
        if not slug or self.cleaned_data["decision"] == Decision.APPROVED:
            return None
        found = Policy.of(workspace).filter(slug=slug, active=True).first()
        if found is None:
            raise Refusal("That policy is not in force: choose another")
        return found


class CareForm(forms.Form):
    """How a member wants hard posts shown."""

    blur = forms.BooleanField(label="Blur pictures until I ask for them", required=False)
    grey = forms.BooleanField(label="Show pictures without colour first", required=False)
    cover = forms.ChoiceField(label="Show texts only after a click", choices=Cover.choices)
    break_minutes = forms.IntegerField(
        label="Remind me of a break after so many minutes", min_value=0, max_value=MOST_MINUTES, help_text="0: never."
    )
    break_posts = forms.IntegerField(
        label="… or after so many posts", min_value=0, max_value=MOST_POSTS, help_text="0: never."
    )


class WeightsForm(forms.Form):
    """What orders the queue."""

    severity = forms.FloatField(
        label="Weight of severity", min_value=0, max_value=HIGHEST_WEIGHT, help_text="0: makes no difference."
    )
    reach = forms.FloatField(
        label="Weight of reach", min_value=0, max_value=HIGHEST_WEIGHT, help_text="0: makes no difference."
    )
    doubling_hours = forms.FloatField(
        label="A post counts double after so many hours of waiting",
        min_value=SHORTEST,
        max_value=LONGEST,
        help_text="The fewer, the more the longest wait decides.",
    )

    def weights(self) -> Weights:
        """What was entered; only after is_valid()."""
        return Weights(**self.cleaned_data)
