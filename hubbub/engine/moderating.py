"""`hubbub moderate`: posts from a file against rules from a file, without a database."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TextIO

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import Progress

from hubbub.connectors import Refused
from hubbub.connectors.files import Line, read_lines
from hubbub.core import stages
from hubbub.core.failures import Broken
from hubbub.core.plan import Plan, RuleOutcome, RuleState, TopicPlan
from hubbub.core.post import Place
from hubbub.core.rules import Patience, Verdict
from hubbub.core.standing import Record
from hubbub.core.text.layered import Layered
from hubbub.store.shipped import is_there, shipped

from . import given
from .inline import clock
from .matching import read_topics
from .rules_toml import RulesRefused, read_rules

BATCH = 1000
JUDGED = frozenset(
    {"sentiment", "intent", "toxicity", "spam", "lang", "self_promotion", "level"}
)  # what asks for the model


class _Said(Struct, frozen=True, omit_defaults=True):
    """What one rule says, as in the contract of the command."""

    name: str
    state: RuleState
    then: RuleOutcome
    because: str
    label: str = ""
    unchecked: bool = False  # it could not be checked: `because` says why


class _Answer(Struct, frozen=True):
    """A line of the output."""

    id: str
    decision: RuleOutcome
    rules: tuple[_Said, ...]


def moderate_file(posts: str, rules: Path, topics: Path | None, *, out: TextIO, told: Console) -> int:
    """Print one JSON object a post, in the order of time. Returns how many lines were refused. Raises RulesRefused, and
    TopicsRefused of `matching`."""
    if no := given.twice(posts, rules, topics):
        raise RulesRefused(no)
    ready = ready_for(rules, topics)
    lines, refused = _lines(posts, told)
    now = datetime.now(UTC)
    lines.sort(key=lambda line: line.post.published or now)
    encode = msgspec.json.Encoder().encode
    decisions: Counter[str] = Counter()
    bar = Progress(console=told, transient=True) if told.is_terminal and not out.isatty() else None
    with bar or nullcontext():
        task = bar.add_task(posts, total=len(lines)) if bar else None
        for answers in answered(lines, ready, now):
            out.writelines(encode(answer).decode() + "\n" for answer in answers)
            decisions.update(answer.decision for answer in answers)
            if bar and task is not None:
                bar.advance(task, len(answers))
    out.flush()
    told.print(_summary(len(lines), refused, decisions), markup=False, soft_wrap=True)
    return refused


def ready_for(rules: Path, topics: Path | None = None) -> stages.Ready:
    """The rules of a file made ready. Raises RulesRefused, and TopicsRefused of `matching`."""
    read = read_rules(rules)
    named = read_topics(topics) if topics else {}
    plan = Plan(
        topics=tuple(TopicPlan(number, name, query.text) for number, (name, query) in enumerate(named.items(), 1)),
        rules=read.rules,
        lists=read.lists,
    )
    ready = stages.Ready(plan)
    if "topic" in ready.rules.asked and topics is None:
        raise RulesRefused(f"{rules}: a rule asks for topic:, and no topics are given: say --topics topics.toml")
    if ready.rules.asked & JUDGED and is_there():
        ready.judging = Layered(shipped())
    return ready


def answered(lines: Sequence[Line], ready: stages.Ready, now: datetime) -> Iterator[list[_Answer]]:
    """What is decided on each of the lines, which stand in the order of time, a batch at a time."""
    people: dict[tuple[str, str], Record] = {}
    going = iter(lines)
    patience = Patience(clock)
    done = 0
    while batch := list(islice(going, BATCH)):
        work = stages.Work(ready=ready, place=Place(), now=now, posts=[line.post for line in batch])
        work.at_home = True  # who hands us a file of posts moderates their place
        work.places = [Place(line.source, line.source) for line in batch]
        for stage in stages.FINDING:
            stage(work)
        history = [_record(line, people) for line in batch] if ready.rules.history else ()
        work.orders = [done + number for number in range(len(batch))]
        outcomes = stages.decided(work, history, patience)
        done += len(batch)
        yield [_answer(outcome) for outcome in outcomes]


def _record(line: Line, people: dict[tuple[str, str], Record]) -> Record:
    """Of the person who wrote it: one author within one source. Who is not named is somebody new."""
    author = line.post.author
    if author is None or not author.id:
        return Record()
    return people.setdefault((line.source, author.id), Record())


def _answer(outcome: stages.Outcome) -> _Answer:
    decision = outcome.decided.outcome if outcome.decided else "approve"
    return _Answer(outcome.post.id, decision, tuple(_said(verdict) for verdict in outcome.verdicts))


def _said(verdict: Verdict) -> _Said:
    return _Said(
        verdict.name, verdict.state, verdict.outcome, verdict.because, verdict.label, unchecked=verdict.unchecked
    )


def _lines(posts: str, told: Console) -> tuple[list[Line], int]:
    """All posts of the file; what is refused is told. How many that were."""
    taken: list[Line] = []
    refused = 0
    name = "standard input" if posts == "-" else posts
    try:
        for line in read_lines(sys.stdin.buffer, name=name) if posts == "-" else read_lines(Path(posts)):
            if isinstance(line, Refused):
                refused += 1
                told.print(f"{name}, {line.where}: {line.why}", markup=False, soft_wrap=True)
            else:
                taken.append(line)
    except OSError as error:
        raise RulesRefused(f"{posts} cannot be read: {error.strerror}") from None
    except Broken as error:
        raise RulesRefused(f"{posts}: {error}") from None
    return taken, refused


def _summary(posts: int, refused: int, decisions: Counter[str]) -> str:
    said = ", ".join(f"{number:,} {decision}" for decision, number in decisions.most_common())
    lines = f"; {refused:,} line{'s' if refused != 1 else ''} refused" if refused else ""
    return f"{posts:,} post{'s' if posts != 1 else ''}{': ' + said if said else ''}{lines}"
