"""People in relationships, for the tests of what people are to us."""

from hubbub.store.models import Person, Relationship
from hubbub.store.relations import stages_of
from tests.world import NOON


def make_relationship(person: Person, kind: str = "influencer", stage: int = 0, **more: object) -> Relationship:
    """In the stage of that place, since noon."""
    given: dict[str, object] = {"since": NOON, "moved": NOON, "quiet_since": NOON}
    return Relationship.everywhere.create(
        workspace=person.workspace,
        person=person,
        kind=kind,
        stage=stages_of(person.workspace, kind)[stage],
        **{**given, **more},
    )
