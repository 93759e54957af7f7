"""The app that owns every table of ours."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Named `store`, so that its tables are `store_…`."""

    name = "hubbub.store"
    label = "store"
