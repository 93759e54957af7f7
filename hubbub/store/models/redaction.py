"""Redaction: words of a post that were replaced by a mark, with the original kept."""

from django.db import models

from .member import Member
from .outbox import Outbox
from .owned import Owned
from .post import Post


class Redaction(Owned):
    """One. The original is shown to moderators on demand, and every look at it stands in the log."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="redactions")
    original = models.TextField()
    text = models.TextField()  # what stands there instead
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    why = models.TextField()
    at = models.DateTimeField()
    sent = models.ForeignKey(Outbox, null=True, on_delete=models.SET_NULL, related_name="redactions")
    # taken back, or refused by the network: the original stands again
    undone = models.DateTimeField(null=True)
    undo_sent = models.ForeignKey(Outbox, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(Owned.Meta):
        pass

    def __str__(self) -> str:
        return f"redaction of post {self.post_id}"
