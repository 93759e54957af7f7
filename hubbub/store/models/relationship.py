"""Relationship: what a person is to us, how far that has come and what is next. Stage: a step of such a pipeline."""

from datetime import date

from django.db import models
from django.db.models.functions import Lower

from .member import Member
from .owned import Owned
from .person import Person

STANDING = models.Q(ended__isnull=True)
FAR = date(9999, 12, 31)  # where what has no date stands in a list by date


class RelationshipKind(models.TextChoices):
    """What a person can be to us; the same as `core.relations.RELATIONS`."""

    CUSTOMER = "customer", "Customer"
    FAN = "fan", "Fan"
    ADVOCATE = "advocate", "Advocate"
    INFLUENCER = "influencer", "Influencer"
    PARTNER = "partner", "Partner"
    BRAND = "brand", "Brand or association"
    PRESS = "press", "Press"
    TEAM = "team", "Team"


class Touch(models.TextChoices):
    """By which act of ours a person was last touched."""

    NONE = "", "Not yet"
    REPLY = "reply", "We replied"
    MESSAGE = "message", "We wrote to them"
    NOTE = "note", "A note was made"
    HAND = "hand", "Set by hand"


class Stage(Owned):
    """One step of a kind's pipeline; a workspace names its own."""

    kind = models.CharField(max_length=10, choices=RelationshipKind.choices)
    name = models.CharField(max_length=40)
    place = models.PositiveSmallIntegerField()  # from 0, in the order of the board
    active = models.BooleanField(default=False)  # who stands here counts as won: the measures count them

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint("workspace", "kind", Lower("name"), name="stage_once")]
        ordering = ["kind", "place", "id"]

    def __str__(self) -> str:
        return self.name


class Relationship(Owned):
    """One person in one pipeline; of a kind one at a time."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="relationships")
    kind = models.CharField(max_length=10, choices=RelationshipKind.choices)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="relationships", db_index=False)
    owner = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    since = models.DateTimeField()
    moved = models.DateTimeField()  # into the stage where it stands
    next_step = models.CharField(max_length=300, blank=True)
    next_on = models.DateField(null=True)
    listed_on = models.DateField(default=FAR)  # next_on, or FAR: so that a list by date needs one index
    # entry in the log → [the next step before, after]: the log outlasts the erasing of people, and holds no words
    steps = models.JSONField(default=dict, db_default={})
    remind_at = models.DateTimeField(null=True)  # when the owner is told of the next step; None: told, or there is none
    last_touch = models.DateTimeField(null=True)
    touched_by = models.CharField(max_length=7, blank=True, choices=Touch.choices, default=Touch.NONE)
    quiet_since = models.DateTimeField()  # the last touch; where there was none, when it began
    worth = models.CharField(max_length=100, blank=True)  # in the team's words: "12,000 a year", "reviews"
    notes = models.TextField(blank=True)
    reach = models.FloatField(default=0.0)  # the person's influence, copied by the loop: `core/influence.py`
    ended = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=models.Q(ended__isnull=True), name="relationship_once"
            )
        ]
        indexes = [
            models.Index(fields=["stage", "listed_on", "id"], name="relationship_board", condition=STANDING),
            models.Index(fields=["workspace", "listed_on", "id"], name="relationship_next", condition=STANDING),
            models.Index(fields=["workspace", "quiet_since", "id"], name="relationship_quiet", condition=STANDING),
            models.Index(fields=["workspace", "-reach", "-id"], name="relationship_reach", condition=STANDING),
            models.Index(fields=["workspace", "kind", "listed_on", "id"], name="relationship_kind", condition=STANDING),
            models.Index(fields=["remind_at"], name="relationship_remind", condition=models.Q(remind_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.person}"
