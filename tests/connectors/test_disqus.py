"""Disqus: comments as posts, what is followed, answering once, moderating, what its error codes mean."""

from datetime import UTC, datetime

import pytest

from hubbub.connectors import Act, Batch, Http, Verb, connector
from hubbub.core.failures import Broken, Failure, Retry

from .conftest import Asked, Reply, Server
from .working.disqus import TOKEN, Disqus

DISQUS = connector("disqus")


@pytest.fixture
def disqus(server: Server) -> Disqus:
    """A site with two comments."""
    it = Disqus(server)
    it.add(1)
    it.add(2, parent=1)
    return it


@pytest.fixture
def signed_in(server: Server) -> dict[str, str]:
    """Settings of a moderator."""
    return {"forum": "acme", "key": "k", "secret": "s", "token": TOKEN, "address": server.url}


def read(server: Server, http: Http, cursor: str = "", **more: str) -> Batch:
    return DISQUS.fetch({"forum": "acme", "key": "k", "address": server.url, **more}, cursor, http)


def test_comments_become_posts(server: Server, http: Http, disqus: Disqus) -> None:
    disqus.add(1, message='<p>See <a href="https://acme.test/">this</a></p>', isEdited=True, likes=3, url="https://d/1")
    disqus.add(2, parent=1, author={"name": "Bo"})
    first, answer = read(server, http).posts
    assert (first.text, first.links, first.edited, first.likes) == ("See this", ("https://acme.test/",), True, 3)
    assert (first.type, first.thread, first.parent, first.url) == ("comment", "3", "", "https://d/1")
    assert first.author is not None
    assert (first.author.id, first.author.handle) == ("2", "ann")
    assert (answer.parent, answer.url) == ("1", "https://acme.test/page")
    assert answer.author is not None
    assert answer.author.id == "visitor Bo"


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        ({"isApproved": False}, "pending"),
        ({"isSpam": True}, "spam"),
        ({"isDeleted": True, "isSpam": True}, "removed"),
    ],
)
def test_a_moderator_sees_all_states(
    server: Server, http: Http, disqus: Disqus, signed_in: dict[str, str], flags: dict[str, bool], state: str
) -> None:
    disqus.add(2, **flags)
    assert [post.id for post in read(server, http).posts] == ["1"]
    assert [post.state for post in DISQUS.fetch(signed_in, "", http).posts] == ["visible", state]


def test_edits_deletions_and_flags_are_followed(
    server: Server, http: Http, disqus: Disqus, signed_in: dict[str, str]
) -> None:
    for number in range(3, 320):  # more than one page, so that older ones are looked through in turn
        disqus.add(number)
    cursor, more = "", True
    while more:
        batch = DISQUS.fetch(signed_in, cursor, http)
        cursor, more = batch.cursor, batch.more
    disqus.add(5, message="<p>better</p>")
    del disqus.posts[7]
    disqus.add(9, numReports=2)
    changed: list[tuple[str, str]] = []
    gone: list[str] = []
    reported: set[str] = set()
    for _ in range(5):
        batch = DISQUS.fetch(signed_in, cursor, http)
        cursor = batch.cursor
        changed += [(post.id, post.text) for post in batch.posts]
        gone += batch.gone
        reported |= {report.post for report in batch.reports}
    assert changed == [("5", "better")]
    assert gone == ["7"]
    assert reported == {"9"}


@pytest.mark.parametrize("verb", sorted(DISQUS.can - {"like", "unlike", "report", "ban", "unban"}))
def test_done_is_found(server: Server, http: Http, disqus: Disqus, signed_in: dict[str, str], verb: Verb) -> None:
    """Before an act it is not found; after it, it is."""
    act = Act(verb, "2", "key", "Words of ours", "3", author="2")
    disqus.add(2, parent=1, isApproved=verb != "approve", isDeleted=verb == "restore")
    if verb == "unlock":
        disqus.closed = {"3"}
    assert DISQUS.find(signed_in, act, http) is None
    done = DISQUS.act(signed_in, act, http)
    found = DISQUS.find(signed_in, act, http)
    assert found is not None
    assert (found.id, found.state) == (done.id, done.state)


def test_a_ban_says_why_and_until_when(server: Server, http: Http, disqus: Disqus, signed_in: dict[str, str]) -> None:
    until = datetime(2026, 12, 1, tzinfo=UTC)
    DISQUS.act(signed_in, Act("ban", "2", "key", author="2", until=until, why="Spam"), http)
    (ban,) = disqus.banned
    assert (ban["user"], ban["notes"], ban["dateExpires"]) == ("2", "Spam", "2026-12-01T00:00:00")
    DISQUS.act(signed_in, Act("unban", "2", "key", author="2"), http)
    assert disqus.banned == []


def test_a_ban_has_a_short_note_and_somebody_to_ban(
    server: Server, http: Http, disqus: Disqus, signed_in: dict[str, str]
) -> None:
    DISQUS.act(signed_in, Act("ban", "2", "key", author="2", why="Spam. " * 20), http)
    assert len(str(disqus.banned[0]["notes"])) == 50
    with pytest.raises(Broken, match="without an account"):
        DISQUS.act(signed_in, Act("ban", "2", "key", author="visitor Bo"), http)


def test_an_account_that_moderates_nothing_reads_what_visitors_see_and_answers(
    server: Server, http: Http, disqus: Disqus, signed_in: dict[str, str]
) -> None:
    disqus.moderated = False
    disqus.add(2, isApproved=False)
    found = DISQUS.check(signed_in, http)
    assert {"reply", "like"} <= found.can
    assert not {"approve", "remove", "ban"} & found.can
    assert [post.id for post in DISQUS.fetch(signed_in, "", http).posts] == ["1"]
    act = Act("reply", "1", "key", "Words of ours", "3")
    done = DISQUS.act(signed_in, act, http)
    assert DISQUS.find(signed_in, act, http) == done


def test_an_answer_whose_arrival_is_unknown_is_found(
    server: Server, http: Http, disqus: Disqus, signed_in: dict[str, str]
) -> None:
    real = server.answers["/posts/create.json"]
    assert callable(real)

    def breaks(asked: Asked) -> Reply:
        real(asked)
        return Reply(502)

    server.answers["/posts/create.json"] = breaks
    act = Act("reply", "2", "key", "Once.", "3")
    with pytest.raises(Retry):
        DISQUS.act(signed_in, act, http)
    assert DISQUS.find(signed_in, act, http) is not None


def test_what_an_account_may_do(server: Server, http: Http, disqus: Disqus, signed_in: dict[str, str]) -> None:
    found = DISQUS.check(signed_in, http)
    assert found.can == DISQUS.can
    assert found.account == "9"
    assert "Acme Blog" in found.says


@pytest.mark.parametrize(
    ("status", "code", "failure", "says"),
    [
        (400, 13, Retry, "as many requests as it allows"),
        (400, 15, Retry, "trouble of its own"),
        (400, 5, Broken, "does not accept the key"),
        (400, 12, Broken, "may manage forums"),
        (400, 2, Broken, "knows nothing of that name"),
        (400, 10, Broken, "refuses this .error 10."),
        (403, 0, Broken, "does not allow"),
    ],
)
def test_error_codes_in_words(
    server: Server, http: Http, status: int, code: int, failure: type[Failure], says: str
) -> None:
    server.answers["*"] = Reply(status, {}, f'{{"code": {code}, "response": "No"}}'.encode())
    with pytest.raises(failure, match=says):
        read(server, http)


@pytest.mark.parametrize("settings", [{"forum": "acme"}, {"key": "k"}])
def test_what_is_missing(settings: dict[str, str]) -> None:
    with Http() as door, pytest.raises(Broken, match="missing"):
        DISQUS.check(settings, door)
