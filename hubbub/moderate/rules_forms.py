"""What the forms about rules and word lists send, read and checked."""

from collections.abc import Sequence
from datetime import UTC

from django import forms
from django.http import QueryDict
from django.utils import timezone

from hubbub.core.query import QueryError, Slip, Use
from hubbub.store import policies, word_lists
from hubbub.store.models import Rule, RuleOutcome, Source, Workspace

from .lists_actions import ListDraft
from .rules_drafts import LONGEST, TIMED, Draft

LARGEST_LIST = 2_000_000  # characters


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes no parameter when it runs
    """What one rule says. What is wrong with its condition stands in `slips`, with places."""

    class Meta:
        model = Rule
        fields = ("name", "when", "then", "label", "lasts", "because", "policy", "expires")
        labels = {"name": "Name", "when": "When", "then": "Then", "label": "Label", "because": "Because"}
        help_texts = {
            "when": "In the query language, for instance: has:link AND account_age:<1d",
            "label": "Needed where the rule labels.",
            "because": "Shown to moderators and, in a notice, to the author.",
        }
        widgets = {
            "when": forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "code"}),
            "because": forms.Textarea(attrs={"rows": 2}),
        }

    slips: tuple[Slip, ...] = ()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    lasts = forms.IntegerField(
        label="For so many hours", min_value=1, max_value=LONGEST, required=False,
        help_text="Of a mute or ban; empty: until somebody lifts it.",
    )  # fmt: skip
    policy = forms.ChoiceField(label="Policy", required=False, help_text="What the author's notice rests on.")
    sources = forms.MultipleChoiceField(
        label="Only at these", required=False, widget=forms.CheckboxSelectMultiple, help_text="None chosen: everywhere."
    )
    languages = forms.CharField(
        label="Only in these languages", required=False, max_length=300,
        help_text="Codes, for instance: en, de. Empty: in any.",
    )  # fmt: skip
    expires = forms.DateField(
        label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The last day (UTC) on which it holds; empty: for good.",
    )  # fmt: skip
    why = forms.CharField(
        label="Why this change", required=False, max_length=500, help_text="For the log and the list of versions."
    )

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

    def clean_languages(self) -> list[str]:
        """Codes, as the analysers write them."""
        codes = [code.lower() for code in str(self.cleaned_data["languages"]).replace(",", " ").split()]
        odd = next((code for code in codes if not (2 <= len(code) <= 8 and code.replace("-", "").isalpha())), None)
        if odd:
            raise forms.ValidationError(f"“{odd}” is no code of a language: write en, de, pt …")
        return list(dict.fromkeys(codes))

    def clean(self) -> dict[str, object]:
        """What holds for several fields."""
        given = super().clean() or {}
        if given.get("then") == RuleOutcome.LABEL and not str(given.get("label", "")).strip():
            self.add_error("label", "Say which label the rule gives.")
        expires = given.get("expires")
        if expires and expires != self.initial.get("expires") and expires < timezone.now().astimezone(UTC).date():
            self.add_error("expires", "This day has passed: choose a later one, or leave it empty.")
        return given

    def draft(self, state: str) -> Draft:
        """What was entered; only after is_valid()."""
        given = self.cleaned_data
        return Draft(
            name=given["name"],
            when=given["when"],
            because=given["because"],
            then=str(RuleOutcome(given["then"])),
            state=state,
            policy=given["policy"],
            label=given["label"],
            lasts=given["lasts"] if given["then"] in TIMED else None,
            sources=given["sources"],
            languages=given["languages"],
            expires=given["expires"],
        )


def rule_form(rule: Rule, data: QueryDict | None = None) -> RuleForm:
    """The form for a rule, with the policies and places that the workspace has."""
    begin = {
        "version": rule.version if rule.pk else None,
        "sources": rule.sources,
        "languages": ", ".join(rule.languages),
        "expires": rule.expires,
    }
    form = RuleForm(data, instance=rule, initial=begin)
    for name, choices in (("policy", _policies(rule)), ("sources", places(rule.workspace, rule.sources))):
        field = form.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices
    return form


def _policies(rule: Rule) -> list[tuple[str, str]]:
    known = [one for one in policies.policies(rule.workspace) if one.active or one.slug == rule.policy]
    found = [("", "None"), *((one.slug, f"{one.number}. {one.name}") for one in known)]
    if rule.policy and rule.policy not in dict(found):
        named = policies.named_in(known, rule.policy)
        found.append((rule.policy, f"{rule.policy} ({named.name if named else 'there is no such policy'})"))
    return found


def places(workspace: Workspace, chosen: Sequence[str]) -> list[tuple[str, str]]:
    """Where a rule may hold: sources by their names, networks by their kinds, and what it names already."""
    rows = list(Source.of(workspace).order_by("name").values_list("name", "kind")[:300])
    kinds = sorted({kind for _, kind in rows})
    found = dict([(name, name) for name, _ in rows] + [(kind, f"every source of the kind {kind}") for kind in kinds])
    return list(
        (found | {name: f"{name} (there is no such source now)" for name in chosen if name not in found}).items()
    )


class ReplayForm(forms.Form):
    """How much of the past to try a rule on."""

    days = forms.IntegerField(min_value=1, max_value=365, initial=30, required=False)

    def chosen(self) -> int:
        """Days; 30 where nothing sensible was sent."""
        return (self.cleaned_data.get("days") if self.is_valid() else None) or 30


class WordListForm(forms.Form):
    """One list of words."""

    name = forms.CharField(label="Name", max_length=100, help_text="Rules ask for it: list:rivals, list:“press names”.")
    about = forms.CharField(label="What it is for", max_length=500, required=False)
    entries = forms.CharField(
        label="Entries", required=False, max_length=LARGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "code", "autocapitalize": "off"}),
        help_text="One a line: a word, words in a row, #hashtag, @handle, rocket*.",
    )  # fmt: skip
    seen_through = forms.BooleanField(
        label="See through disguises: v1agra, v i a g r a, viaaagra, letters of other alphabets", required=False
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    why = forms.CharField(label="Why this change", required=False, max_length=500, help_text="For the log.")

    def draft(self) -> ListDraft:
        """What was entered; only after is_valid()."""
        given = self.cleaned_data
        return ListDraft(given["name"], given["entries"], given["seen_through"], given["about"])
