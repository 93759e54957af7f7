"""What a network's connector declares and does. Forms, help pages and permissions follow from the declaration."""

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal, Protocol, runtime_checkable

from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Author, Post, PostState

from ._http import Http
from ._media import Attached, MediaLimits

# said by us
Saying = Literal["reply", "message", "post", "edit", "delete", "like", "unlike"]
# done to a post of somebody else; "report" tells the network's own moderators, "resolve" ends a member's report to us
Handling = Literal[
    "approve", "hold", "spam", "hide", "remove", "restore", "redact", "lock", "unlock", "label", "unlabel", "report",
    "resolve",
]  # fmt: skip
# done to the one who wrote it
Treating = Literal["warn", "mute", "unmute", "ban", "unban", "block", "unblock"]
Verb = Literal[Saying, Handling, Treating]

# what takes a verb back on the network; "redact" is taken back by itself, with the original words
TAKEN_BACK: Mapping[Verb, Verb] = {
    "post": "delete", "reply": "delete", "like": "unlike", "approve": "hold", "spam": "approve", "hide": "restore",
    "remove": "restore", "redact": "redact", "lock": "unlock", "label": "unlabel", "mute": "unmute", "ban": "unban",
    "block": "unblock",
}  # fmt: skip

# poll: asks for what is new; stream: is told at once; search: finds by words, also what is older; replies: what
# answers our posts; mentions: what names our account; reports: what members report to moderators; messages: private
Reads = Literal["poll", "stream", "search", "replies", "mentions", "reports", "messages"]
BEAT = 1.0  # seconds that a stream waits before it says that nothing happens
Settings = Mapping[str, str]  # one text a declared field; secrets among them only while a call lasts
# what a kind of place is, for whoever looks for one: own places, networks, forums, comments, chats, mail, news and code
Family = Literal["own", "networks", "forums", "comments", "chats", "mail", "news"]


class Field(Struct, frozen=True):
    """One question of a source's form."""

    name: str
    label: str
    help: str = ""
    kind: Literal["text", "url", "secret", "choice", "upload"] = "text"
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()  # value, label; for kind "choice"
    placeholder: str = ""
    made: bool = False  # by us, never asked for: a key that signs what we send and is never sent itself


class Brand(Struct, frozen=True):
    """Whom a newcomer wants to hear of; what a form may be filled in from."""

    name: str  # "Acme Coffee"
    tag: str  # "acmecoffee": as a hashtag, without the sign


class Refused(Struct, frozen=True):
    """A part of what was read that could not be taken, for the source's report."""

    where: str  # "line 7"
    why: str  # what is wrong and what would be right


class Limits(Struct, frozen=True):
    """What a network takes."""

    length: int | None = None  # of one reply or post, counted in `counts`; None: no limit is known
    counts: Literal["characters", "graphemes", "bytes"] = "characters"
    markup: Literal["plain", "markdown", "html"] = "plain"  # what the words of a reply may hold
    link: int | None = None  # what every web address counts, whatever its length; None: as it is
    short_mentions: bool = False  # of @name@server only @name counts
    addressed: bool = False  # a reply begins with @name of the one it answers, added where it is missing; it counts
    title: Literal["none", "may", "must"] = "none"  # whether a new post has one
    title_name: str = "Title"  # what the network calls it
    title_length: int | None = None  # of that title, in characters
    media: MediaLimits = MediaLimits()
    rate: str = ""  # in words: "300 requests in 5 minutes for one account"


class Tested(Struct, frozen=True):
    """What a connector was tried against, honestly; shown in docs/networks.md."""

    against: str  # "WordPress 6.1 (a real server, tests/peers)", "recorded answers from the public reference"
    real: bool = False  # a real server that nobody here wrote


class Report(Struct, frozen=True):
    """That a member of a place reported a post to its moderators."""

    id: str  # the network's own
    post: str  # the reported post's id
    why: str = ""
    by: Author | None = None
    at: datetime | None = None  # aware, UTC
    open: bool = True  # False: dealt with on the network meanwhile
    # of a place where everybody may report: what the reporter left of themselves, vouched for by nobody
    name: str = ""
    email: str = ""
    url: str = ""  # the page that it was reported from


class Batch(Struct, frozen=True):
    """What one fetch brought. The cursor is saved in the transaction that saves the posts."""

    posts: Sequence[Post]
    cursor: str  # opaque; whatever the connector needs to go on from here
    more: bool = False  # there is more to be had now; fetch again at once
    refused: Sequence[Refused] = ()
    done: int | None = None  # progress, where the end is known: `done` of `total`
    total: int | None = None
    gone: Sequence[str] = ()  # ids brought earlier that no longer stand there: deleted for good, or closed to us
    gone_authors: Sequence[str] = ()  # native ids of authors that the network took away: all their posts are gone
    reports: Sequence[Report] = ()
    at: datetime | None = None  # of a stream: when the newest that was read happened; how far behind we are
    sift: bool = False  # a whole network's stream: only what a topic catches is kept
    authors: Sequence[Author] = ()  # people that call themselves otherwise now; those that are not known are left out


class Found(Struct, frozen=True):
    """What a test of the settings found, shown before a source is saved."""

    says: str  # in words: "Acme blog: 24 entries, newest today"
    name: str = ""  # a name to suggest for the source
    can: frozenset[Verb] = frozenset()  # what these settings allow there
    account: str = ""  # our own author id there; its posts are ours
    sample: Sequence[Post] = ()  # at most five, newest first
    length: int | None = None  # of one post, where this server says another limit than `Connector.limits`
    who: str = ""  # `account` as people know it: "@acme@mastodon.social"


class Act(Struct, frozen=True):
    """What is to be done on the network. `key` is the same at every try."""

    verb: Verb
    post: str  # the network's id of the post it concerns; "" for the verbs "post" and, where it has none, "message"
    key: str
    text: str = ""  # of what we say, and of a post after "edit" and "redact"
    thread: str = ""  # of the post; for the verb "post" the place it goes to, as the network names it
    author: str = ""  # the network's id of whoever wrote the post: the one who is warned, muted, banned, written to
    title: str = ""  # for networks whose posts have one
    label: str = ""  # for "label" and "unlabel"
    until: datetime | None = None  # for "mute" and "ban": aware, UTC; None: until it is taken back
    why: str = ""  # the reason, where the network passes one on to the author or keeps it in its own log
    since: datetime | None = None  # aware: what stood there before is no earlier try of it
    media: tuple[Attached, ...] = ()  # goes out with the verbs that `Limits.media` names


class Done(Struct, frozen=True):
    """What the network made of it."""

    id: str  # the network's id of what now stands there: the reply, or the post itself
    url: str = ""
    state: PostState = "visible"


class Connector(Protocol):
    """One network. Stateless: the settings, the cursor and the door to the network are given at each call.

    Every method raises `Retry` (may work later) or `Broken` (a person must look), and nothing else. Inherit from
    `Declared`, which says the usual of what is declared by few.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    called: ClassVar[str]  # the network's own name, where `label` says more: "WordPress"; "" where it does not
    about: ClassVar[str]  # one sentence for the form
    fields: ClassVar[tuple[Field, ...]]
    can: ClassVar[frozenset[Verb]]  # at most; `Found.can` says what given settings allow. "reply" is seen by all who
    # see the post, "message" by its author alone: it goes to `Act.author`, and `names` says what it is called there
    every: ClassVar[int]  # seconds between two polls

    reads: ClassVar[frozenset[Reads]]
    names: ClassVar[Mapping[Verb, str]]  # how the network calls it: {"mute": "Limit (silence)"}
    limits: ClassVar[Limits]
    place: ClassVar[
        str
    ]  # what "post" must be told in `Act.thread`: "Category"; "" where a post has only one place to go
    keys: ClassVar[str]  # how to come by what the form asks for, step by step, in Markdown; "" where nothing is needed
    keyless: ClassVar[bool]  # can be read without any key or account
    resumes: ClassVar[bool]  # its stream itself goes on from the cursor: nothing is fetched before it
    tested: ClassVar[tuple[Tested, ...]]
    final: ClassVar[frozenset[Verb]]  # what cannot be taken back there, whatever TAKEN_BACK says: deleted for good
    ends: ClassVar[
        frozenset[Verb]
    ]  # what the network itself ends at `Act.until`; Hubbub lifts the others by TAKEN_BACK
    family: ClassVar[Family]
    notes: ClassVar[str]  # for docs/networks.md, in Markdown: what is read and left out, what to know, its limits

    def suggest(self, brand: Brand) -> Settings | None:
        """The form filled in so that it finds what is said of a brand; None: a name alone does not tell."""

    def check(self, settings: Settings, http: Http) -> Found:
        """Try the settings, changing nothing."""

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """Read what is new since `cursor` ("" the first time), oldest first, at most a few hundred posts."""

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Do it on the network."""

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Look whether an earlier try of `act` arrived after all; asked before every second try."""


@runtime_checkable
class Streaming(Protocol):
    """A network that tells at once what happens. `fetch` reads from the same cursor what a stream missed."""

    def streams(self, settings: Settings) -> bool:
        """Whether there is a stream for these settings."""

    def stream(self, settings: Settings, cursor: str, http: Http) -> Generator[Batch, None, None]:
        """What happens, batch by batch, each with the cursor to go on from, until the network ends it.

        Gives what came as soon as nothing more waits, and an empty batch (the same cursor) where nothing happens for
        BEAT seconds, so that the one who reads can save, show that it lives, and stop. What comes within about a second
        is gathered there. Raises Retry or Broken. Closing the iterator closes the connection.
        """


@runtime_checkable
class Naming(Protocol):
    """A network whose stream tells of people by their ids alone."""

    def name(self, settings: Settings, authors: Sequence[str], http: Http) -> Sequence[Author]:
        """Who these people are, as far as that can be found out now; asked only for those whose posts are kept.

        Raises Retry or Broken; their posts are kept all the same.
        """


class Destination(Struct, frozen=True):
    """Where a new post can go."""

    id: str  # for `Act.thread`
    name: str  # "Announcements"


@runtime_checkable
class Placing(Protocol):
    """A network that can list where our account may post. One with `place` that is none asks for it as a text."""

    def places(self, settings: Settings, http: Http) -> Sequence[Destination]:
        """All places, in the network's order, a few hundred at most; [] where there is nothing to choose.

        Raises Retry or Broken.
        """


class Arrived(Struct, frozen=True):
    """Something that a place sent us of its own accord."""

    body: bytes
    at: datetime  # aware, UTC
    public: bool = False  # from a visitor's browser, which nobody vouches for; else signed by the place itself


@runtime_checkable
class Pushed(Protocol):
    """A place that sends us what happens there. Its `fetch` finds nothing."""

    def arrive(self, settings: Settings, arrived: Sequence[Arrived]) -> Batch:
        """What was sent, oldest first, as posts; the batch's cursor means nothing. What cannot be read is refused."""


class Declared:
    """What most networks declare; a connector's base class."""

    called: ClassVar[str] = ""
    resumes: ClassVar[bool] = False
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll"})
    names: ClassVar[Mapping[Verb, str]] = {}
    limits: ClassVar[Limits] = Limits()
    place: ClassVar[str] = ""
    keys: ClassVar[str] = ""
    keyless: ClassVar[bool] = False
    tested: ClassVar[tuple[Tested, ...]] = ()
    final: ClassVar[frozenset[Verb]] = frozenset()
    ends: ClassVar[frozenset[Verb]] = frozenset()
    family: ClassVar[Family] = "networks"
    notes: ClassVar[str] = ""

    def suggest(self, brand: Brand) -> Settings | None:
        """None: there is no guessing."""
        del brand
        return None


class ReadOnly(Declared):
    """What a network that can only be read answers to the wish to act; a connector's base class."""

    label: ClassVar[str]
    can: ClassVar[frozenset[Verb]] = frozenset()

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Raises Broken."""
        del settings, act, http
        raise Broken(f"{self.label}: this can only be read. Nothing can be answered or moderated there.")

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """None: nothing ever arrives there."""
        del settings, act, http
        return None
