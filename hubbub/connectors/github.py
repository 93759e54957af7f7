"""GitHub: issues, pull requests and discussions of a repository, and issues anywhere that hold certain words."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken

from . import _github_discussions as discussions
from ._connector import Act, Batch, Brand, Declared, Done, Field, Limits, Reads, Settings, Tested, Verb
from ._connector import Found as Check
from ._github_api import PAGE, Api, Comment, Found, Issue, Repository, User
from ._github_discussions import Talk
from ._http import Http
from ._marks import comment
from ._newest import Entry, Line, entry, follow
from ._oauth import OAuth, Who

SPEAKING: frozenset[Verb] = frozenset({"reply", "post", "edit", "delete", "like"})
MODERATING: frozenset[Verb] = frozenset(
    {"hide", "spam", "restore", "remove", "redact", "lock", "unlock", "label", "unlabel"}
)
OWNING: frozenset[Verb] = frozenset({"ban", "unban"})
FOLDED: Mapping[Verb, str] = {"hide": "OFF_TOPIC", "spam": "SPAM"}
MINE = 3  # pages of the newest comments that are looked through for an earlier try


class _Place(Struct, frozen=True):
    """The cursor: GitHub lists issues and comments apart, and discussions by another interface."""

    asked: str = ""
    issues: Line = Line()
    comments: Line = Line()
    talk: Talk = Talk()


class GitHub(Declared):
    """A connector that reads public repositories without a token, and answers and moderates with one."""

    kind = "github"
    label = "GitHub issues and discussions"
    about = "What is asked and reported on GitHub: in your own repository, or wherever your name falls."
    family = "news"
    fields = (
        Field("repository", "Repository", "Owner and name; empty: all.", required=False, placeholder="acme/rocket"),
        Field("words", "Words", "Only issues that hold them; needed where no repository is named.", required=False),
        Field("token", "Token", "To read discussions, answer and moderate.", kind="secret", required=False),
        Field("client", "Client ID", "Of an OAuth app of yours, to sign in instead of a token.", required=False),
        Field("client_secret", "Client secret", "Of that app.", kind="secret", required=False),
        Field(
            "address", "Address of the API", "Of your own GitHub server: …/api/v3.", kind="url", required=False,
            placeholder="https://api.github.com",
        ),
    )  # fmt: skip
    can: ClassVar[frozenset[Verb]] = SPEAKING | MODERATING | OWNING
    every = 600
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll", "search", "replies"})
    names: ClassVar[Mapping[Verb, str]] = {
        "hide": "Hide as off topic", "spam": "Hide as spam", "restore": "Unhide", "remove": "Delete for good",
        "lock": "Lock the conversation", "ban": "Block from the organisation", "like": "React with 👍",
    }  # fmt: skip
    limits = Limits(length=65_536, markup="markdown", rate="60 requests an hour for one address, 5,000 with a token")
    keys = (
        "Public issues are read without any. To read discussions, to answer and to moderate, make a token:\n\n"
        "1. On GitHub open **Settings → Developer settings → Fine-grained tokens → Generate new token**.\n"
        "2. Choose the repository, and under **Permissions** give **Issues** and **Discussions** *Read and write*.\n"
        "3. Copy the token that is shown once.\n\n"
        "To block people, an owner of the organisation adds the organisation permission **Blocking users**. To sign in "
        "without a token, register an OAuth app under **Developer settings → OAuth Apps** instead."
    )
    keyless = True
    notes = (
        "Pull requests come as issues do. A comment cannot be brought back once it is deleted; an issue can "
        "be locked and its words be changed, not hidden. Of discussions the thirty that were touched last are read."
    )
    tested = (Tested("answers written after GitHub's public descriptions of its REST and GraphQL interfaces"),)
    oauth = OAuth(
        scopes=("public_repo",),
        authorize="https://github.com/login/oauth/authorize",
        token="https://github.com/login/oauth/access_token",  # noqa: S106 - an address
        client=("client", "client_secret"),
    )

    def who(self, settings: Settings, http: Http) -> Who:
        """Whose the token is."""
        me = Api({**settings, "words": "-"}, http).get("user", User)
        return Who(str(me.id), f"@{me.login}")

    def suggest(self, brand: Brand) -> Settings | None:
        """The name, wherever it falls."""
        return {"words": f'"{brand.name}"'}

    def check(self, settings: Settings, http: Http) -> Check:
        """Read the newest issues, and ask what the token may do."""
        api = Api(settings, http)
        entries, _ = _issues(api, 1)
        sample = [one.post for one in entries[:5]]
        if not api.repository:
            return Check(
                f"GitHub: {len(entries)} issues or more hold these words.", f"GitHub: {api.words}", sample=sample
            )
        there = api.get(api.in_repository(""), Repository)
        says = f"{there.full_name}: {there.open_issues_count:,} open issues and pull requests"
        can: frozenset[Verb] = frozenset()
        account = ""
        if api.signed_in:
            me = api.get("user", User)
            allowed = there.permissions
            can = SPEAKING | (MODERATING if allowed.triage or allowed.push else frozenset())
            can |= OWNING if allowed.admin else frozenset()
            account = str(me.id)
            says += f". Signed in as {me.login}, who can {'answer and moderate' if len(can) > 5 else 'answer'}"
        elif there.has_discussions:
            says += ". Its discussions can be read with a token only"
        return Check(f"{says}.", there.full_name, can, account, sample)

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """New, edited and deleted issues, then comments, then what is said in discussions."""
        api = Api(settings, http)
        place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
        asked = f"{api.host} {api.repository} {api.words}"
        if place.asked != asked:
            place = _Place(asked)
        issues = follow(place.issues, lambda page: _issues(api, page), deepest=10)
        posts, gone, more = list(issues.posts), _verified(api, issues.gone), issues.more
        comments, talk = place.comments, place.talk
        if api.repository and not api.words:
            found = follow(comments, lambda page: _comments(api, page), deepest=10)
            posts, gone, more, comments = [*posts, *found.posts], [*gone, *found.gone], more or found.more, found.line
            if api.signed_in and api.get(api.in_repository(""), Repository).has_discussions:
                said, went, talk, rest = discussions.read(api, talk, 200 if len(posts) < 300 else 0)
                posts, gone, more = [*posts, *said], [*gone, *went], more or rest
        after = msgspec.json.encode(_Place(asked, issues.line, comments, talk)).decode()
        return Batch(posts, after, more, gone=gone)

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Answer, or bring about what the verb asks for."""
        return _ACTS[act.verb](_signed_in(settings, http), act)

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Our answer by the mark that it carries, or what stands as the verb wants it."""
        return _find(_signed_in(settings, http), act)


CONNECTOR = GitHub()


# --- reading


def _issues(api: Api, page: int) -> tuple[Sequence[Entry], bool]:
    order: dict[str, str | int] = {"sort": "created", "per_page": PAGE, "page": page}
    if api.words:
        where = f" repo:{api.repository}" if api.repository else ""
        found = api.get("search/issues", Found, {**order, "order": "desc", "q": f"{api.words}{where}"})
        items, is_last = found.items, page * PAGE >= min(found.total_count, 1000)  # it hands out no more
    else:
        params = {**order, "direction": "desc", "state": "all"}
        items = api.get(api.in_repository("issues"), tuple[Issue, ...], params)
        is_last = len(items) < PAGE
    return [entry(item.as_post(not api.repository)) for item in items], is_last


def _comments(api: Api, page: int) -> tuple[Sequence[Entry], bool]:
    params: dict[str, str | int] = {"sort": "created", "direction": "desc", "per_page": PAGE, "page": page}
    items = api.get(api.in_repository("issues/comments"), tuple[Comment, ...], params)
    return [entry(item.as_post()) for item in items], len(items) < PAGE


def _verified(api: Api, gone: Sequence[str]) -> list[str]:
    """What a search no longer finds may stand all the same, with other words."""
    if not api.words:
        return list(gone)
    return [one for one in gone[:10] if not api.there(_address(api, one))]


def _address(api: Api, post: str) -> str:
    """Where an issue or a comment is asked for."""
    kind, _, name = post.partition(":")
    repository, _, number = name.rpartition("#")
    if repository:
        return f"repos/{repository}/issues/{number}"
    return api.in_repository(f"issues/{name}" if kind == "issue" else f"issues/comments/{name}")


# --- acting


def _signed_in(settings: Settings, http: Http) -> Api:
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
        raise Broken("An issue needs a title. Write one.")
    body = {"title": act.title, "body": _text(act) + comment(act.key)}
    made = api.send("POST", api.in_repository("issues"), body, Issue)
    return Done(f"issue:{made.number}", made.html_url)


def _text(act: Act) -> str:
    if not act.text.strip():
        raise Broken("The text is empty. Write something.")
    return act.text


def _no_discussion(act: Act) -> None:
    if _in_discussion(act):
        raise Broken("Hubbub can answer and hide in GitHub's discussions. Do this on GitHub itself.")


def _edit(api: Api, act: Act) -> Done:
    _no_discussion(act)
    api.tell("PATCH", _address(api, act.post), {"body": _text(act)})
    return Done(act.post)


def _remove(api: Api, act: Act) -> Done:
    _no_discussion(act)
    if not act.post.startswith("comment:"):
        raise Broken("GitHub lets only administrators delete an issue, on its own page. Lock it instead.")
    api.tell("DELETE", _address(api, act.post))
    return Done(act.post, state="removed")


def _fold(api: Api, act: Act) -> Done:
    discussions.hide(api, _node(api, act), FOLDED[act.verb])
    return Done(act.post, state="spam" if act.verb == "spam" else "hidden")


def _unfold(api: Api, act: Act) -> Done:
    discussions.show(api, _node(api, act))
    return Done(act.post)


def _node(api: Api, act: Act) -> str:
    """What GraphQL calls it."""
    if _in_discussion(act):
        return act.post.partition(":")[2]
    if not act.post.startswith("comment:"):
        raise Broken("GitHub hides comments, not whole issues. Lock the issue instead.")
    return api.get(_address(api, act.post), Comment).node_id


def _lock(api: Api, act: Act) -> Done:
    _no_discussion(act)
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
    _no_discussion(act)
    api.tell("POST", f"{_address(api, act.post)}/reactions", {"content": "+1"})  # a second one changes nothing there
    return Done(act.post)


def _block(api: Api, act: Act) -> Done:
    api.tell("PUT" if act.verb == "ban" else "DELETE", _blocked(api, act), accept=(422,))  # 422: is so already
    return Done(act.post)


def _blocked(api: Api, act: Act) -> str:
    login = api.get(f"user/{act.author}", User).login
    return f"orgs/{api.repository.partition('/')[0]}/blocks/{login}"


_ACTS: Mapping[Verb, Callable[[Api, Act], Done]] = {
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
    "ban": _block,
    "unban": _block,
}
if set(_ACTS) != GitHub.can:
    raise AssertionError("what GitHub declares and what is written here differ")


# --- what arrived already


def _find(api: Api, act: Act) -> Done | None:
    if act.verb in {"reply", "post"}:
        return _find_said(api, act)
    if act.verb in {"hide", "spam", "restore"}:
        folded = discussions.hidden(api, _node(api, act))
        return None if folded is (act.verb == "restore") else Done(act.post, state="hidden" if folded else "visible")
    if act.verb in {"ban", "unban"}:
        blocked = api.there(_blocked(api, act))
        return Done(act.post) if blocked is (act.verb == "ban") else None
    _no_discussion(act)
    if act.verb in {"remove", "delete"}:
        if api.there(_address(api, act.post)):
            return None
        api.get(api.in_repository(""), Repository)  # it is the comment that is gone, not all of it from our sight
        return Done(act.post, state="removed")
    if act.verb in {"edit", "redact"}:
        body = api.get(_address(api, act.post), _Body).body or ""
        return Done(act.post) if body.split() == act.text.split() else None
    if act.verb == "like":
        api.get(_address(api, act.post), _Body)
        return None  # a second one changes nothing there, and who reacted is not asked for
    issue = api.get(api.in_repository(f"issues/{(act.thread or act.post).partition(':')[2]}"), Issue)
    if act.verb in {"lock", "unlock"}:
        return Done(act.post) if issue.locked is (act.verb == "lock") else None
    labelled = any(label.name.casefold() == act.label.casefold() for label in issue.labels)
    return Done(act.post) if labelled is (act.verb == "label") else None


class _Body(Struct, frozen=True):
    body: str | None = None


def _find_said(api: Api, act: Act) -> Done | None:
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
