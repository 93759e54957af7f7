"""The keys of every page: none is given twice, none is taken by the house, and `?` names each of them well."""

import re
from typing import Any

import pytest

from hubbub.store.models import Role
from tests.browser.test_every_page import report, whole_pages, window
from tests.furnished import furnish
from tests.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOUSE = {"j", "k", "g", "?"}  # hubbub.js takes these on every page, before any element is asked
OF_ROWS = {"o", "x"}  # and these where a row is chosen
# keys of what can be seen outside the rows of a list; a row's own keys are meant for the row that is chosen
SEEN = """() => [...document.querySelectorAll('[data-key]')]
  .filter((one) => one.checkVisibility() && !one.closest('[data-row]'))
  .map((one) => [one.dataset.key, one.outerHTML.slice(0, 120)])"""
TOLD = """() => { document.dispatchEvent(new KeyboardEvent('keydown', {key: '?'}));
  const list = document.querySelector('#keys dl[data-page]');
  const told = [...list.querySelectorAll('dt')].map((dt) => [dt.textContent, dt.nextElementSibling.textContent]);
  document.getElementById('keys').close();
  return told; }"""
SECTIONS = """() => document.querySelectorAll('main details').forEach((one) => { one.open = true; })"""


@pytest.fixture
def world() -> World:
    return make_world()


def twice(keys: list[list[str]]) -> list[str]:
    """Each key that stands on more than one element, with these."""
    places: dict[str, list[str]] = {}
    for key, html in keys:
        places.setdefault(key, []).append(html)
    return [f"{key}: {' AND '.join(found)}" for key, found in places.items() if len(found) > 1]


def badly_named(told: list[list[str]]) -> list[str]:
    """Names that say nothing, or that are no name but the whole text of a button."""
    wrong = []
    for key, name in told:
        if not re.match(r"\w[\w ,'?()/:-]{2,70}$", name):
            wrong.append(f"{key} is called {name!r}")
        elif name.endswith(f" {key}"):
            wrong.append(f"{key} is called {name!r}, with the key in its name")
    return wrong


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
def test_no_key_is_given_twice_and_all_are_named(chromium: Any, live_server: Any, world: World, role: Role) -> None:
    ids = furnish(world.acme, world.alice)
    user = world.alice.user if role is Role.ADMIN else world.roles[role].user
    wrong = []
    with window(chromium, live_server, user) as visit:
        for _, path in whole_pages(user, "acme", ids):
            visit.page.goto(live_server.url + path)
            seen = visit.page.evaluate(SEEN)
            wrong += [f"{path}: twice {one}" for one in twice(seen)]
            taken = HOUSE | (OF_ROWS if visit.page.locator("[data-row]").count() else set())
            wrong += [f"{path}: {key} belongs to the house" for key, _ in seen if key in taken]
            wrong += [f"{path}: {one}" for one in badly_named(visit.page.evaluate(TOLD))]
            visit.page.evaluate(SECTIONS)  # a key in a part that is folded away must not wait behind another
            numbered = [one for one in visit.page.evaluate(SEEN) if not one[0].isdigit()]
            wrong += [f"{path}: twice when unfolded {one}" for one in twice(numbered)]
    assert not wrong, report(wrong)
