"""Owned: the base of all that belongs to a workspace, and who may act upon it."""

from typing import TYPE_CHECKING, Self, TypeAlias, Union

from django.db import models

from .workspace import Workspace

if TYPE_CHECKING:
    from .audit import System
    from .member import Member
    from .rule import Rule

Actor: TypeAlias = Union["Member", "Rule", "System"]


class Owned(models.Model):
    """A row of one workspace.

    There is no `objects`: rows are reached through `of(workspace)`. Only the engine, which serves all
    workspaces, may say `everywhere`; a test holds the rooms to that.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")

    everywhere = models.Manager["Self"]()

    class Meta:
        abstract = True
        base_manager_name = "everywhere"
        default_manager_name = "everywhere"

    @classmethod
    def of(cls, workspace: Workspace) -> "models.QuerySet[Self]":
        """This workspace's rows."""
        return cls.everywhere.filter(workspace=workspace)
