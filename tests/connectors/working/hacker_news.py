"""The search of Hacker News, with many comments."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

from ..conftest import Asked, Reply, Server
from . import MANY, Works

BEGAN = 1_790_000_000


def hit(number: int, **more: object) -> dict[str, object]:
    """A comment as the search tells of it."""
    return {
        "objectID": str(number),
        "created_at_i": BEGAN + number * 60,
        "author": "ann",
        "comment_text": f"<p>post {number}",
        "story_id": 1,
        "parent_id": 1,
        **more,
    }


def search(hits: dict[int, dict[str, object]]) -> Callable[[Asked], Reply]:
    """Answers as the search does: newest first, a page at a time, the newest thousand at most."""

    def answer(asked: Asked) -> Reply:
        query = dict(parse_qsl(asked.target.partition("?")[2]))
        bounds = dict(re.findall(r"created_at_i([<>]=)(\d+)", query.get("numericFilters", "")))
        low, high = int(bounds.get(">=", 0)), int(bounds.get("<=", 10**12))
        held = [one for one in hits.values() if low <= int(str(one["created_at_i"])) <= high]
        held.sort(key=lambda one: (one["created_at_i"], int(str(one["objectID"]))), reverse=True)
        many, page = int(query["hitsPerPage"]), int(query["page"])
        reached = held[:1000]
        body = {
            "hits": reached[page * many : (page + 1) * many],
            "nbHits": len(held),
            "nbPages": -(-len(reached) // many),
        }
        return Reply(200, {}, json.dumps(body).encode())

    return answer


def working(_tmp_path: Path, server: Server) -> Works:
    server.answers["/api/v1/search_by_date"] = search({number: hit(number) for number in range(2, MANY + 2)})
    return Works({"words": "acme", "address": server.url})
