"""Planned: something that we are going to say first, and its versions, one for each network."""

from django.db import models
from django.db.models import Q

from .attachment import Attachment
from .kpi import Kpi
from .member import Member
from .objective import Objective
from .outbox import Outbox
from .owned import Owned
from .planned_series import PlannedSeries
from .post import Post
from .source import Source
from .tag import Tag
from .topic import Topic


class PlannedState(models.TextChoices):
    """How far it is. Checked at import against the moves in `hubbub.store.planned`."""

    DRAFT = "draft", "Draft"
    APPROVAL = "approval", "Waits for approval"
    PLANNED = "planned", "Planned"
    SENDING = "sending", "Being sent"
    POSTED = "posted", "Posted"
    FAILED = "failed", "Needs a look"
    DROPPED = "dropped", "Dropped"
    PATTERN = "pattern", "Pattern of a series"  # never sent itself


class VersionState(models.TextChoices):
    """How far one network's version is, once its item is planned."""

    READY = "ready", "Not sent yet"
    SENDING = "sending", "Being sent"
    POSTED = "posted", "Posted"
    FAILED = "failed", "Needs a look"
    DROPPED = "dropped", "Dropped"


class Planned(Owned):
    """One item of the calendar."""

    title = models.CharField(max_length=150)  # its working name; not sent
    campaign = models.CharField(max_length=80, blank=True)
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    objective = models.ForeignKey(Objective, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    kpi = models.ForeignKey(Kpi, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    notes = models.TextField(blank=True)
    tags = models.ManyToManyField(Tag, related_name="+")
    about = models.ManyToManyField(Post, related_name="+")  # what people said that it answers

    text = models.TextField(blank=True)  # the words of all versions that have none of their own
    # the files of all versions that have none of their own; in the order of their ids
    attachments = models.ManyToManyField(Attachment, related_name="+")

    state = models.CharField(max_length=8, choices=PlannedState.choices, default=PlannedState.DRAFT)
    due = models.DateTimeField(null=True)  # the earliest moment of its versions
    series = models.ForeignKey(PlannedSeries, null=True, on_delete=models.SET_NULL, related_name="items")
    occurrence = models.DateTimeField(null=True)  # the moment that the series' rule gave it, wherever it was moved
    own_words = models.BooleanField(default=False)  # of a series: changed by hand, the pattern no longer changes it
    # what was approved, as a fingerprint of all that leaves us; "": nothing. Other words need another approval
    approved = models.CharField(max_length=64, blank=True)
    created = models.DateTimeField()
    changed = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)  # counts the changes, for calendars of other programs

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["series", "occurrence"], name="planned_occurrence_once"),
        ]
        indexes = [
            models.Index(fields=["workspace", "due", "id"], name="planned_by_due"),
            models.Index(fields=["workspace", "state", "due"], name="planned_by_state"),
        ]

    def __str__(self) -> str:
        return self.title


class PlannedVersion(Owned):
    """What leaves us on one network."""

    planned = models.ForeignKey(Planned, on_delete=models.CASCADE, related_name="versions")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=500, blank=True)  # where on the network, as it names it; "": it has one place
    same = models.BooleanField(default=True)  # the words of the item
    # its files are `attachments`, which may be none; else the item's
    own_files = models.BooleanField(default=False, db_default=False)
    text = models.TextField(blank=True)
    title = models.CharField(max_length=300, blank=True)
    attachments = models.ManyToManyField(Attachment, related_name="+")
    due = models.DateTimeField(null=True)
    own_moment = models.BooleanField(default=False)  # it does not move with the item's other versions
    queued = models.BooleanField(default=False)  # its moment is a slot of its source
    state = models.CharField(max_length=7, choices=VersionState.choices, default=VersionState.READY)
    error = models.TextField(blank=True)  # why it waits for a person, in words
    outbox = models.OneToOneField(Outbox, null=True, on_delete=models.SET_NULL, related_name="planned_version")
    sent_text = models.TextField(blank=True)  # what left, with its tags
    sent = models.DateTimeField(null=True)
    result_url = models.TextField(blank=True)
    post = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="+")  # read back from there

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["planned", "source", "place"], name="planned_version_once"),
        ]
        indexes = [
            models.Index(fields=["due"], name="planned_version_due", condition=Q(state="ready", due__isnull=False)),
            models.Index(fields=["outbox"], name="planned_version_out", condition=Q(state__in=["sending", "failed"])),
            models.Index(fields=["source", "due"], name="planned_version_slot"),
            models.Index(fields=["sent"], name="planned_version_new", condition=Q(state="posted", post__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.planned} on {self.source}"

    @property
    def movable(self) -> bool:
        """Whether it never was on its way, and may still go."""
        return self.state == VersionState.READY or (self.state == VersionState.FAILED and self.outbox_id is None)
