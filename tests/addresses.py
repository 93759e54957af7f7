"""Every address that Hubbub answers, found in the resolver and in the API, and how each is filled with rows.

Whoever adds an address with a parameter that nothing here knows is told so by tests/test_doors.py: name the
parameter after its noun ("topic_id"), or add a line to EXACT or PLAIN.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern
from ninja import NinjaAPI
from ninja.constants import NOT_SET

from hubbub.store.models import Role
from hubbub.urls import api

Value = str | int
Ids = Mapping[str, int]  # noun → primary key

NOUNS = (
    "tagging", "planned", "wording", "asked", "feed",
    "notification", "address",
    "view", "draft",
    "promise", "holiday", "hours", "team", "tag", "run",
    "conversation", "objective", "outbox", "person", "author", "member", "source", "target", "topic",
    "token", "account", "entry", "note", "correction", "post", "rule", "kpi", "version", "own", "policy", "batch",
    "sweep", "undoing", "sanction", "redaction", "strike", "proposal", "report", "replay", "list",
    "statement", "appeal", "notice", "approval", "approving", "file", "saved", "article", "sketch", "opportunity",
    "relationship", "stage", "suggestion",
    "remark", "field", "matter", "consent", "merging", "likeness", "import",
)  # fmt: skip
SYNONYMS = {
    "thread": "conversation",
    "comment": "post",
    "mention": "post",
    "people": "person",
    "message": "outbox",
    "policies": "policy",
    "batches": "batch",
    "sketches": "sketch",
    "opportunities": "opportunity",
    "relationships": "relationship",
    "relationship-stages": "stage",
    "suggestions": "suggestion",
    "saved-replies": "saved",
}

# (address, parameter) → noun, where neither says it
EXACT: dict[tuple[str, str], str] = {}
# what a room is about, where the address names no noun: /engage/<pk>/ is a conversation
ROOMS = {"engage": "conversation"}
# parameters that name no row → a value that exists in every workspace
PLAIN: dict[str, Value] = {"number": 1, "kind": "feed", "kind_name": "influencer"}


class Unknown(LookupError):
    """A parameter that nobody said how to fill."""


@dataclass(frozen=True)
class Page:
    """One URL pattern."""

    name: str  # with its namespace; the route where it has none
    route: str
    parameters: tuple[str, ...]
    needs: Role | None
    needs_to_write: Role | None

    @property
    def within(self) -> bool:
        """Whether it belongs to a workspace."""
        return "workspace" in self.parameters

    @property
    def has_rows(self) -> bool:
        """Whether it names a row."""
        return any(name not in PLAIN for name in self.parameters if name != "workspace")

    def url(self, slug: str, ids: Ids) -> str:
        """The address in that workspace with those rows. Raises Unknown."""
        values = {name: slug if name == "workspace" else fill(self.route, name, ids) for name in self.parameters}
        return reverse(self.name, kwargs=values)


@dataclass(frozen=True, eq=False)
class Call:
    """One operation of the API."""

    method: str
    path: str  # as OpenAPI has it
    needs: Role | None
    open: bool  # answers without a token
    operation: Mapping[str, object]

    def url(self, ids: Ids) -> str:
        """The address with those rows. Raises Unknown."""
        url = self.path
        for name in self.parameters:
            url = url.replace(f"{{{name}}}", str(fill(self.path, name, ids)))
        return url

    @property
    def parameters(self) -> tuple[str, ...]:
        """Those in the path."""
        return tuple(part.split("}")[0] for part in self.path.split("{")[1:])

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def fill(route: str, parameter: str, ids: Ids) -> Value:
    """A value for the parameter. Raises Unknown."""
    if parameter in PLAIN:
        return PLAIN[parameter]
    # the word just before it: "topics/<int:pk>/posts/" names a topic
    before = re.split(rf"[<{{](?:\w+:)?{parameter}[>}}]", route)[0].strip("/").rpartition("/")[2]
    noun = EXACT.get((route, parameter)) or noun_in(parameter) or noun_in(before) or ROOMS.get(before)
    if noun is None or noun not in ids:
        raise Unknown(f"{route}: no row is known for “{parameter}”: add it to tests/addresses.py or tests/furnished.py")
    return ids[noun]


def noun_in(words: str) -> str | None:
    """The noun that a word speaks of: "topic_id" and "topics" speak of a topic. A whole part of the word comes first:
    a stage is no tag."""
    parts = words.lower().replace("-", "_").split("_")
    for known in (*NOUNS, *SYNONYMS):
        if known in parts or f"{known}s" in parts:
            return SYNONYMS.get(known, known)
    for known in (*NOUNS, *SYNONYMS):
        if known in words.lower():
            return SYNONYMS.get(known, known)
    return None


def pages() -> list[Page]:
    """Every URL pattern but the API's calls and static files."""
    return [page for page in _walk(get_resolver(), "", "", ()) if not page.route.startswith(("api/", "static/"))]


def _walk(resolver: URLResolver, route: str, space: str, above: tuple[str, ...]) -> Iterator[Page]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern).lstrip("^").rstrip("$")
        names = (*above, *(name for name in _parameters(pattern) if name not in above))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, here, f"{space}{pattern.namespace}:" if pattern.namespace else space, names)
        else:
            least = [getattr(pattern.callback, name, None) for name in ("needs", "needs_to_write")]
            yield Page(f"{space}{pattern.name or here}", here, names, *least)


def _parameters(pattern: URLPattern | URLResolver) -> tuple[str, ...]:
    if isinstance(pattern.pattern, RoutePattern):
        return tuple(pattern.pattern.converters)
    return tuple(pattern.pattern.regex.groupindex)


@cache
def openapi() -> Mapping[str, Any]:
    """The API's own description of itself."""
    return api.get_openapi_schema()


@cache
def calls() -> list[Call]:
    """Every operation of the API, from its routers; what it takes, from its OpenAPI description."""
    described = openapi()["paths"]
    return [
        Call(method, path, getattr(operation.view_func, "needs", None), _open(operation, api), told[method.lower()])
        for path, told, operation in _operations(described)
        for method in operation.methods
    ]


def _operations(described: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, Mapping[str, object], object]]:
    by_id = {
        api.get_openapi_operation_id(operation): operation
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    }
    seen = set()
    for path, told in described.items():
        for spec in told.values():
            if spec["operationId"] not in seen:
                seen.add(spec["operationId"])
                yield path, told, by_id.pop(spec["operationId"])
    assert not by_id, f"not described in OpenAPI: {sorted(by_id)}"


def _open(operation: object, of: NinjaAPI) -> bool:
    return operation.auth_param is None or (operation.auth_param is NOT_SET and not of.auth)


def body_of(call: Call, ids: Ids) -> tuple[str, dict[str, object]]:
    """Content type and the least body that the call's description allows; ("", {}) where it takes none."""
    content = call.operation.get("requestBody", {}).get("content", {})
    for kind, told in content.items():
        return kind, sample(told["schema"], "", ids)
    return "", {}


def sample(schema: Mapping[str, object], name: str, ids: Ids) -> object:
    """A value that fits a JSON schema: required fields only, ids of rows where the name speaks of a noun."""
    if "$ref" in schema:
        return sample(_component(schema["$ref"]), name, ids)
    if "default" in schema and schema.get("type") != "object":
        return schema["default"]
    if "const" in schema or schema.get("enum"):
        return schema.get("const", (schema.get("enum") or [None])[0])
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return sample(schema[choice][0], name, ids)
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {})
            return {field: sample(fields[field], field, ids) for field in schema.get("required", ())}
        case "array":
            least = max(int(schema.get("minItems", 0)), 1)
            return [sample(schema.get("items", {}), name, ids) for _ in range(least)]
        case "integer":
            return ids.get(noun_in(name) or "", max(int(schema.get("minimum", 1)), 1))
        case "number":
            return float(schema.get("minimum", 1))
        case "boolean":
            return True
    return _text(schema, name)


def _text(schema: Mapping[str, object], name: str) -> str:
    known = {
        "date": "2030-01-01",
        "date-time": "2030-01-01T00:00:00Z",
        "uri": "https://example.org/",
        "email": "erin@example.org",
    }
    if name in {"email", "url"}:
        return known["email" if name == "email" else "uri"]
    return known.get(str(schema.get("format")), "x" * max(int(schema.get("minLength", 0)), 4))


def _component(reference: str) -> Mapping[str, object]:
    found = openapi()
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found
