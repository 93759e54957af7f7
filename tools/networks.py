"""Writes docs/networks.md from what connectors declare: `python -m tools.networks`. A test fails where it is stale."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from hubbub.connectors import (
    BUILT_IN,
    DOING,
    FAMILIES,
    READING,
    Connector,
    Placing,
    Streaming,
    connector,
    limits_in_words,
)

PAGE = Path(__file__).parent.parent / "docs" / "networks.md"

HEAD = """# Networks

Where Hubbub can listen, what it can do there, and what each was tried against. This page is made from what the
connectors declare (`python -m tools.networks`); to change it, change `hubbub/connectors/<kind>.py`. Packages can bring
others: [connectors.md](connectors.md) says how; `hubbub connectors` lists what is installed here.
"""

COMMON = """## What holds for all of them
- A source is **tried before it is saved**, and the try changes nothing there. Its page says how it does: listening,
  late, failing, needs a look.
- What may work later (the site is busy, the network is down) is tried again after 30 seconds, then more rarely, at most
  an hour apart. What a person must mend is tried three times, ten minutes apart; then the source waits for you and says
  what to do.
- At most 20 requests at once and then 10 a second to one host; a site's wish to wait (`Retry-After`) is kept.
- An answer may have 20 MB and take a minute. Five redirects are followed; passwords never follow to another host.
- Addresses inside your own network are refused unless the operator allows them by name
  (`HUBBUB_ALLOW_PRIVATE_HOSTS`). Proxies named in the environment are not used.
- Passwords are kept sealed, are never shown again, and are not sent to another server than the one they were given for.
- What is read twice is kept once. What its author edits or deletes there is edited or deleted here.
"""


def page(networks: Sequence[Connector]) -> str:
    """The whole page, in Markdown."""
    chapters = [HEAD, _table(networks), COMMON, *(_chapter(one) for one in networks)]
    return "\n".join(chapter.strip("\n") + "\n" for chapter in chapters)


def _table(networks: Sequence[Connector]) -> str:
    lines = [
        "| kind | network | what it is | can do | key or account | tried on a real server |",
        "|---|---|---|---|---|---|",
    ]
    for one in networks:
        does = ", ".join(_does(one)) or "nothing: it is only read"
        real = "yes" if any(proof.real for proof in one.tested) else "no"
        cells = (f"`{one.kind}`", one.label, FAMILIES[one.family], does, _needs(one), real)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _needs(one: Connector) -> str:
    secrets = [field for field in one.fields if field.kind == "secret" and not field.made]
    if not one.keyless:
        return "needed"
    return "only for more than reading" if secrets else "none"


def _does(one: Connector) -> list[str]:
    return [words for verb, words in DOING.items() if verb in one.can]


def _chapter(one: Connector) -> str:
    return "\n\n".join(part.strip() for part in _parts(one) if part.strip())


def _parts(one: Connector) -> Iterator[str]:
    yield f"## {one.label} (`{one.kind}`)"
    yield one.about
    yield f"**Reads**: {', '.join(words for way, words in READING.items() if way in one.reads)}; {_how_often(one)}."
    yield one.notes
    if one.can:
        rows = [f"| {words} | {one.names.get(verb, words)} |" for verb, words in DOING.items() if verb in one.can]
        yield "\n".join(["| here | there |", "|---|---|", *rows])
    if limits := limits_in_words(one.limits):
        yield f"**Limits**: {limits}."
    if one.place:
        how = "chosen from a list" if isinstance(one, Placing) else "typed in"
        yield f"**A new post** needs: {one.place.lower()}, {how}."
    asked = [field for field in one.fields if not field.made]
    yield "**Asks for**: " + "; ".join(field.label + ("" if field.required else " (optional)") for field in asked) + "."
    if one.keys:
        yield f"### Keys for {one.label}\n{one.keys}"
    tried = [f"- {'**A real server**: ' if proof.real else ''}{proof.against}." for proof in one.tested]
    yield "**Tried against**\n\n" + "\n".join(tried)


def _how_often(one: Connector) -> str:
    seconds = one.every
    told = f"every {seconds // 60} minutes" if seconds >= 120 else f"every {seconds} seconds"
    return f"by a stream, and by asking {told}" if isinstance(one, Streaming) else f"asked {told}"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page([connector(kind) for kind in BUILT_IN]))
    print(f"{PAGE}: {len(BUILT_IN)} networks")


if __name__ == "__main__":
    main()
