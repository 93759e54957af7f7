"""A Lemmy server: its lists, an account that moderates, and what it does when asked."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from hubbub.connectors import Act

from ..conftest import Asked, Reply, Server
from . import MANY, Speaks, Works

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
PASSWORD = "pw"
POST, THREAD = "comment:7", "post:3"
Thing = dict[str, Any]


def person(number: int = 2, name: str = "ann", host: str = "127.0.0.1") -> Thing:
    """Somebody who writes."""
    return {"id": number, "name": name, "actor_id": f"https://{host}/u/{name}", "published": "2024-01-01T00:00:00Z"}


class Lemmy:
    """Answers as the API does. `posts` and `comments` hold what there is; tests change them."""

    def __init__(self, server: Server) -> None:
        self.posts: dict[int, Thing] = {}
        self.comments: dict[int, Thing] = {}
        self.reports: list[Thing] = []
        self.tokens = ["jwt-1"]
        self.told: list[tuple[str, Thing]] = []  # what it was asked to do
        self.banned = False
        for path, answer in {
            "site": self.site, "user/login": self.login, "post/list": self.list_posts, "search": self.search,
            "comment/list": self.list_comments, "post": self.post, "comment": self.comment, "community": self.community,
            "post/report/list": self.post_reports, "comment/report/list": self.comment_reports,
            "post/report/resolve": self.resolve, "comment/report/resolve": self.resolve,
            "community/ban_user": self.ban, "post/report": self.note, "comment/report": self.note,
        }.items():  # fmt: skip
            server.answers[f"/api/v3/{path}"] = self.asked(path, answer)
        server.answers["/pictrs/image"] = self.keep
        for what in ("remove", "delete", "lock", "like"):
            server.answers[f"/api/v3/post/{what}"] = self.asked(f"post/{what}", self.change)
            server.answers[f"/api/v3/comment/{what}"] = self.asked(f"comment/{what}", self.change)

    def add_post(self, number: int, **more: object) -> None:
        """A post of the minute `number`."""
        self.posts[number] = {
            "id": number, "name": f"post {number}", "published": minute(number),
            "ap_id": f"https://l.test/post/{number}", "creator_id": 2, "community_id": 9,
            "removed": False, "deleted": False, "locked": False, **more,
        }  # fmt: skip

    def add_comment(self, number: int, post: int = 1, path: str = "", **more: object) -> None:
        """A comment of the minute `number`."""
        self.comments[number] = {
            "id": number, "post_id": post, "content": f"comment {number}", "published": minute(number),
            "ap_id": f"https://l.test/comment/{number}", "path": path or f"0.{number}", "creator_id": 2,
            "removed": False, "deleted": False, **more,
        }  # fmt: skip

    # --- the calls

    def asked(self, path: str, answer: Callable[[Thing], object]) -> Callable[[Asked], Reply]:
        def reply(asked: Asked) -> Reply:
            given: Thing = dict(parse_qsl(asked.target.partition("?")[2]))
            if asked.body:
                given = json.loads(asked.body)
                self.told.append((f"{asked.method} {path}", given))
            sent = asked.headers.get("authorization", "").removeprefix("Bearer ")
            if sent and sent not in self.tokens:
                return Reply(401, {}, b'{"error": "incorrect_login"}')
            self.me = bool(sent)
            said = answer(given)
            if isinstance(said, str):
                return Reply(400, {}, json.dumps({"error": said}).encode())
            return Reply(200, {}, json.dumps(said).encode())

        return reply

    def keep(self, asked: Asked) -> Reply:
        """A picture."""
        if asked.headers.get("cookie") != f"jwt={self.tokens[-1]}" or b'name="images[]"' not in asked.body:
            return Reply(400, {}, b"{}")
        return Reply(201, {}, b'{"msg": "ok", "files": [{"file": "a1.png", "delete_token": "d"}]}')

    def site(self, _: Thing) -> object:
        about: Thing = {"site_view": {"site": {"name": "Testers"}}, "version": "0.19.5"}
        if self.me:
            local = {"local_user": {"admin": False}, "person": person(7, "hubbub")}
            about["my_user"] = {"local_user_view": local, "moderates": [{"community": {"id": 9, "name": "acme"}}]}
            far = {"id": 12, "name": "bread", "actor_id": "https://else.test/c/bread"}
            about["my_user"]["follows"] = [{"community": far}, {"community": {"id": 9, "name": "acme"}}]
        return about

    def login(self, given: Thing) -> object:
        return {"jwt": self.tokens[-1]} if given["password"] == PASSWORD else "incorrect_login"

    def list_posts(self, given: Thing) -> object:
        return {"posts": [self.post_view(one) for one in page(self.posts, given)]}

    def list_comments(self, given: Thing) -> object:
        held = {
            number: one
            for number, one in self.comments.items()
            if "post_id" not in given or one["post_id"] == int(str(given["post_id"]))
        }
        return {"comments": [self.comment_view(one) for one in page(held, given)]}

    def search(self, given: Thing) -> object:
        word = str(given["q"])
        posts = {number: one for number, one in self.posts.items() if word in str(one["name"])}
        comments = {number: one for number, one in self.comments.items() if word in str(one["content"])}
        found_posts = [self.post_view(one) for one in page(posts, given)] if given["type_"] == "Posts" else []
        found = [self.comment_view(one) for one in page(comments, given)] if given["type_"] == "Comments" else []
        return {"posts": found_posts, "comments": found}

    def post(self, given: Thing) -> object:
        if "name" in given:
            self.add_post(5000 + len(self.posts), name=given["name"], body=given["body"], creator_id=7)
            return {"post_view": self.post_view(self.posts[max(self.posts)])}
        number = int(str(given.get("post_id", given.get("id"))))
        if number not in self.posts:
            return "couldnt_find_post"
        if "body" in given:
            self.posts[number]["body"] = given["body"]
        return {"post_view": self.post_view(self.posts[number])}

    def comment(self, given: Thing) -> object:
        if "post_id" in given:
            above = self.comments[int(str(given["parent_id"]))]["path"] if "parent_id" in given else "0"
            number = 5000 + len(self.comments)
            self.add_comment(
                number, int(str(given["post_id"])), f"{above}.{number}", content=given["content"], creator_id=7
            )
            return {"comment_view": self.comment_view(self.comments[number])}
        number = int(str(given.get("comment_id", given.get("id"))))
        if number not in self.comments:
            return "couldnt_find_comment"
        if "content" in given:
            self.comments[number]["content"] = given["content"]
        return {"comment_view": self.comment_view(self.comments[number])}

    def change(self, given: Thing) -> object:
        kind = "post" if "post_id" in given else "comment"
        held = self.posts if kind == "post" else self.comments
        thing = held[int(str(given[f"{kind}_id"]))]
        thing |= {name: given[name] for name in ("removed", "deleted", "locked") if name in given}
        if "score" in given:
            thing["vote"] = given["score"]
        return {f"{kind}_view": (self.post_view if kind == "post" else self.comment_view)(thing)}

    def community(self, _: Thing) -> object:
        return {"community_view": {"community": {"id": 9, "name": "acme"}}}

    def ban(self, given: Thing) -> object:
        self.banned = bool(given["ban"])
        return {"banned": self.banned}

    def note(self, _: Thing) -> object:
        return {}

    def post_reports(self, given: Thing) -> object:
        return {"post_reports": [one for one in self._reports(given) if "post_report" in one]}

    def comment_reports(self, given: Thing) -> object:
        return {"comment_reports": [one for one in self._reports(given) if "comment_report" in one]}

    def _reports(self, given: Thing) -> list[Thing]:
        every = given["unresolved_only"] != "true"
        return [one for one in self.reports if every or not about(one).get("resolved")]

    def resolve(self, given: Thing) -> object:
        for one in self.reports:
            if about(one)["id"] == given["report_id"]:
                about(one)["resolved"] = True
        return {}

    def post_view(self, one: Thing) -> Thing:
        return {"post": {**one, "vote": None}, "counts": {"upvotes": 3, "comments": 1}, **self._around(one)}

    def comment_view(self, one: Thing) -> Thing:
        return {"comment": one, "counts": {"upvotes": 2, "child_count": 0}, **self._around(one)}

    def _around(self, one: Thing) -> Thing:
        creator = {7: person(7, "hubbub"), 4: person(4, "bo", "else.test")}.get(int(str(one["creator_id"])), person())
        return {
            "creator": creator,
            "community": {"id": 9, "name": "acme"},
            "creator_banned_from_community": self.banned,
            "my_vote": one.get("vote"),
        }


def about(report: Thing) -> Thing:
    """What a report itself says."""
    said: Thing = report.get("post_report") or report["comment_report"]
    return said


def minute(number: int) -> str:
    """The time of the thing of that number."""
    return (BEGAN + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")


def page(held: dict[int, Thing], given: Thing) -> list[Thing]:
    """Newest first, below what is pinned."""
    many, number = int(str(given["limit"])), int(str(given["page"]))
    newest = sorted(
        held.values(), key=lambda one: (bool(one.get("featured_community")), str(one["published"])), reverse=True
    )
    return newest[(number - 1) * many : number * many]


def working(_tmp_path: Path, server: Server) -> Works:
    lemmy = Lemmy(server)
    for number in range(1, 201):
        lemmy.add_post(number)
    for number in range(201, MANY + 1):
        lemmy.add_comment(number)
    return Works({"site": server.url}, says="Testers")


def speaking(server: Server) -> Speaks:
    """Answers and posts."""
    it = Lemmy(server)
    it.add_post(1)
    it.add_comment(2)
    settings = {"site": server.url, "community": "acme", "user": "hubbub", "password": PASSWORD}
    reply = Act("reply", "comment:2", "k1", "Gladly.", "post:1")
    return Speaks(settings, (reply, Act("post", "", "k2", "Words", "acme", title="News")))
