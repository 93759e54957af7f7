"""A replay over stored posts: whose, which, beside what people decided; the command."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from rich.console import Console

from hubbub.core.plan import RulePlan
from hubbub.core.query import QueryError
from hubbub.core.replay import Result, result
from hubbub.engine import plans
from hubbub.engine.replay_command import ReplayRefused, Wish, replay_rules
from hubbub.engine.replaying import Replaying, begin
from hubbub.moderate import actions, rules_actions
from hubbub.store.models import Audit, Decision, Post, Rule, Verdict, WordList
from tests.world import World, make_author, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def stored(world: World) -> World:
    now = timezone.now()
    forum, blog = make_source(world.acme, "Forum"), make_source(world.acme, "Blog")
    dave, erin = make_author(world.acme, "dave"), make_author(world.acme, "erin")
    for number in range(12):
        make_post(
            forum if number % 3 else blog,
            "red" if number % 2 == 0 else "blue",
            number,
            author=dave if number % 4 < 2 else erin,
            published=now - timedelta(hours=number * 30),
        )
    make_post(forum, "red and ours", 50, ours=True, published=now - timedelta(hours=3))
    make_post(forum, "red but old", 51, published=now - timedelta(days=40))
    make_post(make_source(world.bravo), "red of others", 52, published=now - timedelta(hours=3))
    for number, decision in (
        (0, Decision.REMOVED),
        (2, Decision.REMOVED),
        (4, Decision.APPROVED),
        (1, Decision.HIDDEN),
    ):
        actions.decide(Post.of(world.acme).get(native_id=str(number)), decision, by=world.alice, why="so")
    undone = actions.decide(Post.of(world.acme).get(native_id="6"), Decision.HIDDEN, by=world.alice, why="so")
    actions.undo(undone.act, by=world.alice)
    return world


def replayed(world: World, when: str, *, most: int = 100_000, step: int = 5, then: Any = "remove") -> Result:
    rule = RulePlan(1, "Red", when, then, "so", state="draft")
    replay = begin(world.acme, [rule], now=timezone.now(), days=30, most=most)
    going = Replaying(world.acme, replay)
    while going.step(step):
        pass
    assert not going.step()
    return result(replay)


@pytest.mark.parametrize("step", [1, 4, 12, 100])
def test_a_draft_is_tried_on_what_is_there(stored: World, step: int) -> None:
    audits = Audit.of(stored.acme).count()
    found = replayed(stored, "red", step=step)
    [rule] = found.rules
    assert (found.total, found.looked_at, found.done, found.sampled) == (12, 12, True, False)
    assert found.decisions == {"remove": 6, "approve": 6}
    assert (rule.touched, rule.people, sum(rule.by_source.values())) == (6, 2, 6)
    assert (rule.agrees, rule.contradicts, rule.missed) == (2, 1, 1)  # what was taken back is no word
    assert {Post.everywhere.get(pk=kept.post).text for kept in rule.sample} == {"red"}
    assert all(kept.spans for kept in rule.sample)
    assert not Verdict.of(stored.acme).exists()  # nothing was written
    assert Audit.of(stored.acme).count() == audits


@pytest.mark.parametrize(
    ("when", "touched"),
    [
        ("posts_24h:>0", 0),
        ("removed_share:>0", 0),  # nothing was decided before the later ones were read
        ("source:wordpress AND lang:zz", 0),
        ("strikes:0", 12),
        ("list:plain", 6),
    ],
)
def test_fields_and_lists(stored: World, when: str, touched: int) -> None:
    WordList.everywhere.create(workspace=stored.acme, name="Plain", entries="blue")
    assert replayed(stored, when).rules[0].touched == touched


def test_what_it_takes_away_counts_for_later_posts(stored: World) -> None:
    rule = RulePlan(1, "Red", "blue", "remove", "so")
    more = RulePlan(2, "Again", "removed_share:>0.4", "label", "so", label="again")
    replay = begin(stored.acme, [rule, more], now=timezone.now())
    while Replaying(stored.acme, replay).step(2):
        pass
    assert result(replay).rules[1].touched > 3


def test_a_list_that_is_not_there_is_named(stored: World) -> None:
    WordList.everywhere.create(workspace=stored.acme, name="rivals", entries="blue")
    with pytest.raises(QueryError, match="Did you mean list:rivals"):
        rules_actions.make(stored.acme, rules_actions.Draft("Red", "list:rival", "so"), by=stored.alice)
    rule = rules_actions.make(
        stored.acme,
        rules_actions.Draft("Red", "list:rivals", "so", state="live"),
        by=stored.alice,
        why="Tried elsewhere",
    )
    [plan] = plans.load(stored.acme).rules
    assert (plan.id, [one.name for one in plans.load(stored.acme).lists]) == (rule.pk, ["rivals"])


def told(wish: Wish) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    replay_rules(wish, out=out, told=Console(file=err, width=200))
    return out.getvalue(), err.getvalue()


def test_the_command(stored: World, tmp_path: Path) -> None:
    Rule.everywhere.create(workspace=stored.acme, name="Reds", when="red", then="hide", because="so")
    said, summary = told(Wish("Reds", "acme"))
    assert "Reds: hide 6 posts by 2 people" in said
    assert "people decided: 2 the same, 1 otherwise, 1 that it missed" in said
    assert "12 posts," in summary
    (tmp_path / "r.toml").write_text(
        '[[rule]]\nname = "Blue"\nwhen = "list:b"\n[[list]]\nname = "b"\nentries = ["blue"]'
    )
    said, _ = told(Wish(str(tmp_path / "r.toml"), "acme", json=True))
    one = json.loads(said)
    assert (one["name"], one["touched"], one["looked_at"], len(one["sample"])) == ("Blue", 6, 12, 6)
    assert {name for name, _ in one["hardest"]} == {"Dave", "Erin"}
    for wrong, says in (("Nope", "there is no rule named “Nope”. There are: “Reds”"), ("no.toml", "cannot be read")):
        with pytest.raises(ReplayRefused, match=says):
            told(Wish(wrong, "acme"))
