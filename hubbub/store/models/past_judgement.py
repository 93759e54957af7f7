"""PastJudgement: what an earlier model said of a post, or the same one of its earlier text."""

from django.db import models
from msgspec import convert

from hubbub.core.text.judgement import Judgement

from .judge import Judge
from .owned import Owned
from .post import Post


class PastJudgement(Owned):
    """Written when a judgement is replaced by another one; what a new model repeats is not written again."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="past_judgements")
    judge = models.ForeignKey(Judge, on_delete=models.RESTRICT, db_index=False, related_name="+")
    said = models.JSONField()  # the Judgement, by its fields' names
    until = models.DateTimeField()
    edited = models.BooleanField(default=False)  # it was said of an earlier text

    class Meta(Owned.Meta):
        ordering = ["-until", "-id"]

    def __str__(self) -> str:
        return f"{self.post_id} until {self.until:%Y-%m-%d}"

    @property
    def judgement(self) -> Judgement:
        """As core knows it."""
        return convert(self.said, Judgement)
