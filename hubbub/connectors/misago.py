"""A Misago forum: threads and posts read in all states, answered, hidden, approved, removed, closed."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeVar

import msgspec

from hubbub.core.post import Post

from . import _misago_acts as acts
from ._connector import (
    Act,
    Batch,
    Declared,
    Destination,
    Done,
    Family,
    Field,
    Found,
    Limits,
    Reads,
    Settings,
    Tested,
    Verb,
)
from ._http import Http
from ._misago_forum import Forum, RefusedError
from ._misago_reading import Place, read, search

Given = TypeVar("Given")

VERBS: frozenset[Verb] = frozenset(
    {
        *("reply", "message", "post", "edit", "delete", "like", "unlike"),
        *("approve", "hide", "remove", "restore", "redact", "lock", "unlock", "warn"),
    }
)
OWN: frozenset[Verb] = frozenset({"reply", "post", "edit", "like", "unlike"})


class Misago(Declared):
    """A connector for Misago forums. Without an account it reads what visitors see."""

    kind = "misago"
    label = "Misago forum"
    called = "Misago"
    about = "A Misago forum: its threads and posts, also those that wait for approval; answer and moderate them here."
    family: ClassVar[Family] = "forums"
    fields = (
        Field("site", "Address of the forum", kind="url", placeholder="https://forum.example.com"),
        Field(
            "user",
            "User name",
            "Of a moderator. Leave both empty to read only what visitors see.",
            required=False,
        ),
        Field("password", "Password", "Misago has no tokens: the account's own password.", "secret", required=False),
        Field(
            "category",
            "Only this category",
            "Its address or its number. New threads go there, too.",
            required=False,
            placeholder="https://forum.example.com/c/cakes/3/",
        ),
        Field(
            "words",
            "Only posts with these words",
            "Hubbub then asks the forum's own search, whose newest results it reads; leave empty to read everything.",
            required=False,
        ),
    )
    can: ClassVar[frozenset[Verb]] = VERBS
    final: ClassVar[frozenset[Verb]] = frozenset({"remove"})
    every = 120
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll", "search", "replies"})
    names: ClassVar[Mapping[Verb, str]] = {
        "hide": "Hide", "restore": "Unhide", "remove": "Delete for good", "lock": "Close thread",
        "unlock": "Open thread", "redact": "Edit the post", "warn": "Private thread with a warning",
        "message": "Private thread",
    }  # fmt: skip
    limits = Limits(
        length=60_000, markup="markdown", title="may", title_length=acts.TITLE, media=acts.TAKES,
        rate="one post in 3 seconds for one account",
    )  # fmt: skip
    place = "Category"
    keys = (
        "1. Make an account for Hubbub in the forum, or use that of a moderator.\n"
        "2. In the forum's admin panel give it the permissions to see and approve content, hide and delete posts, "
        "and close threads (the group *Forum team* has them).\n"
        "3. Enter its user name and password here. Misago has no tokens; an account of its own can be taken back "
        "at any time without changing yours."
    )
    notes = (
        "Edits, hiding, approval and deletions of the newest 1,000 posts are followed. What is removed in Misago is "
        "deleted for good and cannot be restored; hide it if you may want it back. A thread's first post stands for "
        "the thread: hiding, approving or removing it does so with the whole thread. Misago's API has neither bans nor "
        "reports. A warning goes out as a private thread. Misago knows no key by which a post could be known again, so "
        "ours end in 24 characters that no reader sees. The forum says which files it takes, and how large; they stand "
        "below the post."
    )
    keyless = True
    tested = (Tested("Misago 0.39.6", real=True), Tested("recorded answers of that server"))

    def check(self, settings: Settings, http: Http) -> Found:
        """Find the forum, sign in, and look at the newest threads."""
        return _in_words(lambda: _check(Forum(settings, http), settings))

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """What was written, edited, approved, hidden or taken away since."""
        forum = Forum(settings, http)
        place = msgspec.json.decode(cursor, type=Place) if cursor else Place()
        known_as = f"{forum.address} {forum.user} {_category(settings)} {settings.get('words', '').strip()}"
        if place.site != known_as:
            place = Place(site=known_as)
        if words := settings.get("words", "").strip():
            return _in_words(lambda: search(forum, place, words))
        return _in_words(lambda: read(forum, place, _category(settings)))

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Answer, or bring a post into the state that the verb asks for; done already is done."""
        forum = Forum(settings, http)
        return _in_words(lambda: acts.do(forum, act, _category(settings)))

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Our words by the mark that they carry, or the post if it is in the state asked for."""
        forum = Forum(settings, http)
        return _in_words(lambda: acts.look(forum, act))

    def places(self, settings: Settings, http: Http) -> Sequence[Destination]:
        """The forum's categories; the one that the settings name comes first."""
        forum, named = Forum(settings, http), _category(settings)
        return _in_words(lambda: sorted(acts.places(forum), key=lambda one: one.id != named))


CONNECTOR = Misago()


def _in_words(ask: Callable[[], Given]) -> Given:
    """A refusal that nobody handled becomes the failure that it stands for."""
    try:
        return ask()
    except RefusedError as refused:
        raise refused.failure from None


def _category(settings: Settings) -> str:
    """The number in a category's address, or entered as such; "" for the whole forum."""
    parts = [part for part in settings.get("category", "").strip().rstrip("/").split("/") if part.isdecimal()]
    return parts[-1] if parts else ""


def _check(forum: Forum, settings: Settings) -> Found:
    me = forum.me()
    category = _category(settings)
    asked: dict[str, str | int] = {"category": category} if category else {}
    newest = forum.threads(**asked).results[:5]
    sample = tuple(_newest(forum, thread.id) for thread in newest)
    replies = sum(thread.replies for thread in newest)
    says = f"{forum.host}: {len(newest)} newest threads with {replies:,} replies."
    if not forum.signed_in:
        return Found(f"{says} Without an account Hubbub can only read.", forum.host, sample=sample)
    rights = [thread.acl for thread in newest]
    moderates = bool(me.acl.can_see_unapproved_content_lists) or any(one.can_hide or one.can_approve for one in rights)
    can = VERBS if moderates else OWN
    says += (
        f" Signed in as {me.username}, who can answer and moderate."
        if moderates
        else (f" Signed in as {me.username}, who can answer but not moderate.")
    )
    return Found(says, forum.host, can, str(me.id), sample)


def _newest(forum: Forum, thread: int) -> Post:
    page = forum.page(thread)
    if page.post_set.pages > 1:
        page = forum.page(thread, page.post_set.pages)
    posts: Sequence[Post] = [
        post.as_post(thread, page.title, forum.address, first=page.post_set.pages == 1 and place == 0)
        for place, post in enumerate(page.post_set.posts)
    ]
    return posts[-1]
