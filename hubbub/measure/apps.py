"""The room as Django knows it."""

from django.apps import AppConfig


class MeasureConfig(AppConfig):
    """Has no tables: the store does."""

    name = "hubbub.measure"
    label = "measure"
