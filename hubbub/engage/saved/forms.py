"""What the forms of saved views and of the inbox's order send, read and checked."""

from django import forms

from hubbub.core import priority as order
from hubbub.store.models import Kind, Member, Promised, Role, SavedView, Sort, ViewStatus, Whose
from hubbub.ui.access import MemberRequest

SHARED = (("", "Only me"), ("yes", "Everybody here"))
KINDS = [("", "Any"), *((value, label) for value, label in Kind.choices if value)]


class ViewForm(forms.Form):
    """A view, all of it."""

    name = forms.CharField(max_length=60, label="Name")
    query = forms.CharField(
        required=False,
        label="Posts that match",
        help_text="In the query language, held against the newest post of each conversation that is not yours.",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    status = forms.ChoiceField(choices=ViewStatus.choices, label="Status")
    whose = forms.ChoiceField(choices=Whose.choices, required=False, label="Looked after by")
    kind = forms.ChoiceField(choices=KINDS, required=False, label="Kind")
    promised = forms.ChoiceField(choices=Promised.choices, required=False, label="Promise")
    sort = forms.ChoiceField(choices=Sort.choices, label="In the order of")
    pinned = forms.BooleanField(required=False, label="Shown above the inbox")
    shared = forms.ChoiceField(choices=SHARED, required=False, label="Who sees it")

    def __init__(self, request: MemberRequest, view: SavedView | None, given: dict[str, object] | None = None) -> None:
        begin: dict[str, object] = {"pinned": True, "status": "open", "sort": "priority", **(given or {})}
        if view is not None:
            begin = {name: getattr(view, name) for name in self.base_fields if name != "shared"}
            begin["shared"] = "yes" if view.member_id is None else ""
        super().__init__(request.POST if request.method == "POST" else None, initial=begin)
        if not request.role.may(Role.MANAGER):
            del self.fields["shared"]

    def wishes(self) -> dict[str, str | bool]:
        """What the action takes, without who sees it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "shared"}

    def for_all(self, view: SavedView | None, by: Member) -> bool:
        """Whether everybody is to see it."""
        if "shared" not in self.fields:
            return view is not None and view.member_id is None
        return bool(self.cleaned_data["shared"]) and by.may(Role.MANAGER)


def _weight(label: str, helps: str) -> forms.FloatField:
    return forms.FloatField(min_value=0, max_value=order.HIGHEST_WEIGHT, label=label, help_text=helps)


class RankingForm(forms.Form):
    """What counts how much."""

    kind = _weight("Kind", "A complaint is worth 2 doublings, a question, request or lead 1.5, promotion takes 2 away.")
    sentiment = _weight("Sentiment", "A negative post is worth 1.")
    reach = _weight("Reach", "100 followers are worth 1, 10,000 are worth 2, a million 3.")
    relationship = _weight("Relationship", "What each kind of relationship is worth is set with the relationships.")
    promise = _weight("Promise", "In its last quarter it is worth 3, broken 4.")
    priority = _weight("Priority", "Urgent is worth 8, high 4, low takes 4 away.")
    doubling_hours = forms.FloatField(
        min_value=order.SHORTEST,
        max_value=order.LONGEST,
        label="Hours of waiting that count one doubling",
        help_text="The fewer, the more waiting weighs against everything else.",
    )
    stale_days = forms.FloatField(
        min_value=order.FEWEST_DAYS,
        max_value=order.MOST_DAYS,
        label="Days after which waiting begins anew",
        help_text="So that what was left for weeks does not stand before what came today.",
    )

    def weights(self) -> order.Weights:
        """As core has them."""
        return order.Weights(**self.cleaned_data)
