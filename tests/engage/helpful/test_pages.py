"""The pages of helpful words, as a browser sees them."""

import pytest

from hubbub.engage.helpful import actions
from hubbub.engage.helpful.actions import ArticleDraft, ReplyDraft
from hubbub.store.models import Article, Role, SavedReply
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]
BASE = "/w/acme/engage/helpful/"


def test_from_empty_to_saved_to_deleted_and_back(world: World) -> None:
    client = world.client()
    assert "Write the first" in client.get(BASE + "saved-replies/").content.decode()
    wrong = client.post(BASE + "saved-replies/new/", {"title": "Thanks", "text": "a { b"})
    assert wrong.status_code == 422
    assert "a { b" in wrong.content.decode()
    assert client.post(BASE + "saved-replies/new/", {"title": "Thanks", "text": "Thank you, {name}"}).status_code == 303
    row = SavedReply.of(world.acme).get()
    assert "Thank you, {name}" in client.get(BASE + "saved-replies/").content.decode()
    client.post(f"{BASE}saved-replies/{row.pk}/delete/")
    page = client.get(BASE + "saved-replies/").content.decode()
    assert "Undo" in page
    client.post(f"{BASE}saved-replies/{row.pk}/back/")
    assert "Thank you" in client.get(BASE + "saved-replies/?q=than").content.decode()
    assert "Nothing holds these words" in client.get(BASE + "saved-replies/?q=zebra").content.decode()


def test_what_is_offered_for_an_answer(world: World) -> None:
    post = make_post(make_source(world.acme), "When do I get my refund?", author=make_author(world.acme, "carol"))
    conversation = make_conversation(post)
    reply = actions.save_reply(world.acme, ReplyDraft("Thanks", "Thank you, {name}! {order number}"), by=world.alice)
    actions.save_article(world.acme, ArticleDraft("Refunds", "A refund takes five days."), by=world.alice)
    actions.save_article(world.acme, ArticleDraft("Hours", "From nine to six."), by=world.alice)
    client = world.client()
    page = client.get(f"{BASE}conversations/{conversation.pk}/").content.decode()
    assert "Thank you, Carol! {order number}" in page
    assert "because of “refund”" in page
    assert "From nine to six" not in page
    assert "From nine" in client.get(f"{BASE}conversations/{conversation.pk}/?find=nine").content.decode()
    assert client.post(f"{BASE}saved-replies/{reply.pk}/used/").json() == {"counted": True}
    reply.refresh_from_db()
    assert reply.used == 1


def test_a_file_comes_back_as_it_went_and_runs_in_no_spreadsheet(world: World) -> None:
    actions.save_reply(world.acme, ReplyDraft("=SUM(A1)", "-1 is fine, 'quoted'"), by=world.alice)
    client = world.client()
    content = client.get(BASE + "saved-replies/replies.csv").content
    assert b"'=SUM" in content
    SavedReply.of(world.acme).delete()
    taken = actions.read_replies(world.acme, content, by=world.alice, try_out=False)
    assert taken.new == 1
    assert SavedReply.of(world.acme).get().title == "=SUM(A1)"


def test_a_viewer_reads_and_writes_nothing(world: World) -> None:
    actions.save_article(world.acme, ArticleDraft("Refunds", "A refund takes five days."), by=world.alice)
    client = world.client(world.roles[Role.VIEWER])
    row = Article.of(world.acme).get()
    assert "five days" in client.get(f"{BASE}articles/{row.pk}/").content.decode()
    assert client.post(f"{BASE}articles/{row.pk}/", {"title": "x", "text": "y"}).status_code == 403


def test_the_page_of_help_with_drafts_says_what_is_told(world: World) -> None:
    page = world.client().get(BASE + "sketching/").content.decode()
    assert "HUBBUB_DRAFT_URL" in page
    assert world.client().post(BASE + "sketching/", {"on": "on", "tone": ""}).status_code == 422
