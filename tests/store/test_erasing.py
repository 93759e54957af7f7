"""Erasing a person: no table holds a word of theirs, or about them, any more; beside what the log must say."""

import pytest
from django.apps import apps
from django.core import serializers

from hubbub.engage.people import actions as people
from hubbub.engage.relations import actions as relations
from hubbub.store import erasing, merging, peopling, reminding
from hubbub.store.models import (
    Audit,
    Author,
    Conversation,
    Draft,
    Likeness,
    Opportunity,
    Person,
    PersonField,
    Report,
    Sketch,
    Statement,
    Suggestion,
)
from tests.world import NOON, World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

WORD = "xqsecret"  # stands in everything that is theirs or about them


def tables_that_say(word: str) -> set[str]:
    """Models with a row in which the word stands."""
    return {
        model.__name__
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and word in serializers.serialize("json", model._base_manager.all()).lower()
    }


def known_everywhere(world: World) -> Person:
    """Somebody of whom each table says something."""
    workspace, alice = world.acme, world.alice
    author = make_author(workspace, f"{WORD}1")
    other = make_author(workspace, f"{WORD}2", "mastodon")
    Author.everywhere.filter(pk=author.pk).update(
        about=WORD, url=f"https://{WORD}.example", links=[f"https://{WORD}.example"], picture=f"https://p/{WORD}"
    )
    person = author.person
    post = make_post(make_source(workspace), f"my {WORD} text", author=author, title=f"A {WORD} title", url=f"//{WORD}")
    talk = make_conversation(post)
    Likeness.everywhere.create(
        workspace=workspace, first=author, second=other, strength=1, found=NOON, reasons=[{"says": WORD}]
    )
    while peopling.step(NOON):
        pass
    merging.merge(person, other.person, by=alice, why="one")
    people.edit(person, name=f"{WORD} name", about=WORD, by=alice)
    people.note(person, WORD, by=alice)
    people.tag(person, ["vip"], by=alice)
    people.record_consent(person, "Contact", agreed=True, at=NOON, source="words", told=WORD, by=alice)
    field = PersonField.everywhere.create(workspace=workspace, name="City")
    people.keep_values(person, {field.pk: WORD}, by=alice)
    person.refresh_from_db()
    held = relations.begin(person, "fan", by=alice, owner=alice)
    relations.plan(held, "ring them up", NOON.date().replace(year=2100), by=alice)
    relations.describe(held, by=alice, worth=WORD, notes=WORD)
    held.__class__.everywhere.filter(pk=held.pk).update(remind_at=NOON)
    reminding.step(NOON)
    Suggestion.everywhere.create(workspace=workspace, person=person, kind="review", reason=WORD, found=NOON)
    Draft.everywhere.create(workspace=workspace, conversation=talk, member=alice, text=f"Dear {WORD}", at=NOON)
    Sketch.everywhere.create(
        workspace=workspace, conversation=talk, post=post, by=alice, text=f"Dear {WORD}", told=f"They say {WORD}",
        wish=WORD, at=NOON,
    )  # fmt: skip
    Opportunity.everywhere.create(
        workspace=workspace, source=post.source, thread=post.thread, post=post, parts=[["field", 1, "words"]],
        published=NOON, found=NOON, static=0.5, order=1.0,
    )  # fmt: skip
    Report.everywhere.create(
        workspace=workspace, source=post.source, native_id="9", about="1", reporter=author, name=WORD, email=WORD,
        why=WORD, at=NOON, taken=NOON,
    )  # fmt: skip
    return person


def test_nothing_of_them_is_left(world: World) -> None:
    person = known_everywhere(world)
    assert len(tables_that_say(WORD)) > 12
    erasing.erase(person, by=world.alice, why="asked for it")
    assert tables_that_say(WORD) == set()
    assert Conversation.of(world.acme).count() == 1


def test_the_log_names_people_by_their_number(world: World) -> None:
    known_everywhere(world)
    assert WORD not in serializers.serialize("json", Audit.everywhere.all())
    assert not Statement.of(world.acme).exists()
