"""Records what the AT Protocol's servers answer, for tests/connectors: `python -m tests.peers.record_bluesky`."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from hubbub.connectors import Answer, Http
from hubbub.connectors._pace import Pace
from tests.connectors.bluesky_steps import STEPS, play

from .atproto_peer import HERE, AtProto, Person, strong
from .starting import started

TARGET = HERE.parent / "recorded" / "bluesky" / "answers.json"
SECRET = frozenset({"accessJwt", "refreshJwt", "email", "password", "emailConfirmed", "emailAuthFactor", "invites"})


class Recorder(Http):
    """Keeps every answer with what was asked; never tokens, passwords or mail addresses."""

    def __init__(self) -> None:
        super().__init__(allow_private=True, pace=Pace(rate=1e6, burst=1_000_000))
        self.heard: list[dict[str, Any]] = []

    def request(self, method: str, url: str, **rest: Any) -> Answer:
        answer = super().request(method, url, **rest)
        split = urlsplit(url)
        self.heard.append(
            {
                "method": method,
                "path": split.path,
                "params": parse_qs(split.query),
                "sent": told(msgspec.to_builtins(rest.get("json"))),
                "status": answer.status,
                "body": told(json.loads(answer.body)) if answer.body else None,
            }
        )
        return answer


def told(given: Any) -> Any:
    """Without what is secret; a token is known again by its name."""
    if isinstance(given, dict):
        return {name: name if name in SECRET else told(value) for name, value in given.items()}
    return [told(one) for one in given] if isinstance(given, list) else given


def scene(
    atproto: AtProto, us: Person, ann: Person, mod: Person
) -> tuple[dict[str, str], dict[str, Callable[[], None]]]:
    """Who said what, and what happens in the middle of steps."""
    ann.put("app.bsky.actor.profile", {"$type": "app.bsky.actor.profile", "displayName": "Ann Baker"}, "self")
    ours = us.say("We open a second bakery")
    atproto.flush()
    theirs = ann.say("Where? Do you sell rye?", ours)
    gone = ann.say("Deleted later", ours)
    bob = atproto.person("bob")
    banned = bob.say("Buy gold", ours)
    card = {"uri": "https://acme.example/menu", "title": "Menu", "description": "Bread"}
    embed = {"$type": "app.bsky.embed.external", "external": card}
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": us.did}
    marked = {"index": {"byteStart": 0, "byteEnd": len(us.handle) + 1}, "features": [feature]}
    named = {**ann.words(f"@{us.handle} has the best bread"), "facets": [marked], "embed": embed, "langs": ["en-GB"]}
    ann.put("app.bsky.feed.post", named)
    atproto.flush()
    cast = {"us": us.did, "ann": ann.did, "bob": bob.did, "mod": mod.did, "labeler": atproto.labeler}
    cast |= {"ours": ours.uri, "theirs": theirs.uri, "gone": gone.uri, "banned": banned.uri}
    cast |= {"nothing": f"at://{ann.did}/app.bsky.feed.post/3aaaaaaaaaaaa"}
    cast |= {"us handle": us.handle, "ann handle": ann.handle}

    def meanwhile() -> None:
        ann.edit(theirs, ann.words("Where? Do you sell rye or wheat?", ours))
        ann.delete(gone)
        repo = {"$type": "com.atproto.admin.defs#repoRef", "did": bob.did}
        event = {"$type": "tools.ozone.moderation.defs#modEventTakedown"}
        body = {"event": event, "subject": repo, "createdBy": mod.did}
        mod.ask("tools.ozone.moderation.emitEvent", body, **{"atproto-proxy": f"{atproto.labeler}#atproto_labeler"})
        cast["late"] = ann.say("I saw that", theirs, ours).uri
        atproto.flush()

    def acknowledged() -> None:
        atproto.person("carl").report(strong(banned), "Rude", "reasonRude")

    return cast, {"follow": meanwhile, "follow decisions": acknowledged}


def main() -> None:
    """Start the network, play the steps, write what was heard."""
    atproto = AtProto(json.loads(started("atproto.sh", "The AT Protocol's servers")))
    us, ann, mod = (atproto.person(name) for name in ("us", "ann", "mod"))
    atproto.make_moderator(mod)
    cast, between = scene(atproto, us, ann, mod)
    settings = us.settings | {f"mod {name}": value for name, value in mod.settings.items()}
    heard: dict[str, object] = {}
    for step in STEPS:
        if step == "fetch reports":
            atproto.person("carl").report(strong_now(us, cast["theirs"]), "Sells gold")
        recorder = Recorder()  # knows nothing yet, so that each step can be replayed alone
        result = play(step, settings, recorder, cast, between.get(step, lambda: None))
        print(f"{step}: {str(result)[:200]}")
        heard[step] = recorder.heard
        atproto.flush()
    text = json.dumps({"cast": cast, "steps": heard}, indent=1, ensure_ascii=False)
    text = text.replace(atproto.pds, "http://pds.test").replace(
        atproto.pds.replace("127.0.0.1", "localhost"), "http://pds.test"
    )
    Path(TARGET).parent.mkdir(exist_ok=True)
    Path(TARGET).write_text(text + "\n")


def strong_now(us: Person, uri: str) -> Mapping[str, str]:
    """A post in the version that stands now, as a report names it."""
    (view,) = us.look("app.bsky.feed.getPosts", uris=[uri])["posts"]
    return {"$type": "com.atproto.repo.strongRef", "uri": uri, "cid": view["cid"]}


if __name__ == "__main__":
    main()
