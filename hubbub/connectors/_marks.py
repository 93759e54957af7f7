"""A mark at the end of what we write, where a network keeps no key with a post: seen by machines, not by readers."""

import hashlib
import re

UNSEEN = "\u200b\u200c\u200d\u2060"  # characters without width; each stands for two bits
LENGTH = 24  # characters: 48 bits
MARK = re.compile(f"[{UNSEEN}]{{{LENGTH}}}")


def mark(key: str) -> str:
    """What a text of ours ends in, the same at every try of the act with this key."""
    bits = int.from_bytes(hashlib.sha256(key.encode()).digest()[:6])
    return "".join(UNSEEN[bits >> 2 * place & 3] for place in range(LENGTH))


def unmarked(text: str) -> str:
    """The text as it was before it was marked."""
    return MARK.sub("", text)


def comment(key: str) -> str:
    """The same for networks whose Markdown may hold a comment, which their readers do not see."""
    return f"\n\n<!-- hubbub {key} -->"


def uncommented(text: str) -> str:
    """The text without such a mark at its end."""
    begins = text.rfind("<!-- hubbub ")
    return text[:begins] if begins >= 0 and text.rstrip().endswith("-->") else text
