"""Sweep: one decision about more posts than a request waits for, carried out by the loop step by step."""

from django.db import models

from .batch import Batch
from .member import Member
from .owned import Owned
from .policy import Policy
from .post import Decision


class SweepState(models.TextChoices):
    """Whether the loop goes on with it."""

    RUNNING = "running", "Under way"
    STOPPED = "stopped", "Stopped"
    DONE = "done", "Done"


class Sweep(Owned):
    """One wish about many posts. `done` moves on in the transaction that decides, so that a killed worker goes on."""

    posts = models.JSONField(default=list)  # their ids, in the order in which they are taken
    decision = models.CharField(max_length=8, choices=Decision.choices)
    policy = models.ForeignKey(Policy, null=True, on_delete=models.SET_NULL, related_name="+")
    why = models.TextField(blank=True)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)  # so many of the list were looked at
    refused = models.PositiveIntegerField(default=0)  # of these so many were left alone: others had decided
    state = models.CharField(max_length=7, choices=SweepState.choices, default=SweepState.RUNNING)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="+")  # to take it back

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["id"], name="sweep_running", condition=models.Q(state="running")),
            models.Index(fields=["workspace", "-id"], name="sweep_newest"),
        ]

    def __str__(self) -> str:
        return f"{Decision(self.decision).label}: {self.total} posts"
