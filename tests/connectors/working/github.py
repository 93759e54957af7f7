"""GitHub: a repository with issues, comments and a discussion, and an account that owns it."""

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
TOKEN = "t0ken"
POST, THREAD = "comment:7", "issue:3"
FIXED = {"repository": "acme/rocket", "words": ""}
Thing = dict[str, Any]
ANN = {"login": "ann", "id": 2, "html_url": "https://gh.test/ann"}
US = {"login": "hubbub", "id": 9, "html_url": "https://gh.test/hubbub"}
MISSING: Thing = {"errors": [{"type": "NOT_FOUND", "message": "Could not resolve to a node."}]}
ACME = {"login": "acme", "id": 1, "type": "Organization"}


def minute(number: int) -> str:
    """The time of the thing of that number."""
    return (BEGAN + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")


class GitHub:
    """Answers as GitHub does. Tests change what it holds."""

    def __init__(self, server: Server) -> None:
        self.issues: dict[int, Thing] = {}
        self.comments: dict[int, Thing] = {}
        self.folded: dict[str, str] = {}
        self.blocked: set[str] = set()
        self.owner: Thing = ACME
        self.rights: Thing = {"triage": True, "push": True, "admin": True}
        self.labels: dict[int, set[str]] = {}
        self.discussions: list[Thing] = []
        self.thumbs: dict[int, Thing] = {2: ANN}
        self.told: list[tuple[str, str, Thing]] = []
        server.answers["*"] = self.reply

    def add_issue(self, number: int, **more: object) -> None:
        """An issue of the minute `number`."""
        self.issues[number] = {
            "number": number, "title": f"Issue {number}", "body": f"words {number}", "user": ANN,
            "node_id": f"I{number}",
            "created_at": minute(number), "html_url": f"https://gh.test/acme/rocket/issues/{number}", "comments": 0,
            "locked": False, "repository_url": "https://api.gh.test/repos/acme/rocket", **more,
        }  # fmt: skip

    def add_comment(self, number: int, issue: int = 1, **more: object) -> None:
        """A comment of the minute `number`."""
        self.comments[number] = {
            "id": number, "body": f"comment {number}", "user": ANN,
            "node_id": f"C{number}", "created_at": minute(number),
            "updated_at": minute(number), "html_url": f"https://gh.test/c/{number}",
            "issue_url": f"https://api.gh.test/repos/acme/rocket/issues/{issue}", **more,
        }  # fmt: skip

    def reply(self, asked: Asked) -> Reply:
        """By the path below the repository."""
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token != TOKEN:
            return Reply(401, {}, b'{"message": "Bad credentials"}')
        path, _, query = asked.target.partition("?")
        body: Thing = json.loads(asked.body) if asked.body else {}
        if asked.method != "GET":
            self.told.append((asked.method, path, body))
        given = dict(parse_qsl(query))
        for pattern, answer in self._calls().items():
            if found := re.fullmatch(pattern, f"{asked.method} {unquote(path)}"):
                return answer(found, given, body)
        return Reply(404, {}, b'{"message": "Not Found"}')

    def _calls(self) -> dict[str, Callable[["re.Match[str]", dict[str, str], Thing], Reply]]:
        repo = "/repos/acme/rocket"
        return {
            f"GET {repo}": lambda *_: said(
                {"full_name": "acme/rocket", "owner": self.owner, "has_discussions": bool(self.discussions),
                 "open_issues_count": len(self.issues), "permissions": self.rights}
            ),
            "GET /user": lambda *_: said(US),
            r"GET /user/(\d+)": lambda *_: said(ANN),
            f"GET {repo}/issues": lambda _f, given, _b: said(page(self.issues, given)),
            f"POST {repo}/issues": self._make_issue,
            f"GET {repo}/issues/comments": lambda _f, given, _b: said(page(self.comments, given)),
            "GET /search/issues": self._search,
            rf"(GET|PATCH|DELETE) {repo}/issues/comments/(\d+)": self._comment,
            rf"(GET|PATCH) {repo}/issues/(\d+)": self._issue,
            rf"POST {repo}/issues/(\d+)/comments": self._make_comment,
            rf"(PUT|DELETE) {repo}/issues/(\d+)/lock": self._lock,
            rf"(POST|DELETE) {repo}/issues/(\d+)/labels(?:/(.+))?": self._label,
            rf"(GET|POST|DELETE) {repo}/issues/(?:comments/)?\d+/reactions(?:/(\d+))?": self._react,
            r"(GET|PUT|DELETE) /orgs/acme/blocks/(\w+)": self._block,
            "POST /graphql": self._graph,
        }  # fmt: skip

    def _make_issue(self, _f: "re.Match[str]", _g: dict[str, str], body: Thing) -> Reply:
        number = 9000 + len(self.issues)
        self.add_issue(number, title=body["title"], body=body["body"], user=US)
        return said(self.issues[number])

    def _make_comment(self, found: "re.Match[str]", _g: dict[str, str], body: Thing) -> Reply:
        number = 9000 + len(self.comments)
        self.add_comment(number, int(found[1]), body=body["body"], user=US)
        return said(self.comments[number])

    def _search(self, _f: "re.Match[str]", given: dict[str, str], _b: Thing) -> Reply:
        held = {number: one for number, one in self.issues.items() if given["q"].split()[0] in str(one["body"])}
        return said({"total_count": len(held), "items": page(held, given)})

    def _comment(self, found: "re.Match[str]", _g: dict[str, str], body: Thing) -> Reply:
        number = int(found[2])
        if number not in self.comments:
            return Reply(404, {}, b"{}")
        if found[1] == "DELETE":
            del self.comments[number]
            return Reply(204)
        self.comments[number] |= body
        return said(self.comments[number])

    def _issue(self, found: "re.Match[str]", _g: dict[str, str], body: Thing) -> Reply:
        number = int(found[2])
        if number not in self.issues:
            return Reply(404, {}, b"{}")
        self.issues[number] |= body
        return said({**self.issues[number], "labels": [{"name": name} for name in self.labels.get(number, ())]})

    def _lock(self, found: "re.Match[str]", _g: dict[str, str], _b: Thing) -> Reply:
        self.issues[int(found[2])]["locked"] = found[1] == "PUT"
        return Reply(204)

    def _label(self, found: "re.Match[str]", _g: dict[str, str], body: Thing) -> Reply:
        held = self.labels.setdefault(int(found[2]), set())
        if found[1] == "POST":
            held.update(body["labels"])
        else:
            held.discard(found[3])
        return said([])

    def _block(self, found: "re.Match[str]", _g: dict[str, str], _b: Thing) -> Reply:
        if found[1] == "GET":
            return Reply(204) if found[2] in self.blocked else Reply(404, {}, b"{}")
        (self.blocked.add if found[1] == "PUT" else self.blocked.discard)(found[2])
        return Reply(204)

    def _react(self, found: "re.Match[str]", _g: Thing, _b: Thing) -> Reply:
        """Everybody's reactions; ours can be given and taken back."""
        if found[1] == "POST":
            self.thumbs[1] = US
        elif found[1] == "DELETE":
            self.thumbs.pop(int(found[2]), None)
        return said([{"id": number, "content": "+1", "user": who} for number, who in self.thumbs.items()])

    def _graph(self, _f: "re.Match[str]", _g: dict[str, str], body: Thing) -> Reply:
        query, given = str(body["query"]), dict(body["variables"])
        if "unminimizeComment" in query:
            self.folded.pop(given["id"], None)
            return said({"data": {"unminimizeComment": {}}})
        if "minimizeComment" in query:
            self.folded[given["id"]] = given["because"]
            return said({"data": {"minimizeComment": {}}})
        if "isMinimized } } }" in query:
            return said({"data": {"node": {"isMinimized": given["id"] in self.folded}}})
        if "discussionCategories" in query:
            nodes = [{"id": "DC_1", "name": "Ideas"}]
            return said({"data": {"repository": {"id": "R1", "discussionCategories": {"nodes": nodes}}}})
        if "createDiscussion" in query:
            begun: Thing = {
                "id": f"D{len(self.told)}", "title": given["title"], "body": given["body"], "url": "https://gh.test/d",
                "createdAt": minute(500), "author": {"login": "hubbub", "databaseId": 9},
                "comments": {"totalCount": 0, "nodes": []},
            }  # fmt: skip
            self.discussions.insert(0, begun)
            return said({"data": {"createDiscussion": {"discussion": begun}}})
        if "addDiscussionComment" in query:
            made: Thing = {"id": f"DC{len(self.told)}", "url": "https://gh.test/d", "body": given["body"]}
            held: list[Thing] = self.discussions[0]["comments"]["nodes"]
            above = next((one for one in held if one["id"] == given["under"]), None)
            (above["replies"]["nodes"] if above else held).append(
                made
                | {"createdAt": minute(500), "author": {"login": "hubbub", "databaseId": 9}, "replies": {"nodes": []}}
            )
            return said({"data": {"addDiscussionComment": {"comment": made}}})
        if "nodes(ids" in query:
            found = [{"id": one} if self._said(one) else None for one in given["ids"]]
            return said({"data": {"nodes": found}, **({} if all(found) else MISSING)})
        if "... on DiscussionComment { body }" in query:
            return said(
                {"data": {"node": it}} if (it := self._said(given["id"])) else {"data": {"node": None}} | MISSING
            )
        if query.startswith("mutation"):
            return self._change(query, given)
        if "node(id" in query:
            return said({"data": {"node": {"comments": self.discussions[0]["comments"]}}})
        return said({"data": {"repository": {"discussions": {"nodes": self.discussions}}}})

    def _change(self, query: str, given: Thing) -> Reply:
        if (it := self._said(given["id"])) is None:
            return said({"data": None} | MISSING)
        if "updateDiscussion" in query:
            it["body"] = given["body"]
        elif "deleteDiscussion" in query:
            held = json.dumps({"nodes": self.discussions})
            self.discussions = json.loads(held, object_hook=without(given["id"]))["nodes"]
        elif "ockLockable" in query:
            it["locked"] = "unlock" not in query
        return said({"data": {}})

    def _said(self, name: str) -> Thing | None:
        """A discussion or a comment in one."""
        todo = list(self.discussions)
        while todo:
            one = todo.pop()
            if one["id"] == name:
                return one
            todo += (one.get("comments") or one.get("replies") or {"nodes": []})["nodes"]
        return None


def without(name: str) -> Callable[[Thing], Thing]:
    """What a list is without one of the things in it."""

    def less(thing: Thing) -> Thing:
        if "nodes" in thing:
            thing["nodes"] = [one for one in thing["nodes"] if one["id"] != name]
        return thing

    return less


def said(body: object) -> Reply:
    """JSON."""
    return Reply(200, {}, json.dumps(body).encode())


def page(held: dict[int, Thing], given: dict[str, str]) -> list[Thing]:
    """Newest first."""
    many, number = int(given["per_page"]), int(given["page"])
    newest = sorted(held.values(), key=lambda one: str(one["created_at"]), reverse=True)
    return newest[(number - 1) * many : number * many]


def working(_tmp_path: Path, server: Server) -> Works:
    github = GitHub(server)
    for number in range(1, 301):
        github.add_issue(number)
    for number in range(301, MANY + 1):
        github.add_comment(number)
    return Works({"repository": "acme/rocket", "address": server.url}, says="300 open issues")


def speaking(server: Server) -> Speaks:
    """Answers, issues and discussions."""
    it = GitHub(server)
    it.add_issue(1)
    it.add_comment(2)
    settings = {**FIXED, "address": server.url, "token": TOKEN}
    reply = Act("reply", "comment:2", "k1", "Gladly.", "issue:1")
    issue, talk = (Act("post", "", f"k {where}", "Words", where, title="News") for where in ("issue", "DC_1"))
    return Speaks(settings, (reply, issue, talk))
