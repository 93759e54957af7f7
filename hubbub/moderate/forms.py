"""What the room's forms send, read and checked."""

from django import forms

from hubbub.core.query import QueryError, Slip, Use
from hubbub.core.queue import HIGHEST_WEIGHT, LONGEST, SHORTEST, Weights
from hubbub.store import word_lists
from hubbub.store.models import Cover, Decision, Policy, Rule, RuleOutcome, RuleState, Workspace
from hubbub.ui.api import Refusal

from .queue_actions import MOST_MINUTES, MOST_POSTS
from .rules_actions import Draft

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


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes no parameter when it runs
    """One rule. What is wrong with its condition stands in `slips`, with places."""

    class Meta:
        model = Rule
        fields = ("name", "when", "then", "label", "because", "policy", "state")
        labels = {
            "name": "Name",
            "when": "When",
            "then": "Then",
            "label": "Label",
            "because": "Because",
            "policy": "Policy",
            "state": "State",
        }
        help_texts = {
            "when": "In the query language, for instance: has:link AND account_age:<1d",
            "label": "Needed where the rule labels.",
            "because": "Shown to moderators and, in a notice, to the author.",
            "policy": "The heading under which you publish this, for instance: self-promotion.",
            "state": "Begin with shadow: it records what the rule would do, and does nothing.",
        }
        widgets = {
            "when": forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "code"}),
            "because": forms.Textarea(attrs={"rows": 2}),
        }

    slips: tuple[Slip, ...] = ()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_name(self) -> str:
        """Once a workspace."""
        name = str(self.cleaned_data["name"]).strip()
        workspace: Workspace = self.instance.workspace
        if Rule.of(workspace).filter(name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("There is a rule of this name already: choose another.")
        return name

    def clean_when(self) -> str:
        """Read by the parser itself; its slips are shown with their places."""
        when = str(self.cleaned_data["when"])
        try:
            word_lists.read(when, Use.RULE, self.instance.workspace)
        except QueryError as error:
            self.slips = error.slips
            raise forms.ValidationError("The condition cannot be read; see below what is wrong with it.") from None
        return when

    def clean(self) -> dict[str, object]:
        """What holds for several fields."""
        given = super().clean() or {}
        if given.get("then") == RuleOutcome.LABEL and not str(given.get("label", "")).strip():
            self.add_error("label", "Say which label the rule gives.")
        return given

    def draft(self) -> Draft:
        """What was entered; only after is_valid()."""
        given = self.cleaned_data
        return Draft(
            name=given["name"],
            when=given["when"],
            because=given["because"],
            then=str(RuleOutcome(given["then"])),
            state=str(RuleState(given["state"])),
            policy=given["policy"],
            label=given["label"],
        )
