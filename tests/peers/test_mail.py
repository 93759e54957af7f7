"""Reading and answering mail on real servers."""

import random
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from hubbub.connectors import Act, Attached, Batch, Http, Streaming, Verb, connector
from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Post
from tests.pictures import png

from .mail_peer import MailServer

pytestmark = pytest.mark.peer
NETWORK = connector("mail")


def read_all(settings: dict[str, str], http: Http, cursor: str = "") -> tuple[list[Post], set[str], str]:
    """The posts in the order in which they came, what is gone, and the cursor."""
    posts: list[Post] = []
    gone: set[str] = set()
    while True:
        batch: Batch = NETWORK.fetch(settings, cursor, http)
        posts += batch.posts
        gone |= set(batch.gone)
        cursor = batch.cursor
        if not batch.more:
            return posts, gone, cursor


def test_a_check_signs_in_twice(mailbox: MailServer, http: Http) -> None:
    mailbox.deliver("Do you deliver?", Subject="Delivery")
    found = NETWORK.check(mailbox.settings, http)
    assert found.says == f"{mailbox.address}: 1 messages in INBOX. Both servers took the password."
    assert (found.can, found.account) == (NETWORK.can, mailbox.address)
    assert [(post.title, post.text) for post in found.sample] == [("Delivery", "Do you deliver?")]
    assert NETWORK.check({**mailbox.settings, "smtp": ""}, http).can == {"spam", "remove", "restore"}
    with pytest.raises(Broken, match="does not accept") as caught:
        NETWORK.check({**mailbox.settings, "password": "wrong-one"}, http)
    assert caught.value.sign_in
    assert "wrong-one" not in str(caught.value)
    with pytest.raises(Broken, match="no folder 'Cakes'"):
        NETWORK.check({**mailbox.settings, "folder": "Cakes"}, http)
    with pytest.raises(Broken, match="does not speak IMAP"):
        NETWORK.check({**mailbox.settings, "imap": mailbox.settings["smtp"]}, http)


def test_everything_comes_once_whenever_it_is_cut_off(mailbox: MailServer) -> None:
    ids = [mailbox.deliver(f"message {number}") for number in range(130)]
    chance = random.Random(11)
    taken: list[str] = []
    cursor, more, turn = "", True, 0
    while more:
        with Http(allow_private=["127.0.0.1"]) as born_anew:
            batch = NETWORK.fetch(mailbox.settings, cursor, born_anew)
        turn += 1
        if turn in {2, 4}:
            ids.append(mailbox.deliver(f"meanwhile {turn}"))
        if chance.random() < 0.4:
            continue  # killed before it was saved
        taken += [post.id for post in batch.posts]
        cursor, more = batch.cursor, batch.more
    assert taken == ids


def test_a_conversation(mailbox: MailServer, http: Http) -> None:
    ghost = "never-came@example.test"
    orphan = mailbox.deliver("Me, too.", In_Reply_To=f"<{ghost}>", References=f"<{ghost}>")
    root = mailbox.deliver("Do you deliver?\n\n-- \nAnn, 5 Bread Street", Subject="Übergröße: cake 🎂")
    quoted = "Sure.\n\nOn Mon, 2 Nov 2026 at 10:00, Ann <ann@example.test> wrote:\n> Do you deliver?\n> Ann"
    answer = mailbox.deliver(quoted, sender="Bob <bob@example.test>", In_Reply_To=f"<{root}>", References=f"<{root}>")
    posts = {post.id: post for post in read_all(mailbox.settings, http)[0]}
    assert (posts[orphan].parent, posts[orphan].thread) == (ghost, ghost)
    assert (posts[root].text, posts[root].title, posts[root].thread) == ("Do you deliver?", "Übergröße: cake 🎂", root)
    assert (posts[answer].text, posts[answer].parent, posts[answer].thread) == ("Sure.", root, root)
    author = posts[answer].author
    assert author is not None
    assert (author.id, author.name) == ("bob@example.test", "Bob")


def test_html_and_attachments(mailbox: MailServer, http: Http) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = "ann@example.test", mailbox.address, "<html@example.test>"
    message.set_content(
        "<p>See <a href='https://a.example/x'>this</a>.</p><blockquote>old</blockquote>", subtype="html"
    )
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="Käse.png")
    mailbox.deliver_raw(message.as_bytes())
    mailbox.deliver_raw(
        b"From: b@example.test\r\nSubject: =?latin-1?q?caf=E9?=\r\n\r\nno id, and \xe9 without a charset\r\n"
    )
    html, bare = read_all(mailbox.settings, http)[0]
    assert (html.text, html.links) == ("See this.", ("https://a.example/x",))
    assert [(one.type, one.url.startswith("imap://127.0.0.1/INBOX;")) for one in html.media] == [("image", True)]
    assert bare.id.startswith("uid:") or bare.id  # Dovecot gives those an id that have none
    assert (bare.title, bare.text) == ("café", "no id, and é without a charset")


def test_what_happens_in_the_mailbox_is_followed(mailbox: MailServer, http: Http) -> None:
    one, two, three, four = (mailbox.deliver(f"message {number}") for number in range(4))
    _, _, cursor = read_all(mailbox.settings, http)
    mailbox.move(one, "")
    mailbox.move(two, "Junk")
    mailbox.move(three, "Trash")
    posts, gone, cursor = read_all(mailbox.settings, http, cursor)
    assert gone == {one}
    assert {(post.id, post.state) for post in posts} == {(two, "spam"), (three, "removed")}
    assert read_all(mailbox.settings, http, cursor)[:2] == ([], set())
    assert mailbox.ids() == [four]


def test_what_comes_is_told_at_once(mailbox: MailServer, http: Http) -> None:
    mailbox.deliver("before")
    assert isinstance(NETWORK, Streaming)
    stream: Iterator[Batch] = NETWORK.stream(mailbox.settings, "", http)
    assert [post.text for post in next(stream).posts] == ["before"]
    now = mailbox.deliver("now")
    seen = next(stream)
    assert [post.id for post in seen.posts] == [now]
    mailbox.move(now, "")
    assert next(stream).gone == (now,)
    del stream  # which closes it
    mailbox.deliver("while we were away")
    assert [post.text for post in read_all(mailbox.settings, http, seen.cursor)[0]] == ["while we were away"]


def test_a_reply_is_sent_once(mailbox: MailServer, http: Http) -> None:
    ann = mailbox.address.replace("support", "ann")
    asked = mailbox.deliver("Do you deliver?", sender=f"Ann <{ann}>", Subject="Delivery")
    act = Act("reply", asked, "outbox-17", "Yes,\nevery day.", asked, ann)
    assert NETWORK.find(mailbox.settings, act, http) is None
    done = NETWORK.act(mailbox.settings, act, http)
    assert NETWORK.find(mailbox.settings, act, http) == done
    assert mailbox.ids(address=ann) == [done.id]
    assert mailbox.ids("Sent") == [done.id]
    (got,) = read_all({**mailbox.settings, "address": ann}, http)[0]
    assert (got.text, got.title, got.parent, got.thread) == ("Yes,\nevery day.", "Re: Delivery", asked, asked)
    ours = {post.id: post for post in read_all(mailbox.settings, http)[0]}[done.id]
    assert ours.author is not None
    assert (ours.author.id, ours.author.name, ours.parent) == (mailbox.address, "Acme support", asked)


def test_a_reply_whose_answer_was_lost_is_found(mailbox: MailServer, http: Http) -> None:
    ann = mailbox.address.replace("support", "ann")
    asked = mailbox.deliver("Do you deliver?", sender=ann)
    act = Act("reply", asked, "outbox-18", "Yes.", asked, ann)
    mailbox.break_once()
    with pytest.raises(Retry, match="broke off"):
        NETWORK.act(mailbox.settings, act, http)
    found = NETWORK.find(mailbox.settings, act, http)  # by the copy that went to ourselves
    assert found is not None
    assert mailbox.ids(address=ann) == [found.id]


def test_lists_people_and_machines(mailbox: MailServer, http: Http) -> None:
    club, ann = (mailbox.address.replace("support", name) for name in ("club", "ann"))
    asked = mailbox.deliver("Anybody here?", sender=ann, List_Id="<club.example.test>", List_Post=f"<mailto:{club}>")
    NETWORK.act(mailbox.settings, Act("reply", asked, "k1", "We are.", asked, ann), http)
    assert (len(mailbox.ids(address=club)), mailbox.ids(address=ann)) == (1, [])
    NETWORK.act(mailbox.settings, Act("message", asked, "k2", "Only to you.", asked, ann), http)
    assert len(mailbox.ids(address=ann)) == 1
    NETWORK.act({**mailbox.settings, "list": club}, Act("post", "", "k3", "News", title="New hours"), http)
    assert len(mailbox.ids(address=club)) == 2
    away = mailbox.deliver("I am away.", sender=ann, Auto_Submitted="auto-replied", Subject="Away")
    posts = {post.id: post for post in read_all(mailbox.settings, http)[0]}
    assert posts[away].title == "[automatic reply] Away"
    with pytest.raises(Broken, match="sent by a machine"):
        NETWORK.act(mailbox.settings, Act("reply", away, "k4", "Hello?", away, ann), http)


@pytest.mark.parametrize(
    ("verbs", "folder"),
    [
        (["spam"], "Junk"),
        (["spam", "spam"], "Junk"),
        (["remove"], "Trash"),
        (["spam", "remove"], "Trash"),
        (["spam", "restore"], "INBOX"),
        (["remove", "restore", "restore"], "INBOX"),
    ],
)
def test_filing(mailbox: MailServer, http: Http, verbs: list[Verb], folder: str) -> None:
    ident = mailbox.deliver("cheap flour")
    for verb in verbs:
        act = Act(verb, ident, f"key {verb}")
        done = NETWORK.act(mailbox.settings, act, http)
        assert NETWORK.find(mailbox.settings, act, http) == done
    assert {name: mailbox.ids(name) for name in ("INBOX", "Junk", "Trash")} == {
        name: [ident] if name == folder else [] for name in ("INBOX", "Junk", "Trash")
    }


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (Act("spam", "nothing@example.test", "key"), "no longer in the mailbox"),
        (Act("reply", "x@example.test", "key", "  ", author="ann@example.test"), "empty"),
        (Act("reply", "x@example.test", "key", "text"), "not known to whom"),
        (Act("message", "", "key", "text", author="nobody@example.test"), "refuses the message .* 550"),
    ],
)
def test_what_cannot_be_done_is_said(mailbox: MailServer, http: Http, act: Act, says: str) -> None:
    mailbox.deliver("hello")
    with pytest.raises(Broken, match=says):
        NETWORK.act(mailbox.settings, act, http)
    with pytest.raises(Broken, match=r"only be read|no longer"):
        NETWORK.act({**mailbox.settings, "smtp": ""}, act, http)


@pytest.mark.parametrize("verb", ["post", "reply", "message"])
def test_files_go_out_with_a_mail(mailbox: MailServer, http: Http, verb: Verb) -> None:
    asked = mailbox.deliver("Do you deliver?", Subject="Delivery")
    media = (Attached("oven ü.png", "image/png", png()), Attached("menu.pdf", "application/pdf", b"%PDF-1.4"))
    act = Act(verb, "" if verb == "post" else asked, "key-1", "See the files.", "list@example.test, b@example.test",
              author="ann@example.test", title="New menu", media=media)  # fmt: skip
    assert NETWORK.find(mailbox.settings, act, http) is None
    done = NETWORK.act(mailbox.settings, act, http)
    assert NETWORK.find(mailbox.settings, act, http) == done
    (post,) = [post for post in read_all(mailbox.settings, http)[0] if post.id == done.id]
    assert post.text == "See the files."
    assert [one.type for one in post.media] == ["image", "file"]
    assert "oven%20%C3%BC.png" in post.media[0].url
    if verb == "post":
        for address in ("list@example.test", "b@example.test"):
            assert any("See the files." in text for text in mailbox.texts(address))
