"""Our answers on their way: held where the talk went on; parts in order; where they fail, nobody is forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.connectors import Act, Done, Http, Limits, MediaLimits
from hubbub.core.failures import Broken, Retry
from hubbub.engage.people import actions as people
from hubbub.engage.replying import outbox_actions, own_actions
from hubbub.engage.replying.actions import Wish, say
from hubbub.engine import outbox
from hubbub.store import attachments
from hubbub.store.claim import claim_outbox
from hubbub.store.models import (
    Audit,
    Conversation,
    ConversationStatus,
    Notification,
    Outbox,
    OutboxState,
    Post,
    Role,
)
from hubbub.ui.api import Refusal
from tests.pictures import png
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HOUR = timedelta(hours=1)


class Network:
    """Takes down what it is told; fails as it is told. Files go with replies alone."""

    label = "Example"
    limits = Limits(media=MediaLimits(many=4, kinds={"*": None}, verbs=frozenset({"reply"})))

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.failure: Exception | None = None

    def act(self, settings: object, act: Act, http: Http) -> Done:
        self.acts.append(act)
        if self.failure:
            raise self.failure
        return Done(f"r{len(self.acts)}", "", "removed" if act.verb == "delete" else "visible")

    def find(self, settings: object, act: Act, http: Http) -> Done | None:
        return None


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    monkeypatch.setattr(outbox, "connector", lambda kind: network)
    return network


@pytest.fixture
def talk(world: World) -> Conversation:
    source = make_source(world.acme, kind="mastodon", can=["reply", "message", "edit", "delete"])
    return make_conversation(make_post(source, author=make_author(world.acme)))


def tell(talk: Conversation, world: World, text: str = "Thanks", who: Role = Role.RESPONDER, **more: object) -> Outbox:
    return say(talk, talk.posts.filter(ours=False)[0], Wish(text, **more), by=world.roles[who])


def deliver(row: Outbox) -> Outbox:
    row.refresh_from_db()
    outbox.deliver(row, Http())
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    ("event", "held"),
    [
        ("nothing", ""),
        ("they", "They wrote again"),
        ("colleague", "Alice replied"),
        ("own part", ""),
        ("elsewhere", "A reply of yours appeared"),
        ("own read back", ""),
        ("dropped", ""),
        ("refused", "They asked not to be written to"),
        ("agreed again", ""),
        ("other matter", ""),
    ],
)
def test_an_answer_that_waited_is_held(
    world: World, talk: Conversation, network: Network, event: str, held: str
) -> None:
    if event == "own read back":
        deliver(tell(talk, world, "First", nonce="0"))
    long = "word " * 150 if event == "own part" else "Thanks"
    row = tell(talk, world, long, at=timezone.now() + HOUR, in_parts=True, nonce="1")
    match event:
        case "they":
            make_post(talk.source, "And another thing", 5, conversation=talk)
        case "colleague":
            tell(talk, world, "I did", Role.ADMIN, nonce="2")
        case "elsewhere":
            make_post(talk.source, "Done by telephone", 6, ours=True, conversation=talk)
        case "own read back":
            make_post(talk.source, "First", 7, native_id="r1", ours=True, conversation=talk)
        case "refused" | "agreed again" | "other matter":
            matter = "Marketing" if event == "other matter" else "Contact"
            for agreed in (False, True)[: 2 if event == "agreed again" else 1]:
                people.record_consent(
                    talk.author.person, matter, agreed=agreed, at=None, source="words", told="By phone", by=world.alice
                )  # fmt: skip
        case "dropped":
            outbox_actions.drop(tell(talk, world, "I did", Role.ADMIN, nonce="2"), by=world.alice)
    row = deliver(row)
    sent = [act for act in network.acts if act.text.startswith(("Thanks", "word"))]
    assert bool(sent) is not bool(held)
    if not held:
        assert row.state == OutboxState.SENT
        return
    assert (row.state, row.held_for, row.tries) == ("held", "overtaken", 0)
    assert held in row.error
    assert Notification.everywhere.get(member=world.roles[Role.RESPONDER]).noun == "conversation"
    assert claim_outbox(timezone.now() + 2 * HOUR) is None or event == "colleague"
    after = outbox_actions.send_after_all(row, by=world.roles[Role.RESPONDER])
    assert deliver(after).state == OutboxState.SENT
    with pytest.raises(Refusal, match="does not wait for that"):
        outbox_actions.send_after_all(row, by=world.alice)


def test_what_goes_at_once_is_not_held(world: World, talk: Conversation, network: Network) -> None:
    row = tell(talk, world)
    make_post(talk.source, "And another thing", 5, conversation=talk)
    assert deliver(row).state == OutboxState.SENT


def test_parts_leave_in_order(world: World, talk: Conversation, network: Network) -> None:
    tell(talk, world, "word " * 200, in_parts=True)
    while (row := claim_outbox(timezone.now())) is not None:
        outbox.deliver(row, Http())
    assert [act.post for act in network.acts] == ["1", "r1", "r2"]
    assert " ".join(act.text for act in network.acts).split() == ["word"] * 200


def test_a_time_holds_up_nobody(world: World, talk: Conversation, network: Network) -> None:
    tell(talk, world, at=timezone.now() + HOUR)
    now = tell(talk, world, "Now", Role.ADMIN)
    assert claim_outbox(timezone.now()) == now


@pytest.mark.parametrize("status", ["waiting", "done", "open"])
@pytest.mark.parametrize("answered_since", [False, True])
def test_where_it_fails_nobody_is_forgotten(
    world: World, talk: Conversation, network: Network, status: str, answered_since: bool
) -> None:
    Post.everywhere.update(waits=True)
    row = tell(talk, world, then=ConversationStatus(status))
    if answered_since:
        tell(talk, world, "Once more", Role.ADMIN)
    network.failure = Broken("They closed the thread")
    assert deliver(row).state == OutboxState.BROKEN
    talk.refresh_from_db()
    reopened = not answered_since
    assert talk.status == ("open" if reopened else status)
    assert (talk.unanswered is not None) is (reopened or (answered_since and talk.unanswered is not None))
    told = Notification.everywhere.get(member=world.roles[Role.RESPONDER], kind="failed")
    assert "could not be sent" in told.says
    assert Audit.everywhere.filter(verb="reopen").exists() is (reopened and status != "open")


def test_the_parts_after_one_that_fails_wait_for_a_person(world: World, talk: Conversation, network: Network) -> None:
    row = tell(talk, world, "word " * 200, in_parts=True)
    network.failure = Broken("no")
    deliver(row)
    assert list(Outbox.everywhere.order_by("pk").values_list("state", flat=True)) == ["broken"] * 3
    assert claim_outbox(timezone.now()) is None


def test_a_retry_says_nothing_yet(world: World, talk: Conversation, network: Network) -> None:
    network.failure = Retry("busy")
    assert deliver(tell(talk, world)).state == OutboxState.FAILED
    assert not Notification.everywhere.exists()


def test_a_private_answer_is_an_answer(world: World, talk: Conversation, network: Network) -> None:
    Post.everywhere.update(waits=True)
    deliver(tell(talk, world, verb="message"))
    talk.refresh_from_db()
    assert network.acts[0].author == "carol"
    assert (talk.answered is not None, talk.unanswered) == (True, None)


def test_nothing_goes_out_without_the_files_that_belong_to_it(
    world: World, talk: Conversation, network: Network
) -> None:
    file = attachments.keep(world.acme, "lid.png", png(), by=world.roles[Role.RESPONDER])
    row = tell(talk, world, files=[file.pk])
    Outbox.everywhere.filter(pk=row.pk).update(verb="message")
    row.refresh_from_db()
    assert deliver(row).state == OutboxState.BROKEN
    assert network.acts == []


def test_files_leave_whole(world: World, talk: Conversation, network: Network) -> None:
    file = attachments.keep(world.acme, "lid.png", png(), by=world.roles[Role.RESPONDER], alt="A lid")
    row = tell(talk, world, files=[file.pk])
    deliver(row)
    (sent,) = network.acts[0].media
    assert (sent.name, sent.mime, sent.data, sent.alt) == ("lid.png", "image/png", png(), "A lid")
    attachments.path_of(file).unlink()
    again = deliver(tell(talk, world, "Again", files=[file.pk]))
    assert (again.state, "is gone" in again.error) == (OutboxState.BROKEN, True)


@pytest.mark.parametrize("read_back", [True, False])
@pytest.mark.parametrize("verb", ["edit", "delete"])
def test_what_stands_there_is_changed(
    world: World, talk: Conversation, network: Network, read_back: bool, verb: str
) -> None:
    row = deliver(tell(talk, world))
    own = make_post(talk.source, "Thanks", 9, native_id="r1", ours=True, conversation=talk) if read_back else None
    made = (
        own_actions.edit(row, "Thanks!", by=world.alice, why="Kinder")
        if verb == "edit"
        else own_actions.delete(row, by=world.alice, why="Wrong")
    )
    assert deliver(made).state == OutboxState.SENT
    assert (network.acts[1].verb, network.acts[1].post) == (verb, "r1")
    if own:
        own.refresh_from_db()
        assert (own.text, own.edited, own.state) == (
            ("Thanks!", True, "visible") if verb == "edit" else ("Thanks", False, "removed")
        )
    entry = Audit.everywhere.get(noun_id=made.pk, noun="outbox", verb=verb)
    assert entry.why in ("Kinder", "Wrong")
    if verb == "delete":
        with pytest.raises(Refusal, match="deleted already"):
            own_actions.edit(row, "x", by=world.alice, why="y")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"why": " "}, "Say why"),
        ({"text": "Thanks"}, "stand there already"),
        ({"text": "x" * 600}, "too many"),
        ({"can": ["reply"]}, "lets no reply be changed"),
        ({"state": "waiting"}, "Only a reply that stands"),
        ({"twice": True}, "still on its way"),
    ],
)
def test_what_cannot_be_changed(
    world: World, talk: Conversation, network: Network, change: dict[str, object], says: str
) -> None:
    row = deliver(tell(talk, world))
    if "can" in change:
        talk.source.can = change["can"]
        talk.source.save()
    if "state" in change:
        Outbox.everywhere.update(state=change["state"])
    if "twice" in change:
        own_actions.edit(row, "Thank you", by=world.alice, why="y")
    row.refresh_from_db()
    with pytest.raises(Refusal, match=says):
        own_actions.edit(row, str(change.get("text", "Better")), by=world.alice, why=str(change.get("why", "y")))
