"""Hours: when somebody is there to answer, with the days that are different."""

from django.db import models
from django.db.models.functions import Lower

from .owned import Owned


class Hours(Owned):
    """Business hours in a time zone; the arithmetic is `hubbub.core.hours`, the way there `hubbub.store.hours`."""

    name = models.CharField(max_length=100)
    zone = models.CharField(max_length=60)  # of the IANA database
    week = models.JSONField(default=list)  # seven texts, Monday first, as `hubbub.core.hours.read_spans` reads them
    standard = models.BooleanField(default=False)  # the workspace's own: its zone is the workspace's

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint("workspace", Lower("name"), name="hours_once"),
            models.UniqueConstraint(fields=["workspace"], condition=models.Q(standard=True), name="hours_standard"),
        ]

    def __str__(self) -> str:
        return self.name


class Holiday(Owned):
    """A day on which the hours are other than in its week."""

    hours = models.ForeignKey(Hours, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField()
    yearly = models.BooleanField(default=False)  # on this day of every year
    name = models.CharField(max_length=100, blank=True)
    spans = models.CharField(max_length=200, blank=True)  # its own hours; empty: closed

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["hours", "day", "yearly"], name="holiday_once")]
        ordering = ["day"]

    def __str__(self) -> str:
        return self.name or f"{self.day:%-d %B %Y}"
