"""A Mastodon server with many posts under one hashtag."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

from ..conftest import Asked, Reply, Server
from . import MANY, Works

START = 113_000_000_000_000_000


def status(number: int, **more: object) -> dict[str, object]:
    """A post as the public reference has it, in short."""
    given = {
        "id": str(START + number),
        "created_at": "2026-11-01T12:00:00.000Z",
        "content": f"<p>post {number}</p>",
        "visibility": "public",
        "url": f"https://example.social/@ann/{START + number}",
        "account": {"id": "7", "username": "ann", "acct": "ann", "display_name": "Ann"},
    }
    return {**given, **more}


def working(_tmp_path: Path, server: Server) -> Works:
    def timeline(asked: Asked) -> Reply:
        query = dict(parse_qsl(asked.target.partition("?")[2]))
        below = int(query.get("max_id", START + MANY)) - START
        numbers = range(min(below, MANY) - 1, -1, -1)[: int(query["limit"])]
        return Reply(body=json.dumps([status(number) for number in numbers]).encode())

    server.answers["/api/v1/timelines/tag/acme"] = timeline
    server.answers["/api/v2/instance"] = Reply(body=b'{"title": "Example"}')
    return Works({"site": server.url, "read": "hashtag", "what": "#acme"}, says="5 posts and more")
