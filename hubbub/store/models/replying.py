"""Replying: how a workspace's answers leave."""

from django.db import models

from .owned import Owned


class Replying(Owned):
    """One row a workspace at most; where there is none, the defaults hold."""

    undo_seconds = models.PositiveSmallIntegerField(default=10)  # in which what was sent can be called back; 0 to 60
    # hours of the day, by the workspace's clock, in which people are taken to be awake whose own hours are not known
    awake_from = models.PositiveSmallIntegerField(default=8)
    awake_to = models.PositiveSmallIntegerField(default=20)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="replying_once")]

    def __str__(self) -> str:
        return "how we answer"
