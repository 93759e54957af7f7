"""CalendarFeed: a secret address at which a member's calendar program reads what is planned."""

from django.db import models

from .member import Member
from .owned import Owned


class CalendarFeed(Owned):
    """One address. Only the hash of its secret is kept."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    hashed = models.CharField(max_length=64, unique=True)
    mine = models.BooleanField(default=False)  # only what the member owns
    created = models.DateTimeField()
    last_used = models.DateTimeField(null=True)
    revoked = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name
