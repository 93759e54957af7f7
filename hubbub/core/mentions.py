"""Who is named in a note: `@alice`, `@alice@example.org`, `@"Alice B"`, a team by its name."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

Who = tuple[str, int]  # "member" or "team", and the id


class Named(Struct, frozen=True):
    """One place of a text that names somebody. `who`: all whom the name may mean."""

    start: int
    end: int
    who: tuple[Who, ...]


Directory = Mapping[str, tuple[Who, ...]]  # a name, folded → whom it means


def directory(members: Iterable[tuple[int, str, str]], teams: Iterable[tuple[int, str]]) -> Directory:
    """Of members (id, name, e-mail address) and teams (id, name). Where two share a short name it means both, since
    one told too many is better than one told too few."""
    found: dict[str, list[Who]] = {}
    for pk, name, email in members:
        first = name.split()[0] if name.split() else ""
        for one in {name, email, email.partition("@")[0], first}:
            if one.strip():
                found.setdefault(one.strip().casefold(), []).append(("member", pk))
    for pk, name in teams:
        found.setdefault(name.strip().casefold(), []).append(("team", pk))
    return {name: tuple(dict.fromkeys(who)) for name, who in found.items()}


def mentions(text: str, known: Directory) -> Sequence[Named]:
    """Every place that names somebody, in order; of names that begin alike the longest counts."""
    longest_first = sorted(known, key=len, reverse=True)
    found: list[Named] = []
    at = text.find("@")
    while at >= 0:
        end = at + 1
        if at == 0 or not (text[at - 1].isalnum() or text[at - 1] in "_."):  # an address is no mention
            named = _quoted(text, at, known) or _plain(text, at, longest_first, known)
            if named:
                found.append(named)
                end = named.end
        at = text.find("@", end)
    return found


def _quoted(text: str, at: int, known: Directory) -> Named | None:
    if text[at + 1 : at + 2] not in ('"', "“"):
        return None
    ends = [end for end in (text.find('"', at + 2), text.find("”", at + 2)) if end > 0]
    if not ends:
        return None
    who = known.get(text[at + 2 : min(ends)].strip().casefold())
    return Named(at, min(ends) + 1, who) if who else None


def _plain(text: str, at: int, names: Sequence[str], known: Directory) -> Named | None:
    for name in names:
        end = at + 1 + len(name)
        if text[at + 1 : end].casefold() == name and not _goes_on(text, end):
            return Named(at, end, known[name])
    return None


def _goes_on(text: str, end: int) -> bool:
    """Whether the word is longer than the name: `@ali` is no `@alice`, and `@alice@other.org` is somebody else."""
    after = text[end : end + 2]
    if not after:
        return False
    return after[0].isalnum() or after[0] == "_" or (after[0] in "@-" and after[1:].isalnum())
