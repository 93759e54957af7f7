"""Replays: asked for by people, done by the loop, stopped, judged by hand, put in force."""

from django.db import transaction
from django.utils import timezone
from msgspec import convert

from hubbub.core import query as language
from hubbub.store import word_lists
from hubbub.store.audit import audit
from hubbub.store.models import Member, Post, Replay, ReplayState, Rule, SampleJudgement
from hubbub.ui.api import Refusal

from . import rules_actions, rules_states
from .rules_drafts import Draft, check, draft_of, weighs

DAYS = 30
MOST_DAYS = 365
MOST = 100_000  # posts; of more a sample is drawn
UNDERWAY = 5  # replays of one workspace at a time


@transaction.atomic
def begin(
    rule: Rule, draft: Draft | None = None, *, by: Member, days: int = DAYS, most: int = MOST, why: str = ""
) -> Replay:
    """Try a rule, or a change of it, on stored posts. A change of a live rule is held against what is in force.
    Raises QueryError, Refusal."""
    if not 1 <= days <= MOST_DAYS:
        raise Refusal(f"From 1 to {MOST_DAYS} days can be replayed")
    if not 1 <= most <= MOST:
        raise Refusal(f"From 1 to {MOST:,} posts can be replayed at once")
    here = draft_of(rule)
    tidy = check(draft, word_lists.of(rule.workspace)) if draft else here
    language.parse(tidy.when, language.Use.RULE, word_lists.of(rule.workspace))
    running = Replay.of(rule.workspace).filter(state=ReplayState.RUNNING)
    if running.count() >= UNDERWAY:
        raise Refusal(f"{UNDERWAY} replays are under way already: wait for one of them, or stop it")
    changed = weighs(here, tidy)
    replay = Replay.everywhere.create(
        workspace=rule.workspace,
        rule=rule,
        rule_name=tidy.name,
        version=rule.version,
        draft=rules_states.wording(tidy),
        changed=changed,
        compared=rules_states.wording(here) if changed and rule.state == "live" else None,
        days=days,
        most=most,
        by=by,
        by_name=str(by)[:200],
        why=why.strip(),
        at=timezone.now(),
    )
    audit(replay, "begin", by=by, why=why.strip(), after={"version": rule.version, "changed": changed, "days": days})
    return replay


@transaction.atomic
def stop(replay: Replay, *, by: Member, why: str = "") -> Replay:
    """Go no further; what was counted stays to be read. Raises Refusal."""
    at_work = Replay.of(replay.workspace).filter(pk=replay.pk, state=ReplayState.RUNNING)
    if not at_work.update(state=ReplayState.STOPPED, ended=timezone.now(), lease_until=None):
        raise Refusal("It has come to its end already")
    audit(replay, "stop", by=by, why=why, before={"state": "running"}, after={"state": "stopped"})
    replay.refresh_from_db()
    return replay


def drafted(replay: Replay) -> Draft:
    """What was replayed, as a draft of the rule in the state that it has."""
    state = replay.rule.state if replay.rule else "draft"
    return convert({**replay.draft, "state": state}, Draft)


def adopt(replay: Replay, *, by: Member, why: str = "") -> Rule:
    """Save what was replayed as the rule's newest version. Raises Refusal where the rule was changed since."""
    if replay.rule is None:
        raise Refusal("The rule was deleted meanwhile")
    if replay.state != ReplayState.DONE and replay.rule.state == "live" and not why.strip():
        raise Refusal("The replay has not come to its end: wait for it, or say why the change cannot wait")
    return rules_actions.change(replay.rule, drafted(replay), by=by, version=replay.version, why=why)


@transaction.atomic
def judge(replay: Replay, post: Post, agrees: bool | None, *, by: Member) -> SampleJudgement | None:
    """What a person says of a post: whether the rule is right there; None takes it back. It counts at once, and for
    every later replay of the rule. Raises Refusal."""
    rule = replay.rule
    if rule is None:
        raise Refusal("The rule was deleted meanwhile: what is said of its posts would count for nothing")
    known = SampleJudgement.of(replay.workspace).filter(rule=rule, post=post)
    before = known.first()
    said = {"post": post.pk, "agrees": before.agrees if before else None}
    if agrees is None:
        known.delete()
        audit(rule, "take back a word", by=by, before=said, after={"post": post.pk, "agrees": None})
        return None
    row, _ = SampleJudgement.of(replay.workspace).update_or_create(
        rule=rule,
        post=post,
        defaults={
            "workspace": replay.workspace, "agrees": agrees, "by": by, "by_name": str(by)[:200], "at": timezone.now(),
        },
    )  # fmt: skip
    audit(rule, "judge a sample", by=by, before=said, after={"post": post.pk, "agrees": agrees, "replay": replay.pk})
    return row
