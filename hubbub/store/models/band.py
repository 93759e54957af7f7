"""Band: a part of a text's signature, by which posts that say the same are found. Kept for a month."""

from django.db import models

from .owned import Owned


class Band(Owned):
    """One band of one post that is the first, or the only one, to say what it says."""

    workspace = models.ForeignKey("store.Workspace", on_delete=models.CASCADE, db_index=False, related_name="+")
    key = models.BigIntegerField()  # which band, and what it holds
    post = models.BigIntegerField()  # its id; bands of a post that is gone lead nowhere, and go within the month
    signature = models.BigIntegerField()  # the whole, so that likeness is told without reading the post
    published = models.DateTimeField()

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["workspace", "key", "published"], name="band_by_key"),
        ]

    def __str__(self) -> str:
        return f"band of post {self.post}"
