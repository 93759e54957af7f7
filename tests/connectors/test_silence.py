"""Keys and texts are told to nobody: not in the log, not in an error that is kept, not in the log of acts."""

import logging
from typing import Any

import pytest
from django.db import transaction
from msgspec import json

from hubbub.connectors import Connector, Http, connectors
from hubbub.engine import listening
from hubbub.engine.outbox import deliver
from hubbub.store import models, outbox
from hubbub.store.models import Audit, Outbox, Source
from tests.world import World, make_author, make_post, make_source

from .conftest import Asked, Reply, Server

pytestmark = [pytest.mark.database, pytest.mark.django_db]

KEY = "kq8-marked-secret-of-the-source"
WORDS = "zx7 marked words that are said to carol"
SAID = "vv3 marked words that carol said"


def echo(asked: Asked) -> Reply:
    """A server that repeats what it was sent, as some do in their errors."""
    sent = f"{asked.target} {asked.headers} {asked.body.decode(errors='replace')}"
    return Reply(
        400, {"content-type": "application/json"}, json.encode({"error": sent, "message": sent, "detail": sent})
    )


TROUBLE: dict[str, Reply | Any] = {
    "refused": Reply(401, {}, b'{"message": "No."}'),
    "trouble": Reply(500),
    "rubbish": Reply(200, {}, b"{" + b"x" * 50),
    "cut": Reply(200, {"content-length": "1000"}, b'{"name": "Ac'),
    "echo": echo,
}


def source_of(world: World, network: Connector, url: str) -> Source:
    """One of that kind, with a marked secret wherever it takes one."""
    settings, secrets = {}, {}
    for field in network.fields:
        if field.kind == "secret":
            secrets[field.name] = KEY
        elif field.kind == "url":
            settings[field.name] = url
            secrets[field.name] = url.replace("http://", f"http://me:{KEY}@") + f"/?token={KEY}"
        else:
            settings[field.name] = field.choices[0][0] if field.choices else "acme"
    source = make_source(world.acme, "Marked", kind=network.kind, settings=settings, can=sorted(network.can))
    source.keep_secrets(secrets)
    source.save()
    return source


def told(caplog: pytest.LogCaptureFixture, source: Source) -> str:
    """All that anybody can read afterwards, exceptions with everything that led to them."""
    formatter = logging.Formatter()
    log = "\n".join(formatter.format(record) for record in caplog.records)
    source.refresh_from_db()
    rows = [str(list(model.of(source.workspace).values())) for model in (Audit,)]
    errors = list(Outbox.of(source.workspace).values_list("error", flat=True))
    return "\n".join([log, source.error, str(source.refused), *errors, *rows])


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("kind", connectors())
def test_what_fails_tells_neither_keys_nor_texts(
    kind: str,
    trouble: str,
    world: World,
    server: Server,
    http: Http,
    caplog: pytest.LogCaptureFixture,
) -> None:
    network = connectors()[kind]
    server.answers["*"] = TROUBLE[trouble]
    source = source_of(world, network, server.url)
    caplog.set_level(logging.INFO)
    listening.listen_to(source, http)
    author = make_author(world.acme, "carol", source.network)
    post = make_post(source, SAID, author=author)
    for verb in sorted(network.can):
        try_it(post, verb, http)
    said = told(caplog, source)
    leaks = [said[max(0, at - 80) : at + 40] for mark in (KEY, WORDS, SAID) if (at := said.find(mark)) >= 0]
    assert not leaks
    if network.can and trouble == "refused":
        assert Outbox.of(world.acme).exclude(error="").exists()  # it failed, and says why in other words


def try_it(post: models.Post, verb: str, door: Http) -> None:
    """Twice, so that the second try looks for the first."""

    with transaction.atomic():
        row = outbox.put(post, verb, by=models.System("a test"), text=WORDS, author=post.author, label="spam")
    deliver(row, door)
    row.refresh_from_db()
    if row.state == "failed":
        deliver(row, door)
