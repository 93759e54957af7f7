"""A whole AT Protocol network for the tests, and the people on it who are not Hubbub."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from .starting import started

HERE = Path(__file__).parent
POST = "app.bsky.feed.post"


class Ref(dict[str, str]):
    """A record in one version: {"uri": …, "cid": …}."""

    @property
    def uri(self) -> str:
        """Its at:// address."""
        return self["uri"]


class Person:
    """Somebody with an account, who writes with an app as people do."""

    def __init__(self, network: "AtProto", name: str) -> None:
        self._network = network
        self.handle = f"{name}.test"
        self._password = f"password of {name}"
        body = {"handle": self.handle, "email": f"{name}@example.test", "password": self._password}
        made = network.ask("com.atproto.server.createAccount", json=body)
        self.did: str = made["did"]
        self.token: str = made["accessJwt"]
        self.password = str(self.ask("com.atproto.server.createAppPassword", {"name": "Hubbub"})["password"])

    @property
    def settings(self) -> dict[str, str]:
        """What a source needs to read and write as this person."""
        return {"handle": self.handle, "password": self.password, "service": self._network.pds}

    def ask(self, method: str, body: Mapping[str, object], **headers: str) -> Any:
        """A write as this person."""
        return self._network.ask(method, json=body, headers={"authorization": f"Bearer {self.token}", **headers})

    def look(self, method: str, **params: Any) -> Any:
        """A read as this person."""
        return self._network.ask(method, params=params, headers={"authorization": f"Bearer {self.token}"})

    def say(self, text: str, to: Ref | None = None, root: Ref | None = None, *, at: datetime | None = None) -> Ref:
        """Write a post, or an answer to one."""
        return self.put(POST, self.words(text, to, root, at=at))

    def say_all(self, records: Sequence[Mapping[str, object]]) -> list[Ref]:
        """Write many posts at once."""
        made: list[Ref] = []
        for start in range(0, len(records), 100):
            some = records[start : start + 100]
            create = "com.atproto.repo.applyWrites#create"
            writes = [{"$type": create, "collection": POST, "value": record} for record in some]
            done = self.ask("com.atproto.repo.applyWrites", {"repo": self.did, "writes": writes})
            made += [Ref(uri=one["uri"], cid=one["cid"]) for one in done["results"]]
        return made

    def words(
        self, text: str, to: Ref | None = None, root: Ref | None = None, *, at: datetime | None = None
    ) -> dict[str, object]:
        """A post as its record."""
        when = (at or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record: dict[str, object] = {"$type": POST, "text": text, "createdAt": when}
        if to:
            record["reply"] = {"root": root or to, "parent": to}
        return record

    def put(self, collection: str, record: Mapping[str, object], rkey: str = "") -> Ref:
        """Write a record; with a key, over the one that is there."""
        body = {"repo": self.did, "collection": collection, "record": record}
        if rkey:
            made = self.ask("com.atproto.repo.putRecord", {**body, "rkey": rkey})
        else:
            made = self.ask("com.atproto.repo.createRecord", body)
        return Ref(uri=made["uri"], cid=made["cid"])

    def edit(self, ref: Ref, record: Mapping[str, object]) -> Ref:
        """Another version of a post."""
        return self.put(POST, record, ref.uri.rpartition("/")[2])

    def delete(self, ref: Ref) -> None:
        """Take a post away."""
        _, _, _, collection, rkey = ref.uri.split("/")
        self.ask("com.atproto.repo.deleteRecord", {"repo": self.did, "collection": collection, "rkey": rkey})

    def records(self, collection: str = POST) -> list[dict[str, Any]]:
        """What stands in this person's repository: uri, cid, value."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            params = {"repo": self.did, "collection": collection, "limit": 100} | ({"cursor": cursor} if cursor else {})
            page = self._network.ask("com.atproto.repo.listRecords", params=params)
            found += page["records"]
            cursor = page.get("cursor", "")
            if not cursor:
                return found

    def report(self, subject: Mapping[str, str], why: str, reason: str = "reasonSpam") -> int:
        """Tell the moderators; the report's number."""
        body = {"reasonType": f"com.atproto.moderation.defs#{reason}", "reason": why, "subject": subject}
        proxy = {"atproto-proxy": f"{self._network.labeler}#atproto_labeler"}
        return int(self.ask("com.atproto.moderation.createReport", body, **proxy)["id"])


class AtProto:
    """The network: where it is, and its own side, past every API."""

    def __init__(self, said: Mapping[str, str]) -> None:
        self.control = said["control"]
        self.pds = said["pds"].replace("localhost", "127.0.0.1")
        self.labeler = said["labeler"]
        self._numbers = count(1)
        self._client = httpx2.Client(trust_env=False, timeout=60)
        # accounts outlive a run as long as the network does
        self._run = f"{int(datetime.now(UTC).timestamp()) % 10**7:x}"

    def ask(self, method: str, **rest: Any) -> Any:
        """One question to the PDS, with the answer's JSON; a refusal is a failed test."""
        verb = "POST" if "json" in rest else "GET"
        answer = self._client.request(verb, f"{self.pds}/xrpc/{method}", **rest)
        assert answer.status_code == 200, f"{method}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def person(self, name: str) -> Person:
        """A new account whose handle begins with `name`."""
        return Person(self, f"{name}{next(self._numbers)}x{self._run}")

    def flush(self) -> None:
        """Wait until what was written stands everywhere, Ozone's labels too."""
        self._control("/flush")

    def make_moderator(self, person: Person) -> None:
        """Let the person moderate in Ozone."""
        self._control(f"/mod/{quote(person.did, safe='')}")

    def events(self, moderator: Person, subject: str) -> list[dict[str, Any]]:
        """What Ozone's log says about a post or an account, oldest first."""
        headers = {
            "authorization": f"Bearer {moderator.token}",
            "atproto-proxy": f"{self.labeler}#atproto_labeler",
        }
        params = {"subject": subject, "sortDirection": "asc", "limit": 100}
        found: list[dict[str, Any]] = self.ask("tools.ozone.moderation.queryEvents", params=params, headers=headers)[
            "events"
        ]
        return found

    def _control(self, path: str) -> None:
        answer = self._client.post(self.control + path)
        assert answer.status_code == 200, answer.text


def strong(ref: Ref) -> dict[str, str]:
    """A post as a report names it."""
    return {"$type": "com.atproto.repo.strongRef", "uri": ref["uri"], "cid": ref["cid"]}


@pytest.fixture(scope="session")
def atproto() -> AtProto:
    """PLC, PDS, AppView and Ozone; tests make accounts of their own, and need not clean up."""
    return AtProto(json.loads(started("atproto.sh", "The AT Protocol's servers")))
