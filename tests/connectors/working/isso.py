"""An Isso with many comments on one page."""

import json
from pathlib import Path

from ..conftest import Reply, Server
from . import MANY, Works


def working(_tmp_path: Path, server: Server) -> Works:
    def comment(number: int) -> dict[str, object]:
        return {"id": number, "text": f"<p>post {number}</p>", "author": "Ann", "hash": "a1", "created": 1.5 * number}

    numbers = list(range(1, MANY + 1))
    tops = [{**comment(one), "replies": [comment(one + 1)] if one < MANY else []} for one in numbers[::2]]
    body = {"id": None, "replies": tops, "total_replies": MANY}
    server.answers["/"] = Reply(200, {"content-type": "application/json"}, json.dumps(body).encode())
    return Works({"site": server.url, "pages": "/cakes.html"})
