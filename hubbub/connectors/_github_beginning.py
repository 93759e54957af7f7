"""Beginning an issue or a discussion on GitHub: where one can go, and how an earlier try is known again."""

from collections.abc import Sequence

from msgspec import Struct

from hubbub.core.failures import Broken

from ._connector import Destination
from ._github_api import Api
from ._marks import comment

ISSUE = "issue"  # where a new post goes unless a category is named
NEWEST = 30  # discussions among which an earlier try is looked for

_PLACES = """query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {
  id hasIssuesEnabled discussionCategories(first: 50) { nodes { id name } } } }"""
_BEGIN = """mutation($in: ID!, $category: ID!, $title: String!, $body: String!) {
  createDiscussion(input: {repositoryId: $in, categoryId: $category, title: $title, body: $body}) {
    discussion { id url } } }"""
_MINE = f"""query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{
  discussions(first: {NEWEST}, orderBy: {{field: CREATED_AT, direction: DESC}}) {{ nodes {{ id url body }} }} }} }}"""


class _Named(Struct, frozen=True):
    id: str
    name: str = ""


class _Categories(Struct, frozen=True):
    nodes: tuple[_Named, ...] = ()


class _Begun(Struct, frozen=True):
    id: str
    url: str = ""
    body: str = ""


class _Discussions(Struct, frozen=True):
    nodes: tuple[_Begun, ...] = ()


class _Repository(Struct, frozen=True, rename="camel"):
    id: str = ""
    has_issues_enabled: bool = True
    discussion_categories: _Categories = _Categories()
    discussions: _Discussions = _Discussions()


class _There(Struct, frozen=True):
    repository: _Repository


class _Discussion(Struct, frozen=True):
    discussion: _Begun


class _Created(Struct, frozen=True, rename="camel"):
    create_discussion: _Discussion


def places(api: Api) -> Sequence[Destination]:
    """A new issue, where the repository has them, and the categories of its discussions."""
    there = _ask(api, _PLACES)
    issue = [Destination(ISSUE, "A new issue")] if there.has_issues_enabled else []
    return [*issue, *(Destination(one.id, f"Discussion: {one.name}") for one in there.discussion_categories.nodes)]


def begin(api: Api, category: str, title: str, text: str) -> tuple[str, str]:
    """A new discussion; its id and address."""
    there = _ask(api, _PLACES)
    if category not in {one.id for one in there.discussion_categories.nodes}:
        raise Broken(f"{api.repository} has no such category of discussions any more. Choose another one.")
    asked = {"in": there.id, "category": category, "title": title, "body": text}
    made = api.graph(_BEGIN, asked, _Created).create_discussion.discussion
    return f"discussion:{made.id}", made.url


def begun(api: Api, key: str) -> tuple[str, str] | None:
    """A discussion of ours that bears this key, among the newest; None: there is none."""
    mark = comment(key).strip()
    found = _ask(api, _MINE).discussions.nodes
    return next(((f"discussion:{one.id}", one.url) for one in found if one.body.endswith(mark)), None)


def _ask(api: Api, query: str) -> _Repository:
    owner, _, name = api.repository.partition("/")
    return api.graph(query, {"owner": owner, "name": name}, _There).repository
