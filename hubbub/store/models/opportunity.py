"""Opportunity: a conversation about our field or a rival that we are not in; what its place allows; how we look."""

from django.db import models

from .conversation import Conversation
from .member import Member
from .owned import Owned
from .post import Post
from .source import Source


class Stance(models.TextChoices):
    """Whether businesses may speak in a place."""

    WELCOME = "welcome", "Businesses are welcome"
    ANSWER = "answer", "Replies are welcome, offers are not"
    ASK = "ask", "Ask its moderators first"
    CLOSED = "closed", "Businesses may not speak there"


class HouseRules(Owned):
    """What is allowed in a place that is not ours, as somebody of us has read it there."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="house_rules")
    stance = models.CharField(max_length=7, choices=Stance.choices)
    note = models.CharField(max_length=500, blank=True)  # "Say that you work for us. No links."
    url = models.TextField(blank=True)  # where they can be read
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"house rules of {self.source_id}"


class OpportunityState(models.TextChoices):
    """What became of it."""

    OPEN = "open", "Open"
    TAKEN = "taken", "Taken"
    PASSED = "passed", "Passed"
    LAPSED = "lapsed", "Let go"  # nobody took it while it was fresh
    OVER = "over", "No longer there"  # deleted, or we are in it now


class PassReason(models.TextChoices):
    """Why it is not for us."""

    NONE = "", "Without a reason"
    FIELD = "field", "Not our field"
    RULES = "rules", "The place does not want it"
    NOTHING = "nothing", "Nothing to add"
    TROUBLE = "trouble", "It would do more harm"


class Opportunity(Owned):
    """One thread of a place that is not ours."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    thread = models.CharField(max_length=500)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")  # the one that fits best
    topics = models.JSONField(default=list)  # names of the topics that caught it
    parts = models.JSONField(default=list)  # [what, factor, words] of the fit, but for its freshness
    static = models.FloatField()  # their product, 0 … 1
    order = models.FloatField()  # its place in the list, highest first; see `core/fit.py`
    published = models.DateTimeField()  # from when its freshness counts: the post's, or when it was brought back late
    found = models.DateTimeField()
    state = models.CharField(max_length=6, choices=OpportunityState.choices, default=OpportunityState.OPEN)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # who took it or passed
    at = models.DateTimeField(null=True)  # when that was
    reason = models.CharField(max_length=7, blank=True, choices=PassReason.choices, default=PassReason.NONE)
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL, related_name="opportunities")

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "source", "thread"], name="opportunity_once")]
        indexes = [
            models.Index(fields=["workspace", "state", "-order", "-id"], name="opportunity_ranked"),
            models.Index(fields=["workspace", "state", "-at", "-id"], name="opportunity_ended"),
            models.Index(fields=["published"], name="opportunity_fresh", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"opportunity {self.pk}"


class Scouting(Owned):
    """How a workspace weighs opportunities, and how far the loop has looked."""

    weights = models.JSONField(default=dict)  # `core.fit.Weights`; what is left out is as at the start
    looked = models.BigIntegerField(default=0)  # id of the last mention that was looked at
    due = models.DateTimeField(null=True)  # when the loop looks again

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="scouting_once")]

    def __str__(self) -> str:
        return "what is an opportunity"
