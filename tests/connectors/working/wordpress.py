"""A WordPress site with many comments."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

from ..conftest import Asked, Reply, Server
from . import MANY, Works


def working(_tmp_path: Path, server: Server) -> Works:
    def comments(asked: Asked) -> Reply:
        query = dict(parse_qsl(asked.target.partition("?")[2]))
        offset, many = int(query["offset"]), int(query["per_page"])
        numbers = range(1, MANY + 1) if query["order"] == "asc" else range(MANY, 0, -1)
        found = [
            {"id": number, "post": 1, "content": {"rendered": f"<p>post {number}</p>"}, "author_name": "Ann"}
            for number in numbers[offset : offset + many]
        ]
        return Reply(200, {"x-wp-total": str(MANY)}, json.dumps(found).encode())

    server.answers["/"] = Reply(200)
    server.answers["/wp-json/"] = Reply(200, {}, b'{"name": "Acme", "namespaces": ["wp/v2"]}')
    server.answers["/wp-json/wp/v2/comments"] = comments
    return Works({"site": server.url})
