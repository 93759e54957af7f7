"""What the forms about helpful words ask for."""

from django import forms

from .actions import LONGEST, ArticleDraft, ReplyDraft
from .sketch_actions import LONGEST_TONE


class ReplyForm(forms.Form):
    """One saved reply."""

    title = forms.CharField(label="Title", max_length=100, help_text="You find it by this; nobody else sees it.")
    text = forms.CharField(
        label="Words", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="{first name} and others are filled in; any other {words in brackets} you fill in yourself.",
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def draft(self) -> ReplyDraft:
        """What was entered; only after is_valid()."""
        return ReplyDraft(self.cleaned_data["title"], self.cleaned_data["text"])


class ArticleForm(forms.Form):
    """One article."""

    title = forms.CharField(label="Title", max_length=150, help_text="As people would ask: “How do I return a parcel?”")
    text = forms.CharField(
        label="Answer", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="As it may stand in a reply: short, whole, in plain words.",
    )  # fmt: skip
    url = forms.CharField(label="Where all of it can be read", required=False, max_length=1000)
    keywords = forms.CharField(
        label="Other words for it", required=False, max_length=500,
        help_text="Words that people use and the article does not: refund money back",
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def draft(self) -> ArticleDraft:
        """What was entered; only after is_valid()."""
        given = self.cleaned_data
        return ArticleDraft(given["title"], given["text"], given["url"], given["keywords"])


class SketchingForm(forms.Form):
    """Whether a language model may help."""

    on = forms.BooleanField(label="Offer “Draft a reply” beside every conversation", required=False)
    tone = forms.CharField(
        label="How we speak", required=False, max_length=LONGEST_TONE, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Told to the model each time: “We say you, never sir. Short sentences. We sign with our first name.”",
    )  # fmt: skip
