"""Rollup: counts by the hour, kept in the transaction that saves what is counted."""

from django.db import models

from .owned import Owned
from .source import Source
from .topic import Topic


class Rollup(Owned):
    """Posts published in one hour on one source: all of them (`topic` empty) or those of one topic."""

    hour = models.DateTimeField()  # its start, UTC
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="+")
    posts = models.PositiveIntegerField(default=0)
    # Of them, by what was found or what people say instead. None: not counted yet, which adds up to nothing.
    copies = models.PositiveIntegerField(null=True)  # that say what another post said before
    negative = models.PositiveIntegerField(null=True)
    neutral = models.PositiveIntegerField(null=True)
    positive = models.PositiveIntegerField(null=True)
    copied_negative = models.IntegerField(null=True)  # of the copies
    copied_neutral = models.IntegerField(null=True)
    copied_positive = models.IntegerField(null=True)
    complaint = models.PositiveIntegerField(null=True)
    compliment = models.PositiveIntegerField(null=True)
    question = models.PositiveIntegerField(null=True)
    request = models.PositiveIntegerField(null=True)
    promotion = models.PositiveIntegerField(null=True)
    other = models.PositiveIntegerField(null=True)
    toxic = models.PositiveIntegerField(null=True)
    spam = models.PositiveIntegerField(null=True)

    class Meta(Owned.Meta):
        # two, because an empty topic differs from every other empty topic to a database
        constraints = [
            models.UniqueConstraint(
                fields=["source", "topic", "hour"], condition=models.Q(topic__isnull=False), name="rollup_once_by_topic"
            ),
            models.UniqueConstraint(
                fields=["source", "hour"], condition=models.Q(topic__isnull=True), name="rollup_once_for_all"
            ),
        ]
        indexes = [models.Index(fields=["workspace", "topic", "hour"], name="rollup_by_topic")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}h: {self.posts}"
