"""Tags by their names: found, or made on the fly by whoever may answer. Conversations and people share them."""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction

from hubbub.store.audit import audit
from hubbub.store.models import Actor, Tag, Workspace
from hubbub.ui.api import Refusal

LONGEST = 50  # characters
MOST = 30  # on one conversation


def folded(name: str) -> str:
    """As names of tags are compared."""
    return " ".join(name.split()).casefold()


def cleaned(names: Iterable[str]) -> list[str]:
    """Without doubles and spaces around them; commas part names. Raises Refusal where one is too long."""
    found: dict[str, str] = {}
    for given in names:
        for name in (" ".join(part.split()).lstrip("# ") for part in given.split(",")):
            if len(name) > LONGEST:
                raise Refusal(f"“{name[:20]}…” is too long for a tag: {LONGEST} characters are the most")
            if name:
                found.setdefault(name.casefold(), name)
    return list(found.values())


def named(workspace: Workspace, names: Sequence[str], *, by: Actor) -> list[Tag]:
    """The tags of these names; those that are not there yet are made, which stands in the log. Call it in the
    transaction of the act it belongs to."""
    known = {one.name.casefold(): one for one in Tag.of(workspace)} if names else {}
    return [known.get(name.casefold()) or _made(workspace, name, by) for name in cleaned(names)]


def _made(workspace: Workspace, name: str, by: Actor) -> Tag:
    try:
        with transaction.atomic():
            made = Tag.everywhere.create(workspace=workspace, name=name)
    except IntegrityError:  # somebody made it in this moment
        return Tag.of(workspace).get(name__iexact=name)
    audit(made, "add", by=by, why="")
    return made
