"""What the columns of a file of people hold: guessed, chosen, checked."""

from collections.abc import Mapping, Sequence

from hubbub.store.models import Workspace
from hubbub.ui.api import Refusal

from . import queries
from .table import Line

# what a column may hold; a field of the workspace's own is "field 7"
TARGETS = {
    "": "Leave out",
    "id": "Number of the person here",
    "name": "Name",
    "about": "About them",
    "email": "E-mail addresses",
    "network": "Network",
    "handle": "Handle on the network",
    "native_id": "Id on the network",
    "url": "Address of the profile",
    "tags": "Tags",
    "note": "Note",
}
_WORDS = {
    "e-mail": "email", "mail": "email", "email address": "email", "e-mail-adresse": "email", "full name": "name",
    "display name": "name", "tag": "tags", "labels": "tags", "username": "handle", "user name": "handle",
    "notes": "note", "profile": "url", "link": "url", "description": "about", "bio": "about", "source": "network",
}  # fmt: skip

# characters; of what is not named here the acts say it
LONGEST = {"network": 300, "handle": 200, "native_id": 300, "url": 2_000, "email": 2_000, "tags": 2_000}


def targets(workspace: Workspace) -> dict[str, str]:
    """What columns can be taken for, in words."""
    return TARGETS | {f"field {field.pk}": f"Field: {field.name}" for field in queries.fields(workspace)}


def check(mapping: Mapping[str, str], workspace: Workspace) -> None:
    """Raises Refusal where a column is taken for what is not there."""
    if set(mapping.values()) - set(targets(workspace)):
        raise Refusal("One of the fields is no longer there: choose the file again")


def guess(columns: Sequence[str], workspace: Workspace) -> dict[str, str]:
    """What each column seems to hold, by its name."""
    names = {column.casefold().strip() for column in columns}
    known: dict[str, str] = {}
    for field in queries.fields(workspace):
        name = field.name.casefold()
        known[f"field: {name}" if f"field: {name}" in names else name] = f"field {field.pk}"
    found: dict[str, str] = {}
    for column in columns:
        name = column.casefold().strip()
        target = name if name in TARGETS else known.get(name) or _WORDS.get(name, "")
        found[column] = "" if target in found.values() else target
    return found


def meant(line: Line, mapping: Mapping[str, str]) -> dict[str, str]:
    """What a column is taken for → what stands there; without what is left out or empty."""
    cells = {target: line.cells.get(column, "").strip() for column, target in mapping.items() if target}
    return {target: text for target, text in cells.items() if text}


def whole(mapping: Mapping[str, str]) -> None:
    """Raises Refusal where the columns do not say who anybody is."""
    taken = [target for target in mapping.values() if target]
    if doubled := {target for target in taken if taken.count(target) > 1}:
        raise Refusal(f"Two columns are taken for “{TARGETS.get(min(doubled), 'the same field')}”: choose one")
    if not set(taken) & {"id", "name", "email", "handle", "native_id"}:
        raise Refusal("Choose a column that says who it is: a name, an e-mail address, a handle")
    if {"handle", "native_id"} & set(taken) and "network" not in taken:
        raise Refusal("A handle is found on a network: choose the column that names it, such as “mastodon”")
