"""A mailbox and the mailing lists in it: read as mail comes, answered in its conversation, moved to junk or trash."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from typing import ClassVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Post, PostState

from ._connector import Act, Batch, Declared, Done, Family, Field, Found, Limits, Reads, Settings, Tested, Verb
from ._http import Http
from ._mail_out import Outgoing
from ._mail_words import Mail, read
from ._mailbox import Mailbox, Stored
from ._media import MediaLimits, fits

SAYING: frozenset[Verb] = frozenset({"reply", "message", "post"})
FILING: Mapping[Verb, str] = {"spam": "\\Junk", "remove": "\\Trash"}  # what of the mailbox a verb moves to
VERBS: frozenset[Verb] = SAYING | frozenset(FILING) | {"restore"}
TAKES = MediaLimits(many=20, kinds={"*": 10_000_000}, verbs=frozenset({"post", "reply", "message"}))
AT_ONCE = 50  # messages of one batch
WATCHED = 2000  # the newest messages, which are noticed to go
LOOKED_FOR = 20  # of those that went, in junk and trash
WAIT = 15.0  # seconds


class _Place(Struct, frozen=True):
    """The cursor: numbers that the server gave, good as long as its UIDVALIDITY is the same."""

    site: str = ""
    validity: int = 0
    last: int = 0
    seen: dict[int, str] = {}


class MailConnector(Declared):
    """A connector for a mailbox: IMAP in, SMTP out."""

    kind = "mail"
    label = "E-mail"
    about = "A mailbox such as support@example.com, or a mailing list read through one; answer in the conversation."
    family: ClassVar[Family] = "mail"
    fields = (
        Field("address", "E-mail address", placeholder="support@example.com"),
        Field("imap", "Incoming server (IMAP)", placeholder="imap.example.com"),
        Field("smtp", "Outgoing server (SMTP)", "Empty: the mailbox is only read and sorted.", required=False),
        Field("user", "User name", "Where it is not the address itself.", required=False),
        Field("password", "Password", "Where the mailbox has a second factor: an app password.", "secret"),
        Field(
            "security",
            "Security",
            kind="choice",
            required=False,
            choices=(("tls", "TLS"), ("starttls", "STARTTLS"), ("none", "None: only inside your own network")),
        ),
        Field("folder", "Folder", "Empty: the inbox.", required=False, placeholder="INBOX"),
        Field("name", "Name of the sender", required=False, placeholder="Acme support"),
        Field("list", "Address of the mailing list", "Where new messages go.", required=False),
    )
    can: ClassVar[frozenset[Verb]] = VERBS
    every = 120
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll", "stream", "replies", "messages"})
    names: ClassVar[Mapping[Verb, str]] = {
        "spam": "Move to junk", "remove": "Move to trash", "restore": "Move back", "message": "Write to the author",
        "post": "Write to the list",
    }  # fmt: skip
    limits = Limits(
        title="may",
        title_name="Subject",
        media=TAKES,
        rate="as the provider says; many take some hundred messages a day",
    )
    place = "Address"
    keys = (
        "1. Look up your provider's names for the incoming (IMAP) and outgoing (SMTP) server.\n"
        "2. Where the mailbox has a second factor, make an **app password** for Hubbub in the account's security "
        "settings; elsewhere the mailbox's own password serves.\n"
        "3. Enter both here. Other ports than the usual ones follow the name: `imap.example.com:1993`."
    )
    notes = (
        "Quoted text and signatures are left out. What is moved or deleted in the mailbox goes here, too; in junk and "
        "trash it is followed. Each message that goes out goes to the mailbox as well: by that copy Hubbub knows that "
        "it was sent, and does not send it twice. Automatic replies and reports of mail that could not be delivered "
        "are marked in the title, and never answered. Of attachments only their names are kept. Providers that take "
        "nothing but OAuth are not supported yet."
    )
    tested = (
        Tested("Dovecot (IMAP with IDLE) and aiosmtpd (SMTP)", real=True),
        Tested("a scripted server, for faults"),
    )

    def check(self, settings: Settings, http: Http) -> Found:
        """Sign in to both servers and count what is in the folder."""
        with Mailbox(settings, http) as box:
            folder = _folder(settings)
            validity, count = box.select(folder)
            newest = box.messages(box.numbers("ALL")[-5:])
            sample = tuple(_mail(box, folder, validity, one).post for one in reversed(newest))
            address = box.address
        says = f"{address}: {count:,} messages in {folder}."
        can = VERBS if settings.get("smtp", "").strip() else VERBS - SAYING
        if can & SAYING:
            Outgoing(settings, http).close()
            says += " Both servers took the password."
        return Found(says, address, can, address.lower(), sample)

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """What came since, oldest first; at the end, what went."""
        with Mailbox(settings, http) as box:
            return _fetch(box, _folder(settings), cursor)

    def streams(self, settings: Settings) -> bool:
        """Always: a server that cannot tell is looked at every 15 s over the same connection."""
        del settings
        return True

    def stream(self, settings: Settings, cursor: str, http: Http) -> Iterator[Batch]:
        """What comes, as it comes."""
        with Mailbox(settings, http) as box:
            while True:
                batch = _fetch(box, _folder(settings), cursor)
                cursor = batch.cursor
                yield batch
                if not batch.more:
                    box.wait(WAIT)

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Send, or move to another folder; done already is done."""
        with Mailbox(settings, http) as box:
            if act.verb not in SAYING:
                return _file(box, _folder(settings), act)
            message, to = _write(box, settings, act)
        with Outgoing(settings, http) as out:
            out.send(message, to)
        # a copy for the mailbox's owner; what counts is the one that was sent
        with suppress(Retry, Broken), Mailbox(settings, http) as box:
            if sent := box.folder("\\Sent"):
                box.append(sent, message.as_bytes())
        return Done(_own_id(settings, act))

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Our message by its id, among what was sent and what arrived; or in the folder where it shall be."""
        with Mailbox(settings, http) as box:
            if act.verb in SAYING:
                ident = _own_id(settings, act)
                return Done(ident) if _where(box, [box.folder("\\Sent"), _folder(settings)], ident) else None
            due = _folder(settings) if act.verb == "restore" else box.folder(FILING[act.verb])
            return _filed(act) if due and box.find(due, act.post) else None


CONNECTOR = MailConnector()


def _folder(settings: Settings) -> str:
    return settings.get("folder", "").strip() or "INBOX"


def _mail(box: Mailbox, folder: str, validity: int, stored: Stored, state: PostState = "visible") -> Mail:
    where = f"imap://{box.host}/{folder};UIDVALIDITY={validity}/"
    return read(stored.raw, uid=f"{validity}.{stored.uid}", arrived=stored.arrived, where=where, state=state)


# --- reading


def _fetch(box: Mailbox, folder: str, cursor: str) -> Batch:
    place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
    known_as = f"{box.host} {box.user} {folder}"
    validity, _ = box.select(folder)
    if (place.site, place.validity) != (known_as, validity):  # the server numbered everything anew
        place = _Place(known_as, validity)
    new = [uid for uid in box.numbers("UID", f"{place.last + 1}:*") if uid > place.last]
    taken, later = new[:AT_ONCE], new[AT_ONCE:]
    mails = {one.uid: _mail(box, folder, validity, one) for one in box.messages(taken)}
    posts = {mail.id: mail.post for mail in mails.values() if mail.id not in place.seen.values()}
    seen = {**place.seen, **{uid: mail.id for uid, mail in mails.items()}}
    gone: list[str] = []
    if not later:
        there = set(box.numbers("UID", f"{min(seen)}:*")) if seen else set()
        went = [(uid, ident) for uid, ident in seen.items() if uid not in there]
        seen = {uid: ident for uid, ident in seen.items() if uid in there}
        went = [(uid, ident) for uid, ident in went if ident not in seen.values()]  # moved back, or there twice
        moved = _elsewhere(box, [ident for _, ident in went[:LOOKED_FOR]])
        posts |= moved
        gone = [ident for _, ident in went if ident not in moved]
    kept = {uid: seen[uid] for uid in sorted(seen)[-WATCHED:]}
    after = replace(place, last=max([place.last, *taken]), seen=kept)
    return Batch(tuple(posts.values()), msgspec.json.encode(after).decode(), more=bool(later), gone=tuple(gone))


def _elsewhere(box: Mailbox, idents: Sequence[str]) -> dict[str, Post]:
    """Of messages that left the folder, those that lie in junk or trash."""
    found: dict[str, Post] = {}
    states: dict[str, PostState] = {"\\Junk": "spam", "\\Trash": "removed"}
    for ident in idents if idents and not all(one.startswith("uid:") for one in idents) else ():
        for purpose, state in states.items():
            name = box.folder(purpose)
            if name and not ident.startswith("uid:") and (uid := box.find(name, ident)):
                for stored in box.messages([uid]):
                    found[ident] = _mail(box, name, 0, stored, state).post
    return found


# --- acting


def _own_id(settings: Settings, act: Act) -> str:
    """The id of what an act sends, the same at every try."""
    domain = settings.get("address", "").strip().rpartition("@")[2] or "localhost"
    return f"hubbub.{hashlib.sha256(act.key.encode()).hexdigest()[:32]}@{domain}"


def _write(box: Mailbox, settings: Settings, act: Act) -> tuple[EmailMessage, Sequence[str]]:
    """The message, and to whom it goes: always to ourselves, too."""
    if not settings.get("smtp", "").strip():
        raise Broken("Without an outgoing server this mailbox can only be read and sorted. Enter the SMTP server.")
    if not act.text.strip() and not act.media:
        raise Broken("The message is empty. Write something.")
    fits(act.media, TAKES, network=f"{box.address}", verb=act.verb)
    answered = _original(box, _folder(settings), act.post) if act.post else None
    if answered is not None and answered.automatic in {"automatic reply", "could not be delivered"}:
        raise Broken(f"This was sent by a machine ({answered.automatic}); an answer would reach nobody.")
    to = _recipients(settings, act, answered)
    message = EmailMessage()
    message["Message-ID"] = f"<{_own_id(settings, act)}>"
    message["Date"] = formatdate()
    message["From"] = formataddr((_line(settings.get("name", "")), box.address))
    message["To"] = ", ".join(to)
    subject = act.title.strip() or (answered.subject if answered else "") or act.text.strip().split("\n")[0][:80]
    if act.verb != "post" and answered is not None and not subject.lower().startswith("re:"):
        subject = f"Re: {subject}"
    message["Subject"] = _line(subject)
    if answered is not None:
        references = answered.references[-20:]
        message["In-Reply-To"] = f"<{answered.references[-1]}>" if answered.references else ""
        message["References"] = " ".join(f"<{one}>" for one in references)
    elif act.post and not act.post.startswith("uid:"):
        message["In-Reply-To"] = message["References"] = f"<{_line(act.post)}>"
    message.set_content(act.text)
    for file in act.media:
        kind, _, subtype = file.mime.partition("/")
        message.add_attachment(file.data, maintype=kind, subtype=subtype or "octet-stream", filename=file.name)
    return message, tuple(dict.fromkeys([*to, box.address]))


def _recipients(settings: Settings, act: Act, answered: Mail | None) -> Sequence[str]:
    if act.verb == "post":
        to: Sequence[str] = (act.thread if "@" in act.thread else settings.get("list", "")).replace(";", ",").split(",")
    elif act.verb == "reply" and answered is not None:
        to = answered.reply_to
    else:
        to = [act.author]
    to = [_line(one) for one in to if "@" in one]
    if not to:
        raise Broken(
            "It is not known to whom the message shall go. Enter the address of the list, or write to a person."
        )
    return to


def _line(text: str) -> str:
    """On one line: what holds another one could add headers."""
    return " ".join(text.split())


def _where(box: Mailbox, folders: Sequence[str], ident: str) -> tuple[str, int] | None:
    for folder in dict.fromkeys(folders):
        if folder and (uid := box.find(folder, ident)):
            return folder, uid
    return None


def _original(box: Mailbox, folder: str, ident: str) -> Mail | None:
    """The message that is answered, wherever it lies."""
    found = _where(box, [folder, box.folder("\\Junk"), box.folder("\\Trash")], ident)
    stored = box.messages([found[1]]) if found else []
    return _mail(box, folder, 0, stored[0]) if stored else None


def _file(box: Mailbox, folder: str, act: Act) -> Done:
    """Move a message to where it shall be."""
    if act.verb == "restore":
        due, places = folder, [box.folder("\\Junk"), box.folder("\\Trash")]
    else:
        due = box.folder(FILING[act.verb], make=True)
        places = [folder, *(name for one in FILING.values() if (name := box.folder(one)) and name != due)]
    found = _where(box, places, act.post)
    if found is not None:
        uid = box.find(found[0], act.post, read_only=False)
        if uid:
            box.move(uid, due)
    elif box.find(due, act.post) is None:
        raise Broken(f"The message is no longer in the mailbox of {box.address}.")
    return _filed(act)


def _filed(act: Act) -> Done:
    states: Mapping[Verb, PostState] = {"spam": "spam", "remove": "removed"}
    return Done(act.post, state=states.get(act.verb, "visible"))
