"""rules.toml as the commands read it: rules, and the word lists that they name."""

import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import get_args

import msgspec
from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.plan import RuleOutcome, RulePlan, RuleState
from hubbub.core.query.lists import WordList

from . import given


class WrittenRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One [[rule]]. Without a state it is live."""

    name: str
    when: str
    then: RuleOutcome = "queue"
    because: str = ""
    policy: str = ""
    label: str = ""
    lasts: int | None = None  # hours, of a mute or ban; only those who carry it out ask for it
    state: RuleState = "live"
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    expires: date | None = None  # the last day, in UTC


class WrittenList(Struct, frozen=True, forbid_unknown_fields=True):
    """One [[list]]."""

    name: str
    entries: tuple[str, ...] = ()
    seen_through: bool = False


class _Written(Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[WrittenRule, ...] = ()
    list: tuple[WrittenList, ...] = ()


class RulesRefused(Exception):
    """The rules cannot be used; the text names the place and the mend."""


class RulesRead(Struct, frozen=True):
    """What the file holds, drafts among it, in its order; the rules' ids are their places, from 1."""

    rules: tuple[RulePlan, ...]
    lists: tuple[WordList, ...]


def read_rules(path: Path) -> RulesRead:
    """The rules of a file (- is standard input), every condition checked. Raises RulesRefused."""
    name = given.name_of(path)
    try:
        written = msgspec.convert(tomllib.loads(given.text_of(path)), _Written)
    except OSError as error:
        raise RulesRefused(f"{name} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise RulesRefused(f"{name} is not a rules file: {_told(str(error))}") from None
    if not written.rule:
        raise RulesRefused(f"{name} holds no [[rule]]")
    _refuse_twice(name, "rule", [rule.name for rule in written.rule])
    _refuse_twice(name, "list", [one.name for one in written.list])
    lists = tuple(WordList(one.name, one.entries, one.seen_through) for one in written.list)
    slips = [slip for rule in written.rule for slip in _amiss(rule, lists)]
    if slips:
        raise RulesRefused("\n".join(f"{name}, {slip}" for slip in slips))
    return RulesRead(tuple(_plan(number, rule) for number, rule in enumerate(written.rule, start=1)), lists)


def _told(error: str) -> str:
    """What is wrong with a field, with the rule counted from 1 and what could stand there."""
    place = re.search(r" - at `\$\.(rule|list)\[(\d+)\](?:\.(\w+))?", error)
    if place is None:
        return error
    what, number, field = place[1], int(place[2]) + 1, place[3]
    choices = {"then": get_args(RuleOutcome), "state": get_args(RuleState)}.get(field or "")
    may = f". Say {', '.join(choices)}" if choices else ""
    return f"[[{what}]] number {number}{f', {field}' if field else ''}: {error[: place.start()]}{may}"


def _refuse_twice(path: str, what: str, names: list[str]) -> None:
    twice = [name for name, number in Counter(names).items() if number > 1]
    if twice:
        raise RulesRefused(f"{path}: the name “{twice[0]}” stands there twice; each {what} needs one of its own")


def _amiss(rule: WrittenRule, lists: tuple[WordList, ...]) -> list[str]:
    named = f"rule “{rule.name}”"
    found = []
    if not rule.name.strip():
        found.append("a rule has no name: give it one")
    if rule.then == "label" and not rule.label.strip():
        found.append(f'{named}: then = "label" needs a label: add label = "…"')
    try:
        language.parse(rule.when, language.Use.RULE, lists)
    except language.QueryError as error:
        found.append(f"{named}: {error}")
    return found


def _plan(number: int, rule: WrittenRule) -> RulePlan:
    return RulePlan(
        id=number,
        name=rule.name,
        when=rule.when,
        then=rule.then,
        because=rule.because,
        state=rule.state,
        label=rule.label,
        policy=rule.policy,
        sources=rule.sources,
        languages=rule.languages,
        expires=rule.expires,
    )
