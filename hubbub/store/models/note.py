"""Note: what colleagues tell each other about a conversation; never sent."""

from django.db import models

from .conversation import Conversation
from .member import Member
from .owned import Owned


class Note(Owned):
    """One remark."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.text[:80]
