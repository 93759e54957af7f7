"""Statement: of reasons, for one thing that was done to a post or its author; Ground: the law behind a policy."""

from django.db import models

from .audit import Audit
from .member import Member
from .owned import Owned
from .person import Author
from .policy import Policy
from .post import Post
from .rule import Rule
from .sanction import Sanction
from .source import Source


class StatementEnd(models.TextChoices):
    """By what it came to stand no more; empty: it stands, or its time is over."""

    NONE = "", "Stands"
    UNDONE = "undone", "Taken back"
    APPROVED = "approved", "Decided otherwise later"
    REPLACED = "replaced", "Replaced by another decision"
    REFUSED = "refused", "The network would not do it"
    APPEAL = "appeal", "Overturned after an appeal"


class NoticeState(models.TextChoices):
    """Whether its author is told."""

    NONE = "", "No notice"
    WAITS = "waits", "Waits to be looked at and sent"
    SENT = "sent", "Given to the network"
    KEPT = "kept", "Kept to be handed over"
    SKIPPED = "skipped", "Not to be sent"


class Statement(Owned):
    """What was restricted, how, where and how long, on which facts and ground. Written in the act's own transaction.

    What it says never changes; `ended`, `end` and `notice` tell what became of it.
    """

    outcome = models.CharField(max_length=10)  # hide, remove, warn, mute, ban, block
    post = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="statements")
    author = models.ForeignKey(Author, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, db_index=False, related_name="+")
    sanction = models.ForeignKey(Sanction, null=True, on_delete=models.SET_NULL, related_name="statements")
    entry = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="+")  # its line in the log
    # of one act that did several things: the one that the others hang on (a ban, and the posts that it took away)
    within = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="parts")
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    facts = models.TextField(blank=True)  # in words
    fired = models.JSONField(default=list)  # the words of the post that fired a rule
    reported = models.BooleanField(default=False)  # somebody had reported it
    detected = models.BooleanField(default=False)  # by a rule
    automated = models.BooleanField(default=False)  # decided by a rule
    illegal = models.BooleanField(default=False)  # else: against the community's guidelines
    law = models.TextField(blank=True)  # the law's ground, where it is illegal
    category = models.CharField(max_length=80, blank=True)  # as the DSA Transparency Database has it
    policy = models.CharField(max_length=60, blank=True)  # its slug
    policy_version = models.PositiveIntegerField(null=True)
    why = models.TextField(blank=True)
    content = models.JSONField(default=list)  # text, image, video, audio, other
    language = models.CharField(max_length=8, blank=True)
    published = models.DateTimeField(null=True)
    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="statements")
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    notice = models.CharField(max_length=7, blank=True, default="", choices=NoticeState.choices)
    ended = models.DateTimeField(null=True)
    end = models.CharField(max_length=8, blank=True, default="", choices=StatementEnd.choices)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entry"], name="statement_once"),
        ]
        indexes = [
            models.Index(fields=["workspace", "-at", "-id"], name="statement_newest"),
            models.Index(
                fields=["workspace", "-at", "-id"], name="statement_waits", condition=models.Q(notice="waits")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}, statement {self.pk}"

    @property
    def name(self) -> str:
        """What was done, as a heading: "Post removed"."""
        return DONE.get(self.outcome, self.outcome)


DONE = {
    "hide": "Post hidden", "remove": "Post removed", "warn": "Author warned", "mute": "Author muted",
    "ban": "Author banned", "block": "Author blocked",
}  # fmt: skip


class Ground(Owned):
    """What a policy is to the law, where a manager has said so: else the store's own table has the answer."""

    policy = models.OneToOneField(Policy, on_delete=models.CASCADE, related_name="ground")
    illegal = models.BooleanField(default=False)
    law = models.TextField(blank=True)  # "Section 185 of the Criminal Code (insult)"
    category = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"ground of {self.policy_id}"
