"""Outbox: what is to leave us, what became of it, and when it is tried again."""

from django.db import models

from .attachment import Attachment
from .member import Member
from .owned import Owned
from .person import Author
from .post import Post
from .source import Source


class OutboxState(models.TextChoices):
    """Checked at import against the moves in `hubbub.engine.outbox`."""

    HELD = "held", "Waits for approval"
    WAITING = "waiting", "Waiting to be sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed, will be tried again"
    BROKEN = "broken", "Needs a look"
    DROPPED = "dropped", "Called back before it was sent"


class HeldFor(models.TextChoices):
    """Why a row is held."""

    NONE = "", "Not held"
    APPROVAL = "approval", "Waits for approval"
    OVERTAKEN = "overtaken", "The conversation went on before it was due"


class Outbox(Owned):
    """One act on a network."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="outbox")
    post = models.ForeignKey(Post, null=True, on_delete=models.CASCADE, related_name="outbox")
    verb = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    # of some verbs alone; see `hubbub.connectors.Act`
    author = models.ForeignKey(Author, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+")
    thread = models.CharField(max_length=500, blank=True, default="")  # where a new post goes to
    title = models.TextField(blank=True, default="")
    label = models.CharField(max_length=40, blank=True, default="")
    until = models.DateTimeField(null=True)
    attachments = models.ManyToManyField(Attachment, related_name="+")  # in the order of their ids
    # What must have been sent before: the reply that this one goes on from, edits or deletes.
    follows = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="followed_by")
    at = models.DateTimeField(null=True)  # the time that a person chose; None: at once
    timing = models.CharField(max_length=200, blank=True, default="")  # why then, in words
    held_for = models.CharField(max_length=9, blank=True, choices=HeldFor.choices, default=HeldFor.NONE)
    # the newest post of the conversation that its writer had seen; what comes later overtakes a reply with a time
    seen = models.BigIntegerField(null=True)
    was = models.CharField(max_length=8, blank=True, default="")  # how the post stood there before this was asked
    key = models.CharField(max_length=40, unique=True)  # the same at every try; the network may be asked for it
    state = models.CharField(max_length=7, choices=OutboxState.choices, default=OutboxState.WAITING)
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    created = models.DateTimeField()
    due = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)  # counted before each try, so that a crash is seen
    first_try = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    sent = models.DateTimeField(null=True)
    result_id = models.CharField(max_length=500, blank=True)  # the network's id of what now stands there
    result_url = models.TextField(blank=True)

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["due"], name="outbox_due", condition=models.Q(state__in=["waiting", "failed"])),
            models.Index(fields=["workspace", "-id"], name="outbox_newest"),
            models.Index(fields=["workspace", "state", "-id"], name="outbox_states"),  # one tab of it, and how many
            # a measure: our answers
            models.Index(
                fields=["workspace", "sent"], name="outbox_replies", condition=models.Q(verb="reply", state="sent")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.post_id}: {self.state}"
