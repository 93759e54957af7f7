"""Saved replies and articles: written, changed, deleted, brought back, read from a file."""

import pytest

from hubbub.engage.helpful import actions, kept
from hubbub.engage.helpful.actions import ArticleDraft, ReplyDraft
from hubbub.engage.replying.actions import reply
from hubbub.store import saved_replies
from hubbub.store.models import Article, Audit, Outbox, SavedReply
from hubbub.ui.api import Refusal
from tests.world import World, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

THANKS = ReplyDraft("Thanks", "Thank you, {first name}! Your {order number} is on its way.")
REFUND = ArticleDraft("Refunds", "A refund takes five days.", "https://acme.example/refunds", "money back")


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        (ReplyDraft("", "x"), "Give it a title"),
        (ReplyDraft("t" * 101, "x"), "100 is the most"),
        (ReplyDraft("T", "  "), "empty"),
        (ReplyDraft("T", "x" * 10_001), "10,001 characters"),
        (ReplyDraft("T", "a { b"), "stands alone"),
        (ReplyDraft("thanks", "x"), "is there already"),
    ],
)
def test_what_is_no_saved_reply(world: World, draft: ReplyDraft, says: str) -> None:
    actions.save_reply(world.acme, THANKS, by=world.alice)
    with pytest.raises(Refusal, match=says):
        actions.save_reply(world.acme, draft, by=world.alice)
    assert SavedReply.of(world.acme).count() == 1


def test_a_change_counts_the_version_and_is_in_the_log_without_its_words(world: World) -> None:
    row = actions.save_reply(world.acme, THANKS, by=world.alice)
    assert row.asks == ["first name", "order number"]
    actions.save_reply(world.acme, ReplyDraft("Thanks", "Thank you!"), by=world.alice, row=row, version=1, why="short")
    entry = Audit.of(world.acme).get(verb="change", noun="savedreply")
    assert (entry.why, entry.after["version"]) == ("short", 2)
    assert "Thank you" not in str(entry.before) + str(entry.after)
    with pytest.raises(kept.Overtaken, match="changed it meanwhile"):
        actions.save_reply(world.acme, THANKS, by=world.alice, row=row, version=1)


def test_deleted_and_brought_back_unless_its_title_is_taken(world: World) -> None:
    row = actions.save_reply(world.acme, THANKS, by=world.alice)
    kept.delete(row, by=world.alice)
    kept.delete(row, by=world.alice)
    assert Audit.of(world.acme).filter(verb="delete").count() == 1
    kept.bring_back(row, by=world.alice)
    kept.delete(row, by=world.alice)
    actions.save_reply(world.acme, THANKS, by=world.alice)
    with pytest.raises(Refusal, match="is there already"):
        kept.bring_back(row, by=world.alice)


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        (ArticleDraft("R", "x", "javascript:alert(1)"), "no web address"),
        (ArticleDraft("R", "x", "", "k" * 501), "500 is the most"),
        (ArticleDraft("R", ""), "empty"),
    ],
)
def test_what_is_no_article(world: World, draft: ArticleDraft, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        actions.save_article(world.acme, draft, by=world.alice)


CSV = 'title;text;url;keywords\nRefunds;"Five, six days";https://acme.example/r;money\n;x;;\nHours;Nine to six;;\n'


def test_a_file_is_tried_out_then_taken_then_the_same(world: World) -> None:
    tried = actions.read_articles(world.acme, CSV.encode("utf-8-sig"), by=world.alice, try_out=True)
    assert (tried.new, [line.number for line in tried.bad]) == (2, [3])
    assert not Article.of(world.acme).exists()
    taken = actions.read_articles(world.acme, CSV.encode(), by=world.alice, try_out=False)
    assert (taken.new, taken.changed, taken.same) == (2, 0, 0)
    again = actions.read_articles(world.acme, CSV.replace("Nine", "Ten").encode(), by=world.alice, try_out=False)
    assert (again.new, again.changed, again.same) == (0, 1, 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"name,text\na,b\n", "no column “title”"),
        (b"", "no column"),
        (b"x" * 2_000_001, "is the most"),
    ],
)
def test_what_is_no_file(world: World, content: bytes, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        actions.read_replies(world.acme, content, by=world.alice, try_out=False)


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("All is well", []),
        ("Your {order number}", ["order number"]),
        ("Hello {name}", ["name"]),
        ("Use `{name}` in code", []),
        ("if (x) {return} else {foo}", []),
    ],
)
def test_words_with_a_gap_are_not_sent(world: World, text: str, gaps: list[str]) -> None:
    actions.save_reply(world.acme, THANKS, by=world.alice)
    assert saved_replies.missing(world.acme, text) == gaps
    post = make_post(make_source(world.acme))
    conversation = make_conversation(post)
    if gaps:
        with pytest.raises(Refusal, match="not filled in yet"):
            reply(conversation, post, text, by=world.alice)
        assert not Outbox.of(world.acme).exists()
    else:
        assert reply(conversation, post, text, by=world.alice).text == text


def test_another_workspace_knows_nothing_of_it(world: World) -> None:
    actions.save_reply(world.acme, THANKS, by=world.alice)
    assert saved_replies.missing(world.bravo, "Your {order number}") == []
