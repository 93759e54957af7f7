"""The calendar as a file for other programs: what is planned, and what has come out lately."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from hubbub.core.ical import Event, Status, write_calendar
from hubbub.store.models import CalendarFeed, PlannedState, Workspace

from .queries import Choice, Entry, entries

MOST = 5_000  # versions, each way
BACK, AHEAD = timedelta(days=90), timedelta(days=400)
STATUSES: dict[PlannedState, Status] = {
    PlannedState.DRAFT: "TENTATIVE",
    PlannedState.APPROVAL: "TENTATIVE",
    PlannedState.DROPPED: "CANCELLED",
}


def written(feed: CalendarFeed, absolute: Callable[[str], str]) -> tuple[bytes, datetime | None]:
    """The file, and when what it holds was last changed; None: it holds nothing."""
    workspace, now = feed.workspace, timezone.now()
    choice = Choice(owner=feed.member_id if feed.mine else 0)
    # dropped ones, too: a program that shows them already must be told
    dropped = Choice(owner=choice.owner, state=PlannedState.DROPPED)
    start, end, zone = now - BACK, now + AHEAD, ZoneInfo("UTC")
    stretches = ((start, now), (now, end))  # each for itself: much that is past must not cut off what is to come
    found = [one for what in (choice, dropped) for since, until in stretches
             for one in entries(workspace, what, zone, since, until, MOST)]  # fmt: skip
    host = absolute("/").split("/")[2]
    events = [_event(one, workspace, host, absolute) for one in found if one.due]
    name = f"{workspace.name}: {'my posts' if feed.mine else 'planned posts'}"
    changed = max((one.item.changed for one in found), default=None)
    return write_calendar(events, name=name, product="-//Hubbub//Calendar//EN"), changed


def _event(one: Entry, workspace: Workspace, host: str, absolute: Callable[[str], str]) -> Event:
    item = one.item
    page = absolute(reverse("engage:planned", args=[workspace.slug, item.pk]))
    # several moments of one item are told apart by their first version
    part = f"-{one.versions[0].pk}" if one.versions else ""
    state = PlannedState(item.state)
    words = [f"{one.where}: {state.label.lower()}"]
    words += [f"by {item.owner}"] if item.owner else []
    texts = dict.fromkeys(
        version.sent_text or (item.text if version.same else version.text) for version in one.versions
    )
    return Event(
        uid=f"planned-{item.pk}{part}@{host}",
        start=one.due or item.changed,
        changed=item.changed,
        summary=item.title,
        description="\n\n".join([". ".join(words), *(text for text in texts if text)]),
        url=page,
        status=STATUSES.get(state, "CONFIRMED"),
        categories=tuple(one.kinds),
        sequence=item.revision,
    )


def tag_of(body: bytes) -> str:
    """The same as long as the file is the same."""
    return f'"{sha256(body).hexdigest()[:32]}"'
