"""Promise: how soon people are answered, whom it is about, and what happens when it is about to break or broken."""

from django.db import models

from .hours import Hours
from .member import Member
from .owned import Owned
from .team import Team


class Promise(Owned):
    """One line of the workspace's ordered list: the first that fits a conversation applies to it."""

    name = models.CharField(max_length=100)
    place = models.PositiveIntegerField()  # in the list, lowest first
    retired = models.DateTimeField(null=True)  # since then it applies to nothing; what it measured stays
    made = models.DateTimeField()  # nobody who asked before waits longer than since then

    query = models.TextField(blank=True)  # held against the newest post that is not ours; empty: all
    priorities = models.JSONField(default=list)  # of the conversation; empty: any

    first_minutes = models.PositiveIntegerField(null=True)  # worked ones, to the first answer; None: not promised
    next_minutes = models.PositiveIntegerField(null=True)  # to every later one
    hours = models.ForeignKey(Hours, null=True, on_delete=models.PROTECT, related_name="promises")  # None: all the time
    pauses_snoozed = models.BooleanField(default=False)  # its clock stands while snoozed, as while waiting for them

    nudge_percent = models.PositiveIntegerField(null=True)  # of the promised time, after which those on it are told
    nudge_minutes = models.PositiveIntegerField(null=True)  # or so many worked minutes before it breaks

    # once it is broken
    tell_managers = models.BooleanField(default=False)
    tell = models.ManyToManyField(Member, related_name="+")
    tell_team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    raise_to = models.CharField(max_length=6, blank=True)  # a Priority; empty: it stays as it is
    give_to = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(Owned.Meta):
        ordering = ["place", "id"]

    def __str__(self) -> str:
        return self.name
