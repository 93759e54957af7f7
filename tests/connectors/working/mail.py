"""A mailbox with many messages, on a scripted IMAP server that ends with the test's process."""

from pathlib import Path

from ..conftest import Server
from ..mail_servers import imap, served
from . import MANY, Works


def working(_tmp_path: Path, _server: Server) -> Works:
    messages = {
        3 * number: f"From: ann@example.test\r\nMessage-ID: <m{number}@example.test>\r\n\r\npost {number}\r\n".encode()
        for number in range(1, MANY + 1)
    }
    _, where = served(imap(messages))
    settings = {"address": "support@example.test", "imap": where, "password": "pw", "security": "none"}
    return Works(settings, can=frozenset({"spam", "remove", "restore"}))
