"""Appeal: an author says that a decision was wrong, and another person looks again."""

from django.db import models

from .member import Member
from .owned import Owned
from .statement import Statement


class AppealState(models.TextChoices):
    """How it stands."""

    OPEN = "open", "Waits for an answer"
    UPHELD = "upheld", "The decision stands"
    OVERTURNED = "overturned", "The decision was taken back"


class Appeal(Owned):
    """One, against one decision; a decision has one at most."""

    statement = models.OneToOneField(Statement, on_delete=models.CASCADE, related_name="appeal")
    text = models.TextField()  # what the author says
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=AppealState.choices, default=AppealState.OPEN)
    decided = models.DateTimeField(null=True)
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)  # of the second decision; the author reads it
    same = models.BooleanField(default=False)  # whoever decided first: nobody else could
    left = models.TextField(blank=True)  # what could not be taken back, in words; moderators read it
    sender = models.CharField(max_length=32, blank=True)  # a digest by which one visitor is told from another

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["workspace", "at", "id"], name="appeal_open", condition=models.Q(state="open")),
            models.Index(fields=["workspace", "-at", "-id"], name="appeal_newest"),
        ]

    def __str__(self) -> str:
        return f"appeal {self.pk}"
