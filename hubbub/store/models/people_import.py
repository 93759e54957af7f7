"""PeopleImport: a file of people on its way in, step by step. ImportedLine: one line of it, and what became of it."""

from django.db import models

from .member import Member
from .owned import Owned
from .person import Person


class ImportState(models.TextChoices):
    """What the loop does with it."""

    RUNNING = "running", "Under way"
    STOPPED = "stopped", "Stopped"
    DONE = "done", "Done"
    UNDOING = "undoing", "Being taken back"
    UNDONE = "undone", "Taken back"


class PeopleImport(Owned):
    """One file; gone with its lines some weeks after its end. What it did stands in the log."""

    key = models.CharField(max_length=32)  # of the file that was chosen: sent twice it is taken in once
    state = models.CharField(max_length=7, choices=ImportState.choices, default=ImportState.RUNNING)
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    stopped_why = models.CharField(max_length=200, blank=True)
    total = models.PositiveIntegerField()  # lines

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="people_import_once")]
        indexes = [
            models.Index(
                fields=["id"], name="people_import_busy", condition=models.Q(state__in=["running", "undoing"])
            ),
            models.Index(fields=["ended"], name="people_import_ended", condition=models.Q(ended__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class LineFate(models.TextChoices):
    """What became of a line."""

    WAITING = "", "Waits"
    MADE = "made", "New"
    CHANGED = "changed", "Changed"
    SAME = "same", "As it was"
    LEFT = "left", "Left out"
    BACK = "back", "Taken back"
    KEPT = "kept", "Not taken back"


class ImportedLine(Owned):
    """One line."""

    imported = models.ForeignKey(PeopleImport, on_delete=models.CASCADE, related_name="lines", db_index=False)
    number = models.PositiveIntegerField()  # as an editor counts it
    cells = models.JSONField(default=dict)  # what a column is taken for → what stands there; empty once it was taken in
    fate = models.CharField(max_length=7, blank=True, choices=LineFate.choices, default=LineFate.WAITING)
    says = models.CharField(max_length=300, blank=True)  # why it was left out, or not taken back
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    did = models.JSONField(default=dict)  # what taking it back needs; written and read by `engage.people.imported`

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["imported", "number"], name="imported_line_once")]
        indexes = [models.Index(fields=["imported", "fate", "number"], name="imported_line_fate")]

    def __str__(self) -> str:
        return f"line {self.number} of import {self.imported_id}"
