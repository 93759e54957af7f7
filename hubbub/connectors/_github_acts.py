"""What can be done on GitHub, in issues and in discussions, and how an earlier try of it is known again."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from msgspec import Struct

from hubbub.core.failures import Broken

from . import _github_beginning as beginning
from . import _github_discussions as discussions
from ._connector import Act, Done, Settings, Verb
from ._github_api import PAGE, Api, Comment, Issue, Repository, User
from ._http import Http
from ._marks import comment

FOLDED: Mapping[Verb, str] = {"hide": "OFF_TOPIC", "spam": "SPAM"}
MINE = 3  # pages of the newest comments that are looked through for an earlier try


def address(api: Api, post: str) -> str:
    """Where an issue or a comment is asked for."""
    kind, _, name = post.partition(":")
    repository, _, number = name.rpartition("#")
    if repository:
        return f"repos/{repository}/issues/{number}"
    return api.in_repository(f"issues/{name}" if kind == "issue" else f"issues/comments/{name}")


def signed_in(settings: Settings, http: Http) -> Api:
    """GitHub with a token. Raises Broken without one."""
    api = Api(settings, http)
    if not api.signed_in:
        raise Broken("Without a token GitHub can only be read. Make one, as the form says, and enter it.")
    return api


def _in_discussion(act: Act) -> bool:
    return act.thread.startswith("discussion:") or act.post.startswith(("discussion:", "said:"))


def _reply(api: Api, act: Act) -> Done:
    text = _text(act) + comment(act.key)
    if _in_discussion(act):
        return Done(*discussions.add(api, act.thread or act.post, act.post, text))
    number = (act.thread or act.post).partition(":")[2]
    made = api.send("POST", api.in_repository(f"issues/{number}/comments"), {"body": text}, Comment)
    return Done(f"comment:{made.id}", made.html_url)


def _post(api: Api, act: Act) -> Done:
    if not act.title.strip():
        raise Broken("What begins on GitHub needs a title. Write one.")
    if _as_discussion(act):
        return Done(*beginning.begin(api, act.thread, act.title, _text(act) + comment(act.key)))
    body = {"title": act.title, "body": _text(act) + comment(act.key)}
    made = api.send("POST", api.in_repository("issues"), body, Issue)
    return Done(f"issue:{made.number}", made.html_url)


def _as_discussion(act: Act) -> bool:
    return act.thread not in {"", beginning.ISSUE} and not act.thread.startswith("issue:")


def _text(act: Act) -> str:
    if not act.text.strip():
        raise Broken("The text is empty. Write something.")
    return act.text


def _no_discussion(act: Act) -> None:
    if _in_discussion(act):
        raise Broken("Hubbub cannot label GitHub's discussions. Do this on GitHub itself.")


def _edit(api: Api, act: Act) -> Done:
    text = _text(act)
    if _in_discussion(act):
        discussions.edit(api, act.post, text)
    else:
        api.tell("PATCH", address(api, act.post), {"body": text})
    return Done(act.post)


def _remove(api: Api, act: Act) -> Done:
    if _in_discussion(act):
        discussions.remove(api, act.post)
    elif not act.post.startswith("comment:"):
        raise Broken("GitHub lets only administrators delete an issue, on its own page. Lock it instead.")
    else:
        api.tell("DELETE", address(api, act.post))
    return Done(act.post, state="removed")


def _fold(api: Api, act: Act) -> Done:
    discussions.hide(api, _node(api, act), FOLDED[act.verb])
    return Done(act.post, state="spam" if act.verb == "spam" else "hidden")


def _unfold(api: Api, act: Act) -> Done:
    discussions.show(api, _node(api, act))
    return Done(act.post)


def _node(api: Api, act: Act) -> str:
    """What GraphQL calls it."""
    if act.post.startswith("discussion:"):
        raise Broken("GitHub hides what is said in a discussion, not the whole of it. Lock it instead.")
    if _in_discussion(act):
        return act.post.partition(":")[2]
    if not act.post.startswith("comment:"):
        raise Broken("GitHub hides comments, not whole issues. Lock the issue instead.")
    return api.get(address(api, act.post), Comment).node_id


def _lock(api: Api, act: Act) -> Done:
    if _in_discussion(act):
        discussions.lock(api, act.thread or act.post, locked=act.verb == "lock")
        return Done(act.post)
    number = (act.thread or act.post).partition(":")[2]
    method = "PUT" if act.verb == "lock" else "DELETE"
    api.tell(method, api.in_repository(f"issues/{number}/lock"))
    return Done(act.post)


def _label(api: Api, act: Act) -> Done:
    _no_discussion(act)
    path = api.in_repository(f"issues/{(act.thread or act.post).partition(':')[2]}/labels")
    if act.verb == "label":
        api.tell("POST", path, {"labels": [act.label]})
    else:
        api.tell("DELETE", f"{path}/{quote(act.label, safe='')}")
    return Done(act.post)


def _like(api: Api, act: Act) -> Done:
    if _in_discussion(act):
        discussions.like(api, act.post, on=act.verb == "like")
        return Done(act.post)
    if act.verb == "unlike":
        for number in _thumbs(api, act):
            api.tell("DELETE", f"{address(api, act.post)}/reactions/{number}", accept=(404,))
        return Done(act.post)
    api.tell("POST", f"{address(api, act.post)}/reactions", {"content": "+1"})  # a second one changes nothing there
    return Done(act.post)


def _thumbs(api: Api, act: Act) -> list[int]:
    """Our own reactions of that kind."""
    me = api.get("user", User).id
    path = f"{address(api, act.post)}/reactions"
    given = api.get(path, tuple[_Reaction, ...], {"content": "+1", "per_page": PAGE})
    return [one.id for one in given if one.user is not None and one.user.id == me]


class _Reaction(Struct, frozen=True):
    id: int
    user: User | None = None


def _block(api: Api, act: Act) -> Done:
    api.tell("PUT" if act.verb == "ban" else "DELETE", _blocked(api, act), accept=(422,))  # 422: is so already
    return Done(act.post)


def _blocked(api: Api, act: Act) -> str:
    login = api.get(f"user/{act.author}", User).login
    return f"orgs/{api.repository.partition('/')[0]}/blocks/{login}"


ACTS: Mapping[Verb, Callable[[Api, Act], Done]] = {
    "reply": _reply,
    "post": _post,
    "edit": _edit,
    "redact": _edit,
    "delete": _remove,
    "remove": _remove,
    "hide": _fold,
    "spam": _fold,
    "restore": _unfold,
    "lock": _lock,
    "unlock": _lock,
    "label": _label,
    "unlabel": _label,
    "like": _like,
    "unlike": _like,
    "ban": _block,
    "unban": _block,
}

# --- what arrived already


def find(api: Api, act: Act) -> Done | None:
    """Whether it is done already."""
    if act.verb in {"reply", "post"}:
        return _find_said(api, act)
    if act.verb in {"hide", "spam", "restore"}:
        folded = discussions.hidden(api, _node(api, act))
        return None if folded is (act.verb == "restore") else Done(act.post, state="hidden" if folded else "visible")
    if act.verb in {"ban", "unban"}:
        blocked = api.there(_blocked(api, act))
        return Done(act.post) if blocked is (act.verb == "ban") else None
    if _in_discussion(act):
        return _find_in_discussion(api, act)
    if act.verb in {"remove", "delete"}:
        if api.there(address(api, act.post)):
            return None
        api.get(api.in_repository(""), Repository)  # it is the comment that is gone, not all of it from our sight
        return Done(act.post, state="removed")
    if act.verb in {"edit", "redact"}:
        body = api.get(address(api, act.post), _Body).body or ""
        return Done(act.post) if body.split() == act.text.split() else None
    if act.verb in {"like", "unlike"}:
        api.get(address(api, act.post), _Body)
        return None  # a second one changes nothing there, and who reacted is not asked for
    issue = api.get(api.in_repository(f"issues/{(act.thread or act.post).partition(':')[2]}"), Issue)
    if act.verb in {"lock", "unlock"}:
        return Done(act.post) if issue.locked is (act.verb == "lock") else None
    labelled = any(label.name.casefold() == act.label.casefold() for label in issue.labels)
    return Done(act.post) if labelled is (act.verb == "label") else None


def _find_in_discussion(api: Api, act: Act) -> Done | None:
    there = discussions.stands(api, act.thread if act.verb in {"lock", "unlock"} and act.thread else act.post)
    if act.verb in {"remove", "delete"}:
        return Done(act.post, state="removed") if there is None else None
    if there is None:
        raise Broken("What this concerns is no longer there on GitHub.")
    body, locked = there
    if act.verb in {"edit", "redact"}:
        return Done(act.post) if body.split() == act.text.split() else None
    if act.verb in {"lock", "unlock"}:
        return Done(act.post) if locked is (act.verb == "lock") else None
    return None  # a second thumb changes nothing there; labels are refused


class _Body(Struct, frozen=True):
    body: str | None = None


def _find_said(api: Api, act: Act) -> Done | None:
    if act.verb == "post" and _as_discussion(act):
        found = beginning.begun(api, act.key)
        return Done(*found) if found else None
    if act.verb == "reply" and _in_discussion(act):
        found = discussions.added(api, act.thread or act.post, act.key)
        return Done(*found) if found else None
    ours = comment(act.key).strip()
    order: dict[str, str | int] = {"sort": "created", "direction": "desc", "per_page": PAGE, "state": "all"}
    for page in range(1, MINE + 1):
        if act.verb == "post":
            made = api.get(api.in_repository("issues"), tuple[Issue, ...], {**order, "page": page})
            posts = [(f"issue:{one.number}", one.html_url, one.body or "") for one in made]
        else:
            said = api.get(api.in_repository("issues/comments"), tuple[Comment, ...], {**order, "page": page})
            posts = [(f"comment:{one.id}", one.html_url, one.body or "") for one in said]
        for name, url, body in posts:
            if ours in body:
                return Done(name, url)
        if len(posts) < PAGE:
            break
    return None
