"""KPI: a number that says how far an objective is reached."""

from django.db import models

from .objective import Objective
from .owned import Owned
from .topic import Topic


class Kpi(Owned):
    """One of the built-in measures (`hubbub.core.kpi.MEASURES`), for a topic or for the whole workspace."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="kpis")
    measure = models.CharField(max_length=30)
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    days = models.PositiveIntegerField(default=30)  # the window that is looked at
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.measure
