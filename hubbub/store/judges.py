"""Which judge is in force in a workspace; when another one comes into force, stored posts are to be read again."""

from datetime import datetime

from .models import Judge, OwnModel, Workspace
from .rejudging import begin

MOST = 1_000_000  # posts that are read again at most, the newest of them


def in_force(workspace: Workspace, version: str, *, now: datetime) -> Judge:
    """The judge made of this version of the shipped model with the workspace's languages and the own layer in use.

    Where that is another one than before, it comes into force, and re-reading starts.
    """
    languages = Workspace.objects.values_list("languages", flat=True).get(pk=workspace.pk)
    own = OwnModel.of(workspace).filter(in_use=True, version=version).first()
    made_of = f"{version} | {languages} | {own.pk if own else ''}"
    newest = current(workspace)
    if newest is not None and newest.made_of == made_of:
        return newest
    judge, _ = Judge.everywhere.get_or_create(
        workspace=workspace,
        made_of=made_of,
        defaults={"version": version, "languages": languages, "own": own, "since": now},
    )
    judge.since = now
    judge.save(update_fields=["since"])
    begin(judge, MOST)
    return judge


def current(workspace: Workspace) -> Judge | None:
    """The one in force; None: nothing was judged yet."""
    return Judge.of(workspace).order_by("-since", "-pk").select_related("own").first()
