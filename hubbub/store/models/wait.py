"""Wait: one time that somebody waited for our answer, what they were promised, and what came of it."""

from django.db import models
from django.db.models import Q

from .conversation import Conversation
from .member import Member
from .owned import Owned
from .promise import Promise


class WaitKind(models.TextChoices):
    """Which answer they waited for."""

    FIRST = "first", "First reply"
    NEXT = "next", "Next reply"


class WaitEnd(models.TextChoices):
    """What came of it."""

    RUNNING = "running", "Still waiting, in time"
    LATE = "late", "Still waiting, too late"
    KEPT = "kept", "Replied in time"
    BROKEN = "broken", "Replied too late"
    DROPPED = "dropped", "Ended without a reply, in time"  # closed, merged, or nothing is promised any more


class Wait(Owned):
    """Made and kept up by `hubbub.store.promises`, of promised answers alone. Lengths are in seconds of worked time."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="waits")
    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="waits")
    kind = models.CharField(max_length=5, choices=WaitKind.choices)
    asked = models.DateTimeField()  # published, of the first post that waits
    started = models.DateTimeField()  # of its clock: when we read that, or when the promise was made
    within = models.PositiveIntegerField()  # promised
    due = models.DateTimeField(null=True)  # when it breaks or broke; None: its clock stands
    left = models.IntegerField(null=True)  # while its clock stands
    end = models.CharField(max_length=7, choices=WaitEnd.choices, default=WaitEnd.RUNNING)
    ended = models.DateTimeField(null=True)  # answered or dropped
    took = models.PositiveIntegerField(null=True)  # until then
    paused = models.PositiveIntegerField(default=0)  # for how long its clock stood in all, seconds as they went by
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # who answered, if known

    nudge = models.DateTimeField(null=True)  # when those on it are to be told; None: never, or its clock stands
    nudged = models.DateTimeField(null=True)
    escalated = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["conversation", "asked"], name="wait_once")]
        indexes = [
            # shares and medians by week are read from it alone
            models.Index(fields=["workspace", "kind", "started", "end", "took"], name="wait_measured"),
            models.Index(fields=["promise"], name="wait_open", condition=Q(ended__isnull=True)),
            models.Index(fields=["nudge"], name="wait_nudge", condition=Q(nudge__isnull=False, nudged__isnull=True)),
            models.Index(fields=["due"], name="wait_due", condition=Q(ended__isnull=True, escalated__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} reply in conversation {self.conversation_id}"


class Turn(Owned):
    """A change of a conversation's status, written by a trigger (`hubbub.store.turns`), whoever makes it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    was = models.CharField(max_length=7)
    became = models.CharField(max_length=7)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["conversation", "at"], name="turn_of")]

    def __str__(self) -> str:
        return f"{self.was} → {self.became}"


class Resettling(Owned):
    """A workspace whose hours or promises were changed: what waits there is settled anew, in steps."""

    after = models.BigIntegerField(default=0)  # the last conversation that was stirred

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="resettling_once")]

    def __str__(self) -> str:
        return f"after conversation {self.after}"
