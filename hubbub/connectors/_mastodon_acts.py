"""Doing things on a Mastodon server: what we say, what we do for ourselves, and what moderators do."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote

from msgspec import Struct

from hubbub.core.failures import Broken

from ._connector import Act, Done, Verb
from ._http import Http
from ._mastodon_media import upload_all
from ._mastodon_posts import Account, AdminAccount, AdminReport, Relationship, Status, as_post, aware, order
from ._mastodon_server import TIMELINES, Server
from ._text import plain

GONE = frozenset({404, 410})
REFUSED = frozenset({422})
SLACK = timedelta(minutes=10)  # by which two clocks may differ
OWN = 40  # our newest posts, among which an earlier try is looked for
# what a moderator does to an account: the kind of action, and the call that takes it back
ACTIONS: Mapping[Verb, str] = {"mute": "silence", "ban": "suspend", "warn": "none"}
UNDOING: Mapping[Verb, str] = {"unmute": "unsilence", "unban": "unsuspend"}
ALONE: frozenset[Verb] = frozenset({"mute", "unmute", "block", "unblock"})  # what anybody may do for themselves

SAYING: frozenset[Verb] = frozenset({"reply", "message", "post", "edit", "delete", "like", "unlike"})
MEMBER: frozenset[Verb] = SAYING | ALONE | {"report"}
MODERATOR: frozenset[Verb] = MEMBER | {"warn", "ban", "unban", "resolve"}


class _Heard(Struct, frozen=True):
    """An answer of which nothing is needed but that it is one."""


def do(server: Server, act: Act, http: Http) -> Done:
    """Do it; done already is done. Raises Retry or Broken."""
    _signed_in(server)
    match act.verb:
        case "reply" | "message" | "post":
            return _say(server, act, http)
        case "edit":
            return _edit(server, act)
        case "delete":
            return _delete(server, act)
        case "like" | "unlike":
            verb = "favourite" if act.verb == "like" else "unfavourite"
            return Done(server.ask(f"/api/v1/statuses/{_part(act.post)}/{verb}", method="POST").json(Status).id)
        case "report":
            return _report(server, act)
        case "resolve":
            return _resolve(server, act)
        case "mute" | "unmute" | "block" | "unblock" | "warn" | "ban" | "unban":
            return _treat(server, act)
    raise Broken(f"{server.host}: Mastodon has no way to do this ({act.verb}).")


def find(server: Server, act: Act) -> Done | None:
    """Whether an earlier try arrived. Mastodon knows our key for an hour; after that our own newest words tell.

    A warning, and a report by somebody who is no moderator, cannot be found again: none of them can be read.
    """
    _signed_in(server)
    match act.verb:
        case "reply" | "message" | "post":
            return _said_already(server, act)
        case "edit":
            status = _status(server, act.post)
            return _done(server, status) if _words(status.content) == _words_of(act.text) else None
        case "delete":
            return _deleted(server, act)
        case "like" | "unlike":
            return Done(act.post) if _status(server, act.post).favourited is (act.verb == "like") else None
        case "report":
            return _reported(server, act)
        case "resolve":
            return None if _open_reports(server, act) else Done(act.post)
        case _:
            return _treated(server, act, _author(server, act))


def _signed_in(server: Server) -> None:
    if not server.signed_in:
        raise Broken(
            f"Without an account {server.host} can only be read. Sign in, or enter an access token.", sign_in=True
        )


def _part(text: str) -> str:
    return quote(text, safe="")


def _status(server: Server, number: str) -> Status:
    return server.ask(f"/api/v1/statuses/{_part(number)}").json(Status)


def _author(server: Server, act: Act) -> str:
    return act.author or _status(server, act.post).account.id


def _done(server: Server, status: Status) -> Done:
    return Done(status.id, as_post(status, server.host).url)


# --- what we say


def _say(server: Server, act: Act, http: Http) -> Done:
    if not act.text.strip() and not act.media:
        raise Broken(f"There is nothing to send to {server.host}. Write something.")
    body: dict[str, object] = {"status": act.text, "visibility": "public"}
    if act.verb == "message":
        body |= {"status": _to(_addressee(server, act), act.text), "visibility": "direct"}
        if act.post:
            body["in_reply_to_id"] = act.post
    elif act.verb == "reply":
        parent = _status(server, act.post)
        text = act.text if parent.account.id == server.me().id else _to(parent.account, act.text)
        body |= {"status": text, "in_reply_to_id": act.post, "visibility": parent.visibility}
        if parent.spoiler_text:  # who hid the question behind a warning wants the answer behind it, too
            body |= {"spoiler_text": parent.spoiler_text}
    elif act.title:
        body["spoiler_text"] = act.title
    if files := upload_all(server, act, http):
        body["media_ids"] = files
    key = {"idempotency-key": act.key}
    answer = server.ask("/api/v1/statuses", method="POST", json=body, headers=key, accept=REFUSED)
    if answer.status in REFUSED:
        raise _unfit(server)
    return _done(server, answer.json(Status))


def _unfit(server: Server) -> Broken:
    return Broken(
        f"{server.host} does not take these words as they are (it answered 422). They may be too long for it, or "
        "answer something that is gone."
    )


def _addressee(server: Server, act: Act) -> Account:
    if act.author:
        return server.ask(f"/api/v1/accounts/{_part(act.author)}").json(Account)
    return _status(server, act.post).account


def _to(whom: Account, text: str) -> str:
    """The words with the name of the one they are for, without which nobody is told of them."""
    return text if f"@{whom.acct}".casefold() in text.casefold() else f"@{whom.acct} {text}"


def _edit(server: Server, act: Act) -> Done:
    known = _status(server, act.post)
    body: dict[str, object] = {
        "status": act.text,
        "spoiler_text": known.spoiler_text,
        "sensitive": known.sensitive,
        "media_ids": [one.id for one in known.media_attachments],  # left out, they would be taken away
    }
    if known.language:
        body["language"] = known.language
    answer = server.ask(f"/api/v1/statuses/{_part(act.post)}", method="PUT", json=body, accept=REFUSED)
    if answer.status in REFUSED:
        raise _unfit(server)
    return _done(server, answer.json(Status))


def _delete(server: Server, act: Act) -> Done:
    answer = server.ask(f"/api/v1/statuses/{_part(act.post)}", method="DELETE", accept=GONE)
    if answer.status in GONE:
        return _deleted(server, act) or Done(act.post, state="removed")
    answer.json(Status)
    return Done(act.post, state="removed")


def _deleted(server: Server, act: Act) -> Done | None:
    server.me()  # else a server that knows nothing at all would seem to have deleted it
    return Done(act.post, state="removed") if server.status(act.post) is None else None


def _said_already(server: Server, act: Act) -> Done | None:
    """Among our own newest posts: the same words in answer to the same post."""
    me = server.me()
    params: dict[str, str | int] = {"limit": OWN, "exclude_reblogs": "true"}
    newest = server.ask(f"/api/v1/accounts/{_part(me.id)}/statuses", params=params).json(tuple[Status, ...])
    for status in newest:
        if act.since is not None and aware(status.created_at) < act.since - SLACK:
            continue  # said before the first try: the same words at another time
        same = _words(status.content) == _words_of(act.text) and len(status.media_attachments) == len(act.media)
        if (status.in_reply_to_id or "") == act.post and same:
            direct = status.visibility == "direct"
            if act.verb == "reply" or direct is (act.verb == "message"):
                return _done(server, status)
    return None


def _words(content: str) -> list[str]:
    return _words_of(plain(content))


def _words_of(text: str) -> list[str]:
    """Without names: the server writes them in another way than we did."""
    return [word for word in text.split() if not word.startswith("@")]


# --- what we do to posts and people


def _report(server: Server, act: Act) -> Done:
    body = {
        "account_id": _author(server, act),
        "status_ids": [act.post] if act.post else [],
        "comment": act.why[:1000],
        "category": "other",
    }
    server.ask("/api/v1/reports", method="POST", json=body).json(_Heard)
    return Done(act.post)


def _reported(server: Server, act: Act) -> Done | None:
    me = server.me()
    if not server.moderates(me):
        return None
    ours = (report for report in _open_reports(server, act) if report.account and report.account.id == me.id)
    return Done(act.post) if any(ours) else None


def _open_reports(server: Server, act: Act) -> list[AdminReport]:
    """Those about the post."""
    found: list[AdminReport] = []
    params: dict[str, str | int] = {"limit": 100, "target_account_id": _author(server, act)}
    while page := server.ask(TIMELINES["reports"], params=params).json(tuple[AdminReport, ...]):
        found += [report for report in page if any(status.id == act.post for status in report.statuses)]
        if "max_id" in params and order(page[-1].id) >= order(str(params["max_id"])):
            break  # a server that knows no pages here
        params["max_id"] = page[-1].id
    return found


def _resolve(server: Server, act: Act) -> Done:
    for report in _open_reports(server, act):
        for step in ("assign_to_self", "resolve"):
            server.ask(f"{TIMELINES['reports']}/{_part(report.id)}/{step}", method="POST").json(AdminReport)
    return Done(act.post)


def _treat(server: Server, act: Act) -> Done:
    who = _author(server, act)
    if (done := _treated(server, act, who)) is not None:
        return done  # a second suspension would be told to the account, too
    if act.verb in ALONE and not _as_moderator(server, act):
        server.ask(f"/api/v1/accounts/{_part(who)}/{act.verb}", method="POST").json(Relationship)
    elif act.verb in UNDOING:
        server.ask(f"/api/v1/admin/accounts/{_part(who)}/{UNDOING[act.verb]}", method="POST").json(AdminAccount)
    else:
        body = {"type": ACTIONS[act.verb], "text": act.text or act.why, "send_email_notification": True}
        server.ask(f"/api/v1/admin/accounts/{_part(who)}/action", method="POST", json=body).json(_Heard)
    return Done(act.post or who)


def _as_moderator(server: Server, act: Act) -> bool:
    """Muting is a moderator's limit where we moderate; blocking is always our own account's."""
    return act.verb in {"mute", "unmute"} and server.moderates(server.me())


def _treated(server: Server, act: Act, who: str) -> Done | None:
    """Whether the account stands as the verb wants it."""
    done = Done(act.post or who)
    if act.verb in ALONE and not _as_moderator(server, act):
        told = server.ask("/api/v1/accounts/relationships", params={"id[]": who}).json(tuple[Relationship, ...])
        stands = any(one.muting if "mute" in act.verb else one.blocking for one in told)
        return done if stands is not act.verb.startswith("un") else None
    seen = server.ask(f"/api/v1/admin/accounts/{_part(who)}").json(AdminAccount)
    if act.verb == "warn":
        return None
    state = seen.silenced if "mute" in act.verb else seen.suspended
    return done if state is not act.verb.startswith("un") else None
