"""A passkey is made and opens the door, with a key that the browser simulates; our Content-Security-Policy holds."""

from typing import Any

import pytest

from tests.browser.test_every_page import window
from tests.world import make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_opens_the_door(chromium: Any, live_server: Any) -> None:
    world = make_world()
    with window(chromium, live_server, world.alice.user) as visit:
        page = visit.page
        tools = page.context.new_cdp_session(page)
        tools.send("WebAuthn.enable")
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        page.goto(f"{live_server.url}/account/2fa/webauthn/add/")
        page.get_by_label("Name").fill("Laptop")
        page.get_by_label("Passwordless").check()
        page.get_by_role("button", name="Add").click()
        page.get_by_text("Security key added").wait_for()
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/account/login/?next=/w/acme/team/members/")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(f"{live_server.url}/w/acme/team/members/")
        assert page.locator("h1").inner_text() == "Members"
    assert not visit.wrong, visit.wrong
