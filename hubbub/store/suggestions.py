"""Suggestions: kept up to date by the loop whenever a person is counted, and what came of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from hubbub.core.stages import OURS
from hubbub.core.suggesting import Known, Limits, Proposed, Remark, proposed

from . import relations
from .bulk import numbered
from .models import (
    Activity,
    Author,
    Conversation,
    ConversationStatus,
    Mention,
    Outbox,
    OutboxState,
    Person,
    Post,
    Relating,
    Relationship,
    Suggestion,
    SuggestionState,
    Workspace,
)

WINDOW = timedelta(days=90)
STANDS = (SuggestionState.OPEN, SuggestionState.LATER)
ANSWERED = (SuggestionState.TAKEN, SuggestionState.PASSED)  # they rest until the day in `until`
MANY = 3_000  # of the posts of one group of people, the newest are looked at
AT_ONCE = 200


def limits(relating: Relating) -> Limits:
    """From when on this workspace wants what suggested."""
    return relations.read(relating.suggests, Limits)


def review(workspace: int, rows: Sequence[Activity], now: datetime) -> set[int]:
    """Suggest what is to be suggested about these people of a workspace, and take back what is no longer so. Gives
    those about whom something stands. Call it in the transaction that counted them."""
    counted = [row.person_id for row in rows]
    # about whoever was merged away nothing is decided: it stands as it was when they are parted again
    here = Person.everywhere.filter(pk__in=numbered(counted), merged_into=None)
    people = list(here.order_by("pk").values_list("pk", flat=True))
    own = limits(relations.relating_of(workspace))
    known = _known(workspace, rows, now)
    standing: dict[tuple[int, str], Suggestion] = {}
    rested: set[tuple[int, str]] = set()
    before = Suggestion.everywhere.filter(person__in=numbered(people))
    for row in before.filter(Q(state__in=STANDS) | Q(until__gt=now)):
        if row.state in STANDS:
            standing[row.person_id, row.kind] = row
        else:
            rested.add((row.person_id, row.kind))
    fresh: list[Suggestion] = []
    stand: set[int] = set()
    for person in people:
        found: Mapping[str, Proposed] = {one.kind: one for one in proposed(known[person], own, now)}
        for kind, one in found.items():
            there = standing.pop((person, kind), None)
            if there is not None:
                _renew(there, one)
            elif (person, kind) not in rested:
                fresh.append(_made(workspace, person, one, now))
            stand.add(person)
    for gone in standing.values():
        Suggestion.everywhere.filter(pk=gone.pk).update(state=SuggestionState.OVER, answered=now, until=None)
    Suggestion.everywhere.bulk_create(fresh, ignore_conflicts=True)
    return stand


def visible(workspace: Workspace, now: datetime) -> QuerySet[Suggestion]:
    """Those that people see: nothing about whoever was merged away, and nothing open of a kind that somebody has passed
    or taken about the same person, or put off: after a merge, about any of those they were."""
    rests = Suggestion.everywhere.filter(
        person=OuterRef("person"), kind=OuterRef("kind"), state__in=ANSWERED, until__gt=now
    )
    rows = Suggestion.of(workspace).filter(person__merged_into=None)
    return rows.exclude(Q(state=SuggestionState.OPEN) & (Q(Exists(rests)) | Q(pk__in=list(waiting(workspace, now)))))


def waiting(workspace: Workspace, now: datetime) -> dict[int, datetime]:
    """Open ones (ids) about people of whom a merge left another of the kind behind that was put off → until when."""
    off = Suggestion.of(workspace).filter(state=SuggestionState.LATER, until__gt=now, person__merged_into__isnull=False)
    left = list(off.values_list("person", "kind", "until"))
    now_are = _stand_as({person for person, _, _ in left})
    until: dict[tuple[int, str], datetime] = {}
    for person, kind, when in left:
        if when is not None:
            until[now_are[person], kind] = max(when, until.get((now_are[person], kind), when))
    rows = Suggestion.of(workspace).filter(
        state=SuggestionState.OPEN, person__in=numbered(sorted({person for person, _ in until}))
    )
    found = rows.values_list("pk", "person", "kind") if until else ()
    return {pk: until[person, kind] for pk, person, kind in found if (person, kind) in until}


def _stand_as(people: Collection[int]) -> dict[int, int]:
    """Each of these people → who they are now, after all merges. A query for each step of the longest chain."""
    found = {person: person for person in people}
    while into := dict(
        Person.everywhere.filter(pk__in=numbered(sorted(set(found.values()))), merged_into__isnull=False).values_list(
            "pk", "merged_into"
        )
    ):
        found = {person: into.get(now, now) or now for person, now in found.items()}
    return found


def _made(workspace: int, person: int, one: Proposed, now: datetime) -> Suggestion:
    return Suggestion(
        workspace_id=workspace,
        person_id=person,
        kind=one.kind,
        reason=one.reason[:300],
        guessed=one.guessed[:200],
        posts=list(one.posts),
        strength=one.strength,
        found=now,
    )


def _renew(row: Suggestion, one: Proposed) -> None:
    fresh = (one.reason[:300], one.guessed[:200], list(one.posts), one.strength)
    if (row.reason, row.guessed, row.posts, row.strength) != fresh:
        row.reason, row.guessed, row.posts, row.strength = fresh
        row.save(update_fields=["reason", "guessed", "posts", "strength"])


def _known(workspace: int, rows: Sequence[Activity], now: datetime) -> dict[int, Known]:
    """What is decided from, read in seven queries for all of them."""
    people = [row.person_id for row in rows]
    names: dict[int, list[str]] = defaultdict(list)
    owners: dict[int, int] = {}
    identities = Author.everywhere.filter(workspace=workspace, person__in=numbered(people))
    for pk, person, name, handle in identities.values_list("pk", "person", "name", "handle"):
        owners[pk] = person
        names[person] += [name, handle]
    for pk, name, about in Person.everywhere.filter(pk__in=people).values_list("pk", "name", "about"):
        names[pk] += [name, about[:2_000]]
    quiet: dict[int, datetime] = {}
    kinds: dict[int, set[str]] = defaultdict(set)
    stands = Relationship.everywhere.filter(person__in=numbered(people), ended=None)
    for person, kind, since in stands.values_list("person", "kind", "quiet_since"):
        kinds[person].add(kind)
        quiet[person] = max(since, quiet.get(person, since))
    remarks = _remarks(owners, now)
    return {
        row.person_id: Known(
            remarks[row.person_id],
            kinds[row.person_id],
            row.score,
            row.followers,
            names[row.person_id],
            quiet.get(row.person_id),
        )
        for row in rows
    }


def _remarks(owners: Mapping[int, int], now: datetime) -> dict[int, list[Remark]]:
    found: dict[int, list[Remark]] = defaultdict(list)
    posts = Post.everywhere.filter(
        author__in=numbered(sorted(owners)), ours=False, published__gte=now - WINDOW, published__lte=now
    ).order_by("-published", "-pk")
    columns = ("pk", "author", "published", "intent", "sentiment", "mentioned", "source__owned", "conversation")
    rows = list(posts.values_list(*columns)[:MANY])
    caught = [pk for pk, *_, mentioned, _owned, _talk in rows if mentioned]
    ours = set(
        Mention.everywhere.filter(post__in=numbered(caught), topic__kind__in=OURS).values_list("post", flat=True)
    )  # fmt: skip
    asked = {row[-1] for row in rows if row[-1] is not None and (row[0] in ours or row[3] == "complaint")}
    answers, done = _answers(asked)
    for pk, author, published, intent, sentiment, mentioned, owned, talk in reversed(rows):
        answered = min((moment for moment in answers.get(talk, ()) if moment >= published), default=None)
        found[owners[author]].append(
            Remark(pk, published, intent, sentiment, mentioned, pk in ours, owned, answered, talk in done)
        )
    return found


def _answers(talks: Collection[int]) -> tuple[Mapping[int, Sequence[datetime]], Collection[int]]:
    """When we answered in each of these conversations, here or on the network itself; and which of them are done."""
    given = numbered(sorted(talks))
    found: dict[int, list[datetime]] = defaultdict(list)
    done: set[int] = set()
    rows = Conversation.everywhere.filter(pk__in=given)
    for talk, answered, status in rows.values_list("pk", "answered", "status"):
        if answered is not None:
            found[talk].append(answered)
        if status == ConversationStatus.DONE:
            done.add(talk)
    ours = Post.everywhere.filter(conversation__in=given, ours=True)
    sent = Outbox.everywhere.filter(
        post__conversation__in=given, state=OutboxState.SENT, verb="reply", sent__isnull=False
    )
    for talk, moment in (
        *ours.values_list("conversation", "published"),
        *sent.values_list("post__conversation", "sent"),
    ):
        if moment is not None:
            found[talk].append(moment)
    return found, done


def wake(now: datetime) -> bool:
    """What was put off until now stands open again, for the loop. False: nothing was."""
    due = Suggestion.everywhere.filter(state=SuggestionState.LATER, until__lte=now).order_by("until")
    pks = list(due.values_list("pk", flat=True)[:AT_ONCE])
    rows = Suggestion.everywhere.filter(pk__in=pks, state=SuggestionState.LATER, until__lte=now)
    return bool(pks) and bool(rows.update(state=SuggestionState.OPEN, until=None))
