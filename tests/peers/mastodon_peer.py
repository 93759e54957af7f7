"""A Mastodon API for the tests (mastodon-mock), started once a run by mastodon.sh; its people and its faults."""

import httpx2
import pytest

from .starting import started


class Mastodon:
    """A server with the accounts mod (an admin), acme (ours), alice and troll."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._people: dict[str, str] = {}
        self._client = httpx2.Client(base_url=address, trust_env=False, timeout=60)

    def settings(self, name: str = "acme", read: str = "notifications", what: str = "") -> dict[str, str]:
        """What a source needs to read and act as that account."""
        return {"site": self.address, "read": read, "what": what, "token": f"tok_{name}"}

    def ask(self, name: str, method: str, path: str, body: object = None) -> dict[str, object]:
        """As that account, past Hubbub."""
        answer = self._client.request(method, path, json=body, headers={"authorization": f"Bearer tok_{name}"})
        answer.raise_for_status()
        told = answer.json()
        return told if isinstance(told, dict) else {"all": told}

    def say(self, name: str, text: str, **more: object) -> str:
        """Post as that account; the post's number."""
        return str(self.ask(name, "POST", "/api/v1/statuses", {"status": text, **more})["id"])

    def edit(self, name: str, post: str, text: str) -> None:
        """As its author does."""
        self.ask(name, "PUT", f"/api/v1/statuses/{post}", {"status": text})

    def delete(self, name: str, post: str) -> None:
        """As its author does."""
        self.ask(name, "DELETE", f"/api/v1/statuses/{post}")

    def person(self, name: str) -> str:
        """The number of that account."""
        return self._people[name]

    def all_of(self, name: str) -> list[dict[str, object]]:
        """All that this account has said, newest first."""
        found: list[dict[str, object]] = []
        path = f"/api/v1/accounts/{self.person(name)}/statuses?limit=40"
        while page := self.ask(name, "GET", f"{path}&max_id={found[-1]['id']}" if found else path)["all"]:
            assert isinstance(page, list)
            found += page
        return found

    def stands(self, person: str) -> tuple[bool, bool]:
        """Whether the account is limited, whether it is suspended, as the server holds it."""
        told = self.ask("mod", "GET", f"/api/v1/admin/accounts/{person}")
        return bool(told["silenced"]), bool(told["suspended"])

    def profile(self, name: str, shown: str, link: str) -> None:
        """What that account says of itself: its name, and an address as one of its fields, told in HTML."""
        value = f'<a href="{link}" rel="me">{link}</a>'
        told = {"display_name": shown, "fields_attributes[0][name]": "Blog", "fields_attributes[0][value]": value}
        headers = {"authorization": f"Bearer tok_{name}"}
        self._client.patch("/api/v1/accounts/update_credentials", data=told, headers=headers).raise_for_status()

    def crowd(self, name: str, many: int) -> None:
        """So many more people follow that account."""
        for _ in range(many):
            made = self._client.post("/api/v1/_mock/dev_user", json={}).raise_for_status().json()
            headers = {"authorization": f"Bearer {made['access_token']}"}
            self._client.post(f"/api/v1/accounts/{self.person(name)}/follow", headers=headers).raise_for_status()

    def fault(
        self, kind: str, *, path: str = "*", methods: tuple[str, ...] = (), count: int = 1, **more: object
    ) -> None:
        """The next `count` requests there fail in this way: status, ratelimit, latency, malformed, timeout."""
        match = {"path": path, **({"methods": list(methods)} if methods else {})}
        rule = {"match": match, "effect": {"type": kind, **more}, "count": count}
        self._client.post("/api/v1/_mock/faults", json=rule).raise_for_status()

    def heal(self) -> None:
        """No faults any more."""
        self._client.delete("/api/v1/_mock/faults").raise_for_status()

    def reset(self) -> None:
        """The accounts alone, and no faults."""
        self._client.post("/api/v1/_mock/reset").raise_for_status()
        for name in ("mod", "acme", "alice", "troll"):  # now, because who is suspended is told of no more
            self._people[name] = str(self.ask(name, "GET", "/api/v1/accounts/verify_credentials")["id"])


@pytest.fixture(scope="session")
def running_mastodon() -> Mastodon:
    return Mastodon(started("mastodon.sh", "mastodon-mock").split()[0])


@pytest.fixture
def mastodon(running_mastodon: Mastodon) -> Mastodon:
    """The server with four accounts that have said nothing."""
    running_mastodon.reset()
    return running_mastodon
