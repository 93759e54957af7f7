"""Who comes in where: every page and API call, tried as a stranger, from another workspace, as each role.

The addresses are found in the resolver and in the API (tests/addresses.py), so that a new one is tried on the day it is
written. A page under /w/ without the `page` decorator fails, and so does a parameter that nobody said how to fill.
"""

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from msgspec import json

from hubbub.store.models import ApiToken, Member, Owned, Role, Workspace
from tests.addresses import NOUNS, Call, Ids, Page, Unknown, body_of, calls, pages
from tests.furnished import furnish, make_token, mark, spread_keys
from tests.furnished_notifications import furnish_notifications
from tests.world import World

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SIGN_IN = "/account/login/"
METHODS = ("GET", "POST")
FORM = "application/x-www-form-urlencoded"

# what a stranger may open, and why
OPEN = {
    "account_login": "the door itself",
    "account_logout": "leads a stranger to the door",
    "account_inactive": "says that an account is closed",
    "account_reset_password": "for who forgot it",
    "account_reset_password_done": "says that a mail was sent",
    "account_reset_password_from_key": "where that mail leads; its key is checked",
    "account_reset_password_from_key_done": "says that it is done",
    "mfa_authenticate": "the second half of the door; leads to the first without it",
    "mfa_login_webauthn": "a passkey's half of the door",
    "openid_connect_login": "leads to the company's own door, if one is set",
    "openid_connect_callback": "and back; its state is checked",
    "socialaccount_login_cancelled": "says so",
    "socialaccount_login_error": "says so",
    "socialaccount_signup": "closed",
    "health": "says to whoever watches the server that it is up",
    "appeal": "where an author appeals; the link's signature is checked",
    "guidelines": "for everybody, where a manager has switched that on",
    "guidelines_markdown": "the same",
    "guidelines_text": "the same",
    "calendar_file": "what calendar programs read; the secret in the address is checked",
    "enter": "one-time links; the secret is checked",
    "inbound:message": "what a site sends; its signature is checked",
    "inbound:reported": "what became of a report; its signature is checked",
    "inbound:visitor": "what a site's visitors send; the page that they are on is checked",
}  # fmt: skip
API_OPEN: frozenset[str] = frozenset()  # calls that answer without a token: none


@dataclass
class Doors:
    """Both workspaces, furnished, with their rows by noun."""

    world: World
    acme: Ids
    bravo: Ids

    def ids(self, member: Member) -> Ids:
        """The rows of Acme that this member may be expected to reach: a token must be their own, as a notification."""
        own = ApiToken.of(member.workspace).filter(member=member, revoked=False).first()
        own = own or make_token(member, Role.VIEWER, f"own {member.pk}")
        mine = furnish_notifications(self.acme["conversation"], member, mark(member.workspace.slug))
        return {**self.acme, **mine, "token": own.pk}


@pytest.fixture
def doors(world: World) -> Doors:
    spread_keys()
    return Doors(world, furnish(world.acme, world.alice), furnish(world.bravo, world.bob))


@contextmanager
def undone() -> Any:
    """Whatever happens inside leaves no trace in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def body(ids: Ids) -> dict[str, object]:
    """A form that names rows in every way that a form here may."""
    ways: dict[str, object] = {"ids": [ids["post"]], "chosen": [ids["post"]], "pk": ids["post"], "id": ids["post"]}
    ways["words"] = [ids["correction"]]
    for noun in NOUNS:
        ways |= {noun: ids[noun], f"{noun}s": [ids[noun]], f"{noun}_id": ids[noun], f"{noun}_ids": [ids[noun]]}
    return ways


def ask(client: Client, method: str, url: str, form: dict[str, object] | None = None, **headers: str) -> Any:
    """The response; of a bug inside, status 500 with the error's words."""
    client.raise_request_exception = False
    if method == "GET":
        return client.get(url, form or {}, headers=headers)
    # written as most forms are: the other way, in hundreds of parts, takes longer to read than to answer
    return client.post(url, urlencode(form or {}, doseq=True), FORM, headers=headers)


def told(response: Any) -> str:
    """How the answer reads in the list of what is wrong."""
    where = f" to {response['Location']}" if response.has_header("Location") else ""
    error = f": {response.exc_info[1]!r}" if response.status_code == 500 and response.exc_info else ""
    return f"answered {response.status_code}{where}{error}"


def walk(addresses: Iterable[Page], method_wrong: Callable[[Page, str], str | None]) -> list[str]:
    """What is wrong, one line each."""
    wrong = []
    for address in addresses:
        for method in METHODS:
            try:
                slip = method_wrong(address, method)
            except Unknown as unknown:
                slip = str(unknown)
            if slip:
                wrong.append(f"{method} {address.name}: {slip}")
    return wrong


def inside() -> list[Page]:
    return [page for page in pages() if page.within]


def report(wrong: list[str]) -> str:
    return f"{len(wrong)} wrong:\n" + "\n".join(wrong)


def test_every_page_of_a_workspace_says_whom_it_is_for() -> None:
    wrong = [page.name for page in inside() if not isinstance(page.needs, Role)]
    wrong += [str(call) for call in calls() if not isinstance(call.needs, Role) and str(call) not in API_OPEN]
    assert not wrong, f"without @page(Role.…) or @call(Role.…): {wrong}"


def test_every_page_answers_at_least_one_method(doors: Doors) -> None:
    client = doors.world.client()
    for address in inside():
        with undone():
            answers = [
                ask(client, method, address.url("acme", doors.ids(doors.world.alice))).status_code for method in METHODS
            ]
        assert answers != [405, 405], address.name


def test_a_stranger_is_led_to_the_door(doors: Doors) -> None:
    def slip(address: Page, method: str) -> str | None:
        url = address.url("acme", doors.acme) if address.within else outside_url(address)
        with undone():
            response = ask(Client(), method, url)
        if response.status_code == 405 or (response.status_code == 404 and not address.within):
            return None
        if address.name in OPEN:
            return None if response.status_code < 500 else told(response)
        led = response.status_code == 302 and response["Location"].startswith(SIGN_IN)
        return None if led else told(response)

    wrong = walk(pages(), slip)
    assert not wrong, report(wrong)


OUTSIDE = {
    "uidb36": "1",
    "key": "abc-def",
    "provider_id": "company",
    "pk": 1,
    "secret": "unknown",
    "rest": "signup/",
    "community": "acme",
    "sealed": "not-signed-here",
}


def outside_url(address: Page) -> str:
    """The address of a page outside a workspace. Raises Unknown."""
    missing = [name for name in address.parameters if name not in OUTSIDE]
    if missing:
        raise Unknown(f"no value is known for {missing}: add it to OUTSIDE in tests/test_doors.py")
    try:
        return reverse(address.name, kwargs={name: OUTSIDE[name] for name in address.parameters})
    except NoReverseMatch:  # allauth's old addresses have no name
        return "/" + address.route


def test_another_workspace_is_as_if_it_were_not_there(doors: Doors) -> None:
    client = doors.world.client(doors.world.bob)
    before = snapshot(doors.world.acme)

    def slip(address: Page, method: str) -> str | None:
        tries = [address.url("acme", doors.acme)]
        if address.has_rows:
            tries.append(address.url("bravo", doors.acme))
        for url in tries:
            response = ask(client, method, url, body(doors.acme))
            if response.status_code not in {404, 405}:
                return f"{url} {told(response)}"
        # a page of one's own, asked for another workspace's rows: whatever it says, it must not show or touch them
        response = ask(client, method, address.url("bravo", doors.bravo), body(doors.acme))
        return told(response) if response.status_code == 500 else leak(response)

    wrong = walk(inside(), slip)
    wrong += [f"{model} of Acme was changed from Bravo" for model in differing(before, snapshot(doors.world.acme))]
    assert not wrong, report(wrong)


def leak(response: Any) -> str | None:
    """Whether the answer shows what only Acme knows."""
    return "shows rows of Acme" if mark("acme") in response.getvalue().decode(errors="replace") else None


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [name for name in before if before[name] != after[name]]


def snapshot(workspace: Workspace) -> dict[str, list[dict[str, object]]]:
    """All rows of the workspace."""
    return {
        model.__name__: list(model.of(workspace).order_by("pk").values())
        for model in apps.get_app_config("store").get_models()
        if issubclass(model, Owned)
    }


@pytest.mark.parametrize("role", list(Role))
def test_each_role_comes_in_where_it_may(doors: Doors, role: Role) -> None:
    member = doors.world.roles[role]
    client, ids = doors.world.client(member), doors.ids(member)

    def slip(address: Page, method: str) -> str | None:
        needed = address.needs if method == "GET" else address.needs_to_write
        if needed is None:
            return None  # told by another test
        with undone():
            response = ask(client, method, address.url("acme", ids), body(ids))
        if role.may(needed):
            return told(response) if response.status_code in {403, 404} or response.status_code >= 500 else None
        return None if response.status_code in {403, 405} else told(response)

    wrong = walk(inside(), slip)
    assert not wrong, report(wrong)


def test_no_form_is_taken_from_another_site(doors: Doors) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(doors.world.alice.user, backend="django.contrib.auth.backends.ModelBackend")

    def slip(address: Page, method: str) -> str | None:
        if method == "GET":
            return None
        url = address.url("acme", doors.acme) if address.within else outside_url(address)
        with undone():
            response = ask(client, method, url, body(doors.acme))
        return None if response.status_code in {403, 404, 405} else told(response)

    wrong = walk(pages(), slip)
    assert not wrong, report(wrong)


def call_api(call: Call, ids: Ids, token: str | None) -> Any:
    """The response to the least call that the description allows."""
    client = Client(raise_request_exception=False)
    kind, content = body_of(call, ids)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    if kind == "multipart/form-data":
        content = {
            name: SimpleUploadedFile("a.csv", b"id,text\n1,hi\n") if v == "xxxx" else v for name, v in content.items()
        }
        return client.post(call.url(ids), content, headers=headers)
    data = json.encode(content) if kind else b""
    return client.generic(call.method, call.url(ids), data, kind or "application/json", headers=headers)


def walk_api(wrong_with: Callable[[Call], str | None]) -> list[str]:
    wrong = []
    for call in calls():
        if str(call) in API_OPEN:
            continue
        try:
            slip = wrong_with(call)
        except Unknown as unknown:
            slip = str(unknown)
        if slip:
            wrong.append(f"{call}: {slip}")
    return wrong


def test_the_api_opens_to_no_stranger(doors: Doors) -> None:
    alice = doors.world.alice
    make_token(alice, Role.ADMIN, "revoked", revoked=True)
    make_token(alice, Role.ADMIN, "ended", ends=datetime(2020, 1, 1, tzinfo=UTC))
    gone = doors.world.roles[Role.VIEWER]
    make_token(gone, Role.VIEWER, "gone")
    gone.active = False
    gone.save()

    def slip(call: Call) -> str | None:
        for token in (None, "unknown", "revoked", "ended", "gone"):
            with undone():
                response = call_api(call, doors.acme, token)
            if response.status_code != 401:
                return f"with the token {token!r} it {told(response)}"
        return None

    wrong = walk_api(slip)
    assert not wrong, report(wrong)


def test_the_api_does_not_know_another_workspace(doors: Doors) -> None:
    make_token(doors.world.bob, Role.ADMIN, "bob")
    before = snapshot(doors.world.acme)

    def slip(call: Call) -> str | None:
        response = call_api(call, doors.acme, "bob")
        if call.parameters:
            return None if response.status_code == 404 else told(response)
        return told(response) if response.status_code >= 500 else leak(response)

    wrong = walk_api(slip)
    wrong += [f"{model} of Acme was changed from Bravo" for model in differing(before, snapshot(doors.world.acme))]
    assert not wrong, report(wrong)


@pytest.mark.parametrize("role", list(Role))
def test_the_api_lets_each_role_do_what_it_may(doors: Doors, role: Role) -> None:
    # an admin's token with a smaller role: the token's counts, not the member's
    make_token(doors.world.alice, role, f"as {role}")

    def slip(call: Call) -> str | None:
        if call.needs is None:
            return None
        with undone():
            response = call_api(call, doors.ids(doors.world.alice), f"as {role}")
        if role.may(call.needs):
            return told(response) if response.status_code in {401, 403, 404} or response.status_code >= 500 else None
        if response.status_code == 422:
            return f"refused for its body, not for its role: teach `sample` in tests/addresses.py: {response.content!r}"
        return None if response.status_code == 403 else told(response)

    wrong = walk_api(slip)
    assert not wrong, report(wrong)


def test_a_token_does_no_more_than_its_member(doors: Doors) -> None:
    make_token(doors.world.roles[Role.VIEWER], Role.ADMIN, "grown")
    response = Client().post(
        "/api/team/members", {"email": "eve@example.org", "role": "admin"}, "application/json",
        headers={"authorization": "Bearer grown"},
    )  # fmt: skip
    assert response.status_code == 403
