"""Sending an e-mail: over our own connection, to all recipients or to none."""

import smtplib
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP

from hubbub.core.failures import Broken, Retry

from ._connector import Settings
from ._dial import Wire
from ._http import Http
from ._mailbox import server

PORTS = {"tls": 465, "starttls": 587, "none": 25}


class _Socket:
    """As much of a socket as the standard library's SMTP uses."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def sendall(self, data: bytes) -> None:
        self._wire.send(data)

    def makefile(self, mode: str) -> "_Socket":
        del mode
        return self

    def readline(self, most: int) -> bytes:
        return self._wire.line(most)

    def close(self) -> None:
        self._wire.close()


class _Protocol(smtplib.SMTP):
    """The standard library's SMTP over our own connection."""

    def __init__(self, wire: Wire, name: str) -> None:
        super().__init__(local_hostname=name)
        self.wire = wire
        self.sock = _Socket(wire)  # type: ignore[assignment]
        self.file = None
        code, _ = self.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, "")

    def encrypt(self) -> None:
        """STARTTLS; what the server said it can before does not count any more."""
        self.ehlo_or_helo_if_needed()
        code, _ = self.docmd("STARTTLS")
        if code != 220:
            raise smtplib.SMTPNotSupportedError
        self.wire.start_tls()
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}


class Outgoing:
    """An SMTP server, signed in. Every method raises Retry or Broken; close it."""

    def __init__(self, settings: Settings, http: Http) -> None:
        """Raises Broken where the settings cannot be right."""
        host, port = server(settings.get("smtp", ""), "SMTP")
        security = settings.get("security", "").strip() or "tls"
        port = port or PORTS[security]
        self._there = f"{host}:{port}"
        self._sender = settings.get("address", "").strip()
        user, password = settings.get("user", "").strip() or self._sender, settings.get("password", "")
        tls = security == "tls" and port != PORTS["starttls"]  # many offer both, under these numbers
        wire = http.dial(host, port, tls=tls)
        try:
            self._smtp = _Protocol(wire, self._sender.rpartition("@")[2] or "localhost")
            if security != "none" and not tls:
                self._smtp.encrypt()
            self._smtp.ehlo_or_helo_if_needed()
            if self._smtp.has_extn("auth"):
                self._smtp.login(user, password)
        except smtplib.SMTPException as error:
            wire.close()
            raise self._failure(error) from None
        except (Retry, Broken):
            wire.close()
            raise

    def close(self) -> None:
        """Say good-bye."""
        try:
            self._smtp.quit()
        except (smtplib.SMTPException, Retry, Broken):  # nothing depends on the farewell
            self._smtp.wire.close()

    def __enter__(self) -> "Outgoing":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:  # what failed would only be waited for once more
            self._smtp.wire.close()

    def send(self, message: EmailMessage, to: Sequence[str]) -> None:
        """Send it to all of `to`. A Retry after the words went out says nothing of whether they arrived."""
        try:
            self._expect(self._smtp.mail(self._sender))
            for one in to:
                self._expect(self._smtp.rcpt(one))
            self._expect(self._smtp.data(message.as_bytes(policy=SMTP)))
        except smtplib.SMTPException as error:
            raise self._failure(error) from None

    def _expect(self, answer: tuple[int, bytes]) -> None:
        if answer[0] // 100 != 2:
            raise smtplib.SMTPResponseException(*answer)

    def _failure(self, error: smtplib.SMTPException) -> Retry | Broken:
        """In our words and, of the server's, only its number: the rest may hold addresses and texts."""
        if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code // 100 == 5:
            says = f"{self._there} does not accept the user name and password. Enter them anew."
            return Broken(says, sign_in=True)
        if isinstance(error, smtplib.SMTPServerDisconnected):
            return Retry(f"The connection to {self._there} broke off in the middle of an answer.")
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return Broken(f"{self._there} cannot do what is needed for security or sign-in. Check port and security.")
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
        if code == -1:
            return Broken(f"{self._there} does not speak SMTP there. Check server, port and security.")
        if code // 100 == 4:
            return Retry(f"{self._there} cannot take the message just now (it answered {code}).")
        return Broken(f"{self._there} refuses the message (it answered {code}). Check sender, recipient and size.")
