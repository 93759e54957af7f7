"""What the deciding verdict does to a post, and to whoever wrote it, as it comes in."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from msgspec import Struct

from hubbub.core.plan import RuleOutcome
from hubbub.core.post import PostState
from hubbub.core.rules import Verdict
from hubbub.moderate import notices_actions, sanctions
from hubbub.moderate.decisions import way
from hubbub.moderate.effects import PAST
from hubbub.store import breakers, deeds, outbox, policies, statements, strikes
from hubbub.store.audit import audit
from hubbub.store.fresh import Fresh
from hubbub.store.models import Audit, Author, Decision, Deed, Post, Rule, Source
from hubbub.ui.api import Refusal


class Effect(Struct, frozen=True):
    """What an outcome means. What is more severe holds what is less severe, because only one outcome decides."""

    decision: Decision = Decision.NONE
    state: PostState | None = None  # None: stays as it came
    to_author: str = ""  # what is done to whoever wrote it
    verb: str = ""  # as the log calls it; "": as the outcome is called


EFFECTS: Mapping[RuleOutcome, Effect] = {
    "approve": Effect(Decision.APPROVED, "visible"),
    "label": Effect(),  # the label stands on the verdict; the network is told where it knows labels
    "warn": Effect(to_author="warn"),
    "queue": Effect(Decision.QUEUED),
    "hide": Effect(Decision.HIDDEN, "hidden"),
    "remove": Effect(Decision.REMOVED, "removed"),
    "mute": Effect(Decision.HIDDEN, "hidden", to_author="mute", verb="hide"),
    "ban": Effect(Decision.REMOVED, "removed", to_author="ban", verb="remove"),
}


def settle(source: Source, rows: Sequence[Fresh], *, now: datetime) -> None:
    """Set decision and state on new posts. Runs in the transaction that saves them: what rules do is counted here."""
    decided = [row for row in rows if not row.ours and row.outcome.decided is not None]
    asked = {row.outcome.decided.rule for row in decided if row.outcome.decided and _acts(source, row.outcome.decided)}
    gauges = breakers.gauges(source.workspace, asked, now) if asked else {}
    authors = _authors(source, decided)
    for row in rows:
        verdict = None if row.ours else row.outcome.decided
        effect = EFFECTS[verdict.outcome] if verdict else Effect()
        if verdict and _acts(source, verdict):
            gauge = gauges.get(verdict.rule)
            row.held = _obstacle(source, effect, authors.get(row.author or 0)) or (gauge.act() if gauge else "")
        if row.held:
            row.decision, row.decided = Decision.QUEUED, now
        elif effect.decision:
            row.decision, row.decided = effect.decision, now
            row.state = effect.state or row.state
        elif source.owned and row.state == "pending" and not row.ours:
            row.decision, row.decided = Decision.QUEUED, now  # the place itself asks for a person
    breakers.save(gauges.values(), now)


def _acts(source: Source, verdict: Verdict) -> bool:
    """Whether it does more than ask a person, or keep a label with the verdict."""
    return verdict.outcome not in ("queue", "label") or _labels(source, verdict)


def _labels(source: Source, verdict: Verdict) -> bool:
    return verdict.outcome == "label" and "label" in source.can


def _authors(source: Source, rows: Sequence[Fresh]) -> Mapping[int, Author]:
    """Of posts whose author a rule treats."""
    treated = {
        row.author
        for row in rows
        if row.author and row.outcome.decided and EFFECTS[row.outcome.decided.outcome].to_author
    }
    return Author.of(source.workspace).in_bulk(treated) if treated else {}


def _obstacle(source: Source, effect: Effect, author: Author | None) -> str:
    """Why a person is asked instead, in words; "": it can be done."""
    if not effect.to_author:
        return ""
    no = sanctions.obstacle(source, author, effect.to_author)
    return f"A rule would have {PAST[effect.to_author]} the author, but {no}" if no else ""


def _rests_on(verdict: Verdict) -> dict[str, str | int]:
    """The policy and its version, as the log names them."""
    return {"policy": verdict.policy, "policy_version": verdict.policy_version} if verdict.policy else {}


def act(source: Source, rows: Sequence[Fresh]) -> None:
    """Audit what rules decided and ask the network for it, as deeds of the rules. Runs after the posts were saved."""
    decided = [row for row in rows if row.outcome.decided is not None and not row.ours]
    if not decided:
        return
    posts = Post.of(source.workspace).select_related("author", "source").in_bulk([row.id for row in decided])
    rules = Rule.of(source.workspace).in_bulk({row.outcome.decided.rule for row in decided if row.outcome.decided})
    done: list[Deed] = []
    stated: list[tuple[Post, Audit, Rule]] = []
    now = timezone.now()
    for row in decided:
        verdict, post = row.outcome.decided, posts[row.id]
        if verdict is None or verdict.rule not in rules:
            continue  # the rule was deleted while the batch was judged: its verdict stands, its act does not
        rule = rules[verdict.rule]
        if verdict.outcome == "label" and not _labels(source, verdict):
            continue
        if row.held or verdict.outcome == "queue":
            _entry(row, post, verdict, rule, verb="queue", why=row.held or verdict.because)
        else:
            did = _do(source, row, post, verdict, rule, now)
            stated += [(post, one.entry, rule) for one in did if one.post is not None]
            done += did
    deeds.save(done)
    _state(source, stated, done)


def _state(source: Source, stated: Sequence[tuple[Post, Audit, Rule]], done: Sequence[Deed]) -> None:
    """The reasons of all of it. Where a post went with its author, the author's statement tells of both."""
    statements.of_rules(stated)
    for one in done:
        if one.sanction is not None:
            theirs = [entry.pk for post, entry, _ in stated if post.pk == one.sanction.post_id]
            statements.join(source.workspace, theirs, statements.of_entry(one.entry))
    if statements.notifying(source.workspace).by_rules and done:
        rows = statements.of_entries(source.workspace, [one.entry.pk for one in done])
        notices_actions.send_by_rules(rows)


def _do(source: Source, row: Fresh, post: Post, verdict: Verdict, rule: Rule, now: datetime) -> list[Deed]:
    effect, batch, came = EFFECTS[verdict.outcome], deeds.of_rule(rule, now), row.outcome.post.state
    verb = way(row.state, source.can, came) if row.state != came else None
    nonce = f"rule {rule.pk} version {rule.version}"
    if verdict.outcome == "label":
        verb = "label"
    sent = None
    if verb:
        sent = outbox.put(post, verb, by=rule, why=verdict.because, nonce=nonce, was=came, label=verdict.label)
    entry = _entry(row, post, verdict, rule, verb=effect.verb or verdict.outcome, sent=sent.pk if sent else None)
    if verdict.policy and effect.decision in strikes.TAKEN_AWAY:
        strikes.settle(post, by=rule)
    # a warning does nothing to the post itself
    made = [] if verdict.outcome == "warn" else [deeds.deed(batch, entry, verb=entry.verb, post=post, sent=sent)]
    if effect.to_author:
        until = now + timedelta(hours=rule.lasts) if rule.lasts and effect.to_author != "warn" else None
        try:
            policy = policies.named(post.workspace, verdict.policy) if verdict.policy else None
            sanction = sanctions.treat(post, effect.to_author, by=rule, why=verdict.because, until=until, policy=policy)
        except Refusal:  # it is in force already: another post of theirs came in the same batch
            return made
        begun = deeds.entry_of(sanction)
        made.append(deeds.deed(batch, begun, verb=effect.to_author, sanction=sanction, sent=sanction.sent))
    return made


def _entry(
    row: Fresh, post: Post, verdict: Verdict, rule: Rule, *, verb: str, why: str = "", sent: int | None = None
) -> Audit:
    told: dict[str, str | int | None] = {} if verb == "queue" else {"outbox": sent}
    if verdict.outcome == "label":
        told["label"] = verdict.label
    return audit(
        post,
        verb,
        by=rule,
        why=why or verdict.because,
        before={"decision": "", "state": row.outcome.post.state},
        after={"decision": row.decision, "state": row.state, **_rests_on(verdict), **told},
    )
