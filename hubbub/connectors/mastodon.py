"""Mastodon and what speaks its API: a hashtag, a timeline, our mentions or reports; answers, and a moderator's work."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from hubbub.core.failures import Broken

from . import _mastodon_acts as acts
from . import _mastodon_reading as reading
from ._connector import Act, Batch, Brand, Declared, Done, Field, Found, Limits, Reads, Settings, Tested, Verb
from ._http import Http
from ._mastodon_media import TAKES
from ._mastodon_server import Server
from ._oauth import OAuth, Who

CHOICES = (
    ("hashtag", "A hashtag"),
    ("public", "Everything public that the server knows"),
    ("local", "Everything public that is written on the server itself"),
    ("notifications", "Mentions of your account, and answers to it"),
    ("home", "Your account's home timeline"),
    ("search", "Posts that hold certain words, as far as the server's search knows them"),
    ("reports", "Reports by members, if you moderate the server"),
)


class Mastodon(Declared):
    """A connector for Mastodon's API. Hashtags and public timelines can be read without an account."""

    kind = "mastodon"
    label = "Mastodon"
    about = "A hashtag, a timeline, your mentions or members' reports on a Mastodon server; answer and moderate there."
    fields = (
        Field("site", "Server", "The one where your account is, or any that knows the posts.", kind="url",
              placeholder="https://mastodon.social"),
        Field("read", "What to read", kind="choice", choices=CHOICES),
        Field("what", "Hashtag or words", "For a hashtag one word, without spaces; for a search what to look for.",
              required=False, placeholder="acme"),
        Field("token", "Access token", "Only for what needs an account. Signing in at the server is simpler.",
              kind="secret", required=False),
    )  # fmt: skip
    can: ClassVar[frozenset[Verb]] = acts.MODERATOR
    every = 120
    resumes = True  # once the stream is open, it first brings what was missed
    reads: ClassVar[frozenset[Reads]] = frozenset(
        {"poll", "stream", "search", "replies", "mentions", "reports", "messages"}
    )
    names: ClassVar[Mapping[Verb, str]] = {
        "post": "Post",
        "message": "Private mention",
        "like": "Favourite",
        "unlike": "Take back the favourite",
        "mute": "Mute; as a moderator: Limit (silence)",
        "unmute": "Unmute; as a moderator: Undo limit",
        "ban": "Suspend",
        "unban": "Undo suspension",
        "warn": "Send a warning",
        "resolve": "Mark the report as resolved",
    }
    limits = Limits(
        length=500,
        counts="graphemes",
        link=23,
        short_mentions=True,
        addressed=True,
        title="may",
        title_name="Content warning",
        media=TAKES,
        rate="300 requests in 5 minutes for one account",
    )
    keys = (
        "1. Choose **Sign in** below: the server asks whether Hubbub may act as your account, and you are done.\n"
        "2. Or, by hand: open **Preferences → Development** on your server and choose **New application**.\n"
        "3. Tick *read* and *write* (moderators also *admin:read:accounts*, *admin:read:reports*, "
        "*admin:write:accounts* and *admin:write:reports*), save, and copy **Your access token**."
    )
    keyless = True
    notes = (
        "An address counts as 23 characters, whatever its length, and of a name on another server only what stands "
        "before the server. A reply begins with the name of the one it answers, or they would not be told; it is seen "
        "by whom the question was seen by. A title is a content warning. Files may be as the server itself says. "
        "Streams are opened by servers to those who are signed in; without an account Hubbub asks every two minutes. "
        "A post is deleted or hidden on Mastodon only by "
        "its author or in the server's own pages: its API lets moderators act on accounts (warn, limit, suspend) and "
        "reports. A report that names no post is not shown. A warning, and a report filed by somebody who is no "
        "moderator, may arrive twice if the server's answer is lost: neither can be looked up. Limits and suspensions "
        "are lifted by Hubbub when their time is over, Mastodon knows none."
    )
    tested = (
        Tested("mastodon-mock 0.6.1, an imitation of the API by others that keeps state and has faults (tests/peers)"),
        Tested("answers written after Mastodon's public reference: moved accounts, boosts of edited posts, polls and "
               "media, posts that a server learns of late, signing in with PKCE and renewed tokens"),
    )  # fmt: skip
    oauth: ClassVar[OAuth] = OAuth(
        scopes=("read", "write"),
        moderating=("admin:read:accounts", "admin:read:reports", "admin:write:accounts", "admin:write:reports"),
        authorize="/oauth/authorize",
        token="/oauth/token",
        register="/api/v1/apps",
        revoke="/oauth/revoke",
        server="site",
        discover=True,
    )

    def suggest(self, brand: Brand) -> Settings | None:
        """The brand's name as a hashtag, on the largest server."""
        return {"site": "https://mastodon.social", "read": "hashtag", "what": brand.tag}

    def who(self, settings: Settings, http: Http) -> Who:
        """The account that the token is of."""
        server = Server(settings, http)
        me = server.me()
        return Who(me.id, f"@{me.username}@{server.host}")

    def check(self, settings: Settings, http: Http) -> Found:
        """Who we are there, what we may do, and the newest posts."""
        server = Server(settings, http)
        instance = server.instance()
        sample = reading.sample(server)
        name = _name(server)
        where = f"{name}: {len(sample)} posts and more" if len(sample) == 5 else f"{name}: {len(sample)} posts"
        length = instance.configuration.statuses.max_characters or instance.max_toot_chars
        if not server.signed_in:
            says = f"{where}. Without an account it can only be read."
            return Found(says, name, sample=sample, length=length)
        me = server.me()
        moderates = server.moderates(me)
        if server.reads == "reports" and not moderates:
            raise Broken(f"@{me.username} may not see reports on {server.host}. Sign in there as a moderator.")
        can = (acts.MODERATOR if moderates else acts.MEMBER) if server.may_write() else frozenset[Verb]()
        says = f"{where}. Signed in as @{me.username}@{server.host}"
        says += ", who moderates there." if moderates else "." if can else ", only for reading."
        return Found(says, name, can, me.id, sample, length, f"@{me.username}@{server.host}")

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """What was said, edited or deleted since."""
        return reading.fetch(Server(settings, http), cursor)

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Say it, or do it, as our account or as a moderator."""
        return acts.do(Server(settings, http), act, http)

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Our own newest words, or how post and account stand now."""
        return acts.find(Server(settings, http), act)

    def streams(self, settings: Settings) -> bool:
        """With an account, for timelines and mentions."""
        return bool(settings.get("token")) and settings.get("read", "hashtag") in reading.STREAMS

    def stream(self, settings: Settings, cursor: str, http: Http) -> Iterator[Batch]:
        """By server-sent events, so that the token stands in no address."""
        return reading.stream(Server(settings, http), cursor, http)


def _name(server: Server) -> str:
    match server.reads:
        case "hashtag":
            return f"#{server.tag} on {server.host}"
        case "search":
            return f"“{server.words[:60]}” on {server.host}"
        case other:
            told = {"public": "Public timeline", "local": "Local timeline", "home": "Home timeline"}
            told |= {"notifications": "Mentions", "reports": "Reports"}
            return f"{told[other]} on {server.host}"


CONNECTOR = Mastodon()
