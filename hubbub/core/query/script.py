"""How characters are read: folding, scripts written without spaces, pictographs. Unicode ranges live here."""

import re
import unicodedata

# Scripts in which every character is a token: Han, kana, Thai, Lao, Khmer, Myanmar.
UNSPACED = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u302f\u3031-\u3035\u3038-\u303c\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U000116d0-\U000116ff\U00016ff0-\U00016fff\U0001aff0-\U0001b16f\U00020000-\U0003347f"
)
# Unicode's Extended_Pictographic without © and ®, which stand beside names like punctuation.
PICTOGRAPH = (
    "\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u2388\u23cf\u23e9-\u23f3\u23f8-\u23fa\u25aa\u25ab\u25b6\u25c0"
    "\u25fb-\u25fe\u2600-\u2605\u2607-\u2612\u2614-\u2685\u2690-\u2705\u2708-\u2712\u2714\u2716\u271d\u2721\u2728"
    "\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763-\u2767\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935"
    "\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d"
    "\U0001f000-\U0001f0ff\U0001f10d-\U0001f10f\U0001f12f\U0001f16c-\U0001f171\U0001f17e\U0001f17f\U0001f18e"
    "\U0001f191-\U0001f19a\U0001f1ad-\U0001f1e5\U0001f201-\U0001f20f\U0001f21a\U0001f22f\U0001f232-\U0001f23a"
    "\U0001f23c-\U0001f23f\U0001f249-\U0001f3fa\U0001f400-\U0001f6ff\U0001f774-\U0001f77f\U0001f7d5-\U0001f7ff"
    "\U0001f80c-\U0001f80f\U0001f848-\U0001f84f\U0001f85a-\U0001f85f\U0001f888-\U0001f88f\U0001f8ae-\U0001f8ff"
    "\U0001f900-\U0001f9ff\U0001fa00-\U0001faff\U0001fc00-\U0001fffd"
)
FLAG = "\U0001f1e6-\U0001f1ff"  # regional indicators: two of them are one flag
_JAMO = "\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff"

# Punctuation, by what it does.
ASKING = "?\uff1f\u061f\u055e\u2047\u2048\u2049\u037e"  # ends a question
STOPPING = "\u2026\u3002\uff01"  # ends another sentence, beside . and !
CLOSING = "\"'\u201d\u2019\u00bb)\\]}\u300d\u300f\uff09"  # may follow the end of a sentence
TRAILING = ".,;:!?'\u2019\u2026"  # behind an address it is the sentence's
URL_STOPS = (  # quotes and the punctuation of scripts that write no space behind an address
    "\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d\u300e\u300f\u3001\u3002\uff0c\uff01\uff1f\uff1b\uff08\uff09\u3010\u3011"
)

# All characters that read as these once they are folded.
MARKS = {"#": "#\uff03\ufe5f", "@": "@\uff20\ufe6b"}

# The joiners, skin tones and tags that are dropped; variation selectors and marks go by their category.
_DROPPED = re.compile("[\u200c\u200d\u2060\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_PICTURE = re.compile(f"[{PICTOGRAPH}{FLAG}]")
_HANGUL = re.compile(f"[{_JAMO}\uac00-\ud7a3]")
_NON_ASCII = re.compile("[^\x00-\x7f]+")

TOKEN = re.compile(f"[^\\W{UNSPACED}]+|[{UNSPACED}]|[{FLAG}]{{2}}|[{FLAG}{PICTOGRAPH}]")
WANTED = re.compile(f"(?:[^\\W{UNSPACED}]|[*?])+|[{UNSPACED}]|[{FLAG}]{{2}}|[{FLAG}{PICTOGRAPH}]")
UNSPACED_ONE = re.compile(f"[{UNSPACED}]")
JAMO = re.compile(f"[{_JAMO}]")
_TOGETHER = re.compile(f"[{_JAMO}{FLAG}]")


_SHORT, _MOST_RUNS = 12, 100_000


def without_marks(text: str) -> str:
    """Combining marks dropped, whatever form the text came in."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if unicodedata.category(c)[0] != "M"))


def fold(text: str) -> str:
    """NFKC, casefolded, without marks and joiners; punctuation stays. For values compared as a whole."""
    if text.isascii():
        return text.lower()
    while True:  # a few characters need a second round to come to rest
        once = without_marks(unicodedata.normalize("NFKC", _DROPPED.sub("", text)).casefold())
        if once == text:
            return once
        text = once


def one_case(text: str) -> str:
    """Compatible forms and cases brought to one; accents stay."""
    while not text.isascii():  # a few characters need a second round to come to rest
        once = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        if once == text:
            return once
        text = once
    return text.lower()


def exact(text: str) -> str:
    """As written, but for how the same characters may be encoded; joiners and skin tones dropped."""
    return text if text.isascii() else unicodedata.normalize("NFKC", _DROPPED.sub("", text))


class _Folds(dict[str, str]):
    """What each character becomes in the words: learned as characters are met."""

    def __missing__(self, char: str) -> str:
        kept = "".join(c if c.isascii() or c.isalnum() or _PICTURE.match(c) else " " for c in fold(char))
        self[char] = kept
        return kept


FOLDS = _Folds()


class _Runs(dict[str, str]):
    """The same for short runs of characters: most posts of one language share a handful."""

    def __missing__(self, run: str) -> str:
        folded = "".join([FOLDS[c] for c in run])
        if JAMO.search(folded):
            # Letters of Korean written one by one are put together; nothing else composes once marks are gone.
            folded = unicodedata.normalize("NFC", folded)
        if len(run) <= _SHORT:
            if len(self) >= _MOST_RUNS:
                self.clear()
            self[run] = folded
        return folded


RUNS = _Runs()


class _Apart(dict[str, str]):
    """The same with a space around each character that is a token of its own: ready to be split."""

    def __missing__(self, run: str) -> str:
        if len(run) == 1:
            folded = FOLDS[run]
        else:
            folded = "".join([self[c] for c in run])
            if _TOGETHER.search(folded):  # what goes together is told apart by looking at the run as a whole
                folded = RUNS[run] if len(run) <= _SHORT else fold_rest(run)
        folded = TOKEN.sub(_set_apart, folded)
        if len(run) <= _SHORT:
            if len(self) >= _MOST_RUNS:
                self.clear()
            self[run] = folded
        return folded


def _set_apart(token: re.Match[str]) -> str:
    piece = token[0]
    wordy = (piece[0].isalnum() or piece[0] == "_") and not UNSPACED_ONE.match(piece)
    return piece if wordy else f" {piece} "


APART = _Apart()


def _fold_run(match: re.Match[str]) -> str:
    return RUNS[match[0]]


def _fold_apart(match: re.Match[str]) -> str:
    return APART[match[0]]


def fold_apart(text: str) -> str:
    """Folded but for its ASCII letters; beside what is word or pictograph only ASCII is left, tokens stand apart."""
    return _NON_ASCII.sub(_fold_apart, text)


def fold_words(text: str) -> str:
    """Folded for cutting: what is neither word, pictograph nor ASCII becomes a space."""
    if text.isascii():
        return text.lower()
    return fold_rest(text).casefold()


def fold_rest(text: str) -> str:
    """The same with its ASCII letters as they were."""
    return _NON_ASCII.sub(_fold_run, text)


def clusters(text: str) -> list[tuple[int, int, int]]:
    """How `fold_words` came about: (start, end) in `text` and the number of folded characters, in order."""
    found: list[tuple[int, int, int]] = []
    pending = ""  # the folded characters of the cluster being built, Korean only
    start = 0
    for at, char in enumerate(text):
        folded = char.lower() if char.isascii() else FOLDS[char]
        if found and not folded:
            start, _, size = found[-1]
            found[-1] = (start, at + 1, size)
            continue
        joined = unicodedata.normalize("NFC", pending + folded) if pending and JAMO.match(folded) else ""
        if joined and len(joined) < len(pending) + len(folded):
            pending = joined
            start, _, _ = found[-1]
            found[-1] = (start, at + 1, len(joined))
            continue
        pending = folded if _HANGUL.match(folded) else ""
        found.append((at, at + 1, len(folded)))
    return found
