"""Activity: what a person did lately and how far their word reaches. Relating: how a workspace looks at both."""

from django.db import models

from .owned import Owned
from .person import Person


class Activity(Owned):
    """One a person who posted in the last 90 days or stands in a relationship; counted by the loop
    (`store/activities.py`), so that lists can be in its order. A query counts for itself, as of each post."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="activity")
    # as `core.levels.Doing` has them
    posts_30 = models.PositiveIntegerField(default=0)
    posts_90 = models.PositiveIntegerField(default=0)
    weeks = models.PositiveSmallIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    replied = models.PositiveBigIntegerField(default=0)
    praises = models.PositiveIntegerField(default=0)
    removed_share = models.FloatField(default=0.0)
    level = models.CharField(max_length=11, default="newcomer")
    # as `core.influence.Influence` has them
    score = models.FloatField(default=0.0)
    followers = models.PositiveBigIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)  # posts anywhere in 90 days whose echo is known
    usual = models.FloatField(default=0.0)
    counted = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)  # when it is counted again; None: when they post again

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["due"], name="activity_due", condition=models.Q(due__isnull=False)),
            models.Index(fields=["workspace", "-score", "-id"], name="activity_reach"),
            models.Index(fields=["workspace", "level"], name="activity_level"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.level}, {self.score:.0f}"


class Relating(Owned):
    """How a workspace weighs, levels and suggests, and how far the loop has looked; made when first needed."""

    weights = models.JSONField(default=dict)  # `core.relations.Weights`; what is left out is as at the start
    levels = models.JSONField(default=dict)  # `core.levels.Thresholds`
    suggests = models.JSONField(default=dict)  # `core.suggesting.Limits`
    due = models.DateTimeField(null=True, db_index=True)  # when the loop looks again
    looked = models.BigIntegerField(default=0)  # id of the last post that was looked at
    told = models.DateTimeField(null=True)  # up to when what we sent has been looked at
    noted = models.BigIntegerField(default=0)  # id of the last note that was looked at

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="relating_once")]

    def __str__(self) -> str:
        return f"relating of {self.workspace_id}"
