"""Policy: one of the community's guidelines in plain words, and how it was written from one version to the next."""

from django.db import models

from .member import Member
from .owned import Owned


class Severity(models.IntegerChoices):
    """How much harm a breach does. Posts that may have broken a graver policy come first in the queue."""

    LOW = 1, "Low: a nuisance"
    MEDIUM = 2, "Medium: spoils the place for others"
    HIGH = 3, "High: hurts somebody"
    CRITICAL = 4, "Critical: somebody may come to harm"

    @property
    def word(self) -> str:
        """The grade alone: "High"."""
        return str(self.label).partition(":")[0]


class PolicyText(Owned):
    """What a policy says; the same columns in its newest state and in each version of it."""

    name = models.CharField(max_length=100)
    text = models.TextField()  # the rule, in plain words
    breaks = models.TextField(blank=True)  # examples of what breaks it, one a line
    fine = models.TextField(blank=True)  # examples of what does not, one a line
    severity = models.PositiveSmallIntegerField(choices=Severity.choices, default=Severity.MEDIUM)
    points = models.PositiveSmallIntegerField(default=1)  # strike points of a breach
    points_days = models.PositiveSmallIntegerField(default=90)  # for so long they count
    covered = models.BooleanField(default=False)  # in the queue such a text stands behind a click
    active = models.BooleanField(default=True)  # False: retired; nothing new rests on it, and it stays to be read

    class Meta(Owned.Meta):
        abstract = True

    @property
    def grade(self) -> str:
        """The severity in a word: "High"."""
        return Severity(self.severity).word

    @property
    def tone(self) -> str:
        """The badge that the severity is shown with."""
        return "bad" if self.severity >= Severity.HIGH else "warn" if self.severity == Severity.MEDIUM else ""


# what makes a new version where it changes
POLICY_FIELDS = ("name", "text", "breaks", "fine", "severity", "points", "points_days", "covered", "active")


class Policy(PolicyText):
    """One guideline as it is in force. Never deleted: decisions rest on it."""

    slug = models.SlugField(max_length=60)  # how rules and files name it; never changes
    number = models.PositiveIntegerField()  # as people cite it: "rule 3"
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(auto_now_add=True)

    class Meta(PolicyText.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "slug"], name="policy_slug_once")]
        ordering = ["number", "id"]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(PolicyText):
    """One state of a policy: added when it is written and at each change, never changed."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta(PolicyText.Meta):
        constraints = [models.UniqueConstraint(fields=["policy", "version"], name="policy_version_once")]
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"version {self.version} of {self.name}"
