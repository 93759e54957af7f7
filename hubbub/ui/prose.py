"""Markdown that connectors bring (how to come by keys, what a network does), as HTML that holds nothing dangerous."""

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

TAGS = {"p", "ol", "ul", "li", "strong", "em", "code", "pre", "a", "h3", "h4", "br", "blockquote"} | {
    *("table", "thead", "tbody", "tr", "th", "td")
}
_READ = MarkdownIt("commonmark", {"html": False}).enable("table")


@lru_cache(maxsize=256)
def prose(markdown: str) -> SafeString:
    """The text as HTML: a few tags, and links to the web alone. Packages write it, so it is cleaned."""
    html = nh3.clean(
        _READ.render(markdown),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )
    return SafeString(html)
