"""What managers do with tags as such; putting them on conversations is `engage.actions.tag`."""

from django.db import IntegrityError, transaction

from hubbub.engage import tagging
from hubbub.store.audit import audit
from hubbub.store.models import Conversation, Member, Person, Tag
from hubbub.ui.api import Refusal


@transaction.atomic
def rename(tag: Tag, name: str, *, by: Member, why: str = "") -> Tag:
    """Another name for it, wherever it is."""
    row, names = _locked(tag), tagging.cleaned([name])
    if len(names) != 1:
        raise Refusal("Give it one name, without commas")
    before = row.name
    if names[0] == before:
        return row
    row.name = names[0]
    try:
        with transaction.atomic():
            row.save(update_fields=["name"])
    except IntegrityError:
        raise Refusal(f"There is a tag {names[0]} already: merge the two instead") from None
    audit(row, "rename", by=by, why=why, before={"name": before}, after={"name": row.name})
    return row


@transaction.atomic
def merge(tag: Tag, into: Tag, *, by: Member, why: str = "") -> Tag:
    """All that has the one gets the other instead."""
    if tag.pk == into.pk:
        raise Refusal("Choose another tag to merge it into")
    row, kept = _locked(tag), _locked(into)
    conversations = Conversation.of(row.workspace).filter(tags=row)
    number = conversations.count()
    _stir(row)
    kept.conversations.add(*conversations.values_list("pk", flat=True))
    kept_people = Person.tags.through._default_manager
    people = list(kept_people.filter(tag=row).values_list("person_id", flat=True))
    for person in Person.of(row.workspace).filter(pk__in=people):
        person.tags.add(kept)
    audit(kept, "merge", by=by, why=why, after={"with": row.name, "conversations": number, "people": len(people)})
    row.delete()
    return kept


@transaction.atomic
def delete(tag: Tag, *, by: Member, why: str = "") -> None:
    """Off everything that had it."""
    row = _locked(tag)
    number = Conversation.of(row.workspace).filter(tags=row).count()
    _stir(row)
    audit(row, "delete", by=by, why=why, before={"name": row.name}, after={"conversations": number})
    row.delete()


def _stir(tag: Tag) -> None:
    Conversation.of(tag.workspace).filter(tags=tag).update(stirred=True)


def _locked(tag: Tag) -> Tag:
    return Tag.of(tag.workspace).select_for_update(of=("self",)).get(pk=tag.pk)
