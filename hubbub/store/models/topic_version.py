"""TopicVersion: how a topic was written from one change to the next."""

from django.db import models

from .member import Member
from .owned import Owned
from .topic import Topic, TopicKind


class TopicVersion(Owned):
    """One state of a topic: added when it is written and at each change of its name, kind or query; never changed.

    A topic that was written before versions were kept gets its first one at its next change.
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()  # of the query, as in Topic.version: a new name alone keeps it
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=TopicKind.choices)
    query = models.TextField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)  # empty: it stood before versions were kept
    why = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["topic", "-id"], name="topic_version_newest")]

    def __str__(self) -> str:
        return f"version {self.number} of {self.name}"
