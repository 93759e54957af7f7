"""What goes out on Bluesky besides words: pictures and films on a post, and direct messages."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken

from ._atproto import Account, RefusedError, utc
from ._bluesky_words import Facet
from ._connector import Act, Done
from ._lengths import graphemes
from ._media import Attached, MediaLimits
from ._pictures import size_of

CHAT = "did:web:api.bsky.chat#bsky_chat"  # the service that keeps direct messages
MESSAGE = 1000  # graphemes
NEWEST = 50  # messages of a talk, among which an earlier try is looked for
SLACK = timedelta(minutes=10)  # by which two clocks may differ
TAKES = MediaLimits(
    many=4,
    kinds={
        **dict.fromkeys(("image/jpeg", "image/png", "image/webp", "image/gif"), 1_000_000),
        "video/mp4": 50_000_000,
    },
    alone=("video/*",),
    alt=2000,
)


class _Uploaded(Struct, frozen=True):
    blob: msgspec.Raw


class _Talk(Struct, frozen=True):
    id: str


class _OneTalk(Struct, frozen=True):
    convo: _Talk


class _Sender(Struct, frozen=True):
    did: str = ""


class _Message(Struct, frozen=True, rename="camel"):
    id: str = ""
    text: str = ""
    sender: _Sender = _Sender()
    sent_at: str = ""


class _Messages(Struct, frozen=True):
    messages: tuple[_Message, ...] = ()


def embed(account: Account, files: Sequence[Attached]) -> dict[str, object] | None:
    """The files, uploaded, as a post carries them; None for none. What hangs on no post is cleared away there."""
    if not files:
        return None
    if files[0].mime.startswith("video/"):
        return {"$type": "app.bsky.embed.video", "video": _blob(account, files[0]), "alt": files[0].alt}
    images = [{"image": _blob(account, one), "alt": one.alt} | _ratio(one) for one in files]
    return {"$type": "app.bsky.embed.images", "images": images}


def _blob(account: Account, file: Attached) -> msgspec.Raw:
    return account.upload(file.data, file.mime, _Uploaded).blob


def _ratio(file: Attached) -> dict[str, object]:
    size = size_of(file.data)
    return {"aspectRatio": {"width": size[0], "height": size[1]}} if size else {}


def message(account: Account, act: Act, facets: Sequence[Facet]) -> Done:
    """Write to somebody alone. Raises Broken where they, or the app password, do not allow it."""
    text = act.text.strip()
    if not text:
        raise Broken("There are no words to send. Write something.")
    if (length := graphemes(text)) > MESSAGE:
        raise Broken(f"Bluesky takes {MESSAGE:,} characters in a direct message, and this has {length:,}. Shorten it.")
    said: dict[str, object] = {"text": text} | ({"facets": facets} if facets else {})
    try:
        talk = _talk(account, act)
        sent = account.post("chat.bsky.convo.sendMessage", _Message, {"convoId": talk, "message": said}, proxy=CHAT)
    except RefusedError as refused:
        raise _closed(refused) from None
    return Done(f"chat:{talk}/{sent.id}")


def messaged(account: Account, act: Act) -> Done | None:
    """The network keeps no key with a message: the same words from us, since the first try."""
    try:
        talk = _talk(account, act)
        asked: dict[str, str | int | list[str]] = {"convoId": talk, "limit": NEWEST}
        newest = account.get("chat.bsky.convo.getMessages", _Messages, asked, proxy=CHAT).messages
    except RefusedError as refused:
        raise _closed(refused) from None
    for one in newest:
        at = utc(one.sent_at)
        late = act.since is None or at is None or at >= act.since - SLACK
        if late and one.sender.did == account.did and one.text.strip() == act.text.strip():
            return Done(f"chat:{talk}/{one.id}")
    return None


def _talk(account: Account, act: Act) -> str:
    """The talk with the one whom we write to; there is one with everybody, begun where it was not."""
    who = act.author or act.post.removeprefix("at://").partition("/")[0]
    if not who.startswith("did:"):
        raise Broken("It is not known to whom the message shall go.")
    return account.get("chat.bsky.convo.getConvoForMembers", _OneTalk, {"members": [who]}, proxy=CHAT).convo.id


def _closed(refused: RefusedError) -> Exception:
    """The refusals that direct messages have of their own; another one stays what it is."""
    if refused.code in {"InvalidToken", "ScopeMissing", "InsufficientScope"}:
        return Broken(
            "This app password may not send direct messages. Make one for which “Allow access to your direct messages” "
            "is ticked, under Settings → Privacy and security → App passwords, and enter it instead."
        )
    if refused.code in {"MessagesDisabled", "NotFollowedBySender"} or "message" in refused.message.lower():
        return Broken("This person takes no direct messages from this account. Answer in public instead.")
    return refused
