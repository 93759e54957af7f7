"""What would become of a file of people: its first lines are taken in, and nothing of that is kept."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from msgspec import Struct

from hubbub.store.models import Member, Workspace

from .importing import meant, whole
from .table import Table
from .taking_in import Left, take_in

TRIED, AT_ONCE = 100, 10  # lines that are tried; in one transaction


class Outcome(Struct, frozen=True):
    """What would become of the first lines of a file."""

    made: int
    changed: int
    same: int
    slips: Sequence[tuple[int, str]]  # line, what is wrong with it: it was left out


def tried(table: Table, mapping: Mapping[str, str], *, workspace: Workspace, by: Member) -> Outcome:
    """What would become of the first lines; nothing is changed. A few at a time, so that others can write meanwhile:
    what two lines far from each other say of one person is seen only once they are taken in. Raises Refusal."""
    whole(mapping)
    made = changed = same = 0
    slips: list[tuple[int, str]] = []
    first = [(line.number, meant(line, mapping)) for line in table.lines[:TRIED]]
    for at in range(0, len(first), AT_ONCE):
        some = first[at : at + AT_ONCE]
        with transaction.atomic():
            found = take_in(some, workspace, by, "tried")
            transaction.set_rollback(True)
        for (number, _), done in zip(some, found, strict=True):
            if isinstance(done, Left):
                slips.append((number, done.says))
                continue
            made, changed, same = made + done.new, changed + done.changed, same + (not done.new and not done.changed)
    return Outcome(made, changed, same, slips)
