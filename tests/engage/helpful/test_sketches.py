"""Sketches: off by default, asked of the one server that the operator named, with nothing personal, never sent."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.utils import timezone

from hubbub.engage.helpful import actions, sketch_actions
from hubbub.engage.helpful.actions import ArticleDraft
from hubbub.engage.replying.actions import reply
from hubbub.engine import sketching
from hubbub.store.models import Conversation, Outbox, Post, Sketch, SketchState
from hubbub.ui.api import Refusal
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


class Model:
    """A server that speaks OpenAI's chat completions and says what it is told to say."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []
        self.keys: list[str] = []
        self.says = "Hello [person 1], your refund takes five days. {case number}"
        self.status = 200
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                model.asked.append(json.loads(body))
                model.keys.append(self.headers.get("Authorization", ""))
                answer = json.dumps({"choices": [{"message": {"role": "assistant", "content": model.says}}]}).encode()
                self.send_response(model.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def model(settings: Any) -> Iterator[Model]:
    served = Model()
    settings.DRAFT_URL = f"http://127.0.0.1:{served.server.server_port}/v1"
    settings.DRAFT_MODEL, settings.DRAFT_KEY = "small", "sesame"
    yield served
    served.server.shutdown()


@pytest.fixture
def asked(world: World) -> tuple[Conversation, Post]:
    author = make_author(world.acme, "carolb")
    post = make_post(make_source(world.acme), "Where is my refund? carol@example.org, order 4711000", author=author)
    actions.save_article(world.acme, ArticleDraft("Refunds", "A refund takes five days."), by=world.alice)
    return make_conversation(post), post


def test_it_is_off_until_an_admin_turns_it_on(world: World, asked: tuple[Conversation, Post], model: Model) -> None:
    with pytest.raises(Refusal, match="is off"):
        sketch_actions.ask(*asked, "", by=world.alice)
    assert model.asked == []


def test_without_a_server_it_cannot_be_turned_on(world: World, settings: Any) -> None:
    settings.DRAFT_URL = ""
    with pytest.raises(Refusal, match="named no server"):
        sketch_actions.set_sketching(world.acme, on=True, tone="", by=world.alice)


def test_a_sketch(world: World, asked: tuple[Conversation, Post], model: Model) -> None:
    sketch_actions.set_sketching(world.acme, on=True, tone="We say you.", by=world.alice)
    row = sketch_actions.ask(*asked, "be brief", by=world.alice)
    assert sketch_actions.ask(*asked, "", by=world.alice) == row
    assert sketching.step()
    row.refresh_from_db()
    assert (row.state, row.text) == (SketchState.DONE, "Hello Carolb, your refund takes five days. {case number}")
    told = json.dumps(model.asked)
    for personal in ("Carolb", "carolb", "carol@example.org", "4711000"):
        assert personal not in told
    for wanted in ("A refund takes five days", "We say you.", "be brief", "small"):
        assert wanted in told
    assert model.keys == ["Bearer sesame"]
    assert not Outbox.of(world.acme).exists()
    assert not sketching.step()
    with pytest.raises(Refusal, match="case number"):
        reply(*asked, row.text, by=world.alice)


@pytest.mark.parametrize(
    ("status", "says", "error"),
    [(500, "x", "500"), (401, "x", "does not accept"), (200, "  ", "said nothing")],
)
def test_what_goes_wrong_is_told(
    world: World, asked: tuple[Conversation, Post], model: Model, status: int, says: str, error: str
) -> None:
    sketch_actions.set_sketching(world.acme, on=True, tone="", by=world.alice)
    row = sketch_actions.ask(*asked, "", by=world.alice)
    model.status, model.says = status, says
    sketching.step()
    row.refresh_from_db()
    assert row.state == SketchState.FAILED
    assert error in row.error


def test_turned_off_meanwhile_nothing_is_asked(world: World, asked: tuple[Conversation, Post], model: Model) -> None:
    sketch_actions.set_sketching(world.acme, on=True, tone="", by=world.alice)
    row = sketch_actions.ask(*asked, "", by=world.alice)
    sketch_actions.set_sketching(world.acme, on=False, tone="", by=world.alice)
    assert sketching.step()
    row.refresh_from_db()
    assert (row.state, model.asked) == (SketchState.FAILED, [])


def test_one_that_was_killed_on_the_way_is_asked_again(
    world: World, asked: tuple[Conversation, Post], model: Model
) -> None:
    sketch_actions.set_sketching(world.acme, on=True, tone="", by=world.alice)
    row = sketch_actions.ask(*asked, "", by=world.alice)
    now = timezone.now()
    Sketch.of(world.acme).update(lease_until=now + sketching.LEASE)
    assert not sketching.step(now)
    assert sketching.step(now + sketching.LEASE + timedelta(seconds=1))
    row.refresh_from_db()
    assert row.state == SketchState.DONE


def test_sketches_are_gone_after_a_day(world: World, asked: tuple[Conversation, Post], model: Model) -> None:
    sketch_actions.set_sketching(world.acme, on=True, tone="", by=world.alice)
    row = sketch_actions.ask(*asked, "", by=world.alice)
    assert not sketching.forget_old(row.at + timedelta(hours=23))
    assert sketching.forget_old(row.at + timedelta(hours=25))
    assert not Sketch.of(world.acme).exists()
