"""Target: the value that a KPI is to have on a day, set beforehand."""

from django.db import models

from .kpi import Kpi
from .owned import Owned


class Target(Owned):
    """Targets are added, not changed: the newest counts, the older ones stay to be seen."""

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="targets")
    value = models.FloatField()
    by_day = models.DateField()
    baseline = models.FloatField(null=True)  # what the KPI was when the target was set; None: nothing to count yet
    set_by = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    why = models.TextField(blank=True)

    class Meta(Owned.Meta):
        ordering = ["-set_at", "-id"]

    def __str__(self) -> str:
        return f"{self.value} by {self.by_day}"
