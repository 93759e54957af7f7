"""Moderation: how a workspace orders its queue and shows its guidelines. Care: how a member wants hard posts shown."""

from django.db import models

from .member import Member
from .owned import Owned


class Moderation(Owned):
    """One a workspace, made when it is first asked for."""

    severity_weight = models.FloatField(default=1)  # 0: severity makes no difference
    reach_weight = models.FloatField(default=1)
    doubling_hours = models.FloatField(default=12)  # after so many hours of waiting a post counts double
    guidelines_public = models.BooleanField(default=False)  # whether they can be read without signing in
    guidelines_intro = models.TextField(blank=True)
    # so many strike points propose a warning, a mute, a ban; None: nothing is proposed
    warn_at = models.PositiveSmallIntegerField(null=True, default=2)
    mute_at = models.PositiveSmallIntegerField(null=True, default=4)
    mute_hours = models.PositiveIntegerField(null=True, default=168)  # None: until somebody lifts it
    ban_at = models.PositiveSmallIntegerField(null=True, default=6)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="moderation_once")]

    def __str__(self) -> str:
        return f"moderation of {self.workspace_id}"

    @classmethod
    def public_of(cls, slug: str) -> "Moderation | None":
        """Of the workspace with that slug, if its guidelines are for everybody: asked by who is not signed in."""
        rows = cls.everywhere.select_related("workspace")
        return rows.filter(workspace__slug=slug, guidelines_public=True).first()


class Cover(models.TextChoices):
    """When a text in the queue stands behind a click."""

    POLICY = "policy", "Where its policy asks for it"
    ALWAYS = "always", "Always"
    NEVER = "never", "Never"


class Care(Owned):
    """A member's own settings for work at the queue."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="care")
    blur = models.BooleanField(default=True)  # pictures are blurred until asked for
    grey = models.BooleanField(default=True)  # and without colour
    cover = models.CharField(max_length=6, choices=Cover.choices, default=Cover.POLICY)
    break_minutes = models.PositiveSmallIntegerField(default=45)  # a reminder after so long; 0: none
    break_posts = models.PositiveSmallIntegerField(default=150)  # or after so many posts; 0: none

    def __str__(self) -> str:
        return f"care for {self.member_id}"
