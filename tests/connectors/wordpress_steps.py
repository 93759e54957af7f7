"""What is asked of a WordPress while its answers are recorded, and again when they are replayed."""

from collections.abc import Callable, Mapping
from typing import Any

from hubbub.connectors import Act, Attached, Http, Settings, connector
from hubbub.core.failures import Failure

from ..pictures import png

NETWORK = connector("wordpress")
STRANGER = "Tom's <b>bread</b> & butter\nis good, see https://a.example/x"
REPLY = Act("reply", "1", "outbox-1", "Thank you, <Tom> & friends!\nSee you.", "1")
ARTICLE = Act(
    "post",
    "",
    "launch-1",
    "We open at <8>.\n\nAll about it: https://example.com/a?b=1&c=2.",
    title="A third bakery & café",
    media=(Attached("The ovens.png", "image/png", png(), "Two <ovens>"),),
)
CHANGED = Act("edit", "post:3", "k6", "We open at nine.")
REDACTED = Act("redact", "2", "k2", "When do ███ open?")


def _without(settings: Settings) -> Settings:
    return {"site": settings["site"]}


def _wrong(settings: Settings) -> Settings:
    return {**settings, "password": "wrong"}


def _act(verb: Any, post: str = "2") -> Callable[[Settings, Http], object]:
    return lambda settings, http: NETWORK.act(settings, Act(verb, post, "k"), http)


# In this order on one site: its article 1, its comments 1 (approved), 2 (waiting) and 3 (waiting, answers 1).
STEPS: Mapping[str, Callable[[Settings, Http], object]] = {
    "check": lambda settings, http: NETWORK.check(settings, http),
    "check as a visitor": lambda settings, http: NETWORK.check(_without(settings), http),
    "check with a wrong password": lambda settings, http: NETWORK.check(_wrong(settings), http),
    "fetch": lambda settings, http: NETWORK.fetch(settings, "", http),
    "fetch twice": lambda settings, http: NETWORK.fetch(settings, NETWORK.fetch(settings, "", http).cursor, http),
    "fetch as a visitor": lambda settings, http: NETWORK.fetch(_without(settings), "", http),
    "approve": _act("approve"),
    "approve again": _act("approve"),
    "spam": _act("spam"),
    "remove": _act("remove"),
    "remove again": _act("remove"),
    "restore": _act("restore"),
    "hide": _act("hide"),
    "approve nothing": _act("approve", "999"),
    "redact": lambda settings, http: NETWORK.act(settings, REDACTED, http),
    "redact again": lambda settings, http: NETWORK.act(settings, REDACTED, http),
    "look for the redaction": lambda settings, http: NETWORK.find(settings, REDACTED, http),
    "put back": lambda settings, http: NETWORK.act(settings, Act("redact", "2", "k3", "When do you open?"), http),
    "look for the answer": lambda settings, http: NETWORK.find(settings, REPLY, http),
    "answer": lambda settings, http: NETWORK.act(settings, REPLY, http),
    "look for the answer again": lambda settings, http: NETWORK.find(settings, REPLY, http),
    "answer again": lambda settings, http: NETWORK.act(settings, REPLY, http),
    "publish": lambda settings, http: NETWORK.act(settings, ARTICLE, http),
    "publish again": lambda settings, http: NETWORK.act(settings, ARTICLE, http),
    "change the article": lambda settings, http: NETWORK.act(settings, CHANGED, http),
    "look for the change": lambda settings, http: NETWORK.find(settings, CHANGED, http),
    "fetch all": lambda settings, http: NETWORK.fetch(settings, "", http),
    "delete the article": _act("delete", "post:3"),
    "delete the article again": _act("delete", "post:3"),
    "edit our answer": lambda settings, http: NETWORK.act(settings, Act("edit", "4", "k7", "Thanks!"), http),
    "delete our answer": _act("delete", "4"),
}


def play(step: str, settings: Settings, http: Http) -> object:
    """What the step gives, or the failure that it ends in."""
    try:
        return STEPS[step](settings, http)
    except Failure as failure:
        return failure
