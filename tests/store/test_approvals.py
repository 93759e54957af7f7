"""Approval: who needs it, who may give it, any or all, words that change, approvers that leave."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.store import approvals, outbox
from hubbub.store.models import (
    Approval,
    ApprovalState,
    Approving,
    Audit,
    Draft,
    HeldFor,
    Member,
    Notification,
    Outbox,
    OutboxState,
    Role,
    Team,
)
from tests.world import World, make_conversation, make_member, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

OPEN, APPROVED, REFUSED, WITHDRAWN = ApprovalState


def make_rule(world: World, *approvers: Member, **more: object) -> Approving:
    rule = Approving.everywhere.create(workspace=world.acme, **more)
    rule.approvers.set(approvers)
    return rule


def make_held(world: World, rule: Approving, by: Member, text: str = "Thank you") -> tuple[Outbox, Approval]:
    post = make_post(make_source(world.acme))
    make_conversation(post)
    row = outbox.put(post, "reply", by=by, text=text)
    row.state, row.held_for = OutboxState.HELD, HeldFor.APPROVAL
    row.save()
    return row, approvals.ask(row, rule, by=by, text=text, says="A reply on Acme blog")


@pytest.mark.parametrize(
    ("rules", "who", "where", "what", "found"),
    [
        ([], "responder", "blog", "replies", None),
        ([{}], "responder", "blog", "replies", 0),
        ([{}], "responder", "blog", "planned", None),
        ([{"planned": True, "replies": False}], "responder", None, "planned", 0),
        ([{"planned": True}], "responder", None, "replies", 0),
        ([{"member": "moderator"}], "responder", "blog", "replies", None),
        ([{"member": "responder"}], "responder", "blog", "replies", 0),
        ([{"up_to": "responder"}], "responder", "blog", "replies", 0),
        ([{"up_to": "responder"}], "moderator", "blog", "replies", None),
        ([{"source": "shop"}], "responder", "blog", "replies", None),
        ([{"source": "shop"}], "responder", None, "replies", None),
        ([{"source": "shop"}, {"source": "blog"}], "responder", "blog", "replies", 1),
        ([{}, {"source": "blog"}, {"member": "responder"}], "responder", "blog", "replies", 2),
        ([{}, {"up_to": "responder"}], "responder", "blog", "replies", 1),
        ([{}, {}], "responder", "blog", "replies", 0),
    ],
)
def test_who_needs_it(
    world: World, rules: list[dict[str, object]], who: str, where: str | None, what: str, found: int | None
) -> None:
    sources = {name: make_source(world.acme, name) for name in ("blog", "shop")}
    made = []
    for rule in rules:
        given = dict(rule)
        if "member" in given:
            given["member"] = world.roles[Role(str(given["member"]))]
        if "source" in given:
            given["source"] = sources[str(given["source"])]
        made.append(make_rule(world, world.alice, **given))
    Approving.everywhere.create(workspace=world.bravo)  # somebody else's
    member = world.roles[Role(who)]
    rule = approvals.needed(member, sources[where] if where else None, what)
    assert rule == (None if found is None else made[found])


@pytest.mark.parametrize(
    ("how_many", "says", "state"),
    [
        ("any", [("manager", True)], APPROVED),
        ("any", [("manager", False)], REFUSED),
        ("all", [("manager", True)], OPEN),
        ("all", [("manager", True), ("moderator", True)], APPROVED),
        ("all", [("manager", True), ("moderator", False)], REFUSED),
    ],
)
def test_any_or_all(world: World, how_many: str, says: list[tuple[str, bool]], state: str) -> None:
    manager, moderator = world.roles[Role.MANAGER], world.roles[Role.MODERATOR]
    writer = world.roles[Role.RESPONDER]
    row, approval = make_held(world, make_rule(world, manager, moderator, how_many=how_many), writer)
    assert set(Notification.everywhere.values_list("member", flat=True)) == {manager.pk, moderator.pk}
    for who, yes in says:
        approvals.vote(approval, by=world.roles[Role(who)], yes=yes, why="" if yes else "Too short")
    row.refresh_from_db()
    assert Approval.everywhere.get().state == state
    expected = {OPEN: "held", APPROVED: "waiting", REFUSED: "dropped"}[ApprovalState(state)]
    assert row.state == expected
    told = Notification.everywhere.filter(member=writer)
    assert told.exists() is (state != OPEN)
    asked = Notification.everywhere.filter(member__in=[manager, moderator], read=None)
    assert [one.member for one in asked] == ([moderator] if state == OPEN else [])  # of whom a word is still wanted
    drafts = list(Draft.everywhere.values_list("member", "text"))
    assert drafts == ([(writer.pk, "Thank you")] if state == REFUSED else [])
    assert ("Too short" in row.error) is (state == REFUSED)


@pytest.mark.parametrize(
    ("who", "yes", "why", "text", "says"),
    [
        ("responder", True, "", None, "your own words"),
        ("admin", True, "", None, "not asked for"),
        ("manager", False, " ", None, "Say why"),
        ("manager", True, "", " ", "no words left"),
    ],
)
def test_who_may_not(world: World, who: str, yes: bool, why: str, text: str | None, says: str) -> None:
    writer = world.roles[Role.RESPONDER]
    rule = make_rule(world, world.roles[Role.MANAGER], writer)
    _, approval = make_held(world, rule, writer)
    approval.approvers.add(writer)  # even then
    with pytest.raises(approvals.Unapprovable, match=says):
        approvals.vote(approval, by=world.roles[Role(who)], yes=yes, why=why, text=text)
    assert Approval.everywhere.get().state == OPEN


def test_changed_words_ask_those_again_who_agreed(world: World) -> None:
    manager, moderator = world.roles[Role.MANAGER], world.roles[Role.MODERATOR]
    rule = make_rule(world, manager, moderator, how_many="all")
    row, approval = make_held(world, rule, world.roles[Role.RESPONDER])
    approvals.vote(approval, by=manager, yes=True)
    approvals.vote(approval, by=moderator, yes=True, text="Thank you!")
    assert Approval.everywhere.get().state == OPEN
    assert list(approvals.waiting_for(manager)) == [approval]
    (again,) = Notification.everywhere.filter(member__in=[manager, moderator], read=None)
    assert (again.member, "approval again" in again.says) == (manager, True)
    approvals.vote(approval, by=manager, yes=True)
    assert not Notification.everywhere.filter(member=manager, read=None).exists()
    kept = Approval.everywhere.get()
    row.refresh_from_db()
    assert (kept.state, kept.text, kept.edited, row.text) == (APPROVED, "Thank you", "Thank you!", "Thank you!")
    entry = Audit.everywhere.get(noun="approval", verb="edit")
    assert (entry.before["length"], entry.after["length"]) == (9, 10)


def test_an_approved_reply_goes_at_its_time(world: World) -> None:
    row, approval = make_held(world, make_rule(world, world.alice), world.roles[Role.RESPONDER])
    later = timezone.now() + timedelta(days=1)
    Outbox.everywhere.update(at=later, due=later)
    approvals.vote(approval, by=world.alice, yes=True)
    row.refresh_from_db()
    assert (row.state, row.held_for, row.due) == ("waiting", "", later)


@pytest.mark.parametrize("leaves", ["deactivated", "user", "viewer"])
@pytest.mark.parametrize(("other_agreed", "state"), [(True, APPROVED), (False, OPEN)])
def test_who_leaves_blocks_nobody(world: World, leaves: str, other_agreed: bool, state: str) -> None:
    manager, moderator = world.roles[Role.MANAGER], world.roles[Role.MODERATOR]
    rule = make_rule(world, manager, moderator, how_many="all")
    row, approval = make_held(world, rule, world.roles[Role.RESPONDER])
    if other_agreed:
        approvals.vote(approval, by=moderator, yes=True)
    assert not approvals.step(timezone.now())
    if leaves == "user":
        manager.user.is_active = False
        manager.user.save()
    else:
        change = {"role": "viewer"} if leaves == "viewer" else {"active": False}
        Member.everywhere.filter(pk=manager.pk).update(**change)
    assert approvals.step(timezone.now())
    row.refresh_from_db()
    assert (Approval.everywhere.get().state, list(approval.approvers.all())) == (state, [moderator])
    assert row.state == ("waiting" if state == APPROVED else "held")
    assert not approvals.step(timezone.now())


def test_where_nobody_is_left_managers_stand_in(world: World) -> None:
    moderator = world.roles[Role.MODERATOR]
    _, approval = make_held(world, make_rule(world, moderator), world.roles[Role.RESPONDER])
    Member.everywhere.filter(pk=moderator.pk).update(active=False)
    assert approvals.step(timezone.now())
    assert set(approval.approvers.all()) == {world.alice, world.roles[Role.MANAGER]}
    assert Notification.everywhere.filter(member=world.alice).exists()


def test_a_team_approves(world: World) -> None:
    one, two = make_member(world.acme, "one", Role.RESPONDER), make_member(world.acme, "two", Role.RESPONDER)
    team = Team.everywhere.create(workspace=world.acme, name="Press")
    team.members.set([one, two])
    rule = make_rule(world, team=team, how_many="all")
    assert approvals.who_may(rule, one) == [two]  # not one's own words


def test_what_is_taken_back_asks_nobody(world: World) -> None:
    row, _ = make_held(world, make_rule(world, world.alice), world.roles[Role.RESPONDER])
    approvals.withdraw(row, by=world.roles[Role.RESPONDER])
    assert not Notification.everywhere.filter(member=world.alice, read=None).exists()


def test_what_is_gone_waits_no_longer(world: World) -> None:
    row, approval = make_held(world, make_rule(world, world.alice), world.roles[Role.RESPONDER])
    row.source.delete()
    assert approvals.vote(approval, by=world.alice, yes=True).state == WITHDRAWN


def test_nobody_to_ask(world: World) -> None:
    rule = make_rule(world, world.bob)
    Member.everywhere.filter(workspace=world.bravo).exclude(pk=world.bob.pk).delete()
    rule.workspace = world.bravo
    rule.save()
    post = make_post(make_source(world.bravo))
    row = outbox.put(post, "reply", by=world.bob, text="x")
    with pytest.raises(approvals.Unapprovable, match="nobody here can give it"):
        approvals.ask(row, rule, by=world.bob, text="x", says="A reply")
