"""`hubbub rules replay`: what rules would have done with the posts that are stored, told on the command line."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

import msgspec
from django.utils import timezone
from msgspec import Struct
from rich.console import Console
from rich.progress import Progress

from hubbub.core import query as language
from hubbub.core.plan import RuleOutcome, RulePlan
from hubbub.core.query.lists import WordList
from hubbub.core.replay import Result, RuleResult, result
from hubbub.core.text.trust import Share
from hubbub.store import word_lists
from hubbub.store.models import Person, Rule, Source, Workspace

from .plans import rule_plans
from .querying import QueryRefused, only_or_named
from .replaying import Replaying, begin
from .rules_toml import RulesRefused, read_rules


class ReplayRefused(Exception):
    """It cannot be replayed; the text says why, and what would do."""


class Wish(Struct, frozen=True):
    """What is to be replayed. `rules`: the name of a rule, or a rules.toml."""

    rules: str
    workspace: str = ""  # its name; "": the only one
    days: int = 30
    most: int = 100_000
    json: bool = False


class _Told(Struct, frozen=True):
    """One rule, as --json prints it."""

    name: str
    then: RuleOutcome
    since: datetime
    until: datetime
    posts: int
    looked_at: int
    sampled: bool
    touched: int
    unchecked: int
    by_day: Mapping[date, int]
    by_source: Mapping[str, int]
    people: int
    hardest: Sequence[tuple[str, int]]
    agrees: int
    contradicts: int
    missed: int
    precision: Share
    recall: Share
    sample: Sequence[int]


def replay_rules(wish: Wish, *, out: TextIO, told: Console) -> None:
    """Print what each rule would have done. Raises ReplayRefused."""
    try:
        workspace = only_or_named(wish.workspace)
    except QueryRefused as error:
        raise ReplayRefused(str(error)) from None
    rules, lists = _rules(wish.rules, workspace)
    replay = begin(workspace, rules, now=timezone.now(), days=wish.days, most=wish.most)
    replaying = Replaying(workspace, replay, lists)
    bar = Progress(console=told, transient=True) if told.is_terminal and not out.isatty() else None
    with bar or nullcontext():
        task = bar.add_task("posts", total=1.0) if bar else None
        while replaying.step():
            if bar and task is not None:
                bar.update(task, completed=result(replay).progress)
    found = result(replay)
    for rule in found.rules:
        lines = [msgspec.json.encode(_told(workspace, found, rule)).decode()] if wish.json else _lines(workspace, rule)
        out.writelines(line + "\n" for line in lines)
    out.flush()
    told.print(_summary(found), markup=False, soft_wrap=True)


def _rules(named: str, workspace: Workspace) -> tuple[Sequence[RulePlan], Sequence[WordList]]:
    """The rules of a file, or one of the workspace."""
    if named.endswith(".toml"):
        try:
            read = read_rules(Path(named))
        except RulesRefused as error:
            raise ReplayRefused(str(error)) from None
        return read.rules, read.lists
    rule = Rule.of(workspace).filter(name=named).first()
    if rule is None:
        names = ", ".join(f"“{name}”" for name in Rule.of(workspace).values_list("name", flat=True)[:20])
        raise ReplayRefused(f"there is no rule named “{named}”. There are: {names or 'none'}. Or name a rules.toml")
    lists = word_lists.of(workspace)
    try:
        language.parse(rule.when, language.Use.RULE, lists)
    except language.QueryError as error:
        raise ReplayRefused(f"“{named}” cannot be read: {error}") from None
    return rule_plans(workspace, [rule]), lists


def _told(workspace: Workspace, found: Result, rule: RuleResult) -> _Told:
    return _Told(
        name=rule.name,
        then=rule.then,
        since=found.since,
        until=found.until,
        posts=found.total,
        looked_at=found.looked_at,
        sampled=found.sampled,
        touched=rule.touched,
        unchecked=rule.unchecked,
        by_day=rule.by_day,
        by_source=_sources(workspace, rule),
        people=rule.people,
        hardest=_hardest(workspace, rule),
        agrees=rule.agrees,
        contradicts=rule.contradicts,
        missed=rule.missed,
        precision=rule.precision,
        recall=rule.recall,
        sample=[kept.post for kept in rule.sample],
    )


def _lines(workspace: Workspace, rule: RuleResult) -> list[str]:
    lines = [f"{rule.name}: {rule.then} {rule.touched:,} posts by {rule.people:,} people"]
    if rule.unchecked:
        lines.append(f"  could not be checked on {rule.unchecked:,} posts: {rule.why_unchecked}")
    lines += [f"  {name}: {number:,}" for name, number in _sources(workspace, rule).items()]
    days = list(rule.by_day.items())[-7:]
    lines += ["  by day: " + ", ".join(f"{day} {number:,}" for day, number in days)] if days else []
    hardest = ", ".join(f"{name} {number:,}" for name, number in _hardest(workspace, rule)[:5])
    lines += [f"  hit hardest: {hardest}"] if hardest else []
    lines.append(
        f"  people decided: {rule.agrees:,} the same, {rule.contradicts:,} otherwise, {rule.missed:,} that it missed"
    )
    lines.append(f"  precision {_share(rule.precision)}, recall {_share(rule.recall)}")
    return lines


def _share(of: Share) -> str:
    if of.share is None or of.low is None or of.high is None:
        return "not known: nobody decided about such posts"
    return f"{of.share:.0%} ({of.low:.0%} to {of.high:.0%})"


def _sources(workspace: Workspace, rule: RuleResult) -> dict[str, int]:
    names = dict(Source.of(workspace).filter(pk__in=list(rule.by_source)).values_list("pk", "name"))
    pairs = sorted(rule.by_source.items(), key=lambda pair: -pair[1])
    return {names.get(pk, f"source {pk}"): number for pk, number in pairs}


def _hardest(workspace: Workspace, rule: RuleResult) -> list[tuple[str, int]]:
    people = Person.of(workspace).in_bulk([pk for pk, _ in rule.hardest])
    return [(str(people[pk]) if pk in people else f"person {pk}", number) for pk, number in rule.hardest]


def _summary(found: Result) -> str:
    of = f" of {found.total:,}, a sample" if found.sampled else ""
    said = ", ".join(f"{number:,} {name}" for name, number in sorted(found.decisions.items(), key=lambda one: -one[1]))
    return f"{found.looked_at:,} posts{of}, {found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}: {said or 'nothing'}"
