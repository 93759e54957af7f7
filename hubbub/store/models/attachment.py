"""Attachment: a picture, film or file that leaves us with words of ours."""

from django.db import models

from hubbub.core.files import SHOWN, keeps

from .member import Member
from .owned import Owned


class Attachment(Owned):
    """One file; its bytes lie under the data folder, named by what they are (`store/attachments.py`)."""

    name = models.CharField(max_length=200)
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    alt = models.CharField(max_length=1500, blank=True)  # what can be seen, for those who cannot see it
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def shown(self) -> bool:
        """Whether a browser may show it as a picture."""
        return self.mime in SHOWN

    @property
    def keeps(self) -> str:
        """What it may still tell of whoever made it, in words; "": nothing."""
        return keeps(self.mime)
