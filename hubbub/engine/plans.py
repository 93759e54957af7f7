"""Loading a workspace's Plan, made ready once for every version of it."""

import gc
from threading import Lock

from msgspec import convert

from hubbub.core.plan import Plan, RulePlan, TopicPlan
from hubbub.core.stages import Ready
from hubbub.store.models import Rule, RuleState, Topic, Workspace

_ready: dict[int, tuple[object, Ready]] = {}  # workspace id → what its Plan was made from, and the newest one
_lock = Lock()


def load(workspace: Workspace) -> Plan:
    """What is listened for and moderated now."""
    version = Workspace.objects.values_list("plan_version", flat=True).get(pk=workspace.pk)
    topics = Topic.of(workspace).filter(active=True).order_by("pk")
    rules = Rule.of(workspace).exclude(state=RuleState.DRAFT).order_by("position", "pk")
    return Plan(
        version=version,
        topics=tuple(convert(topic, TopicPlan, from_attributes=True) for topic in topics),
        rules=tuple(convert(rule, RulePlan, from_attributes=True) for rule in rules),
    )


def ready(workspace: Workspace) -> Ready:
    """The workspace's Plan, ready to run; made anew only when its version has changed."""
    # with the day of its making: the same id may belong to another workspace after a backup was restored
    sign = Workspace.objects.values_list("plan_version", "created").get(pk=workspace.pk)
    with _lock:
        known = _ready.get(workspace.pk)
        if known is None or known[0] != sign:
            known = _ready[workspace.pk] = (sign, Ready(load(workspace)))
            _settle()
        return known[1]


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
