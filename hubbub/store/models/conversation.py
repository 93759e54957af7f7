"""Conversation: the posts of one thread that deserve an answer, and how far we are with it."""

from django.db import models

from .member import Member
from .owned import Owned
from .person import Author
from .source import Source


class ConversationStatus(models.TextChoices):
    """Where it stands."""

    OPEN = "open", "Open"
    WAITING = "waiting", "Waiting for them"
    DONE = "done", "Done"


class Conversation(Owned):
    """One thread on one source."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="conversations")
    thread = models.CharField(max_length=500)
    subject = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=7, choices=ConversationStatus.choices, default=ConversationStatus.OPEN)
    assignee = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author = models.ForeignKey(Author, null=True, on_delete=models.PROTECT, related_name="+")  # who spoke last, not us
    opened = models.DateTimeField()  # published, of the first post
    last_post = models.DateTimeField()  # published, of the newest post that is not ours
    post_count = models.PositiveIntegerField(default=0)
    snippet = models.CharField(max_length=200, blank=True)  # how the newest post begins
    answered = models.DateTimeField(null=True)  # our first answer
    closed = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "source", "thread"], name="conversation_once")]
        indexes = [
            models.Index(fields=["workspace", "status", "-last_post", "-id"], name="conversation_newest"),
            models.Index(fields=["workspace", "assignee", "status", "-last_post"], name="conversation_mine"),
            models.Index(fields=["workspace", "-last_post", "-id"], name="conversation_latest"),  # of any status
            # measures: how many were opened, answered and closed
            models.Index(fields=["workspace", "opened", "answered"], name="conversation_opened"),
            models.Index(fields=["workspace", "closed"], name="conversation_closed"),
        ]

    def __str__(self) -> str:
        return self.subject or self.snippet
