"""What leaves as a file can come back from it."""

import pytest

from hubbub.engage.people import exporting, importing, listing, table
from hubbub.store.models import Person, PersonField, PersonValue
from tests.world import World

pytestmark = [pytest.mark.database, pytest.mark.django_db]


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
