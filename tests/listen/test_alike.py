"""Posts that say the same in the stream: folded under the first, all of them, or the group alone."""

from html import unescape

import pytest

from hubbub.store.models import Post
from tests.world import World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HERE = "/w/acme/listen/"


@pytest.fixture
def ids(world: World) -> dict[str, int]:
    """Posts a to e, all mentions; b and c repeat a, c on another source; e stands alone."""
    blog, forum = make_source(world.acme), make_source(world.acme, "Forum")
    topic = make_topic(world.acme)
    first = make_post(blog, "post-a", 1)
    made = {"a": first, "b": make_post(blog, "post-b", 2, alike=first), "c": make_post(forum, "post-c", 3, alike=first)}
    made |= {"d": make_post(forum, "post-d", 4), "e": make_post(forum, "post-e", 5, alike=None)}
    for post in made.values():
        make_mention(post, topic)
    Post.of(world.acme).filter(pk=made["d"].pk).update(mentioned=False)
    return {name: post.pk for name, post in made.items()} | {"topic": topic.pk, "forum": forum.pk}


def page(world: World, address: str) -> str:
    return unescape(world.client().get(HERE + address).content.decode())


@pytest.mark.parametrize(
    ("address", "posts"),
    [
        ("", "ae"),
        ("?alike=once", "ae"),
        ("?alike=all", "abce"),
        ("?all=1", "ade"),
        ("?topic={topic}", "ade"),
        ("?topic={topic}&alike=all", "abcde"),
        ("?source={forum}", "ce"),
        ("?source={forum}&alike=once", "e"),
        ("?q=nothing", ""),
        ("?q=type:comment", "abce"),
        ("?q=type:comment&alike=once", "ae"),
        ("?day=2026-11-01", "abce"),
        ("?all=1&like={a}", "abc"),
        ("?all=1&like={b}", "abc"),
        ("?all=1&like={e}", "e"),
        ("?alike=nonsense", "ae"),
    ],
)
def test_once_or_all(world: World, ids: dict[str, int], address: str, posts: str) -> None:
    shown = page(world, address.format(**ids))
    assert [name for name in "abcde" if f"post-{name}" in shown] == list(posts)


@pytest.mark.parametrize(("alike", "count"), [("once", "2 posts"), ("all", "4 posts")])
def test_the_count_follows_the_switch(world: World, ids: dict[str, int], alike: str, count: str) -> None:
    assert count in page(world, f"?alike={alike}&count")


def test_the_first_leads_to_its_copies(world: World, ids: dict[str, int]) -> None:
    shown = page(world, "")
    assert "and 2 alike from 2 sources" in shown
    assert f"?all=1&like={ids['a']}" in shown
    assert "one of 3 alike" in page(world, "?alike=all")


def test_the_switch_and_the_filter_carry_it_along(world: World, ids: dict[str, int]) -> None:
    shown = page(world, f"?topic={ids['topic']}")
    assert f"?topic={ids['topic']}&alike=all" in shown
    assert '<input type="hidden" name="alike" value="once">' in shown


def test_groups_of_other_workspaces_are_not_there(world: World, ids: dict[str, int]) -> None:
    assert world.client(world.bob).get(f"/w/bravo/listen/?all=1&like={ids['a']}").status_code == 404
