"""Waiting: a post's place in the queue, who has it open, who passed it over, and whose second opinion is asked for."""

from django.db import models

from .member import Member
from .owned import Owned
from .policy import Policy
from .post import Decision, Post


class Waiting(Owned):
    """A post that waits for a person. Made and taken away by triggers on the posts (`hubbub.store.queue.install`), so
    that whatever sets a post's decision keeps the queue right. Ordered by `due`, which `hubbub.core.queue` explains."""

    post = models.OneToOneField(Post, on_delete=models.CASCADE, related_name="waiting")
    since = models.DateTimeField()  # when it began to wait
    severity = models.FloatField(default=1)  # 1 and more
    reach = models.FloatField(default=1)  # 1 and more
    due = models.FloatField()  # seconds since 1970: the order of the queue, the smallest first
    ranked = models.BooleanField(default=False)  # whether severity and reach were worked out
    holder = models.ForeignKey(Member, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+")
    lease_until = models.DateTimeField(null=True)  # until then nobody else is given it

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["workspace", "due", "id"], name="waiting_due"),
            models.Index(fields=["workspace", "since", "id"], name="waiting_since"),
            models.Index(fields=["workspace", "reach", "id"], name="waiting_reach"),
            # the few that wait to be ranked, and the few that somebody has open
            models.Index(fields=["workspace", "id"], name="waiting_unranked", condition=models.Q(ranked=False)),
            models.Index(fields=["workspace", "holder"], name="waiting_held", condition=models.Q(holder__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} waits"


class Skip(Owned):
    """A member passed a post over: the next free one is another."""

    waiting = models.ForeignKey(Waiting, on_delete=models.CASCADE, related_name="skips")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["waiting", "member"], name="skip_once")]

    def __str__(self) -> str:
        return f"{self.member_id} skipped {self.waiting_id}"


class Opinion(Owned):
    """A member wants another person to decide. What the first thinks is shown to the second only afterwards."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="opinions")
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    decision = models.CharField(max_length=8, blank=True, choices=Decision.choices)  # what the first would do
    policy = models.ForeignKey(Policy, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True)
    asked = models.DateTimeField()
    closed = models.DateTimeField(null=True)  # decided by another, or withdrawn
    decided = models.CharField(max_length=8, blank=True, choices=Decision.choices)  # what the other did; "": withdrawn
    decided_by = models.CharField(max_length=200, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["post", "by"], name="opinion_asked_once", condition=models.Q(closed__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.by_name} asks about {self.post_id}"
