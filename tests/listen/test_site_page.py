"""The page on which a site of our own is set up: keys that are shown once, the script tag, a test of its decisions."""

import re
from typing import Any

import pytest

from hubbub.connectors import Done, Found
from hubbub.connectors._signing import older_until
from hubbub.connectors.site import Site
from hubbub.core.failures import Broken
from hubbub.store.models import Audit, Role, Source
from tests.furnished import make_token
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def site(world: World) -> Source:
    settings = {"site": "https://www.example.org", "decisions": "https://www.example.org/hubbub"}
    return make_source(world.acme, "Acme forum", kind="site", settings=settings, can=[], owned=False)


def page(world: World, site: Source) -> str:
    return world.client().get(f"/w/acme/listen/sources/{site.pk}/site/").content.decode()


def act(world: World, site: Source, do: str) -> str:
    answer: Any = world.client().post(f"/w/acme/listen/sources/{site.pk}/site/act/", {"do": do}, follow=True)
    return str(answer.content.decode())


def shown_key(text: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/]+=*", text)
    return found[0] if found else ""


def test_a_site_is_added_and_set_up(world: World) -> None:
    form = {"kind": "site", "set-site": "https://www.example.org", "do": "save"}
    answer = world.client().post("/w/acme/listen/sources/new/", form)
    source = Source.of(world.acme).get()
    assert answer["Location"].endswith(f"/sources/{source.pk}/site/")
    assert "whsec_" not in page(world, source)


def test_the_key_is_shown_once(world: World, site: Source) -> None:
    key = shown_key(act(world, site, "key"))
    assert key
    assert shown_key(page(world, site)) == ""
    site.refresh_from_db()
    assert site.whole_settings()["key"] == key
    assert f'data-key="{site.settings["public"]}"' in page(world, site).replace("&quot;", '"')
    assert key not in str(list(Audit.of(world.acme).values()))


def test_a_new_key_leaves_the_older_one_a_week(world: World, site: Source) -> None:
    first, second = shown_key(act(world, site, "key")), shown_key(act(world, site, "key"))
    site.refresh_from_db()
    kept = site.whole_settings()["key"]
    assert kept.startswith(f"{second} {first}@")
    assert older_until(kept)
    act(world, site, "drop")
    site.refresh_from_db()
    assert site.whole_settings()["key"] == second
    assert "There is only one key" in act(world, site, "drop")


def test_keys_outlast_a_change_of_the_settings(world: World, site: Source) -> None:
    act(world, site, "key")
    site.refresh_from_db()
    before = (site.whole_settings()["key"], site.settings["public"])
    form = {"kind": "site", "set-site": "https://www.example.org", "set-also": "https://b.example", "do": "save"}
    world.client().post(f"/w/acme/listen/sources/{site.pk}/edit/", form)
    site.refresh_from_db()
    assert site.settings["also"] == "https://b.example"
    assert (site.whole_settings()["key"], site.settings["public"]) == before


def test_a_test_learns_what_the_site_can(world: World, site: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Site, "check", lambda *_: Found("www.example.org takes decisions: hide.", can=frozenset({"hide"}))
    )
    assert "takes decisions: hide." in act(world, site, "test")
    site.refresh_from_db()
    assert (site.can, site.owned) == (["hide"], True)
    assert Audit.of(world.acme).filter(verb="test", after__can="hide").exists()


def test_a_test_that_fails_changes_nothing(world: World, site: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(*_: object) -> Done:
        raise Broken("www.example.org answered 404.")

    monkeypatch.setattr(Site, "check", check)
    assert "answered 404" in act(world, site, "test")
    site.refresh_from_db()
    assert site.can == []


def test_other_kinds_need_no_setting_up(world: World) -> None:
    blog = make_source(world.acme)
    answer = world.client().get(f"/w/acme/listen/sources/{blog.pk}/site/", follow=True)
    assert "there is nothing to set up" in answer.content.decode()
    for do in ("key", "test", "drop"):
        assert "needs no key" in act(world, blog, do)
    blog.refresh_from_db()
    assert not blog.has_secrets


def test_a_script_can_make_the_key(world: World, site: Source) -> None:
    make_token(world.alice, Role.MANAGER, "token")
    headers = {"authorization": "Bearer token"}
    made = world.client().post(f"/api/listen/sources/{site.pk}/key", headers=headers)
    site.refresh_from_db()
    assert made.status_code == 201
    assert made.json() == {"key": site.whole_settings()["key"], "public": site.settings["public"], "older_until": None}
    blog = make_source(world.acme)
    assert "needs no key" in world.client().post(f"/api/listen/sources/{blog.pk}/key", headers=headers).json()["detail"]


def test_who_may_not_set_up_does_not_see_it(world: World, site: Source) -> None:
    answer = world.client(world.roles[Role.VIEWER]).get(f"/w/acme/listen/sources/{site.pk}/site/")
    assert answer.status_code == 403
