"""How long a text is as a network counts it: graphemes, characters or bytes, addresses and mentions by their own rule.

The two patterns are written so that JavaScript reads them, too: a counter in the page finds the same.
"""

import re
import unicodedata

from ._connector import Limits

ADDRESS = r"(?<![\w@/.])https?://[^\s<>\"“”]+"  # what counts as a web address
MENTION = r"(?<![\w@/.])@(\w+(?:[.-]+\w+)*)@[\w-]+(?:\.[\w-]+)+"  # a name with its server
JOINER = "\u200d"
LINKERS = "\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d"  # bind two letters of an Indian script into one
SARA_AM = "\u0e33\u0eb3"  # Thai and Lao vowels that stand with the letter before


def length_of(text: str, limits: Limits, *, to: str = "") -> int:
    """How long the network finds it, in `limits.counts`. `to`: the handle of the one who is answered."""
    if limits.addressed and to and f"@{to.partition('@')[0]}".casefold() not in text.casefold():
        text = f"@{to} {text}"
    if limits.link is not None:
        text = re.sub(ADDRESS, "x" * limits.link, text, flags=re.IGNORECASE)
    if limits.short_mentions:
        text = re.sub(MENTION, r"@\1", text, flags=re.IGNORECASE)
    match limits.counts:
        case "bytes":
            return len(text.encode())
        case "graphemes":
            return graphemes(text)
        case _:
            return len(text)


def too_many(text: str, most: int, limits: Limits, *, to: str = "") -> int:
    """How many characters of it are more than `most` takes, as whoever shortens it counts them: where the network
    counts bytes, those at its end; 0 where it fits."""
    over = max(0, length_of(text, limits, to=to) - most)
    if limits.counts != "bytes" or not over:
        return over
    data = text.encode()
    return len(text) - len(data[: max(0, len(data) - over)].decode(errors="ignore"))


def graphemes(text: str) -> int:
    """How many characters a reader sees: a flag, a family or a letter with its accents is one.

    After the rules of Unicode's text segmentation (UAX 29), as far as Python's tables know the characters.
    """
    count, before, flags, pictured, linked = 0, "", 0, False, ""
    for char in text:
        flag = "\U0001f1e6" <= char <= "\U0001f1ff"
        bound = _joins(before, char, pictured=pictured, odd_flag=flags % 2 == 1) if before else False
        if bound or (linked and _is_letter_of(linked, char)):
            pictured = pictured and (char == JOINER or _extends(char) or _is_picture(char))
        else:
            count += 1
            pictured = _is_picture(char)
            flags = 0
        flags = flags + 1 if flag else 0
        if char in LINKERS and before:
            linked = char
        elif not (_extends(char) or char == JOINER):
            linked = ""
        before = char
    return count


def _joins(before: str, char: str, *, pictured: bool, odd_flag: bool) -> bool:
    """Whether no border stands between two characters."""
    if before == "\r" and char == "\n":
        return True
    if _is_control(before) or _is_control(char):
        return False
    if _extends(char) or char == JOINER or unicodedata.category(char) == "Mc" or char in SARA_AM:
        return True
    if before == JOINER:
        return pictured and _is_picture(char)
    if "\U0001f1e6" <= char <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff":
        return odd_flag
    return _is_hangul_pair(before, char)


def _is_letter_of(linker: str, char: str) -> bool:
    """Whether a letter is written together with the one before the linker: both of one Indian script."""
    return ord(char) >> 7 == ord(linker) >> 7 and unicodedata.category(char) == "Lo"


def _extends(char: str) -> bool:
    """Marks on the character before, and what chooses its look: variants, skin tones, the parts of flags."""
    return (
        unicodedata.category(char) in {"Mn", "Me"}
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
        or char == "\u200c"
    )


def _is_control(char: str) -> bool:
    kind = unicodedata.category(char)
    return kind in {"Cc", "Zl", "Zp"} or (kind == "Cf" and not _extends(char) and char != JOINER)


def _is_picture(char: str) -> bool:
    if "\U0001f1e6" <= char <= "\U0001f1ff" or "\U0001f3fb" <= char <= "\U0001f3ff":
        return False
    return unicodedata.category(char) == "So" or "\U0001f000" <= char <= "\U0001faff"


def _is_hangul_pair(before: str, char: str) -> bool:
    """Parts of one Korean syllable: leading consonant, vowel, trailing consonant."""
    leading = "\u1100" <= before <= "\u115f" or "\ua960" <= before <= "\ua97c"
    whole = "\uac00" <= before <= "\ud7a3"
    open_ended = whole and (ord(before) - 0xAC00) % 28 == 0
    vowel = "\u1160" <= char <= "\u11a7" or "\ud7b0" <= char <= "\ud7c6"
    trailing = "\u11a8" <= char <= "\u11ff" or "\ud7cb" <= char <= "\ud7fb"
    if leading:
        return vowel or "\u1100" <= char <= "\u115f" or "\uac00" <= char <= "\ud7a3"
    after_vowel = "\u1160" <= before <= "\u11a7" or "\ud7b0" <= before <= "\ud7c6" or open_ended
    after_trailing = "\u11a8" <= before <= "\u11ff" or "\ud7cb" <= before <= "\ud7fb"
    return (after_vowel and (vowel or trailing)) or ((whole or after_trailing) and trailing)
