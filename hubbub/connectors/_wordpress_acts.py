"""What can be done to comments and articles of a WordPress site, and how an earlier try of it is known again."""

import hashlib
import html
from collections.abc import Callable, Mapping

import msgspec

import hubbub
from hubbub.core.failures import Broken, Retry

from . import _wordpress_articles as articles
from ._connector import Act, Done, Verb
from ._wordpress_site import FIELDS, PAGE, Comment, RefusedError, Site

# What WordPress calls the state that a verb leads to. It has no "hidden": what is held back is seen by moderators only.
LEADS_TO: Mapping[Verb, str] = {
    "approve": "approved",
    "restore": "approved",
    "hold": "hold",
    "hide": "hold",
    "spam": "spam",
    "remove": "trash",
    "delete": "trash",
}


def do(site: Site, act: Act) -> Done:
    """Do it; done already is done."""
    return (OF_ARTICLES if articles.is_article(act) else DOES).get(act.verb, _change)(site, act)


def find(site: Site, act: Act) -> Done | None:
    """Whether it is done already."""
    return (FINDS_ARTICLES if articles.is_article(act) else FINDS).get(act.verb, _find_change)(site, act)


def _reply(site: Site, act: Act) -> Done:
    if not act.text.strip():
        raise Broken("The answer is empty. Write something.")
    article = int(act.thread) if act.thread.isdecimal() else site.comment(act.post).post
    body = {
        "post": article,
        "parent": int(act.post) if act.post.isdecimal() else 0,
        "content": html.escape(act.text, quote=False),
        "author_user_agent": f"Hubbub/{hubbub.__version__} {_mark(act)}",
    }
    try:
        return _done(site.ask("wp/v2/comments", Comment, {"_fields": FIELDS}, method="POST", body=body)[0])
    except RefusedError as refused:
        if refused.code != "comment_duplicate":
            raise
        if (earlier := _find_reply(site, act)) is not None:
            return earlier
        raise Broken("This account has written the very same answer here before. Change a word to send it.") from None


def _find_reply(site: Site, act: Act) -> Done | None:
    """Among the answers to the comment, newest first; the key stands where browsers name themselves."""
    mark = _mark(act)
    offset, total = 0, 1
    below: dict[str, str | int] = (
        {"post": act.thread, "parent": 0} if articles.is_article(act) else {"parent": act.post}
    )
    while offset < total:
        answers, total = site.comments(order="desc", offset=offset, more=below)
        for answer in answers:
            if mark in answer.author_user_agent:
                return _done(answer)
        offset += PAGE
    return None


def _change(site: Site, act: Act) -> Done:
    due = LEADS_TO[act.verb]
    found = _find_change(site, act)  # WordPress calls it an error when there is nothing to change
    if found is not None:
        return found
    try:
        if due == "trash":  # this way WordPress refuses where there is no trash, the other way it would delete for good
            site.ask(f"wp/v2/comments/{act.post}", msgspec.Raw, {"_fields": "id", "_method": "DELETE"}, method="POST")
        else:
            site.ask(f"wp/v2/comments/{act.post}", msgspec.Raw, {"_fields": "id"}, method="POST", body={"status": due})
    except RefusedError as refused:
        if refused.code == "rest_trash_not_supported":
            raise Broken(
                f"{site.host} has no trash: removing would delete the comment for good. Hold it back instead."
            ) from None
        if refused.code != "rest_already_trashed":
            raise
    after = site.comment(act.post)
    if after.status != due:
        raise Retry(
            f"{site.host} said yes, but the comment is {after.status}, not {due}. A plugin may have a say in it."
        )
    return _done(after)


def _find_change(site: Site, act: Act) -> Done | None:
    comment = site.comment(act.post)
    return _done(comment) if comment.status == LEADS_TO[act.verb] else None


def _done(comment: Comment) -> Done:
    return Done(str(comment.id), comment.link, comment.state)


def _mark(act: Act) -> str:
    """What an answer is known again by, whichever version of us wrote it; WordPress keeps 254 characters."""
    return f"({act.key if len(act.key) <= 100 else hashlib.sha256(act.key.encode()).hexdigest()})"


def _redact(site: Site, act: Act) -> Done:
    """Other words instead of the comment's own. Its state stays; markup that it had is gone, its words are not."""
    if not act.text.strip():
        raise Broken("Nothing would be left of the comment. Remove it instead.")
    found = _find_redaction(site, act)
    if found is not None:
        return found
    body = {"content": html.escape(act.text, quote=False)}
    site.ask(f"wp/v2/comments/{act.post}", msgspec.Raw, {"_fields": "id"}, method="POST", body=body)
    after = _find_redaction(site, act)
    if after is None:
        raise Retry(f"{site.host} said yes, but the comment has other words. A plugin may have a say in it.")
    return after


def _find_redaction(site: Site, act: Act) -> Done | None:
    comment = site.comment(act.post)
    return _done(comment) if comment.as_post(site.address).text.strip() == act.text.strip() else None


Does = Mapping[str, Callable[[Site, Act], Done]]
Finds = Mapping[str, Callable[[Site, Act], Done | None]]
DOES: Does = {"reply": _reply, "redact": _redact, "edit": _redact, "post": articles.publish}
FINDS: Finds = {"reply": _find_reply, "redact": _find_redaction, "edit": _find_redaction, "post": articles.find}
OF_ARTICLES: Does = {"reply": _reply, "edit": articles.edit, "delete": articles.delete}
FINDS_ARTICLES: Finds = {"reply": _find_reply, "edit": articles.find_edit, "delete": articles.find_delete}
