"""What a post means, on its page and in rows: shown with why, corrected by a form or by htmx, taken back."""

from html import unescape

import pytest
from django.test import Client

from hubbub.core.text.judgement import Judgement
from hubbub.store import judgements
from hubbub.store.counting import Counts
from hubbub.store.models import Audit, Correction, Judge, Post, Role
from tests.world import NOON, World, make_conversation, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SAID = Judgement("en", 0.97, "negative", -0.4, 0.55, 0.1, 0.2, "complaint", 0.82)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def post(world: World) -> Post:
    """Judged, mentioned, in a conversation and in the queue: it stands in every room."""
    judge = Judge.everywhere.create(workspace=world.acme, version="0", made_of="0", since=NOON)
    post = make_post(make_source(world.acme), "the lid of my acme leaks", decision="queued")
    make_mention(post, make_topic(world.acme))
    judgements.settle([post], [SAID], judge.pk, now=NOON)
    make_conversation(post)
    counts = Counts(world.acme)
    counts.add_posts([post])
    counts.save()
    return post


def at(post: Post) -> str:
    return f"/w/acme/measure/posts/{post.pk}/says/"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


@pytest.mark.parametrize(
    "path",
    ["listen/", "listen/post/{pk}/", "moderate/", "moderate/posts/{pk}/", "engage/", "engage/{talk}/"],
)
def test_a_judgement_stands_in_every_room(world: World, post: Post, path: str) -> None:
    page = text(world.client(), "/w/acme/" + path.format(pk=post.pk, talk=post.conversation_id))
    assert "Sentiment: negative, little more than a guess (55 %)" in page
    assert "Intent: complaint, quite sure (82 %)" in page
    assert f"/w/acme/measure/posts/{post.pk}/says/" in page
    assert "Toxic" not in page.partition('data-says="')[2].partition("</div>")[0]


def test_who_only_looks_has_no_menu(world: World, post: Post) -> None:
    client = world.client(world.roles[Role.VIEWER])
    assert 'data-key="l"' not in text(client, "/w/acme/listen/")
    assert client.post(at(post), {"said": "sentiment positive"}).status_code == 403
    assert "Say what it means" not in text(client, at(post))


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("judge", "no model has read this post yet"),
        ("text", "the post has no words"),
        ("language", "the model knows this of English only, and the post is in German"),
        ("unknown", "its language is not known"),
    ],
)
def test_what_was_not_judged_says_why(world: World, post: Post, field: str, said: str) -> None:
    blank = {
        "judge": {"judge": None, "sentiment": None},
        "text": {"text": "", "sentiment": None},
        "language": {"language": "de", "sentiment": None},
        "unknown": {"language": "", "sentiment": None},
    }[field]
    Post.of(world.acme).filter(pk=post.pk).update(**blank)
    assert f"Not judged, because {said}" in text(world.client(), at(post))


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"said": "sentiment positive"}, "sentiment", "positive"),
        ({"said": "intent question"}, "intent", "question"),
        ({"said": "toxicity yes"}, "toxicity", "yes"),
        ({"said": "spam no"}, "spam", "no"),
        ({"said": "language", "language": "de"}, "language", "de"),
    ],
)
def test_a_plain_form_corrects_and_offers_undo(
    world: World, post: Post, given: dict[str, str], field: str, value: str
) -> None:
    client = world.client()
    answer = client.post(at(post), {**given, "next": "/w/acme/listen/?all=1"})
    assert (answer.status_code, answer["Location"]) == (303, "/w/acme/listen/?all=1")
    word = Correction.of(world.acme).get()
    assert (word.field, word.value, word.by) == (field, value, world.alice)
    page = text(client, "/w/acme/listen/?all=1")
    assert "Undo" in page
    assert f'name="words" value="{word.pk}"' in page
    client.post("/w/acme/measure/says/undo/", {"words": word.pk, "next": "/w/acme/listen/"})
    assert Correction.of(world.acme).filter(end="").count() == 0
    assert Audit.of(world.acme).latest("pk").verb == "take back"


def test_htmx_gets_the_line_alone(world: World, post: Post) -> None:
    client = world.client()
    menu = client.get(f"{at(post)}?part=menu", headers=HTMX).content.decode()
    assert 'data-pick="3"' in menu
    assert "<html" not in menu
    line = unescape(client.post(at(post), {"said": "sentiment positive"}, headers=HTMX).content.decode())
    assert "positive ✓" in line
    assert "Now: positive." in line
    assert "<html" not in line
    word = Correction.of(world.acme).get()
    back = unescape(client.post("/w/acme/measure/says/undo/", {"words": word.pk}, headers=HTMX).content.decode())
    assert "negative?" in back
    assert "Taken back." in back


def test_all_of_it_is_right(world: World, post: Post) -> None:
    client = world.client()
    client.post(at(post), {"said": "right"})
    words = Correction.of(world.acme)
    assert {(word.field, word.value, word.agrees) for word in words} == {
        ("sentiment", "negative", True),
        ("intent", "complaint", True),
    }
    client.post(at(post), {"said": "right"})  # a second time there is nothing left to say
    assert Correction.of(world.acme).count() == 2


@pytest.mark.parametrize("said", ["mood bad", "sentiment sad", "", "language"])
def test_nonsense_is_refused_in_words(world: World, post: Post, said: str) -> None:
    client = world.client()
    assert client.post(at(post), {"said": said}, follow=True).status_code == 200
    assert client.post(at(post), {"said": said}, headers=HTMX).status_code == 200
    assert not Correction.of(world.acme).exists()


def test_a_person_s_word_is_shown_as_such(world: World, post: Post) -> None:
    client = world.client()
    client.post(at(post), {"said": "sentiment positive", "why": "irony"})
    page = text(client, at(post))
    assert "said by a person" in page
    assert "The model says: negative" in page
    assert "irony" in page


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_no_way_out_of_the_house(world: World, post: Post, next_: str) -> None:
    answer = world.client().post(at(post), {"said": "sentiment positive", "next": next_})
    assert answer["Location"] == at(post)


def test_another_workspace_s_posts_and_words_are_not_there(world: World, post: Post) -> None:
    world.client().post(at(post), {"said": "sentiment positive"})
    word = Correction.of(world.acme).get()
    bob = world.client(world.bob)
    assert bob.get(f"/w/bravo/measure/posts/{post.pk}/says/").status_code == 404
    assert bob.post("/w/bravo/measure/says/undo/", {"words": word.pk}).status_code == 404
