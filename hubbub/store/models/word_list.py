"""WordList: words that rules and views name as one (`list:rivals`)."""

from django.db import models

from .owned import Owned


class WordList(Owned):
    """Words, phrases and wildcards under one name."""

    name = models.CharField(max_length=100)
    about = models.TextField(blank=True)
    entries = models.TextField(blank=True)  # one a line
    seen_through = models.BooleanField(default=False)  # also in disguise: v1agra, v i a g r a, viaaagra
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(auto_now_add=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="word_list_name_once")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
