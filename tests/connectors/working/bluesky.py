"""An AT Protocol server that accepts our account, whose owner was mentioned by many."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

from hubbub.connectors.bluesky import VERBS

from ..conftest import Asked, Reply, Server
from . import MANY, Works

US = "did:plc:us"
PROFILE = {"did": US, "handle": "acme.test", "displayName": "Acme", "followersCount": MANY}
START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def moment(number: int) -> str:
    """Three posts a second."""
    return (START + timedelta(seconds=number // 3)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def uri(number: int) -> str:
    return f"at://did:plc:ann/app.bsky.feed.post/{number}"


def post(number: int) -> dict[str, object]:
    record = {"$type": "app.bsky.feed.post", "text": f"post {number}", "createdAt": moment(number)}
    author = {"did": "did:plc:ann", "handle": "ann.test"}
    view = {"uri": uri(number), "cid": f"bafy{number:08}", "author": author, "record": record}
    return {**view, "indexedAt": moment(number)}


def answer(value: object) -> Reply:
    return Reply(200, {"content-type": "application/json"}, json.dumps(value).encode())


def account(server: Server) -> dict[str, str]:
    """Let the server accept one account; the settings to sign in with."""
    session = {"did": US, "handle": "acme.test", "accessJwt": "a", "refreshJwt": "r"}
    server.answers["/xrpc/com.atproto.server.createSession"] = answer(session)
    return {"handle": "acme.test", "password": "abcd-efgh", "service": server.url}


def working(_tmp_path: Path, server: Server) -> Works:
    def notifications(asked: Asked) -> Reply:
        query = parse_qs(asked.target.partition("?")[2])
        before = query.get("cursor", ["9"])[0]  # by moment, as the network counts
        page = [number for number in range(MANY, 0, -1) if moment(number) < before][: int(query["limit"][0])]
        told = [{"uri": uri(number), "indexedAt": moment(number)} for number in page]
        return answer({"notifications": told, "cursor": moment(page[-1])} if page else {"notifications": []})

    def posts(asked: Asked) -> Reply:
        wanted = parse_qs(asked.target.partition("?")[2])["uris"]
        return answer({"posts": [post(int(one.rpartition("/")[2])) for one in wanted]})

    server.answers["/xrpc/app.bsky.actor.getProfile"] = answer(PROFILE)
    server.answers["/xrpc/app.bsky.notification.listNotifications"] = notifications
    server.answers["/xrpc/app.bsky.feed.getPosts"] = posts
    server.answers["/xrpc/app.bsky.feed.getAuthorFeed"] = answer({"feed": []})
    return Works(account(server), can=VERBS)
