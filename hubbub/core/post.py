"""Post and Author: the one shape that every network's posts are brought to.

These shapes hold no cycles, so the garbage collector need not walk them (`gc=False`): posts come by the thousand.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

PostType = Literal["post", "comment", "review", "article", "message"]
MediaType = Literal["image", "video", "audio", "file"]
PostState = Literal["visible", "pending", "hidden", "spam", "removed"]

POST_TYPES: tuple[PostType, ...] = ("post", "comment", "review", "article", "message")
POST_STATES: tuple[PostState, ...] = ("visible", "pending", "hidden", "spam", "removed")


class Author(Struct, frozen=True, gc=False):
    """Who wrote a post, as the network names them: one identity on one network, not yet a person."""

    id: str  # the network's own, never shown; the handle where a network has no other
    handle: str = ""  # what follows the @
    name: str = ""  # as displayed
    url: str = ""
    created: datetime | None = None  # when the account was made
    followers: int | None = None
    # What their profile says, where the network tells it along with a post. People are known again by it; no topic and
    # no rule looks at it.
    about: str = ""
    links: tuple[str, ...] = ()  # addresses that stand in the profile
    verified: tuple[str, ...] = ()  # those of `links` of which the network says that they lead back to this profile
    picture: str = ""


class Media(Struct, frozen=True, gc=False):
    """A picture, film or file that a post carries."""

    type: MediaType
    url: str


class Post(Struct, frozen=True, gc=False):
    """One thing that somebody said, wherever it was said. Every datetime is aware, in UTC."""

    id: str  # the network's own; unique within a source
    text: str
    title: str = ""
    url: str = ""
    type: PostType = "post"
    author: Author | None = None
    published: datetime | None = None  # None: the network does not say; then it is when we read it
    lang: str = ""  # ISO 639-1 as the network says; "" = not said
    parent: str = ""  # the id of the post that this one answers
    thread: str = ""  # the id that all posts of one thread share; "" = this post stands alone
    repost: bool = False
    edited: bool = False
    state: PostState = "visible"  # as the network shows it now
    likes: int | None = None
    replies: int | None = None
    shares: int | None = None
    views: int | None = None
    rating: float | None = None  # stars, in the network's own scale
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    # ids of the posts that it quotes and of the accounts that it names; asked on the way in, not stored
    refers: tuple[str, ...] = ()


class Place(Struct, frozen=True, gc=False):
    """Where a post was read: the source as a query sees it. One Place serves a whole batch."""

    kind: str = ""  # the connector: "wordpress"
    name: str = ""  # what the workspace calls the source
    owned: bool = False  # we moderate there
