"""PlannedSeries: what is posted again and again, by a rule; each time is an item of its own."""

from django.db import models

from .owned import Owned


class PlannedSeries(Owned):
    """A rule, and the item that each time is copied from (its one item in the state “pattern”)."""

    rule = models.CharField(max_length=200)  # as `hubbub.core.recurring` reads it
    first = models.DateField()  # by the clock of the place
    at = models.TimeField()
    zone = models.CharField(max_length=64)  # the place: an IANA name
    variations = models.JSONField(default=list)  # other words, taken in turn; [] for always the same
    state = models.CharField(max_length=8)  # that each time begins in: draft or planned
    made_until = models.DateTimeField(null=True)  # up to here its items were made
    ended = models.DateTimeField(null=True)  # by hand
    created = models.DateTimeField()

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["made_until"], name="planned_series_open", condition=models.Q(ended__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.rule
