"""Objective: what community work is to achieve. KPIs and their targets hang on it."""

from django.db import models

from .owned import Owned


class ObjectiveKind(models.TextChoices):
    """The ten of the field."""

    COMPLAINTS = "complaints", "Complaints and compliments"
    FANS = "fans", "Fans"
    ADVOCACY = "advocacy", "Advocacy"
    INFLUENCERS = "influencers", "Influencers"
    PARTNERS = "partners", "Partners"
    BRANDS = "brands", "Other brands"
    FEEDBACK = "feedback", "Product feedback"
    INFORMATION = "information", "Helpful information"
    REVIEWS = "reviews", "Reviews"
    EXPERTISE = "expertise", "Expertise"


class Objective(Owned):
    """One aim, in the business's own words."""

    kind = models.CharField(max_length=11, choices=ObjectiveKind.choices)
    name = models.CharField(max_length=150)
    why = models.TextField(blank=True)
    archived = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
