"""What every page is given: the workspace, the rooms to go to, what can be undone."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from msgspec import Struct

from hubbub.store import capped, telling
from hubbub.store.models import Appeal, Breaker, Conversation, Member, Post, Proposal, Report, Role, Workspace


class Door(Struct, frozen=True):
    """One line of the menu."""

    name: str
    url: str
    key: str = ""
    here: str = ""  # for aria-current: "page", "true" on a page below it, "" elsewhere
    count: str = ""


class Group(Struct, frozen=True):
    """The doors of one activity; a folded one says by itself whether something waits behind it."""

    name: str
    rooms: tuple[Door, ...]
    open: bool = False

    @property
    def waits(self) -> bool:
        """Whether a door of it has a count."""
        return any(room.count for room in self.rooms)


# activity → (name, URL name, key after "g", least role)
DOORS: tuple[tuple[str, tuple[tuple[str, str, str, Role], ...]], ...] = (
    (
        "Engage",
        (
            ("Inbox", "engage:inbox", "i", Role.VIEWER),
            ("Outbox", "engage:outbox", "b", Role.VIEWER),
            ("Calendar", "engage:calendar", "k", Role.VIEWER),
            ("People", "engage:people", "h", Role.VIEWER),
            ("Relationships", "engage:relations", "j", Role.VIEWER),
            ("Opportunities", "engage:opportunities", "d", Role.VIEWER),
            ("Engage settings", "engage:settings", "g", Role.VIEWER),
        ),
    ),
    (
        "Listen",
        (
            ("Stream", "listen:stream", "s", Role.VIEWER),
            ("Topics", "listen:topics", "t", Role.VIEWER),
            ("Sources", "listen:sources", "c", Role.VIEWER),
        ),
    ),
    (
        "Moderate",
        (
            ("Queue", "moderate:queue", "q", Role.VIEWER),
            ("Appeals", "moderate:appeals", "w", Role.VIEWER),
            ("Notices", "moderate:notices", "n", Role.VIEWER),
            ("Policies", "moderate:policies", "y", Role.VIEWER),
            ("Rules", "moderate:rules", "r", Role.VIEWER),
            ("Batches", "moderate:batches", "z", Role.VIEWER),
            ("Reports", "moderate:reports", "x", Role.VIEWER),
            ("Proposals", "moderate:proposals", "o", Role.VIEWER),
            ("Log", "moderate:log", "l", Role.VIEWER),
            ("Transparency", "moderate:transparency", "v", Role.VIEWER),
        ),
    ),
    (
        "Measure",
        (
            ("Mentions", "measure:mentions", "m", Role.VIEWER),
            ("What is said", "measure:said", "e", Role.VIEWER),
            ("Trust", "measure:trust", "f", Role.VIEWER),
        ),
    ),
    ("Plan", (("Objectives", "plan:objectives", "p", Role.VIEWER),)),
    ("You", (("Notifications", "team:notifications", "0", Role.VIEWER),)),
    ("Team", (("Members", "team:members", "u", Role.VIEWER), ("API tokens", "team:tokens", "a", Role.VIEWER))),
)


# pages that stand below a door without lying below its address; from the workspace's own on
BELOW: Mapping[str, tuple[str, ...]] = {
    "engage:inbox": ("engage/views/",),
    "engage:outbox": ("engage/approvals/",),
    "engage:people": ("engage/person/",),
    "listen:stream": ("listen/post/",),
    "engage:settings": ("engage/promises/", "engage/hours/", "engage/helpful/", "engage/calendar/link-tags/"),
}

PARTS = frozenset({"list", "thread"})  # what a page fetches anew by itself


def workspace(request: HttpRequest) -> dict[str, object]:
    """Empty for pages outside a workspace."""
    here: Workspace | None = getattr(request, "workspace", None)
    member: Member | None = getattr(request, "member", None)
    if here is None or member is None:
        return {}
    counts: Mapping[str, int] = getattr(request, "waiting", None) or count_along(member)[0]
    unread, unfolded = counts["team:notifications"], _unfolded(request)
    addresses = _addresses(here.slug)
    current = _current(request, reverse("workspace", args=[here.slug]), addresses)
    groups = tuple(
        _group(activity, Role(member.role), counts, addresses, current, unfolded=activity in unfolded)
        for activity, _ in DOORS
    )
    partial = request.headers.get("HX-Target", "") in PARTS
    others = Workspace.objects.filter(pk__in=_elsewhere(here.pk, member.user_id).values("workspace"))
    return {
        "workspace": here,
        "member": member,
        "rooms": groups,
        "unread": capped.shown(unread) if unread else "",
        "other_workspaces": others if counts["elsewhere"] else (),
        # a page that fetches its own list anew shows no messages: they wait for the page that a person goes to
        "partial": partial,
        "undo": None if partial else request.session.pop("undo", None),
        "stopped_rules": _stopped(here) if counts["stopped"] and Role(member.role).may(Role.MODERATOR) else [],
    }


@lru_cache(256)
def _addresses(slug: str) -> Mapping[str, str]:
    """Door → its address in that workspace."""
    return {target: reverse(target, args=[slug]) for _, doors in DOORS for _, target, _, _ in doors}


def _stopped(workspace: Workspace) -> list[Breaker]:
    """Rules that a breaker stopped: those who can start them again are told on every page."""
    stopped = Breaker.of(workspace).filter(stopped__isnull=False).select_related("rule")
    return list(stopped.order_by("-stopped")[:3])


def _group(
    activity: str,
    role: Role,
    counts: Mapping[str, int],
    addresses: Mapping[str, str],
    current: tuple[str, str],
    *,
    unfolded: bool,
) -> Group:
    doors = tuple(
        Door(
            name=name,
            url=addresses[target],
            key=key,
            here=current[1] if current[0] == target else "",
            count=capped.shown(counts[target]) if counts.get(target) else "",
        )
        for name, target, key, least in dict(DOORS)[activity]
        if role.may(least)
    )
    return Group(activity, doors, open=unfolded)


def _unfolded(request: HttpRequest) -> set[str]:
    """The group of this page, and those that this browser was told to leave open (hubbub.js keeps the cookie)."""
    match = request.resolver_match
    view, room = (match.view_name, match.namespace) if match is not None else ("", "")
    exact = {activity for activity, doors in DOORS if any(target == view for _, target, _, _ in doors)}
    near = {activity for activity, doors in DOORS if any(target.split(":")[0] == room for _, target, _, _ in doors)}
    return (exact or near or {"Engage"}) | set(request.COOKIES.get("hubbub_menu", "").split("."))


def _current(request: HttpRequest, start: str, addresses: Mapping[str, str]) -> tuple[str, str]:
    """The door to this page, and how far it leads to it: that whose address the page's own begins with, of several the
    longest. Below an address that has others below it, only what has a number there is its own: `engage/12/`."""
    match = request.resolver_match
    if match is not None and match.view_name in addresses:
        return match.view_name, "page"
    best, length = "", 0
    for target, address in addresses.items():
        whole = any(other.startswith(address) for other in addresses.values() if other != address)
        for path in (address, *(start + one for one in BELOW.get(target, ()))):
            rest = request.path.removeprefix(path)
            fits = request.path.startswith(path) and (path != address or not whole or rest[:1].isdigit())
            if fits and len(path) > length:
                best, length = target, len(path)
    return best, "true" if best else ""


def count_along(
    member: Member, asked: Sequence[QuerySet[Any] | capped.Written] = ()
) -> tuple[Mapping[str, int], list[int]]:
    """What the menu says, for `request.waiting`, and what a page itself counts: all in one question."""
    waiting = _waiting(member.workspace_id, member.pk, member.user_id)
    found = capped.counts([*waiting.values(), *asked])
    return dict(zip(waiting, found, strict=False)), found[len(waiting) :]


@lru_cache(1_024)
def _waiting(here: int, member: int, user: int) -> Mapping[str, capped.Written]:
    """Door → what waits behind it; "stopped": rules that a breaker stopped; "elsewhere": other workspaces of theirs."""
    place = Workspace(pk=here)
    asked: dict[str, QuerySet[Any]] = {
        "engage:inbox": Conversation.of(place).filter(status="open"),
        "moderate:queue": Post.of(place).filter(decision="queued"),
        "moderate:appeals": Appeal.of(place).filter(state="open"),
        "moderate:reports": Report.of(place).filter(state="open"),
        "moderate:proposals": Proposal.of(place).filter(state="open"),
        "team:notifications": telling.unread_of(Member(pk=member)),
        "stopped": Breaker.of(place).filter(stopped__isnull=False),
        "elsewhere": _elsewhere(here, user),
    }
    return {door: capped.written(rows) for door, rows in asked.items()}


def _elsewhere(here: int, user: int) -> QuerySet[Member]:
    return Member.everywhere.filter(user=user, active=True).exclude(workspace=here)
