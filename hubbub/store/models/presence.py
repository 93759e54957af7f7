"""Presence: who has a conversation open, and who writes in it. Draft: what a member has written and not sent."""

from django.db import models

from .attachment import Attachment
from .conversation import Conversation
from .member import Member
from .outbox import Outbox
from .owned import Owned
from .post import Post


class Presence(Owned):
    """A member has a conversation open; it ends by itself (`hubbub.store.presence`)."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="present")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()  # renewed while the page is open
    writing_until = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["conversation", "member"], name="presence_once")]
        indexes = [models.Index(fields=["workspace", "until"], name="presence_now")]

    def __str__(self) -> str:
        return f"{self.member_id} at {self.conversation_id}"


class Draft(Owned):
    """Words and files of one member for one conversation; several where two windows disagree. Nobody else may read
    them."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+")  # answered
    text = models.TextField()
    attachments = models.ManyToManyField(Attachment, related_name="+")
    version = models.PositiveIntegerField(default=1)  # one more with every change: who saves says which one they saw
    at = models.DateTimeField()  # changed last
    # what it became when it was sent; it is kept for a while in case that comes back
    outbox = models.ForeignKey(Outbox, null=True, on_delete=models.SET_NULL, related_name="+")
    sent = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["conversation", "member", "-at"], name="draft_newest"),
            models.Index(fields=["at"], name="draft_age"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"
