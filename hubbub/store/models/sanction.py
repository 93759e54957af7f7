"""Sanction: what was done to a person in a place: warned, muted, banned; until when, why, and whether it stands."""

from django.db import models

from .member import Member
from .outbox import Outbox
from .owned import Owned
from .person import Author
from .post import Post
from .rule import Rule
from .source import Source


class SanctionState(models.TextChoices):
    """How it stands on the network."""

    ASKED = "asked", "Asked of the network"
    DONE = "done", "Stands there"
    REFUSED = "refused", "Refused there"  # `error` says why
    LIFTING = "lifting", "Being lifted"
    LIFTED = "lifted", "Lifted"


STANDING = (SanctionState.ASKED, SanctionState.DONE)


class Sanction(Owned):
    """One, in one place, against one identity. A warning is past as soon as it is done; mute and ban end at `until`."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="sanctions")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="sanctions")
    # the post that it answers to, and over which the network is asked
    post = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="sanctions")
    verb = models.CharField(max_length=10)  # as connectors have it: warn, mute, ban, block
    until = models.DateTimeField(null=True)  # None: until somebody lifts it
    why = models.TextField()
    policy = models.CharField(max_length=100, blank=True)
    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="sanctions")
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=SanctionState.choices, default=SanctionState.ASKED)
    error = models.TextField(blank=True)  # what the network said
    sent = models.ForeignKey(Outbox, null=True, on_delete=models.SET_NULL, related_name="sanctions")
    ended = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_why = models.TextField(blank=True)
    ended_sent = models.ForeignKey(Outbox, null=True, on_delete=models.SET_NULL, related_name="lifted")

    class Meta(Owned.Meta):
        indexes = [
            # what the loop has to lift
            models.Index(fields=["until"], name="sanction_due", condition=models.Q(state="done", until__isnull=False)),
            models.Index(fields=["workspace", "-id"], name="sanction_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.author}"
