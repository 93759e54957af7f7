"""SavedView: conversations that belong together, under a name. Ranking: how a workspace's inbox is put in order."""

from django.db import models

from .conversation import Kind
from .member import Member
from .owned import Owned


class Whose(models.TextChoices):
    """Who looks after a view's conversations."""

    ANYBODY = "", "Anybody or nobody"
    ME = "me", "Whoever looks at the view"
    MY_TEAMS = "teams", "A team of whoever looks at it"
    NOBODY = "nobody", "Nobody"


class Promised(models.TextChoices):
    """How a view's conversations stand against what was promised."""

    ANY = "", "Any"
    SOON = "soon", "About to break"
    BROKEN = "broken", "Broken"
    NONE = "none", "Nothing is promised"


class Sort(models.TextChoices):
    """In which order conversations are listed."""

    PRIORITY = "priority", "Priority"
    NEWEST = "newest", "Newest"
    OLDEST = "oldest", "Waiting longest"
    PROMISE = "promise", "Time left on the promise"


class ViewStatus(models.TextChoices):
    """In which states a view's conversations stand."""

    OPEN = "open", "Open"
    UNFINISHED = "unfinished", "Open, waiting or snoozed"
    WAITING = "waiting", "Waiting"
    SNOOZED = "snoozed", "Snoozed"
    DONE = "done", "Done"
    ALL = "all", "All"


class SavedView(Owned):
    """A list of conversations. One belongs to it when it fits the columns and, where there is a query, when its newest
    post that is not ours matches that."""

    name = models.CharField(max_length=60)
    query = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=ViewStatus.choices, default=ViewStatus.OPEN)
    whose = models.CharField(max_length=6, blank=True, choices=Whose.choices, default=Whose.ANYBODY)
    kind = models.CharField(max_length=10, blank=True, choices=Kind.choices, default=Kind.NONE)
    promised = models.CharField(max_length=6, blank=True, choices=Promised.choices, default=Promised.ANY)
    sort = models.CharField(max_length=8, choices=Sort.choices, default=Sort.PRIORITY)
    member = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )  # None: shared
    place = models.PositiveIntegerField(default=0)  # among the others, smallest first
    pinned = models.BooleanField(default=True)  # stands above the list, not only on the page of all views
    counted = models.PositiveIntegerField(null=True)  # of a view with a query: how many, counted by the loop
    at_least = models.BooleanField(default=False)  # there may be more than were counted
    counted_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)  # its number was shown; what nobody looks at is not counted

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["workspace", "place"], name="saved_view_order")]

    def __str__(self) -> str:
        return self.name


class Ranking(Owned):
    """One a workspace, made when it is first asked for; `hubbub.core.priority` says what the numbers do."""

    kind_weight = models.FloatField(default=1)  # 0: makes no difference
    sentiment_weight = models.FloatField(default=1)
    reach_weight = models.FloatField(default=1)
    relationship_weight = models.FloatField(default=1)
    promise_weight = models.FloatField(default=1)
    priority_weight = models.FloatField(default=1)
    doubling_hours = models.FloatField(default=48)  # after so many hours of waiting a conversation counts double
    stale_days = models.FloatField(default=14)  # after so many days waiting begins anew

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="ranking_once")]

    def __str__(self) -> str:
        return f"ranking of {self.workspace_id}"
