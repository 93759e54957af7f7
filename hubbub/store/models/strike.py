"""Strike: points that count against a person for a breach, until when, and Proposal: what so many of them suggest."""

from django.db import models

from .audit import Audit
from .member import Member
from .owned import Owned
from .person import Author
from .post import Post
from .sanction import Sanction


class Strike(Owned):
    """One. It hangs on the identity that broke the policy, so that it follows where persons are merged or parted.

    Written by `hubbub.store.strikes` alone; of a post one stands at a time. Withdrawn ones count as if they never were.
    """

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="strikes")
    post = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="strikes")  # None: given by hand
    policy = models.CharField(max_length=60, blank=True)  # slug
    policy_version = models.PositiveIntegerField(null=True)
    points = models.PositiveSmallIntegerField()
    given = models.DateTimeField()
    until = models.DateTimeField(null=True)  # None: for good
    entry = models.ForeignKey(Audit, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    sanction = models.ForeignKey(Sanction, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    by_name = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    withdrawn = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_why = models.TextField(blank=True)
    pardoned = models.BooleanField(default=False)  # withdrawn for good: the same breach gives it no second time
    # when the loop has to look at what the person's points propose: now that it is new or withdrawn, or when it ends
    due = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["post"], name="strike_once", condition=models.Q(withdrawn__isnull=True, post__isnull=False)
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-id"], name="strike_newest"),
            models.Index(fields=["due"], name="strike_due", condition=models.Q(due__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.points} point{'' if self.points == 1 else 's'} for {self.author}"


class ProposalState(models.TextChoices):
    """What became of it."""

    OPEN = "open", "Waits for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    OVERTAKEN = "overtaken", "Overtaken"  # `why` says by what


class Proposal(Owned):
    """That somebody's points suggest a warning, a mute or a ban. A person answers; nothing happens by itself."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="proposals")  # whose strike led to it
    post = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="proposals")  # and for which post
    verb = models.CharField(max_length=10)  # warn, mute or ban
    hours = models.PositiveIntegerField(null=True)  # how long a mute is to last; None: until somebody lifts it
    threshold = models.PositiveSmallIntegerField()
    points = models.PositiveSmallIntegerField()  # that the person had then
    at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ProposalState.choices, default=ProposalState.OPEN)
    answered = models.DateTimeField(null=True)
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    why = models.TextField(blank=True)  # why it was declined, or by what it was overtaken
    sanction = models.ForeignKey(Sanction, null=True, on_delete=models.SET_NULL, related_name="+")
    # when the points fell below the threshold: from then on the same may be proposed anew
    fell = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["author", "verb"], name="proposal_open_once", condition=models.Q(state="open")
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-id"], name="proposal_newest"),
            models.Index(fields=["workspace", "id"], name="proposal_open", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.author}"
