"""What each character is: its folded form and its kind, as tables that NumPy can look thousands up in at once.

All characters are brought to 16 bits: what lies above (emoji, letters of mathematics) is mapped into the private area.
"""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

SPACE, LOWER, UPPER, OTHER, DIGIT, PUNCTUATION, EXCLAIM, QUESTION, AT, HASH, EMOJI, DROPPED, APOSTROPHE = range(13)
KINDS = 13

_TABLED = 0x3100  # below: every character is asked for; above: whole ranges are of one kind
_EMOJI_FROM, _EMOJI_TO = 0x1F000, 0x20000
_PRIVATE = 0xE000  # where emoji go
_FOREIGN = 0xF100  # where all other characters above 16 bits go: letters of rare scripts

_DROPPED = (
    *range(0x300, 0x370),  # marks piled on letters (zalgo)
    *range(0x1AB0, 0x1B00),
    *range(0x1DC0, 0x1E00),
    *range(0x20D0, 0x2100),
    *range(0x200B, 0x2010),  # joiners, marks of direction
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),  # "as emoji", "as text"
    *range(_PRIVATE + 0x3FB, _PRIVATE + 0x400),  # skin tones
    0xAD,
    0xFEFF,
)
_SAME = {  # curled quotes and long dashes, by number: they look alike
    **dict.fromkeys("\u2018\u2019\u02bc`\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e", '"'),
    **dict.fromkeys("\u2010\u2011\u2013", "-"),
}
_SINGLE = {"!": EXCLAIM, "?": QUESTION, "@": AT, "#": HASH, "'": APOSTROPHE, "_": OTHER}


@cache
def folds() -> NDArray[np.uint16]:
    """Character → the character it is read as: small letters, plain quotes and spaces, full width as half width."""
    table = np.arange(0x10000, dtype=np.uint16)
    for code in (*range(_TABLED), *range(0xFF01, 0xFF5F)):
        letter = chr(code)
        if code >= 0xFF01:
            letter = chr(code - 0xFEE0)
        if letter.isspace() or code < 32:
            letter = " "
        small = _SAME.get(letter, letter).lower()
        table[code] = ord(small) if len(small) == 1 else code
    return table


@cache
def kinds() -> NDArray[np.uint8]:
    """Character (not yet folded) → its kind."""
    table = np.full(0x10000, OTHER, np.uint8)
    for code in range(_TABLED):
        table[code] = _kind(chr(code))
    table[0x2190:0x2C00] = EMOJI
    table[0x2800:0x2900] = PUNCTUATION  # braille, drawn with
    table[0x3000:0x3040] = PUNCTUATION
    table[0x3000] = SPACE
    table[0xD800:0xE000] = PUNCTUATION  # halves of characters
    table[_PRIVATE : _PRIVATE + 0x1000] = EMOJI
    table[0xF000:0xF100] = PUNCTUATION
    table[0xFE10:0xFE70] = PUNCTUATION
    table[0xFF01:0xFF5F] = table[0x21:0x7F]
    table[list(_DROPPED)] = DROPPED
    return table


def _kind(letter: str) -> int:
    if letter in _SINGLE:
        return _SINGLE[letter]
    if _SAME.get(letter) == "'":
        return APOSTROPHE
    if letter.isspace() or ord(letter) < 32:
        return SPACE
    category = unicodedata.category(letter)
    if category == "Lu":
        return UPPER
    if category == "Ll":
        return LOWER
    if category[0] in "LM":
        return OTHER
    return DIGIT if category == "Nd" else PUNCTUATION


@cache
def _mathematics() -> NDArray[np.uint16]:
    """Letters dressed up as signs of mathematics (bold, script) → plain ones, from U+1D400 on."""
    plain = (unicodedata.normalize("NFKC", chr(code)) for code in range(0x1D400, 0x1D800))
    return np.array(
        [ord(letter) if len(letter) == 1 and ord(letter) < 0x10000 else _FOREIGN for letter in plain], np.uint16
    )


def of(text: str) -> NDArray[np.uint16]:
    """The characters of a text in 16 bits each, one for one."""
    if len(kept := text.encode("utf-16-le", "surrogatepass")) == 2 * len(text):
        return np.frombuffer(kept, "<u2")
    return in_sixteen_bits(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4"))


def in_sixteen_bits(codes: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """Code points → 16 bits each, one for one."""
    narrow = codes.astype(np.uint16)
    high = np.flatnonzero(codes > 0xFFFF)
    if high.size:
        wide = codes[high]
        small = np.full(high.size, _FOREIGN, np.uint16)
        emoji = (wide >= _EMOJI_FROM) & (wide < _EMOJI_TO)
        small[emoji] = wide[emoji] - _EMOJI_FROM + _PRIVATE
        dressed = (wide >= 0x1D400) & (wide < 0x1D800)
        if dressed.any():
            small[dressed] = _mathematics()[wide[dressed] - 0x1D400]
        small[wide >= 0xE0000] = 0x200B  # tags and further "as emoji": dropped
        narrow[high] = small
    return narrow


def emoji_code(character: str) -> int:
    """The 16 bits in which one character is read."""
    return int(in_sixteen_bits(np.array([ord(character)], np.uint32))[0])
