"""Strings of every bad kind into the parser: no exception but its own, and time in step with the length.

`python -m bench.parse` reads a million. Times are those of the processor.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator

from hubbub.core.query import FIELDS, QueryError, Use, format, parse  # noqa: A004
from hubbub.core.query.examples import EXAMPLES, MISTAKES

# Pieces of queries: operators, brackets, fields; and characters that are read in a way of their own.
TERMINALS = (
    *[
        "(",
        ")",
        '"',
        "~",
        "*",
        "?",
        "{",
        "}",
        "[",
        "]",
        ":",
        ">",
        "<=",
        "-",
        "a",
        "rocket",
        "roc*",
        "raw:",
        "4h",
        "5",
        "2026-01-31",
        "#",
        "@",
        "\\",
        "'",
        "and",
        "or",
        "&&",
        "||",
        "AT&T",
        "NEAR",
        "NEAR/",
    ],
    *("AND ", " OR ", "NOT ", " NEAR/3 ", " NEAR/5f ", '"~2', " TO ", "\n", "\t", " ", "xn--mnchen-3ya"),
    *("https://a.example/", "www.a.example", "東", "京", "🇩🇪", "👍🏽", "ß", "ㅎㅏㄴ", "½", "“", "”", "ﷺ", "ﬁ", "💥"),
    *("\u2212", "\u0301", "\u200d", "\x00", "\ud800", "\uff02", "\uff08", "\u202e", "\ufeff"),
    *(f"{name}:" for name in FIELDS),
)
PIECES = (
    *[
        "(",
        ")",
        "()",
        '"',
        '""',
        "{",
        "{}",
        "[",
        "[]",
        "a*",
        "-",
        "a:",
        "?",
        "\x00",
        "#",
        "~1",
        '"a"~',
        "ᄀ",
        "\\",
        '\\"',
        '"*?',
        "title:(",
        "likes:>",
        "ab?",
        "raw:",
        "www.",
        ")(",
        "-(",
        "xn--",
        "1,",
    ],
    *("a ", "NOT ", "NEAR/5 ", "a NEAR/5 ", '"a b"~3 ', "a b OR ", "likes:[1 TO ", "abcdef* ", "https://a.example/"),
    *("\u0301", "東", "🇩🇪", "ﷺ", "½", "“", "&& ", "and ", "author:x* ", "site:a.b ", "a OR (", "NOT (", "{a} ", "a\n"),
    *("published:>2026-01-31 ", "sentimant:x ", "x" * 50 + ": "),
)


def soup(chance: random.Random) -> str:
    """Characters of all planes, ASCII the most."""
    ends = (127, 127, 0x2FF, 0xFFFF, 0x10FFFF)
    return "".join(chr(chance.randint(0, chance.choice(ends))) for _ in range(chance.randint(0, 60)))


def tokens(chance: random.Random) -> str:
    """The grammar's own terminals in any order."""
    return "".join(chance.choices(TERMINALS, k=chance.randint(0, 25)))


def mutated(chance: random.Random) -> str:
    """A query that can be read, a few characters of it changed."""
    text = list(chance.choice(_VALID))
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(text))
        text[at : at + chance.randint(0, 3)] = chance.choice(TERMINALS)
    return "".join(text)


def nested(chance: random.Random) -> str:
    """Brackets, most of them open."""
    return "".join(
        chance.choices(("(", "(", ")", "a", " OR ", " AND ", "NOT ", "title:(", "NEAR "), k=chance.randint(0, 200))
    )


def long(chance: random.Random) -> str:
    """The longest that may be written, of one to three pieces."""
    piece = "".join(chance.choices(PIECES, k=chance.randint(1, 3)))
    return (piece * (20_000 // len(piece) + 1))[:20_000]


_VALID = [example.query for example in EXAMPLES] + [mistake.query for mistake in MISTAKES]
KINDS: tuple[tuple[Callable[[random.Random], str], float], ...] = (
    (soup, 0.3),
    (tokens, 0.34),
    (mutated, 0.25),
    (nested, 0.1),
    (long, 0.002),
)


def strings(count: int, seed: int = 1) -> Iterator[str]:
    """So many, the same for the same seed."""
    chance = random.Random(seed)
    makers, weights = zip(*KINDS, strict=True)
    for _ in range(count):
        yield chance.choices(makers, weights)[0](chance)


def read(text: str, use: Use) -> tuple[float, bool]:
    """Seconds to read one, and whether it could be read; what could is written back and read again."""
    start = time.process_time()
    try:
        query = parse(text, use)
    except QueryError as error:
        if not (error.slips and str(error)):
            raise AssertionError(text) from error
        return time.process_time() - start, False
    taken = time.process_time() - start
    if parse(format(query), use).tree != query.tree:
        raise AssertionError(text)
    return taken, True


def main() -> None:
    """Print the slowest, and how many could be read."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=1_000_000)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    uses = tuple(Use)
    slowest: list[tuple[float, str]] = []
    good, total, characters = 0, 0.0, 0
    for number, text in enumerate(strings(options.count, options.seed)):
        taken, readable = read(text, uses[number % len(uses)])
        good += readable
        total += taken
        characters += len(text)
        slowest = (
            sorted([*slowest, (taken, text)], reverse=True)[:10] if not slowest or taken > slowest[-1][0] else slowest
        )
    sys.stdout.write(f"{options.count:,} strings, {characters:,} characters, {total:.0f} s; {good:,} could be read\n")
    for taken, text in slowest:
        sys.stdout.write(f"{taken * 1000:8.1f} ms  {len(text):6,} characters  {text[:60]!a}\n")


if __name__ == "__main__":
    main()
