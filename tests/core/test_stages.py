"""What happens to every post, and which verdict decides. No database."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.plan import SEVERITY, Plan, RulePlan, TopicPlan
from hubbub.core.post import Author, Place, Post
from hubbub.core.rules import SPANS_KEPT
from hubbub.core.stages import STAGES, Outcome, Ready, match, moderate, run

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OLD, YOUNG = Author("o", created=NOW - timedelta(days=900)), Author("y", created=NOW - timedelta(hours=5))
PLAN = Plan(
    version=3,
    topics=(TopicPlan(1, "Acme", "acme NOT ohio"), TopicPlan(2, "Rival", "moonbean", kind="competitor")),
    rules=(
        RulePlan(1, "Cheap", "cheap", "queue", "cheap things"),
        RulePlan(2, "Link farm", "site:farm.example", "remove", "a link farm"),
        RulePlan(3, "Trial", "cheap", "ban", "only tried", state="shadow"),
        RulePlan(4, "Of us", "topic:Acme AND praise", "approve", "praise is welcome"),
        RulePlan(5, "Newcomers", "account_age:<1d AND has:link", "queue", "new accounts with links"),
        RulePlan(6, "Sleeping", "cheap", "remove", "a draft", state="draft"),
    ),
)


def judged(text: str, *, owned: bool = False, **more: object) -> Outcome:
    post = Post("1", text, **{"published": NOW, "author": OLD, **more})
    return run([post], Place("blog", "Blog", owned), Ready(PLAN), now=NOW)[0]


@pytest.mark.parametrize(
    ("text", "more", "topics", "rules", "decided"),
    [
        ("nothing", {}, [], [], None),
        ("acme praise", {}, [1], ["Of us"], "approve"),
        ("acme in ohio praise", {}, [], [], None),
        ("cheap", {}, [], ["Cheap", "Trial"], "queue"),
        (
            "cheap https://farm.example/x",
            {"links": ("https://farm.example/x",)},
            [],
            ["Cheap", "Link farm", "Trial"],
            "remove",
        ),
        ("look", {"links": ("https://a.example",), "author": YOUNG}, [], ["Newcomers"], "queue"),
        ("look", {"links": ("https://a.example",), "author": OLD}, [], [], None),
        ("look", {"links": ("https://a.example",), "author": Author("n")}, [], ["Newcomers"], "queue"),
        ("look", {"author": Author("n")}, [], [], None),
        ("acme moonbean", {}, [1, 2], [], None),
    ],
)
def test_outcomes(text: str, more: dict[str, object], topics: list[int], rules: list[str], decided: str | None) -> None:
    outcome = judged(text, **more)
    assert [caught.topic for caught in outcome.caught] == topics
    assert [verdict.name for verdict in outcome.verdicts] == rules
    assert (outcome.decided and outcome.decided.outcome) == decided


def test_a_rule_that_could_not_be_checked_says_what_was_missing() -> None:
    verdict = judged("look", links=("https://a.example",), author=None).decided
    assert verdict is not None
    assert verdict.unchecked
    assert "account_age not known" in verdict.because


@pytest.mark.parametrize(
    ("text", "owned", "state", "deserves"),
    [
        ("acme", False, "visible", True),
        ("moonbean", False, "visible", False),
        ("hello", True, "visible", True),
        ("hello", True, "pending", True),
        ("hello", True, "removed", False),
    ],
)
def test_what_deserves_an_answer(text: str, owned: bool, state: str, deserves: bool) -> None:
    assert judged(text, owned=owned, state=state).deserves_answer is deserves


def test_what_is_removed_needs_no_answer() -> None:
    assert not judged("acme", links=("https://farm.example/",)).deserves_answer


def test_the_order_of_the_stages() -> None:
    assert STAGES.index(match) < STAGES.index(moderate)


def test_a_rule_that_cannot_be_read_lets_nothing_through() -> None:
    plan = Plan(rules=(RulePlan(1, "Torn", "cheap AND (", "remove", "x"),))
    outcome = run([Post("1", "anything", published=NOW)], Place(), Ready(plan), now=NOW)[0]
    assert outcome.decided is not None
    assert (outcome.decided.outcome, outcome.decided.unchecked) == ("queue", True)


def test_a_plan_travels_as_bytes() -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(PLAN), type=Plan) == PLAN


@given(st.permutations(SEVERITY), st.integers(0, len(SEVERITY) - 1))
def test_the_most_severe_live_rule_decides(order: list[str], shadow: int) -> None:
    plan = Plan(
        rules=tuple(
            RulePlan(at, then, "cheap", then, "x", state="shadow" if at == shadow else "live")
            for at, then in enumerate(order)
        )
    )
    outcome = run([Post("1", "cheap", published=NOW)], Place(), Ready(plan), now=NOW)[0]
    live = [then for at, then in enumerate(order) if at != shadow]
    assert outcome.decided is not None
    assert outcome.decided.outcome == min(live, key=SEVERITY.index)


@given(
    st.lists(st.sampled_from(["acme", "cheap", "moonbean praise", "ohio acme", ""]), max_size=12), st.integers(0, 12)
)
def test_batches_do_not_matter(texts: list[str], cut: int) -> None:
    posts = [Post(str(at), text, published=NOW, author=OLD) for at, text in enumerate(texts)]
    ready, place = Ready(PLAN), Place("blog", "Blog", owned=True)
    whole = run(posts, place, ready, now=NOW)
    assert whole == run(posts[:cut], place, ready, now=NOW) + run(posts[cut:], place, ready, now=NOW)


def test_a_text_that_floods_a_word_is_marked_in_part() -> None:
    outcome = judged("acme cheap " * 1000)
    assert {len(found.spans) for found in (*outcome.caught, *outcome.verdicts)} == {SPANS_KEPT}
