"""Move: posts that went from one conversation to another, written down so that it can be taken back."""

from django.db import models

from .conversation import Conversation
from .owned import Owned


class Move(Owned):
    """A split (some of its posts) or a merge (all of them, with notes and tags)."""

    verb = models.CharField(max_length=5, choices=[("split", "Split"), ("merge", "Merge")])
    gave = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    took = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    posts = models.JSONField(default=list)  # ids
    notes = models.JSONField(default=list)  # ids
    tags = models.JSONField(default=list)  # ids of those that the one that took did not have before
    gave_before = models.JSONField(default=dict)  # columns of both before, and
    took_before = models.JSONField(default=dict)
    took_after = models.JSONField(default=dict)  # of the one that took, after: what was changed since is left alone
    entry = models.BigIntegerField()  # in the log
    at = models.DateTimeField()
    undone = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["workspace", "entry"], name="move_of_entry")]

    def __str__(self) -> str:
        return f"{self.verb} {self.gave_id} to {self.took_id}"
