"""What people did lately and how far their word reaches: found by the loop in small steps, kept in `Activity`.

A workspace is looked at every twenty seconds: who wrote since is counted anew a minute later, in groups, and once a day
from then on, for as long as something they said is not older than 90 days: what is counted also ends by itself.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, Value, When
from django.utils import timezone

from hubbub.core import post as shapes
from hubbub.core.influence import Influence, echo, influence
from hubbub.core.levels import LEAST, LEVELS, Asks, Thresholds, asked_by, level_of
from hubbub.core.standing import WINDOW, Past

from . import standing, suggestions, touching
from .bulk import numbered
from .models import Activity, Author, Post, Relating, Relationship, Workspace

EVERY = timedelta(seconds=20)
SOON = timedelta(minutes=1)  # who writes ten posts in a row is counted once
DAY = timedelta(days=1)
LATE = timedelta(minutes=1)  # posts that another worker has not committed yet may have smaller ids
POSTS = 2_000  # looked at in one step
PEOPLE = 10  # counted in one step: others wait while it lasts
BEHIND_ALL = 1 << 62

_SHELL = shapes.Post("", "")


def step(now: datetime) -> bool:
    """Look at one workspace, count some people. False: nothing is due."""
    looked = look(now)
    return count(now) or looked


def look(now: datetime) -> bool:
    """Who wrote, and whom we answered, since one workspace was last looked at. False: none is due."""
    rows = Relating.everywhere.filter(Q(due__lte=now) | Q(due=None)).order_by("pk")
    row = rows.first()
    if row is None:
        return _begin()
    # a lease: what a killed worker began is looked at again, which changes nothing twice
    if not Relating.everywhere.filter(pk=row.pk, due=row.due).update(due=now + EVERY):
        return True
    more = _posts(row, now)
    more = touching.look(row, now) or more
    row.due = now if more else now + EVERY
    row.save(update_fields=["due", "looked", "told", "noted"])
    return True  # another workspace may be due


def _begin() -> bool:
    fresh = Workspace.objects.filter(~Exists(Relating.everywhere.filter(workspace=OuterRef("pk"))))
    begun = list(fresh.values_list("pk", flat=True)[:20])
    for pk in begun:
        Relating.everywhere.get_or_create(workspace_id=pk)
    return bool(begun)


def _posts(row: Relating, now: datetime) -> bool:
    """Those who wrote since are to be counted. True: there are more posts."""
    known = Post.everywhere.filter(taken__lte=now - LATE).order_by("-pk").values_list("pk", flat=True)
    newest = known.first() or 0
    until = min(newest, row.looked + POSTS)
    if until <= row.looked:
        return False
    # by the ids alone, which is one walk along the table; the few of other workspaces are passed over here
    rows = Post.everywhere.filter(pk__gt=row.looked, pk__lte=until).order_by("pk")
    writers: set[int] = set()
    ours: list[tuple[int, str, datetime]] = []
    for workspace, author, mine, published, source, parent in rows.values_list(
        "workspace", "author", "ours", "published", "source", "parent"
    ):
        if workspace != row.workspace_id or published < now - WINDOW:
            continue
        if mine:
            ours.append((source, parent, published))
        elif author is not None:
            writers.add(author)
    people = set(standing.people_of(row.workspace_id, writers).values()) if writers else set()
    stir(row.workspace_id, people, now + SOON)
    touching.by_posts(ours)
    row.looked = until
    return until < newest


def stir(workspace: int, people: Collection[int], when: datetime) -> None:
    """Have these people counted, then or before."""
    if not people:
        return
    wanted = numbered(sorted(people))
    mine = Activity.everywhere.filter(workspace=workspace, person__in=wanted)
    known = set(mine.values_list("person", flat=True))
    mine.filter(Q(due=None) | Q(due__gt=when)).update(due=when)
    fresh = [Activity(workspace_id=workspace, person_id=person, due=when) for person in sorted(set(people) - known)]
    Activity.everywhere.bulk_create(fresh, ignore_conflicts=True)


def follow(people: Collection[int], now: datetime) -> None:
    """Their identities changed: for `merging.FOLLOW`."""
    rows = Author.everywhere.filter(person__in=sorted(people)).values_list("workspace_id", "person_id").distinct()
    by_workspace: dict[int, set[int]] = defaultdict(set)
    for workspace, person in rows:
        by_workspace[workspace].add(person)
    for workspace, mine in by_workspace.items():
        stir(workspace, mine, now)
    Activity.everywhere.filter(person__in=sorted(people)).update(due=now)  # who lost all of them, too


def count(now: datetime) -> bool:
    """Count some people of one workspace anew. False: nobody is due."""
    with transaction.atomic():
        due = Activity.everywhere.filter(due__lte=now)
        first = due.order_by("due", "pk").values_list("workspace_id", flat=True).first()
        if first is None:
            return False
        mine = due.filter(workspace_id=first).order_by("due", "pk")
        if connection.features.has_select_for_update_skip_locked:
            mine = mine.select_for_update(of=("self",), skip_locked=True, no_key=True)
        rows = list(mine[:PEOPLE])
        _count(first, rows, now)
    return bool(rows)


_COUNTED = (
    "posts_30", "posts_90", "weeks", "answers", "replied", "praises", "removed_share", "level", "score", "followers",
    "seen", "usual", "counted", "due",
)  # fmt: skip


def _count(workspace: int, rows: Sequence[Activity], now: datetime) -> None:
    people = [row.person_id for row in rows]
    records = standing.of_people(workspace, people, now - WINDOW, now, {"level"})
    here = Past(_SHELL, now, BEHIND_ALL)
    reach = reach_of(workspace, people, now)
    for row in rows:
        record = records[row.person_id]
        doing = record.doing(here, now)
        for name in ("posts_30", "posts_90", "weeks", "answers", "replied", "praises", "removed_share"):
            setattr(row, name, getattr(doing, name))
        row.level = level_of(doing, record.levels)
        found = reach[row.person_id]
        row.score, row.followers, row.seen, row.usual = found.score, found.followers, found.posts, found.usual
        row.counted = now
    standing_ones = set(Relationship.everywhere.filter(person__in=people, ended=None).values_list("person", flat=True))
    wanted = suggestions.review(workspace, rows, now)
    for row in rows:
        again = records[row.person_id].posts or row.person_id in standing_ones or row.person_id in wanted
        row.due = now + DAY if again else None
    Activity.everywhere.bulk_update(rows, _COUNTED)
    for row in rows:
        theirs = Relationship.everywhere.filter(person=row.person_id).exclude(reach=row.score)
        if row.person_id in standing_ones:
            theirs.update(reach=row.score)


def reach_of(workspace: int, people: Sequence[int], now: datetime) -> Mapping[int, Influence]:
    """Person id → their influence, from the posts of 90 days on all networks."""
    identities = Author.everywhere.filter(workspace=workspace, person__in=numbered(sorted(people)))
    owners = dict(identities.values_list("pk", "person"))
    sums = identities.order_by().values_list("person").annotate(sum=Sum("followers"))
    followers = {person: number or 0 for person, number in sums}
    echoes: dict[int, list[int]] = defaultdict(list)
    posts = Post.everywhere.filter(
        author__in=numbered(sorted(owners)), published__gte=now - WINDOW, published__lte=now, ours=False
    ).order_by()
    for author, likes, replies, shares in posts.values_list("author", "likes", "replies", "shares"):
        found = echo(likes, replies, shares)
        if found is not None:
            echoes[owners[author]].append(found)
    return {person: influence(followers.get(person, 0), echoes[person]) for person in people}


def of_person(workspace: Workspace, person: int) -> Activity:
    """What was counted of a person; unsaved, with zeros, where nothing was yet."""
    return Activity.of(workspace).filter(person=person).first() or Activity(workspace=workspace, person_id=person)


# Levels of all


def where(asks: Asks) -> Q:
    """Those who reach what a level asks for, as `core.levels.reaches` says."""
    least = Q(**{f"{name}__gte": getattr(asks, name) for name in LEAST if getattr(asks, name)})
    return least & Q(removed_share__lte=asks.removed_share)


def _levels(thresholds: Thresholds) -> Case:
    return Case(
        *(When(where(asked_by(level, thresholds)), then=Value(level)) for level in reversed(LEVELS[1:])),
        default=Value(LEVELS[0]),
    )


def preview(workspace: Workspace, thresholds: Thresholds) -> Mapping[str, int]:
    """How many people would be at each level with these thresholds, of those who posted in our places in 90 days; as
    they were counted last."""
    active = Activity.of(workspace).filter(posts_90__gt=0).order_by()
    rows = active.annotate(wanted=_levels(thresholds)).values_list("wanted").annotate(number=Count("pk"))
    found = dict(rows)
    return {level: found.get(level, 0) for level in LEVELS}


def would_be(workspace: Workspace, thresholds: Thresholds, level: str, most: int) -> list[Activity]:
    """Who would be at that level, those with most posts first. They come with `person`."""
    active = Activity.of(workspace).filter(posts_90__gt=0).annotate(wanted=_levels(thresholds))
    return list(active.filter(wanted=level).select_related("person").order_by("-posts_90", "pk")[:most])


def relevel(workspace: Workspace, thresholds: Thresholds) -> None:
    """Everybody's level by these thresholds, from what was counted last."""
    rows = Activity.of(workspace).annotate(wanted=_levels(thresholds))
    rows.exclude(level=F("wanted")).update(level=_levels(thresholds))


def stir_all(workspace: Workspace) -> None:
    """Have everybody counted anew who posted lately: what is suggested about them may be other things."""
    Activity.of(workspace).exclude(due=None).update(due=timezone.now())
