"""People in one conversation at once, in any interleaving: of what they send at most one answer goes out unnoticed by
the next writer, and no draft is ever lost."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from hubbub.engage.replying import outbox_actions
from hubbub.engage.replying.actions import Conflict, Wish, say
from hubbub.engage.thread import thread
from hubbub.store import drafts, presence
from hubbub.store.models import Approving, Conversation, Draft, Member, Outbox, OutboxState, Post, Role
from hubbub.ui.api import Refusal
from tests.world import make_conversation, make_member, make_post, make_source, make_world

pytestmark = [pytest.mark.database]

WORDS = st.sampled_from(["", "Thank you", " and sorry", "No"])
WINDOWS = st.integers(0, 3)
LATER = timedelta(days=1)
ASIDE = -1_000  # below all windows' numbers


@dataclass
class Window:
    """A page of one person, with what it knows; `knows` and `shown` are the model's, not the program's."""

    person: Member
    number: int
    text: str
    draft: int
    version: int
    base: str  # what the draft held when this window saw it last
    seen_row: int
    seen_post: int
    knows: set[int]  # answers that the page has shown
    knows_posts: set[int]  # posts of ours that it has shown
    shown: tuple[set[int], set[int], int, int] | None = None  # by the warning
    sends: int = 0

    @property
    def nonce(self) -> str:
        return f"window {self.number}, form {self.sends}"


@dataclass
class Sent:
    row: int
    person: Member
    dropped: bool = False


@dataclass
class Room:
    talk: Conversation
    post: Post
    people: list[Member]
    windows: list[Window] = field(default_factory=list)
    opened: int = 0
    sent: list[Sent] = field(default_factory=list)
    owed: dict[tuple[int, int], str] = field(default_factory=dict)  # person, draft → words that were kept
    posts: int = 100
    aside: int = 0  # words that are owed without a draft of their own


class People(RuleBasedStateMachine):
    """Two or three people."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(number=st.integers(2, 3))
    def begin(self, number: int) -> None:
        world = make_world()
        source = make_source(world.acme)
        post = make_post(source)
        people = [make_member(world.acme, f"person{at}", Role.RESPONDER) for at in range(number)]
        self.room = Room(make_conversation(post), post, people)
        # what the last of them writes is held until it is approved
        rule = Approving.everywhere.create(workspace=world.acme, member=people[-1])
        rule.approvers.add(world.alice)
        for who in (0, 0, *range(1, number)):  # one of them in two windows
            self.opens(who)

    # what people do

    @rule(who=st.integers(0, 2))
    def opens(self, who: int) -> None:
        room = self.room
        person = room.people[who % len(room.people)]
        read = thread(room.talk, now=timezone.now())
        kept = next((one for one in drafts.of(room.talk, person) if one.sent is None), None)
        presence.beat(room.talk, person, timezone.now())
        room.opened += 1
        room.windows.append(
            Window(
                person,
                room.opened,
                kept.text if kept else "",
                kept.pk if kept else 0,
                kept.version if kept else 0,
                kept.text if kept else "",
                read.seen_row,
                read.seen_post,
                self._answers(),
                self._own(),
            )
        )

    def _answers(self) -> set[int]:
        return set(Outbox.everywhere.filter(verb="reply").values_list("pk", flat=True))

    def _own(self) -> set[int]:
        return set(Post.everywhere.filter(ours=True).values_list("pk", flat=True))

    def _window(self, at: int) -> Window:
        return self.room.windows[at % len(self.room.windows)]

    some = precondition(lambda self: bool(self.room.windows))

    @some
    @rule(at=WINDOWS, words=WORDS, anew=st.booleans(), keeps=st.booleans())
    def types(self, at: int, words: str, anew: bool, keeps: bool) -> None:
        """On, or anew; an autosave arrives at once, or later."""
        window = self._window(at)
        window.text = words if anew else window.text + words
        presence.beat(self.room.talk, window.person, timezone.now(), writing=True)
        if keeps:
            self._keep(window)

    @some
    @rule(at=WINDOWS)
    def keeps(self, at: int) -> None:
        """An autosave arrives."""
        self._keep(self._window(at))

    def _keep(self, window: Window) -> None:
        owed, person = self.room.owed, window.person.pk
        held = owed.get((person, window.draft))
        kept = drafts.save(
            self.room.talk, window.person, window.text, now=timezone.now(), draft=window.draft, version=window.version
        )
        if window.text.strip():
            self._owe(window, kept.draft or -window.number)
        elif kept.draft == 0 and held is not None and held == window.base:
            del owed[person, window.draft]
        window.draft, window.version, window.base = kept.draft, kept.version, window.text

    def _owe(self, window: Window, draft: int) -> None:
        """What the window holds stands in that draft now, as the program says. Only what the window had before it may
        make way, or what stands whole in what comes instead: all else is owed on."""
        owed, place = self.room.owed, (window.person.pk, draft)
        held = owed.get(place)
        seen = draft == window.draft and held == window.base
        if held is None or seen or window.text.startswith(held):
            owed[place] = window.text
        elif not held.startswith(window.text):  # two writers, one draft: the words of both must be somewhere
            self.room.aside += 1
            owed[window.person.pk, ASIDE - self.room.aside] = held
            owed[place] = window.text

    @some
    @rule(at=WINDOWS, later=st.booleans())
    def sends(self, at: int, later: bool) -> None:
        self._send(self._window(at), sure=False, later=later)

    @some
    @rule(at=WINDOWS)
    def confirms(self, at: int) -> None:
        warned = [window for window in self.room.windows if window.shown is not None]
        if warned:
            self._send(warned[at % len(warned)], sure=True)

    # what goes wrong most easily, so often that any examples have it

    @some
    @rule(slow=WINDOWS, quick=WINDOWS, sure=st.booleans(), later=st.booleans())
    def somebody_is_quicker_twice(self, slow: int, quick: int, sure: bool, later: bool) -> None:
        """The slow one is warned of the first answer, and sends again, confirming or not, when there is a second."""
        one, other = self._window(slow), self._window(quick)
        if one.person == other.person:
            return
        self._send_through(other, later=later)
        self._send(one, sure=False)
        if one.shown is not None:  # the same form once more: without a word from them it knows no more than it did
            self._send(one, sure=False)
        self._send_through(other, later=later)
        self._send(one, sure=sure and one.shown is not None)

    def _send_through(self, window: Window, *, later: bool) -> None:
        self._send(window, sure=False, later=later)
        if window.shown is not None:
            self._send(window, sure=True, later=later)

    @some
    @rule(at=WINDOWS, words=st.sampled_from(["Thank you", "No", "Never mind"]))
    def goes_on_in_another_tab(self, at: int, words: str) -> None:
        """Both tabs hold the same draft; each writes on by itself, and both keep."""
        first = self._window(at)
        first.text = first.text or "Dear Carol"
        self._keep(first)
        self.opens(self.room.people.index(first.person))
        second = self.room.windows[-1]
        first.text, second.text = first.text + " and sorry", words
        self._keep(first)
        self._keep(second)

    @some
    @rule(at=WINDOWS)
    def is_refused(self, at: int) -> None:
        """The time to send it at is over: nothing is sent, and the words are kept."""
        window = self._window(at)
        window.text += " by then"
        self._keep(window)
        room, before = self.room, self._drafts()
        wish = Wish(window.text, at=timezone.now() - LATER, draft=window.draft, draft_version=window.version)
        with pytest.raises(Refusal):
            say(room.talk, room.post, wish, by=window.person)
        assert self._drafts() == before, "what was refused is lost"

    def _drafts(self) -> set[tuple[int, str, bool]]:
        return {(pk, text, sent is None) for pk, text, sent in Draft.everywhere.values_list("pk", "text", "sent")}

    def _send(self, window: Window, *, sure: bool, later: bool = False) -> None:
        room, drafts_before = self.room, self._drafts()
        window.text = window.text if window.text.strip() else "Hello"
        wish = Wish(
            window.text,
            at=timezone.now() + LATER if later else None,
            nonce=window.nonce,
            seen_row=window.seen_row,
            seen_post=window.seen_post,
            sure=sure,
            shown_row=window.shown[2] if window.shown else None,
            shown_post=window.shown[3] if window.shown else None,
            draft=window.draft,
            draft_version=window.version,
        )
        others = {one.row for one in room.sent if one.person != window.person and not one.dropped}
        own = self._own() - self._came_back()
        knows, knows_posts = window.knows, window.knows_posts
        if sure and window.shown:
            knows, knows_posts = knows | window.shown[0], knows_posts | window.shown[1]
        try:
            row = say(room.talk, room.post, wish, by=window.person)
        except Conflict:
            assert not others <= knows or not own <= knows_posts, "nobody was quicker"
            assert self._drafts() == drafts_before, "what was refused is lost"
            read = thread(room.talk, now=timezone.now())
            window.shown = (self._answers(), self._own(), read.seen_row, read.seen_post)
            return
        assert others <= knows, "a second answer went out, and its writer had not been shown the first"
        assert own <= knows_posts, "the same, for an answer that was given on the network"
        again = say(room.talk, room.post, wish, by=window.person)
        assert again.pk == row.pk, "a double click is one answer"
        room.sent.append(Sent(row.pk, window.person))
        self._gone(window)
        window.sends += 1
        window.text, window.draft, window.version, window.base, window.shown = "", 0, 0, "", None
        read = thread(room.talk, now=timezone.now())  # the page that comes after sending
        window.seen_row, window.seen_post = read.seen_row, read.seen_post
        window.knows, window.knows_posts = self._answers(), self._own()

    def _gone(self, window: Window) -> None:
        person = window.person.pk
        for (who, draft), words in list(self.room.owed.items()):
            mine = draft == window.draft and words == window.base
            if who == person and (mine or window.text.strip().startswith(words.strip())):
                del self.room.owed[who, draft]
        assert Draft.everywhere.filter(
            member=window.person, sent__isnull=False, text__contains=window.text.strip()
        ).exists()

    def _came_back(self) -> set[int]:
        ids = Outbox.everywhere.exclude(result_id="").values("result_id")
        return set(Post.everywhere.filter(ours=True, native_id__in=ids).values_list("pk", flat=True))

    @some
    @rule(at=WINDOWS, keeps=st.booleans())
    def leaves(self, at: int, keeps: bool) -> None:
        window = self._window(at)
        if keeps:
            self._keep(window)
        self.room.windows.remove(window)
        presence.leave(self.room.talk, window.person)

    # what happens meanwhile

    @rule(ours=st.booleans())
    def a_post_arrives(self, ours: bool) -> None:
        self.room.posts += 1
        make_post(self.room.talk.source, "meanwhile", self.room.posts, ours=ours, conversation=self.room.talk)

    @rule()
    def an_answer_is_delivered_and_comes_back(self) -> None:
        row = Outbox.everywhere.filter(verb="reply", state=OutboxState.WAITING).first()
        if row is None:
            return
        self.room.posts += 1
        Outbox.everywhere.filter(pk=row.pk).update(state=OutboxState.SENT, result_id=str(self.room.posts))
        make_post(self.room.talk.source, row.text, self.room.posts, ours=True, conversation=self.room.talk)

    @precondition(lambda self: any(not one.dropped for one in self.room.sent))
    @rule()
    def an_answer_is_called_back(self) -> None:
        one = next(one for one in self.room.sent if not one.dropped)
        row = Outbox.everywhere.get(pk=one.row)
        if row.state not in (OutboxState.WAITING, OutboxState.HELD):
            return
        outbox_actions.drop(row, by=one.person)
        one.dropped = True
        words = [draft.text for draft in drafts.of(self.room.talk, one.person)]
        assert row.text in words, "what was called back can be gone on with"

    @invariant()
    def no_draft_is_lost(self) -> None:
        if not hasattr(self, "room"):
            return
        for (person, _), words in self.room.owed.items():
            held = Draft.everywhere.filter(member=person).values_list("text", flat=True)
            assert any(one.startswith((words, words.strip())) for one in held), f"lost: {words!r}"


@pytest.mark.django_db
def test_any_interleaving() -> None:
    run_state_machine_as_test(
        People,
        settings=settings(max_examples=40, stateful_step_count=12, suppress_health_check=list(HealthCheck)),
    )


@pytest.mark.django_db
def test_who_is_sure_is_warned_of_the_next_answer() -> None:
    """Shown the first, confirming, and meanwhile there is a second."""
    world = make_world()
    post = make_post(make_source(world.acme))
    talk, quick, slow = make_conversation(post), world.roles[Role.RESPONDER], world.alice
    first = say(talk, post, Wish("One", seen_row=0, seen_post=0), by=quick)
    with pytest.raises(Conflict):
        say(talk, post, Wish("Mine", seen_row=0, seen_post=0), by=slow)
    second = say(talk, post, Wish("Two", seen_row=first.pk, seen_post=0), by=quick)
    sure = Wish("Mine", seen_row=0, seen_post=0, sure=True, shown_row=first.pk, shown_post=0)
    with pytest.raises(Conflict):
        say(talk, post, sure, by=slow)
    assert say(talk, post, replace(sure, shown_row=second.pk), by=slow).text == "Mine"


@pytest.mark.django_db
def test_what_another_window_keeps_outlives_the_answer() -> None:
    world = make_world()
    post = make_post(make_source(world.acme))
    talk, now = make_conversation(post), timezone.now()
    mine = drafts.save(talk, world.alice, "Thank you", now=now)
    other = drafts.save(talk, world.alice, "Call me", now=now)
    say(talk, post, Wish("Thank you, Carol", draft=mine.draft, draft_version=mine.version), by=world.alice)
    assert [one.text for one in drafts.of(talk, world.alice)] == ["Call me"]
    assert other.draft != mine.draft
