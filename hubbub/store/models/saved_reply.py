"""SavedReply: words that are used again and again, with {placeholders} for what differs."""

from django.db import models
from django.db.models.functions import Lower

from .member import Member
from .owned import Owned


class SavedReply(Owned):
    """One text. Every member may use it; it is never sent by itself."""

    title = models.CharField(max_length=100)
    text = models.TextField()
    asks = models.JSONField(default=list)  # names of the placeholders that the text holds
    used = models.PositiveIntegerField(default=0)  # how often somebody put it into an answer
    last_used = models.DateTimeField(null=True)
    changed = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # who changed it last
    gone = models.DateTimeField(null=True)  # deleted; can be brought back
    version = models.PositiveIntegerField(default=1)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                "workspace", Lower("title"), condition=models.Q(gone__isnull=True), name="saved_reply_once"
            )
        ]
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
