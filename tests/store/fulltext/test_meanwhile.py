"""Posts that change while they are indexed: whatever is open when a batch is taken is indexed after it."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from hubbub.core import query as language
from hubbub.store import fulltext
from hubbub.store.models import Post, Source
from hubbub.store.search import search
from tests.world import NOON, World, make_post, make_source, make_world

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time: nothing is open then"),
]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme)


def by_update(post: Post) -> None:
    Post.everywhere.filter(pk=post.pk).update(text="acme rewritten")


def by_moving(post: Post) -> None:
    Post.everywhere.filter(pk=post.pk).update(text="acme rewritten", published=NOON - timedelta(days=3))


def by_delete(post: Post) -> None:
    post.delete()


class Open(Thread):
    """A change on a connection of its own, done and not yet committed once it is entered; committed when left."""

    def __init__(self, change: Callable[[], None]) -> None:
        super().__init__()
        self._change, self._done, self._go = change, Event(), Event()

    def run(self) -> None:
        try:
            with transaction.atomic():
                self._change()
                self._done.set()
                self._go.wait(60)
        finally:
            connection.close()

    def __enter__(self) -> None:
        self.start()
        assert self._done.wait(60)

    def __exit__(self, *_: object) -> None:
        self._go.set()
        self.join(60)


def found(world: World, text: str) -> list[str]:
    query = language.parse(text, language.Use.VIEW)
    now = NOON + timedelta(days=1)
    return [post.native_id for post in search(Post.of(world.acme), query, now=now, workspace=world.acme).posts]


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize(("change", "after"), [(by_update, ["1"]), (by_moving, ["1"]), (by_delete, [])])
def test_a_change_that_is_open_while_a_batch_is_taken(
    world: World, source: Source, change: Callable[[Post], None], after: list[str], indexed: bool
) -> None:
    post = make_post(source, "acme secret")
    if indexed:
        fulltext.step()
    with Open(lambda: change(post)):
        fulltext.step()  # waits for nobody
        assert found(world, "secret") == ["1"]
    while fulltext.step():
        pass
    assert found(world, "acme rewritten") == after
    with connection.cursor() as cursor:
        cursor.execute("SELECT words::text FROM search_posts")
        assert "secret" not in str(cursor.fetchall())
        cursor.execute("SELECT word FROM search_words WHERE word = 'secret'")
        assert cursor.fetchall() == []
