"""A form with the character NUL is refused in words, whatever the database would say."""

import pytest

from tests.world import World

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize(("asked", "status"), [("a\x00b", 400), ("ab", 200)])
def test_addresses(world: World, asked: str, status: int) -> None:
    assert world.client().get("/w/acme/engage/people/", {"q": asked}).status_code == status


@pytest.mark.parametrize(("title", "status"), [("a\x00b", 400), ("ab", 303)])
def test_forms(world: World, title: str, status: int) -> None:
    given = {"title": title, "text": "Thank you"}
    assert world.client().post("/w/acme/engage/helpful/saved-replies/new/", given).status_code == status
