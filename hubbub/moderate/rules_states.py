"""A rule's way from draft over shadow to live, and the versions that are kept on it."""

from collections.abc import Mapping
from datetime import UTC, timedelta

from django.db import transaction
from django.utils import timezone
from msgspec import Struct, to_builtins

from hubbub.store.audit import audit
from hubbub.store.models import RULE_FIELDS, Actor, Member, Replay, ReplayState, Rule, RuleVersion
from hubbub.ui.api import Refusal

from . import breaker_actions
from .rules_drafts import SHOWN_ONLY, Draft

UNTRIED = (
    "Nothing was tried yet: replay this version or let it run in shadow first, or say why it is to go live without"
)
HOUR = timedelta(hours=1)


class Tried(Struct, frozen=True):
    """What is known of a rule's present version before it goes live."""

    replay: Replay | None  # the newest that came to its end
    version: RuleVersion | None  # with `shadowed`

    def __bool__(self) -> bool:
        return self.replay is not None or (self.version is not None and self.version.shadowed is not None)


def wording(of: Draft | Rule | RuleVersion) -> dict[str, object]:
    """What it says, as a replay keeps it."""
    told: dict[str, object] = to_builtins({name: getattr(of, name) for name in RULE_FIELDS})
    return told


def meaning(wording: Mapping[str, object]) -> dict[str, object]:
    """The part of it by which posts are treated; until when it holds is no part of a replay either."""
    return {name: value for name, value in wording.items() if name not in SHOWN_ONLY and name != "expires"}


def tried(rule: Rule) -> Tried:
    """How the rule, as it stands, was tried."""
    done = Replay.of(rule.workspace).filter(rule=rule, state=ReplayState.DONE).defer("kept").order_by("-pk")[:20]
    here = meaning(wording(rule))
    return Tried(
        next((replay for replay in done if meaning(replay.draft) == here), None),
        RuleVersion.of(rule.workspace).filter(rule=rule, number=rule.version).first(),
    )


@transaction.atomic
def move_to(rule: Rule, state: str, *, by: Actor, why: str = "", version: int | None = None) -> Rule:
    """To draft, shadow or live. Live needs that this version was replayed or shadowed, or a reason. Raises Refusal."""
    row = Rule.of(rule.workspace).select_related("workspace").select_for_update(of=("self",)).get(pk=rule.pk)
    if version is not None and row.version != version:
        raise Refusal(f"Somebody changed this rule meanwhile: it is version {row.version} now. Look at it first")
    if state not in ("draft", "shadow", "live"):
        raise Refusal(f"{state!r} is no state of a rule: say draft, shadow or live")
    if row.state == state:
        return row
    now = timezone.now()
    if state != "draft" and row.is_expired(now.astimezone(UTC).date()):
        raise Refusal("Its last day has passed: give it a later one first, or none")
    known = tried(row)
    if state == "live" and not known and not why.strip():
        raise Refusal(UNTRIED)
    before, row.state = row.state, state
    row.save(update_fields=["state"])
    kept = keep_as_it_stood(row)
    if state == "shadow" and kept.shadowed is None:
        kept.shadowed = now
        kept.save(update_fields=["shadowed"])
    if state == "live" and kept.went_live is None:
        kept.went_live = now
        kept.save(update_fields=["went_live"])
    if state == "live" and known.replay is not None:
        _measure(row, known.replay)
    told: dict[str, str | int | bool | None] = {"version": row.version, "tried": bool(known)} if state == "live" else {}
    audit(row, f"set {state}", by=by, why=why.strip(), before={"state": before}, after={"state": state, **told})
    row.workspace.plan_changed()
    return row


def _measure(rule: Rule, replay: Replay) -> None:
    """From now on its breaker takes what the replay found for usual."""
    if replay.looked_at:
        breaker_actions.keep_replayed(rule, rule.version, replay.touched / replay.share / (replay.days * 24))


def keep(rule: Rule, *, by: Actor, why: str = "") -> RuleVersion:
    """Keep the rule as it stands now as the version that it says it is."""
    now = timezone.now()
    kept = RuleVersion.everywhere.create(
        workspace=rule.workspace,
        rule=rule,
        number=rule.version,
        by=by if isinstance(by, Member) else None,
        by_name=str(by)[:200],
        why=why,
        at=now,
        shadowed=now if rule.state == "shadow" else None,
        went_live=now if rule.state == "live" else None,
        **{name: getattr(rule, name) for name in RULE_FIELDS},
    )
    if rule.state == "live" and (replay := tried(rule).replay) is not None:
        _measure(rule, replay)
    return kept


def keep_as_it_stood(rule: Rule) -> RuleVersion:
    """The version that the rule is at; of a rule from before versions were kept, who wrote it is not known."""
    found = RuleVersion.of(rule.workspace).filter(rule=rule, number=rule.version).first()
    return found or RuleVersion.everywhere.create(
        workspace=rule.workspace,
        rule=rule,
        number=rule.version,
        at=rule.created,
        **{name: getattr(rule, name) for name in RULE_FIELDS},
    )
