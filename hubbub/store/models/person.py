"""Author: an identity on one network. Person: the human or brand behind one or more of them."""

from datetime import UTC, datetime

from django.db import models

from hubbub.core import post as shapes

from .owned import Owned
from .tag import Tag

NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # `last_seen` of whom nobody has seen: a list in its order needs a value


class Person(Owned):
    """Whom we know, across networks. A person that was merged into another one stays as an empty row that says so, so
    that old links lead on and taking it back is possible."""

    name = models.CharField(max_length=200, blank=True)
    about = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    tags = models.ManyToManyField(Tag, related_name="people")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged")
    erased = models.DateTimeField(null=True)  # when everything about them was erased

    # Worked out from the identities by `store/peopling.py`, a moment after they change; not set by anybody else.
    last_seen = models.DateTimeField(default=NEVER, db_default=NEVER)  # published, of their newest post
    post_count = models.PositiveIntegerField(default=0, db_default=0)
    followers = models.PositiveBigIntegerField(default=0, db_default=0)  # of the identity that has most

    class Meta(Owned.Meta):
        indexes = [
            models.Index(
                fields=["workspace", "-last_seen", "-id"], name="person_seen", condition=models.Q(merged_into=None)
            ),
            models.Index(
                fields=["workspace", "-post_count", "-id"], name="person_posts", condition=models.Q(merged_into=None)
            ),
            models.Index(
                fields=["workspace", "-followers", "-id"], name="person_reach", condition=models.Q(merged_into=None)
            ),
            models.Index(fields=["workspace", "-id"], name="person_newest", condition=models.Q(merged_into=None)),
        ]

    def __str__(self) -> str:
        return self.name or f"person {self.pk}"

    @property
    def seen(self) -> datetime | None:
        """When they last posted; None: never."""
        return None if self.last_seen <= NEVER else self.last_seen


class PersonWord(Owned):
    """A word of a person's name or of one of their handles, in small letters: how the list of people is searched."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="words", db_index=False)
    word = models.CharField(max_length=60)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["person", "word"], name="person_word_once")]
        indexes = [models.Index(fields=["workspace", "word"], name="person_word")]

    def __str__(self) -> str:
        return self.word


class Author(Owned):
    """Who writes, as one network names them."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identities")
    network = models.CharField(max_length=300)  # the connector's kind, and its site where ids are the site's own
    native_id = models.CharField(max_length=300)
    handle = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    url = models.TextField(blank=True)
    account_created = models.DateTimeField(null=True)
    followers = models.PositiveBigIntegerField(null=True)
    first_seen = models.DateTimeField()

    # what their profile says, where the network tells it along with their posts; no topic looks at it
    about = models.TextField(blank=True, db_default="")
    links = models.JSONField(default=list, db_default=[])  # addresses in the profile
    verified = models.JSONField(default=list, db_default=[])  # those of `links` that the network says lead back to it
    picture = models.TextField(blank=True, db_default="")

    post_count = models.PositiveIntegerField(null=True)  # posts here that are not ours; None: to be counted
    last_seen = models.DateTimeField(default=NEVER, db_default=NEVER)  # published, of the newest of them
    stirred = models.BooleanField(default=True, db_default=True)  # the person's columns are to be worked out anew

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "network", "native_id"], name="author_once")]
        indexes = [
            models.Index(fields=["workspace", "first_seen"], name="author_first_seen"),  # a measure: new ones
            models.Index(fields=["workspace", "id"], name="author_stirred", condition=models.Q(stirred=True)),
        ]

    def __str__(self) -> str:
        return self.name or self.handle or self.native_id

    @property
    def seen(self) -> datetime | None:
        """When they last posted; None: never."""
        return None if self.last_seen <= NEVER else self.last_seen

    def shape(self) -> shapes.Author:
        """The author as core sees them."""
        return shapes.Author(
            id=self.native_id,
            handle=self.handle,
            name=self.name,
            url=self.url,
            created=self.account_created,
            followers=self.followers,
        )
