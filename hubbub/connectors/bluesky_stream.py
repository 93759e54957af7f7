"""Bluesky's public stream: what everybody says on the network, at once, of which topics choose. No key is needed."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from msgspec import Struct, structs

from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Author, Post

from ._answer import shown
from ._bluesky_events import Gathering
from ._bluesky_posts import Actor
from ._bluesky_wire import JETSTREAM, MISSING, Jetstream, Repos, StartAnew, Wire
from ._connector import BEAT, Batch, Brand, Field, Found, ReadOnly, Settings, Tested
from ._http import Http

MOST = 500  # posts and deletions of a batch
WINDOW = 0.5  # seconds for which they are gathered while more comes
LOOK = 4.0  # seconds that a check listens
SAMPLE = 5
APPVIEW = "https://public.api.bsky.app"
AT_ONCE = 25  # profiles asked for at once, by the network's limit
REST = 300.0  # seconds for which nobody is asked for names after that failed
RESTING = "bluesky_stream: names are asked for again at"


class _Profiles(Struct, frozen=True):
    profiles: tuple[Actor, ...] = ()


class BlueskyStream(ReadOnly):
    """A connector that streams all posts of the network."""

    kind = "bluesky_stream"
    label = "Bluesky's public stream"
    called = "Bluesky"
    about = "Everything that is said publicly on Bluesky, within seconds; your topics choose. No account is needed."
    fields = (
        Field(
            "stream",
            "Stream",
            "Jetstream tells of posts alone and needs a fraction of the bandwidth.",
            kind="choice",
            choices=(
                ("jetstream", "Jetstream (recommended)"),
                ("repos", "The full stream (subscribeRepos), for networks without a Jetstream"),
            ),
        ),
        Field(
            "address",
            "Address of the server",
            "Leave it empty for Bluesky's own.",
            kind="url",
            required=False,
            placeholder=JETSTREAM,
        ),
        Field(
            "names",
            "Where names are asked for",
            "The stream names people by a number alone; whoever wrote a post that is kept is looked up here. Leave it "
            "empty for Bluesky's own.",
            kind="url",
            required=False,
            placeholder=APPVIEW,
        ),
    )
    every = 300
    reads = frozenset({"poll", "stream"})
    resumes = True
    keyless = True
    notes = (
        "Only posts that a topic catches are kept, what answers or quotes them, and what is said by or to your own "
        "account, where another source knows it. Edits and deletions are followed; when an account is taken down, "
        "suspended, deleted or deactivated, its posts go here, too. Names are looked up for those alone whose posts "
        "are kept. Likes and reposts are not counted: the stream does not tell them with the post."
    )
    tested = (
        Tested(
            "the AT Protocol's own server (PDS), its subscribeRepos: posts, edits, deletions, new handles, accounts "
            "that go, and reading in pieces without gap or repeat",
            real=True,
        ),
        Tested(
            "a Jetstream of the tests, written after the public reference: the same, and 3,000 events during which the "
            "worker is killed twenty times",
        ),
    )

    def suggest(self, brand: Brand) -> Settings | None:
        """Nothing needs to be known: the topics choose."""
        del brand
        return {"stream": "jetstream"}

    def check(self, settings: Settings, http: Http) -> Found:
        """Listen for a moment."""
        posts: list[Post] = []
        end = monotonic() + LOOK
        with closing(_batches(settings, "", http)) as batches:
            for batch in batches:
                posts += batch.posts
                if len(posts) >= MOST or monotonic() > end or (posts and not batch.posts):
                    break
        host = shown(_address(settings, _wire(settings, ""), ""))
        says = f"{host}: the stream is open, {len(posts):,} posts came while we listened."
        return Found(says=says, name="Bluesky", sample=tuple(posts[: -SAMPLE - 1 : -1]))

    def streams(self, settings: Settings) -> bool:
        """Always."""
        del settings
        return True

    def stream(self, settings: Settings, cursor: str, http: Http) -> Generator[Batch, None, None]:
        """Everything from the cursor on."""
        return _batches(settings, cursor, http)

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """Open the stream for a short while; there is more as long as what comes happened before we asked."""
        asked = datetime.now(UTC)
        with closing(_batches(settings, cursor, http)) as batches:
            batch = next(batches)
        moved = bool(batch.posts or batch.gone) and batch.cursor != cursor
        return structs.replace(batch, more=moved and batch.at is not None and batch.at < asked)

    def name(self, settings: Settings, authors: Sequence[str], http: Http) -> Sequence[Author]:
        """Their profiles. After a failure nobody is asked for five minutes, so that the stream is not held up."""
        if monotonic() < float(http.known.get(RESTING, 0.0)):
            return ()
        found: list[Author] = []
        try:
            for at in range(0, len(authors), AT_ONCE):
                asked = urlencode([("actors", did) for did in authors[at : at + AT_ONCE]])
                address = settings.get("names", "").strip().rstrip("/") or APPVIEW
                answer = http.get(f"{address}/xrpc/app.bsky.actor.getProfiles?{asked}")
                found += [actor.as_author() for actor in answer.json(_Profiles).profiles]
        except (Retry, Broken):
            http.known[RESTING] = str(monotonic() + REST)
            raise
        return found


CONNECTOR = BlueskyStream()


def _batches(settings: Settings, cursor: str, http: Http) -> Generator[Batch, None, None]:
    """What comes after the cursor, gathered for a moment, and an empty batch where nothing does."""
    try:
        yield from _read(settings, cursor, http)
    except StartAnew:
        yield from _read(settings, "", http, lost=MISSING)


def _read(settings: Settings, cursor: str, http: Http, *, lost: str = "") -> Iterator[Batch]:
    """The same, where the server knows the cursor; one that refuses an old one is asked for what comes from now on."""
    wire = _wire(settings, cursor)
    with ExitStack() as stack:
        try:
            socket = stack.enter_context(http.websocket(_address(settings, wire, cursor)))
        except Broken:
            if not wire.old(cursor, datetime.now(UTC)):
                raise
            lost = MISSING
            socket = stack.enter_context(http.websocket(_address(settings, wire, "")))
        gathering = Gathering()
        if lost:
            gathering.lost("what came before", lost)
        began = monotonic()
        while True:
            message = socket.receive(BEAT)
            if message is not None:
                try:
                    cursor = wire.read(message, gathering) or cursor
                except Retry as odd:
                    raise Retry(f"{socket.host}: {odd}") from None
                if len(gathering) < MOST and monotonic() - began < WINDOW:
                    continue
            yield gathering.batch(cursor)
            began = monotonic()


def _wire(settings: Settings, cursor: str) -> Wire:
    match settings.get("stream", "").strip():
        case "jetstream":
            return Jetstream(cursor)
        case "repos":
            return Repos()
        case _:
            raise Broken("Which stream is to be read is missing. Choose it.")


def _address(settings: Settings, wire: Wire, cursor: str) -> str:
    given = settings.get("address", "").strip() or wire.home
    parts = urlsplit(given if "://" in given else f"https://{given}")
    path = parts.path if parts.path.strip("/") else wire.path
    query = [*parse_qsl(parts.query), *wire.asked(cursor)]
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))
