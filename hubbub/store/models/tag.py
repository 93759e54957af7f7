"""Tag: a word of the team's own, put on conversations and people."""

from django.db import models
from django.db.models.functions import Lower

from .owned import Owned


class Tag(Owned):
    """One word or two; the same in any case of letters."""

    name = models.CharField(max_length=50)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="tag_once")]

    def __str__(self) -> str:
        return self.name
