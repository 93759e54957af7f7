"""Merging people and parting them again: whatever hangs on them, in whatever order, everything is as it was."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections, models, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from hubbub.engage.relations import actions as relations
from hubbub.engage.relations import queries, suggestions_actions
from hubbub.engage.relations.queries import regard
from hubbub.store import activities, likenesses, merging, peopling, reminding
from hubbub.store.merging import HOW, How, Refused, columns
from hubbub.store.models import (
    Audit,
    Author,
    Consent,
    ConsentKind,
    Likeness,
    LikenessState,
    Merging,
    Notification,
    PeopleSettings,
    Person,
    PersonField,
    PersonNote,
    PersonValue,
    Relationship,
    Suggestion,
    Tag,
    Workspace,
)
from hubbub.ui.api import Refusal
from tests.relating import make_relationship
from tests.world import NOON, World, make_author, make_post, make_source, make_world

pytestmark = [pytest.mark.database]
LONG = NOON + timedelta(days=40_000)
MORE = {"relationship.person": ("stage", "next_step", "remind_at", "ended"), "suggestion.person": ("state", "until")}


def test_every_column_that_names_a_person_says_what_a_merge_does_to_it() -> None:
    assert sorted(name for name, _ in columns()) == sorted(HOW), "say in store/merging.py what becomes of its rows"


def picture(workspace: Workspace) -> dict[str, object]:
    """Everything that hangs on the people of a workspace, whatever the tables."""
    seen: dict[str, object] = {
        f"person {row.pk}": (row.name, row.about, row.merged_into_id, row.post_count, row.last_seen, row.followers)
        for row in Person.of(workspace)
    }
    for name, field in columns():
        if not name.startswith(("merging.", "activity.")):  # what a merge adds, and what the loop counts anew
            ids = field.model._base_manager.filter(**{f"{field.name}__workspace": workspace})
            hangs = ids.values_list(field.attname, "word") if name == "personword.person" else None
            hangs = hangs if hangs is not None else ids.values_list("pk", field.attname, *MORE.get(name, ()))
            seen[name] = sorted(hangs)
    return seen


def people(workspace: Workspace, number: int, draw: Callable[[int], int]) -> list[Person]:
    """People with all kinds of things on them, drawn: `draw(n)` gives one of n numbers."""
    fields = [PersonField.everywhere.create(workspace=workspace, name=f"Field {at}") for at in range(2)]
    tags = [Tag.everywhere.create(workspace=workspace, name=f"tag {at}") for at in range(3)]
    kind = ConsentKind.everywhere.create(workspace=workspace, name="Contact", contact=True)
    made = []
    for at in range(number):
        person = Person.everywhere.create(
            workspace=workspace, name=("", f"Person {at}")[draw(2)], about=("", f"About {at}")[draw(2)]
        )
        for number_of in range(draw(3)):
            Author.everywhere.create(
                workspace=workspace, person=person, network=f"n{draw(2)}", native_id=f"{at} {number_of}",
                handle=f"h{at}", first_seen=NOON, followers=draw(50), post_count=draw(9), last_seen=NOON,
            )  # fmt: skip
        for field in fields:
            if draw(2):
                PersonValue.everywhere.create(workspace=workspace, person=person, field=field, value=f"v{at}")
        person.tags.set([tag for tag in tags if draw(2)])
        for _ in range(draw(2)):
            PersonNote.everywhere.create(workspace=workspace, person=person, by_name="A", text=f"note {at}", at=NOON)
            Consent.everywhere.create(
                workspace=workspace, person=person, kind=kind, agreed=True, at=NOON, source="words", told="Yes",
                by_name="A", noted=NOON,
            )  # fmt: skip
        for kind_of in ("fan", "press"):
            if draw(2):
                make_relationship(
                    person, kind_of, stage=draw(2), next_step=f"step {at}", owner=None, remind_at=NOON,
                    ended=NOON if draw(3) == 2 else None,
                )  # fmt: skip
        for kind_of in ("review", "silent"):
            if draw(2):
                Suggestion.everywhere.create(
                    workspace=workspace, person=person, kind=kind_of, reason="r", found=NOON, until=LONG,
                    state=("open", "later", "passed", "taken")[draw(4)],
                )  # fmt: skip
        made.append(person)
    with transaction.atomic():
        peopling.settle([person.pk for person in made])
    return made


def quiet_of(world: World) -> tuple[set[int], set[int]]:
    """Suggestions that are open, by the slow way: of whoever stands, where of nobody they were anything of the kind was
    passed, taken or put off; and the open ones that only wait."""
    now, open_, waits = timezone.now(), set(), set()
    for root in Person.of(world.acme).filter(merged_into=None):
        theirs = Suggestion.of(world.acme).filter(person__in=[root.pk, *merging.merged_into(root)])
        for row in theirs.filter(person=root, state="open"):
            rest = [one.state for one in theirs.filter(kind=row.kind, until__gt=now).exclude(state="open")]
            answered = {"passed", "taken"} & set(rest)
            if not rest:
                open_.add(row.pk)
            elif not answered:
                waits.add(row.pk)
    return open_, waits


def shown_in(world: World, state: str) -> set[int]:
    return {row.pk for row in queries.suggested(world.acme, state, "", "", timezone.now(), size=99)[0]}


class Merges(TestCase):
    """Random people, random merges, chains among them; taken back in reverse, or in any order."""

    @given(data=st.data())
    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    def test_merged_and_parted_nothing_is_lost(self, data: st.DataObject) -> None:
        world = make_world()

        def draw(number: int) -> int:
            return data.draw(st.integers(0, number - 1))

        made = people(world.acme, 5, draw)
        before = picture(world.acme)
        rows_before = {name: len(found) for name, found in before.items() if isinstance(found, list)}
        mergings: list[Merging] = []
        for _ in range(data.draw(st.integers(1, 4))):
            roots = list(Person.of(world.acme).filter(merged_into=None, pk__in=[one.pk for one in made]))
            if len(roots) < 2:
                break
            target, source = data.draw(st.permutations(roots))[:2]
            mergings.append(merging.merge(target, source, by=world.alice))
            merged = picture(world.acme)
            words = {"personword.person", "person.merged_into"}
            open_, waits = quiet_of(world)
            assert shown_in(world, "open") == open_
            assert shown_in(world, "later") >= waits
            assert {
                name: len(found) for name, found in merged.items() if isinstance(found, list) and name not in words
            } == {name: count for name, count in rows_before.items() if name not in words}
        order = data.draw(st.permutations(mergings)) if data.draw(st.booleans()) else list(reversed(mergings))
        for row in order:
            merging.unmerge(row, by=world.alice)
        assert picture(world.acme) == before

    @given(data=st.data())
    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    def test_merged_parted_and_merged_again(self, data: st.DataObject) -> None:
        """Any walk through merges and partings ends, once all are parted, where it began."""
        world = make_world()
        made = people(world.acme, 4, lambda number: data.draw(st.integers(0, number - 1)))
        before = picture(world.acme)
        for _ in range(8):
            standing = list(Merging.of(world.acme).filter(undone=None).order_by("pk"))
            roots = list(Person.of(world.acme).filter(merged_into=None, pk__in=[one.pk for one in made]).order_by("pk"))
            if standing and (len(roots) < 2 or data.draw(st.booleans())):
                merging.unmerge(data.draw(st.sampled_from(standing)), by=world.alice)
            else:
                target, source = data.draw(st.permutations(roots))[:2]
                merging.merge(target, source, by=world.alice)
        for row in data.draw(st.permutations(list(Merging.of(world.acme).filter(undone=None).order_by("pk")))):
            merging.unmerge(row, by=world.alice)
        assert picture(world.acme) == before


@pytest.mark.django_db
def test_what_came_since_stays_with_its_side(world: World) -> None:
    source = make_source(world.acme)
    erin, other = make_author(world.acme, "erin"), make_author(world.acme, "erin2")
    row = merging.merge(erin.person, other.person, by=world.alice, why="She says so")
    since = PersonNote.everywhere.create(workspace=world.acme, person=erin.person, by_name="A", text="new", at=NOON)
    post = make_post(source, "hello", author=other)
    parted = merging.unmerge(row, by=world.alice)
    assert parted.pk == other.person_id
    assert PersonNote.everywhere.get(pk=since.pk).person_id == erin.person_id
    assert Author.everywhere.get(posts=post).person_id == other.person_id
    assert list(Audit.everywhere.order_by("pk").values_list("verb", flat=True))[-2:] == ["merge", "unmerge"]


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["same", "merged", "erased", "elsewhere", "twice"])
def test_what_cannot_be(world: World, case: str) -> None:
    one, other = make_author(world.acme, "erin").person, make_author(world.acme, "frank").person
    if case == "same":
        other = one
    if case == "elsewhere":
        other = make_author(world.bravo, "gina").person
    if case == "merged":
        merging.merge(one, other, by=world.alice)
    if case == "erased":
        Person.everywhere.filter(pk=other.pk).update(erased=NOON)
    if case == "twice":
        row = merging.merge(one, other, by=world.alice)
        merging.unmerge(row, by=world.alice)
        with pytest.raises(Refused, match="taken back already"):
            merging.unmerge(row, by=world.alice)
        return
    with pytest.raises(Refused):
        merging.merge(one, other, by=world.alice)


def alike(world: World, **more: object) -> tuple[Author, Author]:
    """Two names that point to each other."""
    one, other = make_author(world.acme, "erin", "mastodon"), make_author(world.acme, "erin2", "lemmy")
    Author.everywhere.filter(pk=one.pk).update(url="https://m.example/@erin", links=["https://erin.example"])
    Author.everywhere.filter(pk=other.pk).update(
        **{"url": "https://erin.example", "links": ["https://m.example/@erin"], **more}
    )
    while peopling.step(timezone.now()):
        pass
    return one, other


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "links", "merged"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_only_what_is_proven_is_merged_by_itself_and_only_where_that_is_wanted(
    world: World, wanted: bool, links: bool, merged: bool
) -> None:
    PeopleSettings.everywhere.create(workspace=world.acme, merge_proven=wanted)
    one, other = alike(world, **({} if links else {"links": []}))
    row = Likeness.of(world.acme).get()
    assert row.proven is links
    while merging.step(timezone.now()):
        pass
    row.refresh_from_db()
    assert row.state == (LikenessState.MERGED if merged else LikenessState.OPEN)
    assert (Author.everywhere.get(pk=one.pk).person_id == Author.everywhere.get(pk=other.pk).person_id) is merged
    assert Notification.of(world.acme).exists() is merged


@pytest.mark.django_db
def test_refused_never_comes_again(world: World) -> None:
    one, other = alike(world)
    assert likenesses.refuse(Likeness.of(world.acme).get(), by=world.alice)
    Author.everywhere.update(stirred=True)
    third = make_author(world.acme, "erin3", "github")  # another name of the same person
    Author.everywhere.filter(pk=third.pk).update(person=one.person_id, url="https://g.example/erin")
    Author.everywhere.filter(pk=other.pk).update(links=["https://m.example/@erin", "https://g.example/erin"])
    while peopling.step(timezone.now()):
        pass
    assert list(Likeness.of(world.acme).values_list("state", flat=True)) == [LikenessState.REFUSED]


@pytest.mark.django_db
def test_parted_people_are_not_suggested_again(world: World) -> None:
    one, other = alike(world)
    row = merging.merge(Person.of(world.acme).get(pk=one.person_id), other.person, by=world.alice)
    assert Likeness.of(world.acme).get().state == LikenessState.MERGED
    merging.unmerge(row, by=world.alice)
    assert Likeness.of(world.acme).get().state == LikenessState.REFUSED


@pytest.mark.django_db
def test_what_changed_is_no_longer_suggested(world: World) -> None:
    one, _ = alike(world)
    Author.everywhere.filter(pk__gte=one.pk).update(links=[], stirred=True)
    while peopling.step(timezone.now()):
        pass
    assert not Likeness.of(world.acme).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_two_at_once() -> None:
    """Everybody merges everybody at once: no deadlock, and everybody is somewhere."""
    world = make_world()
    made = [make_author(world.acme, f"p{at}").person for at in range(4)]
    slips: list[BaseException] = []

    def work(turn: int) -> None:
        try:
            for step in range(8):
                one, other = made[(turn + step) % 4], made[(turn * 2 + step + 1) % 4]
                try:
                    row = merging.merge(
                        Person.of(world.acme).get(pk=one.pk), Person.of(world.acme).get(pk=other.pk), by=world.alice
                    )
                    merging.unmerge(row, by=world.alice)
                except Refused:
                    pass
        except BaseException as slip:  # noqa: BLE001  # told to the test
            slips.append(slip)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert slips == []
    for row in Merging.of(world.acme).filter(undone=None):  # who was refused to part them left them merged
        merging.unmerge(row, by=world.alice)
    assert not Person.of(world.acme).exclude(merged_into=None).exists()
    assert {row.person_id for row in Author.of(world.acme)} == {one.pk for one in made}


@pytest.mark.django_db
def test_what_was_kept_of_a_pipeline_is_there_again_whatever_the_clock_did(world: World) -> None:
    """Both stand in one pipeline: the loop leaves the one that is kept as it was, and the page shows it."""
    erin, other = make_author(world.acme, "erin").person, make_author(world.acme, "erin2").person
    make_relationship(erin, "fan", owner=world.alice)
    kept = make_relationship(
        other, "fan", stage=1, owner=world.alice, next_step="Call", remind_at=NOON, next_on=NOON.date()
    )
    later = Suggestion.everywhere.create(
        workspace=world.acme, person=other, kind="review", state="later", found=NOON, until=LONG, reason="r"
    )
    Suggestion.everywhere.create(workspace=world.acme, person=erin, kind="review", found=NOON, reason="r")
    row = merging.merge(erin, other, by=world.alice)
    while reminding.step(timezone.now()):
        pass
    while activities.count(timezone.now()):
        pass
    assert not Notification.of(world.acme).exists()
    (line,) = regard(Person.of(world.acme).get(pk=erin.pk), timezone.now()).kept
    assert (line.row.pk, line.row.stage.place, line.row.next_step) == (kept.pk, 1, "Call")
    page = world.client().get(reverse("engage:person", args=["acme", erin.pk])).content.decode()
    assert "Call" in page
    page = world.client().get(reverse("engage:relation", args=["acme", kept.pk])).content.decode()
    assert "this is kept as it stood" in page
    assert 'value="plan"' not in page
    with pytest.raises(Refusal, match="merged into another one"):
        relations.plan(kept, "Write", None, by=world.alice)
    assert relations.chosen(world.acme, [kept.pk]) == []
    merging.unmerge(row, by=world.alice)
    kept.refresh_from_db()
    later.refresh_from_db()
    assert (kept.person_id, kept.next_step, kept.remind_at) == (other.pk, "Call", NOON)
    assert (later.person_id, later.state, later.until) == (other.pk, "later", LONG)


@pytest.mark.django_db
def test_what_was_begun_again_while_they_were_one_stays_with_who_has_room(world: World) -> None:
    """Two of a pipeline, two suggestions of a kind: what was ended or passed was taken up again meanwhile."""
    erin, other = make_author(world.acme, "erin").person, make_author(world.acme, "erin2").person
    once = make_relationship(other, "fan", ended=NOON)
    make_relationship(other, "fan")
    standing = make_relationship(erin, "fan")
    rows = [
        Suggestion.everywhere.create(
            workspace=world.acme, person=person, kind="review", state=state, found=NOON, reason="r", until=until
        )
        for person, state, until in ((other, "passed", LONG), (other, "open", None), (erin, "open", None))
    ]
    row = merging.merge(erin, other, by=world.alice)
    relations.end(standing, by=world.alice, why="moved")
    relations.resume(Relationship.of(world.acme).select_related("workspace").get(pk=once.pk), by=world.alice)
    suggestions_actions.leave(rows[2], by=world.alice)
    suggestions_actions.reopen(rows[0], by=world.alice)
    merging.unmerge(row, by=world.alice)
    once.refresh_from_db()
    rows[0].refresh_from_db()
    assert (once.person_id, once.ended, rows[0].person_id, rows[0].state) == (erin.pk, None, erin.pk, "open")


def test_a_move_is_a_move() -> None:
    assert {How.MOVE, How.STAY} == set(HOW.values())
    assert all(isinstance(field, models.ForeignKey) for _, field in columns())
