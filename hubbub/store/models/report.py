"""Report: that a member of a place, or a visitor of our site, found a post worth a moderator's look."""

from django.db import models

from .owned import Owned
from .person import Author
from .post import Post
from .source import Source


class ReportState(models.TextChoices):
    """Whether somebody still has to answer it."""

    OPEN = "open", "Waits for a decision"
    CLOSED = "closed", "Dealt with"


class ReportOutcome(models.TextChoices):
    """What came of it; empty until it is dealt with."""

    NONE = "", "Not decided"
    UPHELD = "upheld", "Upheld: the post broke a rule"
    DISMISSED = "dismissed", "Dismissed: the post may stay"
    ELSEWHERE = "elsewhere", "Dealt with on the network"


class Report(Owned):
    """One reporter about one post, as its network names both. Saved by `hubbub.store.reports`."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="reports")
    native_id = models.CharField(max_length=500)  # the network's own
    # None: the post has not come yet; `about` names it, and it is linked as it comes
    post = models.ForeignKey(Post, null=True, on_delete=models.CASCADE, related_name="reports")
    about = models.CharField(max_length=500)  # the native id of the post
    url = models.TextField(blank=True)  # the page that it was reported from, where the network has no other name for it
    # Who the network says it was; its reports are weighed by how the earlier ones fared.
    reporter = models.ForeignKey(Author, null=True, on_delete=models.SET_NULL, related_name="reports")
    # What a visitor left of themselves, vouched for by nobody.
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    why = models.TextField(blank=True)
    at = models.DateTimeField()
    taken = models.DateTimeField()  # when we read it
    state = models.CharField(max_length=6, choices=ReportState.choices, default=ReportState.OPEN)
    outcome = models.CharField(max_length=9, blank=True, choices=ReportOutcome.choices, default=ReportOutcome.NONE)
    closed = models.DateTimeField(null=True)
    weight = models.FloatField(null=True)  # None: not weighed

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["source", "native_id"], name="report_once")]
        indexes = [
            models.Index(fields=["workspace", "state", "-at", "-id"], name="report_newest"),
            # those whose post has not come yet: few
            models.Index(fields=["source", "about"], name="report_lone", condition=models.Q(post__isnull=True)),
            models.Index(fields=["workspace", "email"], name="report_by_email", condition=~models.Q(email="")),
        ]

    def __str__(self) -> str:
        return f"report {self.native_id}"[:80]

    @property
    def who(self) -> str:
        """The reporter as a page may name them."""
        return str(self.reporter) if self.reporter else self.name or "a visitor"
