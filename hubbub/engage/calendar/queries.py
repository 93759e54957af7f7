"""What the calendar shows: its days, its list, one item with what came of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db.models import Count, Prefetch, Q, QuerySet
from msgspec import Struct

from hubbub.core.kpi import MEASURES
from hubbub.core.recurring import in_words, on_the_clock, read_rule
from hubbub.core.utm import TagRule, host_of
from hubbub.store.models import (
    Approval,
    Audit,
    Conversation,
    Kpi,
    Member,
    Objective,
    Planned,
    PlannedState,
    PlannedVersion,
    Post,
    Role,
    Source,
    Tag,
    Topic,
    VersionState,
    Workspace,
)
from hubbub.store.models import ApprovalState as Approved
from hubbub.store.planned import link_rules
from hubbub.ui.networks import network_name

from .checking import Checked, checked
from .free import Free, free_by_day

MOST = 3_000  # versions on one page of the calendar
DAYS = 30  # of one page of the list
ANSWERS = 100  # read for one item
OWN_SITES = ("wordpress", "site", "feed", "isso", "disqus", "discourse", "misago")


class Choice(Struct, frozen=True):
    """What of the calendar is shown; empty: all."""

    kind: str = ""
    source: int = 0
    state: str = ""
    owner: int = 0
    tag: int = 0

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.kind or self.source or self.state or self.owner or self.tag)


class Entry(Struct, frozen=True):
    """One item at one moment: all its versions that go out then."""

    item: Planned
    due: datetime | None
    here: datetime | None  # the same by the workspace's clock
    versions: Sequence[PlannedVersion]

    @property
    def tone(self) -> str:
        """Of its badge."""
        tones = {"failed": "bad", "approval": "warn", "posted": "good", "planned": "accent", "sending": "accent"}
        return tones.get(self.item.state, "")

    @property
    def time(self) -> str:
        """Of the day."""
        return f"{self.here:%H:%M}" if self.here else ""

    @property
    def where(self) -> str:
        """The sources, in words."""
        return ", ".join(dict.fromkeys(version.source.name for version in self.versions)) or "no network yet"

    @property
    def kinds(self) -> list[str]:
        """The networks' kinds, each once."""
        return list(dict.fromkeys(version.source.kind for version in self.versions))

    @property
    def came(self) -> str:
        """What came of it so far, in words; "" before it is known."""
        posts = [version.post for version in self.versions if version.post]
        said = [
            f"{number:,} {one if number == 1 else many}"
            for one, many in (("like", "likes"), ("reply", "replies"), ("share", "shares"))
            if any(getattr(post, many) is not None for post in posts)
            for number in (sum(getattr(post, many) or 0 for post in posts),)
        ]
        return ", ".join(said)

    @property
    def movable(self) -> bool:
        """Whether something of it can still be moved."""
        done = {PlannedState.POSTED, PlannedState.DROPPED}
        return self.item.state not in done and (not self.versions or any(version.movable for version in self.versions))


class Day(Struct, frozen=True):
    """One day of the calendar."""

    day: date
    entries: Sequence[Entry]
    today: bool = False
    outside: bool = False  # of another month than the one that is shown
    free: Sequence[Free] = ()  # posting times that nothing has taken


def entries(
    workspace: Workspace, choice: Choice, zone: tzinfo, start: datetime, end: datetime, most: int = MOST
) -> list[Entry]:
    """What goes out, or went out, from `start` up to `end`, in order."""
    versions = PlannedVersion.of(workspace).filter(due__gte=start, due__lt=end, planned__in=narrowed(workspace, choice))
    if choice.state != PlannedState.DROPPED:
        versions = versions.exclude(state=VersionState.DROPPED)
    if choice.kind:
        versions = versions.filter(source__kind=choice.kind)
    if choice.source:
        versions = versions.filter(source=choice.source)
    rows = versions.order_by("due", "planned", "pk")
    # each by itself: joined, an item and its source would be read again for every version
    posts = Prefetch("post", Post.of(workspace).only("likes", "replies", "shares"))
    rows = rows.prefetch_related("planned__owner__user", "source", posts)[:most]
    found: dict[tuple[int, datetime], list[PlannedVersion]] = {}
    for version in rows:
        if version.due:
            found.setdefault((version.planned_id, version.due), []).append(version)
    made = [Entry(them[0].planned, due, due.astimezone(zone), them) for (_, due), them in found.items()]
    if not (choice.kind or choice.source):
        bare = narrowed(workspace, choice).filter(due__gte=start, due__lt=end, versions__isnull=True)
        made += [
            Entry(item, item.due, item.due.astimezone(zone) if item.due else None, ())
            for item in bare.select_related("owner__user")[:most]
        ]
    return sorted(made, key=lambda one: (one.due or start, one.item.pk))


def narrowed(workspace: Workspace, choice: Choice) -> QuerySet[Planned]:
    """The items of that choice, but for its network."""
    rows = Planned.of(workspace).exclude(state=PlannedState.PATTERN)
    rows = rows.filter(state=choice.state) if choice.state else rows.exclude(state=PlannedState.DROPPED)
    if choice.owner:
        rows = rows.filter(owner=choice.owner)
    return rows.filter(tags=choice.tag) if choice.tag else rows


def undated(workspace: Workspace, choice: Choice, most: int = 50) -> list[Entry]:
    """Drafts that have no moment yet, the newest first."""
    rows = (
        narrowed(workspace, choice).filter(due__isnull=True).select_related("owner__user").order_by("-changed", "-pk")
    )
    if choice.kind:
        rows = rows.filter(versions__source__kind=choice.kind).distinct()
    if choice.source:
        rows = rows.filter(versions__source=choice.source).distinct()
    found = list(rows.prefetch_related("versions__source")[:most])
    return [Entry(item, None, None, list(item.versions.all())) for item in found]


def midnight(day: date, zone: tzinfo) -> datetime:
    """When the day begins there, in UTC."""
    return on_the_clock(day, time(), zone)


def days(
    workspace: Workspace,
    choice: Choice,
    zone: tzinfo,
    first: date,
    count: int,
    *,
    today: date,
    month: int = 0,
    free_after: datetime | None = None,
) -> list[Day]:
    """So many days from the first on, each with its entries; with the posting times that are free from `free_after`
    on, where that is given."""
    last = first + timedelta(days=count)
    found: dict[date, list[Entry]] = {}
    for entry in entries(workspace, choice, zone, midnight(first, zone), midnight(last, zone)):
        if entry.here:
            found.setdefault(entry.here.date(), []).append(entry)
    shown = (first + timedelta(days=number) for number in range(count))
    free: Mapping[date, Sequence[Free]] = {}
    if free_after is not None and not choice.state:
        begins = max(midnight(first, zone) - timedelta(microseconds=1), free_after)
        free = free_by_day(workspace, _chosen(workspace, choice), zone, begins, midnight(last, zone))
    return [
        Day(day, found.get(day, ()), day == today, bool(month) and day.month != month, free.get(day, ()))
        for day in shown
    ]


def _chosen(workspace: Workspace, choice: Choice) -> list[Source]:
    return [
        one
        for one in postable(workspace)
        if (not choice.kind or one.kind == choice.kind) and (not choice.source or one.pk == choice.source)
    ]


def month_days(first: date) -> tuple[date, int]:
    """The Monday with which the page of a month begins, and how many days it shows: whole weeks."""
    begin = first - timedelta(days=first.weekday())
    after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    end = after + timedelta(days=-after.weekday() % 7)
    return begin, (end - begin).days


class Kept(Struct, frozen=True):
    """The choices of the filter."""

    kinds: Sequence[tuple[str, str]]
    sources: Sequence[Source]
    states: Sequence[tuple[str, str]]
    owners: Sequence[Member]
    tags: Sequence[Tag]


def choices(workspace: Workspace) -> Kept:
    """What the calendar can be narrowed to."""
    sources = postable(workspace)
    used = Tag.of(workspace).filter(
        pk__in=Planned.tags.through.objects.filter(planned__workspace=workspace).values("tag")
    )
    return Kept(
        kinds=sorted({(one.kind, network_name(one.kind)) for one in sources}),
        sources=sources,
        states=[(str(state), state.label) for state in PlannedState if state != PlannedState.PATTERN],
        owners=writers(workspace),
        tags=list(used.order_by("name")[:200]),
    )


def postable(workspace: Workspace) -> list[Source]:
    """Sources that take posts of ours."""
    return [one for one in Source.of(workspace).order_by("name") if "post" in one.can]


def writers(workspace: Workspace) -> list[Member]:
    """Who can own an item."""
    members = Member.of(workspace).filter(active=True, user__is_active=True).select_related("user")
    return sorted((one for one in members if one.may(Role.RESPONDER)), key=lambda one: str(one).casefold())


def topics(workspace: Workspace) -> QuerySet[Topic]:
    """What an item may be about."""
    return Topic.of(workspace).order_by("name")


def objectives(workspace: Workspace) -> QuerySet[Objective]:
    """What an item may serve."""
    return Objective.of(workspace).filter(archived=False).order_by("name")


def kpis(workspace: Workspace) -> list[tuple[Kpi, str]]:
    """The numbers that an item may be meant to move, each as people know it."""
    rows = Kpi.of(workspace).filter(objective__archived=False).select_related("objective", "topic")
    found = [(row, MEASURES[row.measure].name if row.measure in MEASURES else row.measure) for row in rows[:200]]
    named = [(row, f"{row.objective}: {label}{f', {row.topic}' if row.topic else ''}") for row, label in found]
    return sorted(named, key=lambda one: (one[1].casefold(), one[0].pk))


class Came(Struct, frozen=True):
    """What came of one version."""

    checked: Checked
    here: datetime | None  # when it goes out, by the workspace's clock
    conversations: Sequence[Conversation]  # each with `answers`: how many posts in it are not ours


class Whole(Struct, frozen=True):
    """One item with all that its page shows."""

    item: Planned
    here: datetime | None
    versions: Sequence[Came]
    history: Sequence[Audit]
    approval: Approval | None
    about: Sequence[Post]
    again: str  # how it comes again, in words

    @property
    def movable(self) -> bool:
        """Whether something of it can still be moved."""
        versions = [one.checked.version for one in self.versions]
        return self.item.state != PlannedState.DROPPED and (not versions or any(one.movable for one in versions))


def whole(item: Planned, zone: tzinfo) -> Whole:
    """Everything about one item."""
    versions = list(item.versions.select_related("source__our_account", "post", "outbox").order_by("pk"))
    rules = link_rules(item.workspace)
    for version in versions:
        version.planned = item
    history = Audit.of(item.workspace).filter(
        Q(noun="planned", noun_id=item.pk) | Q(noun="plannedversion", noun_id__in=[one.pk for one in versions])
    )
    approvals = Approval.of(item.workspace).filter(noun="planned", noun_id=item.pk).order_by("-pk")
    series = item.series
    return Whole(
        item=item,
        here=item.due.astimezone(zone) if item.due else None,
        versions=[_came(version, rules, zone) for version in versions],
        history=list(history.order_by("-pk")[:30]),
        approval=approvals.first(),
        about=list(item.about.select_related("author", "source").order_by("-published")[:20]),
        again=in_words(read_rule(series.rule)) if series and series.ended is None else "",
    )


def _came(version: PlannedVersion, rules: list[TagRule], zone: tzinfo) -> Came:
    here = (version.sent or version.due) if version.state == VersionState.POSTED else version.due
    found = conversations_of(version)
    return Came(checked(version, rules), here.astimezone(zone) if here else None, found)


def conversations_of(version: PlannedVersion) -> list[Conversation]:
    """The conversations in which people answer what was posted, the newest first."""
    if version.state != VersionState.POSTED:
        return []
    post, row = version.post, version.outbox
    keys = {post.native_id, post.thread} if post else set()
    keys |= {row.result_id, row.result_url} if row else set()
    there = Conversation.of(version.workspace).filter(source=version.source_id)
    there = there.annotate(answers=Count("posts", filter=Q(posts__ours=False)))
    found: list[Conversation] = list(there.filter(thread__in=[key for key in keys if key]).order_by("-last_post")[:20])
    if post is not None and post.type == "article" and post.thread:
        # below an article every comment begins a conversation of its own
        below = Post.of(version.workspace).filter(
            source=version.source_id, thread=post.thread, ours=False, published__gte=post.published
        )
        ids = list(below.order_by("-published").values_list("conversation", flat=True)[:ANSWERS])
        known = {one.pk for one in found}
        found += list(there.filter(pk__in={pk for pk in ids if pk} - known).order_by("-last_post")[:20])
    return found


def item_of(workspace: Workspace, pk: int) -> QuerySet[Planned]:
    """For get_object_or_404: with what its page needs."""
    rows = Planned.of(workspace).exclude(state=PlannedState.PATTERN).filter(pk=pk)
    return rows.select_related("workspace", "owner__user", "topic", "objective", "series")


def version_of(workspace: Workspace, pk: int) -> QuerySet[PlannedVersion]:
    """For get_object_or_404."""
    rows = PlannedVersion.of(workspace).exclude(planned__state=PlannedState.PATTERN).filter(pk=pk)
    return rows.select_related("planned__workspace", "source__workspace", "workspace")


def waiting(workspace: Workspace) -> Mapping[str, int]:
    """How many wait for a person: failed, or for approval."""
    rows = Planned.of(workspace)
    return {
        "failed": rows.filter(state=PlannedState.FAILED).count(),
        "approval": Approval.of(workspace).filter(noun="planned", state=Approved.OPEN).count(),
    }


def parse_local(text: str, zone: tzinfo) -> datetime | None:
    """ "2026-11-23T09:00", by the clock of the place, as a moment; with an offset as it says. None: it is no time."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not 2000 <= found.year < 2200:
        return None
    return found.astimezone(UTC) if found.tzinfo else on_the_clock(found.date(), found.time(), zone)


def own_domains(workspace: Workspace) -> list[str]:
    """The hosts of our own sites: what a first rule for tags on links names."""
    sites = Source.of(workspace).filter(owned=True, kind__in=OWN_SITES).values_list("settings", flat=True)
    hosts = (host_of(str(given.get("site") or given.get("url") or "")) for given in sites)
    return sorted({host.removeprefix("www.") for host in hosts if "." in host})
