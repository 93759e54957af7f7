"""Band: a part of a text's signature, by which posts that say the same are found. Kept for about a month."""

from django.db import models

from .owned import Owned


class Band(Owned):
    """One band of one post that is the first, or the only one, to say what it says. Six a post: kept narrow."""

    # no constraint in the database: it would be checked six times for every post that comes in
    workspace = models.ForeignKey(
        "store.Workspace", on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    key = models.IntegerField()  # which band, and what it holds
    day = models.IntegerField()  # on which the post was published, since 1970
    post = models.BigIntegerField()  # its id; bands of a post that is gone lead nowhere, and go within the month
    signature = models.BigIntegerField()  # the whole

    class Meta(Owned.Meta):
        # all of it, so that a look-up reads nothing else
        indexes = [models.Index(fields=["workspace", "key", "day", "post", "signature"], name="band_whole")]

    def __str__(self) -> str:
        return f"band of post {self.post}"
