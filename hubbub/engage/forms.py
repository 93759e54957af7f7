"""The choices that forms of the room share; the actions say what is wrong with what comes back."""

from collections.abc import Sequence

from hubbub.store.models import Member, Role


def assignees(people: Sequence[Member], teams: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
    """The choices of an assign field: nobody, then all who can answer, then teams."""
    return [
        ("", "Nobody"),
        *((str(one.pk), str(one)) for one in people if one.may(Role.RESPONDER)),
        *((f"team:{pk}", f"Team {name}") for pk, name in teams),
    ]
