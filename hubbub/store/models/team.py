"""Team: members who look after conversations together."""

from django.db import models
from django.db.models.functions import Lower

from .member import Member
from .owned import Owned


class Team(Owned):
    """Some members of a workspace, under one name."""

    name = models.CharField(max_length=100)
    members = models.ManyToManyField(Member, related_name="teams")

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="team_once")]

    def __str__(self) -> str:
        return self.name
