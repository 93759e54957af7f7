"""Which posts become conversations, and what they are about."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from hubbub.core import query as language
from hubbub.core.facts import Analysis, Facts
from hubbub.core.opening import START, Opener, kind_of, opener
from hubbub.core.plan import OpeningPlan, TopicKind
from hubbub.core.post import Place, Post

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "owned", "facts", "opens"),
    [
        (START, True, Facts(analysis=Analysis(about=frozenset())), True),
        (START, False, Facts(analysis=Analysis(about=frozenset())), False),
        (START, False, Facts(analysis=Analysis(about=frozenset({"brand"}))), True),
        (START, False, Facts(analysis=Analysis(about=frozenset({"competitor"}))), False),
        ("intent:complaint", False, Facts(analysis=Analysis(intent="complaint")), True),
        ("intent:complaint", False, Facts(analysis=Analysis(intent="other")), False),
        ("intent:complaint", False, Facts(), True),  # not known is not "no"
        ("acme intent:complaint", False, Facts(), False),  # the words are known
        ("strikes:>2", False, Facts(), True),
    ],
)
def test_opens(query: str, owned: bool, facts: Facts, opens: bool) -> None:
    reading = language.read(Post(id="1", text="hello"), Place(kind="feed", name="A", owned=owned), read_at=NOW)
    assert Opener(OpeningPlan(query)).opens(reading, facts, now=NOW) is opens
    assert Opener(OpeningPlan(query, active=False)).opens(reading, facts, now=NOW) is False


def test_what_cannot_be_read_is_the_start() -> None:
    assert opener(OpeningPlan("acme AND")).query.text == START


def test_about_knows_every_kind_of_topic() -> None:
    assert language.FIELDS["about"].choices == get_args(TopicKind)


@pytest.mark.parametrize(
    ("type_", "intent", "kind", "sure"),
    [
        ("review", "complaint", "review", 1.0),
        ("comment", "question", "question", 0.7),
        ("comment", "promotion", "", None),
        ("comment", None, "", None),
    ],
)
def test_kind(type_: str, intent: str | None, kind: str, sure: float | None) -> None:
    assert kind_of(type_, intent, 0.7) == (kind, sure)
