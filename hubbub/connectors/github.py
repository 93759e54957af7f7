"""GitHub: issues, pull requests and discussions of a repository, and issues anywhere that hold certain words."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec
from msgspec import Struct

from . import _github_acts as acts
from . import _github_beginning as beginning
from . import _github_discussions as discussions
from ._connector import Act, Batch, Brand, Declared, Destination, Done, Field, Limits, Reads, Settings, Tested, Verb
from ._connector import Found as Check
from ._github_api import PAGE, Api, Comment, Found, Issue, Repository, User
from ._github_discussions import Talk
from ._http import Http
from ._newest import Entry, Line, entry, follow
from ._oauth import OAuth, Who

SPEAKING: frozenset[Verb] = frozenset({"reply", "post", "edit", "delete", "like", "unlike"})
TRIAGING: frozenset[Verb] = frozenset({"hide", "spam", "restore", "label", "unlabel"})
WRITING: frozenset[Verb] = frozenset({"remove", "redact", "lock", "unlock"})
OWNING: frozenset[Verb] = frozenset({"ban", "unban"})
# pages that one fetch reads; without a token an hour has sixty requests, of which six polls need twenty-four
DEEPEST, KEYLESS = 10, 5


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
    called = "GitHub"
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
    can: ClassVar[frozenset[Verb]] = SPEAKING | TRIAGING | WRITING | OWNING
    final: ClassVar[frozenset[Verb]] = frozenset({"remove"})
    every = 600
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll", "search", "replies"})
    names: ClassVar[Mapping[Verb, str]] = {
        "hide": "Hide as off topic", "spam": "Hide as spam", "restore": "Unhide", "remove": "Delete for good",
        "lock": "Lock the conversation", "ban": "Block from the organisation", "like": "React with 👍",
    }  # fmt: skip
    limits = Limits(
        length=65_536, markup="markdown", title="must", title_length=256,
        rate="60 requests an hour for one address, 5,000 with a token",
    )  # fmt: skip
    place = "Issue or discussion"
    keys = (
        "Public issues are read without any. To read discussions, to answer and to moderate, make a token:\n\n"
        "1. On GitHub open **Settings → Developer settings → Fine-grained tokens → Generate new token**.\n"
        "2. Choose the repository, and under **Permissions** give **Issues** and **Discussions** *Read and write*.\n"
        "3. Copy the token that is shown once.\n\n"
        "To answer, an account with any role serves; to hide and label it needs the role *Triage*, to lock, edit and "
        "delete the role *Write*. To block people, an owner of the organisation adds the organisation permission "
        "**Blocking users**. To sign in without a token, register an OAuth app under **Developer settings → OAuth "
        "Apps** instead."
    )
    keyless = True
    notes = (
        "Pull requests come as issues do. A comment cannot be brought back once it is deleted; an issue can "
        "be locked and its words be changed, not hidden. Of discussions the thirty that were touched last are read, of "
        "each the newest fifty comments with the newest thirty answers to each; they are deleted for good, too, and "
        "cannot be labelled. Comments on the lines of a pull request are not read. GitHub's "
        "interface takes no pictures: link to them."
    )
    tested = (Tested("answers written after GitHub's public descriptions of its REST and GraphQL interfaces"),)
    oauth = OAuth(
        ("public_repo",),
        "https://github.com/login/oauth/authorize",
        "https://github.com/login/oauth/access_token",
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
            can = SPEAKING | (TRIAGING if allowed.triage or allowed.push else frozenset())
            can |= WRITING if allowed.push else frozenset()
            can |= OWNING if allowed.admin and there.owner.type == "Organization" else frozenset()
            account = str(me.id)
            says += f". Signed in as {me.login}, who can {'answer and moderate' if can > SPEAKING else 'answer'}"
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
        deepest = DEEPEST if api.signed_in else KEYLESS
        issues = follow(place.issues, lambda page: _issues(api, page), deepest=deepest)
        posts, gone, more = list(issues.posts), _verified(api, issues.gone), issues.more
        comments, talk = place.comments, place.talk
        if api.repository and not api.words:
            found = follow(comments, lambda page: _comments(api, page), deepest=deepest)
            posts, gone, more, comments = [*posts, *found.posts], [*gone, *found.gone], more or found.more, found.line
            if api.signed_in and api.get(api.in_repository(""), Repository).has_discussions:
                said, went, talk, rest = discussions.read(api, talk, 200 if len(posts) < 300 else 0)
                posts, gone, more = [*posts, *said], [*gone, *went], more or rest
        after = msgspec.json.encode(_Place(asked, issues.line, comments, talk)).decode()
        return Batch(posts, after, more, gone=gone)

    def places(self, settings: Settings, http: Http) -> Sequence[Destination]:
        """A new issue, or a category of the repository's discussions."""
        api = acts.signed_in(settings, http)
        return beginning.places(api) if api.repository else ()

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Answer, or bring about what the verb asks for."""
        return acts.ACTS[act.verb](acts.signed_in(settings, http), act)

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Our answer by the mark that it carries, or what stands as the verb wants it."""
        return acts.find(acts.signed_in(settings, http), act)


CONNECTOR = GitHub()
if set(acts.ACTS) != GitHub.can:
    raise AssertionError("what GitHub declares and what can be done there differ")


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
    return [one for one in gone[:10] if not api.there(acts.address(api, one))]
