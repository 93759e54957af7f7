"""A mailbox on an IMAP server: folders, messages by number, moving them, and waiting for what comes."""

import imaplib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from msgspec import Struct

from hubbub.core.failures import Broken, Retry

from ._connector import Settings
from ._http import Http

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PORTS = {"tls": 993, "starttls": 143, "none": 143}
COMMON = {  # how folders are called where a server does not tell what they are for
    "\\Sent": ("Sent", "Sent Items", "Sent Messages", "INBOX.Sent"),
    "\\Junk": ("Junk", "Spam", "Junk E-mail", "INBOX.Junk", "INBOX.Spam"),
    "\\Trash": ("Trash", "Deleted Items", "Deleted Messages", "INBOX.Trash"),
}
LARGEST = 2_000_000  # bytes of a message that is read whole; of a larger one only the beginning
BEGINNING = 200_000
TOGETHER = 10_000_000  # bytes in one answer


class Stored(Struct, frozen=True):
    """A message in a folder."""

    uid: int
    arrived: datetime | None
    raw: bytes


class _Protocol(imaplib.IMAP4):
    """The standard library's IMAP over our own connection."""

    def __init__(self, http: Http, where: tuple[str, int], *, tls: bool) -> None:
        self.wire = http.dial(*where, tls=tls)
        super().__init__(*where)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        del timeout  # the wire has its own
        self.host, self.port = host, port

    def read(self, size: int) -> bytes:
        return self.wire.exactly(size)

    def readline(self) -> bytes:
        return self.wire.line()

    def send(self, data: "ReadableBuffer") -> None:
        self.wire.send(bytes(data))

    def shutdown(self) -> None:
        self.wire.close()

    def encrypt(self) -> None:
        """STARTTLS; what the server said it can before does not count any more."""
        self._simple_command("STARTTLS")  # as `starttls` does it
        self.wire.start_tls()
        self._get_capabilities()

    def idle(self, seconds: float) -> None:
        """Wait until something happens in the folder, or so many seconds."""
        tag = self._new_tag()
        self.send(tag + b" IDLE\r\n")
        while not (line := self.readline()).startswith(b"+"):
            if line.startswith(tag):
                raise Broken(f"{self.wire.host} says that it can tell what happens at once, but does not.")
        self.wire.waits(seconds)
        self.send(b"DONE\r\n")
        while not self.readline().startswith(tag):
            pass


class Mailbox:
    """One mailbox, signed in. Every method raises Retry or Broken; close it."""

    def __init__(self, settings: Settings, http: Http) -> None:
        """Raises Broken where the settings cannot be right."""
        self.address = settings.get("address", "").strip()
        self.host, port = server(settings.get("imap", ""), "IMAP")
        security = settings.get("security", "").strip() or "tls"
        self.user = settings.get("user", "").strip() or self.address
        self._there = f"{self.host}:{port or PORTS[security]}"
        if not self.address:
            raise Broken("The e-mail address is missing. Enter that of the mailbox.")
        try:
            self._imap = _Protocol(http, (self.host, port or PORTS[security]), tls=security == "tls")
        except imaplib.IMAP4.error:
            raise Broken(f"{self._there} does not speak IMAP there. Check server, port and security.") from None
        try:
            if security == "starttls":
                self._imap.encrypt()
            self._sign_in(settings.get("password", ""))
        except imaplib.IMAP4.error as error:
            self._imap.wire.close()
            self._fails(error)
        except (Retry, Broken):
            self._imap.wire.close()
            raise
        self._names: dict[str, str] = {}

    def close(self) -> None:
        """Sign out."""
        try:
            self._imap.logout()
        except (imaplib.IMAP4.error, Retry, Broken):  # nothing depends on the farewell
            self._imap.wire.close()

    def __enter__(self) -> "Mailbox":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:  # what failed would only be waited for once more
            self._imap.wire.close()

    @property
    def tells(self) -> bool:
        """Whether it tells at once what happens."""
        return "IDLE" in self._imap.capabilities

    def select(self, folder: str, *, read_only: bool = True) -> tuple[int, int]:
        """Open a folder: its UIDVALIDITY, and how many messages lie there."""
        kind, data = self._do("select", _quoted(folder), read_only)
        if kind != "OK":
            raise Broken(f"There is no folder {folder!r} in the mailbox on {self._there}.")
        validity = self._imap.response("UIDVALIDITY")[1]
        return int(validity[0] or 0) if validity else 0, int((_lines(data) or ["0"])[0])

    def numbers(self, *criteria: str) -> list[int]:
        """The numbers of messages in the open folder that meet the criteria, ascending."""
        _, data = self._do("uid", "SEARCH", *criteria)
        return sorted(int(one) for line in data if isinstance(line, bytes) for one in line.split())

    def messages(self, uids: Iterable[int]) -> list[Stored]:
        """These messages of the open folder, those that are still there."""
        wanted = ",".join(map(str, uids))
        if not wanted:
            return []
        _, data = self._do("uid", "FETCH", wanted, "(UID INTERNALDATE RFC822.SIZE)")
        sizes = {
            found: size
            for line in _lines(data)
            if (found := _item(line, "UID")) and (size := _item(line, "RFC822.SIZE"))
        }
        stored: list[Stored] = []
        for together in _in_lots(sizes):
            what = "BODY.PEEK[]" if sizes[together[0]] <= LARGEST else f"BODY.PEEK[]<0.{BEGINNING}>"
            _, data = self._do("uid", "FETCH", ",".join(map(str, together)), f"(UID INTERNALDATE {what})")
            stored += [one for one in map(_stored, data) if one is not None]
        return sorted(stored, key=lambda one: one.uid)

    def find(self, folder: str, ident: str, *, read_only: bool = True) -> int | None:
        """Open a folder; the number of the message with this id in it."""
        self.select(folder, read_only=read_only)
        if ident.startswith("uid:"):
            uid = ident.rpartition(".")[2]
            found = self.numbers("UID", uid) if uid.isdecimal() else []
        else:
            found = self.numbers("HEADER", "Message-ID", _quoted(f"<{ident}>"))
        return found[-1] if found else None

    def move(self, uid: int, folder: str) -> None:
        """Move a message of the open folder, which was opened for writing."""
        if "MOVE" in self._imap.capabilities:
            kind, _ = self._do("uid", "MOVE", str(uid), _quoted(folder))
        else:
            kind, _ = self._do("uid", "COPY", str(uid), _quoted(folder))
            if kind == "OK":
                self._do("uid", "STORE", str(uid), "+FLAGS.SILENT", "(\\Deleted)")
                self._do("uid", "EXPUNGE", str(uid)) if "UIDPLUS" in self._imap.capabilities else self._do("expunge")
        if kind != "OK":
            raise Broken(f"{self._there} does not move the message to {folder}. Check the folder and its permissions.")

    def append(self, folder: str, raw: bytes) -> None:
        """Put a message there, as read."""
        kind, _ = self._do("append", _quoted(folder), "(\\Seen)", None, raw)
        if kind != "OK":
            raise Broken(f"{self._there} does not keep a copy in {folder}.")

    def folder(self, purpose: str, *, make: bool = False) -> str:
        """The name of the folder for "\\Sent", "\\Junk" or "\\Trash"; "" where there is none."""
        if not self._names:
            _, data = self._do("list")
            listed = [found for line in _lines(data) if (found := re.match(r'\((.*?)\) (?:"."|NIL) "?(.*?)"?$', line))]
            names = {found[2] for found in listed}
            for one, common in COMMON.items():
                told = next((found[2] for found in listed if one.lower() in found[1].lower().split()), "")
                self._names[one] = told or next((name for name in common if name in names), "")
        if not self._names[purpose] and make:
            name = COMMON[purpose][0]
            self._do("create", _quoted(name))
            self._names[purpose] = name
        return self._names[purpose]

    def wait(self, seconds: float) -> None:
        """Wait until something happens in the open folder, or so many seconds."""
        try:
            self._imap.idle(seconds)
        except imaplib.IMAP4.error as error:
            self._fails(error)

    def _sign_in(self, password: str) -> None:
        try:
            self._imap.login(self.user, password)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, UnicodeEncodeError):
            raise Broken(
                f"{self._there} does not accept the user name and password. Enter them anew; where the mailbox has a "
                "second factor, it wants a password made for this app alone.",
                sign_in=True,
            ) from None

    def _do(self, command: str, *arguments: object) -> tuple[str, list[object]]:
        try:
            kind, data = getattr(self._imap, command)(*arguments)
        except imaplib.IMAP4.error as error:
            self._fails(error)
        return str(kind), list(data)

    def _fails(self, error: imaplib.IMAP4.error) -> NoReturn:
        """In our words alone: the library's carry what was sent."""
        if isinstance(error, imaplib.IMAP4.abort):
            raise Retry(f"The connection to {self._there} broke off in the middle of an answer.") from None
        raise Broken(f"{self._there} refuses what was asked of it. Check the folder and the account.") from None


def server(entered: str, what: str) -> tuple[str, int]:
    """Host and port (0: the usual one) of what was entered. Raises Broken."""
    entered = re.sub(r"^\w+://", "", entered.strip()).rstrip("/")
    if not entered:
        raise Broken(f"The {what} server is missing. Enter its name, such as {what.lower()}.example.com.")
    host, _, port = entered.rpartition(":") if entered.count(":") == 1 else (entered, "", "")
    if port and not port.isdecimal():
        raise Broken(f"“{entered[:60]}” is not the name of a server. It should look like {what.lower()}.example.com.")
    return host, int(port or 0)


def _in_lots(sizes: Mapping[int, int]) -> list[list[int]]:
    """The numbers of messages that are asked for together: not too many bytes, and the large ones alone."""
    lots: list[list[int]] = []
    room = 0
    for uid, size in sizes.items():
        if size > room or size > LARGEST:
            lots.append([])
            room = TOGETHER if size <= LARGEST else size
        lots[-1].append(uid)
        room -= size
    return lots


def _quoted(text: str) -> str:
    """A folder's name or another text as IMAP wants it: in quotes, other letters in its own encoding."""
    coded = re.sub(r"[^\x20-\x7e]+", _coded, text)
    return '"' + coded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _coded(found: re.Match[str]) -> str:
    return "&" + b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"


def _lines(data: Sequence[object]) -> list[str]:
    return [
        (one if isinstance(one, bytes) else one[0]).decode("latin-1") for one in data if isinstance(one, bytes | tuple)
    ]


def _item(line: str, name: str) -> int:
    found = re.search(rf"\b{re.escape(name)} (\d+)", line)
    return int(found[1]) if found else 0


def _stored(item: object) -> Stored | None:
    if not isinstance(item, tuple) or len(item) < 2:
        return None
    head = item[0].decode("latin-1")
    uid, date = _item(head, "UID"), re.search(r'INTERNALDATE "([^"]+)"', head)
    arrived = None
    if date:
        try:
            arrived = datetime.strptime(date[1].strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
        except ValueError:
            arrived = None
    return Stored(uid, arrived, item[1]) if uid else None
