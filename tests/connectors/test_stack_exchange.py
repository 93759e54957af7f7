"""Stack Exchange: questions and answers as posts, what is followed, what the API's own errors mean."""

import json
from datetime import timedelta

import pytest

from hubbub.connectors import Batch, Http, connector
from hubbub.core.failures import Broken, Failure, Retry

from .conftest import Asked, Reply, Server
from .working.stack_exchange import StackExchange

STACK = connector("stack_exchange")


@pytest.fixture
def site(server: Server) -> StackExchange:
    """A site with a question and an answer."""
    it = StackExchange(server)
    it.ask(1)
    it.reply(2, 1)
    return it


def read(server: Server, http: Http, cursor: str = "", **more: str) -> Batch:
    settings = {"site": "stackoverflow", "words": "acme", "address": server.url, **more}
    return STACK.fetch(settings, cursor, http)


def test_questions_and_answers_become_posts(server: Server, http: Http, site: StackExchange) -> None:
    site.ask(
        1, title="What&#39;s &lt;acme&gt;?", body='<p>See <a href="https://acme.test/">this</a></p><pre>x &lt; 1</pre>',
        last_edit_date=5, view_count=10, score=-3, answer_count=1,
    )  # fmt: skip
    question, answer = read(server, http).posts
    assert (question.id, question.title, question.text) == ("question:1", "What's <acme>?", "See this\n\nx < 1")
    assert (question.links, question.edited, question.views) == (("https://acme.test/",), True, 10)
    assert (question.likes, question.replies, question.thread) == (0, 1, "question:1")
    assert question.author is not None
    assert (question.author.id, question.author.handle) == ("2", "Ann")
    assert (answer.id, answer.type, answer.parent, answer.thread) == ("answer:2", "comment", "question:1", "question:1")
    assert answer.author is None  # its account is deleted
    assert (question.url, answer.url) == ("https://so.test/q/1", "https://so.test/a/2")


def test_what_is_asked(server: Server, http: Http, site: StackExchange) -> None:
    read(server, http, words="acme rockets", tags="python django", key="k3y")
    first = server.asked[0].target
    for part in ("q=acme", "tagged=python%3Bdjango", "site=stackoverflow", "key=k3y", "filter=withbody"):
        assert part in first


def test_an_edit_and_a_late_answer_come(server: Server, http: Http, site: StackExchange) -> None:
    cursor = read(server, http).cursor
    site.ask(1, body="<p>better</p>", last_edit_date=9)
    site.reply(7, 1)
    assert [(post.id, post.text) for post in read(server, http, cursor).posts] == [
        ("question:1", "better"),
        ("answer:7", "answer 7"),
    ]


def test_only_what_is_no_longer_there_is_gone(server: Server, http: Http, site: StackExchange) -> None:
    """A question that the search no longer brings stands as before; one that the site no longer has is gone."""
    for number in (3, 4, 5):
        site.ask(number)
    cursor = read(server, http).cursor
    site.hidden = {3}
    del site.questions[4]
    del site.answers[2]
    batch = read(server, http, cursor)
    assert sorted(batch.gone) == ["answer:2", "question:4"]


@pytest.mark.parametrize(
    ("error", "failure", "says"),
    [
        (("throttle_violation", "too many requests, more requests available in 4242 seconds"), Retry, "too many"),
        (("internal_error", "oops"), Retry, "trouble of its own"),
        (("bad_parameter", "No site found for name `x`"), Broken, "no site of this name"),
        (("bad_parameter", "`key` is not valid"), Broken, "does not accept the key"),
        (("bad_parameter", "sort"), Broken, "bad_parameter"),
    ],
)
def test_errors_in_words(server: Server, http: Http, error: tuple[str, str], failure: type[Failure], says: str) -> None:
    body = {"error_id": 502, "error_name": error[0], "error_message": error[1]}
    server.answers["*"] = Reply(400, {}, json.dumps(body).encode())
    with pytest.raises(failure, match=says) as caught:
        read(server, http)
    if error[0] == "throttle_violation":
        assert isinstance(caught.value, Retry)
        assert caught.value.after == timedelta(seconds=4242)


@pytest.mark.parametrize(("backoff", "fails"), [(5, False), (40, True)])
def test_it_leaves_a_method_alone_as_long_as_it_asks(
    server: Server, http: Http, site: StackExchange, backoff: int, fails: bool
) -> None:
    for number in range(10, 150):
        site.ask(number)
    site.backoff = backoff
    if fails:
        with pytest.raises(Retry) as caught:
            read(server, http)
        assert caught.value.after == timedelta(seconds=40)
    else:
        assert len(read(server, http).posts) == 141  # all questions; the first one is too old to be asked about


def test_it_goes_on_at_the_next_poll_where_it_shall_rest_for_long(
    server: Server, http: Http, site: StackExchange
) -> None:
    """The pause that the last answer asked for holds for the next reading, too."""
    for number in range(10, 400):
        site.ask(number)
    real = server.answers["/2.3/search/advanced"]
    assert callable(real)

    def the_last_asks_for_a_rest(asked: Asked) -> Reply:
        site.backoff = 40 if "page=4" in asked.target else 0
        return real(asked)

    server.answers["/2.3/search/advanced"] = the_last_asks_for_a_rest
    batch = read(server, http)
    assert (len(batch.posts), batch.more) == (250, False)
    site.backoff = 0
    assert read(server, http, batch.cursor).posts


@pytest.mark.parametrize(
    ("settings", "says"), [({"words": "a"}, "name of the site is missing"), ({"site": "a"}, "What to look for")]
)
def test_what_is_missing(settings: dict[str, str], says: str) -> None:
    with Http() as door, pytest.raises(Broken, match=says):
        STACK.check(settings, door)
