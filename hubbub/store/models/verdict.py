"""Verdict: what one rule said of one post, and why."""

from django.db import models

from .owned import Owned
from .post import Post
from .rule import Rule, RuleOutcome, RuleState


class Verdict(Owned):
    """One rule that held for one post, live or in shadow, or that could not be checked."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="verdicts")
    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="verdicts")
    rule_name = models.CharField(max_length=100)
    rule_version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=6, choices=RuleState.choices)
    outcome = models.CharField(max_length=7, choices=RuleOutcome.choices)
    label = models.CharField(max_length=40, blank=True)
    because = models.TextField()
    # the slug of the policy that the rule names, and which version was in force; None: it names none that there is
    policy = models.CharField(max_length=60, null=True)
    policy_version = models.PositiveIntegerField(null=True)
    unchecked = models.BooleanField(default=False)  # the rule could not be checked; `because` says why
    spans = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["post", "rule", "rule_version"], name="verdict_once")]

    def __str__(self) -> str:
        return f"{self.rule_name}: {self.outcome}"
