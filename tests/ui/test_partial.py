"""What a page fetches anew by itself takes no message and no undo from the page that a person goes to."""

import pytest

from hubbub.store.models import Conversation
from tests.world import World, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize("part", ["list", "thread"])
def test_the_message_waits_for_the_page(world: World, part: str) -> None:
    client = world.client()
    talk: Conversation = make_conversation(make_post(make_source(world.acme)))
    client.post(f"/w/acme/engage/{talk.pk}/assign/", {"assignee": "me", "here": talk.pk})
    url = f"/w/acme/engage/{talk.pk}/"
    fetched = client.get(url, headers={"HX-Request": "true", "HX-Target": part}).content.decode()
    assert "looked after by" not in fetched.partition('id="keys"')[0].partition("<main")[0]
    assert 'data-key="z"' not in fetched
    assert 'data-key="z"' in client.get(url).content.decode()
