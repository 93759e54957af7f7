"""A draft written onto its rows, and read from them again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models.functions import Lower

from hubbub.store import attachments
from hubbub.store.models import Attachment, Planned, PlannedVersion, Tag, VersionState
from hubbub.ui.api import Refusal

from .drafts import Draft, Wording

LONGEST = 50_000  # characters of a post; networks take fewer
MOST_VERSIONS = 50
MOST_TAGS = 20
LATE = timedelta(minutes=2)  # that a moment may lie behind us when its form arrives


def just_now(now: datetime) -> datetime:
    """Moments before this one lie in the past."""
    return now - LATE


def named(draft: Draft) -> str:
    """Its working name: what it is called, or how it begins. Raises Refusal."""
    words = (draft.title.strip() or " ".join(draft.text.split())[:60]).strip()
    if not words:
        raise Refusal("Give it a name, or write its words: then it can be found again")
    return words[:150]


def write(item: Planned, draft: Draft) -> None:
    """Everything that the draft says; what has left already stays as it was. Saves all rows. Raises Refusal."""
    if len(draft.text) > LONGEST or any(len(one.text or "") > LONGEST for one in draft.wordings):
        raise Refusal(f"At most {LONGEST:,} characters are kept of a post. Shorten it.")
    item.title, item.campaign, item.notes = named(draft), draft.campaign.strip()[:80], draft.notes.strip()
    if draft.kpi and draft.objective and draft.kpi.objective_id != draft.objective.pk:
        raise Refusal(f"That number belongs to the objective “{draft.kpi.objective}”: choose both of the same")
    item.topic, item.kpi = draft.topic, draft.kpi
    item.objective = draft.objective or (draft.kpi.objective if draft.kpi else None)
    item.owner = draft.owner or item.owner
    item.text = _words(draft.text, item.text)
    item.due = draft.due
    item.save()
    item.attachments.set(_told(item, draft.attachments))
    item.about.set(draft.about)
    item.tags.set(tags(item, draft.tags))
    _write_versions(item, draft)
    settle_due(item)


def _words(text: str, was: str) -> str:
    """A form ends lines with two characters: that makes no other words, and none that are longer."""
    words = text.replace("\r\n", "\n").strip()
    return was if was.replace("\r\n", "\n") == words else words


def _write_versions(item: Planned, draft: Draft) -> None:
    wanted = {(one.source.pk, one.place.strip()): one for one in draft.wordings}
    if len(wanted) < len(draft.wordings):
        raise Refusal("Two versions go to one and the same place: keep one of them")
    if len(wanted) > MOST_VERSIONS:
        raise Refusal(f"At most {MOST_VERSIONS} networks can be posted to at once")
    known = {(one.source_id, one.place): one for one in item.versions.all()}
    fixed = (VersionState.SENDING, VersionState.POSTED)
    for key, version in known.items():
        if key not in wanted and version.state not in fixed and version.outbox_id is None:
            version.delete()
    for key, wording in wanted.items():
        version = known.get(key) or PlannedVersion(workspace_id=item.workspace_id, planned=item, source=wording.source)
        if version.state not in fixed:
            _write_version(version, wording, draft.due)


def _write_version(version: PlannedVersion, wording: Wording, due: datetime | None) -> None:
    moment = wording.due or due
    version.queued = version.queued and version.due == moment  # a slot that it was moved away from is free again
    version.place, version.title = wording.place.strip()[:500], wording.title.strip()[:300]
    version.same, version.text = wording.text is None, _words(wording.text or "", version.text)
    version.own_files = wording.attachments is not None
    version.due, version.own_moment = moment, wording.due is not None
    if version.movable or (version.state == VersionState.DROPPED and version.outbox_id is None):
        version.state, version.error = VersionState.READY, ""
    version.save()
    version.attachments.set(_told(version.planned, wording.attachments or ()))


def _told(item: Planned, files: Sequence[Attachment]) -> Sequence[Attachment]:
    """The files with what is told of them now, which is not saved yet."""
    stored = Attachment.of(item.workspace).filter(pk__in=[one.pk for one in files]).order_by("pk")
    return attachments.tell(list(stored), {one.pk: one.alt for one in files}, within=item)


def settle_due(item: Planned) -> None:
    """An item stands in the calendar at the earliest moment of its versions that are not dropped."""
    there = item.versions.exclude(state=VersionState.DROPPED)
    first = there.filter(due__isnull=False).order_by("due").values_list("due", flat=True).first()
    if first is not None or there.exists():  # without versions it stands where it was put
        item.due = first
        item.save(update_fields=["due"])


def tags(item: Planned, names: tuple[str, ...]) -> list[Tag]:
    """The workspace's tags of these names; new ones are made. Raises Refusal."""
    wanted = {
        name.strip().lstrip("#").casefold(): name.strip().lstrip("#") for name in names if name.strip().lstrip("#")
    }
    if len(wanted) > MOST_TAGS:
        raise Refusal(f"At most {MOST_TAGS} tags go on one item")
    if any(len(name) > 50 for name in wanted.values()):
        raise Refusal("A tag has at most 50 characters")
    known = {
        str(tag.name).casefold(): tag
        for tag in Tag.of(item.workspace).annotate(small=Lower("name")).filter(small__in=wanted)
    }
    return [
        known.get(small) or Tag.everywhere.create(workspace_id=item.workspace_id, name=name)
        for small, name in wanted.items()
    ]


def draft_of(item: Planned, *, due: datetime | None) -> Draft:
    """What the item is, as a draft for that moment."""
    return Draft(
        title=item.title,
        text=item.text,
        wordings=tuple(_wording_of(version) for version in item.versions.select_related("source").order_by("pk")),
        due=due,
        campaign=item.campaign,
        notes=item.notes,
        owner=item.owner,
        topic=item.topic,
        objective=item.objective,
        kpi=item.kpi,
        tags=tuple(item.tags.values_list("name", flat=True)),
        attachments=_files(item),
        about=tuple(item.about.all()),
    )


def _wording_of(version: PlannedVersion) -> Wording:
    return Wording(
        source=version.source,
        place=version.place,
        text=None if version.same else version.text,
        title=version.title,
        attachments=_files(version) if version.own_files else None,
    )


def _files(of: Planned | PlannedVersion) -> tuple[Attachment, ...]:
    return tuple(of.attachments.order_by("pk"))
