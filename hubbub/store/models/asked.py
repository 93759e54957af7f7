"""Asked: a question that several people ask, found by a phrase that they share."""

from django.db import models

from .member import Member
from .owned import Owned
from .planned import Planned
from .post import Post


class Asked(Owned):
    """One group of questions of the last weeks; counted anew by the loop."""

    phrase = models.CharField(max_length=200)  # folded
    says = models.CharField(max_length=200)  # as it is most often written
    posts = models.ManyToManyField(Post, related_name="+")
    people = models.PositiveIntegerField()
    questions = models.PositiveIntegerField()
    newest = models.DateTimeField()  # published
    counted = models.DateTimeField()
    put_away = models.DateTimeField(null=True)  # somebody said that nothing is to be made of it
    put_away_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    planned = models.ForeignKey(Planned, null=True, on_delete=models.SET_NULL, related_name="+")  # what answers it

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "phrase"], name="asked_once")]
        indexes = [models.Index(fields=["workspace", "-people", "-id"], name="asked_most")]

    def __str__(self) -> str:
        return self.says


class AskedCount(Owned):
    """When a workspace's questions were last put together; one row."""

    at = models.DateTimeField()
    looked_at = models.PositiveIntegerField(default=0)  # questions
    more = models.BooleanField(default=False)  # there were more than are looked at

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="asked_count_once")]

    def __str__(self) -> str:
        return f"{self.looked_at} questions"
