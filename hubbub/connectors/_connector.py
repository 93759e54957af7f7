"""What a network's connector declares and does. Forms, help pages and permissions follow from the declaration."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Post, PostState

from ._http import Http

Verb = Literal["reply", "approve", "hold", "spam", "hide", "remove", "restore"]
Settings = Mapping[str, str]  # one text a declared field; secrets among them only while a call lasts


class Field(Struct, frozen=True):
    """One question of a source's form."""

    name: str
    label: str
    help: str = ""
    kind: Literal["text", "url", "secret", "choice", "upload"] = "text"
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()  # value, label; for kind "choice"
    placeholder: str = ""


class Refused(Struct, frozen=True):
    """A part of what was read that could not be taken, for the source's report."""

    where: str  # "line 7"
    why: str  # what is wrong and what would be right


class Batch(Struct, frozen=True):
    """What one fetch brought. The cursor is saved in the transaction that saves the posts."""

    posts: Sequence[Post]
    cursor: str  # opaque; whatever the connector needs to go on from here
    more: bool = False  # there is more to be had now; fetch again at once
    refused: Sequence[Refused] = ()
    done: int | None = None  # progress, where the end is known: `done` of `total`
    total: int | None = None
    gone: Sequence[str] = ()  # ids brought earlier that no longer stand there: deleted for good, or closed to us


class Found(Struct, frozen=True):
    """What a test of the settings found, shown before a source is saved."""

    says: str  # in words: "Acme blog: 24 entries, newest today"
    name: str = ""  # a name to suggest for the source
    can: frozenset[Verb] = frozenset()  # what these settings allow there
    account: str = ""  # our own author id there; its posts are ours
    sample: Sequence[Post] = ()  # at most five, newest first


class Act(Struct, frozen=True):
    """What is to be done on the network. `key` is the same at every try."""

    verb: Verb
    post: str  # the network's id of the post it concerns
    key: str
    text: str = ""  # of a reply
    thread: str = ""


class Done(Struct, frozen=True):
    """What the network made of it."""

    id: str  # the network's id of what now stands there: the reply, or the post itself
    url: str = ""
    state: PostState = "visible"


class Connector(Protocol):
    """One network. Stateless: the settings, the cursor and the door to the network are given at each call.

    Every method raises `Retry` (may work later) or `Broken` (a person must look), and nothing else.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    about: ClassVar[str]  # one sentence for the form
    fields: ClassVar[tuple[Field, ...]]
    can: ClassVar[frozenset[Verb]]  # at most; `Found.can` says what given settings allow
    every: ClassVar[int]  # seconds between two polls

    def check(self, settings: Settings, http: Http) -> Found:
        """Try the settings, changing nothing."""

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """Read what is new since `cursor` ("" the first time), oldest first, at most a few hundred posts."""

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Do it on the network."""

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Look whether an earlier try of `act` arrived after all; asked before every second try."""


class ReadOnly:
    """What a network that can only be read answers to the wish to act; a connector's base class."""

    label: ClassVar[str]

    def act(self, settings: Settings, act: Act, http: Http) -> Done:  # noqa: ARG002 - the protocol's shape
        """Raises Broken."""
        raise Broken(f"{self.label}: this can only be read. Nothing can be answered or moderated there.")

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:  # noqa: ARG002
        """None: nothing ever arrives there."""
        return None
