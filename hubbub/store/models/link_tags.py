"""LinkTags: which links of ours get which UTM tags."""

from django.db import models

from .owned import Owned


class LinkTags(Owned):
    """One rule; of those that fit a link the first counts."""

    name = models.CharField(max_length=100)
    domains = models.TextField()  # one a line
    networks = models.JSONField(default=list)  # connectors' kinds; []: all
    source = models.CharField(max_length=100, blank=True)  # templates, see `hubbub.core.utm`
    medium = models.CharField(max_length=100, blank=True)
    campaign = models.CharField(max_length=100, blank=True)
    content = models.CharField(max_length=100, blank=True)
    term = models.CharField(max_length=100, blank=True)
    on = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name
