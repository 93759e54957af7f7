"""What the room reads: tabs, filter and pages of the inbox, a thread with all that stands in it, a person."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hubbub.core import query as language
from hubbub.engage import actions, person, queries
from hubbub.engage.replying.actions import reply
from hubbub.engage.replying.queries import outbox, outbox_counts
from hubbub.engage.thread import thread
from hubbub.store.models import Conversation, ConversationStatus, Outbox, Post, Role
from tests.world import NOON, World, make_author, make_conversation, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

VIEW = language.Use.VIEW


def read(text: str) -> language.Query | None:
    return language.parse(text, VIEW) if text else None


@pytest.fixture
def talks(world: World) -> dict[str, Conversation]:
    source = make_source(world.acme)
    made = {
        name: make_conversation(make_post(source, f"about {name}", number, thread=name), subject=name)
        for number, name in enumerate(["a", "b", "c", "d", "e"], start=1)
    }
    actions.set_status(made["b"], ConversationStatus.WAITING, by=world.alice)
    actions.set_status(made["c"], ConversationStatus.DONE, by=world.alice)
    for name in "bcd":
        actions.assign(made[name], world.alice, by=world.alice)
    make_conversation(make_post(make_source(world.bravo)))
    return made


@pytest.mark.parametrize(
    ("tab", "names", "count"),
    [
        ("open", "eda", "3"),
        ("waiting", "b", "1"),
        ("done", "c", None),
        ("mine", "db", "2"),
        ("unassigned", "ea", "2"),
        ("all", "edcba", None),
    ],
)
def test_tabs(world: World, talks: dict[str, Conversation], tab: str, names: str, count: str | None) -> None:
    found = queries.inbox(queries.rows(world.alice, tab), None, now=NOON)
    assert "".join(one.subject for one in found.conversations) == names
    assert queries.counts(world.alice).get(tab) == count


@pytest.mark.parametrize(("size", "pages"), [(1, ["e", "d", "a"]), (2, ["ed", "a"]), (3, ["eda"]), (9, ["eda"])])
@pytest.mark.parametrize("q", ["", "about"])
def test_pages(world: World, talks: dict[str, Conversation], q: str, size: int, pages: list[str]) -> None:
    rows, before, seen = queries.rows(world.alice, "open"), None, []
    while True:
        found = queries.inbox(rows, read(q), now=NOON, before=before, size=size)
        seen.append("".join(one.subject for one in found.conversations))
        before = found.older
        if before is None:
            break
    assert seen == pages


def test_equal_times_lose_nothing(world: World) -> None:
    source = make_source(world.acme)
    for number in range(1, 6):
        make_conversation(make_post(source, number=number, thread=str(number), published=NOON))
    rows = queries.rows(world.alice, "open")
    first = queries.inbox(rows, None, now=NOON, size=2)
    second = queries.inbox(rows, None, now=NOON, size=9, before=first.older)
    assert len({one.pk for one in [*first.conversations, *second.conversations]}) == 5


@pytest.mark.parametrize(
    ("q", "hit"),
    [
        ("lid", True),  # the newest that is not ours
        ("cup", False),  # an older one
        ("sorry", False),  # ours
        ("status:open", True),
        ("author:carol", True),
        ("author:dave", False),
    ],
)
def test_the_filter_reads_the_newest_post_that_is_not_ours(world: World, q: str, hit: bool) -> None:
    source = make_source(world.acme)
    first = make_post(source, "my cup", 1, author=make_author(world.acme, "dave"))
    talk = make_conversation(first)
    newest = make_post(source, "the lid", 2, conversation=talk, author=make_author(world.acme, "carol"))
    make_post(source, "sorry", 3, conversation=talk, ours=True)
    Conversation.everywhere.update(last_post=newest.published)
    found = queries.inbox(queries.rows(world.alice, "open"), read(q), now=NOON)
    assert bool(found.conversations) is hit


def test_the_budget_ends_the_search_and_says_so(world: World) -> None:
    source = make_source(world.acme)
    for number in range(1, 7):
        make_conversation(make_post(source, "needle" if number == 1 else "hay", number, thread=str(number)))
    rows = queries.rows(world.alice, "open")
    first = queries.inbox(rows, read("needle"), now=NOON, budget=4)
    assert (list(first.conversations), first.ran_out, first.looked_at) == ([], True, 4)
    assert "Looked through 4 conversations, found 0" in first.says
    rest = queries.inbox(rows, read("needle"), now=NOON, budget=4, before=first.older)
    assert [one.snippet for one in rest.conversations] == ["needle"]
    assert rest.older is None


@pytest.mark.parametrize("number", [2, 30])
def test_the_list_asks_the_same_number_of_questions_for_any_length(world: World, number: int) -> None:
    source = make_source(world.acme)
    for one in range(number):
        make_conversation(make_post(source, "hay", one + 1, thread=str(one), author=make_author(world.acme, f"h{one}")))
    with CaptureQueriesContext(connection) as asked:
        found = queries.inbox(queries.rows(world.alice, "open"), read("hay"), now=NOON)
        for row in found.conversations:
            assert [str(row.source), bool(str(row.author)), row.assignee] == ["Acme blog", True, None]
    # conversations, their workspace and sources, their newest posts, those posts' topics
    assert len(asked) == 5


def test_a_thread_in_pages_with_what_belongs_between(world: World) -> None:
    source = make_source(world.acme)
    talk = make_conversation(make_post(source, "post 1", 1))
    for number in range(2, 6):
        make_post(source, f"post {number}", number, conversation=talk)
    make_mention(talk.posts.get(native_id="5"), make_topic(world.acme), [["text", 0, 4]])
    actions.note(talk, "a note", by=world.alice)
    newest = thread(talk, now=NOON, size=3)
    told = [item.post.text if item.post else item.note.text if item.note else "" for item in newest.items]
    assert told == ["post 3", "post 4", "post 5", "a note"]
    assert newest.items[2].spans == [["text", 0, 4]]
    older = thread(talk, now=NOON, size=3, until=newest.earlier)
    assert [item.post.text for item in older.items if item.post] == ["post 1", "post 2"]
    assert older.earlier is None
    assert not older.newest


@pytest.mark.parametrize(
    ("state", "result_id", "shown"),
    [
        ("waiting", "", True),
        ("failed", "", True),
        ("broken", "", True),
        ("sent", "not taken in yet", True),
        ("sent", "2", False),  # stands in the thread as a post of ours
        ("dropped", "", False),
    ],
)
def test_replies_under_way(world: World, state: str, result_id: str, shown: bool) -> None:
    source = make_source(world.acme)
    talk = make_conversation(make_post(source, number=1))
    make_post(source, "Thanks", 2, ours=True, conversation=talk)
    row = reply(talk, talk.posts.get(ours=False), "Thanks", by=world.alice)
    Outbox.everywhere.update(state=state, result_id=result_id)
    read_ = thread(talk, now=NOON)
    assert [item.reply.pk for item in read_.items if item.reply] == ([row.pk] if shown else [])
    assert read_.seen_row == row.pk
    assert read_.seen_post == talk.posts.get(ours=True).pk


@pytest.mark.parametrize(
    ("posts", "answers"),
    [
        ([("1", False, "visible"), ("2", True, "visible")], "1"),
        ([("1", False, "visible"), ("2", False, "pending")], "2"),
        ([("1", False, "visible"), ("2", False, "removed")], "1"),
        ([("1", False, "hidden")], "1"),
        ([("1", True, "visible")], None),
    ],
)
def test_whom_an_answer_goes_to(world: World, posts: list[tuple[str, bool, str]], answers: str | None) -> None:
    source = make_source(world.acme)
    talk: Conversation | None = None
    for number, (native_id, ours, state) in enumerate(posts, start=1):
        post = make_post(source, number=number, native_id=native_id, ours=ours, state=state, conversation=talk)
        talk = talk or make_conversation(post)
    assert talk is not None
    target = thread(talk, now=NOON).answer_to
    assert (target and target.native_id) == answers


def test_a_person_across_networks(world: World) -> None:
    carol, elsewhere = make_author(world.acme), make_author(world.acme, "carol2", "mastodon")
    elsewhere.person = carol.person
    elsewhere.first_seen = NOON - timedelta(days=2)
    elsewhere.save()
    blog, feed = make_source(world.acme), make_source(world.acme, "Feed", kind="feed")
    make_post(blog, "first", 1, author=carol, decision="removed", state="removed")
    make_post(feed, "second", 2, author=elsewhere)
    make_post(blog, "somebody else", 3, author=make_author(world.acme, "dave"))
    shown = person.card(carol.person)
    assert (shown.posts, shown.removed) == ("2", "1")
    assert [post.text for post in shown.last] == ["second", "first"]
    assert shown.first_seen == NOON - timedelta(days=2)


def test_a_person_without_a_name_anywhere(world: World) -> None:
    carol = make_author(world.acme)
    lonely = type(carol.person).everywhere.create(workspace=world.acme, name="Nobody yet")
    shown = person.card(lonely)
    assert (shown.posts, shown.first_seen, list(shown.last)) == ("0", None, [])


def test_who_can_be_given_work(world: World) -> None:
    world.roles[Role.MODERATOR].active = False
    world.roles[Role.MODERATOR].save()
    assert [str(one) for one in queries.responders(world.acme)] == ["Alice", "Manager", "Responder"]


def test_the_outbox_in_pages(world: World) -> None:
    post = make_post(make_source(world.acme))
    for number in range(5):
        Outbox.everywhere.create(
            workspace=world.acme, source=post.source, post=post, verb="reply", key=str(number), by_name="Alice",
            created=timezone.now(), due=timezone.now(), state="sent" if number % 2 else "broken",
        )  # fmt: skip
    first = outbox(world.acme, size=3)
    rest = outbox(world.acme, size=3, before=first.older)
    assert [row.key for row in [*first.rows, *rest.rows]] == ["4", "3", "2", "1", "0"]
    assert rest.older is None
    assert [row.key for row in outbox(world.acme, "sent").rows] == ["3", "1"]
    none = dict.fromkeys(("held", "scheduled", "waiting", "failed"), "0")
    assert outbox_counts(world.acme) == {**none, "broken": "3"}
    assert not outbox(world.bravo).rows
    assert Post.everywhere.count() == 1
