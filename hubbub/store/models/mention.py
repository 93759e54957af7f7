"""Mention: a topic caught a post, and these words made it."""

from django.db import models

from .owned import Owned
from .post import Post
from .topic import Topic


class Mention(Owned):
    """One topic in one post."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="mentions")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="mentions")
    topic_version = models.PositiveIntegerField(default=1)
    published = models.DateTimeField()  # the post's, so that a topic's newest are one index away
    spans = models.JSONField(default=list)  # [[field, start, end]] in the post's own text

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["post", "topic"], name="mention_once")]
        indexes = [models.Index(fields=["topic", "-published", "-post"], name="mention_newest")]

    def __str__(self) -> str:
        return f"{self.topic_id} in {self.post_id}"
