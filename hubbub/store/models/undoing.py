"""Undoing: the taking back of many deeds, by the loop, step by step."""

from django.db import models

from .member import Member
from .owned import Owned


class UndoingState(models.TextChoices):
    """Whether the loop goes on with it."""

    RUNNING = "running", "Under way"
    STOPPED = "stopped", "Stopped"
    DONE = "done", "Done"


class Undoing(Owned):
    """One wish to take deeds back. Which ones stands on the deeds (`Deed.undoing`), so that a killed worker goes on."""

    name = models.CharField(max_length=200)  # of what is taken back
    state = models.CharField(max_length=7, choices=UndoingState.choices, default=UndoingState.RUNNING)
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    why = models.TextField()
    at = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    undone = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["id"], name="undoing_running", condition=models.Q(state="running")),
            models.Index(fields=["workspace", "-id"], name="undoing_newest"),
        ]

    def __str__(self) -> str:
        return self.name
