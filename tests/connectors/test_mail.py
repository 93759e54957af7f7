"""E-mail: what is read out of a message, and every way in which a mail server can fail us."""

from datetime import UTC, datetime

import pytest

from hubbub.connectors import Act, Http, connector
from hubbub.connectors._mail_words import new_words, read
from hubbub.core.failures import Broken, Failure, Retry

from .conftest import Authority
from .mail_servers import imap, serving, smtp

NETWORK = connector("mail")
SECRET = "s3cret-pw"
MAIL = b"From: Ann <ann@example.test>\r\nMessage-ID: <1@example.test>\r\nSubject: Cake\r\n\r\nDo you deliver?\r\n"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Hello", "Hello"),
        ("Hello\n\n-- \nAnn\n5 Bread Street", "Hello"),
        ("Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Bob <b@example.test> wrote:\n> Really?\n> Bob", "Yes."),
        ("Yes.\n\nAm 02.11.2026 um 10:00 schrieb Bob:\n> Really?", "Yes."),
        ("Yes.\n\nOn 2 Nov 2026, Bob\n<b@example.test> wrote:\n> Really?", "Yes."),
        ("> Really?\nYes.\n> And?\nNo.", "> Really?\nYes.\n> And?\nNo."),  # answers between the lines stay whole
        ("I want two things:\n> Really?", "I want two things:"),
        ("Yes.\n-----Original Message-----\nFrom: Bob\nReally?", "Yes."),
        ("> only what somebody else said", "> only what somebody else said"),
        ("-- \nno more than a signature", "no more than a signature"),
        ("a -- dash\n--\nAnn", "a -- dash"),
        ("", ""),
    ],
)
def test_new_words(text: str, new: str) -> None:
    assert new_words(text).removeprefix("--\n") == new


def mail(*headers: str, body: str = "text") -> bytes:
    return "\r\n".join([*headers, "", body]).encode()


@pytest.mark.parametrize(
    ("raw", "what", "value"),
    [
        (mail("Subject: =?utf-8?q?caf=C3=A9?="), "title", "café"),
        (mail("Subject: =?broken?q?caf=C3?="), "text", "text"),
        (mail("Content-Type: text/plain; charset=no-such"), "text", "text"),
        (mail("Content-Type: text/html", body="<p>one<p>two<blockquote>old</blockquote>"), "text", "one\n\ntwo"),
        (mail("Content-Type: text/html", body="<blockquote>only this</blockquote>"), "text", "only this"),
        (mail("Date: Mon, 2 Nov 2026 10:00:00 +0100"), "published", datetime(2026, 11, 2, 9, tzinfo=UTC)),
        (mail("Date: yesterday"), "published", datetime(2026, 11, 22, tzinfo=UTC)),
        (mail("Date: Mon, 2 Nov 2099 10:00:00 +0100"), "published", datetime(2026, 11, 22, tzinfo=UTC)),
        (mail("Message-ID: <1@x>", "References: <a@x> <b@x>"), "parent", "b@x"),
        (mail("Message-ID: <1@x>", "References: <a@x> <b@x>"), "thread", "a@x"),
        (mail("Message-ID: <1@x>", "In-Reply-To: <a@x>"), "thread", "a@x"),
        (mail("Message-ID: <1@x>"), "thread", "1@x"),
        (mail("Message-ID: <1@x>", "In-Reply-To: <1@x>"), "parent", ""),
        (mail("Subject: no id"), "id", "uid:7.3"),
        (mail("Auto-Submitted: auto-replied", "Subject: Away"), "title", "[automatic reply] Away"),
        (mail("Auto-Submitted: no", "Subject: Hello"), "title", "Hello"),
        (mail("From: MAILER-DAEMON@example.test", "Subject: Oh"), "title", "[could not be delivered] Oh"),
        (mail("Precedence: bulk", "Subject: Buy"), "title", "[mailing] Buy"),
        (mail("Precedence: bulk", "List-Post: <mailto:club@x>", "Subject: Hi"), "title", "Hi"),
        (mail("Content-Language: de-CH"), "lang", "de"),
        (b"", "text", ""),
        (b"\xff\xfe\x00garbage", "thread", "uid:7.3"),
    ],
)
def test_reading(raw: bytes, what: str, value: object) -> None:
    arrived = datetime(2026, 11, 22, tzinfo=UTC)
    assert getattr(read(raw, uid="7.3", arrived=arrived, where="imap://x/INBOX").post, what) == value


@pytest.mark.parametrize(
    ("headers", "to"),
    [
        (("From: Ann <ann@x>",), ["ann@x"]),
        (("From: ann@x", "Reply-To: office@x"), ["office@x"]),
        (("From: ann@x", "Reply-To: office@x", "List-Post: <mailto:club@x?subject=y>"), ["club@x"]),
    ],
)
def test_whom_an_answer_goes_to(headers: tuple[str, ...], to: list[str]) -> None:
    assert list(read(mail(*headers), uid="1", arrived=None, where="").reply_to) == to


# --- faults


def settings(imap_at: str, smtp_at: str = "", security: str = "none") -> dict[str, str]:
    servers = {"imap": imap_at, "smtp": smtp_at, "security": security}
    return {"address": "support@example.test", "password": "pw", **servers}


@pytest.mark.parametrize(
    ("wrong", "fails", "says"),
    [
        ("half an answer", Retry, "broke off"),
        ("silence", Retry, "takes too long"),
        ("silence from the start", Retry, "takes too long"),
        ("an answer that never ends", (Retry, Broken), "takes too long|more than 20 MB|more than 0.2 MB"),
        ("a line that never ends", (Retry, Broken), "broke off|takes too long|more than"),
        ("more than fits", Broken, "more than"),
        ("another protocol", Broken, "does not speak IMAP"),
    ],
)
def test_imap_faults_have_a_name(wrong: str, fails: type[Failure], says: str) -> None:
    with serving(imap({1: MAIL}, wrong)) as where, Http(allow_private=True, total=0.5, max_bytes=200_000) as http:
        for ask in (
            lambda: NETWORK.check(settings(where), http),
            lambda: NETWORK.fetch(settings(where), "", http),
            lambda: NETWORK.act(settings(where), Act("spam", "1@example.test", "key"), http),
        ):
            with pytest.raises(fails, match=says) as caught:
                ask()
            assert where in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "fails", "says"),
    [
        ({"password": SECRET}, Broken, "does not accept"),
        ({"password": "ünïcode"}, Broken, "does not accept"),
        ({"imap": "127.0.0.1:1"}, Retry, "refuses connections"),
        ({"imap": "no-such-host.invalid"}, Retry, "No server is known"),
        ({"imap": "10.0.0.1"}, Broken, "private network"),
        ({"imap": ""}, Broken, "IMAP server is missing"),
        ({"imap": "a:b"}, Broken, "not the name of a server"),
        ({"address": ""}, Broken, "address is missing"),
        ({"security": "tls"}, (Retry, Broken), "HTTPS|cannot be reached"),
    ],
)
def test_wrong_settings(changed: dict[str, str], fails: type[Failure], says: str) -> None:
    with serving(imap({1: MAIL})) as where, Http(allow_private=["127.0.0.1"], total=5) as http:
        for ask in (NETWORK.check, lambda settings, door: NETWORK.fetch(settings, "", door)):
            with pytest.raises(fails, match=says) as caught:
                ask({**settings(where), **changed}, http)
            assert SECRET not in str(caught.value)
            assert caught.value.__cause__ is None or SECRET not in str(caught.value.__cause__)
            if "password" in changed:
                assert isinstance(caught.value, Broken)
                assert caught.value.sign_in


def test_a_certificate_that_does_not_fit(authority: Authority) -> None:
    with serving(imap({1: MAIL}), authority.serving) as where:
        box = settings(where, security="tls")
        with Http(allow_private=True) as wary, pytest.raises(Broken, match="certificate that cannot be trusted"):
            NETWORK.fetch(box, "", wary)
        with Http(allow_private=True, tls=authority.trusting) as http:
            assert [post.text for post in NETWORK.fetch(box, "", http).posts] == ["Do you deliver?"]


@pytest.mark.parametrize(
    ("answers", "fails", "says"),
    [
        ({"HELLO": "HTTP/1.1 400 Bad Request"}, Broken, "does not speak SMTP|refuses"),
        ({"HELLO": ""}, Retry, "broke off"),
        ({"AUTH": "535 wrong"}, Broken, "does not accept"),
        ({"MAIL": "450 later"}, Retry, "just now"),
        ({"RCPT": "550 nobody"}, Broken, "answered 550"),
        ({"DATA": "554 no"}, Broken, "answered 554"),
        ({"END": "452 full"}, Retry, "just now"),
        ({"END": "552 too large"}, Broken, "answered 552"),
        ({"END": ""}, Retry, "broke off"),
    ],
)
def test_smtp_faults_have_a_name(answers: dict[str, str], fails: type[Failure], says: str) -> None:
    act = Act("message", "", "key", "Hello", author="ann@example.test")
    with serving(imap({})) as inbox, serving(smtp(**answers)) as out, Http(allow_private=True, total=5) as http:
        with pytest.raises(fails, match=says) as caught:
            NETWORK.act(settings(inbox, out), act, http)
        assert out in str(caught.value)


def test_what_is_sent() -> None:
    handler = smtp()
    act = Act("message", "1@example.test", "key", "Hello\n.\nBye", author="ann@example.test", title="a\r\nBcc: all@x")
    with serving(imap({})) as inbox, serving(handler) as out, Http(allow_private=True) as http:
        done = NETWORK.act({**settings(inbox, out), "name": "Acme\r\nX: y"}, act, http)
        assert NETWORK.act(settings(inbox, out), act, http) == done  # the id is the same at every try
    message = handler.taken[0].decode()
    assert f"Message-ID: <{done.id}>\r\n" in message
    assert "In-Reply-To: <1@example.test>\r\n" in message
    assert "\r\nBcc:" not in message
    assert "\r\nX:" not in message
    assert "Hello\r\n..\r\nBye" in message
