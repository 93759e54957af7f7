"""What we planned to say, brought to its moment by the loop: into the outbox once, its fate back onto the calendar."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from msgspec import Struct

from hubbub.core.utm import Post as Said
from hubbub.core.utm import TagRule, tagged

from . import outbox
from .accounts import signed_out
from .audit import audit
from .claim import unleased
from .hours import zone_of
from .models import (
    AccountState,
    Actor,
    Attachment,
    LinkTags,
    Member,
    NotificationKind,
    Outbox,
    OutboxState,
    Planned,
    PlannedState,
    PlannedVersion,
    Post,
    Role,
    System,
    VersionState,
    Workspace,
)
from .notifying import notify

LOOP = System("Hubbub")
READ_BACK = timedelta(days=3)  # after it was sent, a post of ours is looked for among what its source brings
AT_ONCE = 20

# state of an item → where it may go from there, by the loop (here) or by hand (engage.calendar's actions)
MOVES: Mapping[PlannedState, frozenset[PlannedState]] = {
    PlannedState.DRAFT: frozenset({PlannedState.APPROVAL, PlannedState.PLANNED, PlannedState.DROPPED}),
    PlannedState.APPROVAL: frozenset({PlannedState.DRAFT, PlannedState.PLANNED, PlannedState.DROPPED}),
    # straight to "failed" where our account was signed out before its moment
    PlannedState.PLANNED: frozenset(
        {PlannedState.DRAFT, PlannedState.APPROVAL, PlannedState.SENDING, PlannedState.FAILED, PlannedState.DROPPED}
    ),
    # from here on the states of its versions say what it is
    PlannedState.SENDING: frozenset({PlannedState.POSTED, PlannedState.FAILED, PlannedState.DROPPED}),
    # back to "planned" where nothing of it ever was on its way
    PlannedState.FAILED: frozenset(
        {PlannedState.PLANNED, PlannedState.SENDING, PlannedState.POSTED, PlannedState.DROPPED}
    ),
    PlannedState.POSTED: frozenset({PlannedState.SENDING}),  # a version is added to what has come out
    PlannedState.DROPPED: frozenset({PlannedState.DRAFT, PlannedState.SENDING, PlannedState.POSTED}),
    PlannedState.PATTERN: frozenset(),
}
if set(MOVES) != set(PlannedState):
    raise AssertionError("every state of a planned item needs its moves")

# state of an outbox row → state of the version that it carries
FATES: Mapping[OutboxState, VersionState] = {
    OutboxState.HELD: VersionState.SENDING,
    OutboxState.WAITING: VersionState.SENDING,
    OutboxState.FAILED: VersionState.SENDING,  # it is tried again by itself
    OutboxState.SENT: VersionState.POSTED,
    OutboxState.BROKEN: VersionState.FAILED,
    OutboxState.DROPPED: VersionState.DROPPED,
}
if set(FATES) != set(OutboxState):
    raise AssertionError("every outbox state says how a planned version stands")

UNDERWAY = (OutboxState.WAITING, OutboxState.FAILED)
GOING = (PlannedState.PLANNED, PlannedState.SENDING, PlannedState.FAILED)  # items whose versions leave when due


class Leaving(Struct, frozen=True):
    """What leaves us of a version."""

    text: str
    title: str
    files: tuple[int, ...]  # ids of attachments, in order


def leaving(version: PlannedVersion, rules: list[TagRule] | None = None) -> Leaving:
    """Its words with tags on their links, its title and files. Needs `planned` and `source` loaded."""
    item = version.planned
    text = item.text if version.same else version.text
    files = (version if version.own_files else item).attachments.order_by("pk").values_list("pk", flat=True)
    given = link_rules(item.workspace) if rules is None else rules
    return Leaving(tagged(text, given, _said(version)), version.title, tuple(files))


def _said(version: PlannedVersion) -> Said:
    item = version.planned
    when = version.due or item.due or item.changed
    day = when.astimezone(zone_of(item.workspace)).date()
    return Said(version.source.kind, version.source.name, item.campaign, day, item.pk or 0)


def link_rules(workspace: Workspace) -> list[TagRule]:
    """Those that are on, in their order."""
    return [
        TagRule(
            tuple(row.domains.split()),
            tuple(str(kind) for kind in row.networks),
            {name: str(getattr(row, name)) for name in ("source", "medium", "campaign", "content", "term")},
        )
        for row in LinkTags.of(workspace).filter(on=True).order_by("pk")
    ]


def step(now: datetime) -> bool:
    """A piece of what is due: versions leave, fates come back, posts are found again. False: there was none."""
    sent = send_due(now)
    stopped = stop_some(now)
    settled = settle_some(now)
    return find_some(now) or settled or stopped or sent


def send_due(now: datetime) -> bool:
    """Put one version that is due into the outbox. False: none is due."""
    due = PlannedVersion.everywhere.filter(state=VersionState.READY, due__lte=now, planned__state__in=GOING)
    found = due.order_by("due", "pk").values_list("pk", "planned").first()
    if found is None:
        return False
    with transaction.atomic():
        item = held(found[1])
        version = due.select_related("planned__workspace", "source__our_account").filter(pk=found[0]).first()
        if item is None or version is None:  # another worker has it, or a person moved it
            return True
        version.planned = item
        if no := signed_out(version.source):
            wait(version, no)
        else:
            _put(version)
        follow(item, now)
    return True


def _put(version: PlannedVersion) -> None:
    what = leaving(version)
    row = outbox.put(
        None,
        "post",
        by=version.planned.owner or LOOP,
        why=f"Planned: {version.planned.title}",
        text=what.text,
        title=what.title,
        source=version.source,
        thread=version.place,
        nonce=f"planned {version.pk} {version.planned.created.isoformat()}",  # one version is one post
        attachments=Attachment.everywhere.filter(pk__in=what.files),
    )
    version.outbox, version.sent_text, version.state, version.error = row, what.text, VersionState.SENDING, ""
    version.save(update_fields=["outbox", "sent_text", "state", "error"])
    audit(version, "send", by=LOOP, why="its moment has come", after={"outbox": row.pk})


def wait(version: PlannedVersion, error: str, *, by: Actor = LOOP) -> None:
    """It does not leave until a person has looked; whoever minds it is told. The caller holds the item, and follows."""
    before, version.state, version.error, version.queued = version.state, VersionState.FAILED, error, False
    version.save(update_fields=["state", "error", "queued"])
    audit(version, "failed", by=by, why=error, before={"state": before}, after={"state": version.state})
    _tell(version, f"waits {timezone.now().isoformat()}")


def stop_some(now: datetime) -> bool:
    """What is on its way as an account that was signed out meanwhile waits for a person, who is told, and does not
    leave as yesterday's news once somebody signs in. False: there is none."""
    unsent = Q(outbox__state__in=UNDERWAY)
    refused = Q(source__signed_in=True, source__our_account__state=AccountState.REFUSED)
    found = PlannedVersion.everywhere.filter(unsent, refused, state=VersionState.SENDING)
    stopped = False
    for version in found.select_related("source__our_account", "outbox").order_by("pk")[:AT_ONCE]:
        with transaction.atomic():
            stopped = stop(version, signed_out(version.source), now) or stopped
    return stopped


def stop(version: PlannedVersion, error: str, now: datetime, *, by: Actor = LOOP) -> bool:
    """What is on its way there does not leave; False where a worker has it already. It is told of as it settles."""
    # by its number: PostgreSQL asks all of it again where a worker takes the row in this very moment
    rows = Outbox.everywhere.filter(unleased(now), pk=version.outbox_id or 0, state__in=UNDERWAY)
    if not rows.update(state=OutboxState.BROKEN, error=error):
        return False
    audit(version, "stop", by=by, why=error, after={"outbox": version.outbox_id})
    return True


def settle_some(now: datetime) -> bool:
    """Bring what became of outbox rows onto their versions. False: all versions know it."""
    apart = Q()
    for fate, state in FATES.items():
        apart |= Q(outbox__state=fate) & ~Q(state=state)
    # dropped ones, too: what was on its way when it was called back may have arrived
    followed = [VersionState.SENDING, VersionState.FAILED, VersionState.DROPPED]
    known = PlannedVersion.everywhere.filter(state__in=followed, outbox__isnull=False)
    behind = list(known.filter(apart).order_by("pk").values_list("pk", "planned")[:AT_ONCE])
    for pk, planned in behind:
        with transaction.atomic():
            item = held(planned)
            version = known.filter(apart, pk=pk).select_related("outbox", "source").first()
            if item is not None and version is not None and version.outbox is not None:
                version.planned = item
                _settle(version, version.outbox)
                follow(item, now)
    return bool(behind)


def _settle(version: PlannedVersion, row: Outbox) -> None:
    before, version.state = version.state, FATES[OutboxState(row.state)]
    version.error = row.error if version.state == VersionState.FAILED else ""
    version.sent, version.result_url = row.sent, row.result_url
    version.save(update_fields=["state", "error", "sent", "result_url"])
    audit(version, str(version.state), by=LOOP, why=version.error, before={"state": before}, after={"outbox": row.pk})
    if version.state == VersionState.FAILED:
        _tell(version, f"{row.pk} {row.tries}")


def _tell(version: PlannedVersion, key: str) -> None:
    says = f"“{version.planned.title}” could not be posted on {version.source}: it waits for you"
    notify(minders(version.planned), NotificationKind.FAILED, says, about=version.planned, key=key)


def minders(item: Planned) -> list[Member]:
    """Who is told when it goes wrong: its owner; where it has none, or they left, those who lead."""
    if item.owner and item.owner.active:
        return [item.owner]
    return list(Member.of(item.workspace).filter(active=True, role__in=[Role.MANAGER, Role.ADMIN]))


def follow(item: Planned, now: datetime) -> None:
    """Once its first version has left, an item's state is what its versions say. The item is locked."""
    states = set(item.versions.values_list("state", flat=True))
    begun = item.state in {PlannedState.SENDING, PlannedState.FAILED, PlannedState.POSTED, PlannedState.DROPPED}
    fresh = together(states, begun=begun)
    if fresh is None or fresh == item.state:
        return
    if fresh not in MOVES[PlannedState(item.state)]:
        raise AssertionError(f"{item.state} → {fresh} of planned item {item.pk}")
    before, item.state, item.changed = item.state, fresh, now
    item.revision += 1
    item.save(update_fields=["state", "changed", "revision"])
    audit(item, str(fresh), by=LOOP, before={"state": before}, after={"state": item.state})


def together(states: set[str], *, begun: bool) -> PlannedState | None:
    """What an item is whose versions stand so. None: nothing has left yet, and a person's word counts. `begun`: some
    version was on its way once."""
    moving = states - {VersionState.READY, VersionState.DROPPED}
    if not moving:
        left = PlannedState.SENDING if VersionState.READY in states else PlannedState.DROPPED
        return left if begun else None
    if VersionState.SENDING in moving or (VersionState.READY in states and VersionState.FAILED not in moving):
        return PlannedState.SENDING
    return PlannedState.FAILED if VersionState.FAILED in moving else PlannedState.POSTED


def find_some(now: datetime) -> bool:
    """Know posts of ours again that their sources have read meanwhile. False: there are none."""
    same = Post.everywhere.filter(source=OuterRef("source"), native_id=OuterRef("outbox__result_id"))
    lost = PlannedVersion.everywhere.filter(state=VersionState.POSTED, post__isnull=True, sent__gt=now - READ_BACK)
    found = list(lost.filter(Exists(same)).select_related("outbox")[:AT_ONCE])
    for version in found:
        post = Post.everywhere.filter(
            source=version.source_id, native_id=version.outbox.result_id if version.outbox else ""
        ).first()
        PlannedVersion.everywhere.filter(pk=version.pk, post__isnull=True).update(post=post)
    return bool(found)


def held(pk: int) -> Planned | None:
    """The item, locked until the transaction ends; None where it is gone."""
    rows = Planned.everywhere.filter(pk=pk).select_related("workspace", "owner__user")
    return rows.select_for_update(of=("self",), no_key=True).first()
