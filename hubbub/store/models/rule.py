"""Rule: a condition in the query language and what is to be done where it holds."""

from datetime import date

from django.db import models

from .owned import Owned


class RuleOutcome(models.TextChoices):
    """What a rule asks for, most severe first; the most severe live rule decides."""

    BAN = "ban", "Ban the author"
    MUTE = "mute", "Mute the author"
    REMOVE = "remove", "Remove the post"
    HIDE = "hide", "Hide the post"
    QUEUE = "queue", "Ask a person"
    WARN = "warn", "Warn the author"
    LABEL = "label", "Label the post"
    APPROVE = "approve", "Approve the post"


class RuleState(models.TextChoices):
    """Whether it acts."""

    DRAFT = "draft", "Draft: does nothing"
    SHADOW = "shadow", "Shadow: records what it would do"
    LIVE = "live", "Live: acts"


class Rule(Owned):
    """One rule; rules are tried in the order of `position`."""

    name = models.CharField(max_length=100)
    policy = models.CharField(max_length=100, blank=True)
    when = models.TextField()
    then = models.CharField(max_length=7, choices=RuleOutcome.choices, default=RuleOutcome.QUEUE)
    label = models.CharField(max_length=40, blank=True)  # with then = "label"
    lasts = models.PositiveIntegerField(null=True)  # hours, with then = "mute" or "ban"; None: until it is lifted
    state = models.CharField(max_length=6, choices=RuleState.choices, default=RuleState.DRAFT)
    because = models.TextField()  # shown to moderators and, in a notice, to the author
    sources = models.JSONField(default=list)  # names of sources or kinds of networks; none: everywhere
    languages = models.JSONField(default=list)  # codes; none: in any
    expires = models.DateField(null=True, blank=True)  # the last day, in UTC, on which it holds
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)  # counts the changes of what it says, not of its state
    least = models.FloatField(null=True, blank=True)  # precision from 0 to 1 below which it is pointed out
    created = models.DateTimeField(auto_now_add=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="rule_name_once")]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    def is_expired(self, today: date) -> bool:
        """Whether its last day has passed: it stays as it is and holds for nothing any more."""
        return self.expires is not None and today > self.expires

    def shown_state(self, today: date) -> str:
        """draft, shadow, live; or expired, of one that would act and whose last day has passed."""
        return "expired" if self.state != RuleState.DRAFT and self.is_expired(today) else self.state
