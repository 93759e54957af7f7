"""Drafts: no window writes over words that it has not seen, and they go where their conversation goes."""

from collections.abc import Sequence

import pytest
from django.utils import timezone

from hubbub.engage import moving, undoing
from hubbub.store import drafts
from hubbub.store.models import Audit, Conversation, Draft
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def talk(world: World) -> Conversation:
    return make_conversation(make_post(make_source(world.acme), author=make_author(world.acme)))


def texts(talk: Conversation, world: World) -> set[str]:
    return {one.text for one in drafts.of(talk, world.alice)}


@pytest.mark.parametrize(
    ("other", "stands"),
    [
        (["Hello", "Hello, no"], {"Hello dear Bob", "Hello, no"}),
        (["", "No"], {"Hello dear Bob", "No"}),
        (["Hello d", "Hello dear Bob!"], {"Hello dear Bob!"}),  # all that the first wrote, and more
    ],
)
def test_a_window_writes_over_nothing_that_it_has_not_seen(
    world: World, talk: Conversation, other: Sequence[str], stands: set[str]
) -> None:
    """Both windows begin with "Hel"; the first goes on, then the second writes `other`, one after the other."""
    begun = drafts.save(talk, world.alice, "Hel", now=timezone.now())
    drafts.save(talk, world.alice, "Hello dear Bob", now=timezone.now(), draft=begun.draft, version=begun.version)
    second = begun
    for text in other:
        second = drafts.save(
            talk, world.alice, text, now=timezone.now(), draft=second.draft, version=second.version
        )  # fmt: skip
    assert texts(talk, world) == stands


@pytest.mark.parametrize("back", [False, True])
def test_drafts_go_along_when_conversations_are_merged(world: World, talk: Conversation, back: bool) -> None:
    post = make_post(talk.source, "And I", 2, thread="other", author=talk.author)
    other = make_conversation(post)
    kept = drafts.save(other, world.alice, "Dear", now=timezone.now(), post=post)
    stale = Conversation.everywhere.get(pk=other.pk)  # as an open page knows it
    entry = moving.merge(talk, [other], by=world.alice)[0]
    assert texts(talk, world) == {"Dear"}
    stale.refresh_from_db()
    drafts.save(stale, world.alice, "Dear Bob", now=timezone.now(), draft=kept.draft, version=kept.version)
    assert texts(talk, world) == {"Dear Bob"}
    if back:
        assert undoing.undo(world.acme, [entry.pk], by=world.alice) == 1
        assert (texts(talk, world), texts(other, world)) == (set(), {"Dear Bob"})
    assert Draft.everywhere.count() == 1


def test_drafts_go_along_when_posts_are_split_off(world: World, talk: Conversation) -> None:
    post = make_post(talk.source, "And I", 2, conversation=talk, author=talk.author)
    drafts.save(talk, world.alice, "To the second", now=timezone.now(), post=post)
    drafts.save(talk, world.alice, "To the first", now=timezone.now(), post=talk.posts.order_by("pk")[0])
    made, entry = moving.split(talk, [post.pk], by=world.alice)
    assert (texts(talk, world), texts(made, world)) == ({"To the first"}, {"To the second"})
    undoing.undo(world.acme, [entry.pk], by=world.alice)
    assert texts(talk, world) == {"To the first", "To the second"}
    assert Audit.everywhere.filter(verb="rejoin").exists()
