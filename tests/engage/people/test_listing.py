"""The list of people: filtered, in each order, page by page."""

import pytest
from django.db import transaction
from django.utils import timezone

from hubbub.store import peopling
from hubbub.store.models import Activity, Author, Consent, Person, PersonField, PersonValue, Tag
from tests.engage.people.conftest import settle
from tests.world import World, make_author, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HOME = "/w/acme/engage/people/"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Frank", "Erin", "Gina Doe"]),
        ("?sort=posts", ["Erin", "Gina Doe", "Frank"]),
        ("?sort=followers", ["Gina Doe", "Frank", "Erin"]),
        ("?sort=newest", ["Gina Doe", "Frank", "Erin"]),
        ("?q=eri", ["Erin"]),
        ("?q=DOE", ["Gina Doe"]),
        ("?q=gi+doe", ["Gina Doe"]),
        ("?q=rin", []),
        ("?network=mastodon", ["Frank", "Gina Doe"]),
        ("?tag={tag}", ["Erin"]),
        ("?consent={kind}+no", ["Frank"]),
        ("?consent={kind}+yes", []),
        ("?field={field}&value=BERLIN", ["Gina Doe"]),
        ("?level=regular", ["Erin"]),
        ("?level=core", []),
        ("?sort=nonsense&tag=x&before=nonsense", ["Frank", "Erin", "Gina Doe"]),
    ],
)
def test_the_list(world: World, erin: Person, query: str, found: list[str]) -> None:
    make_post(
        make_source(world.acme, "B"),
        author=(frank := make_author(world.acme, "frank", "mastodon")),
        published=timezone.now(),
    )
    gina = make_author(world.acme, "gina", "mastodon")
    Author.everywhere.filter(pk=gina.pk).update(followers=7, name="Gina Doe")
    Person.everywhere.filter(pk=gina.person_id).update(name="Gina Doe")
    Author.everywhere.update(stirred=True, post_count=None)
    settle()
    Author.everywhere.filter(pk=gina.pk).update(post_count=1)
    with transaction.atomic():
        peopling.settle([gina.person_id])
    tag = Tag.everywhere.create(workspace=world.acme, name="vip")
    erin.tags.add(tag)
    Activity.everywhere.update_or_create(
        person=erin, defaults={"workspace": world.acme, "level": "regular", "posts_90": 3}
    )
    field = PersonField.everywhere.create(workspace=world.acme, name="City")
    PersonValue.everywhere.create(workspace=world.acme, person=gina.person, field=field, value="Berlin")
    world.client().post(
        f"/w/acme/engage/person/{frank.person_id}/consent/",
        {"kind": "Contact", "agreed": "no", "source": "words", "told": "by mail"},
    )
    kind = Consent.of(world.acme).get().kind_id
    page = world.client().get(HOME + query.format(tag=tag.pk, kind=kind, field=field.pk))
    assert [str(one) for one in page.context["people"]] == found
    if "Frank" in found:
        assert "do not contact" in page.content.decode()


def test_pages_of_the_list_hold_everybody_once(world: World) -> None:
    for number in range(7):
        author = make_author(world.acme, f"p{number}")
        Author.everywhere.filter(pk=author.pk).update(followers=number // 3)
    settle()
    from hubbub.engage.people import listing

    for sort in listing.SORTS:
        seen, before = [], ""
        while True:
            found = listing.page(world.acme, listing.Asked(sort=sort), before, size=2)
            seen += [one.pk for one in found.people]
            if not (before := found.older):
                break
        assert sorted(seen) == sorted(Person.of(world.acme).values_list("pk", flat=True)), sort


def test_an_empty_list_says_what_to_do(world: World) -> None:
    assert "Nobody is known yet" in world.client().get(HOME).content.decode()
