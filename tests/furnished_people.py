"""What is known of people: a note, a field with a value, a consent, a merge, somebody who may be one."""

from hubbub.store import merging
from hubbub.store.models import (
    Consent,
    ConsentKind,
    ImportedLine,
    Likeness,
    Member,
    PeopleImport,
    PersonField,
    PersonNote,
    PersonValue,
    Post,
)
from tests.world import NOON, make_author


def furnish_people(post: Post, admin: Member, own: str) -> dict[str, int]:
    """About whoever wrote the post; the ids by noun."""
    workspace, person = post.workspace, post.author.person
    remark = PersonNote.everywhere.create(
        workspace=workspace, person=person, by=admin, by_name=str(admin), text=f"Kind {own}", at=NOON
    )
    field = PersonField.everywhere.create(workspace=workspace, name=f"City {own}")
    PersonValue.everywhere.create(workspace=workspace, person=person, field=field, value=f"Berlin {own}")
    matter = ConsentKind.everywhere.create(workspace=workspace, name=f"Photo {own}", explains="We may show it")
    consent = Consent.everywhere.create(
        workspace=workspace, person=person, kind=matter, agreed=True, at=NOON, source="words", told=f"Yes {own}",
        by=admin, by_name=str(admin), noted=NOON,
    )  # fmt: skip
    merged = merging.merge(person, make_author(workspace, f"dave2-{own}").person, by=admin, why=f"Told us {own}")
    one, other = make_author(workspace, f"erin-{own}"), make_author(workspace, f"rin-{own}", "mastodon")
    alike = Likeness.everywhere.create(
        workspace=workspace, first=one, second=other, strength=0.6, found=NOON,
        reasons=[{"name": "same picture", "says": f"Both show the same picture {own}", "strength": 0.6}],
    )  # fmt: skip
    file = PeopleImport.everywhere.create(
        workspace=workspace, key=f"key {own}"[:32], by_member=admin, by_name=str(admin), at=NOON, total=2,
        state="stopped", stopped_why=f"Stopped {own}",
    )  # fmt: skip
    for number, fate in enumerate(("left", "made"), start=2):
        ImportedLine.everywhere.create(
            workspace=workspace, imported=file, number=number, fate=fate, says=f"A slip {own}", person=person
        )
    return {
        "remark": remark.pk, "field": field.pk, "matter": matter.pk, "consent": consent.pk, "merging": merged.pk,
        "likeness": alike.pk, "import": file.pk,
    }  # fmt: skip
