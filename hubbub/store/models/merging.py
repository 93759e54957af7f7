"""Merging: that two people turned out to be one, with all that is needed to take it back."""

from django.db import models

from .owned import Owned
from .person import Person


class Merging(Owned):
    """One merge. `moved` and `kept` are written and read by `store/merging.py` alone."""

    target = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mergings")  # who stays
    source = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mergings_away")  # who was merged away
    moved = models.JSONField(default=dict)  # "model.field" → the ids of the rows that went over
    kept = models.JSONField(default=dict)  # what could not go over, or was changed, as it was
    reasons = models.JSONField(default=list)  # why they are one, in words
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    undone = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=200, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["source"], name="merged_once", condition=models.Q(undone=None)),
        ]

    def __str__(self) -> str:
        return f"merging {self.pk}"
