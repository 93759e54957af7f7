"""Opening: which posts become conversations, as the workspace says it; and stored posts held against it."""

from django.db import models

from .member import Member
from .owned import Owned


class Opening(Owned):
    """The query of a workspace; a workspace without one has the sensible start (`hubbub.core.opening`)."""

    query = models.TextField()
    version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)  # off: no conversation begins by itself
    changed = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="opening_once")]

    def __str__(self) -> str:
        return "which posts become conversations"


class OpeningRunState(models.TextChoices):
    """How far one is."""

    RUNNING = "running", "Under way"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


class OpeningRun(Owned):
    """Stored posts held against the query, oldest first, in steps by the loop. It opens, and never closes any."""

    since = models.DateTimeField()  # published
    until = models.DateTimeField()
    version = models.PositiveIntegerField()  # of the query that it began with
    days = models.PositiveIntegerField()
    reached = models.DateTimeField()  # published, and
    reached_id = models.BigIntegerField(default=0)  # id of the newest post that it has looked at
    there = models.PositiveIntegerField(default=0)  # posts to look at, about
    looked = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=7, choices=OpeningRunState.choices, default=OpeningRunState.RUNNING)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    ended = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace"], name="opening_one_run", condition=models.Q(state="running"))
        ]

    def __str__(self) -> str:
        return f"the last {self.days} days"
