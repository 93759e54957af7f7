"""`hubbub connectors`: what can be read and acted on here, and who brings it. Needs no database."""

from typing import TextIO

from msgspec import Struct, json
from rich.console import Console

from hubbub.connectors import DOING, FAMILIES, READING, Installed, installed


class Listed(Struct, frozen=True):
    """A line of `hubbub connectors --json`."""

    kind: str
    label: str
    family: str
    package: str
    reads: list[str]
    does: list[str]
    keyless: bool
    real_server: bool  # it was tried against one


class Unusable(Struct, frozen=True):
    """A line about what a package announces and what cannot be used."""

    package: str
    name: str
    trouble: str


def list_connectors(*, as_json: bool, out: TextIO, told: Console) -> int:
    """Print them. Returns how many cannot be used; each is told of on standard error."""
    found = installed()
    listed = [line for one in found if (line := _listed(one))]
    broken = [Unusable(one.package, one.name, one.trouble) for one in found if one.connector is None]
    if as_json:
        out.writelines(json.encode(line).decode() + "\n" for line in listed)
    else:
        _print(listed, out)
    for one in broken:
        told.print(
            f"The package “{one.package}” announces “{one.name}”, but {one.trouble}.", markup=False, soft_wrap=True
        )
    return len(broken)


def _listed(one: Installed) -> Listed | None:
    network = one.connector
    if network is None:
        return None
    return Listed(
        kind=network.kind,
        label=network.label,
        family=network.family,
        package=one.package,
        reads=[way for way in READING if way in network.reads],
        does=[verb for verb in DOING if verb in network.can],
        keyless=network.keyless,
        real_server=any(proof.real for proof in network.tested),
    )


def _print(listed: list[Listed], out: TextIO) -> None:
    """Two lines each: a table of this width fits no terminal."""
    wide = max((len(line.kind) for line in listed), default=0) + 2
    for line in listed:
        family = next(words for name, words in FAMILIES.items() if name == line.family)
        key = "no key needed" if line.keyless else "needs a key"
        out.write(f"{line.kind:<{wide}}{line.label} ({family.lower()}; {key}; from {line.package})\n")
        does = ", ".join(line.does) or "nothing"
        out.write(f"{'':<{wide}}reads: {', '.join(line.reads)}; does: {does}\n")
