"""What the room's forms send, read and checked; the actions say what is wrong with the words."""

from collections.abc import Sequence

from django import forms

from hubbub.store.models import ConversationStatus, Member, Role


class StatusForm(forms.Form):
    """A state to set; `here` is the conversation that stays open beside the list."""

    status = forms.ChoiceField(choices=ConversationStatus.choices)
    here = forms.IntegerField(required=False)


class AssignForm(forms.Form):
    """A member's id, "me", or nothing for nobody."""

    assignee = forms.CharField(required=False)
    here = forms.IntegerField(required=False)


class NoteForm(forms.Form):
    """A remark for colleagues."""

    text = forms.CharField(required=False)


class BulkForm(forms.Form):
    """What to do with the chosen rows: a status, or `assign` and a member's id."""

    act = forms.ChoiceField(choices=[*ConversationStatus.choices, ("assign", "Assign")])
    assignee = forms.CharField(required=False)


def assignees(people: Sequence[Member], teams: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
    """The choices of an assign field: nobody, then all who can answer, then teams."""
    return [
        ("", "Nobody"),
        *((str(one.pk), str(one)) for one in people if one.may(Role.RESPONDER)),
        *((f"team:{pk}", f"Team {name}") for pk, name in teams),
    ]
