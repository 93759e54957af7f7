"""What rules would have done: counts over posts that are there already, beside what people decided about them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from zlib import crc32

from msgspec import Struct, field

from .plan import RuleOutcome, RulePlan
from .query import Span
from .rules import Verdict
from .text.trust import Share, share

SAMPLE = 25  # posts of each rule that are kept to be judged by hand
SHOWN = 50  # posts of each rule that are kept of those that people decided otherwise, and of those that it missed
HARDEST = 10  # people


class Kept(Struct, frozen=True):
    """A post that was kept to be looked at, and what made the rule hold."""

    post: int
    spans: tuple[Span, ...] = ()


class Looked(Struct, frozen=True):
    """One post of the past. `taken_away`: what a person decided about it; None: nobody did."""

    post: int
    day: date
    source: int
    person: int | None
    taken_away: bool | None = None


class Tally(Struct):
    """What one rule did so far; can be put aside and taken up again."""

    rule: int
    touched: int = 0
    unchecked: int = 0
    days: dict[date, int] = field(default_factory=dict)
    sources: dict[int, int] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=dict)
    agrees: int = 0
    contradicts: int = 0
    missed: int = 0
    sample: list[tuple[int, Kept]] = field(default_factory=list)  # by a number that no post's author can choose
    contradicted: list[Kept] = field(default_factory=list)
    passed: list[int] = field(default_factory=list)
    why_unchecked: str = ""  # the first reason


class Replay(Struct):
    """A replay on its way; can be put aside and taken up again. Equal replays go on alike."""

    rules: tuple[RulePlan, ...]
    since: datetime
    until: datetime  # before this
    total: int  # posts of that time
    share: float = 1.0  # of them that are looked at
    looked_at: int = 0
    after: tuple[datetime, int] | None = None  # the last post that was looked at: when it was published, and its id
    done: bool = False
    tallies: list[Tally] = field(default_factory=list)
    decisions: dict[str, int] = field(default_factory=dict)  # outcome → posts, as all rules together decide
    # posts that the rules take away, which later ones count, and when people took that back
    taken_away: dict[int, datetime | None] = field(default_factory=dict)


class RuleResult(Struct, frozen=True):
    """What one rule would have done. Counts are of the posts that were looked at."""

    name: str
    then: RuleOutcome
    touched: int
    unchecked: int  # posts on which it could not be checked
    why_unchecked: str
    by_day: Mapping[date, int]
    by_source: Mapping[int, int]  # source id → posts
    hardest: Sequence[tuple[int, int]]  # (person id, posts), who would be hit hardest first
    people: int  # how many would be hit
    agrees: int  # posts that it touched and people decided so, too
    contradicts: int  # posts that it touched and people decided otherwise
    missed: int  # posts that people decided so and it did not touch
    precision: Share  # of the posts that it touched and people decided about, those that they decided so
    recall: Share  # of the posts that people decided so, those that it touched
    sample: Sequence[Kept]  # to be judged by hand, drawn evenly from all that it touched
    contradicted: Sequence[Kept]  # the first of them
    passed: Sequence[int]  # ids of the first that it missed


class Result(Struct, frozen=True):
    """What a replay tells, also while it goes on."""

    since: datetime
    until: datetime
    total: int  # posts of that time
    looked_at: int
    done: bool
    wanted: int  # posts to look at, roughly
    sampled: bool  # whether only a sample of them is looked at
    decisions: Mapping[str, int]  # outcome → posts, all rules together; "approve" where none holds
    rules: Sequence[RuleResult]

    @property
    def progress(self) -> float:
        """From 0 to 1, roughly: how much was looked at of what there is to look at."""
        if self.done or not self.wanted:
            return 1.0
        return min(1.0, self.looked_at / self.wanted)


def begun(rules: Sequence[RulePlan], since: datetime, until: datetime, total: int, most: int) -> Replay:
    """A replay of these rules, each as if it were live. `total`: posts of that time; of more than `most` a sample is
    looked at."""
    return Replay(
        rules=tuple(rules),
        since=since,
        until=until,
        total=total,
        share=min(1.0, most / total) if total else 1.0,
        tallies=[Tally(rule.id) for rule in rules],
    )


def drawn(replay: Replay, post: int) -> bool:
    """Whether a post is in the sample: always the same ones."""
    return replay.share >= 1.0 or _number(0, post) < replay.share * 2**32


def count(replay: Replay, looked: Looked, verdicts: Sequence[Verdict], decided: str) -> None:
    """Count one post more."""
    replay.looked_at += 1
    replay.decisions[decided] = replay.decisions.get(decided, 0) + 1
    # nearly every post has few verdicts and no decision: only what is said is looked up, not every rule asked
    if looked.taken_away is not None:
        _missed(replay, looked, {verdict.rule for verdict in verdicts})
    for verdict in verdicts:
        place = next(at for at, tally in enumerate(replay.tallies) if tally.rule == verdict.rule)
        rule, tally = replay.rules[place], replay.tallies[place]
        if verdict.unchecked:
            tally.unchecked += 1
            tally.why_unchecked = tally.why_unchecked or verdict.because
        else:
            _touched(tally, rule, looked, verdict)


def _missed(replay: Replay, looked: Looked, said: Collection[int]) -> None:
    """The rules that say nothing of a post that people decided as they would have."""
    for rule, tally in zip(replay.rules, replay.tallies, strict=True):
        if rule.id not in said and looked.taken_away is _wants(rule):
            tally.missed += 1
            if len(tally.passed) < SHOWN:
                tally.passed.append(looked.post)


def _touched(tally: Tally, rule: RulePlan, looked: Looked, verdict: Verdict) -> None:
    tally.touched += 1
    tally.days[looked.day] = tally.days.get(looked.day, 0) + 1
    tally.sources[looked.source] = tally.sources.get(looked.source, 0) + 1
    if looked.person is not None:
        tally.people[looked.person] = tally.people.get(looked.person, 0) + 1
    kept = Kept(looked.post, verdict.spans)
    if looked.taken_away is not None:
        if looked.taken_away is _wants(rule):
            tally.agrees += 1
        else:
            tally.contradicts += 1
            if len(tally.contradicted) < SHOWN:
                tally.contradicted.append(kept)
    place = _number(rule.id, looked.post)
    if len(tally.sample) < SAMPLE or place < tally.sample[-1][0]:
        tally.sample.append((place, kept))
        tally.sample.sort(key=lambda pair: (pair[0], pair[1].post))
        del tally.sample[SAMPLE:]


def _wants(rule: RulePlan) -> bool:
    """Whether a rule means that the post should be taken away; one that approves means that it should not."""
    return rule.then != "approve"


def _number(of: int, post: int) -> int:
    return crc32(f"{of} {post}".encode())


def result(replay: Replay) -> Result:
    """What is known so far."""
    rules = zip(replay.rules, replay.tallies, strict=True)
    return Result(
        since=replay.since,
        until=replay.until,
        total=replay.total,
        looked_at=replay.looked_at,
        done=replay.done,
        wanted=round(replay.total * replay.share),
        sampled=replay.share < 1.0,
        decisions=dict(replay.decisions),
        rules=tuple(_result(rule, tally) for rule, tally in rules),
    )


def _result(rule: RulePlan, tally: Tally) -> RuleResult:
    return RuleResult(
        name=rule.name,
        then=rule.then,
        touched=tally.touched,
        unchecked=tally.unchecked,
        why_unchecked=tally.why_unchecked,
        by_day=dict(sorted(tally.days.items())),
        by_source=dict(tally.sources),
        hardest=Counter(tally.people).most_common(HARDEST),
        people=len(tally.people),
        agrees=tally.agrees,
        contradicts=tally.contradicts,
        missed=tally.missed,
        precision=share(tally.agrees, tally.agrees + tally.contradicts),
        recall=share(tally.agrees, tally.agrees + tally.missed),
        sample=tuple(kept for _, kept in tally.sample),
        contradicted=tuple(tally.contradicted),
        passed=tuple(tally.passed),
    )
