"""Author: an identity on one network. Person: the human or brand behind one or more of them."""

from django.db import models

from hubbub.core import post as shapes

from .owned import Owned


class Person(Owned):
    """Whom we know, across networks."""

    name = models.CharField(max_length=200, blank=True)
    about = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name or f"person {self.pk}"


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

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "network", "native_id"], name="author_once")]
        indexes = [models.Index(fields=["workspace", "first_seen"], name="author_first_seen")]  # a measure: new ones

    def __str__(self) -> str:
        return self.name or self.handle or self.native_id

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
