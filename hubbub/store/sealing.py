"""Sealing the log: what was written a moment ago becomes a link of the chain; checking that the chain holds."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from msgspec import Struct, json

from hubbub.core.chain import BEGIN, Kind, apart, digest, link

from .models import Audit, Seal, Verdict, Workspace

AT_ONCE = 500  # entries in one link
SETTLE = timedelta(seconds=5)  # an entry of a transaction that ends late must not be passed over,
LATE, BEHIND = 10, timedelta(minutes=5)  # and where one was, so many links and so far are looked back for it
MOST_LOOKED_BACK = 100  # links
KINDS: tuple[Kind, ...] = ("audit", "verdict")
TOLD = 20  # faults that a check names


class Head(Struct, frozen=True):
    """How far a workspace's log is sealed."""

    number: int
    link: str
    at: datetime


class Checked(Struct, frozen=True):
    """What a look through the whole chain found. `faults` in words, the first twenty; none: the chain holds."""

    links: int
    entries: int
    erased: int  # verdicts whose posts were erased with them: their digests stand
    unsealed: int  # entries that no link names, older than a minute
    faults: Sequence[str]
    head: Head | None


def told(row: Audit | Verdict) -> Mapping[str, object]:
    """The fields that are sealed: all that an entry says. Whom a name belonged to may be forgotten, the name not."""
    if isinstance(row, Audit):
        return {
            "id": row.pk, "at": _time(row.at), "by": row.by_name, "by_kind": row.by_kind, "verb": row.verb,
            "noun": row.noun, "noun_id": row.noun_id, "noun_name": row.noun_name, "why": row.why,
            "before": row.before, "after": row.after,
        }  # fmt: skip
    return {
        "id": row.pk, "at": _time(row.at), "post": row.post_id, "rule": row.rule_name, "rule_version": row.rule_version,
        "state": row.state, "outcome": row.outcome, "label": row.label, "because": row.because, "policy": row.policy,
        "policy_version": row.policy_version, "unchecked": row.unchecked, "spans": row.spans,
    }  # fmt: skip


def exported(workspace: Workspace) -> Iterator[str]:
    """The whole log as JSON lines, each link after the entries that it seals; docs/operate.md says how to check it."""
    for seal in Seal.of(workspace).order_by("number").iterator(chunk_size=20):
        rows = {row.pk: row for row in _rows(workspace, _kind(seal)).filter(pk__in=seal.ids)}
        for pk in seal.ids:
            if pk in rows:
                yield json.encode({"entry": told(rows[pk])}, order="sorted").decode() + "\n"
        names = {"number": seal.number, "kind": seal.kind, "ids": seal.ids, "before": seal.before, "link": seal.link}
        digests = [one.hex() for one in apart(bytes(seal.digests))]
        yield json.encode({"link": {**names, "digests": digests, "at": _time(seal.at)}}).decode() + "\n"


def _time(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def head(workspace: Workspace) -> Head | None:
    """The newest link; None: nothing is sealed yet."""
    last = Seal.of(workspace).order_by("-number").first()
    return Head(last.number, last.link, last.at) if last else None


def seal_some(now: datetime) -> bool:
    """Seal what is waiting in each workspace, at most one link of each kind. False: nothing was waiting."""
    sealed = False
    for workspace in Workspace.objects.order_by("pk"):
        for kind in KINDS:
            sealed = _seal(workspace, kind, now) or sealed
    return sealed


def _seal(workspace: Workspace, kind: Kind, now: datetime) -> bool:
    rows = _waiting(workspace, kind, now)
    if not rows:
        return False
    ids = [row.pk for row in rows]
    digests = [digest(told(row)) for row in rows]
    last = head(workspace)
    number, before = (last.number + 1, last.link) if last else (1, BEGIN)
    try:
        with transaction.atomic():
            Seal.everywhere.create(
                workspace=workspace,
                number=number,
                kind=kind,
                ids=ids,
                digests=b"".join(digests),
                before=before,
                link=link(before, number, kind, ids, digests),
                at=now,
            )
    except IntegrityError:  # another worker made this link; what is left is sealed next time
        return True
    return True


def _waiting(workspace: Workspace, kind: Kind, now: datetime) -> list[Audit | Verdict]:
    """Entries that no link names yet, oldest first. Those of the last links are looked at again: an entry may have
    come in behind them, from a transaction that took its time."""
    links = Seal.of(workspace).filter(kind=kind).order_by("-number")
    last = list(links.filter(at__gte=now - BEHIND).values_list("ids", flat=True)[:MOST_LOOKED_BACK])
    last = last if len(last) >= LATE else list(links.values_list("ids", flat=True)[:LATE])
    known = {pk for ids in last for pk in ids}
    lowest = min(known) if len(last) >= LATE else 0
    rows = _rows(workspace, kind).filter(pk__gte=lowest, at__lte=now - SETTLE).order_by("pk")
    missing = [pk for pk in rows.values_list("pk", flat=True)[: AT_ONCE + len(known)] if pk not in known][:AT_ONCE]
    return list(_rows(workspace, kind).filter(pk__in=missing).order_by("pk"))


def _rows(workspace: Workspace, kind: Kind) -> QuerySet[Audit] | QuerySet[Verdict]:
    return Audit.of(workspace) if kind == "audit" else Verdict.of(workspace)


def check(workspace: Workspace, now: datetime) -> Checked:
    """Look through the whole chain: that each link follows the one before, that each entry is as it was sealed, and
    that no entry stands outside of it."""
    faults: list[str] = []
    links = entries = erased = 0
    before = BEGIN
    seals = Seal.of(workspace).order_by("number")
    for seal in seals.iterator(chunk_size=100):
        links += 1
        digests = apart(bytes(seal.digests))
        if seal.number != links:
            faults.append(f"Link {links} is missing.")
            links = seal.number
        if seal.before != before or len(digests) != len(seal.ids):
            faults.append(f"Link {seal.number} does not follow the one before it.")
        elif link(seal.before, seal.number, _kind(seal), seal.ids, digests) != seal.link:
            faults.append(f"Link {seal.number} was changed.")
        before = seal.link
        entries += len(seal.ids)
        gone, wrong = _compare(workspace, seal, digests)
        erased += gone
        faults += wrong
    unsealed = sum(_outside(workspace, kind, now) for kind in KINDS)
    if unsealed:
        faults.append(f"{unsealed} entries stand in no link although they are older than a minute.")
    return Checked(links, entries, erased, unsealed, faults[:TOLD], head(workspace))


def _compare(workspace: Workspace, seal: Seal, digests: Sequence[bytes]) -> tuple[int, list[str]]:
    rows = {row.pk: row for row in _rows(workspace, _kind(seal)).filter(pk__in=seal.ids)}
    lost = [pk for pk in seal.ids if pk not in rows]
    faults = [
        f"{_named(seal)} {pk} is not as it was sealed (link {seal.number})."
        for pk, sealed in zip(seal.ids, digests, strict=False)
        if pk in rows and digest(told(rows[pk])) != sealed
    ]
    if seal.kind == "audit":
        return 0, [*faults, *(f"Entry {pk} was taken out of the log (link {seal.number})." for pk in lost)]
    return len(lost), faults


def _outside(workspace: Workspace, kind: Kind, now: datetime) -> int:
    """How many entries that should be sealed by now are not."""
    old = _rows(workspace, kind).filter(at__lt=now - timedelta(minutes=1)).order_by("pk").values_list("pk", flat=True)
    sealed = _sealed(workspace, kind)
    count, next_one = 0, next(sealed, None)
    for pk in old.iterator(chunk_size=5_000):
        while next_one is not None and next_one < pk:
            next_one = next(sealed, None)
        count += pk != next_one
    return count


def _sealed(workspace: Workspace, kind: Kind) -> Iterator[int]:
    """The ids that links name, smallest first. Links run in order but for those that came late."""
    ids: list[int] = []
    for some in Seal.of(workspace).filter(kind=kind).order_by("number").values_list("ids", flat=True).iterator():
        ids += some
    return iter(sorted(ids))


def _kind(seal: Seal) -> Kind:
    return "audit" if seal.kind == "audit" else "verdict"


def _named(seal: Seal) -> str:
    return "Entry" if seal.kind == "audit" else "Verdict"
