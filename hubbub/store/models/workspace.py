"""Workspace: one business, or one brand of it, and all that belongs to it."""

from django.db import models


class Workspace(models.Model):
    """Everything else belongs to exactly one of these."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=60, unique=True)
    # counts up whenever a topic or a rule changes, so that workers know that their Plan is old
    plan_version = models.PositiveIntegerField(default=1)
    guided = models.BooleanField(default=False)  # the first-run guide was finished or put away
    made_up = models.BooleanField(default=False)  # a demo: its posts were invented, and pages say so
    languages = models.CharField(max_length=400, blank=True)  # in which posts are expected: codes with a space between
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    def plan_changed(self) -> None:
        """Called in the transaction that changes a topic or a rule."""
        Workspace.objects.filter(pk=self.pk).update(plan_version=models.F("plan_version") + 1)
