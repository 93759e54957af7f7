"""The room as Django knows it."""

from django.apps import AppConfig


class PlanConfig(AppConfig):
    """Has no tables: the store does."""

    name = "hubbub.plan"
    label = "plan"
