"""The page that tells how to write a query: all of the language's own tables, and a place to try one."""

from html import unescape

import pytest
from django.urls import reverse

from hubbub.core.query import FIELDS, QueryError, Use, parse
from hubbub.core.query.examples import EXAMPLES, MISTAKES, OPERATORS, Operator
from hubbub.store.models import Role
from hubbub.ui.templatetags.ui import spoken
from tests.world import World

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def _page(world: World, **asked: str) -> str:
    url = reverse("query-help", args=["acme"])
    answer = world.client(world.roles[Role.VIEWER]).get(url, asked)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_it_holds_all_that_can_be_written(world: World) -> None:
    html = _page(world)
    for written in [
        *(one.written for one in OPERATORS),
        *(one.query for one in EXAMPLES),
        *(one.query for one in MISTAKES),
    ]:
        assert written in html
    for field in FIELDS.values():
        assert field.example in html
    assert "topics, rules, views, alerts, KPIs" not in html  # said in one word


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.written)
def test_an_operator_can_be_written(operator: Operator) -> None:
    parse(operator.written, Use.TOPIC)


@pytest.mark.parametrize(
    ("query", "text", "use", "says"),
    [
        ("rocket*", "two Rockets", "topic", ">matches<"),
        ("rocket*", "two Rockets", "topic", "two <mark>Rockets</mark>"),
        ("acme NOT rocket", "an acme rocket", "topic", ">does not match<"),
        ('"acme', "acme", "topic", "never closed"),
        ("sentiment:negative", "sad", "view", ">not known<"),
        ("sentiment:negative", "sad", "topic", "not known in a topic"),
        ("<script>", "x", "topic", "needs a field"),
        ("acme rocket", "x", "topic", "acme AND rocket"),
        ("acme", "", "topic", ">does not match<"),
        ("", "x", "topic", "This field is required"),
        ("acme", "x", "no such place", "valid choice"),
    ],
)
def test_a_query_is_tried_out(world: World, query: str, text: str, use: str, says: str) -> None:
    assert says in _page(world, query=query, text=text, use=use)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ('Add `"` where it ends.', "Add <code>&quot;</code> where it ends."),
        ("`a` and `<b>`", "<code>a</code> and <code>&lt;b&gt;</code>"),
        ("found ```: odd", "found ```: odd"),
        ("plain <i>", "plain &lt;i&gt;"),
    ],
)
def test_pieces_of_a_query_are_shown_without_backticks(text: str, html: str) -> None:
    assert spoken(text) == html


def test_what_is_tried_out_is_shown_as_text(world: World) -> None:
    answer = world.client().get(
        reverse("query-help", args=["acme"]), {"query": "b", "text": "<script>b</script>", "use": "topic"}
    )
    assert b"<script>b" not in answer.content


@pytest.mark.parametrize("name", ["listen:stream", "engage:inbox", "moderate:queue", "listen:topics"])
def test_it_is_linked_from_where_queries_are_written(world: World, name: str) -> None:
    html = world.client().get(reverse(name, args=["acme"])).content.decode()
    assert f'href="{reverse("query-help", args=["acme"])}"' in html


def test_the_topic_editor_links_to_it(world: World) -> None:
    html = world.client().get("/w/acme/listen/topics/new/").content.decode()
    assert f'href="{reverse("query-help", args=["acme"])}"' in html


def test_mistakes_are_mistakes() -> None:
    for mistake in MISTAKES:
        with pytest.raises(QueryError):
            parse(mistake.query, mistake.use)
