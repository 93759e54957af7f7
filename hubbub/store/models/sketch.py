"""Sketch: a draft that a language model wrote at somebody's wish; a person reads, changes and sends it, or nobody."""

from django.db import models

from .conversation import Conversation
from .member import Member
from .owned import Owned
from .post import Post


class SketchState(models.TextChoices):
    """How far it is."""

    ASKED = "asked", "Asked for"
    DONE = "done", "Written"
    FAILED = "failed", "Could not be written"


class Sketch(Owned):
    """One answer of the model; gone after a day."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="sketches")
    post = models.ForeignKey(Post, null=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    wish = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=6, choices=SketchState.choices, default=SketchState.ASKED)
    text = models.TextField(blank=True)
    told = models.TextField(blank=True)  # what the model was told, word for word
    asks = models.JSONField(default=list)  # placeholders that a person has to fill in
    strange = models.JSONField(default=list)  # marks of personal data that the model made up
    error = models.TextField(blank=True)
    at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["at"], name="sketch_at"),
            models.Index(fields=["id"], name="sketch_asked", condition=models.Q(state="asked")),
        ]

    def __str__(self) -> str:
        return f"sketch {self.pk}"


class Sketching(Owned):
    """Whether a workspace lets a language model help with drafts. Off until an admin turns it on."""

    on = models.BooleanField(default=False)
    tone = models.TextField(blank=True)  # how this workspace speaks
    changed = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="sketching_once")]

    def __str__(self) -> str:
        return "Help with drafts"
