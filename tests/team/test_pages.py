"""The pages of the team room, as a browser without scripts sees them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hubbub.store.models import ApiToken, Member, Role
from tests.furnished import make_token
from tests.world import World

pytestmark = [pytest.mark.database, pytest.mark.django_db]

MEMBERS, TOKENS = "/w/acme/team/members/", "/w/acme/team/tokens/"


def secret_on(page: str) -> str:
    """What the page shows once, or nothing."""
    found = re.search(r'<code class="code">([^<]+)</code>', page)
    return found[1] if found else ""


def test_an_invited_person_comes_in_once_with_the_link(world: World) -> None:
    alice = world.client()
    answer = alice.post(f"{MEMBERS}add/", {"email": "erin@example.org", "name": "Erin", "role": "responder"})
    assert (answer.status_code, answer["Location"]) == (303, MEMBERS)
    shown = alice.get(MEMBERS)
    link = secret_on(shown.content.decode())
    assert shown["Cache-Control"].startswith("max-age=0")
    assert secret_on(alice.get(MEMBERS).content.decode()) == ""  # only once

    erin = Client()
    assert erin.head(link).status_code == 405  # programs that look a link over do not use it up
    assert erin.get(link)["Location"] == "/"
    assert erin.get(MEMBERS).status_code == 200
    again = Client().get(link)
    assert (again.status_code, b"used already" in again.content) == (410, True)


def test_the_secret_does_not_lie_in_the_session(world: World) -> None:
    alice = world.client()
    alice.post(f"{MEMBERS}add/", {"email": "erin@example.org", "role": "viewer"})
    kept = str(dict(alice.session))
    link = secret_on(alice.get(MEMBERS).content.decode())
    assert "/enter/" in link
    assert link.rstrip("/").rpartition("/")[2] not in kept


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"email": "erin", "role": "viewer"}, "Enter a valid email address"),
        ({"email": "", "role": "viewer"}, "This field is required"),
        ({"email": "erin@example.org", "role": "king"}, "Select a valid choice"),
        ({"email": "viewer@example.org", "role": "viewer"}, "is a member of this workspace already"),
    ],
)
def test_a_slip_in_the_form_is_shown_at_its_field(world: World, form: dict[str, str], says: str) -> None:
    before = Member.of(world.acme).count()
    page = world.client().post(f"{MEMBERS}add/", form)
    assert page.status_code == 200
    assert says in page.content.decode()
    assert Member.of(world.acme).count() == before


def test_a_role_is_changed_and_undone(world: World) -> None:
    alice, viewer = world.client(), world.roles[Role.VIEWER]
    url = f"{MEMBERS}{viewer.pk}/role/"
    assert alice.post(url, {"role": "manager"}).status_code == 303
    viewer.refresh_from_db()
    assert viewer.role == "manager"
    assert f'action="{url}"' in (undo := alice.get(MEMBERS).content.decode())
    assert 'name="role" value="viewer"' in undo
    alice.post(url, {"role": "king"})
    viewer.refresh_from_db()
    assert viewer.role == "manager"


def test_a_deactivated_member_is_out_at_once(world: World) -> None:
    alice, viewer = world.client(), world.roles[Role.VIEWER]
    inside = world.client(viewer)
    assert inside.get(MEMBERS).status_code == 200
    alice.post(f"{MEMBERS}{viewer.pk}/deactivate/")
    assert inside.get(MEMBERS).status_code == 404
    assert inside.get("/").status_code == 200  # a page that says that there is no workspace for them
    alice.post(f"{MEMBERS}{viewer.pk}/reactivate/")
    assert inside.get(MEMBERS).status_code == 200


def test_what_is_refused_is_said_on_the_page(world: World) -> None:
    alice = world.client()
    page = alice.post(f"{MEMBERS}{world.alice.pk}/deactivate/", follow=True)
    assert "is the last admin of this workspace" in page.content.decode()


def test_a_token_is_shown_once_and_works(world: World) -> None:
    manager = world.client(world.roles[Role.MANAGER])
    answer = manager.post(f"{TOKENS}new/", {"name": "weekly report", "role": "viewer", "ends": tomorrow()})
    assert answer.status_code == 303
    secret = secret_on(manager.get(TOKENS).content.decode())
    assert secret.startswith("hub_")
    assert secret not in manager.get(TOKENS).content.decode()
    me = Client().get("/api/team/me", headers={"authorization": f"Bearer {secret}"}).json()
    assert (me["email"], me["role"], me["token_role"]) == ("manager@example.org", "manager", "viewer")
    manager.post(f"{TOKENS}{ApiToken.of(world.acme).get().pk}/revoke/")
    assert Client().get("/api/team/me", headers={"authorization": f"Bearer {secret}"}).status_code == 401


def tomorrow() -> str:
    return str((timezone.now() + timedelta(days=1)).date())


def test_a_role_above_ones_own_is_not_offered(world: World) -> None:
    responder = world.client(world.roles[Role.RESPONDER])
    page = responder.post(f"{TOKENS}new/", {"name": "x", "role": "admin", "ends": tomorrow()})
    assert (page.status_code, "Select a valid choice" in page.content.decode()) == (200, True)


def test_each_sees_their_own_tokens_and_an_admin_all(world: World) -> None:
    viewer = world.roles[Role.VIEWER]
    mine, hers = make_token(viewer, Role.VIEWER, "mine"), make_token(world.alice, Role.ADMIN, "hers")
    page = world.client(viewer).get(TOKENS).content.decode()
    assert ("mine" in page, "hers" in page) == (True, False)
    assert world.client(viewer).post(f"{TOKENS}{hers.pk}/revoke/").status_code == 404
    page = world.client().get(TOKENS).content.decode()
    assert ("mine" in page, "hers" in page) == (True, True)
    assert world.client().post(f"{TOKENS}{mine.pk}/revoke/").status_code == 303
