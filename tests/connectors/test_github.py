"""GitHub: issues, comments and discussions as posts, what is followed, answering once, moderating."""

import time
from datetime import timedelta

import pytest

from hubbub.connectors import Act, Batch, Http, Verb, connector
from hubbub.core.failures import Broken, Retry

from .conftest import Asked, Reply, Server
from .working.github import TOKEN, GitHub, Thing, minute

GITHUB = connector("github")


@pytest.fixture
def github(server: Server) -> GitHub:
    """A repository with an issue and a comment."""
    it = GitHub(server)
    it.add_issue(1)
    it.add_comment(2)
    return it


@pytest.fixture
def signed_in(server: Server) -> dict[str, str]:
    """Settings of whoever owns it."""
    return {"repository": "acme/rocket", "address": server.url, "token": TOKEN}


def read(server: Server, http: Http, cursor: str = "", **more: str) -> Batch:
    return GITHUB.fetch({"repository": "acme/rocket", "address": server.url, **more}, cursor, http)


def talk(*said: Thing) -> Thing:
    """A discussion of the minute 10."""
    return {
        "id": "D1", "title": "Which way?", "body": "I wonder.", "url": "https://gh.test/d/1", "createdAt": minute(10),
        "author": {"login": "ann", "url": "https://gh.test/ann", "databaseId": 2}, "upvoteCount": 4,
        "comments": {"totalCount": len(said), "nodes": list(said)},
    }  # fmt: skip


def said(name: str, at: int, *answers: Thing, **more: object) -> Thing:
    return {
        "id": name, "body": f"words of {name}", "url": f"https://gh.test/{name}", "createdAt": minute(at),
        "author": None, "replies": {"totalCount": len(answers), "nodes": list(answers)}, **more,
    }  # fmt: skip


def test_issues_and_comments_become_posts(server: Server, http: Http, github: GitHub) -> None:
    github.add_issue(1, body="It *breaks*.\r\n\r\n<!-- hubbub k -->", comments=1, reactions={"+1": 3, "heart": 1})
    github.add_comment(2, updated_at=minute(9), user=None)
    issue, comment = read(server, http).posts
    assert (issue.id, issue.title, issue.text) == ("issue:1", "Issue 1", "It *breaks*.")
    assert (issue.likes, issue.replies, issue.thread, issue.type) == (4, 1, "issue:1", "post")
    assert issue.author is not None
    assert (issue.author.id, issue.author.handle) == ("2", "ann")
    assert (comment.id, comment.parent, comment.thread, comment.edited) == ("comment:2", "issue:1", "issue:1", True)
    assert comment.author is None


def test_a_search_in_all_repositories(server: Server, http: Http, github: GitHub) -> None:
    (post,) = read(server, http, repository="", words="words").posts
    assert post.id == "issue:acme/rocket#1"
    with pytest.raises(Broken, match="only be read"):
        GITHUB.act({"words": "x", "address": server.url, "token": TOKEN}, Act("reply", post.id, "k", "Hi"), http)


def test_discussions_are_read_with_a_token(
    server: Server, http: Http, github: GitHub, signed_in: dict[str, str]
) -> None:
    github.discussions = [talk(said("C1", 11, said("C2", 12), isMinimized=True))]
    assert len(read(server, http).posts) == 2  # without one
    posts = {post.id: post for post in GITHUB.fetch(signed_in, "", http).posts}
    assert set(posts) == {"issue:1", "comment:2", "discussion:D1", "said:C1", "said:C2"}
    assert (posts["discussion:D1"].title, posts["discussion:D1"].likes) == ("Which way?", 4)
    assert (posts["said:C1"].parent, posts["said:C1"].state) == ("discussion:D1", "hidden")
    assert (posts["said:C2"].parent, posts["said:C2"].thread) == ("said:C1", "discussion:D1")


def test_edits_and_deletions_are_followed_in_discussions(
    server: Server, http: Http, github: GitHub, signed_in: dict[str, str]
) -> None:
    github.discussions = [talk(said("C1", 11), said("C2", 12))]
    cursor = GITHUB.fetch(signed_in, "", http).cursor
    github.discussions = [talk(said("C2", 12, body="better", lastEditedAt=minute(20)))]
    batch = GITHUB.fetch(signed_in, cursor, http)
    assert [(post.id, post.text, post.edited) for post in batch.posts] == [("said:C2", "better", True)]
    assert list(batch.gone) == ["said:C1"]


def test_edits_and_deletions_are_followed(server: Server, http: Http, github: GitHub) -> None:
    github.add_comment(3)
    cursor = read(server, http).cursor
    github.add_issue(1, title="Better")
    del github.comments[2]
    batch = read(server, http, cursor)
    assert [(post.id, post.title) for post in batch.posts] == [("issue:1", "Better")]
    assert list(batch.gone) == ["comment:2"]


def test_what_a_search_no_longer_finds_is_not_gone(server: Server, http: Http, github: GitHub) -> None:
    for number in (3, 4, 5):
        github.add_issue(number)
    cursor = read(server, http, words="words").cursor
    github.add_issue(3, body="other")
    del github.issues[4]
    assert list(read(server, http, cursor, words="words").gone) == ["issue:4"]


PAIRS: dict[Verb, Verb] = {"restore": "hide", "unlock": "lock", "unban": "ban", "unlabel": "label"}


@pytest.mark.parametrize("verb", sorted(GITHUB.can - {"like", "unlike"}))
def test_done_is_found(server: Server, http: Http, github: GitHub, signed_in: dict[str, str], verb: Verb) -> None:
    """Before an act it is not found; after it, it is."""
    act = Act(verb, "comment:2", "key", "Words of ours", "issue:1", author="2", title="A title", label="spam")
    if before := PAIRS.get(verb):
        GITHUB.act(signed_in, Act(before, "comment:2", "x", "", "issue:1", author="2", label="spam"), http)
    assert GITHUB.find(signed_in, act, http) is None
    done = GITHUB.act(signed_in, act, http)
    found = GITHUB.find(signed_in, act, http)
    assert found is not None
    assert (found.id, found.state in {done.state, "hidden"}) == (done.id, True)


def test_an_answer_in_a_discussion(server: Server, http: Http, github: GitHub, signed_in: dict[str, str]) -> None:
    github.discussions = [talk(said("C1", 11))]
    act = Act("reply", "said:C1", "key", "Gladly.", "discussion:D1")
    assert GITHUB.find(signed_in, act, http) is None
    done = GITHUB.act(signed_in, act, http)
    found = GITHUB.find(signed_in, act, http)
    assert found is not None
    assert found.id == done.id
    answer = next(post for post in GITHUB.fetch(signed_in, "", http).posts if post.id == done.id)
    assert (answer.text, answer.parent) == ("Gladly.", "said:C1")  # without our mark
    with pytest.raises(Broken, match="on GitHub itself"):
        GITHUB.act(signed_in, Act("label", "said:C1", "key", thread="discussion:D1", label="spam"), http)


@pytest.mark.parametrize("verb", ["edit", "redact", "remove", "delete", "lock", "unlock"])
@pytest.mark.parametrize("post", ["said:C1", "discussion:D1"])
def test_done_is_found_in_a_discussion(
    server: Server, http: Http, github: GitHub, signed_in: dict[str, str], verb: Verb, post: str
) -> None:
    github.discussions = [talk(said("C1", 11)) | {"locked": verb == "unlock"}]
    act = Act(verb, post, "key", "Other words", "discussion:D1")
    if verb in {"remove", "delete"} and post == "discussion:D1":
        github.discussions.append(talk() | {"id": "D2"})
    assert GITHUB.find(signed_in, act, http) is None
    done = GITHUB.act(signed_in, act, http)
    assert GITHUB.act(signed_in, act, http) == done
    found = GITHUB.find(signed_in, act, http)
    assert found is not None
    assert found.id == done.id == post


def test_an_answer_whose_arrival_is_unknown_is_found(
    server: Server, http: Http, github: GitHub, signed_in: dict[str, str]
) -> None:
    def breaks(asked: Asked) -> Reply:
        github.reply(asked)
        return Reply(502)

    server.answers["/repos/acme/rocket/issues/1/comments"] = breaks
    act = Act("reply", "comment:2", "key-1", "Once.", "issue:1")
    with pytest.raises(Retry):
        GITHUB.act(signed_in, act, http)
    assert GITHUB.find(signed_in, act, http) is not None
    assert GITHUB.find(signed_in, Act("reply", "comment:2", "key-12", "Once.", "issue:1"), http) is None


@pytest.mark.parametrize(
    ("headers", "after"),
    [({"retry-after": "77"}, timedelta(seconds=77)), ({"x-ratelimit-remaining": "0"}, timedelta(minutes=5))],
)
def test_a_spent_limit_is_no_refusal(server: Server, http: Http, headers: dict[str, str], after: timedelta) -> None:
    server.answers["*"] = Reply(403, headers, b'{"message": "rate limit"}')
    with pytest.raises(Retry, match="as many requests as it allows") as caught:
        read(server, http)
    assert caught.value.after == after


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (Act("remove", "issue:1", "k"), "only administrators delete an issue"),
        (Act("hide", "issue:1", "k"), "hides comments, not whole issues"),
        (Act("post", "", "k", "Words"), "needs a title"),
        (Act("reply", "issue:1", "k", " "), "empty"),
    ],
)
def test_what_cannot_be_asked(
    server: Server, http: Http, github: GitHub, signed_in: dict[str, str], act: Act, says: str
) -> None:
    with pytest.raises(Broken, match=says):
        GITHUB.act(signed_in, act, http)


@pytest.mark.parametrize(
    ("settings", "says"), [({}, "What to read is missing"), ({"repository": "rocket"}, "owner and its name")]
)
def test_what_is_missing(settings: dict[str, str], says: str) -> None:
    with Http() as door, pytest.raises(Broken, match=says):
        GITHUB.check(settings, door)


def test_what_an_account_may_do(server: Server, http: Http, github: GitHub, signed_in: dict[str, str]) -> None:
    found = GITHUB.check(signed_in, http)
    assert found.can == GITHUB.can
    assert found.account == "9"
    assert "Signed in as hubbub" in found.says


@pytest.mark.parametrize(
    ("rights", "owner", "may", "may_not"),
    [
        ({}, "Organization", {"reply", "like"}, {"hide", "label", "lock", "remove", "ban"}),
        ({"triage": True}, "Organization", {"hide", "label", "restore"}, {"lock", "remove", "redact", "ban"}),
        ({"push": True}, "Organization", {"hide", "lock", "remove", "redact"}, {"ban"}),
        ({"push": True, "admin": True}, "User", {"lock", "remove"}, {"ban", "unban"}),  # nobody can be blocked there
    ],
)
def test_what_a_role_may_do(
    server: Server, http: Http, github: GitHub, signed_in: dict[str, str], rights: Thing, owner: str,
    may: set[Verb], may_not: set[Verb],
) -> None:  # fmt: skip
    github.rights, github.owner = rights, {"login": "acme", "type": owner}
    can = GITHUB.check(signed_in, http).can
    assert may <= can
    assert not may_not & can


def test_without_a_token_an_hour_of_polls_fits_what_github_allows(server: Server, http: Http, github: GitHub) -> None:
    for number in range(3, 1200):
        github.add_issue(number)
        github.add_comment(number)
    batch = read(server, http)
    while batch.more:
        batch = read(server, http, batch.cursor)
    cursor = batch.cursor
    assert len(server.asked) <= 45  # the first reading and a few polls fit into an hour
    for _ in range(20):
        cursor = read(server, http, cursor).cursor
    server.asked.clear()
    for _ in range(3600 // GITHUB.every):
        cursor = read(server, http, cursor).cursor
    assert len(server.asked) <= 30  # two sources fit


def test_it_waits_until_a_spent_limit_begins_anew(server: Server, http: Http) -> None:
    anew = int(time.time()) + 1800
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{anew}"}
    server.answers["*"] = Reply(403, headers, b'{"message": "rate limit"}')
    with pytest.raises(Retry) as caught:
        read(server, http)
    assert caught.value.after is not None
    assert timedelta(minutes=25) < caught.value.after <= timedelta(minutes=30)
