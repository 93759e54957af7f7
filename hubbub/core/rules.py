"""Rules and a post make verdicts, and which of them decides."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from . import query as language
from .facts import Analysis, Facts, Handling, Standing
from .plan import SEVERITY, RuleOutcome, RulePlan, RuleState
from .query.lists import WordList, folded
from .query.tree import And, Near, Node, Or, Term, Value, leaves
from .standing import HISTORY, Counted

# what the stages can always tell; a rule that asks for more may be left without an answer
ALWAYS_KNOWN = {name for name, field in language.FIELDS.items() if language.Use.TOPIC in field.known} | {"list"}


SHORT = 5_000  # characters of a text that no rule is too slow for
FEW_STEPS = 16
MOST_STEPS = 5_000_000  # for one rule and one post: about a second
SPANS_KEPT = 40  # of one match; a page marks no more, and a text that floods a word must not fill the memory


_NOTHING_MISSING: frozenset[str] = frozenset()


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


class Patience:
    """How long a rule may take on one post by the clock, and those that took longer; for one batch."""

    def __init__(self, clock: Callable[[], float], seconds: float = 1.0) -> None:
        self.clock = clock
        self.seconds = seconds
        self.stopped: dict[int, str] = {}


class Rules:
    """The rules of a Plan, made ready. Drafts are not tried, nor is what has expired."""

    def __init__(self, rules: Sequence[RulePlan], lists: Sequence[WordList] = ()) -> None:
        self._rules = {rule.id: rule for rule in rules if rule.state != "draft"}
        self._expire = any(rule.expires is not None for rule in self._rules.values())
        self._order = {rule_id: at for at, rule_id in enumerate(self._rules)}
        self._queries: dict[int, language.Query] = {}
        self._unreadable: list[tuple[RulePlan, language.Query | None, str]] = []
        self._index: language.Index[int] = language.Index()
        self._asks: dict[int, frozenset[str]] = {}  # what a rule wants to know beyond what is always known
        self._costs: dict[int, int] = {}  # of rules that cost much: steps for each word of a text
        self._without: dict[frozenset[int], language.Index[int]] = {}
        self._languaged: list[int] = []  # rules for some languages alone
        asked = set[str]()
        for rule in self._rules.values():
            scope = _scope(rule)
            try:
                query = language.parse(rule.when, language.Use.RULE, lists)
            except language.QueryError as error:
                self._unreadable.append((rule, scope, f"its condition cannot be read: {error}"))
                continue
            if cost := weight(query):
                self._costs[rule.id] = cost
            asked |= language.uses_fields(query)
            if rule.languages:
                self._languaged.append(rule.id)
                asked.add("lang")
            query = query if scope is None else language.Query(query.text, query.use, And((scope.tree, query.tree)))
            self._queries[rule.id] = query
            self._index.add(rule.id, query)
            if asks := language.uses_fields(query) - ALWAYS_KNOWN:
                self._asks[rule.id] = frozenset(asks)
        self.asked = frozenset(asked)  # the names of all fields that some rule asks for
        names = frozenset[str]().union(*self._asks.values())
        self._asked, self._uncounted = _where(names), _where(names - HISTORY)
        self._get_asked, self._get_uncounted = _getter(self._asked), _getter(self._uncounted)

    def __bool__(self) -> bool:
        """Whether there is any to be tried."""
        return bool(self._rules)

    @property
    def history(self) -> frozenset[str]:
        """The fields that some rule asks for and a person's history tells."""
        return self.asked & HISTORY

    def verdicts(
        self, reading: language.Reading, facts: Facts, *, now: datetime, patience: Patience | None = None
    ) -> tuple[Verdict, ...]:
        """Every live or shadow rule that holds, or that could not be checked, in the rules' order.

        `patience` bounds how long a rule may take by the clock; what is too much work is never begun.
        """
        stopped = self._stopped(reading, patience)
        index = self._but(stopped) if stopped else self._index
        began = patience.clock() if patience else 0.0
        held = index.match(reading, facts, now=now)
        if patience and patience.clock() - began > patience.seconds:
            held = self._one_by_one(reading, facts, now, stopped, patience)
        found = [self._verdict(self._rules[rule_id], reading, facts, now) for rule_id in held]
        if self._languaged or not self._all_known(facts):
            found += self._not_known(reading, facts, now, stopped)
        if stopped:
            found += [self._unchecked(self._rules[rule_id], why) for rule_id, why in stopped.items()]
        for rule, scope, why in self._unreadable:
            if scope is None or language.matches(scope, reading, facts, now=now):
                found.append(self._unchecked(rule, why))
        if not found:
            return ()
        if self._expire:
            today = now.astimezone(UTC).date()
            found = [verdict for verdict in found if _in_time(self._rules[verdict.rule], today)]
        if len(found) > 1:
            found.sort(key=lambda verdict: self._order[verdict.rule])
        return tuple(found)

    def _all_known(self, facts: Facts) -> bool:
        """Whether everything is known that some rule asks for. Nearly always it is."""
        known = self._get_uncounted if isinstance(facts.standing, Counted) else self._get_asked
        return None not in known(facts)

    def _stopped(self, reading: language.Reading, patience: Patience | None) -> dict[int, str]:
        """Rules that are not tried on this post, and why."""
        stopped = dict(patience.stopped) if patience and patience.stopped else {}
        if not self._costs:
            return stopped
        post = reading.post
        size = len(post.text) + len(post.title)
        if size > SHORT:
            words = size // 4
            for rule_id, cost in self._costs.items():
                if cost * words > MOST_STEPS:
                    stopped[rule_id] = f"it would take too long on a text of {size:,} characters, and was stopped"
        return stopped

    def _but(self, stopped: Collection[int]) -> language.Index[int]:
        """All rules but these."""
        names = frozenset(stopped)
        if names not in self._without:
            if len(self._without) > 8:
                self._without.clear()
            self._without[names] = language.Index(
                (rule_id, query) for rule_id, query in self._queries.items() if rule_id not in names
            )
        return self._without[names]

    def _one_by_one(
        self, reading: language.Reading, facts: Facts, now: datetime, stopped: dict[int, str], patience: Patience
    ) -> list[int]:
        """The same, each rule by the clock; whose turn took too long is stopped, and not tried again."""
        held = []
        for rule_id, query in self._queries.items():
            if rule_id in stopped:
                continue
            began = patience.clock()
            matched = language.matches(query, reading, facts, now=now)
            took = patience.clock() - began
            if took > patience.seconds:
                why = f"it took {took:.1f} seconds on one post, and was stopped"
                patience.stopped[rule_id] = stopped[rule_id] = why
            elif matched:
                held.append(rule_id)
        return held

    def _not_known(
        self, reading: language.Reading, facts: Facts, now: datetime, stopped: Mapping[int, str]
    ) -> list[Verdict]:
        """Rules whose answer hangs on something that nobody could tell."""
        found = []
        unknown = _unknown(facts, self._uncounted if isinstance(facts.standing, Counted) else self._asked)
        for rule_id, asks in self._asks.items() if unknown else ():
            missing = asks & unknown
            if (
                missing
                and rule_id not in stopped
                and language.holds(self._queries[rule_id], reading, facts, now=now) is None
            ):
                why = f"{', '.join(sorted(missing))} not known for this post"
                found.append(self._unchecked(self._rules[rule_id], why))
        if self._languaged and not reading.post.lang and facts.analysis.spam is None:
            for rule_id in self._languaged:
                said = self._said(rule_id)
                if rule_id not in stopped and language.holds(said, reading, facts, now=now) is not False:
                    why = "its language is not known, because the post was not judged"
                    found.append(self._unchecked(self._rules[rule_id], why))
        return found

    def _said(self, rule_id: int) -> language.Query:
        """The condition of a rule without the languages that it is for."""
        query, scope = self._queries[rule_id], _scope(replace(self._rules[rule_id], languages=()))
        bare = query.tree.parts[1] if isinstance(query.tree, And) else query.tree
        return language.Query(query.text, query.use, bare if scope is None else And((scope.tree, bare)))

    def _verdict(self, rule: RulePlan, reading: language.Reading, facts: Facts, now: datetime) -> Verdict:
        return Verdict(
            rule=rule.id,
            name=rule.name,
            version=rule.version,
            state=rule.state,
            outcome=rule.then,
            because=rule.because,
            label=rule.label,
            spans=language.spans(self._queries[rule.id], reading, facts, now=now)[:SPANS_KEPT],
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


def _getter(asked: tuple[tuple[str, str], ...]) -> Callable[[Facts], tuple[object, ...]]:
    """What gets all these fields at once."""
    names = [f"{part}.{name}" for part, name in asked]
    if len(names) > 1:
        return attrgetter(*names)
    if names:
        get = attrgetter(names[0])
        return lambda facts: (get(facts),)
    return lambda _facts: ()


def _unknown(facts: Facts, asked: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """Those of the fields that nobody could tell for this post."""
    missing = [name for part, name in asked if getattr(getattr(facts, part), name) is None]
    return frozenset(missing) if missing else _NOTHING_MISSING


def _scope(rule: RulePlan) -> language.Query | None:
    """Where a rule holds, as a condition; None: everywhere."""
    parts: list[Node] = []
    if rule.sources:
        parts.append(Or(tuple(Value("source", folded(name)) for name in rule.sources)))
    if rule.languages:
        parts.append(Or(tuple(Value("lang", code.lower().replace("_", "-")) for code in rule.languages)))
    if not parts:
        return None
    return language.Query("", language.Use.RULE, And(tuple(parts)) if len(parts) > 1 else parts[0])


def _in_time(rule: RulePlan, today: date) -> bool:
    return rule.expires is None or today <= rule.expires


def weight(query: language.Query) -> int:
    """How many steps a query may take for each word of a text, where that is more than a few; else 0."""
    steps = 0
    for leaf, _ in leaves(query.tree):
        if isinstance(leaf, Near):
            steps += len(leaf.left) * len(leaf.right) + sum(_loose(term) for term in leaf.left + leaf.right)
        elif isinstance(leaf, Term):
            steps += _loose(leaf)
    return steps if steps > FEW_STEPS else 0


def _loose(term: Term) -> int:
    return 1 if term.slack is None else len(term.tokens) ** 2


def decide(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The verdict that decides: the most severe live one; of equals the first. None: nothing live holds."""
    if not verdicts:
        return None
    live = [verdict for verdict in verdicts if verdict.state == "live"]
    return min(live, key=lambda verdict: SEVERITY.index(verdict.outcome), default=None)
