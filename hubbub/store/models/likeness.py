"""Likeness: two identities that may be one person. IdentityKey: what identities are looked up by. PeopleSettings."""

from django.db import models

from .owned import Owned
from .person import Author


class LikenessState(models.TextChoices):
    """What became of the suggestion. Refused ones never come again."""

    OPEN = "open", "Open"
    MERGED = "merged", "Merged"
    REFUSED = "refused", "Not the same"


class Likeness(Owned):
    """A pair of identities with the reasons; `first` is the one with the smaller id."""

    first = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+")
    strength = models.FloatField()  # 0 to 1, see core/identities.py
    proven = models.BooleanField(default=False)
    reasons = models.JSONField()  # [{"name", "says", "strength"}]
    state = models.CharField(max_length=7, choices=LikenessState.choices, default=LikenessState.OPEN)
    found = models.DateTimeField()
    decided = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="likeness_once")]
        indexes = [
            models.Index(
                fields=["workspace", "-strength", "-id"], name="likeness_open", condition=models.Q(state="open")
            )
        ]

    def __str__(self) -> str:
        return f"likeness {self.pk}"


class IdentityKey(Owned):
    """One thing by which an identity may be known again: kinds and forms are those of core/identities.py."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="keys")
    key = models.CharField(max_length=80)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["workspace", "key"], name="identity_key")]

    def __str__(self) -> str:
        return self.key


class PeopleSettings(Owned):
    """How a workspace treats people. One a workspace, made when it is first changed."""

    merge_proven = models.BooleanField(default=False)  # merge by itself what is proven from both sides

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="people_settings_once")]

    def __str__(self) -> str:
        return f"people settings of {self.workspace_id}"
