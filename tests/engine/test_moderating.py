"""`hubbub moderate`: the contract, files that are refused, lists, scopes, last days, rules that take too long."""

import json
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from hubbub.cli import app
from hubbub.core import query as language
from hubbub.core.facts import Analysis, Facts
from hubbub.core.plan import RulePlan
from hubbub.core.post import Place, Post
from hubbub.core.query.lists import WordList
from hubbub.core.rules import MOST_STEPS, Patience, Rules
from hubbub.core.standing import TAKES_AWAY
from hubbub.engine.moderating import moderate_file
from hubbub.engine.rules_toml import RulesRefused, read_rules
from hubbub.engine.verdicts import EFFECTS
from hubbub.store.models import Decision

NOW = datetime(2026, 5, 1, tzinfo=UTC)
RULE = '[[rule]]\nname = "{}"\nwhen = \'\'\'{}\'\'\'\nthen = "{}"\nstate = "{}"\nbecause = "so"\n'
FILE = (
    RULE.format("Words", "list:bad", "remove", "live")
    + RULE.format("Often", "posts_24h:>1", "queue", "live")
    + RULE.format("Tried", "posts_24h:>0", "ban", "shadow")
    + RULE.format("Asleep", "hello", "ban", "draft")
    + RULE.format("Offender", "removed_share:>0.4", "hide", "live")
    + '[[list]]\nname = "bad"\nentries = ["viagra"]\nseen_through = true\n'
)
POSTS = (
    ("3", "hello", "carol", "12:00"),
    ("1", "hello", "carol", "10:00"),
    ("2", "hello", "carol", "11:00"),
    ("5", "hello", "dave", "11:30"),
    ("4", "v1agra", "dave", "11:00"),
    ("6", "hello", None, "13:00"),
)


def lines(posts: tuple[tuple[str, str, str | None, str], ...]) -> str:
    return "\n".join(
        json.dumps({"id": ident, "text": text, "author": author, "published": f"2026-04-01T{at}:00Z"})
        for ident, text, author, at in posts
    )


def run(tmp_path: Path, rules: str, posts: str, *more: str) -> tuple[int, list[dict[str, object]], str]:
    (tmp_path / "rules.toml").write_text(rules)
    (tmp_path / "posts.jsonl").write_text(posts)
    given = ["moderate", "--rules", str(tmp_path / "rules.toml"), *more]
    done = CliRunner().invoke(app, [*given, *([] if "-" in more else [str(tmp_path / "posts.jsonl")])], input=posts)
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_the_contract(tmp_path: Path) -> None:
    code, answers, told = run(tmp_path, FILE, lines(POSTS))
    assert code == 0
    found = [(one["id"], one["decision"], [rule["name"] for rule in one["rules"]]) for one in answers]
    assert found == [  # in the order of time; of the rules every one that holds, in the file's order
        ("1", "approve", []),
        ("2", "approve", ["Tried"]),
        ("4", "remove", ["Words"]),
        ("5", "hide", ["Tried", "Offender"]),
        ("3", "queue", ["Often", "Tried"]),
        ("6", "approve", []),
    ]
    assert answers[1]["rules"] == [{"name": "Tried", "state": "shadow", "then": "ban", "because": "so"}]
    assert "6 posts: 3 approve, 1 remove, 1 hide, 1 queue" in told


def test_standard_input_and_a_line_that_is_none(tmp_path: Path) -> None:
    code, answers, told = run(tmp_path, FILE, lines(POSTS) + "\n{oh no\n", "-")
    assert (code, len(answers)) == (1, 6)
    assert "standard input, line 7:" in told
    assert "1 line refused" in told


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (RULE.format("Slip", "likes:>", "queue", "live"), "rule “Slip”: Line 1, column 7"),
        (RULE.format("Slip", "list:bat", "queue", "live") + '[[list]]\nname = "bad"', "Did you mean list:bad?"),
        (RULE.format("Slip", "(red", "queue", "live"), "This bracket is never closed. Add `)`"),
        (RULE.format("Slip", "red", "label", "live"), "needs a label"),
        (RULE.format("Twice", "red", "queue", "live") * 2, "the name “Twice” stands there twice"),
        (
            RULE.format("Slip", "red", "burn", "live"),
            "[[rule]] number 1, then: Invalid enum value 'burn'. Say ban, mute",
        ),
        (
            RULE.format("Slip", "red", "queue", "asleep"),
            "[[rule]] number 1, state: Invalid enum value 'asleep'. Say draft, shadow",
        ),
        ('[[rule]]\nname = "x"\nwhen = "red"\nwhy = "y"', "unknown field `why`"),
        ('[[rule]]\nname = "x"', "missing required field `when`"),
        ("[[rule]", "is not a rules file"),
        ("", "holds no [[rule]]"),
        (RULE.format("Topic", "topic:Acme", "queue", "live"), "say --topics topics.toml"),
    ],
)
def test_rules_that_are_refused(tmp_path: Path, rules: str, says: str) -> None:
    code, answers, told = run(tmp_path, rules, lines(POSTS))
    assert (code, answers) == (2, [])
    assert says in told


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(RulesRefused, match="cannot be read"):
        read_rules(tmp_path / "none.toml")
    (tmp_path / "rules.toml").write_text(FILE)
    with pytest.raises(RulesRefused, match=r"none\.jsonl cannot be read"):
        moderate_file(
            str(tmp_path / "none.jsonl"), tmp_path / "rules.toml", None, out=StringIO(), told=Console(file=StringIO())
        )


def test_topics_may_be_given(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_text('[[topic]]\nname = "Acme"\nquery = "hello"')
    rules = RULE.format("Topic", "topic:Acme", "queue", "live")
    _, answers, _ = run(tmp_path, rules, lines(POSTS), "--topics", str(tmp_path / "topics.toml"))
    assert [one["decision"] for one in answers].count("queue") == 5


def verdicts(rule: RulePlan, post: Post, *lists: WordList, patience: Patience | None = None) -> list[tuple[str, bool]]:
    reading = language.read(post, Place("forum", "Our forum"), read_at=NOW)
    known = Facts(analysis=Analysis(frozenset(), None, None, 0.1, 0.1))
    found = Rules([rule], lists).verdicts(reading, known, now=NOW, patience=patience)
    return [(verdict.because, verdict.unchecked) for verdict in found]


@pytest.mark.parametrize(
    ("scope", "lang", "holds"),
    [
        ({}, "", True),
        ({"sources": ("forum",)}, "", True),
        ({"sources": ("blog", "our  FORUM")}, "", True),
        ({"sources": ("blog",)}, "", False),
        ({"languages": ("en",)}, "en-GB", True),
        ({"languages": ("de", "fr")}, "en", False),
        ({"languages": ("en",), "sources": ("blog",)}, "en", False),
        ({"expires": date(2026, 5, 1)}, "", True),
        ({"expires": date(2026, 4, 30)}, "", False),
    ],
)
def test_where_and_until_when_a_rule_holds(scope: dict[str, Any], lang: str, holds: bool) -> None:
    rule = RulePlan(1, "Red", "red", "queue", "so", **scope)
    assert verdicts(rule, Post("1", "red", lang=lang)) == ([("so", False)] if holds else [])
    broken = RulePlan(1, "Red", "list:gone", "queue", "so", **scope)
    assert [unchecked for _, unchecked in verdicts(broken, Post("1", "red", lang=lang))] == ([True] if holds else [])


def test_a_list_that_went_away_asks_a_person() -> None:
    rule = RulePlan(1, "Red", "list:gone", "remove", "so")
    [(because, unchecked)] = verdicts(rule, Post("1", "red"), WordList("gond"))
    assert unchecked
    assert "There is no word list named `gone`. Did you mean list:gond?" in because


def test_a_rule_without_a_language_to_go_by_asks_a_person() -> None:
    rule = RulePlan(1, "Red", "red", "queue", "so", languages=("en",))
    reading = language.read(Post("1", "red"), Place(), read_at=NOW)
    [verdict] = Rules([rule]).verdicts(reading, Facts(), now=NOW)  # nobody judged it
    assert verdict.unchecked
    assert Rules([rule]).verdicts(language.read(Post("1", "blue"), Place()), Facts(), now=NOW) == ()


def test_too_much_work_is_not_begun() -> None:
    words = " ".join(f"w{number}" for number in range(30))
    rule = RulePlan(1, "Heavy", f'"{words}"~50', "remove", "so")
    assert verdicts(rule, Post("1", "short text")) == []
    size = 4 * (MOST_STEPS // 900 + 2)
    [(because, unchecked)] = verdicts(rule, Post("1", "a b " * (size // 4)))
    assert unchecked
    assert "“Heavy” could not be checked: it would take too long on a text of" in because
    light = RulePlan(1, "Light", "zebra", "remove", "so")
    assert verdicts(light, Post("1", "a b " * (size // 4) + "zebra")) == [("so", False)]


def test_who_takes_too_long_by_the_clock_is_stopped_and_named() -> None:
    ticks = iter(range(0, 1000, 2))  # every look at the clock is two seconds later
    patience = Patience(lambda: float(next(ticks)), seconds=1.0)
    rule = RulePlan(1, "Slow", "red", "remove", "so")
    for _ in range(2):  # and for the rest of the batch it is not tried again
        assert verdicts(rule, Post("1", "red"), patience=patience) == [
            ("“Slow” could not be checked: it took 2.0 seconds on one post, and was stopped", True)
        ]
    assert list(patience.stopped) == [1]


def test_what_takes_a_post_away_is_told_once() -> None:
    taken = {outcome for outcome, effect in EFFECTS.items() if effect.decision in (Decision.HIDDEN, Decision.REMOVED)}
    assert taken == TAKES_AWAY
