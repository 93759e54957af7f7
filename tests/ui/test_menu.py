"""The menu says where one is, also on a page below one of its doors."""

import re

import pytest

from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("path", "door"),
    [
        ("engage/", ("page", "Inbox")),
        ("engage/{talk}/", ("true", "Inbox")),
        ("engage/views/", ("true", "Inbox")),
        ("engage/outbox/", ("page", "Outbox")),
        ("engage/approvals/", ("true", "Outbox")),
        ("engage/calendar/queue/", ("true", "Calendar")),
        ("engage/calendar/link-tags/", ("true", "Engage settings")),
        ("engage/person/{person}/", ("true", "People")),
        ("engage/people/alike/", ("true", "People")),
        ("engage/relationships/suggestions/", ("true", "Relationships")),
        ("engage/promises/", ("true", "Engage settings")),
        ("engage/settings/tags/", ("true", "Engage settings")),
        ("listen/topics/new/", ("true", "Topics")),
        ("moderate/rules/", ("page", "Rules")),
    ],
)
def test_where_one_is(world: World, path: str, door: tuple[str, str]) -> None:
    talk = make_conversation(make_post(make_source(world.acme), author=make_author(world.acme)))
    assert talk.author is not None
    answer = world.client().get("/w/acme/" + path.format(talk=talk.pk, person=talk.author.person_id))
    assert answer.status_code == 200
    menu = answer.content.decode().partition("<main")[0]
    marked = re.findall(r'<a class="room"[^>]* aria-current="(\w+)">([^<]*?)\s*<', menu)
    assert marked == [door]
