"""Correction: what a person says of a post where the model said something. The label that the model is checked on."""

from django.db import models

from .judge import Judge
from .member import Member
from .owned import Owned
from .post import Post


class JudgedField(models.TextChoices):
    """What can be corrected. The values are codes of ISO 639-1, core's sentiments and intents, "yes" or "no"."""

    LANGUAGE = "language", "Language"
    SENTIMENT = "sentiment", "Sentiment"
    TOXICITY = "toxicity", "Toxic"
    SPAM = "spam", "Spam"
    INTENT = "intent", "Intent"


class CorrectionEnd(models.TextChoices):
    """Why a correction stands no longer."""

    STANDS = "", "Stands"
    REPLACED = "replaced", "Said otherwise later"
    UNDONE = "undone", "Taken back"
    EDITED = "edited", "Said of an earlier text"


class Correction(Owned):
    """One person's word on one field of one post; where value and `was` are the same, the person agreed.

    `was…` is what the model said when the person spoke; `says…` is what the model in force says without them. Both are
    given as `value` is, "" where it does not judge.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=9, choices=JudgedField.choices)
    value = models.CharField(max_length=10)
    was = models.CharField(max_length=10, blank=True)
    was_sure = models.FloatField(default=0)
    was_judge = models.ForeignKey(Judge, null=True, on_delete=models.RESTRICT, related_name="+")
    says = models.CharField(max_length=10, blank=True)
    says_sure = models.FloatField(default=0)
    says_score = models.FloatField(null=True)  # of sentiment, toxicity, spam
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    at = models.DateTimeField()
    asked = models.BooleanField(default=False)  # it was asked for where labels teach most: harder posts than the rest
    end = models.CharField(max_length=8, blank=True, choices=CorrectionEnd.choices, default=CorrectionEnd.STANDS)
    ended = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["post", "field"], condition=models.Q(end=""), name="correction_stands_once")
        ]
        indexes = [models.Index(fields=["workspace", "field", "-at"], name="correction_newest")]

    def __str__(self) -> str:
        return f"{self.field}: {self.value}"

    @property
    def agrees(self) -> bool:
        """Whether the person said what the model had said."""
        return self.value == self.was
