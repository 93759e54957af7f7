"""Notice: what an author is told about a decision; its templates, and how a workspace tells."""

from django.db import models

from .appeal import Appeal
from .member import Member
from .outbox import Outbox
from .owned import Owned
from .statement import Statement


class NoticeKind(models.TextChoices):
    """What a notice tells."""

    HIDE = "hide", "A post was hidden"
    REMOVE = "remove", "A post was removed"
    WARN = "warn", "A warning"
    MUTE = "mute", "The author was muted"
    BAN = "ban", "The author was banned"
    UPHELD = "upheld", "Answer to an appeal: the decision stands"
    OVERTURNED = "overturned", "Answer to an appeal: the decision was taken back"


class Way(models.TextChoices):
    """How notices go out."""

    MESSAGE = "message", "A private message, where the network has one"
    REPLY = "reply", "A private message, else a reply under the post that everybody can read"
    WARN = "warn", "The network's own warning, where it has one"
    KEEP = "keep", "Not at all: keep the text to hand it over"


class NoticeTemplate(Owned):
    """One text. The one of the post's language is used; else the one without a language."""

    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    language = models.CharField(max_length=8, blank=True)  # ISO 639-1; "": for all others
    text = models.TextField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "kind", "language"], name="notice_template_once")]
        ordering = ["kind", "language"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{f' ({self.language})' if self.language else ''}"


class Notifying(Owned):
    """How a workspace tells; one each, made when it is first asked for."""

    way = models.CharField(max_length=7, choices=Way.choices, default=Way.MESSAGE)
    outcomes = models.JSONField(default=list)  # after which a notice is prepared
    by_rules = models.JSONField(default=list)  # of these, those that go out by themselves after a rule's decision
    goal_hours = models.PositiveIntegerField(default=72)  # within which an appeal is to be answered
    redress = models.TextField(blank=True)  # what stands in statements about other ways to complain

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="notifying_once")]

    def __str__(self) -> str:
        return f"notices of {self.workspace_id}"


class Notice(Owned):
    """One text as it went out, or is kept to be handed over."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="notices")
    appeal = models.ForeignKey(Appeal, null=True, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    text = models.TextField()
    verb = models.CharField(max_length=10, blank=True)  # how it left: message, reply, warn; "": it is kept
    why_kept = models.TextField(blank=True)
    handed = models.DateTimeField(null=True)  # a kept one that somebody handed over
    sent = models.ForeignKey(Outbox, null=True, on_delete=models.SET_NULL, related_name="+")
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["statement", "kind"], name="notice_once")]
        indexes = [models.Index(fields=["workspace", "-id"], name="notice_newest")]

    def __str__(self) -> str:
        return f"notice {self.pk}"
