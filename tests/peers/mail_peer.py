"""A real mail server (Dovecot and aiosmtpd) for the tests, started once a run by mail.sh."""

import imaplib
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from uuid import uuid4

import pytest

from .starting import started


class MailServer:
    """A real mail server; every test has a mailbox of its own."""

    def __init__(self, imap: str, smtp: str, lmtp: str, folder: str) -> None:
        self.imap, self.smtp, self.lmtp = int(imap), int(smtp), int(lmtp)
        self._folder = Path(folder)
        self.address = ""

    @property
    def settings(self) -> dict[str, str]:
        """What a source needs to read and answer here."""
        servers = {"imap": f"127.0.0.1:{self.imap}", "smtp": f"127.0.0.1:{self.smtp}", "security": "none"}
        return {"address": self.address, "password": "pw", "name": "Acme support", **servers}

    def deliver(self, text: str, *, to: str = "", sender: str = "Ann <ann@example.test>", **headers: str) -> str:
        """A message as it comes from outside; its id."""
        message = EmailMessage()
        message["From"], message["To"] = sender, self.address
        message["Message-ID"] = headers.pop("message_id", make_msgid(domain="example.test"))
        message["Date"] = format_datetime(datetime.now(UTC))
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        self.deliver_raw(message.as_bytes(), to)
        return str(message["Message-ID"]).strip("<>")

    def deliver_raw(self, raw: bytes, to: str = "") -> None:
        """The same, byte for byte."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as server:
            server.sendmail("ann@example.test", [to or self.address], raw)

    @contextmanager
    def client(self, address: str = "") -> Iterator[imaplib.IMAP4]:
        """The mailbox as its owner's own program sees it."""
        with imaplib.IMAP4("127.0.0.1", self.imap) as box:
            box.login(address or self.address, "pw")
            yield box

    def ids(self, folder: str = "INBOX", address: str = "") -> list[str]:
        """The ids of the messages in a folder."""
        with self.client(address) as box:
            box.select(folder, readonly=True)
            _, found = box.search(None, "ALL")
            heads = [box.fetch(one, "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1][0] for one in found[0].split()]
        return [head[1].decode().partition("<")[2].partition(">")[0] for head in heads if isinstance(head, tuple)]

    def texts(self, address: str) -> list[str]:
        """The words of the messages in an inbox."""
        with self.client(address) as box:
            box.select("INBOX", readonly=True)
            _, found = box.search(None, "ALL")
            bodies = [box.fetch(one, "(BODY.PEEK[TEXT])")[1][0] for one in found[0].split()]
        return [body[1].decode().replace("\r", "") for body in bodies if isinstance(body, tuple)]

    def move(self, ident: str, folder: str) -> None:
        """As the owner does: to another folder, or with "" out of the mailbox."""
        with self.client() as box:
            box.select("INBOX")
            _, found = box.search(None, "HEADER", "Message-ID", f'"{ident}"')
            if folder:
                box.copy(found[0].decode(), folder)
            box.store(found[0].decode(), "+FLAGS", "\\Deleted")
            box.expunge()

    def break_once(self) -> None:
        """The next message is delivered, but the connection breaks before that is said."""
        (self._folder / "break").touch()


@pytest.fixture(scope="session")
def running_mail() -> MailServer:
    return MailServer(*started("mail.sh", "The mail server").split())


@pytest.fixture
def mailbox(running_mail: MailServer) -> MailServer:
    """The real mail server with an empty mailbox."""
    running_mail.address = f"support-{uuid4().hex[:8]}@example.test"
    return running_mail
