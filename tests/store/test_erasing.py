"""Erasing a person: no table holds a word of theirs, or about them, any more; beside what the log must say."""

from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.db import transaction

from hubbub.engage import actions as engage
from hubbub.engage.people import actions as people
from hubbub.engage.people import erasing_actions, listing, merging_actions
from hubbub.engage.relations import actions as relations
from hubbub.store import erasing, merging, outbox, peopling, reminding
from hubbub.store.audit import audit
from hubbub.store.models import (
    Approval,
    Audit,
    Author,
    Conversation,
    Draft,
    ImportedLine,
    Likeness,
    NotificationKind,
    Opinion,
    Opportunity,
    Outbox,
    PeopleImport,
    Person,
    PersonField,
    Planned,
    Post,
    Proposal,
    Redaction,
    Report,
    Role,
    Sanction,
    Sketch,
    Statement,
    Strike,
    Suggestion,
)
from hubbub.store.notifying import notify
from hubbub.store.unnaming import Names
from tests.engage.calendar.planning import launch
from tests.world import NOON, World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

WORD = "xqsecret"  # stands in everything that is theirs or about them
HASH = "0123456789abcdef" * 2  # of their address, in the picture that a WordPress site shows


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
    Author.everywhere.filter(pk=other.pk).update(picture=f"https://secure.gravatar.com/avatar/{HASH}?s=96")
    Likeness.everywhere.create(
        workspace=workspace,
        first=author,
        second=other,
        strength=1,
        found=NOON,
        reasons=[{"name": "same handle", "says": WORD}],
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
    told_to_colleagues(world, person, post)
    decided_about_them(world, post)
    said_by_us(world, person, post)
    return person


def told_to_colleagues(world: World, person: Person, post: Post) -> None:
    """Notes, notifications, next steps of their conversation and relationships; one relationship is kept of a merge."""
    alice, other = world.alice, world.roles[Role.RESPONDER]
    talk = Conversation.of(world.acme).get()
    engage.assign(talk, other, by=alice)
    engage.note(talk, f"@{other.user.email} this {WORD}1 is angry", by=alice)
    held = relations.begin(person, "customer", by=alice, why="first order")
    relations.plan(held, f"Ask {WORD} again", None, by=alice)
    relations.plan(held, f"Call {WORD}", None, by=alice)
    relations.end(held, by=alice, why="moved on")
    third = make_author(world.acme, f"{WORD}3", "github")
    kept = relations.begin(third.person, "fan", by=alice)
    relations.plan(kept, f"{WORD} likes tea", None, by=alice)
    likeness = Likeness.everywhere.create(
        workspace=world.acme, first=post.author, second=third, strength=1, found=NOON,
        reasons=[{"name": "same handle", "says": f"Both are called “{WORD}”", "strength": 0.5}],
    )  # fmt: skip
    merging_actions.merge_alike(likeness, keep=person.pk, by=alice)
    erasing_actions.exported(world.acme, listing.Asked(q=WORD, field=1, value=WORD), "CSV", by=alice)
    notify([alice], NotificationKind.FAILED, f"What you wrote to {WORD}1 could not be sent", about=talk, key="x")


def decided_about_them(world: World, post: Post) -> None:
    """What moderators did to them and why, which stands in the log, too; a line of a file that was left out."""
    given: dict[str, Any] = {"workspace": world.acme, "author": post.author, "post": post}
    bare = {"workspace": world.acme, "post": post, "by_name": "Alice"}
    for row in (
        Sanction(**given, source=post.source, verb="mute", why=f"{WORD}1 again", error=f"no {WORD}1", at=NOON),
        Strike(**given, points=1, given=NOON, why=f"{WORD}1 again", withdrawn=NOON, withdrawn_why=f"sorry, {WORD}1"),
        Proposal(**given, verb="ban", threshold=3, points=3, at=NOON, why=f"not {WORD}1"),
        Opinion(**bare, note=f"Is this {WORD}1?", asked=NOON),
        Redaction(**bare, original="x", text="y", why=f"{WORD}1 asked for it", at=NOON),
    ):
        row.save()
        with transaction.atomic():
            audit(row, "write down", by=world.alice)
    imported = PeopleImport.everywhere.create(workspace=world.acme, key="0" * 32, by_name="A", at=NOON, total=1)
    ImportedLine.everywhere.create(
        workspace=world.acme, imported=imported, number=2, fate="left", says=f"Born: “{WORD}1” is no day"
    )


def said_by_us(world: World, person: Person, post: Post) -> None:
    """An answer with its approval and its echo, a message, a planned post about what they said."""
    alice, source = world.alice, post.source
    source.can = ["reply", "post", "message"]
    source.save()
    with transaction.atomic():
        sent = outbox.put(post, "reply", by=alice, text=f"Dear {WORD}1, dear {WORD} name")
    Approval.everywhere.create(
        workspace=world.acme, noun="outbox", noun_id=sent.pk, says="A reply", text=f"Dear {WORD}1", asked_by=alice,
        asked_name="Alice", at=NOON,
    )  # fmt: skip
    echo = make_post(source, f"Dear {WORD}1", 77, ours=True, parent=post.native_id, thread=post.thread)
    Post.everywhere.filter(pk=echo.pk).update(conversation=post.conversation_id)
    Conversation.of(world.acme).update(snippet=f"Dear {WORD}1")
    item = launch(alice, source, text=f"Thank you @{WORD}1 for the idea", about=(post,), title=f"Thanks to {WORD}1")
    Planned.everywhere.filter(pk=item.pk).update(state="planned")
    item.versions.update(text=f"To @{WORD}2", sent_text=f"Thank you @{WORD}2", same=False)


def test_nothing_of_them_is_left(world: World) -> None:
    person = known_everywhere(world)
    assert len(tables_that_say(WORD)) > 18
    assert tables_that_say(HASH) == {"Author", "IdentityKey"}
    erasing.erase(person, by=world.alice, why="asked for it")
    assert tables_that_say(WORD) == set()
    assert tables_that_say(HASH) == set()
    assert Conversation.of(world.acme).count() == 1
    assert Outbox.of(world.acme).get().state == "dropped"  # nothing more is said to them
    assert Approval.of(world.acme).get().state == "withdrawn"
    assert Planned.of(world.acme).get().state == "draft"  # it named them: a person looks before it goes


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Dear Al, hello", "Dear Al, hello"),
        ("Ask @al or @Al!", "Ask [erased] or [erased]!"),
        ("Anna-Lena Müller came", "[erased] came"),
        ("anna-lena müller's tea", "[erased]'s tea"),
        ("Mülleranna-lena", "Mülleranna-lena"),
        ("write to al@example.org.", "write to [erased]."),
    ],
)
def test_names_are_taken_out_as_whole_words(text: str, left: str) -> None:
    author = Author(handle="al", name="Anna-Lena Müller", native_id="al@example.org")
    assert Names([Person(name="")], [author]).out_of(text) == left


def test_the_log_names_people_by_their_number(world: World) -> None:
    known_everywhere(world)
    at = make_post(make_source(world.acme, "Sky"), native_id=f"at://{WORD}/post/1")  # the network's id is a name
    with transaction.atomic():
        audit(at, "look at", by=world.alice)
    assert WORD not in serializers.serialize("json", Audit.everywhere.all())
    assert not Statement.of(world.acme).exists()
