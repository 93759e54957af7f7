"""What the stories of engaging share: hands that use the keyboard alone, a colleague, the pages that begin a story."""

import re
from collections.abc import Callable, Mapping

from playwright.sync_api import Browser, Locator, Page, expect

from .hubbub_up import Up
from .test_story import PATIENCE, until


def key(page: Page, *keys: str) -> None:
    """Press them one after the other, once the page's script listens and no field takes them for letters."""
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    for one in keys:
        page.keyboard.press(one)


def go(page: Page, letter: str, room: str) -> None:
    """To another room."""
    key(page, "g", letter)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(room))


def press(button: Locator) -> None:
    """As who comes to it with the tabulator does."""
    button.press("Enter")


def setting(page: Page, name: str) -> None:
    """One page of the room's settings."""
    go(page, "g", "Engage settings")
    press(page.locator("main [data-open]").filter(has_text=re.compile(rf"^{name}$")))
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Engage settings")
    page.wait_for_load_state()


def shows(page: Page, place: Callable[[], Locator], what: str, seconds: float = 240) -> None:
    """Load the page again until it is there."""
    until(lambda: place().count() > 0 or not page.reload(), what, seconds)


def colleague(page: Page, browser: Browser, name: str, role: str) -> Page:
    """Invited by Hubbub's pages; comes in by their link, in a window of their own."""
    go(page, "u", "Members")
    key(page, "c")
    page.locator("main [name=email]").fill(f"{name.lower()}@example.org")
    page.locator("main [name=name]").fill(name)
    page.locator("main [name=role]").select_option(role)
    press(page.locator("main form button.primary"))
    expect(page.locator("main")).to_contain_text("/enter/")
    link = re.search(r"http://\S+?/enter/[\w-]+/", page.locator("main").inner_html())
    assert link is not None
    theirs = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    theirs.set_default_timeout(PATIENCE)
    theirs.goto(link[0])
    expect(theirs.get_by_role("heading", level=1)).to_be_visible()
    return theirs


def home(page: Page, up: Up) -> None:
    """Where somebody begins who has just come in."""
    page.goto(f"{up.address}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def add_source(page: Page, kind: str, settings: Mapping[str, str]) -> None:
    """A source of this kind ("Mastodon"), tried and saved; its page is open then."""
    go(page, "c", "Sources")
    press(page.locator("main a[href*='/sources/new/']").first)
    press(page.get_by_role("link", name=kind, exact=True))
    for name, value in settings.items():
        field = page.locator(f"main [name=set-{name}]")
        if field.evaluate("(one) => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    press(page.get_by_role("button", name="Try", exact=True))
    press(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_role("button", name="Read now")).to_be_visible()


def read_now(page: Page, name: str) -> None:
    """Ask a source for what is new, rather than wait for its turn."""
    go(page, "c", "Sources")
    press(page.get_by_role("link", name=name).first)
    press(page.get_by_role("button", name="Read now"))


def needs_approval(page: Page, *, of: str, by: str, answers: bool = True, planned: bool = False) -> None:
    """Whose words wait for whose."""
    setting(page, "Approval")
    page.locator("main [name=member]").select_option(label=of)
    page.locator("main [name=replies]").set_checked(answers)
    page.locator("main [name=planned]").set_checked(planned)
    page.locator("main [name=approvers]").select_option(label=by)
    press(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Saved. It holds for what is written from now on.")).to_be_visible()


def approve(page: Page, words: str) -> None:
    """The first of what waits for this member's word, read whole."""
    go(page, "b", "Outbox")
    press(page.get_by_role("link", name="Approvals"))
    expect(page.locator("[data-row]")).to_contain_text(words)
    key(page, "j", "o")
    expect(page.locator("main [name=text]")).to_have_value(re.compile(re.escape(words)))
    key(page, "a")
    expect(page.get_by_text("Approved: it leaves at its time.")).to_be_visible()


def in_the_inbox(page: Page, words: str) -> Locator:
    """The row whose newest post says so, once it is there."""
    go(page, "i", "Inbox")
    row = page.locator("main [data-row]").filter(has_text=words)
    shows(page, lambda: row, f"“{words}” lands in the inbox")
    return row


def answer(page: Page, words: str) -> None:
    """In the conversation that is open."""
    key(page, "r")
    expect(page.locator("#reply-text")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Control+Enter")
