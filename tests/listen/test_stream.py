"""The stream and the page of a post."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from hubbub.listen.queries import EXCERPT, row_of
from hubbub.store import fulltext
from hubbub.store.audit import audit
from hubbub.store.models import Role, Verdict
from tests.world import (
    NOON,
    World,
    make_author,
    make_conversation,
    make_mention,
    make_post,
    make_source,
    make_topic,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HERE = "/w/acme/listen/"


def fill(world: World) -> dict[str, int]:
    """Posts a to e: a and b by day, two topics, two sources; e mentions nothing."""
    blog, forum = make_source(world.acme), make_source(world.acme, "Forum", can=[], owned=False)
    acme, rocket = make_topic(world.acme), make_topic(world.acme, "Rocket", "rocket")
    yesterday = NOON - timedelta(days=1)
    made = {
        "a": make_post(blog, "post-a acme", 1),
        "b": make_post(blog, "post-b acme rocket", 2, published=yesterday),
        "c": make_post(forum, "post-c acme", 3),
        "d": make_post(forum, "post-d rocket", 4),
        "e": make_post(forum, "post-e", 5),
    }
    for name, topics in {"a": [acme], "b": [acme, rocket], "c": [acme], "d": [rocket]}.items():
        for topic in topics:
            at = made[name].text.index(topic.query)
            make_mention(made[name], topic, [["text", at, at + len(topic.query)]])
    make_mention(make_post(make_source(world.bravo), "post-z acme"), make_topic(world.bravo))
    return {"acme": acme.pk, "rocket": rocket.pk, "blog": blog.pk, "forum": forum.pk}


@pytest.mark.parametrize(
    ("address", "posts"),
    [
        ("", "dcab"),
        ("?topic={acme}", "cab"),
        ("?topic={rocket}", "db"),
        ("?source={forum}", "dc"),
        ("?topic={acme}&source={blog}", "ab"),
        ("?all=1", "edcab"),
        ("?all=1&source={forum}", "edc"),
        ("?day=2026-11-01", "dca"),
        ("?day=2026-10-31", "b"),
        ("?day=2026-10-31&topic={acme}", "b"),
        ("?day=2026-11-01&topic={rocket}", "d"),
        ("?day=2026-11-01&all=1", "edca"),
        ("?day=nonsense", "dcab"),
        ("?since=2026-11-01T12", "dca"),
        ("?since=nonsense", "dcab"),
        ("?q=rocket", "db"),
        ("?q=acme+NOT+rocket", "ca"),
        ("?q=topic:Rocket&topic={acme}", "b"),
        ("?q=source:forum&all=1", "edc"),
        ("?q=nothing", ""),
        ("?before=nonsense", "dcab"),
    ],
)
def test_what_the_stream_shows(world: World, address: str, posts: str) -> None:
    page = world.client().get(HERE + address.format(**fill(world))).content.decode()
    assert [name for name in "abcdez" if f"post-{name}" in page] == sorted(posts)
    order = sorted(posts, key=lambda name: page.index(f"post-{name}"))
    assert "".join(order) == posts


@pytest.mark.parametrize("address", ["?topic=999999", "?source=999999", "?topic=99999999999999999999999"])
def test_what_is_not_there(world: World, address: str) -> None:
    assert world.client().get(HERE + address).status_code == 404


def test_another_workspaces_topic_is_not_there(world: World) -> None:
    assert world.client().get(f"{HERE}?topic={make_topic(world.bravo).pk}").status_code == 404


def test_a_filter_that_cannot_be_read(world: World) -> None:
    fill(world)
    page = world.client().get(f'{HERE}?q="acme').content.decode()
    assert "<u>" in page
    assert "post-a" not in page


@pytest.mark.parametrize("topic", [False, True])
def test_pages_follow_each_other_without_gap_or_repeat(world: World, topic: bool) -> None:
    source, caught = make_source(world.acme), make_topic(world.acme)
    for number in range(100):
        # four posts share each moment, so that a page may end between them
        post = make_post(source, f"acme-{number:03}.", number, published=NOON + timedelta(minutes=number // 4))
        make_mention(post, caught)
    client, seen, url = world.client(), [], f"?topic={caught.pk}" if topic else "?"
    for _ in range(9):
        page = client.get(HERE + url).content.decode()
        seen += [part[:3] for part in page.split("acme-")[1:]]
        if "Older" not in page:
            break
        url = page.split('" data-key="n"')[0].rsplit('href="', 1)[1].replace("&amp;", "&")
    assert seen == [f"{number:03}" for number in sorted(range(100), key=lambda one: (one // 4, one), reverse=True)]


def test_texts_are_text(world: World) -> None:
    author = make_author(world.acme, "<i>carol</i>")
    hostile = make_post(make_source(world.acme), "<script>alert(1)</script> acme", title="<b>", author=author)
    make_mention(hostile, make_topic(world.acme), [["text", 26, 30]])
    for url in (HERE, f"{HERE}post/{hostile.pk}/"):
        page = world.client().get(url).content.decode()
        assert "<script>alert" not in page
        assert "<i>" not in page
        assert "<b>" not in page
        assert "<mark>acme</mark>" in page


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://a.example/1", True),
        ("http://a.example/1", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("data:text/html,x", False),
        ("", False),
    ],
)
def test_only_web_addresses_are_followed(world: World, url: str, followed: bool) -> None:
    post = make_post(make_source(world.acme), url=url)
    page = world.client().get(f"{HERE}post/{post.pk}/").content.decode()
    assert ("Original" in page) is followed
    assert ('rel="noopener noreferrer nofollow"' in page) is followed
    assert "javascript:" not in page.lower()


@pytest.mark.parametrize(
    ("text", "at", "starts", "cut"),
    [
        ("acme " + "more " * 10, 0, "acme", False),
        ("acme " + "more " * 200, 0, "acme", True),
        ("less " * 100 + "acme " + "more " * 100, 500, "less", True),
        ("x" * 600, 550, "x", True),
        ("", 0, "", False),
    ],
)
def test_an_excerpt_shows_the_first_matched_word(world: World, text: str, at: int, starts: str, cut: bool) -> None:
    post = make_post(make_source(world.acme), text)
    row = row_of(post, [make_mention(post, make_topic(world.acme), [["text", at, at + 4]])])
    assert row.cut is cut
    assert row.excerpt.startswith(starts)
    assert len(row.excerpt) <= EXCERPT
    if "acme" in text:
        [(start, end)] = row.excerpt_spans
        assert row.excerpt[int(start) : int(end)] == "acme"


def test_a_chosen_topic_marks_its_own_words(world: World) -> None:
    ids = fill(world)
    page = world.client().get(f"{HERE}?topic={ids['rocket']}").content.decode()
    assert "acme <mark>rocket</mark>" in page


@pytest.mark.parametrize(("role", "can"), [(Role.VIEWER, False), (Role.RESPONDER, False), (Role.MODERATOR, True)])
def test_who_may_moderate_is_offered_it_where_the_source_can(world: World, role: Role, can: bool) -> None:
    fill(world)
    page = world.client(world.roles[role]).get(HERE).content.decode().partition("<main")[2]  # the menu says it, too
    assert page.count("<summary>Moderate</summary>") == (2 if can else 0)  # the forum cannot be moderated


def test_a_post_in_the_inbox_leads_there(world: World) -> None:
    post = make_post(make_source(world.acme))
    talk = make_conversation(post)
    assert f"/engage/{talk.pk}/" in world.client().get(f"{HERE}post/{post.pk}/").content.decode()


def test_a_post_with_all_that_is_known(world: World) -> None:
    source = make_source(world.acme)
    root = make_post(source, "the root", 1)
    before = make_post(source, "said before", 2, parent="1")
    post = make_post(source, "said here", 3, parent="2")
    after = make_post(source, "said after", 4, parent="3")
    talk = make_conversation(before)
    for one in (post, after):
        one.conversation = talk
        one.save(update_fields=["conversation"])
    Verdict.everywhere.create(
        workspace=world.acme,
        post=post,
        rule_name="Pills",
        state="shadow",
        outcome="hide",
        because="Speaks of pills",
        at=NOON,
    )
    with transaction.atomic():
        audit(post, "approve", by=world.alice, why="It is fine")
    page = world.client().get(f"{HERE}post/{post.pk}/").content.decode()
    places = [page.index(text) for text in ("the root", "said before", "said here", "said after")]
    assert places == sorted(places)
    for words in ("Pills", "Speaks of pills", "shadow", "It is fine", "Alice"):
        assert words in page
    assert root.conversation_id is None


def test_a_parent_that_answers_itself_ends(world: World) -> None:
    source = make_source(world.acme)
    one = make_post(source, "one", 1, parent="2")
    make_post(source, "two", 2, parent="1")
    assert world.client().get(f"{HERE}post/{one.pk}/").status_code == 200


def test_questions_to_the_database_do_not_grow_with_the_rows(world: World) -> None:
    source, topics = make_source(world.acme), [make_topic(world.acme, f"T{one}") for one in range(3)]

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert world_client.get(HERE).status_code == 200
        return len(queries)

    world_client = world.client()
    make_mention(make_post(source, number=1), topics[0])
    few = asked()
    for number in range(2, 30):
        post = make_post(source, number=number, author=make_author(world.acme, f"a{number}"))
        make_conversation(post, thread=str(number))
        for topic in topics:
            make_mention(post, topic)
    assert asked() == few


def test_the_empty_stream_says_what_to_do_next(world: World) -> None:
    assert "Add a source" in world.client().get(HERE).content.decode()
    make_source(world.acme)
    assert "No mentions yet" in world.client().get(HERE).content.decode()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("?count", "4 posts"),
        ("?all=1&count", "5 posts"),
        ("?topic={acme}&q=rocket&count", "1 post"),
        ("?day=2026-10-31&q=acme&count", "1 post"),
        ("?source={forum}&q=rocket+OR+acme&count", "2 posts"),
        ("", "How many?"),
    ],
)
def test_how_many(world: World, asked: str, says: str) -> None:
    made = fill(world)
    address = HERE + asked.format(**made)
    assert says in world.client().get(address).content.decode()
    part = world.client().get(address, headers={"HX-Request": "true"}).content.decode()
    assert ("<html" in part) is (asked == "")
    assert says in part


def test_a_wildcard_with_too_many_words_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.store.narrowing.MOST_EXPANDED", 2)
    blog = make_source(world.acme)
    for number, word in enumerate(("rocket", "rockets", "rocketry")):
        make_post(blog, word, number)
    fulltext.step()
    page = world.client().get(HERE + "?all=1&q=red+OR+Rocket*").content.decode()
    assert "Line 1, column 8" in page
    assert "More than 2 words" in page
    assert "More than" not in world.client().get(HERE + "?all=1&q=rockets*").content.decode()
