"""Loading a workspace's Plan, made ready once for every version of it."""

import gc
from collections.abc import Sequence
from threading import Lock

from django.db import connection
from django.utils import timezone
from msgspec import convert
from msgspec.structs import replace

from hubbub.core.plan import Plan, RulePlan, TopicPlan
from hubbub.core.stages import Ready
from hubbub.store import judges, opening, policies, word_lists
from hubbub.store.models import Judge, Rule, RuleState, Topic, Workspace
from hubbub.ui import judging

_ready: dict[int, tuple[object, Ready]] = {}  # workspace id → what its Plan was made from, and the newest one
_followed: dict[int, int] = {}  # workspace id → the version that was made ready last by `follow`
_lock = Lock()


def load(workspace: Workspace, judge: Judge | None = None) -> Plan:
    """What is listened for and moderated now, with the one who judges."""
    version = Workspace.objects.values_list("plan_version", flat=True).get(pk=workspace.pk)
    topics = Topic.of(workspace).filter(active=True).order_by("pk")
    rules = Rule.of(workspace).exclude(state=RuleState.DRAFT).order_by("position", "pk")
    return Plan(
        version=version,
        topics=tuple(convert(topic, TopicPlan, from_attributes=True) for topic in topics),
        rules=rule_plans(workspace, list(rules)),
        lists=word_lists.of(workspace),
        judge=judge.pk if judge else 0,
        model=judge.made_of if judge else "",
        languages=tuple(judge.languages.split()) if judge else (),
        opening=opening.plan(workspace),
    )


def rule_plans(workspace: Workspace, rules: Sequence[Rule]) -> tuple[RulePlan, ...]:
    """Each with the policy that its text names, and the version of it that is in force."""
    known = policies.policies(workspace) if any(rule.policy for rule in rules) else []
    made = []
    for rule in rules:
        plan = _plan(rule)
        policy = policies.named_in(known, rule.policy)
        made.append(replace(plan, policy=policy.slug, policy_version=policy.version) if policy else plan)
    return tuple(made)


def _plan(rule: Rule) -> RulePlan:
    fields = {name: getattr(rule, name) for name in RulePlan.__struct_fields__ if name != "policy_version"}
    return convert(fields, RulePlan)


def ready(workspace: Workspace) -> Ready:
    """The workspace's Plan, ready to run; made anew only when its version has changed."""
    # with the day of its making: the same id may belong to another workspace after a backup was restored
    sign = Workspace.objects.values_list("plan_version", "created").get(pk=workspace.pk)
    # whoever makes one may have to write; in a transaction, which writes already, nobody waits for that
    mine = _lock.acquire(blocking=not connection.in_atomic_block)
    try:
        known = _ready.get(workspace.pk)
        if known is None or known[0] != sign or not _stands(known[1].plan):
            known = (sign, _made(workspace))
            if mine:
                _ready[workspace.pk] = known
                _settle()
        return known[1]
    finally:
        if mine:
            _lock.release()


def _stands(plan: Plan) -> bool:
    """Whether the plan's judge is there: a transaction in which it came into force may have been taken back."""
    return not plan.judge or Judge.everywhere.filter(pk=plan.judge, made_of=plan.model).exists()


def _made(workspace: Workspace) -> Ready:
    if not judging.is_there():
        return Ready(load(workspace))
    judge = judges.in_force(workspace, judging.shipped().version, now=timezone.now())
    return Ready(load(workspace, judge), judging.judging(judge))


def follow() -> None:
    """Make ready what changed since, so that stored posts are read again also where no new ones come in."""
    signs = dict(Workspace.objects.values_list("pk", "plan_version"))
    for pk, version in signs.items():
        if _followed.get(pk) != version:
            ready(Workspace.objects.get(pk=pk))
            _followed[pk] = version


def _settle() -> None:
    """Keep the collector from walking a large plan again and again; what an old one left behind goes first."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def hold(workspace: Workspace) -> Ready:
    """The newest Plan, kept from changing until the transaction ends: whoever changes a topic waits for us, and then
    finds our posts among those to hold against it."""
    Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk).exists()
    return ready(workspace)
