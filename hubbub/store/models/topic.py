"""Topic: what is listened for, written in the query language."""

from django.db import models

from .owned import Owned


class TopicKind(models.TextChoices):
    """Whom or what the topic is about."""

    BRAND = "brand", "Our brand"
    COMPETITOR = "competitor", "A competitor"
    INDUSTRY = "industry", "Our field"
    CAMPAIGN = "campaign", "A campaign"
    PERSON = "person", "A person"


class Topic(Owned):
    """A named query that every new post is held against."""

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=TopicKind.choices, default=TopicKind.BRAND)
    query = models.TextField()
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)  # counts the changes of its query
    created = models.DateTimeField(auto_now_add=True)

    # how far its query was held against posts that were stored before it; see `hubbub.store.rereading`
    reading_below = models.BigIntegerField(null=True)  # posts with smaller ids come next; None: nothing is going on
    reread = models.PositiveIntegerField(default=0)  # posts looked at, of
    to_reread = models.PositiveIntegerField(default=0)
    reread_found = models.PositiveIntegerField(default=0)  # of them mention the topic
    reread_version = models.PositiveIntegerField(default=0)  # the query's, that was held against them; 0: never

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="topic_name_once")]
        indexes = [
            models.Index(
                fields=["reading_below"], name="topic_reading", condition=models.Q(reading_below__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.name
