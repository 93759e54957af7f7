"""Article: a piece of helpful information in the small knowledge base of a workspace."""

from django.db import models
from django.db.models.functions import Lower

from .member import Member
from .owned import Owned


class Article(Owned):
    """One answer to what people ask; found by the words of their posts (`core/knowledge.py`)."""

    title = models.CharField(max_length=150)
    text = models.TextField()
    url = models.TextField(blank=True)  # where all of it can be read
    keywords = models.CharField(max_length=500, blank=True)  # words that people use and the text does not
    words = models.JSONField(default=dict)  # how often each word stands in it, as it is looked for
    used = models.PositiveIntegerField(default=0)
    last_used = models.DateTimeField(null=True)
    changed = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    gone = models.DateTimeField(null=True)  # deleted; can be brought back
    version = models.PositiveIntegerField(default=1)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                "workspace", Lower("title"), condition=models.Q(gone__isnull=True), name="article_once"
            )
        ]
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
