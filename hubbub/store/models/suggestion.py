"""Suggestion: what the loop proposes to do about a person, why, and what became of it."""

from django.db import models

from .member import Member
from .owned import Owned
from .person import Person
from .relationship import Relationship


class SuggestionKind(models.TextChoices):
    """What is suggested."""

    REVIEW = "review", "Praises often: ask for a review"
    ANSWER = "answer", "An influencer waits for a reply"
    SILENT = "silent", "A regular has gone silent"
    BRAND = "brand", "A brand or association in our topics"
    HELPED = "helped", "Complained and was helped"


class SuggestionState(models.TextChoices):
    """What became of it."""

    OPEN = "open", "Open"
    LATER = "later", "Later"
    TAKEN = "taken", "Taken"
    PASSED = "passed", "Passed"
    OVER = "over", "No longer so"


class Suggestion(Owned):
    """One thing to do about one person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="suggestions", db_index=False)
    kind = models.CharField(max_length=6, choices=SuggestionKind.choices)
    state = models.CharField(max_length=6, choices=SuggestionState.choices, default=SuggestionState.OPEN)
    reason = models.CharField(max_length=300)  # in words, never those of a post
    guessed = models.CharField(max_length=200, blank=True)  # how sure that is and what from; "": it is counted
    posts = models.JSONField(default=list)  # ids of the posts behind it, newest first, ten at most
    strength = models.FloatField(default=0.0)  # its place in the list, highest first
    found = models.DateTimeField()
    until = models.DateTimeField(null=True)  # LATER: comes back then; PASSED: may be suggested again from then on
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    answered = models.DateTimeField(null=True)
    relationship = models.ForeignKey(Relationship, null=True, on_delete=models.SET_NULL, related_name="+")
    won = models.DateTimeField(null=True)  # when the relationship that came of it first reached an active stage

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=models.Q(state__in=["open", "later"]), name="suggestion_once"
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "state", "-strength", "-id"], name="suggestion_ranked"),
            models.Index(fields=["person", "kind", "-id"], name="suggestion_of_person"),
            models.Index(fields=["until"], name="suggestion_later", condition=models.Q(state="later")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.person_id}"
