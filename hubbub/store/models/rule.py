"""Rule: a condition in the query language and what is to be done where it holds."""

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
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(auto_now_add=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="rule_name_once")]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
