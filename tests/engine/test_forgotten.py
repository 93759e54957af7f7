"""What an author deletes on the network leaves no words here, wherever they were kept besides."""

import pytest
from django.db import connection
from django.utils import timezone

from hubbub.connectors import Batch
from hubbub.core.post import Post as Shape
from hubbub.engine.take_in import take_in
from hubbub.moderate import redactions
from hubbub.store.models import Post, Redaction, Source
from hubbub.ui.api import Refusal
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SECRET = "marmalade"
NOW = timezone.now()


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme, can=["hide", "redact"], owned=True)


def everywhere_in_the_database() -> list[str]:
    """The tables in which the word stands."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if any(SECRET in str(cell).casefold() for row in cursor.fetchall() for cell in row):
                found.append(table)
    return found


@pytest.mark.parametrize("before", ["nothing", "covered", "edited"])
def test_no_table_holds_the_words_of_what_is_gone(source: Source, world: World, before: str) -> None:
    words = f"I hid the {SECRET} at 7 Elm Street"
    take_in(source, Batch([Shape("c1", words, title=f"My {SECRET}", published=NOW)], "1"), now=NOW)
    assert {"store_post", "store_conversation"} <= set(everywhere_in_the_database())
    if before == "edited":
        take_in(source, Batch([Shape("c1", "I hid it", title="Mine", published=NOW)], "2"), now=NOW)
        assert everywhere_in_the_database() == []
    if before == "covered":
        post = Post.of(world.acme).get(source=source)
        start = words.index("7 Elm")
        redactions.redact(post, [(start, start + 12)], by=world.alice, why="an address")
    take_in(source, Batch((), "2", gone=["c1"]), now=NOW)
    assert everywhere_in_the_database() == []
    for kept in Redaction.of(world.acme):
        with pytest.raises(Refusal):
            redactions.unredact(kept, by=world.alice, why="to see it again")
