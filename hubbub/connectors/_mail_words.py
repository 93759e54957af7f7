"""An e-mail as a post: its new words without what they quote, its place in a conversation, and what sent it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import quote

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from hubbub.core.post import Author, Media, MediaType, Post, PostState

from ._text import language, links_in, plain, tidy

IDENT = re.compile(r"<([^<>\s]+)>")
QUOTES = "blockquote, .gmail_quote, .gmail_attr, .moz-cite-prefix, .yahoo_quoted, #divRplyFwdMsg, #appendonsend"
SIGNATURES = ".gmail_signature, .moz-signature, #Signature"
# Where other programs begin to repeat the whole message that is answered.
REPEATS = re.compile(
    r"^(-{2,} ?(Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original) ?-{2,}|_{20,})\s*$",
    re.IGNORECASE,
)
INTRODUCES = re.compile(r"^(On|Am|Le|El|Il|Op|Em|Den|Dne|Dnia|W dniu)\b")  # "On Monday, Ann wrote:"
PICTURES: Mapping[str, MediaType] = {"image": "image", "video": "video", "audio": "audio"}
MAY_BE_OFF = timedelta(days=1)  # a date further in the future is wrong


class Mail(Struct, frozen=True):
    """An e-mail as it came, read."""

    id: str
    post: Post
    reply_to: Sequence[str]  # whom an answer goes to: the list, who asked for answers, else the author
    references: Sequence[str]  # the ids of the conversation, oldest first
    automatic: str  # "an automatic reply", "a report that a message could not be delivered", "a mailing"; "" for none
    subject: str


def read(raw: bytes, *, uid: str, arrived: datetime | None, where: str, state: PostState = "visible") -> Mail:
    """Read an e-mail. `uid` stands for its id where it has none; `where` is the address of its folder (imap://…)."""
    message = message_from_bytes(raw, policy=policy.default)
    own = _ids(_header(message, "Message-ID"))
    ident = _short(own[0]) if own else f"uid:{uid}"
    references = [_short(one) for one in _ids(_header(message, "References"))]
    parents = [_short(one) for one in _ids(_header(message, "In-Reply-To"))] or references[-1:]
    sender = _people(message, "From")[:1] or [("", "")]
    name, address = sender[0]
    automatic = _automatic(message)
    subject = tidy(_header(message, "Subject"))
    html, text = _body(message)
    title = f"[{automatic}] {subject}" if automatic else subject
    post = Post(
        id=ident,
        text=text,
        title=title[:500],
        type="message",
        author=Author(id=address.lower() or "unknown", handle=address, name=tidy(name)[:250]),
        published=_date(message, arrived),
        lang=language(_header(message, "Content-Language")),
        parent=parents[0] if parents and parents[0] != ident else "",
        thread=(references or parents or [ident])[0],
        state=state,
        links=links_in(html),
        media=_media(message, f"{where};UID={uid}"),
    )
    return Mail(ident, post, _reply_to(message), [*references, *own[:1]], automatic, subject)


def _short(ident: str) -> str:
    """A message id as we keep it; those that are endless are shortened, always in the same way."""
    return ident if len(ident) <= 250 else hashlib.sha256(ident.encode()).hexdigest()


def _header(message: EmailMessage, name: str) -> str:
    """A header as text, decoded; "" where it is missing or cannot be read."""
    try:
        return str(message[name] or "")
    except (ValueError, IndexError, TypeError, AttributeError, MessageError):  # what the standard parser trips over
        return ""


def _people(message: EmailMessage, name: str) -> list[tuple[str, str]]:
    """Names and addresses in a header."""
    return [(who, address) for who, address in getaddresses([_header(message, name)]) if "@" in address]


def _ids(text: str) -> list[str]:
    return IDENT.findall(text)


def _reply_to(message: EmailMessage) -> Sequence[str]:
    posted = re.search(r"<mailto:([^>?]+)", _header(message, "List-Post"))
    if posted:
        return (posted[1],)
    asked = _people(message, "Reply-To") or _people(message, "From")
    return tuple(address for _, address in asked)


def _automatic(message: EmailMessage) -> str:
    """What sent it, if no person did. Answering these makes loops."""
    kind = message.get_content_type()
    back = _header(message, "Return-Path").strip()
    sender = (_people(message, "From")[:1] or [("", "")])[0][1].lower()
    if (kind == "multipart/report" and "delivery-status" in _header(message, "Content-Type")) or sender.startswith(
        "mailer-daemon@"
    ):
        return "could not be delivered"
    said = _header(message, "Auto-Submitted").lower().partition(";")[0].strip()
    if said not in {"", "no"} or message["X-Autoreply"] or message["X-Autorespond"] or back == "<>":
        return "automatic reply"
    if _header(message, "Precedence").lower().strip() in {"bulk", "junk"} and not message["List-Post"]:
        return "mailing"
    return ""


def _date(message: EmailMessage, arrived: datetime | None) -> datetime | None:
    try:
        said = parsedate_to_datetime(_header(message, "Date"))
        said = (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return arrived
    return arrived if arrived and said > arrived + MAY_BE_OFF else said


# --- words


def _body(message: EmailMessage) -> tuple[str, str]:
    """HTML, if there is, and the new words."""
    html_part = _part(message, "html")
    text_part = _part(message, "plain")
    if text_part.strip():
        return html_part, new_words(text_part)
    if not html_part:
        return "", ""
    page = LexborHTMLParser(html_part)
    for node in page.css(f"{QUOTES}, {SIGNATURES}"):
        node.decompose()
    fresh = plain(page.body.html or "") if page.body else ""
    return html_part, new_words(fresh) or plain(html_part)


def _part(message: EmailMessage, kind: str) -> str:
    """The body of this kind, whatever character set it claims; what cannot be read is marked."""
    try:
        part = message.get_body((kind,))
    except (AttributeError, KeyError, ValueError, MessageError):
        return ""
    if not isinstance(part, EmailMessage):
        return ""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return payload.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return payload.decode("latin-1")


def new_words(text: str) -> str:
    """What the author wrote: without the message that is repeated below, and without the signature.

    Where nothing would be left, everything is kept: then the quotation is what they wanted to say.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    for line in lines:
        if REPEATS.match(line):
            break
        if line.rstrip("\n") in {"-- ", "--"} and kept:
            break
        kept.append(line)
    end = len(kept)
    while end and (not kept[end - 1].strip() or kept[end - 1].lstrip().startswith(">")):
        end -= 1
    quoted = any(line.lstrip().startswith(">") for line in kept[end:])
    if quoted:
        end = _before_introduction(kept, end)
    fresh = tidy("\n".join(kept[:end]))
    return fresh or tidy(text)


def _before_introduction(lines: Sequence[str], end: int) -> int:
    """ "On Monday, Ann wrote:" says only what the quotation is; it may take two lines."""
    if not end or not lines[end - 1].rstrip().endswith(":"):
        return end
    last = lines[end - 1]
    if end > 1 and not re.search(r"\d", last) and INTRODUCES.match(lines[end - 2]):
        return end - 2
    return end - 1 if re.search(r"\d", last) or "@" in last or INTRODUCES.match(last) else end


def _media(message: EmailMessage, where: str) -> tuple[Media, ...]:
    found = []
    try:
        parts = list(message.iter_attachments())
    except (AttributeError, KeyError, ValueError, TypeError, MessageError):
        return ()
    for place, part in enumerate(parts, 1):
        name = quote((part.get_filename() or f"part-{place}")[:100])
        kind = PICTURES.get(part.get_content_maintype(), "file")
        found.append(Media(kind, f"{where};SECTION={place}#{name}"))
    return tuple(found)
