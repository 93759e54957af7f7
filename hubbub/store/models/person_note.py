"""PersonNote: what colleagues should know of a person; never sent."""

from django.db import models

from .member import Member
from .owned import Owned
from .person import Person


class PersonNote(Owned):
    """One remark."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"note {self.pk}"  # its words must not outlast it in the log
