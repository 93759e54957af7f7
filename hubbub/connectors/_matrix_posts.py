"""Matrix messages as our posts."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from hubbub.core.post import Author, Media, MediaType, Post

from ._matrix_server import Content, Event, Homeserver, Relation, post_id
from ._text import links_in, plain, tidy

MESSAGES = ("m.room.message", "m.sticker")
KINDS: Mapping[str, MediaType] = {"m.image": "image", "m.video": "video", "m.audio": "audio", "m.file": "file"}


def as_post(server: Homeserver, room: str, event: Event, names: Mapping[str, str]) -> Post | None:
    """A message as a post, with its newest words; None for what is none, or was taken away."""
    if event.type not in MESSAGES or event.is_redacted or not event.event_id or event.replaces:
        return None
    said, newest = event.says, event.newest
    html, text = _words(newest or said, is_reply=said.relates is not None and said.relates.reply is not None)
    files: Sequence[Media] = ()
    if link := server.media(said.url):
        files = (Media(KINDS.get(said.msgtype, "image" if event.type == "m.sticker" else "file"), link),)
    relates = said.relates or Relation()
    parent = (relates.reply or {}).get("event_id", "")
    root = relates.event_id if relates.rel_type == "m.thread" else ""
    name = names.get(event.sender, "")
    return Post(
        id=post_id(room, event.event_id),
        text=text,
        url=f"https://matrix.to/#/{quote(room)}/{quote(event.event_id)}",
        type="message",
        author=Author(id=event.sender, handle=event.sender.removeprefix("@"), name=name[:250]),
        published=datetime.fromtimestamp(event.origin_server_ts / 1000, UTC) if event.origin_server_ts else None,
        parent=post_id(room, parent or root) if parent or root else "",
        thread=post_id(room, root or event.event_id),
        edited=newest is not None,
        links=links_in(html),
        media=tuple(files),
    )


def _words(said: Content, *, is_reply: bool) -> tuple[str, str]:
    """HTML and text of a message, without the quotation that older clients put before an answer."""
    if said.format == "org.matrix.custom.html" and said.formatted_body:
        html = re.sub(r"<mx-reply>.*?</mx-reply>", "", said.formatted_body, flags=re.DOTALL)
        return html, plain(html)
    body = said.body
    if is_reply:
        body = re.sub(r"\A(?:> [^\n]*\n)+\n?", "", body)
    return "", tidy(body)
