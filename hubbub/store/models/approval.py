"""Approvals: whose words need one, what waits for one, and what each approver said."""

from django.db import models

from .member import Member, Role
from .owned import Owned
from .source import Source
from .team import Team


class HowMany(models.TextChoices):
    """How many of the approvers must agree."""

    ANY = "any", "Any one of them"
    ALL = "all", "All of them"


class Approving(Owned):
    """A rule: whose words, said where, need whose approval."""

    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.CASCADE, related_name="+")  # None: all…
    # … whose role is at most this; "": whatever their role
    up_to = models.CharField(max_length=10, blank=True, choices=Role.choices, default="")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.CASCADE, related_name="+")  # None: all
    replies = models.BooleanField(default=True)
    planned = models.BooleanField(default=False)
    how_many = models.CharField(max_length=3, choices=HowMany.choices, default=HowMany.ANY)
    approvers = models.ManyToManyField(Member, related_name="+")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        if self.member:
            whose = str(self.member)
        else:
            whose = f"everybody up to {Role(self.up_to).word.lower()}" if self.up_to else "everybody"
        return f"{whose} on {self.source}" if self.source else whose


class ApprovalState(models.TextChoices):
    """Where it stands."""

    OPEN = "open", "Waits"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Taken back"


class Approval(Owned):
    """One text that waits for approval, or waited. `noun` and `noun_id` say what goes out when it is given."""

    noun = models.CharField(max_length=20)  # model name: "outbox", or that of a planned post
    noun_id = models.BigIntegerField()
    says = models.CharField(max_length=200)  # one line: "Reply to Carol on Acme blog"
    text = models.TextField()  # the words as they were asked for
    edited = models.TextField(blank=True, default="")  # as an approver changed them; "": nobody did
    state = models.CharField(max_length=9, choices=ApprovalState.choices, default=ApprovalState.OPEN)
    how_many = models.CharField(max_length=3, choices=HowMany.choices, default=HowMany.ANY)  # as the rule said then
    approvers = models.ManyToManyField(Member, related_name="+")  # who may say; those that left are taken out
    asked_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    why = models.TextField(blank=True, default="")  # why it ended so, of a refusal

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["noun", "noun_id"], name="approval_open_once", condition=models.Q(state="open")
            )
        ]
        indexes = [
            models.Index(fields=["noun", "noun_id", "-id"], name="approval_of"),
            models.Index(fields=["workspace", "state", "-id"], name="approval_newest"),
        ]

    def __str__(self) -> str:
        return self.says

    @property
    def words(self) -> str:
        """What goes out if it is approved now."""
        return self.edited or self.text


class ApprovalVote(Owned):
    """What one approver said. It stands for the words as they were then."""

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="votes")
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    yes = models.BooleanField()
    why = models.TextField(blank=True)
    text = models.TextField(blank=True)  # the words that they were shown, or made of them
    stands = models.BooleanField(default=True)  # False: somebody changed the words since
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.by_name}: {'yes' if self.yes else 'no'}"
