"""The app that owns every table of ours."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StoreConfig(AppConfig):
    """Named `store`, so that its tables are `store_…`."""

    name = "hubbub.store"
    label = "store"

    def ready(self) -> None:
        """The search index is derived from the posts: its tables are no models, and are made after migrations."""
        post_migrate.connect(_index, sender=self, dispatch_uid="search index")
        post_migrate.connect(_queue, sender=self, dispatch_uid="queue")
        post_migrate.connect(_turns, sender=self, dispatch_uid="turns")


def _index(**_: object) -> None:
    from .fulltext.install import install  # models can be imported only now

    install()


def _queue(**_: object) -> None:
    from .queue.install import install  # the same

    install()


def _turns(**_: object) -> None:
    from .turns import install  # the same

    install()
