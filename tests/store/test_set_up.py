"""How a workspace is set up, read at once, and what there is around a conversation, counted at once."""

from zoneinfo import ZoneInfo

import pytest

from hubbub.store import around, capped, drafts, relations
from hubbub.store.models import (
    Approving,
    Consent,
    ConsentKind,
    Conversation,
    Hours,
    Member,
    Note,
    Outbox,
    Person,
    Ranking,
    Relating,
    Relationship,
    Replying,
    Sanction,
    Stage,
    Suggestion,
)
from hubbub.store.set_up import SetUp, set_up
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


def said(found: SetUp) -> tuple[object, ...]:
    ranking = found.ranking
    return (
        (ranking.kind_weight, ranking.stale_days) if ranking else None,
        relations.weights(found.relating).customer,
        relations.thresholds(found.relating).core.posts_90,
        (found.replying.undo_seconds, found.replying.awake_from),
        found.zone,
    )


def test_what_nobody_set_is_as_at_the_start(world: World) -> None:
    own = Relating(workspace=world.acme)
    assert said(set_up(world.acme)) == (
        None,
        relations.weights(own).customer,
        relations.thresholds(own).core.posts_90,
        (10, 8),
        ZoneInfo("UTC"),
    )


def test_what_is_set_in_a_workspace_holds_there_alone(world: World) -> None:
    Ranking.everywhere.create(workspace=world.acme, kind_weight=2.5, stale_days=3)
    levels = {"core": {"posts_90": 77}}
    Relating.everywhere.create(workspace=world.acme, weights={"customer": 9.0}, levels=levels)
    Replying.everywhere.create(workspace=world.acme, undo_seconds=33, awake_from=6)
    Hours.everywhere.create(workspace=world.acme, name="Shop", zone="Asia/Tokyo")
    Hours.everywhere.create(workspace=world.acme, name="Own", zone="Europe/Berlin", standard=True)
    assert said(set_up(world.acme)) == ((2.5, 3.0), 9.0, 77, (33, 6), ZoneInfo("Europe/Berlin"))
    assert said(set_up(world.bravo)) == said(SetUp(None, Relating(), Replying(), ZoneInfo("UTC")))


def test_rows_that_were_read_so_are_the_rows(world: World) -> None:
    kept = Ranking.everywhere.create(workspace=world.acme, doubling_hours=12)
    found = set_up(world.acme).ranking
    assert found == kept
    assert found is not None
    assert found.doubling_hours == 12
    assert found.workspace_id == world.acme.pk


def talk_of(world: World, handle: str, thread: str) -> tuple[Conversation, Person]:
    post = make_post(make_source(world.acme, handle), thread=thread, author=make_author(world.acme, handle))
    talk = make_conversation(post)
    assert talk.author is not None
    return talk, talk.author.person


def counted(talk: Conversation, member: Member, person: int) -> list[str]:
    asked = around.counts(talk, member, person)
    return [name for name, number in zip(asked, capped.counts(list(asked.values())), strict=True) if number]


def put(world: World, name: str, talk: Conversation, person: Person) -> None:
    """One row of that kind."""
    place, post = {"workspace": world.acme}, talk.posts.get()
    when = {"since": NOON, "moved": NOON, "quiet_since": NOON}
    match name:
        case "outbox":
            due = {"created": NOON, "due": NOON}
            Outbox.everywhere.create(**place, source=talk.source, post=post, verb="reply", key="1", by_name="A", **due)
        case "notes":
            Note.everywhere.create(**place, conversation=talk, by_name="A", text="Look", at=NOON)
        case "mentions":
            make_mention(post, make_topic(world.acme))
        case "drafts":
            drafts.save(talk, world.alice, "Dear", now=NOON)
        case "approving":
            Approving.everywhere.create(**place)
        case "sanctions":
            whom = {"author": talk.author, "source": talk.source}
            Sanction.everywhere.create(**place, **whom, verb="mute", why="", at=NOON)
        case "consents":
            kind = ConsentKind.everywhere.create(**place, name="Mail")
            Consent.everywhere.create(**place, person=person, kind=kind, agreed=False, at=NOON, noted=NOON)
        case "merged":
            Person.everywhere.create(**place, name="Before", merged_into=person)
        case "relationships":
            stage = Stage.everywhere.create(**place, kind="fan", name="New", place=1)
            Relationship.everywhere.create(**place, person=person, kind="fan", stage=stage, **when)
        case "suggestions":
            Suggestion.everywhere.create(**place, person=person, kind="fan", reason="Praises", found=NOON)


KINDS = [
    "outbox",
    "notes",
    "mentions",
    "drafts",
    "approving",
    "sanctions",
    "consents",
    "merged",
    "relationships",
    "suggestions",
]


@pytest.mark.parametrize("name", KINDS)
def test_what_is_around_a_conversation_is_counted_there(world: World, name: str) -> None:
    talk, person = talk_of(world, "carol", "t1")
    other, stranger = talk_of(world, "dave", "t2")
    assert counted(talk, world.alice, person.pk) == []
    put(world, name, talk, person)
    assert counted(talk, world.alice, person.pk) == [name]
    elsewhere = [name] if name == "approving" else []  # which is the workspace's
    assert counted(other, world.alice, stranger.pk) == elsewhere
    assert counted(other, world.alice, 0) == elsewhere


def test_nothing_else_is_counted(world: World) -> None:
    talk, person = talk_of(world, "carol", "t1")
    assert list(around.counts(talk, world.alice, person.pk)) == KINDS


def test_a_draft_is_its_writers(world: World) -> None:
    talk, person = talk_of(world, "carol", "t1")
    put(world, "drafts", talk, person)
    [colleague] = [one for role, one in world.roles.items() if role == "manager"]
    assert counted(talk, colleague, person.pk) == []


def test_counts_that_are_asked_twice_come_twice(world: World) -> None:
    talk, _ = talk_of(world, "carol", "t1")
    here, nothing = Conversation.of(world.acme), Conversation.of(world.acme).filter(pk__in=[])
    kept = capped.written(here)
    found = capped.counts([here, nothing, kept, Conversation.of(world.bravo), talk.posts.all(), kept])
    assert found == [1, 0, 1, 0, 1, 1]
