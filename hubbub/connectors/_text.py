"""Turns what networks write into plain text: HTML to lines, language tags to two letters."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

# A line ends before and after these; what stands in the silent ones was never meant to be read.
BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption"),
        *("figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol"),
        *("p", "pre", "section", "summary", "table", "td", "th", "tr", "ul"),
    }
)
APART = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "p", "pre"})  # with an empty line around them
SILENT = frozenset({"script", "style", "template", "noscript", "head", "title", "iframe", "object"})
# Control characters and other invisible ones that are no part of a text, PostgreSQL refuses the first.
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")


def plain(html: str) -> str:
    """HTML as a person reads it: paragraphs on lines of their own, no tags, entities resolved."""
    if "<" not in html and "&" not in html:
        return tidy(html)
    body = LexborHTMLParser(html).body
    if body is None:
        return ""
    pieces: list[str] = []
    _walk(body, pieces)
    return tidy("".join(pieces))


def tidy(text: str) -> str:
    """No invisible characters, no trailing blanks, at most one empty line in a row."""
    text = INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def links_in(html: str) -> tuple[str, ...]:
    """The web addresses that an HTML text links to, each once, in order."""
    if "<" not in html:
        return ()
    found = (node.attributes.get("href") or "" for node in LexborHTMLParser(html).css("a[href]"))
    return tuple(dict.fromkeys(url.strip() for url in found if url.strip().startswith(("http://", "https://"))))


def images_in(html: str) -> tuple[str, ...]:
    """The web addresses of the pictures in an HTML text, each once, in order."""
    if "<" not in html:
        return ()
    found = (node.attributes.get("src") or "" for node in LexborHTMLParser(html).css("img[src]"))
    return tuple(dict.fromkeys(url.strip() for url in found if url.strip().startswith(("http://", "https://"))))


def language(tag: str) -> str:
    """The two letters (or three, where a language has no two) that a language tag such as "en-US" begins with."""
    main = re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]
    return main if main.isascii() and main.isalpha() and len(main) in {2, 3} else ""


def _walk(root: LexborNode, pieces: list[str]) -> None:
    """In reading order. Without recursion: a hostile text nests its tags thousands deep."""
    todo: list[LexborNode | str] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            _break(pieces, node)
            continue
        tag = node.tag or ""
        if tag == "-text":
            kept = node.text_content or ""
            pieces.append(kept if _in_pre(node) else re.sub(r"\s+", " ", kept))
            continue
        if tag in SILENT:
            continue
        if tag == "br":
            pieces.append("\n")
            continue
        if tag == "img":
            pieces.append((node.attributes.get("alt") or "").strip())
        if tag in BLOCKS:
            around = "\n\n" if tag in APART else "\n"
            _break(pieces, around)
            todo.append(around)
        todo.extend(reversed(list(node.iter(include_text=True))))


def _break(pieces: list[str], lines: str) -> None:
    """End the line here, and leave one empty where two line ends are asked for; not more than the text has already."""
    while pieces and pieces[-1].strip(" ") == "":
        pieces.pop()
    if pieces:
        there = len(pieces[-1]) - len(pieces[-1].rstrip("\n"))
        if there < len(lines):
            pieces.append(lines[:-there] if there else lines)


def _in_pre(node: LexborNode) -> bool:
    return node.parent is not None and node.parent.tag in {"pre", "textarea"}
