"""What the calendar holds: a planned post in a series, a rule for links, a feed, a question, for `tests.furnished`."""

from datetime import timedelta

from django.utils import timezone

from hubbub.store.models import (
    Asked,
    AskedCount,
    CalendarFeed,
    LinkTags,
    Member,
    Planned,
    PlannedSeries,
    PlannedVersion,
    Post,
    PostingSlot,
    Tag,
)
from hubbub.store.models.token import digest
from tests.world import NOON, make_source


def furnish_calendar(post: Post, member: Member, own: str) -> dict[str, int]:
    """By noun which row an address may name. `own`: a word of this workspace alone."""
    workspace, soon = post.workspace, timezone.now() + timedelta(hours=3)
    source = make_source(
        workspace, f"Megaphone {own}", kind="mastodon", settings={"server": "https://social.example.org"},
        can=["reply", "post"], account=f"acme-{own}",
    )  # fmt: skip
    PostingSlot.everywhere.create(workspace=workspace, source=source, weekday=2, minute=540)
    series = PlannedSeries.everywhere.create(
        workspace=workspace, rule="FREQ=WEEKLY", first=soon.date(), at=soon.time(), zone="UTC", state="draft",
        made_until=soon + timedelta(days=400), created=NOON,
    )  # fmt: skip
    given = {"workspace": workspace, "owner": member, "text": f"A new lid {own}", "created": NOON, "changed": NOON}
    Planned.everywhere.create(title=f"Pattern {own}", state="pattern", series=series, **given)
    item = Planned.everywhere.create(
        title=f"Launch {own}", due=soon, series=series, occurrence=soon, campaign=own, notes=f"Careful {own}", **given
    )
    item.tags.add(Tag.everywhere.create(workspace=workspace, name=f"launch {own}"))
    item.about.add(post)
    version = PlannedVersion.everywhere.create(workspace=workspace, planned=item, source=source, due=soon, queued=True)
    failed = Planned.everywhere.create(title=f"Hours {own}", due=soon, state="failed", **given)
    PlannedVersion.everywhere.create(
        workspace=workspace, planned=failed, source=source, due=soon, state="failed", error=f"It says no {own}"
    )
    asked = Asked.everywhere.create(
        workspace=workspace, phrase=f"lid {own}", says=f"Lid {own}", people=4, questions=5, newest=NOON, counted=NOON
    )
    asked.posts.add(post)
    AskedCount.everywhere.create(workspace=workspace, at=timezone.now(), looked_at=9)
    tags = LinkTags.everywhere.create(
        workspace=workspace, name=f"Our site {own}", domains="example.org", source="{network}", campaign=own
    )
    feed = CalendarFeed.everywhere.create(
        workspace=workspace, member=member, name=f"Phone {own}", hashed=digest(f"feed {own}"), created=NOON
    )
    return {"planned": item.pk, "wording": version.pk, "asked": asked.pk, "tagging": tags.pk, "feed": feed.pk}
