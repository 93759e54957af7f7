"""A Misago forum with many posts: threads of different lengths, one of them pinned."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

from ..conftest import Asked, Reply, Server
from . import MANY, Works

PER_LIST, PER_PAGE = 20, 18
LENGTHS = (1, 250, 3, 2)  # posts of a thread, in turn
WHEN = "2026-11-22T12:00:00.5Z"


def threads() -> dict[int, list[int]]:
    """The numbers of the posts in each thread."""
    many: dict[int, list[int]] = {}
    number = 0
    while number < MANY:
        thread = len(many) + 1
        length = min(LENGTHS[thread % len(LENGTHS)], MANY - number)
        many[thread] = [number + 1 + place for place in range(length)]
        number += length
    return many


def working(_tmp_path: Path, server: Server) -> Works:
    there = threads()

    def shown(thread: int) -> dict[str, object]:
        last = there[thread][-1]
        pinned = 2 if thread == 1 else 0
        return {"id": thread, "title": f"Thread {thread}", "last_post": last, "replies": 1, "weight": pinned}

    def listed(asked: Asked) -> Reply:
        query = dict(parse_qsl(asked.target.partition("?")[2]))
        start = int(query.get("start", 0))
        order = sorted((one for one in there if one != 1), key=lambda one: -there[one][-1])
        rest = [one for one in order if not start or there[one][-1] <= start]
        page, more = rest[:PER_LIST], rest[PER_LIST:]
        found = ([] if start else [1]) + page
        body = {"results": [shown(one) for one in found], "next": there[more[0]][-1] if more else None}
        return Reply(200, {"content-type": "application/json"}, json.dumps(body).encode())

    def page(asked: Asked) -> Reply:
        path, _, query = asked.target.partition("?")
        thread, number = int(path.split("/")[3]), int(dict(parse_qsl(query))["page"])
        posts = there[thread]
        pages = max(1, -(-len(posts) // PER_PAGE))
        if number > pages:
            return Reply(404, {}, b'{"detail": "Not found."}')
        results = [
            {"id": one, "posted_on": WHEN, "poster_name": "Ann", "content": f"<p>post {one}</p>"}
            for one in posts[(number - 1) * PER_PAGE : number * PER_PAGE]
        ]
        body = shown(thread) | {"post_set": {"results": results, "page": number, "pages": pages}}
        return Reply(200, {"content-type": "application/json"}, json.dumps(body).encode())

    server.answers["/api/auth/"] = Reply(200, {}, b'{"id": null, "acl": {}}')
    server.answers["/api/threads/"] = listed
    for thread in there:
        server.answers[f"/api/threads/{thread}/posts/"] = page
    return Works({"site": server.url}, says="replies")
