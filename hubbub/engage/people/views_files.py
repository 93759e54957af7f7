"""People from files and into files."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from hubbub.core import vcard
from hubbub.store.models import PeopleImport, Role, Workspace
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal

from . import erasing_actions, exporting, imported, importing, listing, table, trying
from .forms import FileForm
from .views_acts import find
from .views_imports import see_import

KEY = re.compile(r"[0-9a-f]{32}")
SHOWN = 5  # lines of a file that are shown before it is taken in
AT_ONCE = 20  # lines that are taken in before the page answers


@page(Role.MANAGER)
def people_file(request: MemberRequest) -> HttpResponse:
    """Choose a file; say what its columns hold and see what would become of it; take it in."""
    if request.method != "POST":
        rows = PeopleImport.of(request.workspace).order_by("-pk")
        return render(request, "engage/people/file.html", {"form": FileForm(), "imports": rows[:10]})
    if (row := _sent_before(request)) is not None:
        return see_import(request, row)
    try:
        key, content = _content(request)
        found = table.read(content)
        guessed = importing.guess(found.columns, request.workspace)
        mapping = {
            name: request.POST.get(f"column-{at}", guessed[name]) for at, name in enumerate(found.columns)
        }  # fmt: skip
        importing.check(mapping, request.workspace)
    except Refusal as no:
        return render(request, "engage/people/file.html", {"form": FileForm(), "slip": str(no)}, status=422)
    outcome, slip = None, ""
    try:
        if request.POST.get("do") == "take":
            row = imported.start(found, mapping, workspace=request.workspace, key=key, by=request.member)
            _drop(request.workspace, key)
            imported.work(row, AT_ONCE)  # a short file is in at once; the loop takes in the rest
            return see_import(request, row)
        outcome = trying.tried(found, mapping, workspace=request.workspace, by=request.member)
    except Refusal as no:
        slip = str(no)
    return render(request, "engage/people/file.html", _preview(request, key, found, mapping, outcome, slip))


def _preview(
    request: MemberRequest,
    key: str,
    found: table.Table,
    mapping: dict[str, str],
    outcome: trying.Outcome | None,
    slip: str,
) -> dict[str, object]:
    return {
        "key": key,
        "table": found,
        "columns": [
            (at, name, mapping[name], [line.cells.get(name, "") for line in found.lines[:SHOWN]])
            for at, name in enumerate(found.columns)
        ],
        "targets": importing.targets(request.workspace).items(),
        "outcome": outcome,
        "slip": slip,
        "tried": min(len(found.lines), trying.TRIED),
    }


def _content(request: MemberRequest) -> tuple[str, bytes]:
    """The file that was chosen, kept under a key; or the one of the key. Raises Refusal."""
    given = request.FILES.get("file")
    if given is not None:
        if (given.size or 0) > table.LARGEST:
            raise Refusal(f"The file has {given.size:,} bytes; {table.LARGEST:,} is the most: make several of it")
        content, key = given.read(), secrets.token_hex(16)
        path = _path(request.workspace, key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_bytes(content)
        return key, content
    key = request.POST.get("key", "")
    path = _path(request.workspace, key)
    if not KEY.fullmatch(key) or not path.is_file():
        raise Refusal("Choose a file first; one that was chosen long ago is no longer there")
    return key, path.read_bytes()


def _sent_before(request: MemberRequest) -> PeopleImport | None:
    """What a file that was sent twice became: it is not kept once it is taken in."""
    key = request.POST.get("key", "")
    if request.FILES or request.POST.get("do") != "take" or not KEY.fullmatch(key):
        return None
    return PeopleImport.of(request.workspace).filter(key=key).first()


def _path(workspace: Workspace, key: str) -> Path:
    """Beside other uploads, which are swept away after two days where nothing reads them."""
    return Path(settings.UPLOADS) / str(workspace.pk) / key


def _drop(workspace: Workspace, key: str) -> None:
    _path(workspace, key).unlink(missing_ok=True)


@page(Role.MANAGER)
def people_csv(request: MemberRequest) -> HttpResponse:
    """All that the list shows, for spreadsheets."""
    asked = listing.read_asked(request.GET)
    erasing_actions.exported(request.workspace, asked, "CSV", by=request.member)
    return _file(exporting.as_csv(request.workspace, asked), "people.csv", "text/csv; charset=utf-8")


@page(Role.MANAGER)
def people_vcf(request: MemberRequest) -> HttpResponse:
    """All that the list shows, for address books."""
    asked = listing.read_asked(request.GET)
    erasing_actions.exported(request.workspace, asked, "vCards", by=request.member)
    return _file(exporting.as_vcards(request.workspace, asked), "people.vcf", "text/vcard; charset=utf-8")


@page(Role.VIEWER)
def person_vcf(request: MemberRequest, pk: int) -> HttpResponse:
    """One person for an address book."""
    found = find(request, pk)
    erasing_actions.handed_out(found, "vCard", by=request.member)
    card = exporting.card(found, listing.names_of([found])[pk])
    answer = HttpResponse(vcard.write([card]), content_type="text/vcard; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="person-{pk}.vcf"'
    return answer


def _file(pieces: Iterator[str], name: str, kind: str) -> HttpResponse:
    answer = StreamingHttpResponse(pieces, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return cast("HttpResponse", answer)  # a door for pages knows answers of one piece
