"""Writing rules: made, changed, moved, deleted. The workers learn of it by the plan's version."""

from collections.abc import Mapping, Sequence
from typing import get_args

from django.db import IntegrityError, transaction
from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.plan import RuleOutcome, RuleState
from hubbub.core.query.lists import WordList
from hubbub.store import word_lists
from hubbub.store.audit import audit, changes
from hubbub.store.models import Actor, Rule, Workspace
from hubbub.ui.api import Refusal

MOST_IN_LOG = 1_000  # characters of a condition that an audit row keeps


class Draft(Struct, frozen=True):
    """What a rule is to be. `then` and `state` as in rules.toml."""

    name: str
    when: str
    because: str
    then: str = "queue"
    state: str = "draft"
    policy: str = ""
    label: str = ""


FIELDS = ("name", "policy", "when", "then", "label", "because", "state")


def draft_of(rule: Rule) -> Draft:
    """The rule as it is."""
    return Draft(**{name: getattr(rule, name) for name in FIELDS})


def check(draft: Draft, lists: Sequence[WordList] | None = None) -> Draft:
    """The draft without loose spaces. `lists`: the word lists that it may name; None: which there are is not looked at.
    Raises QueryError for its condition, Refusal for the rest."""
    tidy = Draft(*(getattr(draft, name).strip() for name in Draft.__struct_fields__))
    for name, most in (("name", 100), ("policy", 100), ("label", 40)):
        if len(getattr(tidy, name)) > most:
            raise Refusal(f"The {name} of a rule may have {most} characters; this has {len(getattr(tidy, name))}")
    if not tidy.name:
        raise Refusal("A rule needs a name")
    if not tidy.because:
        raise Refusal("Say why in the rule's reason: moderators and authors are shown it")
    if tidy.then not in get_args(RuleOutcome):
        raise Refusal(f"{tidy.then!r} is nothing that a rule can do: say one of {', '.join(get_args(RuleOutcome))}")
    if tidy.state not in get_args(RuleState):
        raise Refusal(f"{tidy.state!r} is no state of a rule: say draft, shadow or live")
    if tidy.then == "label" and not tidy.label:
        raise Refusal("A rule that labels needs the label")
    language.parse(tidy.when, language.Use.RULE, lists)
    return tidy


@transaction.atomic
def make(workspace: Workspace, draft: Draft, *, by: Actor, why: str = "") -> Rule:
    """A new rule, tried last. Raises QueryError or Refusal."""
    tidy = check(draft, word_lists.of(workspace))
    _refuse_taken(workspace, tidy.name, None)
    last = Rule.of(workspace).order_by("-position").values_list("position", flat=True).first()
    rule = Rule(workspace=workspace, position=0 if last is None else last + 1)
    _, after = changes(rule, **{name: getattr(tidy, name) for name in FIELDS})
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError:  # two at once; the check above saw neither
        raise Refusal(f"There is a rule named “{tidy.name}” already") from None
    audit(rule, "make", by=by, why=why, after=_short(after))
    workspace.plan_changed()
    return rule


@transaction.atomic
def change(rule: Rule, draft: Draft, *, by: Actor, version: int | None = None, why: str = "") -> Rule:
    """Change it. `version`: the one that was shown; where it is another now, Refusal. Raises QueryError, too."""
    row = _locked(rule)
    tidy = check(draft, word_lists.of(row.workspace))
    if version is not None and row.version != version:
        raise Refusal("Somebody changed this rule while you were writing: look at it, then make your change again")
    _refuse_taken(row.workspace, tidy.name, row)
    before, after = changes(row, **{name: getattr(tidy, name) for name in FIELDS})
    if not after:
        return row
    row.version += 1
    row.save()
    audit(row, "change", by=by, why=why, before=_short(before), after=_short(after))
    row.workspace.plan_changed()
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
    audit(row, "delete", by=by, why=why, before=_short({name: getattr(row, name) for name in FIELDS}))
    workspace = row.workspace
    row.delete()
    workspace.plan_changed()


@transaction.atomic
def take_all(workspace: Workspace, drafts: Sequence[Draft], *, by: Actor, why: str = "") -> tuple[int, int]:
    """Make or change rules by their names, all or none; gives (made, changed). They come in the drafts' order, after
    those that the drafts do not name."""
    made = changed = 0
    here = {rule.name: rule for rule in Rule.of(workspace)}
    last = max((rule.position for rule in here.values()), default=-1)
    for number, draft in enumerate(drafts, start=last + 1):
        known = here.get(draft.name.strip())
        if known is None:
            rule = make(workspace, draft, by=by, why=why)
            made += 1
        else:
            rule = change(known, draft, by=by, why=why)
            changed += rule.version != known.version
        Rule.of(workspace).filter(pk=rule.pk).update(position=number)
    workspace.plan_changed()
    return made, changed


def _refuse_taken(workspace: Workspace, name: str, rule: Rule | None) -> None:
    same = Rule.of(workspace).filter(name=name)
    if (same.exclude(pk=rule.pk) if rule else same).exists():
        raise Refusal(f"There is a rule named “{name}” already: choose another name")


def _short(fields: Mapping[str, object]) -> dict[str, str]:
    """Audit rows hold no whole texts."""
    return {
        name: text if len(text) <= MOST_IN_LOG else text[: MOST_IN_LOG - 1] + "…"
        for name, text in ((name, str(value)) for name, value in fields.items())
    }


def _locked(rule: Rule) -> Rule:
    return Rule.of(rule.workspace).select_related("workspace").select_for_update(of=("self",)).get(pk=rule.pk)
