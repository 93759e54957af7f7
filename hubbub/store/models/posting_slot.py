"""PostingSlot: a time of the week at which a source is posted to."""

from django.db import models

from .owned import Owned
from .source import Source


class PostingSlot(Owned):
    """One time on one weekday, by the workspace's clock."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    minute = models.PositiveSmallIntegerField()  # since midnight

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["source", "weekday", "minute"], name="posting_slot_once")]

    def __str__(self) -> str:
        return f"{self.weekday} {self.minute // 60}:{self.minute % 60:02}"
