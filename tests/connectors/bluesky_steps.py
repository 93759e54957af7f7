"""What is asked of the AT Protocol's servers while their answers are recorded, and again when they are replayed."""

from collections.abc import Callable, Mapping
from typing import Any

from hubbub.connectors import Act, Http, Settings, connector
from hubbub.core.failures import Failure

BLUESKY, OZONE = connector("bluesky"), connector("ozone")
TEXT = "Yes! 🥖 See https://acme.example/rye #Roggen"

Cast = Mapping[str, str]  # who takes part: "us", "ann" (DIDs), "ours", "theirs" (at:// addresses), "labeler"
Between = Callable[[], object]  # what others do in the middle of a step; nothing when it is replayed
Step = Callable[[Settings, Http, Cast, Between], object]


def _us(settings: Settings, **more: str) -> Settings:
    return {name: settings[name] for name in ("handle", "password", "service")} | more


def _mod(settings: Settings, cast: Cast) -> Settings:
    return {"handle": "mod.test", "password": "x", "service": settings["service"], "labeler": cast["labeler"]} | {
        name.removeprefix("mod "): value for name, value in settings.items() if name.startswith("mod ")
    }


def reply(cast: Cast) -> Act:
    return Act("reply", cast["theirs"], "outbox-1", TEXT, cast["ours"])


def _act(verb: Any, post: str = "theirs") -> Step:
    return lambda settings, http, cast, _: BLUESKY.act(
        _us(settings), Act(verb, cast[post], f"key {verb}", thread=cast["ours"], author=cast["ann"]), http
    )


def _decide(verb: Any) -> Step:
    return lambda settings, http, cast, _: OZONE.act(
        _mod(settings, cast),
        Act(verb, cast["theirs"], f"key {verb}", author=cast["ann"], label="spam", why="Gold"),
        http,
    )


def _follow(settings: Settings, http: Http, _: Cast, between: Between) -> object:
    first = BLUESKY.fetch(_us(settings), "", http)
    between()
    return BLUESKY.fetch(_us(settings), first.cursor, http)


def _follow_ozone(settings: Settings, http: Http, cast: Cast, between: Between) -> object:
    first = OZONE.fetch(_mod(settings, cast), "", http)
    between()
    return OZONE.fetch(_mod(settings, cast), first.cursor, http)


# In this order, on one network; tests/peers/record_bluesky.py says who said what before.
STEPS: Mapping[str, Step] = {
    "check": lambda settings, http, _, __: BLUESKY.check(_us(settings), http),
    "check a search": lambda settings, http, _, __: BLUESKY.check(_us(settings, read="search", what="bakery"), http),
    "check an account": lambda settings, http, cast, __: BLUESKY.check(
        _us(settings, read="account", what=cast["ann"]), http
    ),
    "check with a wrong password": lambda settings, http, _, __: BLUESKY.check(
        {**_us(settings), "password": "wrong"}, http
    ),
    "fetch": lambda settings, http, _, __: BLUESKY.fetch(_us(settings), "", http),
    "follow": _follow,
    "look for the answer": lambda settings, http, cast, _: BLUESKY.find(_us(settings), reply(cast), http),
    "answer": lambda settings, http, cast, _: BLUESKY.act(_us(settings), reply(cast), http),
    "look for the answer again": lambda settings, http, cast, _: BLUESKY.find(_us(settings), reply(cast), http),
    "like": _act("like"),
    "unlike": _act("unlike"),
    "hide": _act("hide"),
    "mute": _act("mute"),
    "block": _act("block"),
    "unblock": _act("unblock"),
    "like nothing": _act("like", "nothing"),
    "delete another's": _act("delete"),
    "check Ozone": lambda settings, http, cast, _: OZONE.check(_mod(settings, cast), http),
    "fetch reports": lambda settings, http, cast, _: OZONE.fetch(_mod(settings, cast), "", http),
    "take down": _decide("remove"),
    "take down again": _decide("remove"),
    "reverse the takedown": _decide("restore"),
    "label": _decide("label"),
    "acknowledge": _decide("resolve"),
    "follow decisions": _follow_ozone,
    "take down without being in the team": lambda settings, http, cast, _: OZONE.act(
        _us(settings, labeler=cast["labeler"]), Act("remove", cast["theirs"], "key"), http
    ),
}


def play(step: str, settings: Settings, http: Http, cast: Cast, between: Between = lambda: None) -> object:
    """What the step gives, or the failure that it ends in."""
    try:
        return STEPS[step](settings, http, cast, between)
    except Failure as failure:
        return failure
