"""Breaker: how much a rule may do, what is usual for it, and whether it was stopped."""

from django.db import models

from .owned import Owned
from .rule import Rule


class Breaker(Owned):
    """Of one rule; a rule without one has the usual caps. The arithmetic stands in `hubbub.core.breaker`."""

    rule = models.OneToOneField(Rule, on_delete=models.CASCADE, related_name="breaker")
    hour_cap = models.PositiveIntegerField(null=True)  # acts in any 60 minutes; None: the usual cap
    day_cap = models.PositiveIntegerField(null=True)  # in any 24 hours
    # acts an hour, as replayed over stored posts before the rule went live; None: it was never replayed
    replayed_rate = models.FloatField(null=True)
    replayed_version = models.PositiveIntegerField(null=True)
    # acts an hour in its own past weeks, counted anew every hour; None: it is too young
    past_rate = models.FloatField(null=True)
    past_rate_at = models.DateTimeField(null=True)
    stopped = models.DateTimeField(null=True)
    stopped_why = models.TextField(blank=True, default="")
    restarted = models.DateTimeField(null=True)  # acts before that no longer count against it

    def __str__(self) -> str:
        return f"breaker of {self.rule_id}"
