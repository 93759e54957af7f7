"""The index follows the posts, whoever changes them; what is gone from a post is gone from the index."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from hubbub.core import query as language
from hubbub.engine import loop
from hubbub.store import fulltext, words
from hubbub.store.fulltext import install, key
from hubbub.store.models import Post, Source
from hubbub.store.search import search
from tests.world import NOON, World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def column(sql: str) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def indexed() -> str:
    """Everything that the index holds, as one text."""
    names = "title || ' ' || text" if connection.vendor == "sqlite" else "words::text"
    return " ".join(map(str, column(f"SELECT {names} FROM search_posts")))


def waiting() -> int:
    return len(column("SELECT key FROM search_queue"))


def found(world: World, text: str) -> list[str]:
    query = language.parse(text, language.Use.VIEW)
    now = NOON + timedelta(days=1)
    return [post.native_id for post in search(Post.of(world.acme), query, now=now, workspace=world.acme).posts]


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme)


def by_save(post: Post) -> None:
    post.text = "changed"
    post.save()


def by_update(post: Post) -> None:
    Post.everywhere.filter(pk=post.pk).update(text="changed")


def by_bulk_update(post: Post) -> None:
    post.text = "changed"
    Post.everywhere.bulk_update([post], ["text"])


def by_delete(post: Post) -> None:
    post.delete()


def by_deleting_all(post: Post) -> None:
    Post.of(post.workspace).delete()


@pytest.mark.parametrize("change", [by_save, by_update, by_bulk_update, by_delete, by_deleting_all])
def test_what_is_changed_leaves_the_index(world: World, source: Source, change: Callable[[Post], None]) -> None:
    post = make_post(source, "secret words of acme", title="Hello")
    assert fulltext.step() == 1
    assert "secret" in indexed()
    change(post)
    assert found(world, "secret") == []  # at once
    assert waiting() == 1
    assert fulltext.step() == 1
    assert "secret" not in indexed()
    assert ("changed" in indexed()) is (change not in (by_delete, by_deleting_all))
    assert words.known(world.acme, ["secret", "acme"]) == {"secret": 0, "acme": 0}
    assert column("SELECT word FROM search_words WHERE posts <= 0") == []


def test_what_changes_beside_the_words_is_not_indexed_anew(source: Source) -> None:
    post = make_post(source)
    fulltext.step()
    post.likes, post.decision = 3, "hidden"
    post.save()
    assert waiting() == 0


def test_a_post_that_moves_in_time_is_found_at_its_new_place(world: World, source: Source) -> None:
    post, other = make_post(source, "acme one", 1), make_post(source, "acme two", 2)
    fulltext.step()
    Post.everywhere.filter(pk=post.pk).update(published=other.published + timedelta(hours=5))
    assert found(world, "acme") == ["1", "2"]
    assert fulltext.step() == 2  # its old key and its new one
    assert found(world, "acme") == ["1", "2"]
    assert len(column("SELECT 1 FROM search_posts")) == 2


@pytest.mark.parametrize(
    "when",
    [
        NOON,
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 0, 59, 59, 999_999, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
)
def test_the_database_and_we_work_out_the_same_key(source: Source, when: datetime) -> None:
    post = make_post(source, published=when)
    expected = key.key_of(source.workspace_id, when, post.pk)
    assert column("SELECT key FROM search_queue") == [expected]
    assert (key.workspace_in(expected), key.post_in(expected)) == (source.workspace_id, post.pk)
    fulltext.step()
    assert len(column("SELECT 1 FROM search_posts")) == 1


ODD = {
    "emoji": ("I 👍🏽 this", "👍"),
    "a flag": ("go 🇩🇪🇫🇷", "🇫🇷"),
    "Han": ("私は東京が好き", "東京"),
    "Thai": ("สวัสดี", "สวัสดี"),
    "marks": ("Cafe\u0301 au lait", "café"),
    "sharp s": ("Straße", "STRASSE"),
    "quotes": ("it's \\ \"so\" * 'called'", '"s so called"'),
    "a word longer than any index takes": ("x" * 50_000 + " acme", "x" * 15_000 + "*"),
    "an underscore": ("snake_case", "snake_case"),
}


@pytest.mark.parametrize("indexed_first", [True, False])
@pytest.mark.parametrize("name", ODD)
def test_odd_words(world: World, source: Source, name: str, indexed_first: bool) -> None:
    text, query = ODD[name]
    make_post(source, text)
    if indexed_first:
        fulltext.step()
    assert found(world, query) == ["1"]


def test_three_megabytes(world: World, source: Source) -> None:
    """More different words than a tsvector holds; and more places of one word than it keeps."""
    make_post(source, " ".join(f"w{n}" for n in range(400_000)) + " hay needle")
    make_post(source, "hay " * 20_000 + "needle", 2)
    fulltext.step()
    for query in ("needle", '"hay needle"', "needle NEAR/2 hay", "needl* -absent"):
        assert found(world, query) == ["2", "1"]
    assert found(world, "w399999") == ["1"]


def test_a_batch_at_a_time_the_newest_first(source: Source) -> None:
    for number in range(5):
        make_post(source, f"word{number}", number)
    assert [fulltext.step(2) for _ in range(4)] == [2, 2, 1, 0]


def test_the_loop_indexes(source: Source) -> None:
    make_post(source)
    assert loop.index_some() is True
    assert loop.index_some() is False
    assert loop.index_some in loop.WORK


def test_texts_read_in_another_way_are_indexed_anew(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    make_post(source)
    fulltext.step()
    install.install()
    assert waiting() == 0
    monkeypatch.setattr(install, "READING", "another")
    install.install()
    assert waiting() == 1
    assert fulltext.step() == 1
    assert len(column("SELECT 1 FROM search_posts")) == 1


def test_posts_of_before_there_was_an_index_are_indexed(world: World, source: Source) -> None:
    """As the first start of a Hubbub that searches finds them: stored, and neither queued nor indexed."""
    post = make_post(source, "acme of old")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_queue")
        cursor.execute("DELETE FROM search_state")
    install.install()
    assert column("SELECT key FROM search_queue") == [key.key_of(source.workspace_id, post.published, post.pk)]
    assert found(world, "acme") == ["1"]  # at once
    assert fulltext.step() == 1
    assert found(world, "acme") == ["1"]


@pytest.mark.parametrize(
    ("workspace", "newest", "can"),
    [(1, 1, True), (key.WORKSPACES - 1, key.IDS - 1, True), (key.WORKSPACES, 1, False), (1, key.IDS, False)],
)
def test_who_has_keys(workspace: int, newest: int, can: bool) -> None:
    assert key.indexable(workspace, newest) is can


def test_posts_without_a_key_are_found_one_by_one(world: World, source: Source) -> None:
    make_post(source, "acme the first", 1)
    make_post(source, "acme the last", 2, pk=key.IDS)
    assert waiting() == 1
    fulltext.step()
    assert found(world, "acme") == ["2", "1"]


@pytest.mark.parametrize(
    "never", ["#rocket", "@rocket", "{Rocket}", "(rocket NEAR/2 far)", "(rocket likes:>3)", "rock*et*s"]
)
def test_what_the_words_alone_do_not_say_is_never_left_out_by_them(world: World, source: Source, never: str) -> None:
    make_post(source, "acme rocket is not so far")
    fulltext.step()
    assert found(world, f"acme -{never}") == ["1"]
