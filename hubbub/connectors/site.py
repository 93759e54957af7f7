"""Your own site: it sends what is said there, signed; what is decided here is sent back to it, signed."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, structs

from hubbub.core.failures import Broken
from hubbub.core.post import PostState

from ._answer import Answer
from ._connector import Act, Arrived, Batch, Declared, Done, Field, Found, Limits, Settings, Tested, Verb
from ._http import Http
from ._signing import UnsignedError, believed, exchanged, new_key, older_until, signed
from ._site_lines import MOST, Told, told
from ._site_notes import KEYS, NOTES

__all__ = [
    "CONNECTOR", "MOST", "Site", "Told", "UnsignedError", "believed", "exchanged", "new_key", "older_until", "origins",
    "told",
]  # fmt: skip

VERBS: frozenset[Verb] = frozenset(
    {
        *("reply", "message", "edit", "delete"),
        *("approve", "hold", "spam", "hide", "remove", "restore", "redact", "lock", "unlock", "label", "unlabel"),
        *("resolve", "warn", "mute", "unmute", "ban", "unban"),
    }
)
PORTS = {"http": 80, "https": 443}  # that go without saying
# how a post stands after a verb, where the site does not say it
LEADS_TO: dict[Verb, PostState] = {"hold": "pending", "hide": "hidden", "spam": "spam", "remove": "removed"}


class _Answered(Struct, frozen=True):
    """What the site makes of an act, or of a question about one."""

    done: bool
    id: str | int = ""  # of a reply: its own; else may be left out
    url: str = ""
    state: PostState | None = None
    why: str = ""  # of a refusal
    can: tuple[str, ...] | None = None  # of a test: the acts that the site knows; left out: all
    name: str = ""  # of a test: what the site is called


class Site(Declared):
    """A connector that is sent to. It asks nothing by itself, and what it tells the site is signed."""

    kind = "site"
    label = "Your own site"
    about = "Your own site sends what is said on it, what members report, and feedback; your decisions go back to it."
    fields = (
        Field("site", "Address of the site", kind="url", placeholder="https://www.example.com"),
        Field(
            "also",
            "Its other addresses",
            "Where visitors meet the site under other names, with blanks between: https://shop.example.com",
            required=False,
        ),
        Field(
            "decisions",
            "Address that takes decisions",
            "A page of your site that is told what to hide, remove, answer. Can be added later: until then decisions "
            "stand here alone.",
            kind="url",
            required=False,
            placeholder="https://www.example.com/hubbub",
        ),
        Field("key", "Key", "Made by Hubbub, on the source's page.", kind="secret", required=False, made=True),
        Field("public", "Public key", "Made by Hubbub; stands in the script tag.", required=False, made=True),
    )
    can = VERBS
    names: ClassVar[Mapping[Verb, str]] = {"message": "Message by your site"}
    every = 30  # looks whether something waits; what arrives is taken in at once
    family = "own"
    limits = Limits(rate=f"{MOST} lines and 1 MB a message, 600 messages a minute")
    keys = KEYS
    notes = NOTES
    keyless = True
    reads = frozenset({"stream", "reports", "messages"})
    tested = (
        Tested("itself: the receiving example of docs/connectors.md runs in every test, and is sent what a page sends"),
        Tested("what we sign and what we check was exchanged with the library standardwebhooks 1.1.0"),
    )

    def check(self, settings: Settings, http: Http) -> Found:
        """Ask the site whether it takes decisions; it changes nothing there."""
        site = origins(settings)[0]
        name = urlsplit(site).hostname or ""
        if not settings.get("decisions"):
            return Found(f"{name} may send. Decisions stand here alone: no address takes them.", name=name)
        if not settings.get("key"):
            _address(settings["decisions"])
            return Found(f"{name} may send. Its address for decisions is tried once the site knows the key.", name=name)
        given = _ask(settings, {"ask": "test"}, f"test.{secrets.token_hex(8)}", http)
        if not given.done:
            raise Broken(_refusal(settings, given))
        can = VERBS if given.can is None else frozenset(verb for verb in VERBS if verb in given.can)
        return Found(
            f"{name} takes decisions: {', '.join(sorted(can)) or 'none yet'}.", name=given.name or name, can=can
        )

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """Nothing: the site sends by itself."""
        del http
        origins(settings)
        return Batch((), cursor)

    def arrive(self, settings: Settings, arrived: Sequence[Arrived]) -> Batch:
        """What the site and its visitors sent, with the last word on each post."""
        del settings
        whole = Told({}, [], [])
        for one in arrived:
            said = told(one.body, at=one.at)
            for ident, post in said.posts.items():
                whole.posts.pop(ident, None)
                whole.posts[ident] = post
            whole.reports.extend(said.reports)
            whole.refused.extend(
                structs.replace(slip, where=f"message of {one.at:%-d %B %H:%M:%S}, {slip.where}")
                for slip in said.refused
            )
        return Batch(
            posts=[post for post in whole.posts.values() if post is not None],
            cursor="",
            gone=[ident for ident, post in whole.posts.items() if post is None],
            reports=whole.reports,
            refused=whole.refused,
        )

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Tell the site what was decided."""
        given = _ask(settings, {"ask": "do", **_told(act)}, act.key, http)
        if not given.done:
            raise Broken(_refusal(settings, given))
        return _done(act, given)

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Ask the site whether it did this already."""
        given = _ask(settings, {"ask": "done", **_told(act)}, f"{act.key}.done", http)
        return _done(act, given) if given.done else None


def origins(settings: Settings) -> list[str]:
    """The site's addresses as browsers name them, the main one first. Raises Broken."""
    if not settings.get("site"):
        raise Broken("The address of the site is missing.")
    return [_address(one) for one in (settings["site"], *settings.get("also", "").split())]


def _address(given: str) -> str:
    """Scheme, host and port as a browser writes them: xn-- names, no port that goes without saying. Raises Broken."""
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        port = f":{parts.port}" if parts.port and parts.port != PORTS.get(parts.scheme) else ""
        name = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        parts, port, name = urlsplit(""), "", ""
    if parts.scheme not in PORTS or not name:
        raise Broken("This is not a web address. It should look like https://www.example.com.")
    host = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{host}{port}"


def _told(act: Act) -> dict[str, str]:
    """An act as the site is told of it; what is empty is left out."""
    given = {
        "act": act.verb, "key": act.key, "post": act.post, "thread": act.thread, "author": act.author,
        "text": act.text, "title": act.title, "label": act.label, "why": act.why,
        "until": act.until.astimezone(UTC).isoformat().replace("+00:00", "Z") if act.until else "",
    }  # fmt: skip
    return {name: value for name, value in given.items() if value}


def _ask(settings: Settings, message: dict[str, str], ident: str, http: Http) -> _Answered:
    """Send it, signed. Raises Retry or Broken."""
    origins(settings)
    if not settings.get("decisions"):
        raise Broken("This site has no address that takes decisions: enter one in the source's settings.")
    if not settings.get("key"):
        raise Broken("No key has been made for this site yet: make one on the source's page.")
    body = msgspec.json.encode(message)
    headers = signed(settings["key"], ident, body, now=datetime.now(UTC))
    answer = http.post(settings["decisions"], json=msgspec.Raw(body), headers=headers)
    try:
        return msgspec.json.decode(answer.body, type=_Answered)
    except msgspec.DecodeError:
        raise Broken(_unread(answer)) from None


def _unread(answer: Answer) -> str:
    return (
        f"{answer.host} answered {answer.status}, but not with JSON such as "
        '{"done": true}. Check that the address '
        "for decisions leads to the page that takes them."
    )


def _refusal(settings: Settings, given: _Answered) -> str:
    name = urlsplit(_address(settings["decisions"])).hostname
    return f"{name} refuses: {given.why[:300]}" if given.why else f"{name} refuses, and does not say why."


def _done(act: Act, given: _Answered) -> Done:
    state = given.state or LEADS_TO.get(act.verb, "visible")
    return Done(id=str(given.id or act.post or act.key), url=given.url, state=state)


CONNECTOR = Site()
