"""Judge: who says what posts mean: a version of the shipped model, with the workspace's languages and own layer."""

from django.db import models

from .owned import Owned


class Judge(Owned):
    """One such combination; a post names the one that judged it. The newest `since` of a workspace is in force."""

    version = models.CharField(max_length=100)  # of the shipped model
    languages = models.CharField(max_length=400, blank=True)  # ISO 639-1 codes with a space between; none: any
    own = models.ForeignKey("store.OwnModel", null=True, on_delete=models.RESTRICT, related_name="+")
    made_of = models.CharField(max_length=600)  # all of the above in one text
    since = models.DateTimeField()  # when it came into force last

    # how far the posts that others judged were read again; see `hubbub.store.rejudging`
    reading_below = models.BigIntegerField(null=True)  # posts with smaller ids come next; None: nothing is going on
    reread = models.PositiveIntegerField(default=0)  # posts looked at, of
    to_reread = models.PositiveIntegerField(default=0)
    reread_changed = models.PositiveIntegerField(default=0)  # of them are judged otherwise now

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "made_of"], name="judge_once")]
        indexes = [
            models.Index(
                fields=["reading_below"], name="judge_reading", condition=models.Q(reading_below__isnull=False)
            )
        ]

    def __str__(self) -> str:
        own = " with your own layer" if self.own_id else ""
        return f"model {self.version}{own}"
