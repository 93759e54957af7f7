"""The door itself: passwords, second factor, company sign-in; what it tells and to whom."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from hubbub.store.models import Member, Role, System, User
from hubbub.team.actions import make_sign_in_link
from hubbub.team.adapter import InvitedByProvider, invited
from tests.world import World

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LOGIN, RESET, PASSWORD = "/account/login/", "/account/password/reset/", "a long password of alice"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def alice(world: World) -> User:
    user = world.alice.user
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, email: str, password: str, **more: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **more})


@pytest.mark.parametrize(
    ("email", "password", "comes_in"),
    [
        ("alice@example.org", PASSWORD, True),
        ("ALICE@example.org", PASSWORD, True),
        ("alice@example.org", PASSWORD + "!", False),
        ("nobody@example.org", PASSWORD, False),
        ("viewer@example.org", "", False),  # invited, has no password yet
    ],
)
def test_who_comes_in(alice: User, email: str, password: str, comes_in: bool) -> None:
    client = Client()
    answer = sign_in(client, email, password)
    assert ("_auth_user_id" in client.session) is comes_in
    assert answer.status_code == (302 if comes_in else 200)


def test_a_closed_account_stays_out(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    client = Client()
    sign_in(client, alice.email, PASSWORD)
    assert "_auth_user_id" not in client.session


def test_the_door_does_not_say_who_has_an_account(alice: User) -> None:
    pages = [sign_in(Client(), email, "wrong") for email in (alice.email, "nobody@example.org")]
    words = [re.findall(r'role="alert">(.*?)</div>', page.content.decode(), re.DOTALL) for page in pages]
    assert words[0] == words[1] != []


def test_neither_does_a_lost_password(alice: User) -> None:
    answers = [Client().post(RESET, {"email": email}) for email in (alice.email, "nobody@example.org")]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert [message.to for message in mail.outbox] == [[alice.email]]  # nobody is written to by mistake


def test_guessing_is_slowed_down(alice: User) -> None:
    for _ in range(5):
        sign_in(Client(), alice.email, "wrong")
    client = Client()
    page = sign_in(client, alice.email, PASSWORD)
    assert "Too many failed login attempts" in page.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "confirm-email/", "confirm-email/abc/", "3rdparty/signup/", "social/signup/"],
)
def test_nobody_signs_up_or_takes_another_address(alice: User, world: World, path: str) -> None:
    for client in (Client(), world.client()):
        for answer in (client.get(f"/account/{path}"), client.post(f"/account/{path}", {"email": "x@example.org"})):
            assert answer.status_code == 404
    assert not EmailAddress.objects.exists()


def test_a_password_is_chosen_after_the_link(world: World) -> None:
    secret = make_sign_in_link(world.alice.user, by=System("tests"), now=timezone.now())
    client = Client()
    assert "one-time link" in client.get(f"/enter/{secret}/", follow=True).content.decode()
    assert client.get("/account/password/change/")["Location"] == "/account/password/set/"
    short = client.post("/account/password/set/", {"password1": "short", "password2": "short"})
    assert "too short" in short.content.decode()
    client.post("/account/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    assert sign_in(Client(), "alice@example.org", PASSWORD).status_code == 302


def test_the_second_factor_is_asked_for_whichever_way_one_comes(alice: User) -> None:
    TOTP.activate(alice, generate_totp_secret())
    codes = RecoveryCodes.activate(alice).get_unused_codes()
    secret = make_sign_in_link(alice, by=System("tests"), now=timezone.now())
    for client, answer in [
        ((first := Client()), sign_in(first, alice.email, PASSWORD)),
        ((second := Client()), second.get(f"/enter/{secret}/")),
    ]:
        assert answer["Location"] == "/account/2fa/authenticate/"
        assert "_auth_user_id" not in client.session
        assert client.get("/w/acme/")["Location"].startswith(LOGIN)
        assert "_auth_user_id" not in client.session
    sign_in(first := Client(), alice.email, PASSWORD)
    first.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "_auth_user_id" not in first.session
    first.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert "_auth_user_id" in first.session


def test_a_link_for_another_person_signs_the_first_out(world: World) -> None:
    client = world.client(world.bob)
    secret = make_sign_in_link(world.alice.user, by=System("tests"), now=timezone.now())
    client.get(f"/enter/{secret}/")
    assert client.session["_auth_user_id"] == str(world.alice.user_id)
    assert client.get("/w/bravo/team/members/").status_code == 404


def company_login(email: str, verified: object, uid: str = "42") -> SocialLogin:
    """What allauth knows after the company's server has answered."""
    account = SocialAccount(provider="company", uid=uid)
    return SocialLogin(account=account, email_addresses=[EmailAddress(email=email, verified=verified, primary=True)])


@pytest.mark.parametrize(
    ("email", "verified", "active", "comes_in"),
    [
        ("alice@example.org", True, True, True),
        ("Alice@Example.org", True, True, True),
        ("alice@example.org", False, True, False),
        ("alice@example.org", "false", True, False),  # a text that Python takes for yes
        ("alice@example.org", True, False, False),
        ("nobody@example.org", True, True, False),
        ("", True, True, False),
    ],
)
def test_whom_the_company_sign_in_lets_in(
    world: World, email: str, verified: object, active: bool, comes_in: bool
) -> None:
    Member.of(world.acme).filter(pk=world.alice.pk).update(active=active)
    assert invited(company_login(email, verified)) == (world.alice.user if comes_in else None)


def request_of(user: object) -> HttpRequest:
    request = HttpRequest()
    request.user = user
    request.session = {}
    return request


def test_all_others_are_turned_away(world: World) -> None:
    with pytest.raises(ImmediateHttpResponse) as turned:
        InvitedByProvider().pre_social_login(request_of(AnonymousUser()), company_login("nobody@example.org", True))
    assert turned.value.response.status_code == 403
    assert "not invited" in turned.value.response.content.decode()
    assert not SocialAccount.objects.exists()
    assert not User.objects.filter(email="nobody@example.org").exists()


def test_a_company_account_is_not_hung_on_somebody_else(world: World) -> None:
    viewer = world.roles[Role.VIEWER].user
    with pytest.raises(ImmediateHttpResponse):
        InvitedByProvider().pre_social_login(request_of(viewer), company_login("alice@example.org", True))
    assert not SocialAccount.objects.exists()
