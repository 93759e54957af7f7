"""Notification: what a member is told, so that nothing waits for them unseen. (A notice goes to an author.)"""

from django.db import models

from .member import Member
from .owned import Owned


class NotificationKind(models.TextChoices):
    """What happened; each member chooses for each kind where they want to be told."""

    ASSIGNED = "assigned", "A conversation was given to you or your team"
    MENTIONED = "mentioned", "A colleague named you in a note"
    PROMISE = "promise", "A promise is about to break"
    ESCALATED = "escalated", "A promise was broken and it was passed on to you"
    FAILED = "failed", "What you wanted to send could not be sent"
    APPROVAL = "approval", "Somebody asks for your approval, or answered yours"
    REMINDER = "reminder", "A next step is due, or a conversation woke up"


class Notification(Owned):
    """One thing that one member is told; written by `hubbub.store.notifying.notify`."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=9, choices=NotificationKind.choices)
    says = models.CharField(max_length=300)  # one line, never the words of a post
    noun = models.CharField(max_length=30)  # model name of what it is about: "conversation"
    noun_id = models.BigIntegerField()
    key = models.CharField(max_length=100)  # the same key tells the same member once
    at = models.DateTimeField()
    read = models.DateTimeField(null=True)
    sent = models.DateTimeField(null=True)  # through the channels that the member chose; None: not yet

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["member", "-at", "-id"], name="notification_newest"),
            models.Index(fields=["member", "-at"], name="notification_unread", condition=models.Q(read__isnull=True)),
            models.Index(fields=["at"], name="notification_unsent", condition=models.Q(sent__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.says
