"""OwnModel: a small layer on top of the shipped model, trained on what a workspace's people corrected."""

from django.db import models

from .member import Member
from .owned import Owned


class OwnModelState(models.TextChoices):
    """How far it is."""

    WAITING = "waiting", "Waits to be trained"
    READY = "ready", "Trained"
    FAILED = "failed", "Could not be trained"


class OwnModel(Owned):
    """One training. `in_use` is true of one in a workspace at most."""

    state = models.CharField(max_length=7, choices=OwnModelState.choices, default=OwnModelState.WAITING)
    layer = models.BinaryField(blank=True, default=b"")
    version = models.CharField(max_length=100, blank=True)  # of the shipped model that it stands on
    trained_on = models.PositiveIntegerField(default=0)  # labels, those held out among them
    results = models.JSONField(default=list)  # a field each: {"field", "labels", "before", "after"} on held-out labels
    error = models.TextField(blank=True)
    in_use = models.BooleanField(default=False)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()  # when it was asked for
    done = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace"], condition=models.Q(in_use=True), name="own_model_in_use_once")
        ]
        indexes = [models.Index(fields=["at"], name="own_model_waiting", condition=models.Q(state="waiting"))]

    def __str__(self) -> str:
        return f"own layer {self.pk}, trained on {self.trained_on} labels"
