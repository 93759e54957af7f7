"""Arrival: something that a place sent us, kept as it came until the loop has taken it in."""

from django.db import models

from .owned import Owned
from .source import Source


class Arrival(Owned):
    """One request. After it was taken its body goes; the rest stays while the same request could be repeated."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="arrivals")
    key = models.CharField(max_length=100)  # the sender's own; the same one twice is kept once
    body = models.BinaryField()
    items = models.PositiveIntegerField()  # how many posts, deletions and reports it holds
    public = models.BooleanField(default=False)  # from a visitor's browser; else signed by the place
    sender = models.CharField(max_length=64, blank=True)  # of a visitor: a keyed hash of the address, never the address
    at = models.DateTimeField()
    taken = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="arrival_once")]
        indexes = [
            models.Index(fields=["source", "id"], name="arrival_waiting", condition=models.Q(taken__isnull=True)),
            models.Index(fields=["source", "at"], name="arrival_lately"),
            models.Index(fields=["taken"], name="arrival_old", condition=models.Q(taken__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"arrival {self.pk}"
