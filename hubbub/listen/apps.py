"""The room as Django knows it."""

from django.apps import AppConfig


class ListenConfig(AppConfig):
    """Has no tables: the store does."""

    name = "hubbub.listen"
    label = "listen"
