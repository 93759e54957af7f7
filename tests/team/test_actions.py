"""Members, roles, sign-in links and tokens: what may be done, what is refused, what the log says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from hubbub.store.models import Audit, Member, Role, SignInLink, System, User
from hubbub.team import actions
from hubbub.ui.api import Refusal
from tests.world import World, make_member

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_new_member_gets_a_link(world: World) -> None:
    added = actions.add_member(world.acme, " Erin@Example.org ", Role.RESPONDER, by=world.alice, now=NOW, name="Erin")
    assert (added.member.user.email, added.member.user.name, added.member.role) == (
        "erin@example.org", "Erin", "responder",
    )  # fmt: skip
    assert actions.use_sign_in_link(added.secret, now=NOW) == added.member.user
    assert [row.verb for row in Audit.of(world.acme).order_by("id")] == ["add", "make sign-in link"]
    assert added.secret not in str(list(SignInLink.objects.values()) + list(Audit.of(world.acme).values()))


def test_who_is_at_home_elsewhere_gets_no_link_from_here(world: World) -> None:
    """A link signs in everywhere: an admin of Acme must not be able to come in as Bob."""
    added = actions.add_member(world.acme, world.bob.user.email, Role.VIEWER, by=world.alice, now=NOW)
    assert added.secret == ""
    with pytest.raises(Refusal, match="another workspace"):
        actions.renew_link(added.member, by=world.alice, now=NOW)
    assert not SignInLink.objects.filter(user=world.bob.user).exists()


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("nobody", "not an e-mail address"),
        ("", "not an e-mail address"),
        ("viewer@example.org", "is a member of this workspace already: change the role"),
        ("VIEWER@example.org", "is a member of this workspace already: change the role"),
    ],
)
def test_refused_members(world: World, email: str, says: str) -> None:
    users = User.objects.count()
    with pytest.raises(Refusal, match=says):
        actions.add_member(world.acme, email, Role.VIEWER, by=world.alice, now=NOW)
    assert User.objects.count() == users


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        (actions.change_role, {"role": Role.MANAGER}),
        (actions.deactivate, {}),
        (actions.change_member, {"role": None, "active": False}),
        (actions.change_member, {"role": Role.VIEWER, "active": None}),
    ],
)
def test_the_last_admin_stays(world: World, act: Callable[..., None], fields: dict[str, object]) -> None:
    with pytest.raises(Refusal, match="last admin"):
        act(world.alice, **fields, by=world.alice)
    assert Member.of(world.acme).get(pk=world.alice.pk).may(Role.ADMIN)
    assert not Audit.of(world.acme).exists()


@pytest.mark.parametrize(
    ("active", "open_account", "may_leave"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_an_admin_leaves_when_another_can_take_over(
    world: World, active: bool, open_account: bool, may_leave: bool
) -> None:
    second = make_member(world.acme, "second", Role.ADMIN)
    Member.of(world.acme).filter(pk=second.pk).update(active=active)
    User.objects.filter(pk=second.user_id).update(is_active=open_account)
    if may_leave:
        actions.deactivate(world.alice, by=second)
        assert not Member.of(world.acme).get(pk=world.alice.pk).active
    else:
        with pytest.raises(Refusal, match="last admin"):
            actions.deactivate(world.alice, by=second)


def test_a_change_of_role_is_logged(world: World) -> None:
    viewer = world.roles[Role.VIEWER]
    actions.change_role(viewer, Role.MODERATOR, by=world.alice, why="new job")
    actions.change_role(viewer, Role.MODERATOR, by=world.alice)  # nothing changes, nothing is logged
    (row,) = Audit.of(world.acme)
    assert (row.verb, row.why, row.before, row.after, row.by_member) == (
        "change role", "new job", {"role": "viewer"}, {"role": "moderator"}, world.alice,
    )  # fmt: skip


def test_deactivated_and_back(world: World) -> None:
    viewer = world.roles[Role.VIEWER]
    secret = actions.renew_link(viewer, by=world.alice, now=NOW)
    actions.deactivate(viewer, by=world.alice)
    with pytest.raises(actions.LinkRefused):
        actions.use_sign_in_link(secret, now=NOW)
    viewer.refresh_from_db()
    with pytest.raises(Refusal, match="reactivate them first"):
        actions.renew_link(viewer, by=world.alice, now=NOW)
    actions.reactivate(viewer, by=world.alice)
    viewer.refresh_from_db()
    assert (viewer.active, viewer.role) == (True, "viewer")
    assert [row.verb for row in Audit.of(world.acme).order_by("id")] == [
        "make sign-in link",
        "deactivate",
        "reactivate",
    ]


@pytest.mark.parametrize(
    ("hours_later", "used", "known", "says"),
    [
        (0, False, True, ""),
        (71.9, False, True, ""),
        (72, False, True, "It ended on 25 November 2026 at 12:00 UTC"),
        (1, True, True, "used already"),
        (1, False, False, "copy all of it"),
    ],
)
def test_a_link_opens_once_and_not_for_ever(
    world: World, hours_later: float, used: bool, known: bool, says: str
) -> None:
    secret = actions.make_sign_in_link(world.alice.user, by=System("tests"), now=NOW)
    later = NOW + hours_later * HOUR
    if used:
        actions.use_sign_in_link(secret, now=NOW)
    if says:
        with pytest.raises(actions.LinkRefused, match=says):
            actions.use_sign_in_link(secret if known else secret[:-1], now=later)
    else:
        assert actions.use_sign_in_link(secret, now=later) == world.alice.user


def test_a_newer_link_takes_the_place_of_the_older(world: World) -> None:
    older = actions.make_sign_in_link(world.alice.user, by=System("tests"), now=NOW)
    newer = actions.make_sign_in_link(world.alice.user, by=System("tests"), now=NOW, hours=1)
    with pytest.raises(actions.LinkRefused):
        actions.use_sign_in_link(older, now=NOW)
    assert actions.use_sign_in_link(newer, now=NOW)


@pytest.mark.parametrize(
    ("name", "role", "ends", "says"),
    [
        ("report", Role.VIEWER, NOW + DAY, ""),
        ("report", Role.RESPONDER, NOW + 366 * DAY, ""),
        (" ", Role.VIEWER, NOW + DAY, "Give the token a name"),
        ("report", Role.MODERATOR, NOW + DAY, "your role is responder"),
        ("report", Role.VIEWER, NOW, "within a year"),
        ("report", Role.VIEWER, NOW - DAY, "within a year"),
        ("report", Role.VIEWER, NOW + 367 * DAY, "within a year"),
    ],
)
def test_tokens_made_and_refused(world: World, name: str, role: Role, ends: datetime, says: str) -> None:
    responder = world.roles[Role.RESPONDER]
    if says:
        with pytest.raises(Refusal, match=says):
            actions.make_token(responder, name, role, ends, by=responder, now=NOW)
    else:
        made = actions.make_token(responder, name, role, ends, by=responder, now=NOW)
        assert made.token.opens(NOW)
        assert not made.token.opens(ends)
        assert made.secret not in str(vars(made.token)) + str(list(Audit.of(world.acme).values()))


def test_a_revoked_token_stays_revoked(world: World) -> None:
    made = actions.make_token(world.alice, "report", Role.ADMIN, NOW + DAY, by=world.alice, now=NOW)
    actions.revoke_token(made.token, by=world.alice)
    actions.revoke_token(made.token, by=world.alice)
    made.token.refresh_from_db()
    assert not made.token.opens(NOW)
    assert [row.verb for row in Audit.of(world.acme).order_by("id")] == ["make token", "revoke token"]
