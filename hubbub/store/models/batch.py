"""Batch: what was done to many posts as one act, and Deed: one thing that it did. Both can be taken back together."""

from django.db import models

from .audit import Audit
from .member import Member
from .outbox import Outbox
from .owned import Owned
from .post import Post
from .rule import Rule
from .sanction import Sanction
from .undoing import Undoing


class BatchKind(models.TextChoices):
    """Whose act it was."""

    BULK = "bulk", "Decided together"
    RULE = "rule", "Done by a rule"
    BAN = "ban", "A ban with posts"


class Batch(Owned):
    """One act on many. What a rule does is one batch for each of its versions and days (UTC)."""

    kind = models.CharField(max_length=4, choices=BatchKind.choices)
    name = models.CharField(max_length=200)  # in words: "Hidden: 12 posts"
    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="batches")
    rule_version = models.PositiveIntegerField(null=True)
    day = models.DateField(null=True)
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["rule", "rule_version", "day"], name="batch_of_rule_once")]
        indexes = [models.Index(fields=["workspace", "-id"], name="batch_newest")]

    def __str__(self) -> str:
        return self.name


class Fate(models.TextChoices):
    """What became of a deed's undoing."""

    NONE = "", "Not taken back"
    UNDONE = "undone", "Taken back"
    LEFT = "left", "Left as it is"  # `told` says why


class Deed(Owned):
    """One thing that a batch did: to a post, or to the one who wrote it. Written in the act's own transaction."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="deeds")
    post = models.ForeignKey(Post, null=True, on_delete=models.CASCADE, related_name="deeds")
    sanction = models.ForeignKey(Sanction, null=True, on_delete=models.CASCADE, related_name="deeds")
    rule = models.ForeignKey(Rule, null=True, db_index=False, on_delete=models.SET_NULL, related_name="deeds")
    entry = models.ForeignKey(Audit, on_delete=models.CASCADE, db_index=False, related_name="+")  # its line in the log
    verb = models.CharField(max_length=10)
    sent = models.ForeignKey(Outbox, null=True, on_delete=models.SET_NULL, related_name="+")  # None: only here
    at = models.DateTimeField()
    undoing = models.ForeignKey(Undoing, null=True, db_index=False, on_delete=models.SET_NULL, related_name="deeds")
    fate = models.CharField(max_length=6, blank=True, default="", choices=Fate.choices)
    told = models.TextField(blank=True, default="")  # why it was left
    undo_sent = models.ForeignKey(Outbox, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(Owned.Meta):
        indexes = [
            # how often a rule acted in the last hour and day: asked at every batch that comes in
            models.Index(fields=["rule", "at"], name="deed_of_rule", condition=models.Q(rule__isnull=False)),
            models.Index(fields=["undoing", "fate", "-id"], name="deed_of_undoing"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.post_id}"
