"""JudgedDay: how many posts of a day each model judged, so that a chart can say which models it rests on."""

from django.db import models

from .judge import Judge
from .owned import Owned
from .source import Source


class JudgedDay(Owned):
    """Posts published on one day (UTC) on one source, by the one who judged them."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, db_index=False, related_name="+")
    judge = models.ForeignKey(Judge, on_delete=models.RESTRICT, db_index=False, related_name="+")
    day = models.DateField()
    posts = models.IntegerField(default=0)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["source", "day", "judge"], name="judged_day_once")]
        indexes = [models.Index(fields=["workspace", "day"], name="judged_day_of")]

    def __str__(self) -> str:
        return f"{self.day}: {self.posts}"
