"""Rules and a post make verdicts, and which of them decides."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from . import query as language
from .facts import Analysis, Facts, Handling, Standing
from .plan import SEVERITY, RuleOutcome, RulePlan, RuleState

# what the stages can always tell; a rule that asks for more may be left without an answer
NOTHING_MISSING: frozenset[str] = frozenset()
ALWAYS_KNOWN = {name for name, field in language.FIELDS.items() if language.Use.TOPIC in field.known} | {"topic"}


SPANS_KEPT = 40  # of one match; a page marks no more, and a text that floods a word must not fill the memory


class Verdict(Struct, frozen=True, gc=False):
    """What one rule says of one post."""

    rule: int  # its id
    name: str
    version: int
    state: RuleState
    outcome: RuleOutcome
    because: str  # shown to moderators and, in a notice, to the author
    label: str = ""
    unchecked: bool = False  # the rule could not be checked; then the outcome is "queue"
    spans: tuple[language.Span, ...] = ()
    policy: str = ""  # the slug of the policy that it rests on
    policy_version: int = 0  # 0: the rule names no policy that there is


class Unreadable(Struct, frozen=True):
    """A rule whose condition cannot be read (it was written for another version): all posts go to a person."""

    rule: RulePlan
    why: str


class Rules:
    """The rules of a Plan, made ready. Drafts are not tried."""

    def __init__(self, rules: Sequence[RulePlan]) -> None:
        self._rules = {rule.id: rule for rule in rules if rule.state != "draft"}
        self._order = {rule_id: at for at, rule_id in enumerate(self._rules)}
        self._queries: dict[int, language.Query] = {}
        self._unreadable: list[Unreadable] = []
        self._index: language.Index[int] = language.Index()
        self._asks: dict[int, frozenset[str]] = {}  # what a rule wants to know beyond what is always known
        for rule in self._rules.values():
            try:
                query = language.parse(rule.when, language.Use.RULE)
            except language.QueryError as error:
                self._unreadable.append(Unreadable(rule, str(error)))
                continue
            self._queries[rule.id] = query
            self._index.add(rule.id, query)
            if asks := language.uses_fields(query) - ALWAYS_KNOWN:
                self._asks[rule.id] = frozenset(asks)
        self._asked = _where(frozenset[str]().union(*self._asks.values()))

    def verdicts(self, reading: language.Reading, facts: Facts, *, now: datetime) -> tuple[Verdict, ...]:
        """Every live or shadow rule that holds, or that could not be checked, in the rules' order."""
        found = [self._held(rule_id, reading, facts, now) for rule_id in self._index.match(reading, facts, now=now)]
        unknown = _unknown(facts, self._asked)
        for rule_id, asks in self._asks.items() if unknown else ():
            missing = asks & unknown
            if missing and language.holds(self._queries[rule_id], reading, facts, now=now) is None:
                found.append(
                    self._unchecked(self._rules[rule_id], f"{', '.join(sorted(missing))} not known for this post")
                )
        found += [
            self._unchecked(broken.rule, f"its condition cannot be read: {broken.why}") for broken in self._unreadable
        ]
        if len(found) > 1:
            found.sort(key=lambda verdict: self._order[verdict.rule])
        return tuple(found)

    def _held(self, rule_id: int, reading: language.Reading, facts: Facts, now: datetime) -> Verdict:
        rule = self._rules[rule_id]
        return Verdict(
            rule=rule.id,
            name=rule.name,
            version=rule.version,
            state=rule.state,
            outcome=rule.then,
            because=rule.because,
            label=rule.label,
            spans=language.spans(self._queries[rule_id], reading, facts, now=now)[:SPANS_KEPT],
            policy=rule.policy if rule.policy_version else "",
            policy_version=rule.policy_version,
        )

    @staticmethod
    def _unchecked(rule: RulePlan, why: str) -> Verdict:
        return Verdict(
            rule=rule.id,
            name=rule.name,
            version=rule.version,
            state=rule.state,
            outcome="queue",
            because=f"“{rule.name}” could not be checked: {why}",
            unchecked=True,
            policy=rule.policy if rule.policy_version else "",
            policy_version=rule.policy_version,
        )


def _where(names: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Each field with the part of the facts that holds it."""
    parts = {"analysis": Analysis, "standing": Standing, "handling": Handling}
    return tuple(
        (part, name) for name in sorted(names) for part, shape in parts.items() if name in shape.__struct_fields__
    )


def _unknown(facts: Facts, asked: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """Those of the fields that nobody could tell for this post."""
    missing = [name for part, name in asked if getattr(getattr(facts, part), name) is None]
    return frozenset(missing) if missing else NOTHING_MISSING


def decide(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The verdict that decides: the most severe live one; of equals the first. None: nothing live holds."""
    if not verdicts:
        return None
    live = [verdict for verdict in verdicts if verdict.state == "live"]
    return min(live, key=lambda verdict: SEVERITY.index(verdict.outcome), default=None)
