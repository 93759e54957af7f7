"""Objectives, KPIs and targets: what is written, what is refused, and what the log says of it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from hubbub.core.kpi import MEASURES, suggested
from hubbub.plan import actions
from hubbub.plan.kinds import MEANINGS
from hubbub.plan.links import BEHIND
from hubbub.store.models import Audit, Kpi, Objective, ObjectiveKind, Rollup, Target
from hubbub.ui.api import Refusal
from tests.world import NOON, World, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

CHRISTMAS = date(2026, 12, 24)


def log(world: World) -> list[tuple[str, str, str]]:
    return list(Audit.of(world.acme).order_by("pk").values_list("verb", "noun", "why"))


@pytest.fixture
def objective(world: World) -> Objective:
    return actions.add_objective(world.acme, ObjectiveKind.FANS, " More fans ", by=world.alice, why="They help")


def test_each_kind_has_a_meaning_and_measures() -> None:
    assert list(MEANINGS) == list(ObjectiveKind)
    assert all(len(suggested(kind)) >= 2 for kind in ObjectiveKind)
    assert {kind for measure in MEASURES.values() for kind in measure.suits} == set(ObjectiveKind.values)


def test_each_measure_leads_somewhere() -> None:
    assert BEHIND.keys() == MEASURES.keys()


def test_an_objective_is_set_changed_put_away_and_brought_back(world: World, objective: Objective) -> None:
    actions.change_objective(objective, ObjectiveKind.ADVOCACY, "Fans who speak", by=world.alice, why="They help")
    actions.change_objective(objective, ObjectiveKind.ADVOCACY, "Fans who speak", by=world.alice, why="They help")
    actions.archive_objective(objective, by=world.alice, why="not now")
    actions.archive_objective(objective, by=world.alice, why="again")  # nothing to do, so nothing to tell
    actions.restore_objective(objective, by=world.alice)
    objective.refresh_from_db()
    assert (objective.kind, objective.name, objective.archived) == ("advocacy", "Fans who speak", False)
    assert log(world) == [
        ("add", "objective", "They help"),
        ("change", "objective", "They help"),
        ("archive", "objective", "not now"),
        ("restore", "objective", ""),
    ]
    changed = Audit.of(world.acme).get(verb="change")
    assert changed.before == {"kind": "fans", "name": "More fans"}
    assert changed.after == {"kind": "advocacy", "name": "Fans who speak"}


def test_an_objective_needs_a_name(world: World) -> None:
    with pytest.raises(Refusal, match="needs a name"):
        actions.add_objective(world.acme, ObjectiveKind.FANS, "  ", by=world.alice)
    assert not Objective.of(world.acme).exists()


@pytest.mark.parametrize(
    ("measure", "with_topic", "kind", "days", "says"),
    [
        ("mentions", True, "brand", 30, ""),
        ("mentions", False, "brand", 30, "counted for a topic: choose one"),
        ("conversations", False, "brand", 1, ""),
        ("conversations", True, "brand", 30, "leave the topic empty"),
        ("mean_rating", True, "brand", 365, ""),
        ("mean_rating", False, "brand", 30, ""),
        ("share_of_voice", True, "competitor", 30, ""),
        ("share_of_voice", True, "industry", 30, "not about a brand"),
        ("happiness", False, "brand", 30, "no measure “happiness”; there are mentions, people"),
        ("mentions", True, "brand", 0, "1 to 365 days, not 0"),
        ("mentions", True, "brand", 366, "1 to 365 days, not 366"),
    ],
)
def test_which_kpis_fit(
    world: World, objective: Objective, measure: str, with_topic: bool, kind: str, days: int, says: str
) -> None:
    topic = make_topic(world.acme, kind=kind) if with_topic else None
    if says:
        with pytest.raises(Refusal, match=says):
            actions.add_kpi(objective, measure, topic, days, by=world.alice)
        assert not Kpi.of(world.acme).exists()
    else:
        kpi = actions.add_kpi(objective, measure, topic, days, by=world.alice, why="to see it")
        assert Audit.of(world.acme).get(noun="kpi").after == {
            "objective": "More fans", "measure": measure, "topic": topic and topic.name, "days": days,
        }  # fmt: skip
        assert Kpi.of(world.acme).get() == kpi


def test_a_kpi_is_there_once(world: World, objective: Objective) -> None:
    actions.add_kpi(objective, "conversations", None, 30, by=world.alice)
    with pytest.raises(Refusal, match="already: set a new target"):
        actions.add_kpi(objective, "conversations", None, 30, by=world.alice)
    actions.add_kpi(objective, "conversations", None, 7, by=world.alice)


def test_an_archived_objective_takes_no_kpi(world: World, objective: Objective) -> None:
    actions.archive_objective(objective, by=world.alice)
    with pytest.raises(Refusal, match="bring it back first"):
        actions.add_kpi(objective, "conversations", None, 30, by=world.alice)


@pytest.mark.parametrize("posts", [None, 12])
def test_a_target_records_what_the_kpi_was(world: World, objective: Objective, posts: int | None) -> None:
    topic = make_topic(world.acme)
    if posts:
        source = make_source(world.acme)
        for about in (None, topic):
            Rollup.everywhere.create(workspace=world.acme, source=source, topic=about, hour=NOON, posts=posts)
    kpi = actions.add_kpi(objective, "mentions", topic, 30, by=world.alice)
    first = actions.add_target(kpi, 40, CHRISTMAS, by=world.alice, now=NOON, why="last year's best")
    second = actions.add_target(kpi, 50, CHRISTMAS, by=world.alice, now=NOON + timedelta(days=1))
    assert (first.baseline, first.value, first.set_by, first.why) == (posts, 40, "Alice", "last year's best")
    assert list(kpi.targets.all()) == [second, first]  # added, not changed
    audited = Audit.of(world.acme).filter(noun="target").first()
    assert audited is not None
    assert audited.after["baseline"] == posts
    assert (audited.after["value"], audited.after["by_day"], audited.why) == (40, "2026-12-24", "last year's best")


@pytest.mark.parametrize(
    ("measure", "value", "by_day", "says"),
    [
        ("answered_share", 1.0, CHRISTMAS, ""),
        ("answered_share", 0.0, CHRISTMAS, ""),
        ("answered_share", 90, CHRISTMAS, "runs from 0 to 1; a target of 90"),
        ("conversations", -1, CHRISTMAS, "runs from 0"),
        ("conversations", float("nan"), CHRISTMAS, "runs from 0"),
        ("conversations", float("inf"), CHRISTMAS, "runs from 0"),
        ("conversations", 5, NOON.date(), "not after today"),
        ("conversations", 5, date(2020, 1, 1), "not after today"),
        ("conversations", 5, NOON.date() + timedelta(days=1), ""),
    ],
)
def test_which_targets_can_be(
    world: World, objective: Objective, measure: str, value: float, by_day: date, says: str
) -> None:
    kpi = actions.add_kpi(objective, measure, None, 30, by=world.alice)

    def add() -> Target:
        return actions.add_target(kpi, value, by_day, by=world.alice, now=NOON)

    if says:
        with pytest.raises(Refusal, match=says):
            add()
        assert not kpi.targets.exists()
    else:
        assert add().value == value


def test_a_removed_kpi_stays_in_the_log(world: World, objective: Objective) -> None:
    kpi = actions.add_kpi(objective, "conversations", None, 30, by=world.alice)
    actions.add_target(kpi, 5, CHRISTMAS, by=world.alice, now=NOON)
    actions.remove_kpi(kpi, by=world.alice, why="nobody looks at it")
    assert not Kpi.of(world.acme).exists()
    assert not Target.of(world.acme).exists()
    row = Audit.of(world.acme).get(verb="remove")
    assert row.why == "nobody looks at it"
    assert row.before == {
        "objective": "More fans", "measure": "conversations", "topic": None, "days": 30, "target": 5,
        "by_day": "2026-12-24",
    }  # fmt: skip


@pytest.mark.parametrize(
    "act",
    [
        lambda objective, by: actions.archive_objective(objective, by=by),
        lambda objective, by: actions.add_kpi(objective, "conversations", None, 30, by=by),
    ],
    ids=["archive", "add_kpi"],
)
def test_without_its_audit_row_nothing_is_written(
    world: World, objective: Objective, act: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr(actions, "audit", fail)
    with pytest.raises(RuntimeError):
        act(objective, world.alice)
    objective.refresh_from_db()
    assert not objective.archived
    assert not Kpi.of(world.acme).exists()
