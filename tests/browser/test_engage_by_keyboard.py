"""A day of a community manager who has no mouse: what is pressed is heard, and one always sees where one is."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from hubbub.store import peopling, settling
from hubbub.store.models import (
    Conversation,
    Note,
    Notification,
    Opportunity,
    Outbox,
    Person,
    Planned,
    Role,
    SavedReply,
    SavedView,
)
from tests.browser.test_every_page import Visit, window
from tests.engage.calendar.planning import launch, networks
from tests.furnished_notifications import furnish_notifications
from tests.furnished_opportunities import furnish_opportunities
from tests.relating import make_relationship
from tests.world import World, make_author, make_conversation, make_post, make_source, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# what has the focus can be seen: it is on the screen, and something is drawn around it or in it
LOST = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return 'nothing has the focus';
  const box = at.getBoundingClientRect(), style = getComputedStyle(at);
  const named = at.outerHTML.slice(0, 100);
  if (!at.checkVisibility() || box.width < 1 || box.height < 1) return `hidden: ${named}`;
  const off = box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth;
  if (off) return `off the screen: ${named}`;
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1) return `not shown: ${named}`;
  return '';
}"""


@pytest.fixture
def world() -> World:
    """Three open conversations, number 1 first, and a saved reply with a gap."""
    world = make_world()
    source, carol = make_source(world.acme), make_author(world.acme)
    for number in (1, 2, 3):
        make_conversation(make_post(source, f"number {number}", number, thread=f"t{number}", author=carol))
    SavedReply.everywhere.create(
        workspace=world.acme,
        title="Parcel",
        text="Your order {order number} left today.",
        asks=["order number"],
        changed=timezone.now(),
        by=world.alice,
    )
    while settling.step(timezone.now()):
        pass
    return world


@pytest.fixture
def desk(chromium: Any, live_server: Any, world: World) -> Iterator[Visit]:
    """Alice's window; nothing may go wrong in it."""
    with window(chromium, live_server, world.alice.user) as visit:
        yield visit
        assert [one for one in visit.wrong if "status of 422" not in one] == []  # a refusal is an answer, too


def talk(number: int) -> Conversation:
    return Conversation.everywhere.get(thread=f"t{number}")


def at(desk: Visit, path: str) -> Page:
    """The page there, its scripts at work."""
    page: Page = desk.page
    page.goto(f"{desk.address}/w/acme/{path}")
    ready(page)
    return page


def ready(page: Page) -> None:
    """Keys work once the scripts have run."""
    page.wait_for_function("document.readyState === 'complete'")


def press(page: Page, *keys: str) -> None:
    """One after the other; then the focus can be seen."""
    for key in keys:
        page.keyboard.press(key)
    assert page.evaluate(LOST) == ""


def walk(page: Page, words: str, most: int = 40) -> None:
    """Tab until what is called so has the focus; on the way nothing is lost."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(LOST) == ""
        text = "const at = document.activeElement; return (at.getAttribute('aria-label') || at.innerText || '').trim()"
        if str(page.evaluate(f"() => {{ {text} }}")).startswith(words):
            return
    raise AssertionError(f"{words} is not reached")


def told_of_itself(page: Page) -> None:
    """The row of the open conversation is drawn anew by a live update, as happens within two seconds of any act."""
    Conversation.everywhere.filter(thread="t1").update(priority="high", stirred=True)
    while settling.step(timezone.now()):
        pass
    expect(page.locator("[data-row][aria-current=true]")).to_contain_text("High")


def test_the_inbox_is_filtered_kept_as_a_view_and_walked(desk: Visit, world: World) -> None:
    page = at(desk, "engage/")
    press(page, "/")
    page.keyboard.type("number")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=number*")
    ready(page)
    page.keyboard.press("v")
    page.wait_for_url("**/views/new/**")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Numbered")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/engage/?view=*")
    ready(page)
    assert SavedView.of(world.acme).get(name="Numbered").query == "number"
    press(page, "j", "j", "k", "j")
    expect(page.locator("[data-row][aria-current=true]")).to_contain_text("number 2")
    press(page, "i", "Escape")  # back in the row that it would have been about
    expect(page.locator("[data-row][aria-current=true] [data-open]")).to_be_focused()
    press(page, "/", "Escape")
    expect(page.locator("[data-row][aria-current=true] [data-open]")).to_be_focused()
    page.keyboard.press("o")
    page.wait_for_url(f"**/engage/{talk(2).pk}/**")


def test_a_conversation_is_taken_sorted_snoozed_and_given_back(desk: Visit, world: World) -> None:
    page = at(desk, f"engage/{talk(1).pk}/")
    head = page.get_by_role("region", name="Conversation", exact=True)

    def said(words: str) -> None:
        """In the conversation's head, of the page that came."""
        expect(head.get_by_text(words, exact=True)).to_be_visible()
        ready(page)

    page.keyboard.press("a")
    expect(page.get_by_role("status").filter(has_text="is now looked after by Alice")).to_be_visible()
    ready(page)
    told_of_itself(page)
    page.keyboard.press("2")  # every menu is shut: a number means nothing
    press(page, "i")
    expect(page.get_by_role("button", name="1 Urgent")).to_be_visible()
    press(page, "Escape")  # back on what opened it
    press(page, "i")
    page.keyboard.press("1")
    said("Urgent")
    expect(page.locator("details.talk-menu[open]")).to_have_count(0)
    press(page, "t")
    expect(page.locator("#talk-tag")).to_be_focused()
    page.keyboard.type("parcel")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take the tag parcel off")).to_be_visible()
    ready(page)
    kept = talk(1)
    assert (kept.assignee, kept.priority, kept.status) == (world.alice, "urgent", "open")
    assert [tag.name for tag in kept.tags.all()] == ["parcel"]
    press(page, "s")
    page.keyboard.press("2")
    page.wait_for_url(f"**/engage/{talk(2).pk}/**")
    ready(page)
    assert talk(1).status == "snoozed"
    page.keyboard.press("z")
    page.wait_for_url(f"**/engage/{talk(1).pk}/**")
    assert talk(1).status == "open"


def test_the_history_is_unfolded_where_it_stands(desk: Visit, world: World) -> None:
    page = at(desk, f"engage/{talk(1).pk}/")
    titled = page.title()
    press(page, "h")
    expect(page.locator("#history > summary")).to_be_focused()
    expect(page.locator("#history").get_by_text("Nobody has done anything with it yet")).to_be_visible()
    expect(page.locator("#history > summary")).to_be_focused()
    assert page.title() == titled


def test_a_note_names_a_colleague(desk: Visit, world: World) -> None:
    page = at(desk, f"engage/{talk(1).pk}/")
    press(page, "n")
    page.keyboard.type("Do you know this, @Respon")
    expect(page.locator("#names-offered li").first).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("note, only for us")).to_be_visible()
    assert "@Responder" in Note.everywhere.get().text
    assert Notification.everywhere.get(kind="mentioned").member == world.roles[Role.RESPONDER]


def test_a_saved_reply_is_refused_with_its_gap_and_sent_when_filled(desk: Visit, world: World) -> None:
    page = at(desk, f"engage/{talk(1).pk}/")
    page.keyboard.press("q")
    expect(page.get_by_label("Find words")).to_be_focused()
    walk(page, "Put in: Parcel")
    page.keyboard.press("Enter")
    words = page.get_by_label("To Carol")
    expect(words).to_be_focused()
    expect(words).to_have_value("Your order {order number} left today.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").filter(has_text="order number")).to_be_visible()
    ready(page)
    assert not Outbox.everywhere.exists()
    expect(words).to_be_focused()  # where it is mended
    page.keyboard.press("Control+a")
    page.keyboard.type("Your order 17 left today.")
    press(page, "Escape")  # out of the field, and still to be seen
    page.keyboard.press("p")
    expect(page.locator("#reply-preview")).to_contain_text("Your order 17 left today.")
    press(page, "r")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("waiting to be sent")).to_be_visible()
    ready(page)
    assert Outbox.everywhere.get().text == "Your order 17 left today."
    page.keyboard.press("e")
    page.wait_for_url(f"**/engage/{talk(2).pk}/**")
    assert talk(1).status == "done"


def test_a_post_is_planned_and_moved_by_arrows(desk: Visit, world: World) -> None:
    masto, _, _ = networks(world.acme)
    item = launch(world.alice, masto, due=timezone.now().replace(hour=12, minute=0, second=0, microsecond=0))
    page = at(desk, "engage/calendar/")
    press(page, "ArrowRight", "ArrowRight", "ArrowLeft", "Enter")  # from day to day, then onto what stands there
    due = Planned.everywhere.get(pk=item.pk).due
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url(f"**#item-{item.pk}")
    expect(page.locator(f"[data-item='{item.pk}'] [data-open]")).to_be_focused()
    assert due is not None
    assert Planned.everywhere.get(pk=item.pk).due == due + timedelta(days=1)
    page.keyboard.press("n")
    page.wait_for_url("**/new/**")
    expect(page.get_by_label("Working name")).to_be_focused()


def test_a_person_is_found_and_tagged(desk: Visit, world: World) -> None:
    make_author(world.acme, "dora")
    while peopling.step(timezone.now()):
        pass
    page = at(desk, "engage/people/")
    press(page, "/")
    page.keyboard.type("Carol")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=Carol*")
    ready(page)
    press(page, "j")
    page.keyboard.press("x")
    press(page, "t")
    page.keyboard.type("regular")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]").filter(has_text="regular")).to_have_count(1)
    carol = Person.everywhere.get(name="Carol")
    assert [tag.name for tag in carol.tags.all()] == ["regular"]
    ready(page)
    press(page, "j")
    page.keyboard.press("o")
    page.wait_for_url(f"**/engage/person/{carol.pk}/**")


def test_a_card_goes_on_by_a_stage_and_back(desk: Visit, world: World) -> None:
    row = make_relationship(Person.everywhere.get(name="Carol"))
    page = at(desk, "engage/relationships/?kind=influencer")
    first = row.stage
    press(page, "j")
    page.keyboard.press(">")
    page.wait_for_url(f"**#relation-{row.pk}")
    expect(page.locator(f"#relation-{row.pk} [data-open]")).to_be_focused()  # the card that was moved
    row.refresh_from_db()
    assert row.stage != first
    page.keyboard.press("<")
    expect(page.locator(f"section[data-stage='{first.pk}'] #relation-{row.pk}")).to_be_visible()


def test_an_opportunity_is_passed_over_another_taken(desk: Visit, world: World) -> None:
    place = make_source(world.acme, "Forum", owned=False)
    first = furnish_opportunities(place, world.alice, "first")["opportunity"]
    post = make_post(place, "Which coffee then?", 990, thread="another")
    other = Opportunity.everywhere.create(
        workspace=world.acme, source=place, thread="another", post=post, topics=["Field"], static=0.5, order=1.0,
        parts=[], published=post.published, found=timezone.now(), state="open",
    )  # fmt: skip
    page = at(desk, "engage/opportunities/")
    press(page, "j")
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    ready(page)
    press(page, "j")
    page.keyboard.press("t")
    page.wait_for_url(re.compile(r"/engage/\d+/"))
    states = dict(Opportunity.everywhere.filter(pk__in=[first, other.pk]).values_list("state", "pk"))
    assert states == {"passed": first, "taken": other.pk}


def test_what_one_is_told_is_read(desk: Visit, world: World) -> None:
    told = furnish_notifications(talk(1).pk, world.alice, "today")["notification"]
    page = at(desk, "team/notifications/")
    press(page, "j")
    page.keyboard.press("e")
    expect(page.get_by_text("unread", exact=True)).to_have_count(0)
    assert Notification.everywhere.get(pk=told).read


@pytest.mark.parametrize("path", ["engage/", "engage/{talk}/", "engage/calendar/", "engage/people/", "engage/outbox/"])
def test_the_focus_is_never_lost_on_the_way_through(desk: Visit, world: World, path: str) -> None:
    page = at(desk, path.format(talk=talk(1).pk))
    for step in range(70):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):  # round at the end
            assert step > 10
            break
        assert page.evaluate(LOST) == "", f"after {step} steps"
