"""The WordPress connector on recorded answers of a real one, and on what may go wrong."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec import convert

from hubbub.connectors import Act, Batch, Done, Found, Http
from hubbub.connectors._connector import Verb
from hubbub.connectors._wordpress_site import Comment, _address
from hubbub.connectors.wordpress import VERBS
from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Post

from .conftest import Asked, Reply, Server
from .wordpress_steps import ARTICLE, NETWORK, REPLY, STEPS, play

RECORDED = json.loads((Path(__file__).parent.parent / "recorded" / "wordpress" / "answers.json").read_text())
SECRET = "abcd EFGH 1234"


def replaying(server: Server, step: str) -> list[Mapping[str, object]]:
    """Let the server answer as WordPress did in this step; what it was not asked then fails. What is left to ask."""
    left = list(RECORDED[step])

    def reply(asked: Asked) -> Reply:
        heard = left.pop(0)
        split = urlsplit(asked.target)
        assert (asked.method, split.path.lstrip("/")) == (heard["method"], heard["path"])
        assert dict(parse_qsl(split.query)) == heard["params"]
        is_json = asked.headers.get("content-type") == "application/json"
        sent = json.loads(json.dumps(heard["sent"]).replace("http://wordpress.test", server.url))
        assert (json.loads(asked.body) if is_json else None) == sent
        body = heard["body"] if isinstance(heard["body"], str) else json.dumps(heard["body"])
        headers = {name: value.replace("http://wordpress.test", server.url) for name, value in heard["headers"].items()}
        return Reply(heard["status"], headers, body.replace("http://wordpress.test", server.url).encode())

    server.answers["*"] = reply
    return left


def played(server: Server, http: Http, step: str) -> object:
    left = replaying(server, step)
    result = play(step, {"site": server.url, "user": "admin", "password": SECRET}, http)
    assert left == []
    assert SECRET not in str(result)
    return result


def here(url: str, server: Server) -> str:
    return url.replace(server.url, "")


@pytest.mark.parametrize(
    ("step", "result"),
    [
        ("approve", Done("2", "/acme-opens-a-second-bakery/#comment-2", "visible")),
        ("approve again", Done("2", "/acme-opens-a-second-bakery/#comment-2", "visible")),
        ("spam", Done("2", "/acme-opens-a-second-bakery/#comment-2", "spam")),
        ("remove", Done("2", "/acme-opens-a-second-bakery/#comment-2", "removed")),
        ("remove again", Done("2", "/acme-opens-a-second-bakery/#comment-2", "removed")),
        ("restore", Done("2", "/acme-opens-a-second-bakery/#comment-2", "visible")),
        ("hide", Done("2", "/acme-opens-a-second-bakery/#comment-2", "pending")),
        ("redact", Done("2", "/acme-opens-a-second-bakery/#comment-2", "pending")),
        ("redact again", Done("2", "/acme-opens-a-second-bakery/#comment-2", "pending")),
        ("look for the redaction", Done("2", "/acme-opens-a-second-bakery/#comment-2", "pending")),
        ("put back", Done("2", "/acme-opens-a-second-bakery/#comment-2", "pending")),
        ("look for the answer", None),
        ("answer", Done("4", "/acme-opens-a-second-bakery/#comment-4", "visible")),
        ("look for the answer again", Done("4", "/acme-opens-a-second-bakery/#comment-4", "visible")),
        ("answer again", Done("4", "/acme-opens-a-second-bakery/#comment-4", "visible")),
        ("publish", Done("post:3", "/a-third-bakery-cafe/", "visible")),
        ("publish again", Done("post:3", "/a-third-bakery-cafe/", "visible")),
        ("change the article", Done("post:3", "/a-third-bakery-cafe/", "visible")),
        ("look for the change", Done("post:3", "/a-third-bakery-cafe/", "visible")),
        ("delete the article", Done("post:3", "", "removed")),
        ("delete the article again", Done("post:3", "/?p=3", "removed")),
        ("edit our answer", Done("4", "/acme-opens-a-second-bakery/#comment-4", "visible")),
        ("delete our answer", Done("4", "/acme-opens-a-second-bakery/#comment-4", "removed")),
    ],
)
def test_acting(server: Server, http: Http, step: str, result: Done | None) -> None:
    done = played(server, http, step)
    assert (done and Done(done.id, here(done.url, server), done.state)) == result


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("check with a wrong password", "does not accept the user name and application password"),
        ("approve nothing", "no longer there"),
    ],
)
def test_refusals(server: Server, http: Http, step: str, says: str) -> None:
    failure = played(server, http, step)
    assert isinstance(failure, Broken)
    assert says in str(failure)


def test_check(server: Server, http: Http) -> None:
    found = played(server, http, "check")
    assert isinstance(found, Found)
    assert found.says.startswith("Peer: 3 comments, 2 of them wait for approval. Signed in as admin, who can answer")
    assert (found.name, found.can, found.account) == ("Peer", VERBS, "user:1")
    assert [post.id for post in found.sample] == ["3", "2", "1"]


def test_a_visitor_can_only_read(server: Server, http: Http) -> None:
    found = played(server, http, "check as a visitor")
    assert isinstance(found, Found)
    assert found.says == "Peer: 1 comments that visitors see. Without an account Hubbub can only read them."
    assert (found.can, found.account) == (frozenset(), "")


def test_fetch(server: Server, http: Http) -> None:
    batch = played(server, http, "fetch")
    assert isinstance(batch, Batch)
    first, second, third = batch.posts
    recorded = next(heard for heard in RECORDED["fetch"] if heard["path"].endswith("comments"))["body"][-1]
    assert first == Post(
        id="1",
        text="Tom's bread & butter\nis good, see https://a.example/x",
        title="Acme opens a second bakery",
        url=f"{server.url}/acme-opens-a-second-bakery/#comment-1",
        type="comment",
        author=first.author,
        published=datetime.fromisoformat(recorded["date_gmt"]).replace(tzinfo=UTC),
        thread="1",
        links=("https://a.example/x",),
    )
    assert first.author is not None
    assert first.author.name == "Tom Miller"
    assert [(post.state, post.parent) for post in (second, third)] == [("pending", ""), ("pending", "1")]
    assert not batch.more
    for private in (recorded["author_email"], "192.0.2.7"):
        assert private not in repr(batch)


def test_nothing_comes_twice(server: Server, http: Http) -> None:
    batch = played(server, http, "fetch twice")
    assert isinstance(batch, Batch)
    assert (batch.posts, batch.gone) == ((), ())


def test_our_own_answer_is_ours(server: Server, http: Http) -> None:
    batch = played(server, http, "fetch all")
    assert isinstance(batch, Batch)
    ours = batch.posts[-1]
    assert (ours.text, ours.parent) == (REPLY.text, "1")
    assert ours.author is not None
    assert ours.author.id == "user:1"


def test_every_step_was_recorded() -> None:
    assert set(RECORDED) == set(STEPS)


@pytest.mark.parametrize(
    ("status", "body", "fails", "says"),
    [
        (400, {"code": "comment_flood", "message": "slow down"}, Retry, "one comment at a time"),
        (403, {"code": "rest_comment_closed", "message": "comments are closed"}, Broken, "comments are closed"),
        (401, {"code": "incorrect_password", "message": "x"}, Broken, "does not accept the user name"),
        (403, {"code": "rest_cannot_edit", "message": "no"}, Broken, "role Editor"),
        (400, {"code": "rest_comment_content_invalid", "message": "empty"}, Broken, "refused"),
        (429, {}, Retry, "slow down"),
        (500, {"code": "internal_server_error", "message": "x"}, Retry, "trouble of its own"),
        (201, "<html>oops", Broken, "web page"),
        (201, {"id": "seven"}, Broken, "does not know"),
    ],
)
def test_a_reply_that_is_refused(
    server: Server, http: Http, status: int, body: object, fails: type[Exception], says: str
) -> None:
    http.known[f"wordpress {server.url}"] = f"{server.url}/wp-json/"
    server.answers["/wp-json/wp/v2/comments"] = Reply(
        status, {}, body.encode() if isinstance(body, str) else json.dumps(body).encode()
    )
    with pytest.raises(fails, match=says):
        NETWORK.act({"site": server.url, "user": "u", "password": SECRET}, REPLY, http)
    assert len(server.asked) == (3 if status == 429 else 1)


def answered(status: int, body: object) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("verb", "stands", "answer", "fails", "says"),
    [
        ("remove", "hold", answered(501, {"code": "rest_trash_not_supported", "message": "m"}), Broken, "has no trash"),
        (
            "remove",
            "hold",
            answered(410, {"code": "rest_already_trashed", "message": "m"}),
            Retry,
            "is hold, not trash",
        ),
        ("approve", "spam", answered(200, {"id": 7}), Retry, "is spam, not approved"),
        ("approve", "spam", answered(500, {"code": "rest_comment_failed_edit", "message": "m"}), Retry, "trouble"),
        ("approve", "spam", answered(403, {"code": "rest_cannot_edit", "message": "No."}), Broken, "says: No."),
    ],
)
def test_a_change_that_is_refused(
    server: Server, http: Http, verb: Verb, stands: str, answer: Reply, fails: type[Exception], says: str
) -> None:
    http.known[f"wordpress {server.url}"] = f"{server.url}/wp-json/"
    server.answers["/wp-json/wp/v2/comments/7"] = lambda asked: (
        answer if asked.method == "POST" else answered(200, {"id": 7, "post": 1, "status": stands})
    )
    with pytest.raises(fails, match=says):
        NETWORK.act({"site": server.url, "user": "u", "password": SECRET}, Act(verb, "7", "key"), http)


def test_an_answer_needs_no_thread_and_may_wait_for_approval(server: Server, http: Http) -> None:
    http.known[f"wordpress {server.url}"] = f"{server.url}/wp-json/"
    server.answers["/wp-json/wp/v2/comments/7"] = answered(200, {"id": 7, "post": 31})
    server.answers["/wp-json/wp/v2/comments"] = answered(201, {"id": 8, "post": 31, "status": "hold", "link": "l"})
    done = NETWORK.act(
        {"site": server.url, "user": "u", "password": SECRET}, Act("reply", "7", "k" * 300, "a < b"), http
    )
    assert done == Done("8", "l", "pending")
    sent = json.loads(server.asked[-1].body)
    assert (sent["post"], sent["parent"], sent["content"]) == (31, 7, "a &lt; b")
    assert len(sent["author_user_agent"]) < 254  # WordPress cuts what is longer, and the key with it


def test_an_account_that_may_not_moderate(server: Server, http: Http) -> None:
    http.known[f"wordpress {server.url}"] = f"{server.url}/wp-json/"
    server.answers["/wp-json/"] = answered(200, {"name": "Acme", "namespaces": ["wp/v2"]})
    server.answers["/wp-json/wp/v2/users/me"] = answered(200, {"id": 5, "name": "Ann", "capabilities": {"read": True}})
    with pytest.raises(Broken, match="Ann may not moderate comments"):
        NETWORK.check({"site": server.url, "user": "u", "password": SECRET}, http)


def test_the_api_is_looked_for_again_when_it_has_moved(server: Server, http: Http) -> None:
    http.known[f"wordpress {server.url}"] = f"{server.url}/old/"
    server.answers["/"] = Reply(200)
    server.answers["/wp-json/"] = INDEX
    server.answers["/wp-json/wp/v2/comments"] = COMMENTS
    assert NETWORK.fetch({"site": server.url}, "", http).posts == ()
    assert http.known == {f"wordpress {server.url}": f"{server.url}/wp-json/"}


@pytest.mark.parametrize(
    ("comment", "text", "state", "published"),
    [
        ({"content": {"rendered": "<p>a</p>\n<p>b</p>\n"}}, "a\n\nb", "visible", None),
        ({"content": {"rendered": "x", "raw": "one\n\ntwo &amp; <i>three</i>"}}, "one\n\ntwo & three", "visible", None),
        ({"status": "post-trashed", "date_gmt": "0000-00-00T00:00:00"}, "", "removed", None),
        ({"status": "made-up", "date_gmt": "2026-01-01T00:00:00"}, "", "hidden", datetime(2026, 1, 1, tzinfo=UTC)),
        ({"author_avatar_urls": [], "author_name": "<b>A</b>\n", "author_url": "javascript:x"}, "", "visible", None),
    ],
)
def test_comments_as_posts(comment: dict[str, object], text: str, state: str, published: datetime | None) -> None:
    post = convert({"id": 1, "post": 2, **comment}, Comment).as_post("https://a.example")
    assert (post.text, post.state, post.published, post.title) == (text, state, published, "")
    assert post.author is not None
    assert post.author.url == ""


INDEX = Reply(200, {"content-type": "application/json"}, b'{"name":"x","namespaces":["wp/v2"]}')
COMMENTS = Reply(200, {"x-wp-total": "0"}, b"[]")


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"/": Reply(200, {"link": '</api/>; rel="https://api.w.org/"'})}, None),
        ({"/": Reply(200, {"link": '<{}/api/>; rel="https://api.w.org/"'}), "/api/": INDEX}, "/api/"),
        ({"/": Reply(200, {}, b'<link rel="https://api.w.org/" href="{}/api/">'), "/api/": INDEX}, "/api/"),
        ({"/": Reply(404), "/wp-json/": INDEX}, "/wp-json/"),
        ({"/": Reply(200), "/?rest_route=%2F&_fields=name%2Cnamespaces": INDEX}, "/?rest_route"),
        ({"/": Reply(200, {}, b"<html>"), "*": Reply(200, {}, b"<html>")}, None),
        ({"/": Reply(200), "/wp-json/": Reply(401, {}, b'{"code":"rest_disabled","message":"m"}')}, None),
    ],
)
def test_where_the_api_is(server: Server, http: Http, answers: dict[str, Reply], asked: str | None) -> None:
    for target, reply in answers.items():
        headers = {name: value.replace("{}", server.url) for name, value in reply.headers.items()}
        body = reply.body.replace(b"{}", server.url.encode()) if isinstance(reply.body, bytes) else reply.body
        server.answers[target] = Reply(reply.status, headers, body)
    if asked is None:
        with pytest.raises(Broken):
            NETWORK.fetch({"site": server.url}, "", http)
        return

    def comments(question: Asked) -> Reply:
        return COMMENTS if "comments" in question.target else Reply(404)

    server.answers["*"] = comments
    if asked == "/?rest_route":
        server.answers["/"] = lambda question: COMMENTS if "comments" in question.target else Reply(200)
    assert NETWORK.fetch({"site": server.url}, "", http).posts == ()
    assert server.asked[-1].target.startswith(asked)


@pytest.mark.parametrize(
    ("entered", "address"),
    [
        ("example.com", "https://example.com"),
        (" https://example.com/ ", "https://example.com"),
        ("https://example.com/blog/wp-admin/edit-comments.php?p=1", "https://example.com/blog"),
        ("http://example.com/wp-login.php", "http://example.com"),
        ("https://example.com/wp-json/wp/v2", "https://example.com"),
        ("https://example.com/#top", "https://example.com"),
    ],
)
def test_addresses_are_cleaned(entered: str, address: str) -> None:
    assert _address(entered) == address


def test_files_that_arrived_before_a_crash_are_used_again(server: Server, http: Http) -> None:
    """The picture was taken, the article was not: the second try sends the article alone."""
    library: list[dict[str, object]] = []
    refusing = [Reply(503)] * 3

    def files(asked: Asked) -> Reply:
        query = dict(parse_qsl(urlsplit(asked.target).query))
        if asked.method == "POST":
            library.append({"id": 5, "source_url": f"{server.url}/oven.png", "slug": query["slug"]})
            assert asked.headers["content-type"] == "image/png"
            return Reply(201, {}, json.dumps(library[-1]).encode())
        return Reply(200, {}, json.dumps([one for one in library if one["slug"] == query["slug"]]).encode())

    def articles(asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(200, {}, b"[]")
        return refusing.pop() if refusing else Reply(201, {}, b'{"id": 6, "content": {"raw": ""}}')

    me = {"id": 1, "capabilities": {"publish_posts": True}}
    server.answers |= {
        "/": Reply(200),
        "/wp-json/": Reply(200, {}, b'{"name": "Acme", "namespaces": ["wp/v2"]}'),
        "/wp-json/wp/v2/users/me": Reply(200, {}, json.dumps(me).encode()),
        "/wp-json/wp/v2/media": files,
        "/wp-json/wp/v2/posts": articles,
    }
    settings = {"site": server.url, "user": "admin", "password": SECRET}
    with pytest.raises(Retry):
        NETWORK.act(settings, ARTICLE, http)
    assert NETWORK.find(settings, ARTICLE, http) is None
    assert NETWORK.act(settings, ARTICLE, http).id == "post:6"
    assert len(library) == 1
    sent = json.loads(server.asked[-1].body)["content"]
    assert f'<img src="{server.url}/oven.png" alt="Two &lt;ovens&gt;" class="wp-image-5"/>' in sent
