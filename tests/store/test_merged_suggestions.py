"""Suggestions about people who were merged: what was answered about one is answered about the whole person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.engage.relations import queries, suggestions_actions
from hubbub.engage.relations.queries import regard
from hubbub.store import merging
from hubbub.store.models import Suggestion
from tests.world import NOON, World, make_author

pytestmark = [pytest.mark.database, pytest.mark.django_db]
LONG = NOON + timedelta(days=40_000)


def shown_in(world: World, state: str) -> set[int]:
    return {row.pk for row in queries.suggested(world.acme, state, "", "", timezone.now(), size=99)[0]}


@pytest.mark.parametrize("state", ["passed", "taken"])
@pytest.mark.parametrize("which", [0, 1])
def test_what_was_passed_about_one_is_passed_about_the_whole_person(world: World, state: str, which: int) -> None:
    two = [make_author(world.acme, name).person for name in ("erin", "erin2")]
    answered = Suggestion.everywhere.create(
        workspace=world.acme, person=two[which], kind="review", state=state, found=NOON, until=LONG, reason="r"
    )
    for kind in ("review", "silent"):
        Suggestion.everywhere.create(
            workspace=world.acme, person=two[1 - which], kind=kind, found=NOON, reason="r"
        )  # fmt: skip

    def shown() -> list[str]:
        rows, _ = queries.suggested(world.acme, "open", "", "", timezone.now())
        return sorted(row.kind for row in rows)

    assert shown() == ["review", "silent"]
    row = merging.merge(two[0], two[1], by=world.alice)
    assert shown() == ["silent"]
    assert [one.kind for one in regard(two[0], timezone.now()).suggestions] == ["silent"]
    assert {one.kind: one.open for one in queries.outcomes(world.acme, timezone.now())}["review"] == 0
    merging.unmerge(row, by=world.alice)
    assert shown() == ["review", "silent"]
    row = merging.merge(two[0], two[1], by=world.alice)
    if state == "passed":
        suggestions_actions.reopen(answered, by=world.alice)  # passed by mistake: what it quieted speaks again
        assert shown() == ["review", "silent"]


@pytest.mark.parametrize("which", [0, 1])
def test_what_was_put_off_about_one_is_put_off_about_the_whole_person(world: World, which: int) -> None:
    """Also over two merges; until its day, or until somebody opens it again; parted, both are as they were."""
    three = [make_author(world.acme, name).person for name in ("erin", "erin2", "erin3")]
    off, open_ = (
        Suggestion.everywhere.create(
            workspace=world.acme, person=person, kind="review", state=state, found=NOON, reason="r", until=until
        )
        for person, state, until in ((three[which], "later", LONG), (three[1 - which], "open", None))
    )

    def now() -> tuple[set[int], set[int]]:
        return shown_in(world, "open"), shown_in(world, "later")

    assert now() == ({open_.pk}, {off.pk})
    rows = [merging.merge(three[0], three[1], by=world.alice), merging.merge(three[2], three[0], by=world.alice)]
    assert now()[0] == set()
    (shown,) = queries.suggested(world.acme, "later", "", "", timezone.now())[0]
    assert (shown.person_id, shown.state, shown.until) == (three[2].pk, "later", LONG)
    assert not regard(three[2], timezone.now()).suggestions
    suggestions_actions.reopen(off, by=world.alice)  # put off by mistake
    assert len(now()[0]) == 1
    Suggestion.everywhere.filter(pk=off.pk).update(state="later", until=LONG)
    for row in rows:
        merging.unmerge(row, by=world.alice)
    assert now() == ({open_.pk}, {off.pk})
    off.refresh_from_db()
    assert (off.person_id, off.until) == (three[which].pk, LONG)
