"""What is done about relationships: begun, moved, given, planned, ended. Each act leaves an audit row."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from hubbub.core.relations import NAMES, RELATIONS
from hubbub.store import activities, relations, touching
from hubbub.store.audit import Plain, audit, changes
from hubbub.store.bulk import numbered
from hubbub.store.models import (
    FAR,
    Actor,
    Audit,
    Conversation,
    ConversationStatus,
    Member,
    Person,
    Relationship,
    Role,
    Stage,
    Suggestion,
    Touch,
    Workspace,
)
from hubbub.ui.api import Refusal

MOST = 200  # relationships in one bulk act
LONGEST, LONGEST_NOTES = 300, 10_000
MOST_STEPS = 100  # next steps of one relationship whose words are kept
HIDDEN = "…"  # in the log in place of words about a person: it outlasts their erasing
FIRST_YEAR, LAST_YEAR = 2000, 2200


def locked(row: Relationship) -> Relationship:
    """The row as it is now, nobody else's to change until the transaction ends."""
    rows = Relationship.of(row.workspace).select_for_update(of=("self",))
    return rows.select_related("stage", "owner__user", "person", "workspace").get(pk=row.pk)


def stir(workspace: Workspace, people: Collection[int]) -> None:
    """Their conversations may stand elsewhere in the inbox now."""
    theirs = Conversation.of(workspace).filter(author__person__in=numbered(sorted(people)))
    theirs.exclude(status=ConversationStatus.DONE).update(stirred=True)


def kind_named(kind: str) -> str:
    """The same, if it is one. Raises Refusal."""
    if kind not in RELATIONS:
        raise Refusal(f"{kind!r} is no kind of relationship: say {', '.join(RELATIONS)}")
    return kind


@transaction.atomic
def begin(
    person: Person,
    kind: str,
    *,
    by: Actor,
    stage: Stage | None = None,
    owner: Member | None = None,
    since: datetime | None = None,
    why: str = "",
) -> Relationship:
    """The person enters a pipeline, in its first stage where none is named. Raises Refusal."""
    kind_named(kind)
    fresh = Person.of(person.workspace).select_for_update(of=("self",), no_key=True).get(pk=person.pk)  # one at a time
    if fresh.merged_into_id:
        raise Refusal("This person was merged into another one: open that one")
    if fresh.erased:
        raise Refusal("Everything about this person was erased")
    if known := Relationship.of(person.workspace).filter(person=person, kind=kind, ended=None).first():
        raise Refusal(f"{person} stands among the {NAMES[kind].lower()} relationships already, in “{known.stage}”")
    first = stage or relations.stages_of(person.workspace, kind)[0]
    _fits(first, kind, person.workspace_id)
    _may_own(person.workspace_id, owner)
    now = timezone.now()
    row = Relationship(workspace=person.workspace, person=person, kind=kind, stage=first, owner=owner)
    row.since = min(since, now) if since else now
    row.moved = now
    row.last_touch, row.touched_by = touching.last_of(person.pk)
    row.quiet_since = row.last_touch or row.since
    row.reach = activities.of_person(person.workspace, person.pk).score
    row.save()
    activities.stir(person.workspace_id, [person.pk], now)
    stir(person.workspace, [person.pk])
    after: dict[str, Plain] = {
        "kind": kind,
        "stage": first.pk,
        "stage_name": first.name,
        "owner": str(owner) if owner else None,
    }
    audit(row, "begin", by=by, why=why, after=after)
    _won(row)
    return row


def _fits(stage: Stage, kind: str, workspace_id: int) -> None:
    if stage.kind != kind or stage.workspace_id != workspace_id:
        raise Refusal(f"“{stage}” is no stage of {NAMES[kind].lower()}: choose one of that pipeline")


def _may_own(workspace_id: int, owner: Member | None) -> None:
    if owner is not None and (owner.workspace_id != workspace_id or not owner.may(Role.RESPONDER)):
        raise Refusal("Only members of this workspace who may reply can look after a relationship")


def _own(row: Relationship) -> Relationship:
    found = locked(row)
    if found.person.merged_into_id:
        raise Refusal(
            "This person was merged into another one, who stands here themselves: what was is kept as it stood"
        )
    return found


def _standing(row: Relationship) -> Relationship:
    found = _own(row)
    if found.ended is not None:
        raise Refusal(
            f"This relationship ended{f': {found.ended_why}' if found.ended_why else ''}. Begin it again first."
        )
    return found


@transaction.atomic
def move(row: Relationship, stage: Stage, *, by: Actor, why: str = "") -> Audit | None:
    """Into another stage of its pipeline. None where it stood there already. Raises Refusal."""
    found = _standing(row)
    _fits(stage, found.kind, found.workspace_id)
    if found.stage_id == stage.pk:
        return None
    before: dict[str, Plain] = {"stage": found.stage_id, "stage_name": found.stage.name}
    found.stage, found.moved = stage, timezone.now()
    found.save(update_fields=["stage", "moved"])
    row.stage, row.moved = found.stage, found.moved
    _won(found)
    return audit(found, "move", by=by, why=why, before=before, after={"stage": stage.pk, "stage_name": stage.name})


def _won(row: Relationship) -> None:
    if row.stage.active:
        mine = Suggestion.of(row.workspace).filter(relationship=row, won=None)
        mine.update(won=timezone.now())


@transaction.atomic
def give(row: Relationship, owner: Member | None, *, by: Actor, why: str = "") -> Audit | None:
    """To a member, who is reminded of its next steps; or to nobody. None where it was so already. Raises Refusal."""
    _may_own(row.workspace_id, owner)
    found = _standing(row)
    if found.owner_id == (owner.pk if owner else None):
        return None
    before: dict[str, Plain] = {"owner": found.owner_id, "owner_name": str(found.owner or "nobody")}
    found.owner = row.owner = owner
    found.save(update_fields=["owner"])
    after: dict[str, Plain] = {"owner": owner.pk if owner else None, "owner_name": str(owner or "nobody")}
    return audit(found, "give", by=by, why=why, before=before, after=after)


@transaction.atomic
def plan(row: Relationship, step: str, on: date | None, *, by: Actor, why: str = "") -> Audit | None:
    """What is next, and when; "" and None: nothing is. Whoever plans it looks after it, where nobody does. Raises
    Refusal."""
    words = " ".join(step.split())
    if len(words) > LONGEST:
        raise Refusal(f"A next step has {LONGEST} characters at most: put the rest into the notes")
    if on is not None and not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise Refusal(f"{on} is too far away: choose a day between {FIRST_YEAR} and {LAST_YEAR}")
    if on is not None and not words:
        raise Refusal("Say what the next step is: a day alone reminds nobody of anything")
    found = _standing(row)
    was, new = (found.next_step, _day(found.next_on)), (words, _day(on))
    pairs = [(name, old, fresh) for name, old, fresh in zip(("next_step", "next_on"), was, new, strict=True)]
    before: dict[str, Plain] = {name: old for name, old, fresh in pairs if old != fresh}
    after: dict[str, Plain] = {name: fresh for name, old, fresh in pairs if old != fresh}
    if not after:
        return None
    step_was, found.next_step, found.next_on = found.next_step, words, on
    _remind(found, on)
    for held in (before, after):  # in the log it stands that there was one, not which
        if "next_step" in held:
            held["next_step"] = HIDDEN if held["next_step"] else ""
    if found.owner is None and words and isinstance(by, Member) and by.may(Role.RESPONDER):
        found.owner = by
        before["owner"], after["owner"] = None, by.pk
    act = audit(found, "plan", by=by, why=why, before=before, after=after)
    if "next_step" in after:
        found.steps = dict([*found.steps.items(), (str(act.pk), [step_was, words])][-MOST_STEPS:])
    found.save(update_fields=["next_step", "next_on", "listed_on", "remind_at", "owner", "steps"])
    row.next_step, row.next_on, row.owner = found.next_step, found.next_on, found.owner
    return act


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _remind(row: Relationship, on: date | None) -> None:
    row.listed_on = on or FAR
    row.remind_at = relations.reminder(row.workspace, on) if on else None
    if row.remind_at is not None and on is not None and on < relations.today(row.workspace, timezone.now()):
        row.remind_at = None  # a day that is over needs no reminder: the list shows it as overdue


@transaction.atomic
def touched(row: Relationship, at: datetime | None = None, *, by: Actor, why: str = "") -> Audit | None:
    """We were in touch where Hubbub could not see it: by telephone, at a fair. None where something newer is known."""
    found = _standing(row)
    moment = min(at or timezone.now(), timezone.now())
    if found.last_touch is not None and found.last_touch >= moment:
        return None
    before, after = changes(found, last_touch=moment, touched_by=str(Touch.HAND))
    found.quiet_since = moment
    found.save(update_fields=["last_touch", "touched_by", "quiet_since"])
    row.last_touch, row.touched_by = found.last_touch, found.touched_by
    return audit(found, "touch", by=by, why=why, before=before, after=after)


@transaction.atomic
def describe(
    row: Relationship, *, by: Actor, worth: str | None = None, notes: str | None = None, since: date | None = None
) -> Audit | None:
    """What it is worth to us, notes, since when it stands; what is None stays. None where nothing changed."""
    found = _standing(row)
    given: dict[str, str] = {}
    if worth is not None:
        given["worth"] = " ".join(worth.split())
    if notes is not None:
        given["notes"] = notes.strip().replace("\r\n", "\n")
    if len(given.get("worth", "")) > 100 or len(given.get("notes", "")) > LONGEST_NOTES:
        raise Refusal(f"The worth has 100 characters at most, notes {LONGEST_NOTES:,}")
    before, after = changes(found, **given)
    for name in ("notes", "worth"):
        if name in after:
            before[name], after[name] = HIDDEN if before[name] else "", HIDDEN if after[name] else ""
    if since is not None and since != found.since.date():
        if since.year < FIRST_YEAR or since > relations.today(found.workspace, timezone.now()):
            raise Refusal(f"It cannot stand since {since}: choose a day that was")
        began = datetime(since.year, since.month, since.day, tzinfo=found.since.tzinfo)
        before["since"], after["since"] = found.since, began
        found.since = began
        if found.last_touch is None:
            found.quiet_since = began
    if not after:
        return None
    found.save(update_fields=["worth", "notes", "since", "quiet_since"])
    row.worth, row.notes, row.since = found.worth, found.notes, found.since
    return audit(found, "describe", by=by, before=before, after=after)


@transaction.atomic
def end(row: Relationship, *, by: Actor, why: str) -> Audit:
    """It is over; it stays in the history of the person. Raises Refusal."""
    words = " ".join(why.split())
    if not words:
        raise Refusal("Say why it ends: whoever meets this person next will want to know")
    found = _standing(row)
    found.ended, found.ended_why, found.remind_at = timezone.now(), words[:LONGEST], None
    found.save(update_fields=["ended", "ended_why", "remind_at"])
    row.ended, row.ended_why = found.ended, found.ended_why
    stir(found.workspace, [found.person_id])
    return audit(found, "end", by=by, why=words, after={"ended": found.ended})


@transaction.atomic
def resume(row: Relationship, *, by: Actor, why: str = "") -> Audit:
    """It goes on, as it stood. Raises Refusal where it did not end, or another one of its kind stands."""
    found = _own(row)
    if found.ended is None:
        raise Refusal("This relationship did not end")
    if Relationship.of(found.workspace).filter(person=found.person_id, kind=found.kind, ended=None).exists():
        raise Refusal(f"{found.person} stands among the {NAMES[found.kind].lower()} relationships again already")
    before: dict[str, Plain] = {"ended": found.ended, "ended_why": HIDDEN}
    found.ended, found.ended_why = None, ""
    _remind(found, found.next_on)
    found.save(update_fields=["ended", "ended_why", "remind_at", "listed_on"])
    row.ended, row.ended_why = None, ""
    stir(found.workspace, [found.person_id])
    return audit(found, "resume", by=by, why=why, before=before)


def chosen(workspace: Workspace, pks: Collection[int]) -> Sequence[Relationship]:
    """Those of a bulk act, in the order of their ids; unknown and ended ones are passed over. Raises Refusal."""
    if len(pks) > MOST:
        raise Refusal(f"{len(pks)} at once are too many: choose {MOST} at most")
    rows = Relationship.of(workspace).filter(pk__in=pks, ended=None, person__merged_into=None)
    return list(rows.select_related("workspace", "person", "stage").order_by("pk"))


@transaction.atomic
def move_all(workspace: Workspace, pks: Collection[int], stage: Stage, *, by: Actor, why: str = "") -> list[Audit]:
    """All or none; those of another pipeline are passed over."""
    rows = [row for row in chosen(workspace, pks) if row.kind == stage.kind]
    return [act for row in rows if (act := move(row, stage, by=by, why=why))]


@transaction.atomic
def give_all(
    workspace: Workspace, pks: Collection[int], owner: Member | None, *, by: Actor, why: str = ""
) -> list[Audit]:
    """All or none."""
    return [act for row in chosen(workspace, pks) if (act := give(row, owner, by=by, why=why))]


@transaction.atomic
def undo(workspace: Workspace, entries: Collection[int], *, by: Actor) -> int:
    """Take back moves, owners, plans and ends by their entries in the log, newest first; what was changed again since
    is left alone. How many were taken back."""
    acts = Audit.of(workspace).filter(pk__in=list(entries)[:MOST], noun="relationship").order_by("-pk")
    return sum(_take_back(workspace, act, by) for act in acts)


def _take_back(workspace: Workspace, act: Audit, by: Actor) -> bool:
    row = Relationship.of(workspace).select_related("workspace").filter(pk=act.noun_id).first()
    if row is None:
        return False
    found = locked(row)
    if found.person.merged_into_id:
        return False
    why = f"takes back {act.pk}"
    match act.verb:
        case "move" if found.ended is None and found.stage_id == act.after.get("stage"):
            stage = Stage.of(workspace).filter(pk=act.before.get("stage"), kind=found.kind).first()
            return stage is not None and move(found, stage, by=by, why=why) is not None
        case "give" if found.ended is None and found.owner_id == act.after.get("owner"):
            owner = Member.of(workspace).filter(pk=act.before.get("owner")).first()
            return give(found, owner, by=by, why=why) is not None
        case "plan" if found.ended is None:
            return _unplan(found, act, by, why)
        case "end" if found.ended is not None:
            resume(found, by=by, why=why)
            return True
        case "begin" if found.ended is None:
            end(found, by=by, why=why)
            return True
    return False


def _unplan(found: Relationship, act: Audit, by: Actor, why: str) -> bool:
    now = {"next_step": found.next_step, "next_on": _day(found.next_on)}
    before, after = dict(act.before), dict(act.after)
    if str(act.pk) in found.steps:
        before["next_step"], after["next_step"] = found.steps[str(act.pk)]
    elif HIDDEN in (before.get("next_step"), after.get("next_step")):
        return False  # its words are no longer kept
    if any(now[name] != value for name, value in after.items() if name in now):
        return False
    was = {**now, **{name: value for name, value in before.items() if name in now}}
    day = date.fromisoformat(str(was["next_on"])) if was["next_on"] else None
    return plan(found, str(was["next_step"]), day, by=by, why=why) is not None
