"""Places that a newcomer can listen to at once: filled in from the brand, tried side by side, added if they answer."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from msgspec import Struct

from hubbub.connectors import Brand, Connector, Found, Settings
from hubbub.store.models import Member, Source, Workspace
from hubbub.ui.api import Refusal

from . import actions
from .forms import SourceForm
from .kinds import keyless
from .trying import NOTHING, Tried, attempt, html_name

AT_ONCE = 8  # networks that are asked at the same time


class Suggestion(Struct, frozen=True):
    """One kind, its form filled in; after a try what came of it."""

    form: SourceForm
    chosen: bool = False
    tried: Tried | None = None
    trouble: str = ""  # why it could not be added although it answers
    added: Source | None = None

    @property
    def network(self) -> Connector:
        """The connector."""
        return self.form.connector


def suggestions(workspace: Workspace, brand: Brand | None) -> list[Suggestion]:
    """Every kind that a brand's name is enough for, and that the workspace does not listen to like this already."""
    if brand is None:
        return []
    there = list(Source.of(workspace).values_list("kind", "settings"))
    return [
        Suggestion(_form(network, settings))
        for network in keyless()
        if (settings := network.suggest(brand)) is not None
        and not any(kind == network.kind and _same(known, settings) for kind, known in there)
    ]


def _same(known: Mapping[str, object], suggested: Settings) -> bool:
    return all(known.get(name) == value for name, value in suggested.items())


def _form(network: Connector, settings: Settings, data: Mapping[str, str] | None = None) -> SourceForm:
    return SourceForm(network, brief=True, suggested=settings, data=data)


def filled_in(brand: Brand | None, typed: Mapping[str, str], chosen: Sequence[str]) -> list[Suggestion]:
    """The suggestions as a person changed them; those whose kind is chosen are to be tried."""
    found = []
    for network in keyless():
        settings = network.suggest(brand) if brand else None
        if settings is None:
            continue
        start = f"{network.kind}-"
        data = {name.removeprefix(start): value for name, value in typed.items() if name.startswith(start)}
        asked = {field.name for field in network.fields if html_name(field.name) in data}
        data |= {html_name(name): value for name, value in settings.items() if name not in asked}
        found.append(Suggestion(_form(network, settings, data), chosen=network.kind in chosen))
    return found


def tried(given: Sequence[Suggestion]) -> list[Suggestion]:
    """The chosen ones, each asked, side by side; the others as they are."""
    asked = [one for one in given if one.chosen and one.form.is_valid()]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda one: attempt(one.network, one.form.answers().whole, NOTHING), asked))
    outcome = {one.network.kind: result for one, result in zip(asked, results, strict=True)}
    return [Suggestion(one.form, one.chosen, outcome.get(one.network.kind)) for one in given]


def added(given: Sequence[Suggestion], *, by: Member, now: datetime) -> list[Suggestion]:
    """Those that answered, saved as sources; what could not be saved says why."""
    return [_add(one, one.tried.found, by, now) if one.tried and one.tried.found else one for one in given]


def _add(one: Suggestion, found: Found, by: Member, now: datetime) -> Suggestion:
    answers = one.form.answers()
    draft = actions.SourceDraft(one.network.kind, "", answers.settings, answers.secrets, found)
    try:
        source = actions.add_source(by.workspace, draft, by=by, now=now, why="chosen in the guide")
    except Refusal as refusal:
        return Suggestion(one.form, one.chosen, one.tried, trouble=str(refusal))
    return Suggestion(one.form, one.chosen, one.tried, added=source)
