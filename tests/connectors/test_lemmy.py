"""Lemmy: things as posts, what is edited and gone, answering once, moderating, reports."""

from datetime import UTC, datetime

import pytest

from hubbub.connectors import Act, Batch, Http, Verb, connector
from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Author, Post

from .conftest import Asked, Reply, Server
from .working.lemmy import PASSWORD, Lemmy, minute, person

LEMMY = connector("lemmy")


@pytest.fixture
def lemmy(server: Server) -> Lemmy:
    """A server with a post and an answer to it."""
    it = Lemmy(server)
    it.add_post(1)
    it.add_comment(2)
    return it


@pytest.fixture
def signed_in(server: Server) -> dict[str, str]:
    """Settings of an account that moderates."""
    return {"site": server.url, "community": "acme", "user": "hubbub", "password": PASSWORD}


def read(server: Server, http: Http, cursor: str = "", **more: str) -> Batch:
    return LEMMY.fetch({"site": server.url, **more}, cursor, http)


def test_posts_and_comments_become_posts(server: Server, http: Http, lemmy: Lemmy) -> None:
    lemmy.add_post(1, name="A second bakery", body="With *bread*.", url="https://acme.test/", updated=minute(9))
    lemmy.add_comment(3, path="0.2.3", content="Where?", removed=True)
    post, comment, answer = read(server, http).posts
    assert post == Post(
        id="post:1", text="With *bread*.", title="A second bakery", url="https://l.test/post/1",
        author=Author("2", "ann", "ann", "https://127.0.0.1/u/ann", datetime(2024, 1, 1, tzinfo=UTC)),
        published=datetime(2026, 3, 1, 0, 1, tzinfo=UTC), thread="post:1", edited=True, likes=3, replies=1,
        links=("https://acme.test/",),
    )  # fmt: skip
    assert (comment.parent, comment.thread, comment.type) == ("post:1", "post:1", "comment")
    assert (answer.parent, answer.thread, answer.state) == ("comment:2", "post:1", "removed")


def test_somebody_of_another_server_is_named_with_it(server: Server, http: Http, lemmy: Lemmy) -> None:
    lemmy.add_post(1, creator_id=4)
    post = read(server, http).posts[0]
    assert post.author is not None
    assert post.author.handle == "bo@else.test"


def test_what_is_asked(server: Server, http: Http, lemmy: Lemmy) -> None:
    read(server, http, community="!acme@l.test", words="post 1")
    targets = [asked.target for asked in server.asked]
    assert all(target.startswith("/api/v3/search?") and "community_name=acme%40l.test" in target for target in targets)
    assert ["type_=Posts" in target for target in targets] == [True, False]


def test_edits_removals_and_deletions_are_followed(server: Server, http: Http, lemmy: Lemmy) -> None:
    lemmy.add_comment(3)
    lemmy.add_comment(4)
    cursor = read(server, http).cursor
    lemmy.add_comment(2, content="better words", updated=minute(30))
    lemmy.add_comment(3, deleted=True)
    lemmy.add_comment(4, removed=True)
    batch = read(server, http, cursor)
    assert [(post.id, post.text, post.state) for post in batch.posts] == [
        ("comment:2", "better words", "visible"),
        ("comment:4", "comment 4", "removed"),
    ]
    assert list(batch.gone) == ["comment:3"]


def test_an_old_post_that_is_pinned_makes_nothing_gone(server: Server, http: Http, lemmy: Lemmy) -> None:
    """A community shows it above the newest ones."""
    for number in range(10, 190):
        lemmy.add_post(number)
    lemmy.add_post(1, featured_community=True)
    cursor = ""
    seen: list[str] = []
    for _ in range(12):
        batch = read(server, http, cursor, community="acme")
        cursor, seen = batch.cursor, [*seen, *(post.id for post in batch.posts)]
        assert list(batch.gone) == []
    assert len(seen) == len(set(seen)) == 182


def test_a_post_that_no_longer_holds_the_words_is_not_gone(server: Server, http: Http, lemmy: Lemmy) -> None:
    lemmy.add_post(5, name="post for acme")
    lemmy.add_post(6, name="post for acme")
    cursor = read(server, http, words="acme").cursor
    lemmy.posts[5]["name"] = "about something else"
    lemmy.posts[6]["deleted"] = True
    assert list(read(server, http, cursor, words="acme").gone) == ["post:6"]


def test_a_server_that_had_enough_is_left_alone(server: Server, http: Http, lemmy: Lemmy) -> None:
    """It says so with 400."""
    server.answers["/api/v3/post/list"] = Reply(400, {}, b'{"error": "rate_limit_error"}')
    with pytest.raises(Retry, match="as many requests") as caught:
        read(server, http)
    assert caught.value.after is not None


def test_what_was_reported_before_is_reported(
    server: Server, http: Http, lemmy: Lemmy, signed_in: dict[str, str]
) -> None:
    server.answers["/api/v3/comment/report"] = Reply(400, {}, b'{"error": "couldnt_create_report"}')
    act = Act("report", "comment:2", "key", thread="post:1", why="Spam")
    assert LEMMY.act(signed_in, act, http).id == "comment:2"


def test_another_place_begins_anew(server: Server, http: Http, lemmy: Lemmy) -> None:
    cursor = read(server, http).cursor
    assert read(server, http, cursor).posts == []
    assert len(read(server, http, cursor, community="acme").posts) == 2


@pytest.mark.parametrize(
    ("community", "more", "says"),
    [("acme", True, "who moderates here"), ("other", False, "does not moderate here")],
)
def test_what_an_account_may_do(
    server: Server, http: Http, lemmy: Lemmy, signed_in: dict[str, str], community: str, more: bool, says: str
) -> None:
    found = LEMMY.check({**signed_in, "community": community}, http)
    assert says in found.says
    assert found.account == "7"
    assert {"reply", "post", "like"} <= found.can
    assert ({"remove", "ban", "lock"} <= found.can) is more


PAIRS: dict[Verb, Verb] = {"restore": "remove", "unlock": "lock", "unban": "ban", "unlike": "like"}


@pytest.mark.parametrize("verb", sorted(LEMMY.can - {"report"}))
def test_done_is_found(server: Server, http: Http, lemmy: Lemmy, signed_in: dict[str, str], verb: Verb) -> None:
    """Before an act it is not found, unless things stand so already; after it, it is."""
    act = Act(verb, "comment:2", "key", "Words of ours", "post:1", author="2", title="A title")
    if verb == "post":
        act = Act(verb, "", "key", "Words of ours", "acme", title="A title")
    before = PAIRS.get(verb)
    if before:
        LEMMY.act(signed_in, Act(before, "comment:2", "other", "", "post:1", author="2"), http)
    lemmy.reports = [{"comment_report": {"id": 6, "reason": "rude", "published": minute(5)},
                      "comment": lemmy.comments[2], "creator": person(8, "mia")}]  # fmt: skip
    assert LEMMY.find(signed_in, act, http) is None
    done = LEMMY.act(signed_in, act, http)
    found = LEMMY.find(signed_in, act, http)
    assert found is not None
    assert found.id == done.id


def test_an_answer_stands_under_the_comment(
    server: Server, http: Http, lemmy: Lemmy, signed_in: dict[str, str]
) -> None:
    done = LEMMY.act(signed_in, Act("reply", "comment:2", "key", "Gladly.", "post:1"), http)
    answer = next(post for post in read(server, http).posts if post.id == done.id)
    assert (answer.parent, answer.thread, answer.text) == ("comment:2", "post:1", "Gladly.")
    assert answer.author is not None
    assert answer.author.id == "7"


def test_a_ban_says_why_and_until_when(server: Server, http: Http, lemmy: Lemmy, signed_in: dict[str, str]) -> None:
    until = datetime(2026, 12, 1, tzinfo=UTC)
    LEMMY.act(signed_in, Act("ban", "comment:2", "key", author="2", until=until, why="Spam"), http)
    assert lemmy.told[-1] == (
        "POST community/ban_user",
        {"community_id": 9, "person_id": 2, "ban": True, "expires": 1796083200, "reason": "Spam"},
    )


def test_open_reports_come_with_what_they_are_of(
    server: Server, http: Http, lemmy: Lemmy, signed_in: dict[str, str]
) -> None:
    lemmy.reports = [
        {"post_report": {"id": 5, "reason": "spam", "published": minute(8)}, "post": lemmy.posts[1],
         "creator": person(8, "mia")},
        {"comment_report": {"id": 6, "reason": "rude", "published": minute(9)}, "comment": lemmy.comments[2],
         "creator": person(8, "mia")},
    ]  # fmt: skip
    reports = LEMMY.fetch(signed_in, "", http).reports
    assert [(one.id, one.post, one.why) for one in reports] == [
        ("post:5", "post:1", "spam"), ("comment:6", "comment:2", "rude"),
    ]  # fmt: skip
    assert read(server, http).reports == ()  # nobody signed in
    LEMMY.act(signed_in, Act("resolve", "comment:2", "key", thread="post:1"), http)
    assert [(one.id, one.open) for one in LEMMY.fetch(signed_in, "", http).reports] == [
        ("post:5", True), ("comment:6", False),
    ]  # fmt: skip


def test_a_token_that_ended_is_made_anew_and_a_password_that_changed_is_said(
    server: Server, http: Http, lemmy: Lemmy, signed_in: dict[str, str]
) -> None:
    LEMMY.check(signed_in, http)
    lemmy.tokens = ["jwt-2"]
    assert LEMMY.check(signed_in, http).account == "7"
    lemmy.tokens = ["jwt-3"]
    server.answers["/api/v3/user/login"] = Reply(401, {}, b'{"error": "incorrect_login"}')
    with pytest.raises(Broken, match="does not accept the user name or the password") as caught:
        LEMMY.check(signed_in, http)
    assert caught.value.sign_in
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("couldnt_find_community", "no such community"),
        ("not_a_mod_or_admin", "does not moderate here"),
        ("something_new", "refuses this .something_new."),
    ],
)
def test_refusals_in_words(
    server: Server, http: Http, lemmy: Lemmy, signed_in: dict[str, str], error: str, says: str
) -> None:
    server.answers["/api/v3/comment"] = Reply(400, {}, f'{{"error": "{error}"}}'.encode())
    with pytest.raises(Broken, match=says):
        LEMMY.act(signed_in, Act("reply", "comment:2", "key", "Words", "post:1"), http)


def test_an_answer_whose_arrival_is_unknown_is_found(
    server: Server, http: Http, lemmy: Lemmy, signed_in: dict[str, str]
) -> None:
    """The server does it and breaks down: the second try finds the first."""
    real = server.answers["/api/v3/comment"]
    assert callable(real)

    def breaks(asked: Asked) -> Reply:
        real(asked)
        return Reply(500)

    server.answers["/api/v3/comment"] = breaks
    act = Act("reply", "comment:2", "key", "Once.", "post:1")
    with pytest.raises(Retry):
        LEMMY.act(signed_in, act, http)
    found = LEMMY.find(signed_in, act, http)
    assert found is not None
    assert [one["content"] for one in lemmy.comments.values()].count("Once.") == 1


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (Act("reply", "comment:2", "key", "  "), "empty"),
        (Act("post", "", "key", "Words", "acme"), "needs a title"),
        (Act("remove", "12", "key"), "not read from Lemmy"),
    ],
)
def test_what_cannot_be_asked(
    server: Server, http: Http, lemmy: Lemmy, signed_in: dict[str, str], act: Act, says: str
) -> None:
    with pytest.raises(Broken, match=says):
        LEMMY.act(signed_in, act, http)
