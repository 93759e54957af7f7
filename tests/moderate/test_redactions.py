"""Words are covered here and there, the original is kept, seen on the record, and put back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.connectors import Act, Batch, Done, Http
from hubbub.core.failures import Broken
from hubbub.core.post import Post as Shape
from hubbub.engine import outbox as engine
from hubbub.engine.take_in import take_in
from hubbub.moderate import redactions
from hubbub.store.claim import claim_outbox
from hubbub.store.models import Audit, Outbox, Post, Redaction
from hubbub.ui.api import Refusal
from tests.world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TEXT = "Call Ann at 555 123,\nor ann at home"


@pytest.fixture
def post(world: World) -> Post:
    return make_post(make_source(world.acme, can=["redact", "hide"]), TEXT)


class Network:
    """Takes the words, or refuses."""

    def __init__(self) -> None:
        self.text, self.refuses = TEXT, False

    def act(self, settings: object, act: Act, http: Http) -> Done:
        if self.refuses:
            raise Broken("no editing here")
        self.text = act.text
        return Done(act.post)

    def find(self, settings: object, act: Act, http: Http) -> Done | None:
        return None


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    found = Network()
    monkeypatch.setattr(engine, "connector", lambda kind: found)
    return found


def deliver() -> None:
    while row := claim_outbox(timezone.now() + timedelta(days=1)):
        engine.deliver(row, Http())


@pytest.mark.parametrize(
    ("words", "covered"),
    [
        (["ann"], "Call ███ at 555 123,\nor ███ at home"),
        (["555 123"], "Call Ann at ███████,\nor ann at home"),
        (["123,\nor"], "Call Ann at 555 ████\n██ ann at home"),  # lines stay lines
        (["at", "Call"], "████ Ann ██ 555 123,\nor ann ██ home"),
        (["", "  ", "(x"], TEXT),
    ],
)
def test_places(words: list[str], covered: str) -> None:
    found = redactions.covered(TEXT, redactions.places(TEXT, words))
    assert found == covered
    assert len(found) == len(TEXT)  # what was marked in it stays where it is


def test_there_and_back(world: World, post: Post, network: Network) -> None:
    kept = redactions.redact(post, [(12, 19)], by=world.alice, why="a number")
    deliver()
    post.refresh_from_db()
    assert post.text == network.text == "Call Ann at ███████,\nor ann at home"
    assert (kept.original, redactions.look(kept, by=world.alice)) == (TEXT, TEXT)
    redactions.unredact(kept, by=world.alice, why="it is a shop's")
    deliver()
    post.refresh_from_db()
    assert post.text == network.text == TEXT
    assert [row.verb for row in Audit.of(world.acme).filter(noun="post").order_by("pk")] == [
        "redact", "see original", "unredact",
    ]  # fmt: skip
    assert "555" not in str(list(Audit.of(world.acme).values_list("before", "after", "noun_name")[:1]))


def test_put_back_before_it_left(world: World, post: Post, network: Network) -> None:
    redactions.unredact(redactions.redact(post, [(12, 19)], by=world.alice, why="x"), by=world.alice, why="y")
    assert list(Outbox.everywhere.values_list("verb", "state")) == [("redact", "dropped")]


@pytest.mark.parametrize("back", [False, True])
def test_refused_there(world: World, post: Post, network: Network, back: bool) -> None:
    kept = redactions.redact(post, [(12, 19)], by=world.alice, why="a number")
    if back:
        deliver()
        redactions.unredact(kept, by=world.alice, why="x")
    network.refuses = True
    deliver()
    post.refresh_from_db()
    assert (post.decision, post.text) == ("queued", network.text)
    assert (redactions.current(post) is not None) is back


def test_the_next_reading_does_not_put_the_words_back(world: World, post: Post, network: Network) -> None:
    redactions.redact(post, [(12, 19)], by=world.alice, why="a number")
    take_in(post.source, Batch([Shape("1", TEXT)], "1"), now=timezone.now())
    post.refresh_from_db()
    assert "555" not in post.text
    deliver()
    take_in(post.source, Batch([Shape("1", "Her author's new words")], "2"), now=timezone.now() + timedelta(hours=1))
    with pytest.raises(Refusal, match="changed the words since"):
        redactions.unredact(Redaction.everywhere.get(), by=world.alice, why="x")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"spans": []}, "Choose the words"),
        ({"spans": [(30, 99)]}, "changed meanwhile"),
        ({"why": ""}, "Say why"),
        ({"shown": "0"}, "changed meanwhile"),
        ({"can": ["hide"]}, "cannot change what somebody wrote"),
    ],
)
def test_what_cannot_be(world: World, post: Post, given: dict[str, object], says: str) -> None:
    post.source.can = given.pop("can", post.source.can)
    post.source.save()
    with pytest.raises(Refusal, match=says):
        redactions.redact(post, **{"spans": [(0, 4)], "by": world.alice, "why": "x", **given})
    assert not Outbox.everywhere.exists()
