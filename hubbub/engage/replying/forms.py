"""What the composer sends, read and checked; the actions say what is wrong with the words."""

from django import forms

from hubbub.store.models import ConversationStatus


class ReplyForm(forms.Form):
    """An answer, with what its writer had seen when they began."""

    text = forms.CharField(required=False)
    post = forms.IntegerField()
    nonce = forms.CharField(max_length=64)
    seen_row = forms.IntegerField(min_value=0)
    seen_post = forms.IntegerField(min_value=0)
    sure = forms.BooleanField(required=False)
    then = forms.ChoiceField(choices=ConversationStatus.choices)
