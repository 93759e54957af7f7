"""What a replay counts, beside what people decided; put aside and taken up again."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from hubbub.core import replay as counting
from hubbub.core.plan import RuleOutcome, RulePlan
from hubbub.core.replay import HARDEST, SAMPLE, Looked, Replay
from hubbub.core.rules import Verdict

NOW = datetime(2026, 5, 1, tzinfo=UTC)
DAY = date(2026, 4, 30)


def begun(then: RuleOutcome = "hide", total: int = 10, most: int = 100) -> Replay:
    return counting.begun([RulePlan(7, "Red", "red", then, "so")], NOW - timedelta(days=30), NOW, total, most)


def said(held: bool, *, unchecked: bool = False) -> list[Verdict]:
    return [Verdict(7, "Red", 1, "live", "hide", "so", unchecked=unchecked)] if held else []


@pytest.mark.parametrize(
    ("then", "agrees", "contradicts", "missed"),
    [("hide", 2, 1, 1), ("queue", 2, 1, 1), ("approve", 1, 2, 3)],
)
def test_beside_what_people_decided(then: RuleOutcome, agrees: int, contradicts: int, missed: int) -> None:
    replay = begun(then)
    past = [(True, True), (True, True), (True, False), (False, True), (True, None), (False, None)]
    past += [(False, False)] * 3
    for post, (held, taken_away) in enumerate(past):
        counting.count(replay, Looked(post, DAY, 1, None, taken_away), said(held), "hide" if held else "approve")
    [rule] = counting.result(replay).rules
    assert (rule.touched, rule.agrees, rule.contradicts, rule.missed) == (4, agrees, contradicts, missed)
    assert rule.precision.share == pytest.approx(agrees / (agrees + contradicts))
    assert rule.recall.share == pytest.approx(agrees / (agrees + missed))
    assert rule.precision.low is not None
    assert rule.precision.high is not None
    assert rule.precision.low < agrees / 3 < rule.precision.high
    assert len(rule.contradicted) == contradicts
    assert len(rule.passed) == missed


def test_who_and_where_and_when() -> None:
    replay = begun(total=400, most=1_000)
    for post in range(300):
        held = post % 2 == 0
        looked = Looked(post, DAY - timedelta(days=post % 3), post % 5, post % 30 if post % 7 else None)
        counting.count(replay, looked, said(held), "hide" if held else "approve")
    counting.count(replay, Looked(301, DAY, 1, 1), said(True, unchecked=True), "queue")
    found = counting.result(replay)
    [rule] = found.rules
    assert found.decisions == {"hide": 150, "approve": 150, "queue": 1}
    assert (rule.touched, rule.unchecked, rule.why_unchecked) == (150, 1, "so")
    assert sum(rule.by_day.values()) == sum(rule.by_source.values()) == 150
    assert list(rule.by_day) == sorted(rule.by_day)
    assert len(rule.hardest) == HARDEST
    assert [number for _, number in rule.hardest] == sorted((number for _, number in rule.hardest), reverse=True)
    assert len({kept.post for kept in rule.sample}) == SAMPLE
    assert max(kept.post for kept in rule.sample) > 150  # drawn from all of them, not the first
    assert found.progress == pytest.approx(301 / 400)
    assert rule.precision.share is None


def test_put_aside_and_taken_up_again() -> None:
    whole, parts = begun(), begun()
    for post in range(40):
        looked = Looked(post, DAY, 1, post % 3, [None, True, False][post % 3])
        for one in (whole, parts):
            counting.count(one, looked, said(post % 2 == 0), "hide")
        parts = msgspec.msgpack.decode(msgspec.msgpack.encode(parts), type=Replay)
    assert counting.result(parts) == counting.result(whole)


@pytest.mark.parametrize(("total", "most", "share"), [(100, 100, 1.0), (0, 100, 1.0), (200_000, 100_000, 0.5)])
def test_of_many_posts_a_sample_is_drawn(total: int, most: int, share: float) -> None:
    replay = begun(total=total, most=most)
    drawn = [post for post in range(10_000) if counting.drawn(replay, post)]
    assert len(drawn) == pytest.approx(10_000 * share, rel=0.1)
    assert drawn == [post for post in range(10_000) if counting.drawn(replay, post)]
    assert counting.result(replay).sampled is (share < 1)
