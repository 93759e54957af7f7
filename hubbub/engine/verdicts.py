"""What the deciding verdict does to a post as it comes in."""

from collections.abc import Sequence
from datetime import datetime

from hubbub.connectors import Verb
from hubbub.core.plan import RuleOutcome
from hubbub.core.post import PostState
from hubbub.core.rules import Verdict
from hubbub.store import outbox
from hubbub.store.audit import audit
from hubbub.store.fresh import Fresh
from hubbub.store.models import Decision, Post, Rule, Source

# outcome → what is decided here, how the post stands then, and what is asked of the network
EFFECTS: dict[RuleOutcome, tuple[Decision, PostState | None, Verb | None]] = {
    "approve": (Decision.APPROVED, "visible", "approve"),
    "hide": (Decision.HIDDEN, "hidden", "hide"),
    "remove": (Decision.REMOVED, "removed", "remove"),
    "queue": (Decision.QUEUED, None, None),
    # no network here can warn, mute or ban yet: a person is asked instead of pretending
    "warn": (Decision.QUEUED, None, None),
    "mute": (Decision.QUEUED, None, None),
    "ban": (Decision.QUEUED, None, None),
}


def settle(source: Source, rows: Sequence[Fresh], *, now: datetime) -> None:
    """Set decision and state on new posts."""
    for row in rows:
        if row.ours:
            continue
        decided = row.outcome.decided
        if decided is not None and decided.outcome in EFFECTS:
            decision, state, _ = EFFECTS[decided.outcome]
            row.decision, row.decided = decision, now
            row.state = state or row.state
        elif source.owned and row.state == "pending":
            row.decision, row.decided = Decision.QUEUED, now  # the place itself asks for a person


def _rests_on(verdict: Verdict) -> dict[str, str | int]:
    """The policy and its version, as the log names them."""
    return {"policy": verdict.policy, "policy_version": verdict.policy_version} if verdict.policy else {}


def act(source: Source, rows: Sequence[Fresh]) -> None:
    """Audit what rules decided and ask the network for it. Runs after the posts were saved."""
    decided = [
        row
        for row in rows
        if row.outcome.decided is not None and row.outcome.decided.outcome in EFFECTS and not row.ours
    ]
    if not decided:
        return
    posts = Post.of(source.workspace).in_bulk([row.id for row in decided])
    rules = Rule.of(source.workspace).in_bulk({row.outcome.decided.rule for row in decided if row.outcome.decided})
    for row in decided:
        verdict, post = row.outcome.decided, posts[row.id]
        if verdict is None or verdict.rule not in rules:
            continue  # the rule was deleted while the batch was judged: its verdict stands, its act does not
        rule = rules[verdict.rule]
        audit(
            post,
            verdict.outcome,
            by=rule,
            why=verdict.because,
            before={"decision": "", "state": row.outcome.post.state},
            after={"decision": row.decision, "state": row.state, **_rests_on(verdict)},
        )
        verb = EFFECTS[verdict.outcome][2]
        if verb and verb in source.can and row.state != row.outcome.post.state:
            outbox.put(post, verb, by=rule, why=verdict.because, nonce=f"rule {rule.pk} version {rule.version}")
