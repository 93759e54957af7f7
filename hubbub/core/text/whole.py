"""Title and text as the one text that is judged, and the way back from a place in it."""

JOINT = "\n"


def whole(title: str, text: str) -> str:
    """Both, the title first; the text alone where it begins with its title, as networks without titles have it."""
    if not title or text.startswith(title):
        return text
    return f"{title}{JOINT}{text}" if text else title


def place(title: str, text: str, start: int, end: int) -> tuple[str, int, int]:
    """The field ("title" or "text") in which a stretch of the whole begins, and its place there, in code points."""
    if whole(title, text) == text:
        return "text", start, end
    behind = len(title) + len(JOINT)
    if start < behind:
        return "title", min(start, len(title)), min(end, len(title))
    return "text", start - behind, end - behind
