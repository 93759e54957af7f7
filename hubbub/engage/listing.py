"""Which list a person has before them: tab or saved view, filter, order and page. Every address and form of the inbox
carries it along."""

from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from msgspec import Struct

from hubbub.store.models import Sort
from hubbub.ui.ids import id_of

from .ordering import Place, read_place, write_place

TABS = {
    "open": "Open",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "waiting": "Waiting",
    "snoozed": "Snoozed",
    "done": "Done",
    "all": "All",
}
BY_PRIORITY = {"open", "mine", "unassigned"}  # what asks for work comes by priority; the rest newest first
KEPT = ("tab", "view", "sort")  # what a filter that is sent carries along


class Listing(Struct, frozen=True):
    """A page of a tab or of a saved view, perhaps filtered."""

    tab: str = "open"
    q: str = ""
    view: int | None = None
    asked: Sort | None = None  # an order other than the usual one
    usual: Sort = Sort.PRIORITY
    before: Place | None = None

    @property
    def sort(self) -> Sort:
        """In which order."""
        return self.asked or self.usual

    @property
    def query(self) -> str:
        """As it stands in an address, with its question mark; nothing for the first page of the first tab."""
        return self._written(with_page=True)

    @property
    def start(self) -> str:
        """The same list from its beginning."""
        return self._written(with_page=False)

    def _written(self, *, with_page: bool) -> str:
        kept = [*self.base, ("q", self.q)]
        if self.before and with_page:
            kept.append(("before", write_place(self.before)))
        kept = [pair for pair in kept if pair[1]]
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def base(self) -> list[tuple[str, str]]:
        """Tab or view, and order."""
        at = ("view", str(self.view)) if self.view else ("tab", self.tab if self.tab != "open" else "")
        return [pair for pair in (at, ("sort", self.asked or "")) if pair[1]]


def read_listing(request: HttpRequest) -> Listing:
    """From the address, also where a form was posted to it. An unknown tab counts as the first."""
    return listing_of(request.GET)


def listing_of(given: QueryDict, usual: Sort | None = None) -> Listing:
    """`usual`: the order of the saved view that is asked for."""
    tab, view, order = given.get("tab", ""), given.get("view", ""), given.get("sort", "")
    tab = tab if tab in TABS else "open"
    number = id_of(view)
    if usual is None:
        usual = Sort.PRIORITY if number or tab in BY_PRIORITY else Sort.NEWEST
    asked = Sort(order) if order in Sort.values else None
    listing = Listing(tab, given.get("q", "").strip(), number, asked if asked != usual else None, usual)
    before = read_place(given.get("before", ""), listing.sort)
    return Listing(tab, listing.q, number, listing.asked, usual, before)
