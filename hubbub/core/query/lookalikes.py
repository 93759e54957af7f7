"""Characters that are taken for others: letters of other scripts, digits and signs in place of letters, invisible ones.

Letters after Unicode's confusables.txt (UTS #39), those that are in wide use; both cases, because what looks alike
differs between them.
"""

# ruff: noqa: RUF001

import unicodedata

from . import script

_CYRILLIC = {
    "а": "a", "в": "b", "г": "r", "е": "e", "ё": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c",
    "т": "t", "у": "y", "х": "x", "ь": "b", "ѕ": "s", "і": "i", "ї": "i", "ј": "j", "ѡ": "w", "ѵ": "v", "ү": "y",
    "һ": "h", "ӏ": "l", "ԁ": "d", "ԛ": "q", "ԝ": "w", "ԍ": "g",
    "А": "a", "В": "b", "Е": "e", "Ё": "e", "К": "k", "М": "m", "Н": "h", "О": "o", "Р": "p", "С": "c", "Т": "t",
    "У": "y", "Х": "x", "Ѕ": "s", "І": "i", "Ї": "i", "Ј": "j", "Ѵ": "v", "Ү": "y", "Һ": "h", "Ӏ": "i", "Ԁ": "d",
    "Ԛ": "q", "Ԝ": "w", "Ԍ": "g",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "b", "γ": "y", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "σ": "o",
    "τ": "t", "υ": "u", "χ": "x", "ω": "w", "ϲ": "c", "ϳ": "j",
    "Α": "a", "Β": "b", "Ε": "e", "Ζ": "z", "Η": "h", "Ι": "i", "Κ": "k", "Μ": "m", "Ν": "n", "Ο": "o", "Ρ": "p",
    "Τ": "t", "Υ": "y", "Χ": "x", "Ϲ": "c",
}  # fmt: skip
_ARMENIAN = {"օ": "o", "ս": "u", "ց": "g", "հ": "h", "ո": "n", "զ": "q", "Տ": "s", "Լ": "l", "Օ": "o", "Ս": "u"}
_CHEROKEE = {
    "Ꭺ": "a", "Ᏼ": "b", "Ꮯ": "c", "Ꭰ": "d", "Ꭼ": "e", "Ᏽ": "g", "Ꮋ": "h", "Ꭻ": "j", "Ꮶ": "k", "Ꮮ": "l", "Ꮇ": "m",
    "Ꮲ": "p", "Ꮪ": "s", "Ꭲ": "t", "Ꮩ": "v", "Ꮃ": "w", "Ꮓ": "z",
}  # fmt: skip
_LATIN = {
    "ı": "i", "ɑ": "a", "ɡ": "g", "ɩ": "i", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ħ": "h",
    "Ħ": "h", "ŧ": "t", "Ŧ": "t", "ƒ": "f", "ɾ": "r", "ʋ": "v", "ƶ": "z", "ɇ": "e", "ɨ": "i", "ʉ": "u", "ɫ": "l",
    "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ꜰ": "f", "ɢ": "g", "ʜ": "h", "ɪ": "i", "ᴊ": "j", "ᴋ": "k",
    "ʟ": "l", "ᴍ": "m", "ɴ": "n", "ᴏ": "o", "ᴘ": "p", "ʀ": "r", "ꜱ": "s", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w",
    "ʏ": "y", "ᴢ": "z",
}  # fmt: skip
FOREIGN = {**_CYRILLIC, **_GREEK, **_ARMENIAN, **_CHEROKEE}
# white on black, in circles and squares, and the letters of flags: no decomposition says which letter they are
_ENCLOSED = {
    chr(first + number): chr(ord("a") + number) for first in (0x1F150, 0x1F170, 0x1F1E6) for number in range(26)
}
_KNOWN = {**FOREIGN, **_LATIN, **_ENCLOSED}

# digits and signs that stand for letters
STANDS_FOR = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "il", "+": "t", "€": "e", "£": "l", "¢": "c", "¥": "y",
}  # fmt: skip


class _Reads(dict[str, str]):
    """What a character is taken for: one in small letters, several, or none where it cannot be seen."""

    def __missing__(self, char: str) -> str:
        if char.isascii():
            read = char.lower()
        elif char in _KNOWN:
            read = _KNOWN[char]
        elif unicodedata.category(char) in ("Cf", "Mn", "Me", "Cc"):
            read = ""
        elif char in STANDS_FOR:
            read = char
        else:
            read = "".join(_KNOWN.get(one, one) for one in script.fold(char))
        self[char] = read
        return read


READS = _Reads()
