"""Member: a user's place in a workspace, with the role that says what they may do there."""

from django.db import models

from .owned import Owned
from .user import User


class Role(models.TextChoices):
    """From least to most; each may do all that those before it may."""

    VIEWER = "viewer", "Viewer: sees everything"
    RESPONDER = "responder", "Responder: replies, assigns, notes"
    MODERATOR = "moderator", "Moderator: also approves, hides, removes"
    MANAGER = "manager", "Manager: also sets sources, topics, rules, objectives"
    ADMIN = "admin", "Admin: also the team and its tokens"

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Role).index(self)

    def may(self, needed: "Role") -> bool:
        """Whether this role is enough where `needed` is asked for."""
        return self.rank >= needed.rank

    @property
    def word(self) -> str:
        """The role's name alone: "Moderator"."""
        return str(self.label).partition(":")[0]


class Member(Owned):
    """One user in one workspace."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    active = models.BooleanField(default=True)
    joined = models.DateTimeField(auto_now_add=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="member_once")]

    def __str__(self) -> str:
        return str(self.user)

    def may(self, needed: Role) -> bool:
        """Whether this member's role is enough."""
        return self.active and Role(self.role).may(needed)
