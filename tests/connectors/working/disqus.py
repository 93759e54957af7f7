"""Disqus: a site's comments, a moderator's token, and what it does when asked."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

from hubbub.connectors import Act

from ..conftest import Asked, Reply, Server
from . import MANY, Speaks, Works

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
TOKEN = "t0ken"
Thing = dict[str, object]
US = {"name": "Hubbub", "username": "hubbub", "id": "9", "profileUrl": "https://d.test/hubbub"}


class Disqus:
    """Answers as the API does. Tests change what it holds."""

    def __init__(self, server: Server) -> None:
        self.posts: dict[int, Thing] = {}
        self.closed: set[str] = set()
        self.banned: list[Thing] = []
        self.moderated = True  # by the account
        for path, answer in {
            "forums/details": lambda _: {"id": "acme", "name": "Acme Blog"},
            "users/details": lambda _: US,
            "posts/list": self.page,
            "posts/details": lambda given: self.posts.get(int(str(given["post"])), 2),
            "posts/create": self.create,
            "posts/update": lambda given: self.change(given, message=f"<p>{given['message']}</p>"),
            "posts/approve": lambda given: self.change(given, isApproved=True, isSpam=False, isDeleted=False),
            "posts/spam": lambda given: self.change(given, isSpam=True),
            "posts/remove": lambda given: self.change(given, isDeleted=True),
            "posts/restore": lambda given: self.change(given, isDeleted=False, isSpam=False, isApproved=True),
            "posts/vote": lambda given: self.change(given, likes=given["vote"]),
            "posts/report": lambda given: self.change(given, numReports=1),
            "threads/details": lambda given: {"id": given["thread"], "isClosed": given["thread"] in self.closed},
            "threads/close": lambda given: self.close(given, True),
            "threads/open": lambda given: self.close(given, False),
            "blacklists/add": lambda given: self.ban([given]),
            "blacklists/remove": lambda _: self.ban([]),
        }.items():  # fmt: skip
            server.answers[f"/{path}.json"] = self.asked(answer)

    def add(self, number: int, **more: object) -> None:
        """A comment of the minute `number`."""
        self.posts[number] = {
            "id": str(number), "thread": {"id": "3", "link": "https://acme.test/page", "isClosed": False},
            "createdAt": (BEGAN + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%S"),
            "message": f"<p>words {number}</p>", "author": {"name": "Ann", "username": "ann", "id": "2"},
            "parent": None, "isApproved": True, **more,
        }  # fmt: skip

    def asked(self, answer: Callable[[Thing], object]) -> Callable[[Asked], Reply]:
        def reply(asked: Asked) -> Reply:
            pairs = parse_qsl(asked.target.partition("?")[2]) + parse_qsl(asked.body.decode())
            given: Thing = dict(pairs) | {"included": [value for name, value in pairs if name == "include"]}
            if given.get("access_token", TOKEN) != TOKEN:
                return Reply(401, {}, b'{"code": 18, "response": "Invalid token"}')
            said = answer(given)
            if isinstance(said, int):
                return Reply(400, {}, json.dumps({"code": said, "response": "No"}).encode())
            body = said if isinstance(said, dict) and "cursor" in said else {"code": 0, "response": said}
            return Reply(200, {}, json.dumps(body).encode())

        return reply

    def page(self, given: Thing) -> Thing | int:
        """Newest first, by cursor or up to a moment."""
        if given["included"] and not self.moderated:
            return 12
        held = sorted(self.posts.values(), key=lambda one: int(str(one["id"])), reverse=True)
        if not given["included"]:
            held = [one for one in held if one["isApproved"] and not one.get("isDeleted") and not one.get("isSpam")]
        if "end" in given:
            end = datetime.fromtimestamp(int(str(given["end"])), UTC).strftime("%Y-%m-%dT%H:%M:%S")
            held = [one for one in held if str(one["createdAt"]) <= end]
        begin, many = int(str(given.get("cursor", 0))), int(str(given["limit"]))
        more = begin + many < len(held)
        return {"code": 0, "response": held[begin : begin + many],
                "cursor": {"next": str(begin + many), "hasNext": more}}  # fmt: skip

    def create(self, given: Thing) -> Thing:
        number = 9000 + len(self.posts)
        self.add(number, parent=int(str(given["parent"])), message=f"<p>{given['message']}</p>", author=US)
        return self.posts[number]

    def close(self, given: Thing, closed: bool) -> Thing:
        (self.closed.add if closed else self.closed.discard)(str(given["thread"]))
        return {}

    def ban(self, banned: list[Thing]) -> Thing:
        self.banned = banned
        return {}

    def change(self, given: Thing, **more: object) -> Thing:
        self.posts[int(str(given["post"]))] |= more
        return {"id": given["post"]}


def working(_tmp_path: Path, server: Server) -> Works:
    disqus = Disqus(server)
    for number in range(1, MANY + 1):
        disqus.add(number)
    return Works({"forum": "acme", "key": "k", "address": server.url}, says="100 or more")


def speaking(server: Server) -> Speaks:
    """Answers."""
    it = Disqus(server)
    it.add(1)
    settings = {"forum": "acme", "key": "k", "secret": "s", "token": TOKEN, "address": server.url}
    return Speaks(settings, (Act("reply", "1", "k1", "Gladly.", "3"),))
