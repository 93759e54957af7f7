"""What topics and sources do when a person acts on them, and what the log tells of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hubbub.connectors import Found
from hubbub.core.query import QueryError
from hubbub.listen import actions, topic_actions
from hubbub.listen import uploads as room
from hubbub.listen.actions import SourceDraft
from hubbub.listen.topic_actions import TopicDraft
from hubbub.store.models import Audit, Mention, Post, Rollup, Source, SourceState, Topic, Workspace
from hubbub.ui.api import Refusal
from tests.world import NOON, World, make_conversation, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

FOUND = Found("It is there.", name="Acme blog", can=frozenset({"hide", "reply"}), account="7")


def last_act(workspace: Workspace) -> Audit:
    return Audit.of(workspace).order_by("-id")[0]


def draft(name: str = "", **settings: str) -> SourceDraft:
    return SourceDraft("shed", name, settings or {"url": "https://a.example/x?key=deep"}, {"password": "hush"}, FOUND)


def plan_version(world: World) -> int:
    return Workspace.objects.get(pk=world.acme.pk).plan_version


def test_a_topic_is_added_with_its_act(world: World) -> None:
    before = plan_version(world)
    topic = topic_actions.add_topic(world.acme, TopicDraft("Acme", "acme"), by=world.alice, why="our name")
    act = last_act(world.acme)
    assert (topic.version, plan_version(world)) == (1, before + 1)
    assert (act.verb, act.noun_id, act.why, act.after["query"]) == ("add", topic.pk, "our name", "acme")


@pytest.mark.parametrize(
    ("name", "query", "kind", "error"),
    [
        ("Acme", "rocket", "brand", Refusal),  # taken
        ("  ", "rocket", "brand", Refusal),
        ("Rocket", "rocket", "planet", Refusal),
        ("Rocket", '"rocket', "brand", QueryError),
        ("Rocket", "NOT rocket", "brand", QueryError),
        ("Rocket", "sentiment:negative", "brand", QueryError),  # not known to topics
    ],
)
def test_a_topic_that_cannot_be(world: World, name: str, query: str, kind: str, error: type[Exception]) -> None:
    make_topic(world.acme)
    with pytest.raises(error):
        topic_actions.add_topic(world.acme, TopicDraft(name, query, kind), by=world.alice)
    assert Topic.of(world.acme).count() == 1


@pytest.mark.parametrize(
    ("change", "version", "acts"),
    [
        (TopicDraft("Acme", "acme"), 1, 0),
        (TopicDraft("Acme!", "acme"), 1, 1),
        (TopicDraft("Acme", "acme OR acmee"), 2, 1),
        (TopicDraft("Acme", "acme", "campaign"), 1, 1),
    ],
)
def test_the_version_counts_changes_of_the_query(world: World, change: TopicDraft, version: int, acts: int) -> None:
    topic = make_topic(world.acme)
    before = plan_version(world)
    topic_actions.change_topic(topic, change, by=world.alice)
    topic.refresh_from_db()
    assert topic.version == version
    assert Audit.of(world.acme).count() == acts
    assert plan_version(world) == before + acts


def test_topics_rest_and_wake(world: World) -> None:
    topics = [make_topic(world.acme, "One"), make_topic(world.acme, "Two", active=False)]
    assert topic_actions.set_active(topics, False, by=world.alice) == 1
    assert topic_actions.set_active(topics, True, by=world.alice) == 2
    assert [act.verb for act in Audit.of(world.acme).order_by("id")] == ["deactivate", "activate", "activate"]


def test_a_deleted_topic_takes_its_mentions_and_leaves_the_posts(world: World) -> None:
    source, gone, stays = make_source(world.acme), make_topic(world.acme), make_topic(world.acme, "Like", "like")
    only, both = make_post(source, number=1), make_post(source, number=2)
    make_mention(only, gone)
    make_mention(both, gone)
    make_mention(both, stays)
    topic_actions.delete_topic(gone, by=world.alice, why="over")
    assert dict(Post.of(world.acme).values_list("native_id", "mentioned")) == {"1": False, "2": True}
    assert Mention.of(world.acme).get().topic_id == stays.pk
    assert last_act(world.acme).why == "over"


def test_a_source_is_saved_as_it_was_found(world: World) -> None:
    source = actions.add_source(world.acme, draft(), by=world.alice, now=NOON)
    source.refresh_from_db()
    assert (source.name, source.can, source.owned, source.account) == ("Acme blog", ["hide", "reply"], True, "7")
    assert (source.due, source.whole_settings()["password"]) == (NOON, "hush")
    assert "hush" not in str(source.settings)
    told = str(last_act(world.acme).after)
    assert "hush" not in told
    assert "deep" not in told
    assert "a.example" in told


def test_two_sources_of_one_name(world: World) -> None:
    names = [actions.add_source(world.acme, draft(), by=world.alice, now=NOON).name for _ in range(3)]
    assert names == ["Acme blog", "Acme blog 2", "Acme blog 3"]
    with pytest.raises(Refusal, match="There is a source called"):
        actions.add_source(world.acme, draft("Acme blog 2"), by=world.alice, now=NOON)


def test_reply_alone_does_not_make_a_source_ours(world: World) -> None:
    reads = SourceDraft("shed", "", {}, {}, Found("", name="x", can=frozenset({"reply"})))
    assert actions.add_source(world.acme, reads, by=world.alice, now=NOON).owned is False


@pytest.mark.parametrize(
    ("state", "settings", "cursor", "becomes"),
    [
        ("active", {"url": "https://a.example/x"}, "here", "active"),
        ("broken", {"url": "https://a.example/x"}, "here", "active"),
        ("broken", {"url": "https://b.example/x"}, "", "active"),
        ("finished", {"url": "https://b.example/x"}, "", "active"),
        ("paused", {"url": "https://b.example/x"}, "", "paused"),
    ],
)
def test_changed_settings(world: World, state: str, settings: dict[str, str], cursor: str, becomes: str) -> None:
    """Another place is read from its beginning; a worker that reads the old one loses its hold."""
    lease = NOON + timedelta(minutes=5)
    source = make_source(
        world.acme, settings={"url": "https://a.example/x"}, state=state, cursor="here", failures=3, lease_until=lease
    )
    actions.change_source(source, draft("Renamed", **settings), by=world.alice, now=NOON)
    source.refresh_from_db()
    assert (source.name, source.cursor, source.state) == ("Renamed", cursor, becomes)
    assert (source.failures, source.error, source.lease_until) == (0, "", None)


@pytest.mark.parametrize(
    ("state", "act", "becomes", "due", "verbs"),
    [
        ("active", "read_now", "active", True, ["read now"]),
        ("broken", "read_now", "active", True, ["read now"]),
        ("finished", "read_now", "active", True, ["read now"]),
        ("active", "pause", "paused", False, ["pause"]),
        ("broken", "pause", "paused", False, ["pause"]),
        ("paused", "pause", "paused", False, []),
        ("paused", "resume", "active", True, ["resume"]),
        ("broken", "resume", "active", True, ["resume"]),
        ("active", "resume", "active", False, []),
    ],
)
def test_a_source_is_set_going_and_stopped(
    world: World, state: str, act: str, becomes: str, due: bool, verbs: list[str]
) -> None:
    source = make_source(world.acme, state=state, error="404", failures=2)
    match act:
        case "read_now":
            actions.read_now(source, by=world.alice, now=NOON)
        case "pause":
            actions.pause([source], by=world.alice)
        case "resume":
            actions.resume([source], by=world.alice, now=NOON)
    source.refresh_from_db()
    assert (source.state, source.due == NOON) == (becomes, due)
    assert [one.verb for one in Audit.of(world.acme)] == verbs


def test_a_paused_source_is_not_read_now(world: World) -> None:
    source = make_source(world.acme, state=SourceState.PAUSED)
    with pytest.raises(Refusal, match="Resume it"):
        actions.read_now(source, by=world.alice, now=NOON)


def test_a_deleted_source_takes_everything_with_it_and_its_file(
    world: World, uploads: Path, django_capture_on_commit_callbacks: Any
) -> None:
    kept = keep(world.acme, b"id,text\n1,hello\n")
    stays, goes = make_source(world.acme), make_source(world.acme, "File", kind="files", settings={"file": kept})
    topic = make_topic(world.acme)
    for source in (stays, goes):
        post = make_post(source, thread=source.name)
        make_mention(post, topic)
        make_conversation(post)
        Rollup.everywhere.create(workspace=world.acme, hour=NOON, source=source, posts=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.delete_source(goes, by=world.alice, why="mistake") == 1
    assert [post.source_id for post in Post.of(world.acme)] == [stays.pk]
    assert Mention.of(world.acme).count() == Rollup.of(world.acme).count() == 1
    assert last_act(world.acme).noun_name == "File"
    assert not Path(kept).exists()


def keep(workspace: Workspace, content: bytes, name: str = "export.csv") -> str:
    return room.keep(workspace, SimpleUploadedFile(name, content)).path


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("export.csv", "export.csv"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/passwd", "passwd"),
        ("..", "file"),
        ("a\x00b\n.csv", "ab.csv"),
        ("", "file"),
    ],
)
def test_an_upload_lies_where_we_say(world: World, uploads: Path, given: str, shown: str) -> None:
    file = SimpleUploadedFile("x", b"content")
    file._name = given  # as a hostile browser may send it
    kept = room.keep(world.acme, file)
    assert Path(kept.path).parent == uploads / str(world.acme.pk)
    assert Path(kept.path).read_bytes() == b"content"
    assert Path(kept.path).stat().st_mode & 0o077 == 0
    assert kept.name == shown


def test_only_own_uploads_are_dropped(world: World, uploads: Path, tmp_path: Path) -> None:
    other = tmp_path / "precious"
    other.write_text("keep me")
    theirs = keep(world.bravo, b"theirs")
    for path in (str(other), theirs, f"{uploads}/{world.acme.pk}/../{world.bravo.pk}/{Path(theirs).name}"):
        room.drop(world.acme, path)
    assert other.exists()
    assert Path(theirs).exists()


def test_forgotten_uploads_are_swept(world: World, uploads: Path) -> None:
    used, forgotten = keep(world.acme, b"used"), keep(world.acme, b"forgotten")
    make_source(world.acme, kind="files", settings={"file": used})
    written = NOON.fromtimestamp(Path(forgotten).stat().st_mtime, NOON.tzinfo)
    assert room.sweep(world.acme, written + timedelta(hours=1)) == 0
    assert room.sweep(world.acme, written + timedelta(days=3)) == 1
    assert (Path(used).exists(), Path(forgotten).exists()) == (True, False)


def test_the_guide_ends_once(world: World) -> None:
    Workspace.objects.filter(pk=world.acme.pk).update(guided=False)
    world.acme.guided = False
    actions.end_guide(world.acme, by=world.alice, why="finished")
    actions.end_guide(world.acme, by=world.alice, why="finished")
    assert Workspace.objects.get(pk=world.acme.pk).guided
    assert [act.why for act in Audit.of(world.acme)] == ["finished"]


def test_sources_of_others_are_not_counted(world: World) -> None:
    make_source(world.bravo, "Acme blog")
    assert actions.add_source(world.acme, draft(), by=world.alice, now=NOON).name == "Acme blog"
    assert Source.of(world.bravo).count() == 1
