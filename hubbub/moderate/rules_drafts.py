"""What a rule is to be, before it is saved: read, checked, compared."""

from collections.abc import Sequence
from datetime import date
from typing import get_args

from msgspec import Struct, field, structs

from hubbub.core import query as language
from hubbub.core.plan import RuleOutcome, RuleState
from hubbub.core.query.lists import WordList
from hubbub.store.models import RULE_FIELDS, Rule
from hubbub.ui.api import Refusal

TIMED = frozenset({"mute", "ban"})
LONGEST = 24 * 366 * 10  # hours
MOST_SCOPE = 100  # sources, and languages, of one rule
SHOWN_ONLY = frozenset({"name", "because", "policy"})  # what can change without any post being treated otherwise


class Draft(Struct, frozen=True):
    """What a rule is to be. `then` and `state` as in rules.toml."""

    name: str
    when: str
    because: str
    then: str = "queue"
    state: str = "draft"
    policy: str = ""
    label: str = ""
    lasts: int | None = None  # hours, of a mute or ban; None: until it is lifted
    sources: list[str] = field(default_factory=list)  # names of sources or kinds of networks; none: everywhere
    languages: list[str] = field(default_factory=list)  # codes; none: any
    expires: date | None = None  # the last day, in UTC


def draft_of(rule: Rule) -> Draft:
    """The rule as it is."""
    return Draft(**{name: getattr(rule, name) for name in (*RULE_FIELDS, "state")})


def check(draft: Draft, lists: Sequence[WordList] | None = None) -> Draft:
    """The draft without loose spaces. `lists`: the word lists that it may name; None: which there are is not looked at.
    Raises QueryError for its condition, Refusal for the rest."""
    words = {name: getattr(draft, name).strip() for name in ("name", "when", "because", "then", "state", "policy",
                                                             "label")}  # fmt: skip
    scope = {
        name: list(dict.fromkeys(one.strip() for one in getattr(draft, name) if one.strip()))
        for name in ("sources", "languages")
    }
    tidy = structs.replace(draft, **words, **scope)
    _check_words(tidy)
    if tidy.then not in get_args(RuleOutcome):
        raise Refusal(f"{tidy.then!r} is nothing that a rule can do: say one of {', '.join(get_args(RuleOutcome))}")
    if tidy.state not in get_args(RuleState):
        raise Refusal(f"{tidy.state!r} is no state of a rule: say draft, shadow or live")
    if tidy.then == "label" and not tidy.label:
        raise Refusal("A rule that labels needs the label")
    if tidy.lasts is not None and tidy.then not in TIMED:
        tidy = structs.replace(tidy, lasts=None)
    if tidy.lasts is not None and not 1 <= tidy.lasts <= LONGEST:
        raise Refusal("A mute or ban lasts from one hour to ten years; leave it empty for one that people lift")
    language.parse(tidy.when, language.Use.RULE, lists)
    return tidy


def _check_words(tidy: Draft) -> None:
    for name, most in (("name", 100), ("policy", 100), ("label", 40)):
        if len(getattr(tidy, name)) > most:
            raise Refusal(f"The {name} of a rule may have {most} characters; this has {len(getattr(tidy, name))}")
    for name in ("sources", "languages"):
        given: list[str] = getattr(tidy, name)
        if len(given) > MOST_SCOPE or any(len(one) > 100 for one in given):
            raise Refusal(f"A rule may name {MOST_SCOPE} {name}, each of 100 characters at most")
    if not tidy.name:
        raise Refusal("A rule needs a name")
    if not tidy.because:
        raise Refusal("Say why in the rule's reason: moderators and authors are shown it")


def weighs(old: Draft, new: Draft) -> bool:
    """Whether some post may be treated otherwise after the change."""
    return any(getattr(old, name) != getattr(new, name) for name in RULE_FIELDS if name not in SHOWN_ONLY)
