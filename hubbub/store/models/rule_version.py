"""RuleVersion: what a rule said from one change to the next, and who changed it."""

from django.db import models

from .member import Member
from .owned import Owned
from .rule import Rule, RuleOutcome

# what a rule says; its state and its place in the order are no part of that
RULE_FIELDS = ("name", "policy", "when", "then", "label", "lasts", "because", "sources", "languages", "expires")


class RuleVersion(Owned):
    """One wording of a rule: added when it is written and at each change of what it says. What it says never changes;
    `shadowed` and `went_live` are set when that is first done with it.

    A rule that was written before versions were kept gets its first one at its next change.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()  # as in Rule.version
    name = models.CharField(max_length=100)
    policy = models.CharField(max_length=100, blank=True)
    when = models.TextField()
    then = models.CharField(max_length=7, choices=RuleOutcome.choices)
    label = models.CharField(max_length=40, blank=True)
    lasts = models.PositiveIntegerField(null=True)
    because = models.TextField()
    sources = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    expires = models.DateField(null=True)
    shadowed = models.DateTimeField(null=True)  # since when it recorded what it would have done; None: it never did
    went_live = models.DateTimeField(null=True)  # None: it never acted
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)  # empty: it stood before versions were kept
    why = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once")]

    def __str__(self) -> str:
        return f"version {self.number} of {self.name}"
