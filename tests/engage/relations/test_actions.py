"""What is done about relationships, and what is refused; each act in the log, and taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from hubbub.core.levels import Asks, Thresholds
from hubbub.engage.relations import actions, settings_actions, stages_actions, suggestions_actions
from hubbub.engage.relations.queries import Wanted, board, history, listed, regard
from hubbub.store.models import Audit, Conversation, Person, Relationship, Stage, Suggestion
from hubbub.store.relations import relating_of, stages, stages_of, weights
from hubbub.ui.api import Refusal
from tests.relating import make_relationship
from tests.world import NOON, World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TODAY = timezone.now().date()


@pytest.fixture
def person(world: World) -> Person:
    return make_author(world.acme).person


def verbs(row: Relationship) -> list[str]:
    return list(
        Audit.of(row.workspace)
        .filter(noun="relationship", noun_id=row.pk)
        .order_by("pk")
        .values_list("verb", flat=True)
    )


def test_an_influencer_from_first_mention_to_partner(world: World, person: Person) -> None:
    talk = make_conversation(make_post(make_source(world.acme), author=person.identities.get()), stirred=False)
    row = actions.begin(person, "influencer", by=world.alice, owner=world.alice)
    talk.refresh_from_db()
    assert talk.stirred  # its place in the inbox is another one now
    seen, contacted, talks, active, _ = stages_of(world.acme, "influencer")
    assert row.stage == seen
    for stage in (contacted, talks, active):
        assert actions.move(row, stage, by=world.alice) is not None
    assert actions.move(row, active, by=world.alice) is None
    actions.plan(row, "Offer a partnership", TODAY + timedelta(days=3), by=world.alice)
    row.refresh_from_db()
    assert (row.next_on, row.listed_on, row.remind_at is not None) == (TODAY + timedelta(days=3), row.next_on, True)
    partner = actions.begin(person, "partner", by=world.alice)
    assert [line.row.kind for line in regard(person, timezone.now()).lines] == ["influencer", "partner"]
    actions.end(row, by=world.alice, why="is a partner now")
    assert verbs(row) == ["begin", "move", "move", "move", "plan", "end"]
    assert verbs(partner) == ["begin"]


def test_one_of_a_kind_at_a_time(world: World, person: Person) -> None:
    row = actions.begin(person, "fan", by=world.alice)
    with pytest.raises(Refusal, match="stands among the fan relationships already"):
        actions.begin(person, "fan", by=world.alice)
    actions.end(row, by=world.alice, why="moved away")
    again = actions.begin(person, "fan", by=world.alice)
    with pytest.raises(Refusal, match="again already"):
        actions.resume(row, by=world.alice)
    with pytest.raises(Refusal, match="ended: moved away"):
        actions.move(row, again.stage, by=world.alice)


@pytest.mark.parametrize(
    ("step", "on", "says"),
    [
        ("x" * 301, None, "300 characters"),
        ("", TODAY, "Say what the next step is"),
        ("Call", date(1999, 1, 1), "too far away"),
    ],
)
def test_steps_that_cannot_be_planned(world: World, person: Person, step: str, on: date | None, says: str) -> None:
    row = make_relationship(person)
    with pytest.raises(Refusal, match=says):
        actions.plan(row, step, on, by=world.alice)


def test_who_plans_looks_after_it(world: World, person: Person) -> None:
    row = make_relationship(person)
    actions.plan(row, "  Call \n them ", TODAY, by=world.alice)
    row.refresh_from_db()
    assert (row.owner, row.next_step) == (world.alice, "Call them")
    actions.plan(row, "Call them", TODAY - timedelta(days=3), by=world.alice)
    row.refresh_from_db()
    assert row.remind_at is None  # that day is over


def test_refusals(world: World, person: Person) -> None:
    row = make_relationship(person)
    viewer = next(member for role, member in world.roles.items() if role == "viewer")
    wrong = stages_of(world.acme, "press")[0]
    for act, says in (
        (lambda: actions.begin(person, "friend", by=world.alice), "no kind"),
        (lambda: actions.move(row, wrong, by=world.alice), "no stage of influencer"),
        (lambda: actions.give(row, viewer, by=world.alice), "may reply"),
        (lambda: actions.give(row, world.bob, by=world.alice), "of this workspace"),
        (lambda: actions.end(row, by=world.alice, why="  "), "Say why"),
        (lambda: actions.describe(row, by=world.alice, since=date(2200, 1, 1)), "choose a day that was"),
    ):
        with pytest.raises(Refusal, match=says):
            act()
    assert verbs(row) == []


def test_bulk_and_undo(world: World) -> None:
    rows = [make_relationship(make_author(world.acme, f"p{at}").person) for at in range(3)]
    other = make_relationship(make_author(world.acme, "q").person, "press")
    away = make_relationship(make_author(world.bravo, "r").person)
    stage = stages_of(world.acme, "influencer")[2]
    pks = [row.pk for row in (*rows, other, away)]
    moved = actions.move_all(world.acme, pks, stage, by=world.alice)
    assert len(moved) == 3
    given = actions.give_all(world.acme, pks, world.alice, by=world.alice)
    assert len(given) == 4
    actions.move(rows[0], stages_of(world.acme, "influencer")[3], by=world.alice)  # changed again since
    assert actions.undo(world.acme, [act.pk for act in moved], by=world.alice) == 2
    assert actions.undo(world.acme, [act.pk for act in given], by=world.alice) == 4
    assert actions.undo(world.bravo, [act.pk for act in moved], by=world.bob) == 0
    found = {row.pk: row for row in Relationship.of(world.acme)}
    assert [found[row.pk].stage.place for row in rows] == [3, 0, 0]
    assert all(row.owner is None for row in found.values())


def test_a_plan_and_an_end_are_taken_back(world: World, person: Person) -> None:
    row = make_relationship(person)
    actions.plan(row, "Call", TODAY, by=world.alice)
    act = actions.plan(row, "Write", None, by=world.alice)
    assert act is not None
    assert actions.undo(world.acme, [act.pk], by=world.alice) == 1
    row.refresh_from_db()
    assert (row.next_step, row.next_on) == ("Call", TODAY)
    ended = actions.end(row, by=world.alice, why="by mistake")
    assert actions.undo(world.acme, [ended.pk], by=world.alice) == 1
    row.refresh_from_db()
    assert row.ended is None
    assert row.remind_at is not None or timezone.now().date() > TODAY


def test_touched_by_hand(world: World, person: Person) -> None:
    row = make_relationship(person)
    assert actions.touched(row, NOON, by=world.alice, why="at a fair")
    assert actions.touched(row, NOON - timedelta(days=1), by=world.alice) is None
    row.refresh_from_db()
    assert (row.last_touch, row.touched_by, row.quiet_since) == (NOON, "hand", NOON)


def test_stages_are_the_workspaces_own(world: World, person: Person) -> None:
    row = make_relationship(person)
    first, second, *_ = stages_of(world.acme, "influencer")
    made = stages_actions.add(world.acme, "influencer", "Invited", active=True, by=world.alice)
    with pytest.raises(Refusal, match="There is a stage"):
        stages_actions.add(world.acme, "influencer", "invited", by=world.alice)
    stages_actions.change(made, "Guest", active=True, by=world.alice)
    stages_actions.shift(made, -4, by=world.alice)
    assert [one.name for one in stages_of(world.acme, "influencer")][:3] == ["Seen", "Guest", "Contacted"]
    with pytest.raises(Refusal, match="Choose another stage"):
        stages_actions.remove(first, first, by=world.alice)
    with pytest.raises(Refusal, match="Choose another stage"):
        stages_actions.remove(first, stages_of(world.acme, "press")[0], by=world.alice)
    assert stages_actions.remove(first, second, by=world.alice) == 1
    row.refresh_from_db()
    assert row.stage == second
    assert not Stage.of(world.acme).filter(pk=first.pk).exists()
    told = Audit.of(world.acme).filter(noun="stage").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["add", "change", "reorder", "remove"]
    assert "Seen" in [one.name for one in stages(world.bravo)["influencer"]]


def test_weights_levels_and_limits_are_audited(world: World, person: Person) -> None:
    make_relationship(person, "press")
    talk = make_conversation(make_post(make_source(world.acme), author=person.identities.get()), stirred=False)
    assert settings_actions.weigh(world.acme, {"press": 5.0}, by=world.alice) is not None
    assert settings_actions.weigh(world.acme, {"press": 5.0}, by=world.alice) is None
    assert weights(relating_of(world.acme.pk)).press == 5.0
    assert Conversation.of(world.acme).get(pk=talk.pk).stirred
    settings_actions.set_levels(world.acme, Thresholds(regular=Asks(posts_90=2)), by=world.alice)
    settings_actions.set_limits(world.acme, {"praises": 3}, by=world.alice)
    told = Audit.of(world.acme).filter(noun="relating").order_by("pk")
    assert [(act.verb, dict(act.after)) for act in told] == [
        ("weigh", {"press": 5.0}),
        ("set levels", {"regular posts_90": 2, "regular weeks": 0, "regular removed_share": 1.0}),
        ("set limits", {"praises": 3}),
    ]
    for given, says in (({"press": 11.0}, "1 to 10"), ({"friend": 2.0}, "no kind")):
        with pytest.raises(Refusal, match=says):
            settings_actions.weigh(world.acme, given, by=world.alice)
    with pytest.raises(Refusal, match="0 to 100"):
        settings_actions.set_limits(world.acme, {"praises": 101}, by=world.alice)


def make_suggestion(person: Person, kind: str = "review", **more: object) -> Suggestion:
    given: dict[str, object] = {"reason": "Praises", "found": NOON, "posts": []}
    return Suggestion.everywhere.create(workspace=person.workspace, person=person, kind=kind, **{**given, **more})


@pytest.mark.parametrize(
    ("kind", "stands", "becomes", "step"),
    [
        ("review", None, "fan", "Ask for a review"),
        ("review", "customer", "customer", "Ask for a review"),
        ("answer", None, "influencer", "Reply to what they said about us"),
        ("silent", "partner", "partner", "Ask how they are"),
        ("brand", None, "brand", "Say who we are"),
        ("helped", None, "fan", "Thank them for staying with us"),
    ],
)
def test_taken_suggestions(
    world: World, person: Person, kind: str, stands: str | None, becomes: str, step: str
) -> None:
    if stands:
        make_relationship(person, stands)
    post = make_post(make_source(world.acme), author=person.identities.get())
    talk = make_conversation(post)
    taken = suggestions_actions.take(make_suggestion(person, kind, posts=[post.pk]), by=world.alice)
    row = Relationship.of(world.acme).get()
    assert (row.kind, row.next_step, row.owner, taken.conversation) == (becomes, step, world.alice, talk)
    found = Suggestion.of(world.acme).get()
    assert (found.state, found.relationship, found.won) == ("taken", row, None)
    active = next(stage for stage in stages_of(world.acme, becomes) if stage.active)
    actions.move(row, active, by=world.alice)
    found.refresh_from_db()
    assert found.won is not None
    with pytest.raises(Refusal, match="stands no more"):
        suggestions_actions.leave(found, by=world.alice)


def test_a_step_that_is_planned_is_not_overwritten(world: World, person: Person) -> None:
    make_relationship(person, "fan", next_step="Send the mug")
    suggestions_actions.take(make_suggestion(person), by=world.alice)
    assert Relationship.of(world.acme).get().next_step == "Send the mug"


def test_passed_and_put_off(world: World, person: Person) -> None:
    row = make_suggestion(person)
    later = suggestions_actions.put_off(row, by=world.alice, days=3)
    assert later.until is not None
    assert later.until - timezone.now() < timedelta(days=3)
    passed = suggestions_actions.leave(later, by=world.alice)
    assert passed.state == "passed"
    assert suggestions_actions.reopen(passed, by=world.alice).state == "open"
    told = Audit.of(world.acme).filter(noun="suggestion").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["put off", "pass", "reopen"]


@pytest.mark.parametrize(("sort", "order"), [("next", [1, 2, 0, 3]), ("touch", [3, 2, 1, 0]), ("reach", [0, 2, 1, 3])])
def test_a_list_goes_on_where_it_ended(world: World, sort: str, order: list[int]) -> None:
    now = timezone.now()
    days = (None, now.date() - timedelta(days=5), now.date() + timedelta(days=1), None)
    rows = []
    for at, on in enumerate(days):
        person = make_author(world.acme, f"p{at}").person
        more = {"next_step": "x", "next_on": on, "listed_on": on} if on else {}
        quiet = datetime(2026, 6, 20 - at, tzinfo=UTC)
        reach = (50.0, 1.5, 7.25, 0.0)[at]
        rows.append(make_relationship(person, reach=reach, quiet_since=quiet, **more))
    found, after = [], ""
    while True:
        page = listed(world.acme, Wanted(sort=sort, after=after), world.alice, now, size=1)
        found += [line.row.pk for line in page.lines]
        after = page.next
        if not after:
            break
    assert found == [rows[at].pk for at in order]
    overdue = listed(world.acme, Wanted(overdue=True), world.alice, now)
    assert [(line.row.pk, line.overdue) for line in overdue.lines] == [(rows[1].pk, True)]


def test_a_board_shows_each_stage(world: World) -> None:
    for at in range(4):
        make_relationship(make_author(world.acme, f"p{at}").person, stage=at % 2, owner=world.alice if at else None)
    columns = board(world.acme, "influencer", Wanted(), world.alice, timezone.now())
    assert [(column.stage.name, column.number) for column in columns] == [
        ("Seen", "2"), ("Contacted", "2"), ("In talks", "0"), ("Active", "0"), ("Resting", "0")
    ]  # fmt: skip
    mine = board(world.acme, "influencer", Wanted(owner="me"), world.alice, timezone.now())
    assert [column.number for column in mine[:2]] == ["1", "2"]


def test_the_log_holds_no_words_of_a_next_step(world: World, person: Person) -> None:
    row = make_relationship(person)
    for step in ("Ask about the divorce", "Ask about the flat"):
        act = actions.plan(row, step, None, by=world.alice)
    assert act is not None
    acts = Audit.of(world.acme).filter(verb="plan").order_by("pk")
    assert [(one.before["next_step"], one.after["next_step"]) for one in acts] == [("", "…"), ("…", "…")]
    row.refresh_from_db()
    assert [one.step for one in history(row)] == ["Ask about the flat", "Ask about the divorce"]
    assert actions.undo(world.acme, [act.pk], by=world.alice) == 1
    row.refresh_from_db()
    assert row.next_step == "Ask about the divorce"
    ended = actions.end(row, by=world.alice, why="moved")
    actions.resume(row, by=world.alice)
    assert "moved" not in str(Audit.of(world.acme).filter(verb="resume").values_list("before", "after").get())
    assert ended.why == "moved"


def test_a_step_whose_words_are_gone_does_not_come_back(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_STEPS", 1)
    row = make_relationship(person)
    acts = [actions.plan(row, step, None, by=world.alice) for step in ("Call", "", "Write", "")]
    pks = [act.pk for act in acts if act]
    assert actions.undo(world.acme, pks[1:2], by=world.alice) == 0
    assert actions.undo(world.acme, pks[3:], by=world.alice) == 1
    row.refresh_from_db()
    assert row.next_step == "Write"
