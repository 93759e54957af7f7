"""Conversation: the posts of one thread that deserve an answer, and how far we are with it."""

from django.db import models

from .member import Member
from .owned import Owned
from .person import Author
from .promise import Promise
from .source import Source
from .tag import Tag
from .team import Team


class ConversationStatus(models.TextChoices):
    """Where it stands."""

    OPEN = "open", "Open"
    WAITING = "waiting", "Waiting for them"
    SNOOZED = "snoozed", "Snoozed"
    DONE = "done", "Done"


class Priority(models.TextChoices):
    """How urgent it is, least first."""

    LOW = "low", "Low"
    NORMAL = "normal", "Normal"
    HIGH = "high", "High"
    URGENT = "urgent", "Urgent"


class Kind(models.TextChoices):
    """What it is about; empty: none of these."""

    NONE = "", "None of these"
    COMPLAINT = "complaint", "Complaint"
    COMPLIMENT = "compliment", "Compliment"
    QUESTION = "question", "Question"
    REQUEST = "request", "Request"
    REVIEW = "review", "Review"
    LEAD = "lead", "Lead"


class Conversation(Owned):
    """One thread on one source."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="conversations")
    thread = models.CharField(max_length=500)
    subject = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=7, choices=ConversationStatus.choices, default=ConversationStatus.OPEN)
    assignee = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author = models.ForeignKey(Author, null=True, on_delete=models.PROTECT, related_name="+")  # who spoke last, not us
    opened = models.DateTimeField()  # published, of the first post
    last_post = models.DateTimeField()  # published, of the newest post that is not ours
    post_count = models.PositiveIntegerField(default=0)
    snippet = models.CharField(max_length=200, blank=True)  # how the newest post begins
    answered = models.DateTimeField(null=True)  # our first answer
    closed = models.DateTimeField(null=True)

    priority = models.CharField(max_length=6, choices=Priority.choices, default=Priority.NORMAL, db_default="normal")
    kind = models.CharField(max_length=10, blank=True, choices=Kind.choices, default=Kind.NONE, db_default="")
    kind_sure = models.FloatField(null=True)  # how sure the guess is, 0 to 1; None: a person said it, or nobody did
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    tags = models.ManyToManyField(Tag, related_name="conversations")
    snoozed_until = models.DateTimeField(null=True)
    # published, of the first post of theirs that nobody of us has answered or closed; None: nobody waits for us
    unanswered = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)  # when the next promise about it breaks; None: nothing is promised, or paused
    # by which somebody waits for us now; with `due` None its clock stands
    promise = models.ForeignKey(Promise, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+")
    score = models.FloatField(default=0.0, db_default=0.0)  # its place in the inbox, highest first; `core/priority.py`
    stirred = models.BooleanField(default=True, db_default=True)  # to be settled anew: `store/settling.py`
    settled = models.DateTimeField(null=True)  # when it was: what lists show of it may have changed then
    resettle = models.DateTimeField(null=True)  # when its place changes by the clock alone
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged")

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "source", "thread"], name="conversation_once")]
        indexes = [
            models.Index(fields=["workspace", "status", "-last_post", "-id"], name="conversation_newest"),
            models.Index(fields=["workspace", "assignee", "status", "-last_post"], name="conversation_mine"),
            models.Index(fields=["workspace", "-last_post", "-id"], name="conversation_latest"),  # of any status
            # measures: how many were opened, answered and closed; what was merged into another is not counted
            models.Index(fields=["workspace", "opened", "answered", "merged_into"], name="conversation_opened"),
            models.Index(fields=["workspace", "closed"], name="conversation_closed"),
            models.Index(fields=["workspace", "status", "-score", "-id"], name="conversation_ranked"),
            models.Index(fields=["workspace", "assignee", "status", "-score", "-id"], name="conversation_mine_ranked"),
            models.Index(fields=["workspace", "status", "kind", "-score", "-id"], name="conversation_kinds"),
            models.Index(fields=["workspace", "status", "unanswered", "id"], name="conversation_unanswered"),
            models.Index(fields=["workspace", "status", "due", "id"], name="conversation_promised"),
            models.Index(fields=["workspace", "settled"], name="conversation_settled"),
            models.Index(fields=["resettle"], name="conversation_resettle", condition=models.Q(resettle__isnull=False)),
            models.Index(fields=["due"], name="conversation_due", condition=models.Q(due__isnull=False)),
            models.Index(fields=["snoozed_until"], name="conversation_snoozed", condition=models.Q(status="snoozed")),
            models.Index(fields=["workspace", "id"], name="conversation_stirred", condition=models.Q(stirred=True)),
        ]

    def __str__(self) -> str:
        return self.subject or self.snippet
