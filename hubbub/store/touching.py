"""When we last touched the people we stand in relationships with: from what really left us, and from notes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Coalesce

from .models import Note, Outbox, OutboxState, PersonNote, Post, Relating, Relationship, Touch

AT_ONCE = 500
LATE = timedelta(minutes=1)  # what another worker has not committed yet is looked at again
SPOKEN = {"reply": Touch.REPLY, "message": Touch.MESSAGE}

Touched = tuple[int, datetime, str]  # person, when, by which act


def touch(found: Iterable[Touched]) -> None:
    """Keep the newest of these acts at the relationships that stand; an older one changes nothing."""
    newest: dict[int, tuple[datetime, str]] = {}
    for person, moment, by in found:
        if person not in newest or newest[person][0] < moment:
            newest[person] = (moment, by)
    standing = Relationship.everywhere.filter(ended=None)
    known = standing.filter(person__in=list(newest)).values_list("person", flat=True).distinct()
    for person in sorted(known):
        moment, by = newest[person]
        rows = standing.filter(Q(last_touch=None) | Q(last_touch__lt=moment), person=person)
        rows.update(last_touch=moment, touched_by=by, quiet_since=moment)


def last_of(person: int) -> tuple[datetime | None, str]:
    """The last thing that we did about a person until now, and by which act; (None, ""): nothing."""
    sent = Outbox.everywhere.filter(state=OutboxState.SENT, verb__in=SPOKEN, sent__isnull=False).order_by("-sent")
    found: list[tuple[datetime, str]] = []
    for theirs in (sent.filter(post__author__person=person), sent.filter(author__person=person)):
        found += [(moment, str(SPOKEN[verb])) for moment, verb in theirs.values_list("sent", "verb")[:1] if moment]
    for notes in (
        Note.everywhere.filter(conversation__author__person=person),
        PersonNote.everywhere.filter(person=person),
    ):
        found += [(moment, str(Touch.NOTE)) for moment in notes.order_by("-at").values_list("at", flat=True)[:1]]
    return max(found) if found else (None, "")


_WHOM = Coalesce("author__person", "post__author__person")


def look(row: Relating, now: datetime) -> bool:
    """What left us and what was noted since the loop last looked at this workspace. Sets the row's marks, saves
    nothing. True: there is more."""
    since = row.told or now
    sent = Outbox.everywhere.filter(workspace=row.workspace_id, state=OutboxState.SENT, sent__lte=now)
    replies = sent.filter(verb="reply", sent__gt=since).order_by("sent").annotate(whom=_WHOM)
    found = list(replies.values_list("whom", "sent", "verb")[:AT_ONCE])
    more = len(found) == AT_ONCE
    until = found[-1][1] if more else now - LATE
    # messages are few: among the newest that were put there
    newest = Outbox.everywhere.filter(workspace=row.workspace_id).order_by("-pk").annotate(whom=_WHOM)
    for whom, moment, verb, state in newest.values_list("whom", "sent", "verb", "state")[:AT_ONCE]:
        if verb == "message" and state == OutboxState.SENT and moment and moment > since:
            found.append((whom, moment, verb))
    touched = [(whom, moment, str(SPOKEN[verb])) for whom, moment, verb in found if whom and moment]
    notes = Note.everywhere.filter(workspace=row.workspace_id, pk__gt=row.noted).order_by("pk")
    rows = list(notes.values_list("pk", "conversation__author__person", "at")[:AT_ONCE])
    touched += [(person, moment, str(Touch.NOTE)) for _, person, moment in rows if person]
    about = PersonNote.everywhere.filter(workspace=row.workspace_id, at__gt=since, at__lte=now)
    touched += [(person, moment, str(Touch.NOTE)) for person, moment in about.values_list("person", "at")[:AT_ONCE]]
    touch(touched)
    row.told = max(since, until) if until else since
    row.noted = rows[-1][0] if rows else row.noted
    return more or len(rows) == AT_ONCE


def by_posts(ours: Iterable[tuple[int, str, datetime]]) -> None:
    """What we said on a network itself: (source, native id of the post that it answers, when)."""
    answers = [one for one in ours if one[1]]
    if not answers:
        return
    rows = Post.everywhere.filter(
        source__in={source for source, _, _ in answers}, native_id__in={parent for _, parent, _ in answers}, ours=False
    ).exclude(author=None)
    people = {
        (source, native): person for source, native, person in rows.values_list("source", "native_id", "author__person")
    }
    touch(
        (people[source, parent], when, str(Touch.REPLY))
        for source, parent, when in answers
        if (source, parent) in people
    )
