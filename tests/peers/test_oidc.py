"""Company sign-in against a real OpenID provider that nobody here wrote: who comes in, and who does not."""

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from hubbub.store.models import User
from tests.world import World

from .starting import started

pytestmark = [pytest.mark.peer, pytest.mark.database, pytest.mark.django_db]

DOOR = "/account/oidc/company/login/"


@pytest.fixture(scope="session")
def provider() -> str:
    """The provider's address."""
    return started("oidc.sh", "The OpenID provider").strip()


@pytest.fixture(autouse=True)
def _company(provider: str, settings: Any) -> None:
    """As HUBBUB_OIDC_SERVER and its like would set it."""
    app = {
        "provider_id": "company",
        "name": "Company account",
        "client_id": "hubbub",
        "secret": "hubbub-secret",
        "settings": {"server_url": provider},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def come_by_company(client: Client, name: str) -> Any:
    """Walk the provider's pages as `name`; the answer of our own door at the end."""
    there = client.get(f"{DOOR}?process=login")
    assert there.status_code == 302
    with httpx2.Client(trust_env=False, timeout=20) as browser:
        answer = browser.get(there["Location"])
        for _ in range(20):
            where = answer.headers.get("location")
            if where and urlsplit(where).hostname == "testserver":
                back = urlsplit(where)
                return client.get(f"{back.path}?{back.query}")
            if where:
                answer = browser.get(urljoin(str(answer.url), where))
                continue
            form = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', answer.text))
            action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert action, answer.text
            given = {**form, "login": name, "password": "any"} if "login" in answer.text else form
            answer = browser.post(urljoin(str(answer.url), unescape(action[1])), data=given)
    raise AssertionError("the provider never led back")


def test_an_invited_person_comes_in_and_again(world: World) -> None:
    for _ in range(2):
        client = Client()
        assert come_by_company(client, "alice")["Location"] == "/"
        assert client.session["_auth_user_id"] == str(world.alice.user_id)
    account = SocialAccount.objects.get()
    assert (account.user_id, account.uid) == (world.alice.user_id, "alice")


@pytest.mark.parametrize("name", ["shady", "eve"])
def test_nobody_else_does(world: World, name: str) -> None:
    users = User.objects.count()
    client = Client()
    answer = come_by_company(client, name)
    assert (answer.status_code, b"not invited" in answer.content) == (403, True)
    assert "_auth_user_id" not in client.session
    assert (User.objects.count(), SocialAccount.objects.count()) == (users, 0)


def test_who_was_deactivated_is_out(world: World) -> None:
    come_by_company(Client(), "alice")
    User.objects.filter(pk=world.alice.user_id).update(is_active=False)
    client = Client()
    assert come_by_company(client, "alice")["Location"] == "/account/inactive/"
    assert "_auth_user_id" not in client.session


def test_an_answer_for_another_session_is_refused(world: World) -> None:
    """The state in the address belongs to the browser that began."""
    victim, attacker = Client(), Client()
    began = attacker.get(f"{DOOR}?process=login")["Location"]
    state = re.search(r"state=(\w+)", began)
    assert state
    answer = victim.get(f"{DOOR}callback/", {"state": state[1], "code": "stolen"})
    assert answer.status_code == 401
    assert "_auth_user_id" not in victim.session


def test_the_door_offers_it(world: World) -> None:
    assert "Company account" in Client().get("/account/login/").content.decode()
