"""Which list a person has before them: tab, filter and page. Every address and form of the inbox carries it along."""

from urllib.parse import urlencode

from django.http import HttpRequest
from msgspec import Struct

from hubbub.store.search import Before
from hubbub.ui.lists import read_before, write_before

TABS = {
    "open": "Open",
    "waiting": "Waiting",
    "done": "Done",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "all": "All",
}


class Listing(Struct, frozen=True):
    """A page of one tab, perhaps filtered."""

    tab: str = "open"
    q: str = ""
    before: Before | None = None

    @property
    def query(self) -> str:
        """As it stands in an address, with its question mark; nothing for the first page of the first tab."""
        given = [("tab", self.tab if self.tab != "open" else ""), ("q", self.q)]
        if self.before:
            given.append(("before", write_before(self.before)))
        kept = [pair for pair in given if pair[1]]
        return f"?{urlencode(kept)}" if kept else ""


def read_listing(request: HttpRequest) -> Listing:
    """From the address, also where a form was posted to it. An unknown tab counts as the first."""
    tab = request.GET.get("tab", "")
    return Listing(tab if tab in TABS else "open", request.GET.get("q", "").strip(), read_before(request))
