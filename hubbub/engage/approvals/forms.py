"""What the forms of approvals send."""

from django import forms
from django.http import QueryDict

from hubbub.engage.queries import responders
from hubbub.store.models import Approving, HowMany, Member, Role, Source, Team, Workspace

from .actions import Rule


class RuleForm(forms.Form):
    """Whose words, said where, need whose approval."""

    member = forms.ModelChoiceField(
        Member.everywhere.none(), required=False, label="Whose words", empty_label="Everybody's, up to the role below"
    )
    up_to = forms.ChoiceField(
        choices=[("", "Whatever their role"), *((role.value, f"Up to {role.word.lower()}") for role in Role)],
        required=False,
        label="Role",
    )
    source = forms.ModelChoiceField(Source.everywhere.none(), required=False, label="Where", empty_label="Everywhere")
    replies = forms.BooleanField(required=False, label="Replies", initial=True)
    planned = forms.BooleanField(required=False, label="Planned posts")
    approvers = forms.ModelMultipleChoiceField(Member.everywhere.none(), required=False, label="Who approves")
    team = forms.ModelChoiceField(Team.everywhere.none(), required=False, label="Or a team", empty_label="No team")
    how_many = forms.ChoiceField(choices=HowMany.choices, label="How many must agree", initial="any")

    def __init__(self, workspace: Workspace, data: QueryDict | None = None, row: Approving | None = None) -> None:
        names = ("member", "up_to", "source", "replies", "planned", "team", "how_many")
        initial = {name: getattr(row, name) for name in names} if row else {}
        if row is not None:
            initial["approvers"] = list(row.approvers.all())
        super().__init__(data, initial=initial)
        here = Member.of(workspace).filter(pk__in=[one.pk for one in responders(workspace)]).select_related("user")
        querysets = {
            "member": here, "approvers": here, "source": Source.of(workspace).order_by("name"),
            "team": Team.of(workspace).order_by("name"),
        }  # fmt: skip
        for name, rows in querysets.items():
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = rows

    @property
    def rule(self) -> Rule:
        """What was asked for. Only of a valid form."""
        return Rule(**{**self.cleaned_data, "approvers": list(self.cleaned_data["approvers"])})
