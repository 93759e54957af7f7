"""What a form wishes for one conversation or many: read once, done by the same actions."""

from collections.abc import Callable, Mapping

from django.http import QueryDict
from django.utils import timezone
from msgspec import Struct

from hubbub.core import snooze
from hubbub.store.hours import zone_of
from hubbub.store.models import ConversationStatus, Kind, Member, Priority, Team
from hubbub.ui.api import Refusal
from hubbub.ui.ids import id_of

from . import actions


class Wish(Struct, frozen=True):
    """An act, and how the conversations are after it, in words."""

    act: actions.Act
    says: str


def read(given: QueryDict, by: Member) -> Wish:
    """From a form's fields: `status` (with `until`), `assignee`, `priority`, `kind`, `tag` or `untag`; in a form about
    many rows `act` says which of them is meant. Raises Refusal where none is."""
    asked = given.get("act", "")
    if asked in ConversationStatus.values:
        return _status(given, by, asked)
    names = [_MANY.get(asked, asked)] if asked else [name for name in _READ if name in given]
    for name in names:
        if name in _READ:
            return _READ[name](given, by, given.get(name, ""))
    raise Refusal("Choose what to do: a state, somebody who looks after it, a priority, a kind or a tag")


def _status(given: QueryDict, by: Member, value: str) -> Wish:
    if value not in ConversationStatus.values:
        raise Refusal("Choose open, waiting, snoozed or done")
    wanted = ConversationStatus(value)
    if wanted != ConversationStatus.SNOOZED:
        return Wish(lambda one: actions.set_status(one, wanted, by=by, why=_why(given)), f"now: {wanted.label.lower()}")
    zone = zone_of(by.workspace)
    text = given.get("until", "")
    until = snooze.read(given.get("own_until", "") if text in ("", "own") else text, timezone.now(), zone)
    if until is None:
        raise Refusal("Until when is it to sleep? Choose a moment, or write a date and a time")
    says = f"asleep until {until.astimezone(zone):%a %-d %b %Y, %H:%M} ({zone.key})"
    return Wish(lambda one: actions.set_status(one, wanted, by=by, why=_why(given), until=until), says)


def _assign(given: QueryDict, by: Member, value: str) -> Wish:
    to = whom(by, value)
    return Wish(
        lambda one: actions.assign(one, to, by=by, why=_why(given)), f"now looked after by {_called(to) or 'nobody'}"
    )


def _called(to: Member | Team | None) -> str:
    return f"the team {to}" if isinstance(to, Team) else str(to) if to else ""


def whom(by: Member, asked: str) -> Member | Team | None:
    """Who is meant by a form's field: "me", a member's id, "team:" and a team's id, or nothing for nobody. Raises
    Refusal where that is nobody here."""
    if asked == "me":
        return by
    if not asked:
        return None
    kind, _, number = asked.rpartition(":")
    pk = id_of(number) or 0
    if kind == "team":
        team = Team.of(by.workspace).filter(pk=pk).first()
        if team is None:
            raise Refusal("That team is not there any more: choose another")
        return team
    found = Member.of(by.workspace).select_related("user").filter(pk=pk).first()
    if found is None:
        raise Refusal("That member is not in this workspace any more: choose another")
    return found


def _priority(given: QueryDict, by: Member, value: str) -> Wish:
    if value not in Priority.values:
        raise Refusal("Choose a priority: low, normal, high or urgent")
    wanted = Priority(value)
    return Wish(
        lambda one: actions.set_priority(one, wanted, by=by, why=_why(given)), f"now of {wanted.label.lower()} priority"
    )


def _kind(given: QueryDict, by: Member, value: str) -> Wish:
    if value not in Kind.values:
        raise Refusal("Choose a kind: complaint, compliment, question, request, review, lead or none of these")
    wanted = Kind(value)
    says = f"now a {wanted.label.lower()}" if wanted else "now of no kind"
    return Wish(lambda one: actions.set_kind(one, wanted, by=by, why=_why(given)), says)


def _tag(given: QueryDict, by: Member, value: str) -> Wish:
    names = given.getlist("tag")
    if not any(name.strip() for name in names):
        raise Refusal("Which tag? Write its name, or several with commas between them")
    return Wish(lambda one: actions.tag(one, add=names, by=by, why=_why(given)), f"now tagged {value.strip()}")


def _untag(given: QueryDict, by: Member, value: str) -> Wish:
    names = given.getlist("untag") if "untag" in given else given.getlist("tag")
    if not any(name.strip() for name in names):
        raise Refusal("Which tag is to come off? Write its name")
    removed = [part for name in names for part in name.split(",")]
    return Wish(
        lambda one: actions.tag(one, remove=removed, by=by, why=_why(given)),
        f"no longer tagged {value or names[0]}".strip(),
    )


def _why(given: QueryDict) -> str:
    return given.get("why", "").strip()[:500]


_READ: Mapping[str, Callable[[QueryDict, Member, str], Wish]] = {
    "status": _status,
    "assignee": _assign,
    "priority": _priority,
    "kind": _kind,
    "tag": _tag,
    "untag": _untag,
}
_MANY = {"assign": "assignee"}  # as a form about many rows calls it
