"""Writing rules: made, changed, brought back, moved, deleted. The workers learn of it by the plan's version."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from msgspec import structs

from hubbub.store import word_lists
from hubbub.store.audit import audit, changes
from hubbub.store.models import RULE_FIELDS, Actor, Replay, ReplayState, Rule, RuleVersion, Workspace
from hubbub.ui.api import Refusal

from . import rules_states
from .rules_drafts import Draft, check, draft_of, weighs

__all__ = ["Draft", "bring_back", "change", "check", "delete", "draft_of", "make", "move", "place", "set_line",
           "take_all"]  # fmt: skip

MOST_IN_LOG = 1_000  # characters of a condition that an audit row keeps


@transaction.atomic
def make(workspace: Workspace, draft: Draft, *, by: Actor, why: str = "") -> Rule:
    """A new rule, tried last. One that is to be live needs a reason: it was never tried. Raises QueryError, Refusal."""
    tidy = check(draft, word_lists.of(workspace))
    if tidy.state == "live" and not why.strip():
        raise Refusal(rules_states.UNTRIED)
    _refuse_taken(workspace, tidy.name, None)
    last = Rule.of(workspace).order_by("-position").values_list("position", flat=True).first()
    rule = Rule(workspace=workspace, position=0 if last is None else last + 1, **structs.asdict(tidy))
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError:  # two at once; the check above saw neither
        raise Refusal(f"There is a rule named “{tidy.name}” already") from None
    rules_states.keep(rule, by=by, why=why)
    audit(rule, "make", by=by, why=why, after=_short(_told(tidy)))
    workspace.plan_changed()
    return rule


@transaction.atomic
def change(
    rule: Rule, draft: Draft, *, by: Actor, version: int | None = None, why: str = "", verb: str = "change"
) -> Rule:
    """Change what it says, and its state where the draft has another. `version`: the one that was shown; where it is
    another now, Refusal. What a live rule does changes only as it was replayed, or with a reason. Raises QueryError."""
    row = _locked(rule)
    tidy = check(draft, word_lists.of(row.workspace))
    if version is not None and row.version != version:
        last = RuleVersion.of(row.workspace).filter(rule=row, number=row.version).first()
        who = last.by_name if last and last.by_name else "Somebody"
        raise Refusal(
            f"{who} changed this rule while you were writing: it is version {row.version} now, you wrote on version "
            f"{version}. Look at its versions, then make your change again"
        )
    _refuse_taken(row.workspace, tidy.name, row)
    old = draft_of(row)
    acts_otherwise = row.state == "live" and tidy.state == "live" and weighs(old, tidy)
    if acts_otherwise and not why.strip() and not _replayed(row, tidy):
        raise Refusal("This rule is live: replay the change before it comes into force, or give a reason why not")
    if rules_states.wording(old) != rules_states.wording(tidy):
        rules_states.keep_as_it_stood(row)
        before, after = _changed(old, tidy)
        for name in RULE_FIELDS:
            setattr(row, name, getattr(tidy, name))
        row.version += 1
        row.save()
        rules_states.keep(row, by=by, why=why)
        audit(row, verb, by=by, why=why, before=before, after=after)
        row.workspace.plan_changed()
    if tidy.state != row.state:
        row = rules_states.move_to(row, tidy.state, by=by, why=why)
    return row


def bring_back(version: RuleVersion, *, by: Actor, why: str = "") -> Rule:
    """The rule as it was then, as a new version. Raises as `change` does."""
    rule = version.rule
    given = {name: getattr(version, name) for name in RULE_FIELDS}
    draft = Draft(**given, state=rule.state)
    return change(rule, draft, by=by, version=rule.version, why=why, verb="bring back a version")


def _replayed(rule: Rule, draft: Draft) -> bool:
    """Whether this very wording was replayed to its end on the version in force."""
    done = Replay.of(rule.workspace).filter(rule=rule, state=ReplayState.DONE, version=rule.version)
    wanted = rules_states.meaning(rules_states.wording(draft))
    return any(rules_states.meaning(replay.draft) == wanted for replay in done.order_by("-pk")[:20])


@transaction.atomic
def set_line(rule: Rule, least: float | None, *, by: Actor, why: str = "") -> Rule:
    """The precision, from 0 to 1, below which the rule is pointed out; None: it never is."""
    if least is not None and not 0 < least <= 1:
        raise Refusal("The line is a share of its acts, from 1 to 100 per cent; leave it empty to draw none")
    row = _locked(rule)
    before, after = changes(row, least=least)
    if after:
        row.save(update_fields=["least"])
        audit(row, "draw a line", by=by, why=why, before=before, after=after)
    return row


@transaction.atomic
def move(rule: Rule, steps: int, *, by: Actor, why: str = "") -> None:
    """Up (-1) or down (+1) in the order in which rules are tried. At an end nothing happens."""
    order = list(Rule.of(rule.workspace).select_for_update().order_by("position", "id").values_list("pk", flat=True))
    if rule.pk in order:
        place(rule, order.index(rule.pk) + steps, by=by, why=why)


@transaction.atomic
def place(rule: Rule, to: int, *, by: Actor, why: str = "") -> None:
    """To that place (from 0) in the order in which rules are tried; beyond an end means at the end."""
    rules = list(Rule.of(rule.workspace).select_for_update().order_by("position", "id"))
    at = next((number for number, one in enumerate(rules) if one.pk == rule.pk), None)
    to = min(max(to, 0), len(rules) - 1)
    if at is None or at == to:
        return
    rules.insert(to, rules.pop(at))
    for number, one in enumerate(rules):
        if one.position != number:
            Rule.of(rule.workspace).filter(pk=one.pk).update(position=number)
    audit(rule, "move", by=by, why=why, before={"position": at}, after={"position": to})
    rule.workspace.plan_changed()


@transaction.atomic
def delete(rule: Rule, *, by: Actor, why: str = "") -> None:
    """Away with it. What it said of posts stays to be read."""
    row = _locked(rule)
    audit(row, "delete", by=by, why=why, before=_short(_told(draft_of(row))))
    workspace = row.workspace
    row.delete()
    workspace.plan_changed()


@transaction.atomic
def take_all(workspace: Workspace, drafts: Sequence[Draft], *, by: Actor, why: str = "") -> tuple[int, int]:
    """Make or change rules by their names, all or none; gives (made, changed). They come in the drafts' order, after
    those that the drafts do not name. That somebody hands in the file is the reason for those that it says are live."""
    made = changed = 0
    why = why.strip() or "from a file"
    here = {rule.name: rule for rule in Rule.of(workspace)}
    last = max((rule.position for rule in here.values()), default=-1)
    for number, draft in enumerate(drafts, start=last + 1):
        known = here.get(draft.name.strip())
        if known is None:
            rule = make(workspace, draft, by=by, why=why)
            made += 1
        else:
            rule = change(known, draft, by=by, why=why)
            changed += (rule.version, rule.state) != (known.version, known.state)
        Rule.of(workspace).filter(pk=rule.pk).update(position=number)
    workspace.plan_changed()
    return made, changed


def _refuse_taken(workspace: Workspace, name: str, rule: Rule | None) -> None:
    same = Rule.of(workspace).filter(name=name)
    if (same.exclude(pk=rule.pk) if rule else same).exists():
        raise Refusal(f"There is a rule named “{name}” already: choose another name")


def _changed(old: Draft, new: Draft) -> tuple[dict[str, str], dict[str, str]]:
    names = [name for name in RULE_FIELDS if getattr(old, name) != getattr(new, name)]
    before, after = ({name: getattr(one, name) for name in names} for one in (old, new))
    return _short(before), _short(after)


def _told(draft: Draft) -> dict[str, object]:
    """What of a draft is worth telling in the log: what is filled in."""
    return {name: value for name, value in structs.asdict(draft).items() if value or name in ("name", "state")}


def _short(fields: Mapping[str, object]) -> dict[str, str]:
    """Audit rows hold no whole texts."""
    return {
        name: text if len(text) <= MOST_IN_LOG else text[: MOST_IN_LOG - 1] + "…"
        for name, text in ((name, _text(value)) for name, value in fields.items())
    }


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _locked(rule: Rule) -> Rule:
    return Rule.of(rule.workspace).select_related("workspace").select_for_update(of=("self",)).get(pk=rule.pk)
