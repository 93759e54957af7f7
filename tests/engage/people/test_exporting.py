"""What leaves as a file can come back from it."""

import pytest

from hubbub.engage.people import actions, exporting, importing, listing, table, trying
from hubbub.store.models import Person, PersonField, PersonValue
from tests.world import World, make_author

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_what_left_changes_nothing_when_it_comes_back(world: World, erin: Person) -> None:
    """Tags with marks in their names, words over several lines, quotes, names that look like formulas."""
    other = make_author(world.acme, "=cmd", "mastodon m.example").person
    actions.edit(other, name='\'=Eve, "the" one', about="One\nTwo; three", by=world.alice)
    for person, tags in ((erin, ["R&D; Berlin", "a|b"]), (other, ["plain", "a|b"])):
        actions.tag(person, tags, by=world.alice)
    written = "".join(exporting.as_csv(world.acme, listing.Asked()))
    found = table.read(written.encode())
    mapping = importing.guess(found.columns, world.acme)
    outcome = trying.tried(found, mapping, workspace=world.acme, by=world.alice)
    assert (outcome.made, outcome.changed, outcome.same, outcome.slips) == (0, 0, 2, [])


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("City", "City"),
        ("Link", "Link"),  # a word for something else, where no field has it
        ("Email", "field: Email"),
        ("posts", "field: posts"),
        ("Note", "field: Note"),
        ("consent: Photo", "field: consent: Photo"),
    ],
)
def test_a_field_has_a_column_of_its_own(world: World, erin: Person, name: str, column: str) -> None:
    field = PersonField.everywhere.create(workspace=world.acme, name=name)
    PersonValue.everywhere.create(workspace=world.acme, person=erin, field=field, value="=Kept")
    written = "".join(exporting.as_csv(world.acme, listing.Asked()))
    found = table.read(written.encode())
    guessed = importing.guess(found.columns, world.acme)
    assert guessed[column] == f"field {field.pk}"
    assert (guessed["email"], guessed["url"]) == ("email", "url")
    assert found.lines[0].cells[column] == "=Kept"
