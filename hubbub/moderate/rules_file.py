"""rules.toml, as docs/operate.md says: rules and the word lists that they name, read with the place of each mistake,
written so that reading it gives the same."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from msgspec import Struct

from hubbub.core.query import QueryError
from hubbub.core.query.lists import WordList as Shape
from hubbub.store.models import RULE_FIELDS, Actor, Rule, WordList, Workspace
from hubbub.ui.api import Refusal
from hubbub.ui.toml import quoted, read_toml

from .lists_actions import ListDraft, check_list, take_lists
from .rules_actions import take_all
from .rules_drafts import Draft, check

LARGEST = 5_000_000  # bytes
MOST = 1_000  # rules
ORDER = (*RULE_FIELDS[:6], "because", "state", "sources", "languages", "expires")


class _List(Struct, forbid_unknown_fields=True):
    name: str
    entries: tuple[str, ...] = ()
    seen_through: bool = False


class _File(Struct, forbid_unknown_fields=True):
    rule: tuple[Draft, ...] = ()
    list: tuple[_List, ...] = ()


class RulesRead(Struct, frozen=True):
    """What a file holds, in its order, checked."""

    rules: Sequence[Draft]
    lists: Sequence[ListDraft] = ()


def read_file(content: bytes, known: Sequence[Shape] | None = None) -> RulesRead:
    """All of the file. `known`: the workspace's word lists, which rules may name beside those of the file; None: which
    there are is not looked at. Refusal names the rule or list and what is wrong with it."""
    written = read_toml(content, _File, thing="rule", largest=LARGEST)
    if not written.rule and not written.list:
        raise Refusal("The file holds no rules: each begins with a line [[rule]]")
    if len(written.rule) > MOST:
        raise Refusal(f"The file holds {len(written.rule):,} rules; {MOST:,} is the most")
    lists = [_list(number, one) for number, one in enumerate(written.list, start=1)]
    own = [Shape(one.name, tuple(one.entries.splitlines()), one.seen_through) for one in lists]
    names = {one.name for one in own}
    there = None if known is None else [*own, *(one for one in known if one.name not in names)]
    return RulesRead([_checked(number, one, there) for number, one in enumerate(written.rule, start=1)], lists)


def read_rules(content: bytes) -> list[Draft]:
    """The rules of a file alone."""
    return list(read_file(content).rules)


@transaction.atomic
def take(workspace: Workspace, read: RulesRead, *, by: Actor, why: str = "") -> tuple[int, int]:
    """The lists first, for rules name them; all or none. Gives (rules made, rules changed)."""
    take_lists(workspace, read.lists, by=by, why=why)
    return take_all(workspace, read.rules, by=by, why=why)


def _list(number: int, given: _List) -> ListDraft:
    try:
        return check_list(ListDraft(given.name, "\n".join(given.entries), given.seen_through))
    except Refusal as error:
        raise Refusal(f"List {number} (“{given.name}”): {error}") from None


def _checked(number: int, draft: Draft, lists: Sequence[Shape] | None) -> Draft:
    try:
        return check(draft, lists)
    except (Refusal, QueryError) as error:
        raise Refusal(f"Rule {number} (“{draft.name}”): {error}") from None


def write_rules(rules: Iterable[Rule], lists: Iterable[WordList] = ()) -> str:
    """The file's text."""
    return "\n".join([*(_block(rule) for rule in rules), *(_list_block(one) for one in lists)])


def _block(rule: Rule) -> str:
    lines = [f"{name} = {_value(getattr(rule, name))}" for name in ORDER if getattr(rule, name)]
    return "\n".join(["[[rule]]", *lines, ""])


def _list_block(one: WordList) -> str:
    entries = "".join(f"    {quoted(entry)},\n" for entry in one.entries.splitlines())
    lines = [f"name = {quoted(one.name)}", *(["seen_through = true"] if one.seen_through else [])]
    return "\n".join(["[[list]]", *lines, f"entries = [\n{entries}]", ""])


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(quoted(str(one)) for one in value)}]"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int) else quoted(str(value))
