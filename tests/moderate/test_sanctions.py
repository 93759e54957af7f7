"""Warning, muting, banning: through the outbox, lifted at their end, refused in words, with posts as one batch."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.connectors import Act, Done, Http
from hubbub.core.failures import Broken
from hubbub.engine import outbox as engine
from hubbub.moderate import effects, sanctions, undoing
from hubbub.store.claim import claim_outbox
from hubbub.store.models import Audit, Outbox, Post, Sanction, SanctionState, Source
from hubbub.ui.api import Refusal
from tests.world import World, make_author, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ALL = ["hide", "remove", "restore", "warn", "mute", "unmute", "ban", "unban"]


class Network:
    """Does everything but what it is told to refuse; keeps what it was asked for."""

    def __init__(self) -> None:
        self.refuses: set[str] = set()
        self.asked: list[Act] = []

    def act(self, settings: object, act: Act, http: Http) -> Done:
        if act.verb in self.refuses:
            raise Broken(f"they are a moderator here: no {act.verb}")
        self.asked.append(act)
        return Done(act.post, state="removed" if act.verb == "remove" else "visible")

    def find(self, settings: object, act: Act, http: Http) -> Done | None:
        return None


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    found = Network()
    monkeypatch.setattr(engine, "connector", lambda kind: found)
    return found


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme, can=ALL, account="us")


@pytest.fixture
def post(world: World, source: Source) -> Post:
    return make_post(source, "buy pills", author=make_author(world.acme, "carol", source.network))


def deliver() -> None:
    while row := claim_outbox(timezone.now() + timedelta(days=1)):
        engine.deliver(row, Http())


@pytest.mark.parametrize(
    ("verb", "hours", "back", "lifted_state"),
    [("mute", 24, "unmute", "lifted"), ("ban", None, "unban", "lifted"), ("ban", 1, "unban", "lifted")],
)
def test_there_and_back(
    world: World, post: Post, network: Network, verb: str, hours: int | None, back: str, lifted_state: str
) -> None:
    until = timezone.now() + timedelta(hours=hours) if hours else None
    one = sanctions.treat(post, verb, by=world.alice, why="third time", until=until)
    assert (one.state, one.author, one.source) == ("asked", post.author, post.source)
    deliver()
    one.refresh_from_db()
    assert one.state == "done"
    assert [(act.verb, act.author, act.until, act.post) for act in network.asked] == [(verb, "carol", until, "1")]
    assert not sanctions.end_due(timezone.now())
    if hours:
        assert sanctions.end_due(timezone.now() + timedelta(hours=hours))
        assert not sanctions.end_due(timezone.now() + timedelta(hours=hours))
    else:
        sanctions.lift(one, by=world.alice, why="she apologised")
    deliver()
    one.refresh_from_db()
    assert (one.state, one.ended_why) == (lifted_state, "Its time is over" if hours else "she apologised")
    assert [act.verb for act in network.asked] == [verb, back]
    post.refresh_from_db()
    assert post.state == "visible"  # what is done to people does not change how a post stands
    assert [row.verb for row in Audit.of(world.acme).filter(noun="sanction").order_by("pk")] == [verb, "lift"]


def test_a_network_that_ends_it_itself_is_not_asked(
    world: World, post: Post, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sanctions, "ends_itself", lambda source, verb: verb == "mute")
    one = sanctions.treat(post, "mute", by=world.alice, why="x", until=timezone.now() + timedelta(hours=1))
    deliver()
    assert sanctions.end_due(timezone.now() + timedelta(hours=2))
    one.refresh_from_db()
    assert one.state == "lifted"
    assert [act.verb for act in network.asked] == ["mute"]


def test_lifted_before_it_left(world: World, post: Post, network: Network) -> None:
    one = sanctions.lift(sanctions.treat(post, "ban", by=world.alice, why="x"), by=world.alice, why="a mistake")
    deliver()
    assert (one.state, network.asked) == ("lifted", [])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"verb": "kick"}, "nothing that is done to people"),
        ({"why": " "}, "Say why"),
        ({"until": -1}, "is over"),
        ({"verb": "warn", "until": 1}, "no end"),
        ({"verb": "block"}, "no way to block people"),
        ({"who": None}, "does not say who wrote this"),
        ({"who": "us"}, "an account of ours"),
        ({"again": True}, "banned there already, until somebody lifts it"),
    ],
)
def test_what_cannot_be(world: World, source: Source, post: Post, given: dict[str, object], says: str) -> None:
    if "who" in given:
        who = make_author(world.acme, str(given["who"]), source.network) if given["who"] else None
        post = make_post(source, "?", 2, author=who)
    if given.get("again"):
        sanctions.treat(post, "ban", by=world.alice, why="x")
    until = timezone.now() + timedelta(hours=int(str(given["until"]))) if "until" in given else None
    before = Outbox.everywhere.count()
    with pytest.raises(Refusal, match=says):
        sanctions.treat(
            post, str(given.get("verb", "ban")), by=world.alice, why=str(given.get("why", "x")), until=until
        )
    assert Outbox.everywhere.count() == before


def test_what_the_network_refuses_comes_back_to_the_queue(world: World, post: Post, network: Network) -> None:
    network.refuses = {"ban"}
    one = sanctions.treat(post, "ban", by=world.alice, why="x")
    deliver()
    one.refresh_from_db()
    post.refresh_from_db()
    assert (one.state, one.error) == ("refused", "they are a moderator here: no ban")
    assert (post.decision, post.state) == ("queued", "visible")
    told = Audit.of(world.acme).filter(noun="post").latest("pk")
    assert (told.verb, told.by_name, told.why) == ("not done", "Acme blog", "ban: they are a moderator here: no ban")


def test_what_cannot_be_lifted_stands_and_is_said(world: World, post: Post, network: Network) -> None:
    network.refuses = {"unban"}
    one = sanctions.treat(post, "ban", by=world.alice, why="x", until=timezone.now() + timedelta(hours=1))
    deliver()
    later = timezone.now() + timedelta(hours=2)
    assert sanctions.end_due(later)
    deliver()
    one.refresh_from_db()
    assert (one.state, one.until, "no unban" in one.error) == ("done", None, True)
    assert not sanctions.end_due(later)  # it does not try for ever


def test_with_their_posts_as_one_batch(world: World, source: Source, post: Post, network: Network) -> None:
    now = timezone.now()
    Post.everywhere.filter(pk=post.pk).update(published=now)
    for number, days in ((2, 1), (3, 6), (4, 9)):
        made = make_post(source, f"pills {number}", number, author=post.author)
        Post.everywhere.filter(pk=made.pk).update(published=now - timedelta(days=days))
    other = make_post(source, "hello", 5, author=make_author(world.acme, "dave", source.network))
    done = sanctions.treat_with_posts(post, "ban", by=world.alice, why="sells pills", days=7)
    assert done.batch is not None
    deliver()
    states = dict(Post.everywhere.values_list("native_id", "state"))
    assert states == {"1": "removed", "2": "removed", "3": "removed", "4": "visible", other.native_id: "visible"}
    assert done.batch.name == "Carol banned, 3 posts removed"
    begun = undoing.start(world.acme, undoing.Wish(batch=done.batch), by=world.alice, why="the wrong Carol")
    assert (begun.state, begun.undone, begun.left) == ("done", 4, 0)
    deliver()
    assert set(Post.everywhere.values_list("state", flat=True)) == {"visible"}
    assert Sanction.everywhere.get().state == SanctionState.LIFTED
    assert sorted(act.verb for act in network.asked) == ["ban", "remove", "remove", "remove", *["restore"] * 3, "unban"]


def test_only_what_can_be_done_there_is_offered(world: World, post: Post) -> None:
    assert [(one.verb, one.word) for one in effects.offers(post, effects.TREATING)] == [
        ("warn", "Warn"), ("mute", "Mute"), ("ban", "Ban"),
    ]  # fmt: skip
    assert effects.offers(post, effects.HANDLING) == []
    assert effects.word(post.source, "remove") == "Move to trash"  # WordPress's own word
