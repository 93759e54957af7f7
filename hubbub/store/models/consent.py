"""ConsentKind: what people can agree to. Consent: that one of them did, or refused; kept also once it is withdrawn."""

from django.db import models
from django.db.models.functions import Lower

from .member import Member
from .owned import Owned
from .person import Person
from .post import Post


class ConsentKind(Owned):
    """One matter that is asked for. `contact`: who refuses it is not to be written to."""

    name = models.CharField(max_length=60)
    explains = models.CharField(max_length=200, blank=True)
    contact = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    retired = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="consent_kind_once")]

    def __str__(self) -> str:
        return self.name


class ConsentSource(models.TextChoices):
    """How we know."""

    POST = "post", "They wrote it in a post"
    LINK = "link", "It stands at a link"
    WORDS = "words", "They said it"


class Consent(Owned):
    """What one person said about one matter at one time. Of several that stand the newest counts."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    kind = models.ForeignKey(ConsentKind, on_delete=models.CASCADE, related_name="consents")
    agreed = models.BooleanField()  # False: they refuse
    at = models.DateTimeField()  # when they said so
    source = models.CharField(max_length=5, choices=ConsentSource.choices)
    told = models.TextField()  # the link, or in words how they said it
    post = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)  # who wrote it down
    noted = models.DateTimeField()
    withdrawn = models.DateTimeField(null=True)
    withdrawn_by_name = models.CharField(max_length=200, blank=True)
    withdrawn_why = models.TextField(blank=True)

    class Meta(Owned.Meta):
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(
                fields=["workspace", "kind", "agreed"], name="consent_stands", condition=models.Q(withdrawn=None)
            )
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"
