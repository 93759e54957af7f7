"""What every answer carries, and what a browser is made to refuse."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from hubbub.store.models import Role
from hubbub.ui.access import page
from tests.world import World

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PASSWORD = "a long password of alice"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.mark.parametrize("path", ["/account/login/", "/w/acme/team/members/", "/api/docs", "/api/none", "/nothing"])
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_headers(world: World, path: str, header: str, value: str) -> None:
    assert world.client().get(path)[header] == value


@pytest.mark.parametrize("path", ["/account/login/", "/w/acme/team/members/", "/api/docs", "/api/none", "/nothing"])
def test_no_script_but_ours(world: World, path: str) -> None:
    policy = dict(
        part.strip().partition(" ")[::2] for part in world.client().get(path)["Content-Security-Policy"].split(";")
    )
    scripts = policy.get("script-src", policy["default-src"])
    assert scripts == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"


def test_cookies(world: World) -> None:
    client = Client()
    client.get("/account/login/")
    world.alice.user.set_password(PASSWORD)
    world.alice.user.save()
    client.post("/account/login/", {"login": "alice@example.org", "password": PASSWORD})
    assert set(client.cookies) >= {"hubbub_session", "hubbub_csrf"}
    for name in ("hubbub_session", "hubbub_csrf"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


@pytest.mark.parametrize(
    ("address", "secure"), [("https://hubbub.example.org", True), ("http://hubbub.example.org", False), ("", False)]
)
def test_behind_tls_cookies_travel_only_there(tmp_path: Path, address: str, secure: bool) -> None:
    code = (
        "import hubbub.settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "HUBBUB_ADDRESS": address, "HUBBUB_DATA": str(tmp_path), "PYTHONPATH": str(Path.cwd())},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [str(secure)] * 3


def test_the_session_changes_its_name_at_sign_in(world: World) -> None:
    """Who planted a session before does not share it after."""
    world.alice.user.set_password(PASSWORD)
    world.alice.user.save()
    client = Client()
    planted = client.session
    planted["planted"] = True
    planted.save()
    client.cookies["hubbub_session"] = planted.session_key
    client.post("/account/login/", {"login": "alice@example.org", "password": PASSWORD})
    assert client.session.session_key != planted.session_key
    assert "_auth_user_id" in client.session
    stranger = Client()
    stranger.cookies["hubbub_session"] = planted.session_key
    assert stranger.get("/w/acme/team/members/").status_code == 302


@pytest.mark.parametrize(
    ("where", "led"),
    [
        ("/w/acme/team/members/", "/w/acme/team/members/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_sign_in_leads_to_no_other_site(world: World, where: str, led: str) -> None:
    world.alice.user.set_password(PASSWORD)
    world.alice.user.save()
    answer = Client().post("/account/login/", {"login": "alice@example.org", "password": PASSWORD, "next": where})
    assert (answer.status_code, answer["Location"]) == (302, led)


def test_signing_out_leads_to_no_other_site(world: World) -> None:
    answer = world.client().post("/account/logout/", {"next": "https://evil.example/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("path", ["/account/login/", "/account/logout/", "/w/acme/team/members/add/"])
def test_a_form_without_its_token_is_refused(world: World, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.alice.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(path, {"email": "erin@example.org", "role": "admin"}).status_code == 403


def test_a_page_says_which_role_it_takes(world: World) -> None:
    guarded = page(Role.VIEWER, to_write=Role.MANAGER)(lambda request: None)
    assert (guarded.needs, guarded.needs_to_write) == (Role.VIEWER, Role.MANAGER)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Hubbub.example.org/", "https://hubbub.example.org"),
        ("https://hubbub.example.org:8443/community", "https://hubbub.example.org:8443"),
        ("hubbub.example.org", None),
        ("ftp://hubbub.example.org", None),
    ],
)
def test_forms_are_taken_from_the_address_however_it_is_written(
    tmp_path: Path, address: str, origin: str | None
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import hubbub.settings as s; print(*s.CSRF_TRUSTED_ORIGINS, s.ALLOWED_HOSTS[-1])"],
        env={**os.environ, "HUBBUB_ADDRESS": address, "HUBBUB_DATA": str(tmp_path), "PYTHONPATH": str(Path.cwd())},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if origin is None:
        assert "must look like https://" in done.stderr
        assert "Traceback" not in done.stderr
    else:
        assert done.stdout.split() == [origin, "hubbub.example.org"]


@pytest.mark.parametrize("before", ["00010101T000000.000000+2359-1", "x", "20261101T120000.000000+0000-" + "9" * 30])
def test_a_place_in_a_list_that_no_list_has(world: World, before: str) -> None:
    assert world.client().get("/w/acme/listen/", {"before": before}).status_code == 200
