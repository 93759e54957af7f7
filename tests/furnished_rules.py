"""A rule's versions, a word list, and a replay with a post behind its numbers, for `tests.furnished`."""

from datetime import timedelta

import msgspec

from hubbub.core import replay as counting
from hubbub.core.plan import RulePlan
from hubbub.core.replay import Looked
from hubbub.core.rules import Verdict
from hubbub.moderate.rules_states import wording
from hubbub.store.models import (
    RULE_FIELDS,
    Member,
    Post,
    Replay,
    ReplayHit,
    Rule,
    RuleVersion,
    SampleJudgement,
    WordList,
)
from tests.world import NOON


def furnish_rules(post: Post, admin: Member, rule: Rule, own: str) -> dict[str, int]:
    """By noun which row an address may name. `own`: a word of this workspace alone."""
    workspace = rule.workspace
    now = {name: getattr(rule, name) for name in RULE_FIELDS}
    for number, when in ((1, f"pill OR tablet OR {own.replace('-', '')}"), (2, rule.when)):
        RuleVersion.everywhere.create(
            workspace=workspace, rule=rule, number=number, by=admin, by_name=f"{admin} {own}", why=f"Clearer {own}",
            at=NOON, shadowed=NOON, **{**now, "when": when},
        )  # fmt: skip
    Rule.of(workspace).filter(pk=rule.pk).update(version=2, least=0.9)
    words = WordList.everywhere.create(
        workspace=workspace, name=f"Words {own}", about=f"Sold here {own}", entries=f"pills\n{own}", seen_through=True
    )
    plan = RulePlan(rule.pk, rule.name, rule.when, "queue", rule.because)
    kept = counting.begun([plan], NOON - timedelta(days=30), NOON, 40, 100_000)
    said = Verdict(rule.pk, rule.name, 2, "live", "queue", rule.because)
    looked = Looked(post.pk, NOON.date(), post.source_id, post.author.person_id if post.author else None, None)
    counting.count(kept, looked, [said], "queue")
    kept.done = True
    replay = Replay.everywhere.create(
        workspace=workspace, rule=rule, rule_name=rule.name, version=2, draft=wording(rule), changed=True,
        compared=wording(rule), days=30, most=100_000, state="done", looked_at=40, wanted=40, touched=1, adds=1,
        kept=msgspec.msgpack.encode([kept]), by=admin, by_name=f"{admin} {own}", at=NOON, ended=NOON,
        since=kept.since, until=kept.until,
    )  # fmt: skip
    ReplayHit.everywhere.create(
        workspace=workspace, replay=replay, post=post, touched=True, day=NOON.date(), from_source=post.source_id,
        by_person=looked.person, spans=[["text", 10, 15]],
    )  # fmt: skip
    SampleJudgement.everywhere.create(
        workspace=workspace, rule=rule, post=post, agrees=True, by=admin, by_name=f"{admin} {own}", at=NOON
    )
    return {"replay": replay.pk, "list": words.pk}
