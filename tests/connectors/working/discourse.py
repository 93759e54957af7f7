"""A Discourse forum: topics with posts, a moderator's key, and what it does when asked."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from hubbub.connectors import Act

from ..conftest import Asked, Reply, Server
from . import MANY, Speaks, Works

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
KEY = "k3y"
POST, THREAD = "3/7", "3"
FIXED = {"category": "", "topic": "", "words": ""}
Thing = dict[str, Any]


class Discourse:
    """Answers as a forum does. Tests change what it holds."""

    def __init__(self, server: Server) -> None:
        self.posts: dict[int, Thing] = {}
        self.closed: set[int] = set()
        self.treated: dict[str, Thing] = {}
        self.secret: set[int] = set()  # posts that a visitor may not see
        self.liked: set[int] = set()
        self.private: list[Thing] = []
        self.old = False  # an older version
        self.told: list[tuple[str, str, Thing]] = []
        server.answers["*"] = self.reply

    def add(self, number: int, topic: int = 1, place: int = 0, **more: object) -> None:
        """A post of the minute `number`."""
        place = place or 1 + max((int(str(one["post_number"])) for one in self.posts.values()
                                  if one["topic_id"] == topic), default=0)  # fmt: skip
        self.posts[number] = {
            "id": number, "topic_id": topic, "post_number": place, "username": "ann", "name": "Ann", "user_id": 2,
            "raw": f"words {number}", "cooked": f"<p>words {number}</p>", "topic_slug": f"topic-{topic}",
            "topic_title": f"Topic {topic}", "category_id": 5,
            "created_at": (BEGAN + timedelta(minutes=number)).isoformat().replace("+00:00", "Z"), **more,
        }  # fmt: skip

    def reply(self, asked: Asked) -> Reply:
        """By method and path."""
        key = asked.headers.get("api-key", "")
        if key and key != KEY:
            return Reply(403, {}, b'{"errors": [], "error_type": "invalid_access"}')
        path, _, query = asked.target.partition("?")
        is_json = asked.headers.get("content-type") == "application/json"
        body: Thing = json.loads(asked.body) if asked.body and is_json else {"sent": asked.body.decode("latin-1")}
        given = parse_qsl(unquote(query))
        if asked.method != "GET":
            self.told.append((asked.method, path, body))
        for pattern, answer in self._calls().items():
            if found := re.fullmatch(pattern, f"{asked.method} {path}"):
                return answer(found, given, body)
        return Reply(404, {}, b'{"errors": ["Not found"], "error_type": "not_found"}')

    def _calls(self) -> dict[str, Callable[["re.Match[str]", list[tuple[str, str]], Thing], Reply]]:
        return {
            "GET /site/basic-info.json": lambda *_: said({"title": "Testers"}),
            "GET /site.json": lambda *_: said(
                {"categories": [{"id": 5, "slug": "support", "name": "Support"},
                                {"id": 6, "slug": "deep", "name": "Deep", "parent_category_id": 5},
                                {"id": 7, "slug": "else", "name": "Else", "permission": 3}]}
            ),
            r"GET /u/(\w+).json": lambda *_: said({"user": {"id": 9, "username": "hubbub", "moderator": True}}),
            "GET /posts.json": self._latest,
            "GET /private-posts.json": lambda *_: said({"private_posts": self.private}),
            "POST /posts.json": self._make,
            "POST /uploads.json": lambda *_: said(
                {"id": 1, "url": "/uploads/default/1.png", "short_url": "upload://a1.png", "width": 4, "height": 3}
            ),
            r"GET /posts/by_number/(\d+)/(\d+).json": self._by_number,
            r"(GET|PUT|DELETE) /posts/(\d+).json": self._one,
            r"PUT /posts/(\d+)/(recover|unhide).json": self._back,
            "GET /search.json": self._search,
            r"GET /t/(\d+).json": self._topic,
            r"GET /t/(\d+)/posts.json": self._some,
            r"PUT /t/(\d+)/status.json": self._status,
            "POST /post_actions.json": self._action,
            r"DELETE /post_actions/(\d+).json": self._unlike,
            r"PUT /admin/users/(\d+)/(\w+).json": self._treat,
            r"GET /admin/users/(\d+).json": lambda found, _g, _b: said(self.treated.get(found[1], {})),
        }  # fmt: skip

    def _show(self, one: Thing) -> Thing:
        acts = [{"id": 2, "count": 1, "acted": True}] if one["id"] in self.liked else []
        return {**one, "actions_summary": acts}

    def _latest(self, _f: "re.Match[str]", given: list[tuple[str, str]], _b: Thing) -> Reply:
        """Newer servers begin below `before`; older ones with it, and look at fifty numbers, whatever stands there."""
        before = int(dict(given).get("before", 0)) or max(self.posts, default=0) + 1
        numbers = range(before, before - 50, -1) if self.old else range(before - 1, 0, -1)
        newest = [number for number in numbers if number in self.posts][:50]
        shown = [self._show(self.posts[one]) for one in newest if one not in self.secret]
        return said({"latest_posts": [one for one in shown if not one.get("deleted_at")]})

    def _make(self, _f: "re.Match[str]", _g: list[tuple[str, str]], body: Thing) -> Reply:
        number = 9000 + len(self.posts) + len(self.private)
        if body.get("archetype"):
            self.private.append({"id": number, "topic_id": 88, "post_number": 1, "raw": body["raw"],
                                 "created_at": "2026-03-02T00:00:00Z"})  # fmt: skip
            return said(self.private[-1])
        above = body.get("reply_to_post_number")
        self.add(number, int(str(body.get("topic_id", 77))), raw=body["raw"], cooked="", username="hubbub", user_id=9,
                 reply_to_post_number=above)  # fmt: skip
        return said(self.posts[number])

    def _by_number(self, found: "re.Match[str]", _g: list[tuple[str, str]], _b: Thing) -> Reply:
        place = (int(found[1]), int(found[2]))
        held = [one for one in self.posts.values() if (one["topic_id"], one["post_number"]) == place]
        return said(self._show(held[0])) if held else Reply(404, {}, b"{}")

    def _one(self, found: "re.Match[str]", _g: list[tuple[str, str]], body: Thing) -> Reply:
        number = int(found[2])
        if number not in self.posts:
            return Reply(404, {}, b"{}")
        if found[1] == "DELETE":
            self.posts[number]["deleted_at"] = "2026-03-03T00:00:00Z"
            return Reply(200)
        if found[1] == "PUT":
            self.posts[number] |= {"raw": dict(body["post"])["raw"], "version": 2}
        return said(self._show(self.posts[number]))

    def _back(self, found: "re.Match[str]", _g: list[tuple[str, str]], _b: Thing) -> Reply:
        field, value = ("deleted_at", None) if found[2] == "recover" else ("hidden", False)
        self.posts[int(found[1])][field] = value
        return said({})

    def _search(self, _f: "re.Match[str]", given: list[tuple[str, str]], _b: Thing) -> Reply:
        asked = dict(given)
        word, page = asked["q"].split()[0], int(asked["page"])
        held = sorted((number for number, one in self.posts.items() if word in str(one["raw"])), reverse=True)
        if page > 10:
            return Reply(400, {}, b'{"errors": ["page parameter must not be greater than 10"]}')
        hits = [
            {"id": number, "topic_id": self.posts[number]["topic_id"], "post_number": self.posts[number]["post_number"]}
            for number in held[(page - 1) * 50 : page * 50]
        ]
        return said({"posts": hits})

    def _topic(self, found: "re.Match[str]", _g: list[tuple[str, str]], _b: Thing) -> Reply:
        topic = int(found[1])
        ids = sorted(number for number, one in self.posts.items() if one["topic_id"] == topic)
        return said({"id": topic, "title": f"Topic {topic}", "slug": f"topic-{topic}", "closed": topic in self.closed,
                     "post_stream": {"stream": ids, "posts": []}})  # fmt: skip

    def _some(self, _f: "re.Match[str]", given: list[tuple[str, str]], _b: Thing) -> Reply:
        ids = [int(value) for name, value in given if name == "post_ids[]"]
        return said({"post_stream": {"posts": [self._show(self.posts[number]) for number in ids]}})

    def _status(self, found: "re.Match[str]", _g: list[tuple[str, str]], body: Thing) -> Reply:
        (self.closed.add if body["enabled"] == "true" else self.closed.discard)(int(found[1]))
        return said({"success": "OK"})

    def _action(self, _f: "re.Match[str]", _g: list[tuple[str, str]], body: Thing) -> Reply:
        number = int(str(body["id"]))
        if body["post_action_type_id"] == 2:
            self.liked.add(number)
        elif body.get("take_action"):
            self.posts[number]["hidden"] = True
        return said({})

    def _unlike(self, found: "re.Match[str]", _g: list[tuple[str, str]], _b: Thing) -> Reply:
        self.liked.discard(int(found[1]))
        return said({})

    def _treat(self, found: "re.Match[str]", _g: list[tuple[str, str]], body: Thing) -> Reply:
        held = self.treated.setdefault(found[1], {})
        how = found[2]
        field = "silenced_till" if "silence" in how else "suspended_till"
        held[field] = None if how.startswith("un") else body.get("silenced_till") or body.get("suspend_until")
        return said({})


def said(body: object) -> Reply:
    """JSON."""
    return Reply(200, {"content-type": "application/json"}, json.dumps(body).encode())


def working(_tmp_path: Path, server: Server) -> Works:
    forum = Discourse(server)
    for number in range(1, MANY + 1):
        forum.add(number, topic=number % 40 + 1)
    return Works({"site": server.url}, says="Testers")


def speaking(server: Server) -> Speaks:
    """Answers and topics, with pictures."""
    forum = Discourse(server)
    forum.add(1)
    forum.add(2, reply_to_post_number=1)
    settings = {"site": server.url, "user": "hubbub", "key": KEY}
    return Speaks(
        settings, (Act("reply", "1/2", "k1", "Gladly.", "1"), Act("post", "", "k2", "Words", "5", title="News"))
    )
