"""What we do on Bluesky: records in our own repository under keys that a second try finds again, mutes, reports."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken, Retry

from ._atproto import Account, RefusedError, now_text, tid
from ._bluesky_posts import POST, Actor, PostView, parts, web_url
from ._bluesky_saying import TAKES, embed, message, messaged
from ._bluesky_words import BYTES, LONGEST, facets
from ._connector import Act, Done, Verb
from ._lengths import graphemes
from ._media import fits

LIKE = "app.bsky.feed.like"
BLOCK = "app.bsky.graph.block"
GATE = "app.bsky.feed.threadgate"
MODERATION = "did:plc:ar7c4by46qjdydhdevvrndac"  # Bluesky's own moderation service
LABELER = "#atproto_labeler"
REASONS = frozenset({"spam", "violation", "misleading", "sexual", "rude", "other"})  # a report's label
GATED: frozenset[Verb] = frozenset({"hide", "restore", "lock", "unlock"})
HIDDEN_MOST = 300  # answers that one thread can hide


class _Posts(Struct, frozen=True):
    posts: tuple[PostView, ...] = ()


class _Kept(Struct, frozen=True):
    """A record in a repository."""

    uri: str = ""
    cid: str = ""
    value: msgspec.Raw = msgspec.Raw(b"{}")


class _Resolved(Struct, frozen=True):
    did: str


class _Nothing(Struct, frozen=True):
    pass


class Acting:
    """One act. Methods raise Retry, Broken or RefusedError."""

    def __init__(self, account: Account, act: Act, *, langs: str = "", labeler: str = "") -> None:
        """`langs`: the languages that we write in, "en, de"; `labeler`: who gets our reports."""
        account.session()  # whatever else may be wrong, first of all the network must let us in
        self._account = account
        self._act = act
        self._langs = [lang.strip() for lang in langs.split(",") if lang.strip()][:3]
        self._labeler = labeler or MODERATION

    def do(self) -> Done:
        """Do it; what is done already stays so."""
        verb = self._act.verb
        if verb in {"reply", "post"}:
            return self._say()
        if verb == "message":
            return message(self._account, self._act, facets(self._act.text.strip(), self._did_of))
        if verb == "delete":
            return self._delete(self._act.post)
        if verb in {"like", "unlike"}:
            return self._like()
        if verb in GATED:
            return self._gate()
        if verb == "report":
            return self._report()
        return self._treat()

    def find(self) -> Done | None:
        """What an earlier try left."""
        act = self._act
        if act.verb in {"reply", "post"}:
            return self._standing(POST, tid(act.key))
        if act.verb == "message":
            return messaged(self._account, act)
        if act.verb == "delete":
            return None if self._standing(*_own(act.post)) else Done(act.post, state="removed")
        if act.verb in {"like", "unlike"}:
            view = self._view(act.post)
            return _done(view) if bool(view.viewer.like) is (act.verb == "like") else None
        if act.verb in GATED:
            _, gate = self._threadgate(self._root())
            return self._gated() if _stands(gate, act) else None
        if act.verb == "report":
            return None  # the network keeps reports to itself; a second one does no harm
        viewer = self._author().viewer
        stands = bool(viewer.blocking) if act.verb in {"block", "unblock"} else viewer.muted
        return Done(act.post or act.author) if stands is (act.verb in {"block", "mute"}) else None

    # --- saying

    def _say(self) -> Done:
        act = self._act
        text = act.text.strip()
        if not text and not act.media:
            raise Broken("There are no words to send. Write something.")
        fits(act.media, TAKES, network="Bluesky", verb=act.verb)
        if (length := graphemes(text)) > LONGEST or len(text.encode()) > BYTES:
            raise Broken(f"Bluesky takes {LONGEST} characters in a post, and this has {length:,}. Shorten it.")
        if (earlier := self.find()) is not None:
            return earlier
        record: dict[str, object] = {"$type": POST, "text": text, "createdAt": now_text()}
        langs = self._langs
        if act.verb == "reply":
            parent = self._view(act.post)
            if parent.viewer.reply_disabled:
                raise Broken("Whoever began this thread lets only some people answer, and this account is not one.")
            root = parent.record.reply.root if parent.record.reply else None
            itself = {"uri": parent.uri, "cid": parent.cid}
            record["reply"] = {"root": {"uri": root.uri, "cid": root.cid} if root else itself, "parent": itself}
            langs = langs or list(parent.record.langs)
        if langs:
            record["langs"] = langs
        if marked := facets(text, self._did_of):
            record["facets"] = marked
        if hanging := embed(self._account, act.media):
            record["embed"] = hanging
        return self._create(POST, tid(act.key), record)

    def _did_of(self, handle: str) -> str:
        try:
            return self._account.get("com.atproto.identity.resolveHandle", _Resolved, {"handle": handle}).did
        except RefusedError:
            return ""

    # --- our repository

    def _create(self, collection: str, rkey: str, record: Mapping[str, object]) -> Done:
        body = {"repo": self._account.did, "collection": collection, "rkey": rkey, "record": record}
        made = self._account.post("com.atproto.repo.createRecord", _Kept, body)
        return Done(made.uri, web_url(made.uri))

    def _kept(self, collection: str, rkey: str) -> _Kept | None:
        asked = {"repo": self._account.did, "collection": collection, "rkey": rkey}
        try:
            return self._account.get("com.atproto.repo.getRecord", _Kept, asked)
        except RefusedError as refused:
            if refused.code != "RecordNotFound" and "could not locate record" not in refused.message.lower():
                raise
            return None

    def _standing(self, collection: str, rkey: str) -> Done | None:
        kept = self._kept(collection, rkey)
        return Done(kept.uri, web_url(kept.uri)) if kept else None

    def _delete(self, uri: str) -> Done:
        did, collection, rkey = parts(uri)
        if did != self._account.did:
            raise Broken("Only what this account wrote itself can be deleted.")
        body = {"repo": did, "collection": collection, "rkey": rkey}
        self._account.post("com.atproto.repo.deleteRecord", _Nothing, body)
        return Done(uri, state="removed")

    # --- others' posts

    def _view(self, uri: str) -> PostView:
        found = self._account.get("app.bsky.feed.getPosts", _Posts, {"uris": [uri]}).posts
        if not found:
            raise Broken("The post is no longer there, or its author and this account block each other.")
        return found[0]

    def _like(self) -> Done:
        view = self._view(self._act.post)
        if self._act.verb == "unlike":
            for uri in {view.viewer.like, f"at://{self._account.did}/{LIKE}/{tid(f'like {view.uri}')}"} - {""}:
                self._delete(uri)
        elif not view.viewer.like and self._kept(LIKE, tid(f"like {view.uri}")) is None:
            subject = {"uri": view.uri, "cid": view.cid}
            record = {"$type": LIKE, "subject": subject, "createdAt": now_text()}
            self._create(LIKE, tid(f"like {view.uri}"), record)
        return _done(view)

    def _report(self) -> Done:
        view = self._view(self._act.post)
        reason = self._act.label if self._act.label in REASONS else "other"
        body = {
            "reasonType": f"com.atproto.moderation.defs#reason{reason.title()}",
            "reason": self._act.why[:2000],
            "subject": {"$type": "com.atproto.repo.strongRef", "uri": view.uri, "cid": view.cid},
        }
        self._account.post("com.atproto.moderation.createReport", _Nothing, body, proxy=self._labeler + LABELER)
        return _done(view)

    # --- our own threads

    def _root(self) -> str:
        """Where the thread begins; only its author has a say in it."""
        root = self._act.thread if parts(self._act.thread)[0] else self._view(self._act.post).root
        if parts(root)[0] != self._account.did:
            raise Broken("Only in threads that this account began can answers be hidden, or the thread be closed.")
        return root

    def _threadgate(self, root: str) -> tuple[_Kept | None, dict[str, object]]:
        kept = self._kept(GATE, parts(root)[2])
        return kept, msgspec.json.decode(kept.value, type=dict[str, object]) if kept else {}

    def _gate(self) -> Done:
        act, root = self._act, self._root()
        kept, gate = self._threadgate(root)
        if not _stands(gate, act):
            given = gate.get("hiddenReplies")
            hidden = [one for one in given if one != act.post] if isinstance(given, list) else []
            gate = {"$type": GATE, "post": root, "createdAt": now_text(), **gate}
            if act.verb == "hide":
                gate["hiddenReplies"] = [*hidden, act.post][-HIDDEN_MOST:]
            elif act.verb == "restore":
                gate["hiddenReplies"] = hidden
            elif act.verb == "lock":
                gate["allow"] = []
            else:
                del gate["allow"]
            body = {"repo": self._account.did, "collection": GATE, "rkey": parts(root)[2], "record": gate}
            try:
                swap = {"swapRecord": kept.cid if kept else None}
                self._account.post("com.atproto.repo.putRecord", _Kept, body | swap)
            except RefusedError as refused:
                if refused.code != "InvalidSwap":
                    raise
                raise Retry("Somebody else changed who may answer in this thread at the same moment.") from None
        return self._gated()

    def _gated(self) -> Done:
        return Done(self._act.post, web_url(self._act.post), "hidden" if self._act.verb == "hide" else "visible")

    # --- authors

    def _author(self) -> Actor:
        did = self._act.author or parts(self._act.post)[0]
        if not did.startswith("did:"):
            raise Broken("Who wrote this is not known, so nothing can be done about them.")
        return self._account.get("app.bsky.actor.getProfile", Actor, {"actor": did})

    def _treat(self) -> Done:
        act = self._act
        if act.until is not None:
            raise Broken("Bluesky knows no end for this: it lasts until it is taken back. Choose it without an end.")
        actor = self._author()
        ours = tid(f"block {actor.did}")
        if act.verb in {"mute", "unmute"}:
            self._account.post(f"app.bsky.graph.{act.verb}Actor", _Nothing, {"actor": actor.did})
        elif act.verb == "unblock":
            for uri in {actor.viewer.blocking, f"at://{self._account.did}/{BLOCK}/{ours}"} - {""}:
                self._delete(uri)
        elif not actor.viewer.blocking and self._kept(BLOCK, ours) is None:
            self._create(BLOCK, ours, {"$type": BLOCK, "subject": actor.did, "createdAt": now_text()})
        return Done(act.post or actor.did, web_url(act.post))


def _own(uri: str) -> tuple[str, str]:
    _, collection, rkey = parts(uri)
    return collection, rkey


def _stands(gate: Mapping[str, object], act: Act) -> bool:
    """Whether the gate says already what the act wants."""
    if act.verb in {"lock", "unlock"}:
        return (gate.get("allow") == []) is (act.verb == "lock")
    hidden = gate.get("hiddenReplies")
    return (isinstance(hidden, list) and act.post in hidden) is (act.verb == "hide")


def _done(view: PostView) -> Done:
    return Done(view.uri, web_url(view.uri), view.state)
