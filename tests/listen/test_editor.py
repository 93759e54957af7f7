"""The topic editor: what a change adds and loses, the last days, advice and its mends, lists in place of a query."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.core import query as language
from hubbub.listen import trial
from hubbub.store import fulltext
from hubbub.store.models import Post, Source, Topic
from tests.world import World, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HERE = "/w/acme/listen/topics/"
NAMED = {"name": "Acme", "kind": "brand", "newest": "0", "mode": "text"}
LISTS = {**NAMED, "mode": "lists", "any_of": "acme\r\nacme rocket", "all_of": "", "none_of": "jobs", "near_left": "",
         "near_right": "", "within": "5"}  # fmt: skip


def stored(world: World, *texts: str) -> Source:
    """Posts of the last hours, in the order given, the first the oldest; indexed."""
    source = make_source(world.acme, posts_taken=len(texts))
    start = timezone.now() - timedelta(hours=2)
    for number, text in enumerate(texts):
        make_post(source, text, number, published=start + timedelta(seconds=number))
    while fulltext.step():
        pass
    return source


def read(text: str) -> language.Query:
    return language.parse(text, language.Use.TOPIC)


@pytest.mark.parametrize(
    ("saved", "query", "adds", "loses"),
    [
        ("acme", "tea", ["tea"], ["acme", "acme jobs"]),
        ("acme", "acme NOT jobs", [], ["acme jobs"]),
        ("acme NOT jobs", "acme", ["acme jobs"], []),
        ("acme", "acme OR likes:>3", [], []),
        ("acme", "acmé", None, None),  # the same query, written otherwise
    ],
)
def test_what_a_change_adds_and_loses(
    world: World, saved: str, query: str, adds: list[str] | None, loses: list[str] | None
) -> None:
    stored(world, "acme", "tea", "acme jobs", "a walk")
    found = trial.preview(world.acme, read(query), now=timezone.now(), saved=read(saved))
    for side, texts in ((found.adds, adds), (found.loses, loses)):
        assert (side is None) is (texts is None)
        if side is not None and texts is not None:
            assert side.count == len(texts)
            assert sorted(row.post.text for row in side.rows) == texts
            assert all(row.excerpt_spans for row in side.rows)


def test_the_page_shows_both_sides(world: World) -> None:
    stored(world, "acme", "tea")
    topic = make_topic(world.acme)
    asked = {"query": "tea", "mode": "text", "topic": str(topic.pk)}
    page = world.client().post(f"{HERE}preview/", asked).content.decode()
    assert "adds <strong>1</strong>, loses <strong>1</strong>" in page
    assert page.count("<mark>tea</mark>") == 2
    assert page.count("<mark>acme</mark>") == 1
    others = make_topic(world.bravo, query="coffee")
    page = world.client().post(f"{HERE}preview/", {**asked, "topic": str(others.pk)}).content.decode()
    assert "adds" not in page, "another workspace's topic is compared with nothing"


@pytest.mark.parametrize(
    ("looked", "number", "more", "found"), [(10, 5, False, 3), (5, 5, False, 3), (4, 4, True, 2), (1, 1, True, 1)]
)
def test_only_so_many_posts_are_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch, looked: int, number: int, more: bool, found: int
) -> None:
    monkeypatch.setattr(trial, "LOOKED", looked)
    source = stored(world, "acme 1", "x", "acme 2", "y", "acme 3")
    make_post(source, "acme, says us", 9, ours=True)
    Post.of(world.acme).update(published=timezone.now())  # all at once: their ids tell them apart
    seen = trial.preview(world.acme, read("acme"), now=timezone.now())
    assert (seen.looked_at, seen.there_are_more, seen.count) == (number, more, found)


def test_the_chart_is_exact_where_posts_are_few(world: World) -> None:
    source, now = make_source(world.acme), timezone.now()
    for days, number in ((0, 2), (1, 1), (89, 3), (90, 4), (-2, 1)):
        for one in range(number):
            make_post(source, "acme", 1000 * days + one, published=now - timedelta(days=days))
    make_post(source, "tea", 5, published=now)
    chart = trial.chart(world.acme, read("acme"), now=now)
    assert (len(chart.days), chart.every, chart.posts, chart.looked_at) == (90, 1, 7, 7)
    assert [(day.day, day.count) for day in chart.days if day.count] == [
        ((now - timedelta(days=days)).date(), number) for days, number in ((89, 3), (1, 1), (0, 2))
    ]


def test_the_chart_is_estimated_where_they_are_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "SAMPLE", 10)
    monkeypatch.setattr(trial, "HITS", 5)
    source, now = make_source(world.acme), timezone.now()
    for number in range(60):
        make_post(source, "acme" if number % 2 else "acme tea", number, published=now)
    chart = trial.chart(world.acme, read("acme"), now=now)
    assert (chart.every, chart.posts, chart.looked_at, chart.count) == (6, 60, 10, 60)
    page = world.client().post(f"{HERE}chart/", {"query": "acme", "mode": "text"}).content.decode()
    assert "About <strong>60</strong>" in page
    assert "every 6th of 60 stored posts" in page


def test_the_chart_has_a_table_that_leads_to_the_posts(world: World) -> None:
    stored(world, "acme one", "acme two", "tea")
    client = world.client()
    page = client.post(f"{HERE}chart/", {"query": "acme", "mode": "text"}).content.decode()
    assert "<svg" in page
    link = page.split("<tbody>")[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(link).content.decode().count("data-row") == 2
    assert "As soon as the query can be read" in client.post(f"{HERE}chart/", {"query": '"a'}).content.decode()


def test_without_javascript_a_button_shows_the_chart(world: World) -> None:
    stored(world, "acme")
    page = world.client().post(f"{HERE}new/", {**NAMED, "query": "acme", "do": "chart"}).content.decode()
    assert "<svg" in page
    assert not Topic.of(world.acme).exists()


def test_advice_comes_from_the_stored_posts(world: World) -> None:
    stored(world, *["acme and the rocket"] * 150, *["the tea"] * 60)
    advice = trial.preview(world.acme, read("ackme OR the"), now=timezone.now()).advice
    told = " ".join(f"{one.says} {one.mend}" for one in advice)
    assert "Did you mean `acme`?" in told
    assert "`the` stands in 100% of the stored posts" in told
    assert "It catches 100%" in told


def test_no_advice_from_a_word_list_that_is_not_whole(world: World) -> None:
    source = stored(world, *["acme"] * 100)
    source.posts_taken = 300
    source.save()
    for number in range(100, 300):
        make_post(source, "ackme", number)
    assert "ackme" not in str(trial.preview(world.acme, read("ackme"), now=timezone.now()).advice)


@pytest.mark.parametrize(
    ("mend", "query", "says"),
    [
        ([5, 7, "or", "OR"], "acme OR rocket", ""),
        ([5, 7, "xx", "OR"], "acme or rocket", "changed meanwhile"),
        ([5, 99, "or", "OR"], "acme or rocket", "changed meanwhile"),
        ("nonsense", "acme or rocket", ""),
        ([0, 8, "acme or ", ""], "rocket", ""),
    ],
)
def test_a_mend_is_one_click(world: World, mend: object, query: str, says: str) -> None:
    data = {**NAMED, "query": "acme or rocket", "mend": json.dumps(mend)}
    answer = world.client().post(f"{HERE}new/", data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f">\n{query}</textarea>" in page
    assert says in page
    assert not Topic.of(world.acme).exists()


def test_lists_are_saved_as_the_query_that_they_write(world: World) -> None:
    page = world.client().post(f"{HERE}preview/", LISTS).content.decode()
    assert '<span class="code" id="written">(acme OR &quot;acme rocket&quot;) NOT jobs</span>' in page
    assert world.client().post(f"{HERE}new/", LISTS).status_code == 303
    assert Topic.of(world.acme).get().query == '(acme OR "acme rocket") NOT jobs'


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"any_of": "", "none_of": "jobs"}, "What to mend stands below"),
        ({"near_left": "bad"}, "Near what?"),
        ({"near_left": "bad", "near_right": "acme", "within": "1000"}, "less than or equal to 100"),
        ({"any_of": "ac*"}, "comes too early"),
    ],
)
def test_lists_that_cannot_be_saved(world: World, change: dict[str, str], says: str) -> None:
    answer = world.client().post(f"{HERE}new/", {**LISTS, **change})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Topic.of(world.acme).exists()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("acme NOT (jobs OR hiring)", ">\njobs\nhiring</textarea>"),
        ('acme NEAR/3f "so bad"', ">\nso bad</textarea>"),
        ("acme OR (b c)", "says more than the lists can show"),
        ('"acme', "cannot be read yet"),
    ],
)
def test_a_query_is_opened_as_lists(world: World, query: str, shown: str) -> None:
    page = world.client().post(f"{HERE}new/", {**NAMED, "query": query, "do": "lists"}).content.decode()
    assert shown in page
    topic = make_topic(world.acme, query=query)
    assert shown in world.client().get(f"{HERE}{topic.pk}/?with=lists").content.decode()


def test_lists_become_a_query_again(world: World) -> None:
    page = world.client().post(f"{HERE}new/", {**LISTS, "do": "text"}).content.decode()
    assert ">\n(acme OR &quot;acme rocket&quot;) NOT jobs</textarea>" in page
    assert 'value="text"' in page


def test_nothing_is_missed_before_it_is_saved(world: World) -> None:
    page = world.client().post(f"{HERE}new/", {**NAMED, "name": "", "query": "acme", "do": "preview"})
    assert page.status_code == 200
    assert "This field is required" not in page.content.decode()
