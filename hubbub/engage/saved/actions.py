"""Making, changing, ordering and deleting views; weighing the inbox anew. Each leaves an audit row."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from hubbub.core import priority as order
from hubbub.core import query as language
from hubbub.store import ranking, word_lists
from hubbub.store.audit import Plain, audit, changes
from hubbub.store.models import Audit, Kind, Member, Promised, Ranking, Role, SavedView, Sort, ViewStatus, Whose
from hubbub.ui.api import Refusal

from .queries import MOST, place_for_new, visible
from .queries import ranking as ranking_of

FIELDS = ("name", "query", "status", "whose", "kind", "promised", "sort", "pinned", "member_id", "place")
CHOICES: Mapping[str, Sequence[str]] = {
    "status": ViewStatus.values,
    "whose": Whose.values,
    "kind": Kind.values,
    "promised": Promised.values,
    "sort": Sort.values,
}
WEIGHTS = ("kind", "sentiment", "reach", "relationship", "promise", "priority")


@transaction.atomic
def save(
    view: SavedView, given: Mapping[str, Plain], *, by: Member, shared: bool | None = None, why: str = ""
) -> SavedView:
    """A new view, or changes to one: the fields that are given. `shared`: for everybody, or only `by`; None: as it is.

    Raises Refusal, or QueryError where the query cannot be read.
    """
    new, fields = view.pk is None, dict(given)
    if not new:
        may_change(view, by)
    _check(by, fields)
    if new and visible(by).count() >= MOST:
        raise Refusal(f"You have {MOST} views, which is the most. Delete one that nobody needs any more.")
    if shared is not None:
        fields["member_id"] = None if shared else by.pk
    if new:
        view.workspace, view.place = by.workspace, place_for_new(by)
        if view.member_id is None and shared is None:
            view.member = by
    before, after = changes(view, **fields)
    twin = SavedView.of(by.workspace).filter(name__iexact=view.name, member=view.member_id).exclude(pk=view.pk)
    if twin.exists():
        raise Refusal(f"There is a view “{view.name}” already: choose another name")
    if new or after:
        if "query" in after:
            view.counted = view.counted_at = None
        view.save()
        audit(view, "make" if new else "change", by=by, why=why, before={} if new else before, after=after)
    return view


def _check(by: Member, fields: dict[str, Plain]) -> None:
    if "name" in fields:
        fields["name"] = str(fields["name"]).strip()
        if not fields["name"]:
            raise Refusal("The view has no name: give it one")
        if len(str(fields["name"])) > 60:
            raise Refusal("The name is longer than 60 characters. Shorten it.")
    for name, known in CHOICES.items():
        if name in fields and fields[name] not in known:
            raise Refusal(f"{fields[name]!r} is no {name}: choose one of {', '.join(one or '(any)' for one in known)}")
    if "query" in fields:
        fields["query"] = str(fields["query"]).strip()
        if fields["query"]:
            word_lists.read(str(fields["query"]), language.Use.VIEW, by.workspace)


def may_change(view: SavedView, by: Member) -> None:
    """Raises Refusal: one's own views, and for managers the shared ones."""
    if (view.member_id is None and not by.may(Role.MANAGER)) or view.member_id not in (None, by.pk):
        raise Refusal("A shared view is changed by managers. Save it under another name, for yourself.")


@transaction.atomic
def delete(view: SavedView, *, by: Member, why: str = "") -> Audit:
    """Take it away; the entry in the log is what `restore` reads."""
    may_change(view, by)
    entry = audit(view, "delete", by=by, why=why, before={name: getattr(view, name) for name in FIELDS})
    view.delete()
    return entry


@transaction.atomic
def restore(entry: Audit, *, by: Member, why: str = "") -> SavedView:
    """A deleted view, as it was."""
    if entry.noun != "savedview" or entry.verb != "delete" or entry.workspace_id != by.workspace_id:
        raise Refusal("That entry of the log is not about a deleted view")
    known = {name: entry.before[name] for name in FIELDS}
    view = SavedView(workspace=by.workspace, **known)
    may_change(view, by)
    if visible(by).filter(name__iexact=view.name, member=view.member_id).exists():
        raise Refusal(f"There is a view “{view.name}” again: rename that one first")
    view.save()
    audit(view, "make", by=by, why=why or f"undo of entry {entry.pk}", after={"name": view.name})
    return view


@transaction.atomic
def move(view: SavedView, by_places: int, *, by: Member, why: str = "") -> None:
    """Up (-1) or down (1) among the views that `by` sees."""
    may_change(view, by)
    rows = list(visible(by))
    at = next((at for at, one in enumerate(rows) if one.pk == view.pk), None)
    if at is None:
        return
    other = min(max(at + by_places, 0), len(rows) - 1)
    if other == at:
        return
    rows.insert(other, rows.pop(at))
    for number, one in enumerate(rows, start=1):
        one.place = number
    SavedView.everywhere.bulk_update(rows, ["place"])
    audit(view, "move", by=by, why=why, before={"place": at + 1}, after={"place": other + 1})


@transaction.atomic
def weigh(weights: order.Weights, *, by: Member, why: str = "") -> Ranking:
    """Set what counts how much; the loop then puts the inbox in order again. Raises Refusal."""
    for name in WEIGHTS:
        if not 0 <= getattr(weights, name) <= order.HIGHEST_WEIGHT:
            raise Refusal(f"The weight of {name} must lie between 0 and {order.HIGHEST_WEIGHT:g}")
    if not order.SHORTEST <= weights.doubling_hours <= order.LONGEST:
        raise Refusal(f"The hours must lie between {order.SHORTEST:g} and {order.LONGEST:g}")
    if not order.FEWEST_DAYS <= weights.stale_days <= order.MOST_DAYS:
        raise Refusal(f"The days must lie between {order.FEWEST_DAYS:g} and {order.MOST_DAYS:g}")
    row = ranking_of(by.workspace)
    wanted: dict[str, Plain] = {f"{name}_weight": getattr(weights, name) for name in WEIGHTS}
    before, after = changes(
        row, **wanted, doubling_hours=weights.doubling_hours, stale_days=weights.stale_days
    )  # fmt: skip
    if after:
        row.save()
        audit(row, "weigh", by=by, why=why, before=before, after=after)
        ranking.weigh(by.workspace)
    return row
